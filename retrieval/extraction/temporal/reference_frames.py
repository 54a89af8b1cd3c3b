"""What time expressions are resolved against, and the calendar questions that all of them ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.extraction.language.tenses import Direction
from retrieval.extraction.temporal.intervals import Interval, Part, day, month, months, part_of, week, year, years
from retrieval.extraction.temporal.time_words import year_number
from retrieval.models import DatePrecision

Match = re.Match[str]

_NEAR = timedelta(31)


@dataclass(frozen=True, slots=True)
class Frame:
    """What an expression is resolved against: the day of publication, the tense around it, the time named before it, and,
    inside a range that names its year once, that year.
    """

    anchor: date
    direction: Direction = "unknown"
    year: int | None = None
    reference: Interval | None = None


Resolver = Callable[[Match, Frame], Interval | None]


def parted(whole: Interval, match: Match) -> Interval:
    """The early, middle or late part of an interval where the match has such a word, else the whole."""
    words = (match.groupdict().get("part") or "").lower()
    return part_of(whole, part) if (part := _part(words)) else whole


def _part(words: str) -> Part | None:
    if not words:
        return None
    if "mid" in words:
        return "mid"
    return "early" if any(word in words for word in ("early", "beginning", "start")) else "late"


def year_word(word: str | None, frame: Frame) -> int | None:
    """The year of "2019" or "last year", or the one of the frame."""
    if not word:
        return frame.year
    offset = {"last": -1, "next": 1, "this": 0, "the": 0}.get(word.split()[0].lower())
    return year_number(word) if offset is None else frame.anchor.year + offset


def safe_day(year_number: int, month_number_: int, dom: int) -> Interval | None:
    """A day, None where the calendar has no such date."""
    try:
        return day(date(year_number, month_number_, dom))
    except ValueError:
        return None


def nearest(found: list[Interval], frame: Frame) -> Interval | None:
    """The one nearest to the anchor; beyond a month the tense decides, or else the past counts as half as far."""
    if not found:
        return None
    closest = min(found, key=lambda interval: distance(interval, frame.anchor))
    if distance(closest, frame.anchor) <= _NEAR:
        return closest
    back, ahead = [i for i in found if i.first <= frame.anchor], [i for i in found if i.first > frame.anchor]
    if not back or not ahead:
        return closest
    if frame.direction == "unknown":
        is_past = distance(back[-1], frame.anchor) / 2 <= distance(ahead[0], frame.anchor)
    else:
        is_past = frame.direction == "past"
    return back[-1] if is_past else ahead[0]


def distance(interval: Interval, at: date) -> timedelta:
    """Days between an interval and a day, zero inside."""
    if interval.first <= at <= interval.last:
        return timedelta(0)
    return min(abs(interval.first - at), abs(interval.last - at))


def unit_around(anchor: date, unit: str, offset: int) -> Interval | None:
    """The week, month, quarter, year, decade or century that holds a day, or one ``offset`` units away."""
    if unit == "week":
        return week(anchor + timedelta(7 * offset))
    if unit == "month":
        return month(anchor.year, anchor.month + offset)
    if unit == "quarter":
        return months(anchor.year, (anchor.month - 1) // 3 * 3 + 1 + 3 * offset, 3)
    if unit == "year":
        return year(anchor.year + offset)
    if unit == "decade":
        first = anchor.year // 10 * 10 + 10 * offset
        return years(first, first + 9)
    first = anchor.year // 100 * 100 + 100 * offset
    return years(first, first + 99)


def unit_precision(unit: str) -> DatePrecision:
    """The precision that a unit of time gives."""
    unit = unit.lower()
    if unit.startswith(("week", "fortnight")):
        return DatePrecision.WEEK
    if unit.startswith(("month", "quarter")):
        return DatePrecision.MONTH
    return DatePrecision.YEAR if unit.startswith(("year", "decade", "centur")) else DatePrecision.DAY
