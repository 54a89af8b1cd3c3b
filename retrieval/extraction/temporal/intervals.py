"""Stretches of the calendar, and the arithmetic that times are resolved with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from retrieval.models import DatePrecision

Part = Literal["early", "mid", "late"]

_LAST_SECOND = time(23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Interval:
    """First to last day, both inside; ``minute`` is set where the text gives an hour of that one day, in UTC."""

    first: date
    last: date
    precision: DatePrecision
    minute: datetime | None = None

    @property
    def start(self) -> datetime:
        """The first second."""
        return self.minute or datetime.combine(self.first, time(tzinfo=UTC))

    @property
    def end(self) -> datetime:
        """The last second."""
        return self.minute.replace(second=59) if self.minute else datetime.combine(self.last, _LAST_SECOND)


def day(at: date) -> Interval:
    """One day."""
    return Interval(at, at, DatePrecision.DAY)


def days(first: date, last: date, precision: DatePrecision = DatePrecision.DAY) -> Interval:
    """Several days, in either order."""
    return Interval(min(first, last), max(first, last), precision)


def week(at: date) -> Interval:
    """The week, Monday to Sunday, that holds a day."""
    monday = at - timedelta(at.weekday())
    return Interval(monday, monday + timedelta(6), DatePrecision.WEEK)


def weekend(at: date) -> Interval:
    """Saturday and Sunday of the week that holds a day."""
    saturday = at - timedelta(at.weekday()) + timedelta(5)
    return Interval(saturday, saturday + timedelta(1), DatePrecision.DAY)


def month(year_number: int, month_number: int) -> Interval:
    """A month; numbers below 1 and above 12 count into the years around."""
    index = year_number * 12 + month_number - 1
    year_number, month_number = index // 12, index % 12 + 1
    last = monthrange(year_number, month_number)[1]
    return Interval(date(year_number, month_number, 1), date(year_number, month_number, last), DatePrecision.MONTH)


def months(year_number: int, first_month: int, count: int) -> Interval:
    """``count`` months from one on: quarters, halves of a year and seasons."""
    return Interval(
        month(year_number, first_month).first, month(year_number, first_month + count - 1).last, DatePrecision.MONTH
    )


def year(number: int) -> Interval:
    """A year."""
    return years(number, number)


def years(first: int, last: int) -> Interval:
    """Several years: decades, centuries, ranges."""
    return Interval(date(first, 1, 1), date(last, 12, 31), DatePrecision.YEAR)


def add_months(at: date, count: int) -> date:
    """The same day ``count`` months on, or the last of that month where it has no such day."""
    target = month(at.year, at.month + count)
    return target.first.replace(day=min(at.day, target.last.day))


def part_of(whole: Interval, part: Part) -> Interval:
    """The early, middle or late part: of a month days 1-10, 11-20 and the rest, of anything else a third."""
    if whole.precision is DatePrecision.MONTH and whole.first.month == whole.last.month:
        cuts = (10, 20)
    else:
        length = (whole.last - whole.first).days + 1
        cuts = (length // 3, 2 * length // 3)
    if whole.precision is DatePrecision.YEAR and whole.first.year == whole.last.year:
        first, last = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}[part]
        return replace(months(whole.first.year, first, last - first + 1), precision=DatePrecision.YEAR)
    if whole.precision is DatePrecision.YEAR:
        start, span = whole.first.year, whole.last.year - whole.first.year + 1
        edges = {
            "early": (0, round(span * 0.3) - 1),
            "mid": (round(span * 0.3), round(span * 0.7) - 1),
            "late": (round(span * 0.7), span - 1),
        }
        return years(start + edges[part][0], start + edges[part][1])
    if part == "early":
        return replace(whole, last=whole.first + timedelta(cuts[0] - 1))
    if part == "mid":
        return replace(whole, first=whole.first + timedelta(cuts[0]), last=whole.first + timedelta(cuts[1] - 1))
    return replace(whole, first=whole.first + timedelta(cuts[1]))
