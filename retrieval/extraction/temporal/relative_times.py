"""Times that count from the day of publication, or from the time named before."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from retrieval.extraction.temporal.contexts import following, is_preceded, is_weekday
from retrieval.extraction.temporal.intervals import Interval, add_months, day, days, month, months, week, weekend, year
from retrieval.extraction.temporal.reference_frames import Frame, Match, parted, unit_around, unit_precision
from retrieval.extraction.temporal.time_words import number_of, weekday_number
from retrieval.models import DatePrecision

_RANKS = {
    DatePrecision.MINUTE: 0,
    DatePrecision.DAY: 0,
    DatePrecision.WEEK: 1,
    DatePrecision.MONTH: 2,
    DatePrecision.YEAR: 3,
    DatePrecision.UNKNOWN: 4,
}


def resolve_weekday(match: Match, frame: Frame) -> Interval | None:
    """A weekday: the nearest in the direction of the tense, the day of publication itself included."""
    if not is_weekday(match):
        return None
    number, anchor = weekday_number(match["weekday"]), frame.anchor
    back = anchor - timedelta((anchor.weekday() - number) % 7)
    ahead = anchor + timedelta((number - anchor.weekday()) % 7)
    monday = anchor - timedelta(anchor.weekday())
    which = re.sub(r"\s+", " ", (match["which"] or "").lower())
    if which in {"last", "previous"}:
        back -= timedelta(7) if back == anchor else timedelta(0)
        return day(back - timedelta(7) if back >= monday and (anchor - back).days <= 3 else back)
    if which == "next":
        ahead += timedelta(7) if ahead == anchor else timedelta(0)
        return day(ahead + timedelta(7) if ahead < monday + timedelta(7) else ahead)
    if which == "this":
        return day(monday + timedelta(number))
    if which in {"this past", "past"}:
        return day(back)
    if which in {"this coming", "this upcoming", "coming", "upcoming"}:
        return day(ahead if ahead > anchor else ahead + timedelta(7))
    if frame.direction == "future":
        return day(ahead)
    return day(back)


def resolve_weekday_of_week(match: Match, frame: Frame) -> Interval | None:
    """Monday of last week, next week on Tuesday."""
    offset = {"last": -7, "this": 0, "next": 7}[match["which"].lower()]
    monday = frame.anchor - timedelta(frame.anchor.weekday())
    return day(monday + timedelta(offset + weekday_number(match["weekday"])))


def resolve_near_day(match: Match, frame: Frame) -> Interval | None:
    """Today, yesterday, last night, the day after tomorrow."""
    if is_preceded(match, r"USA\s+", 0):
        return None  # the newspaper
    words = re.sub(r"\s+", " ", match[0].lower())
    if "before yesterday" in words:
        offset = -2
    elif "after tomorrow" in words:
        offset = 2
    else:
        offset = -1 if words.startswith(("yesterday", "last night")) else 1 if words.startswith("tomorrow") else 0
    return day(frame.anchor + timedelta(offset))


def resolve_this_unit(match: Match, frame: Frame) -> Interval | None:
    """Last week, early next month, later this year, the end of the month."""
    offset = {"last": -1, "previous": -1, "past": -1, "next": 1, "coming": 1, "following": 1}.get(match["which"].lower(), 0)
    unit, anchor = match["unit"].lower(), frame.anchor
    if unit == "weekend":
        here = weekend(anchor)
        if match["which"].lower().endswith("past"):
            return here if here.last < anchor else weekend(anchor - timedelta(7))
        past = offset == 0 and frame.direction == "past" and here.first > anchor
        return weekend(anchor + timedelta(7 * (-1 if past else offset)))
    if unit not in {"week", "month", "quarter", "year", "decade", "century"}:
        monday = anchor - timedelta(anchor.weekday() - 7 * offset)
        return days(monday, monday + timedelta(4), DatePrecision.WEEK)  # the working week
    whole = unit_around(anchor, unit, offset)
    mark = (match["mark"] or "").lower()
    if whole is None or not mark:
        return parted(whole, match) if whole else None
    if mark == "earlier":
        # What was earlier this week was not today, where the week is older than today.
        return replace(whole, last=max(whole.first, min(anchor - timedelta(1), whole.last)))
    return replace(whole, first=max(whole.first, min(anchor, whole.last)))


def resolve_the_weekend(_: Match, frame: Frame) -> Interval | None:
    """The weekend before, on or after the day of publication."""
    here = weekend(frame.anchor)
    return weekend(frame.anchor - timedelta(7)) if frame.direction != "future" and here.first > frame.anchor else here


def resolve_ago(match: Match, frame: Frame) -> Interval | None:
    """Three years ago: that year; two weeks and two days ago."""
    at: date | None = frame.anchor
    if match["number2"]:
        at = moved(frame.anchor, -number_of(match["number2"]), match["unit2"])
    return shifted(at, -number_of(match["number"]), match["unit"]) if at else None


def resolve_second_unit(match: Match, frame: Frame) -> Interval | None:
    """The week after next, the month before last."""
    offset = 2 if match["which"].lower().startswith("after") else -2
    if match["unit"].lower() == "weekend":
        return weekend(frame.anchor + timedelta(7 * offset))
    return unit_around(frame.anchor, match["unit"].lower(), offset)


def resolve_ahead(match: Match, frame: Frame) -> Interval | None:
    """In three days, but not the duration of "the first time in three days" or "built in three days"."""
    if frame.direction == "past" or is_preceded(
        match, r"(?:time|times|first|most|least|worst|best|\w+est|once|twice)\s+(?:\w+\s+)?"
    ):
        return None
    target = shifted(frame.anchor, number_of(match["number"]), match["unit"])
    if target is None or not match.groupdict().get("within"):
        return target
    end = moved(frame.anchor, number_of(match["number"]), match["unit"])
    return days(frame.anchor, end, target.precision) if end else None


def resolve_rolling(match: Match, frame: Frame) -> Interval | None:
    """The last three months up to the day, the next five years from the day after; quarters are those of the calendar."""
    if re.match(r"\s+of\s+(?:his|her|its|their|the|an?|my|our)\b", following(match)):
        return None  # the last months of a life or a war
    number = number_of(match["number"]) if match["number"] else 1
    back = match["which"].lower() in {"last", "past", "previous"}
    if match["unit"].lower().startswith("quarter"):
        first = (frame.anchor.month - 1) // 3 * 3 + 1
        return months(frame.anchor.year, first - 3 * number if back else first + 3, 3 * number)
    other = moved(frame.anchor, -number if back else number, match["unit"])
    if other is None:
        return None
    return days(other, frame.anchor if back else frame.anchor + timedelta(1), unit_precision(match["unit"]))


def resolve_from_near_day(match: Match, frame: Frame) -> Interval | None:
    """Three weeks from tomorrow, two days before yesterday."""
    pivot = frame.anchor + timedelta({"yesterday": -1, "tomorrow": 1}.get(match["pivot"].lower(), 0))
    number = number_of(match["number"])
    if match["which"].lower() == "from" and is_preceded(match, r"for\s+"):
        return lasting(day(pivot), number, match["unit"])
    return shifted(pivot, -number if match["which"].lower() == "before" else number, match["unit"])


def resolve_now(_: Match, frame: Frame) -> Interval | None:
    """The day of publication, as the end of a range."""
    return day(frame.anchor)


def resolve_to_date(match: Match, frame: Frame) -> Interval | None:
    """The year to date: up to the day before that of publication, which is not over."""
    whole = unit_around(frame.anchor, match["unit"].lower(), 0)
    return replace(whole, last=max(whole.first, frame.anchor - timedelta(1))) if whole else None


def resolve_following_weekday(match: Match, frame: Frame) -> Interval | None:
    """The following Friday: that of the week after the day of publication's."""
    monday = frame.anchor - timedelta(frame.anchor.weekday())
    return day(monday + timedelta(7 + weekday_number(match["weekday"])))


