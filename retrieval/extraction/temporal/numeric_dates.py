"""Dates in figures without a year ("on 11/20"), or with one that two figures give ("12/31/18").

Day and month are told apart by what the calendar allows, by the other dates of the text, by a weekday beside them, or by
which of two readings lies near the day of publication; where none of these tells, the date is left alone.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from retrieval.extraction.temporal.contexts import following, is_preceded
from retrieval.extraction.temporal.intervals import Interval, days, week
from retrieval.extraction.temporal.reference_frames import Frame, Match, distance, nearest, safe_day
from retrieval.extraction.temporal.time_words import weekday_number, year_number

_FIGURES = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?![\d/])")
_CUE = (
    r"(?:on|from|until|till?|by|since|between|before|after|through|to|and|or|dated|around"
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?\s{0,2}[,–—-])\s*"
)
_FRACTION = re.compile(r"\s+(?:of|cup|inch|mile|teaspoon|tablespoon|pound|ounce|hour|full|majority|vote)")
# Attacks that are called by their date, and round the clock.
_NAMES = frozenset({"9/11", "7/7", "24/7"})
_NEAR = timedelta(62)
_AROUND = 2_000


def resolve_numeric_date(match: Match, frame: Frame) -> Interval | None:
    """11/20 or Friday 5/12: a day."""
    figures, weekday = match["figures"], match["weekday"]
    if figures in _NAMES or _FRACTION.match(following(match)):
        return None
    if not weekday and not match["year"] and not is_preceded(match, _CUE):
        return None
    first, second = (int(part) for part in figures.split("/"))
    wanted = year_number(match["year"]) if match["year"] else frame.year
    readings = [
        found
        for number, dom in dict.fromkeys([(first, second), (second, first)])
        if (found := _nearest_day(number, dom, wanted, frame))
    ]
    if len(readings) < 2:
        return readings[0] if readings else None
    is_day_first = _is_day_first(match)
    if is_day_first is not None:
        return readings[is_day_first]
    if weekday:
        fitting = [found for found in readings if found.first.weekday() == weekday_number(weekday)]
        if len(fitting) == 1:
            return fitting[0]
    close, far = sorted(readings, key=lambda found: distance(found, frame.anchor))
    is_plain = distance(close, frame.anchor) <= _NEAR and distance(far, frame.anchor) >= 2 * distance(close, frame.anchor)
    return close if is_plain else None


def resolve_numeric_date_range(match: Match, frame: Frame) -> Interval | None:
    """5/1-5/7, 2020: days of one month, which both name; 10/25 to 11/7."""
    begin, end = ([int(part) for part in match[name].split("/")] for name in ("figures", "to"))
    wanted = year_number(match["year"]) if match["year"] else frame.year
    is_day_first = _is_day_first(match)
    if is_day_first is None and begin[0] == end[0] and begin[1] < end[1]:
        is_day_first = False
    elif is_day_first is None and begin[1] == end[1] and begin[0] < end[0]:
        is_day_first = True
    orders = [is_day_first] if is_day_first is not None else [False, True]
    found = []
    for order in orders:
        (number, dom), (number2, dom2) = (pair[::-1] if order else pair for pair in (begin, end))
        for year in [wanted] if wanted else [frame.anchor.year + n for n in (-1, 0, 1)]:
            last = safe_day(year, number2, dom2)
            first = safe_day(year - (number > number2), number, dom)
            if first and last and first.first < last.first:
                found.append(days(first.first, last.last))
    if wanted and len(found) > 1:
        return None
    close = nearest(found, frame)
    return close if close and (len(orders) == 1 or distance(close, frame.anchor) <= _NEAR) else None


def _nearest_day(number: int, dom: int, wanted: int | None, frame: Frame) -> Interval | None:
    if not 1 <= number <= 12:
        return None
    years = [wanted] if wanted else [frame.anchor.year + n for n in (-1, 0, 1)]
    return nearest([found for year in years if (found := safe_day(year, number, dom))], frame)


def _is_day_first(match: Match) -> bool | None:
    """The order of the dates around that can be read in one way; None where there are none, or of both orders."""
    orders = set()
    for found in _FIGURES.finditer(match.string, max(0, match.start() - _AROUND), match.end() + _AROUND):
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            orders.add(True)
        elif second > 12 >= first:
            orders.add(False)
    return orders.pop() if len(orders) == 1 else None


def resolve_eight_digits(match: Match, _: Frame) -> Interval | None:
    """20170302."""
    return safe_day(int(match["year"]), int(match["month_figures"]), int(match["day_figures"]))


def resolve_week_number(match: Match, _: Frame) -> Interval | None:
    """Week 3 of 2027, as ISO 8601 counts weeks."""
    return week(date.fromisocalendar(year_number(match["year"]), int(match["number"]), 1))


def resolve_weekday_iso(match: Match, _: Frame) -> Interval | None:
    """Friday 2018-7-6."""
    year, month, dom = (int(part) for part in re.split(r"\D", match["written"]))
    return safe_day(year, month, dom)
