"""Times that name a date, a month, a year or a part of them, with a year or without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta

from retrieval.extraction.temporal.contexts import (
    following,
    is_count,
    is_month,
    is_preceded,
    is_season,
    is_word_not_day,
    is_word_not_month,
    is_year,
)
from retrieval.extraction.temporal.holidays import BARE, holiday_date, holiday_name
from retrieval.extraction.temporal.intervals import Interval, day, days, month, months, week, weekend, year, years
from retrieval.extraction.temporal.reference_frames import (
    Frame,
    Match,
    distance,
    nearest,
    parted,
    safe_day,
    unit_around,
    unit_precision,
    year_word,
)
from retrieval.extraction.temporal.time_words import (
    CENTURIES,
    DECADES,
    ORDINALS,
    SEASONS,
    day_of_month,
    month_number,
    number_of,
    weekday_number,
    year_number,
)
from retrieval.ingestion.publication import parse_date
from retrieval.models import DatePrecision

# A noun right after makes an adjective of a feast; these words do not.
_TELLS_OF_SEASON = re.compile(
    r"\s+(?!(?:in|at|on|this|last|next|and|or|but|when|because|as|with|for|to|was|is|were|are|will|after|before|by|since|he|she|it"
    r"|they|we|the|a|an|that|until|if|from|of|has|had|have|would|early|late)\b)[a-z]"
)


def resolve_written(match: Match, _: Frame) -> Interval | None:
    """A date in figures: ISO 8601, or another order where only one reading is possible."""
    found = parse_date(match[0])
    if found is None:
        return None
    if found.precision is DatePrecision.MINUTE:
        return replace(day(found.at.date()), precision=DatePrecision.MINUTE, minute=found.at.astimezone(UTC))
    return day(found.at.date()) if found.precision is DatePrecision.DAY else month(found.at.year, found.at.month)


def resolve_date(match: Match, frame: Frame) -> Interval | None:
    """Day and month, with a year or without."""
    if is_word_not_month(match) or is_count(match) or is_word_not_day(match):
        return None
    number, dom = month_number(match["month"]), day_of_month(match["day"])
    wanted = year_number(match["year"]) if match["year"] else frame.year
    if wanted:
        return safe_day(wanted, number, dom)
    weekday = weekday_number(match["weekday"]) if match.groupdict().get("weekday") else None
    found = [d for n in (-1, 0, 1) if (d := safe_day(frame.anchor.year + n, number, dom))]
    which = re.sub(r"\s+", " ", (match.groupdict().get("which") or "").lower())
    if which in {"last", "past", "previous", "this past"}:
        return max((d for d in found if d.first < frame.anchor), key=lambda d: d.first, default=None)
    if which in {"next", "coming", "upcoming", "this coming", "this upcoming"}:
        return min((d for d in found if d.first > frame.anchor), key=lambda d: d.first, default=None)
    if which == "this":
        return safe_day(frame.anchor.year, number, dom)
    by_weekday = [d for d in found if weekday is not None and d.first.weekday() == weekday]
    return nearest(by_weekday or found, frame)


def resolve_day_range(match: Match, frame: Frame) -> Interval | None:
    """Days of one month: "3-5 May"; "3 and 9 May" are two days, "between 3 and 9 May" a range."""
    begin, end = day_of_month(match["day"]), day_of_month(match["to"])
    is_range = match["join"].strip().lower() != "and" or is_preceded(match, r"between\s+(?:the\s+)?") or end == begin + 1
    if begin >= end or not is_range or is_word_not_month(match):
        return None
    number = month_number(match["month"])
    wanted = year_number(match["year"]) if match["year"] else frame.year
    found = [
        days(first.first, last.last)
        for candidate in ([wanted] if wanted else [frame.anchor.year + n for n in (-1, 0, 1)])
        if (first := safe_day(candidate, number, begin)) and (last := safe_day(candidate, number, end))
    ]
    return nearest(found, frame)


def resolve_month(match: Match, frame: Frame) -> Interval | None:
    """A month, its early, middle or late part; without a year by the tense."""
    if not is_month(match):
        return None
    number = month_number(match["month"])
    wanted = year_number(match["year"]) if match["year"] else frame.year
    if wanted:
        return parted(month(wanted, number), match)
    here = frame.anchor.year
    which = (match.groupdict().get("which") or "").lower()
    if which in {"last", "past"}:
        found = month(here if number < frame.anchor.month else here - 1, number)
    elif which in {"next", "coming"}:
        found = month(here if number > frame.anchor.month else here + 1, number)
    elif which == "this":
        found = month(here, number)
    elif frame.direction == "future":
        found = month(here if number >= frame.anchor.month else here + 1, number)
    else:
        found = month(here if number <= frame.anchor.month else here - 1, number)
    return parted(found, match)


def resolve_year(match: Match, _: Frame) -> Interval | None:
    """A year, or a part of it."""
    if not is_year(match):
        return None
    return parted(year(year_number(match["year"])), match)


def resolve_year_range(match: Match, _: Frame) -> Interval | None:
    """Two years: "2014-2016", "2014-16"."""
    first = year_number(match["year"])
    last = int(match["to"]) if len(match["to"]) == 4 else first // 100 * 100 + int(match["to"])
    return years(first, last) if last > first else None


def resolve_month_in_figures(match: Match, _: Frame) -> Interval | None:
    """2015-03, 12-2015; "2005-12" may be seven years and is left to them."""
    return month(int(match["year"] or match["year2"]), int(match["figures"] or match["figures2"]))


def resolve_decade(match: Match, _: Frame) -> Interval | None:
    """The 1990s, the early nineties."""
    if match["word"]:
        if not is_preceded(match, r"the\s+"):
            return None  # temperatures and ages are in the nineties too
        first = 1900 + DECADES[match["word"].lower()]
    elif match["short"]:
        first = (1900 if int(match["short"]) >= 20 else 2000) + int(match["short"])
    else:
        first = int(match["decade"])
        if first % 100 == 0 and first < 1900:
            return parted(years(first, first + 99), match)  # the 1800s
    return parted(years(first, first + 9), match)


def resolve_century(match: Match, _: Frame) -> Interval | None:
    """The 19th century: its years 1800 to 1899, as the words are used."""
    number = int(match["number"]) if match["number"] else CENTURIES[match["word"].lower()]
    return parted(years(number * 100 - 100, number * 100 - 1), match) if 10 < number <= 22 else None


def resolve_quarter(match: Match, frame: Frame) -> Interval | None:
    """A quarter or half of a year."""
    size = 6 if (match["unit"] or "").lower() in {"half", "h"} else 3
    count = 12 // size
    number = ORDINALS[match["ordinal"].lower()] if match["ordinal"] else int(match["number"])
    number = count if number < 0 else number
    if number > count:
        return None
    wanted = year_word(match["year"], frame)
    if wanted is None:
        wanted = frame.anchor.year
        if frame.direction != "future" and months(wanted, (number - 1) * size + 1, size).first > frame.anchor:
            wanted -= 1
    return months(wanted, (number - 1) * size + 1, size)


def resolve_winter(match: Match, _: Frame) -> Interval | None:
    """The winter of 2018-19."""
    first, last = int(match["year"]), int(match["to"])
    return months(first, 12, 3) if (first + 1) % 100 == last % 100 else None


def resolve_season(match: Match, frame: Frame) -> Interval | None:
    """A season of the northern half of the world."""
    if not is_season(match):
        return None
    first = SEASONS[match["season"].lower()]
    which = (match["which"] or "").lower()
    wanted = year_number(match["year"]) if match["year"] else frame.year
    if wanted:
        return parted(months(wanted, first, 3), match)
    around = [months(frame.anchor.year + n, first, 3) for n in (-2, -1, 0, 1)]
    if which == "last":
        return parted([s for s in around if s.last < frame.anchor][-1], match)
    if which in {"next", "coming"}:
        return parted(next(s for s in around if s.first > frame.anchor), match)
    if which == "this":
        return parted(min(around, key=lambda s: distance(s, frame.anchor)), match)
    if frame.direction == "future":
        return parted(next(s for s in around if s.last >= frame.anchor), match)
    return parted([s for s in around if s.first <= frame.anchor][-1], match)


def resolve_day_of_near_month(match: Match, frame: Frame) -> Interval | None:
    """The 5th of last month, the 21st this month."""
    near = unit_around(frame.anchor, "month", {"last": -1, "next": 1}.get(match["which"].lower(), 0))
    return safe_day(near.first.year, near.first.month, day_of_month(match["day"])) if near else None


def resolve_week_of(match: Match, frame: Frame) -> Interval | None:
    """The week of April 10, the week of the 18th."""
    if match["day3"]:
        around = (month(frame.anchor.year, frame.anchor.month + n).first for n in (-1, 0, 1))
        close = nearest([d for at in around if (d := safe_day(at.year, at.month, int(match["day3"])))], frame)
        return week(close.first) if close else None
    name, dom = match["month"] or match["month2"], day_of_month(match["day"] or match["day2"])
    wanted = year_number(match["year"]) if match["year"] else frame.year
    found = [
        found
        for candidate in ([wanted] if wanted else [frame.anchor.year + n for n in (-1, 0, 1)])
        if (found := safe_day(candidate, month_number(name), dom))
    ]
    closest = nearest(found, frame)
    return week(closest.first) if closest else None


def resolve_nth_of(match: Match, frame: Frame) -> Interval | None:
    """The last week of July, the first three months of 2021."""
    if match["year2"]:
        whole = year(int(match["year2"]))
    elif match["unit2"]:
        offset = {"last": -1, "next": 1}.get(match["which2"].lower(), 0)
        whole = unit_around(frame.anchor, match["unit2"].lower(), offset) or year(frame.anchor.year)
    else:
        named = resolve_month(match, frame)
        if named is None:
            return None
        whole = named
    ordinal = match["ordinal"].lower()
    place, unit = ORDINALS.get(ordinal) or day_of_month(ordinal), match["unit"].lower().rstrip("s")
    pieces = _pieces_of(whole, unit)
    count = number_of(match["number"]) if match["number"] else 1
    chosen = pieces[-count:] if place < 0 else pieces[(place - 1) * count : place * count]
    return days(chosen[0].first, chosen[-1].last, unit_precision(unit)) if len(chosen) == count else None


def resolve_nth_weekday(match: Match, frame: Frame) -> Interval | None:
    """The last Friday of March, the first Sunday in May."""
    named = resolve_month(match, frame)
    if named is None:
        return None
    ordinal, number = match["ordinal"].lower(), weekday_number(match["weekday"])
    found = [at for at in _pieces_of(named, "day") if at.first.weekday() == number]
    place = ORDINALS.get(ordinal, 5)
    return found[-1 if place < 0 else place - 1] if place <= len(found) else None


def resolve_weekend_of(match: Match, frame: Frame) -> Interval | None:
    """The weekend of January 4."""
    at = resolve_date(match, frame)
    return weekend(at.first) if at else None


def _pieces_of(whole: Interval, unit: str) -> list[Interval]:
    """The days, weeks (by their Thursday, as ISO 8601 counts them), weekends or months of a month or a year."""
    every = [whole.first + timedelta(n) for n in range((whole.last - whole.first).days + 1)]
    if unit == "day":
        return [day(at) for at in every]
    if unit == "month":
        return [month(at.year, at.month) for at in every if at.day == 1]
    if unit == "weekend":
        return [weekend(at) for at in every if at.weekday() == 5]
    return [week(at) for at in every if at.weekday() == 3]


def resolve_holiday(match: Match, frame: Frame) -> Interval | None:
    """Christmas Day, Thanksgiving, Easter Monday; not the season of a "Christmas market"."""
    if holiday_name(match["feast"]) in BARE and (
        _TELLS_OF_SEASON.match(following(match)) or is_preceded(match, r"Father\s+")
    ):
        return None
    wanted = year_number(match["year"]) if match["year"] else frame.year
    found = [day(holiday_date(match["feast"], number)) for number in _years_around(wanted, frame)]
    which = (match["which"] or "").lower()
    if which == "last":
        return [d for d in found if d.first < frame.anchor][-1]
    if which == "next":
        return next(d for d in found if d.first > frame.anchor)
    if which == "this":
        return found[1]
    return nearest(found, frame)


def resolve_holiday_weekend(match: Match, frame: Frame) -> Interval | None:
    """Labor Day weekend: Saturday to Monday; the Saturday and Sunday nearest to the feast, and what lies between."""
    name, wanted = match["feast"] or match["feast2"], match["year"] or match["year2"]
    found = []
    for number in _years_around(year_number(wanted) if wanted else frame.year, frame):
        holiday = holiday_date(name, number)
        here = weekend(holiday - timedelta(2))  # Monday's and Tuesday's is the one before
        found.append(days(min(holiday, here.first), max(holiday, here.last)))
    return nearest(found, frame)


def _years_around(wanted: int | None, frame: Frame) -> list[int]:
    return [wanted] if wanted else [frame.anchor.year + n for n in (-1, 0, 1)]


def resolve_weekday_of_month(match: Match, frame: Frame) -> Interval | None:
    """Tuesday 14th, on the 18th: the nearest such day in the direction of the tense."""
    dom = day_of_month(match["day"])
    if dom == 0 or is_word_not_day(match):
        return None
    wanted = weekday_number(match["weekday"]) if match["weekday"] else None
    months_around = (month(frame.anchor.year, frame.anchor.month + n).first for n in range(-12, 13))
    found = [d for first in months_around if (d := safe_day(first.year, first.month, dom))]
    return nearest([d for d in found if wanted is None or d.first.weekday() == wanted], frame)