def resolve_anaphor(match: Match, frame: Frame) -> Interval | None:
    """Two days later, the following year, that day: from the time that was named before."""
    if frame.reference is None:
        return None
    unit = match["unit"].lower()
    if unit not in {"week", "weekend", "month", "quarter", "year"} and not match["number"]:
        unit = "day"
    which = match["which"].lower()
    count = number_of(match["number"]) if match["number"] else 0 if which in {"same", "that"} else 1
    if _RANKS[frame.reference.precision] > _RANKS[unit_precision(unit)]:
        return None
    back = which in {"earlier", "before", "previous"}
    if unit == "weekend":
        return weekend(frame.reference.first + timedelta(-7 * count if back else 7 * count))
    if unit == "quarter":
        return unit_around(frame.reference.first, unit, -count if back else count)
    return shifted(frame.reference.first, -count if back else count, unit)


def lasting(begin: Interval, count: int, unit: str) -> Interval | None:
    """For three days from a day on, that day included."""
    end = moved(begin.first, count, unit)
    return days(begin.first, end - timedelta(1)) if end and end > begin.first else None


def shifted(at: date, count: int, unit: str) -> Interval | None:
    """The day, week, month or year that lies ``count`` units from a day: no finer than the unit says."""
    there = moved(at, count, unit)
    if there is None:
        return None
    return {
        DatePrecision.WEEK: week(there),
        DatePrecision.MONTH: month(there.year, there.month),
        DatePrecision.YEAR: year(there.year),
    }.get(unit_precision(unit), day(there))


def moved(at: date, count: int, unit: str) -> date | None:
    """The day ``count`` units from a day; None beyond the calendar."""
    unit = unit.lower()
    if unit.startswith("minute"):
        return at
    if unit.startswith("hour"):
        return at + timedelta(int(count / 24))
    if unit.startswith(("day", "week", "fortnight")):
        return at + timedelta(count * {"d": 1, "w": 7, "f": 14}[unit[0]])
    number = count * {"m": 1, "q": 3, "y": 12, "d": 120, "c": 1200}[unit[0]]
    return add_months(at, number) if 1 < at.year + number // 12 < 9990 else None
