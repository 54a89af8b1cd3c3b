"""The date expressions of Recognizers-Text (data/timex): an outside check of the time rules.

Rows: type date or daterange, resolved, with both ends (rows open at one end, "before 2018", have no counterpart here: an
article's "since 2014" is the interval of 2014). A row counts when a time is found at exactly its span, less a leading
preposition or article, with exactly its interval. Where our interval follows another convention than theirs, that is
accepted: a range includes its last unit ("2014 to 2018" ends with 2018), "two weeks ago" is that week, not that day.

Of these, the news rows leave out what news text hardly has and the rules leave alone on purpose: dates in figures without
a year or that can be read in two ways, years in words, feasts, week numbers, "the day", "the 18th", business days.

The comparable rows leave out, of the news rows, two whole classes in which the data set's convention contradicts how news
is read, whether the rules happen to agree on a row or not: vague parts ("the end of 2008", "earlier this month": theirs is
half of the unit, ours a third, or up to the day of publication) and anaphors ("three weeks later", "the following
quarter": theirs count from the clock, ours from the time that the text named before).

The rules were last extended by what they missed in one half of all rows, told by a hash of the text ("looked at"); the
other half ("held apart") was not read for it.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from retrieval.extraction.temporal.intervals import months
from retrieval.extraction.temporal.times import parse_time_expressions
from retrieval.models import DatePrecision
from retrieval.models.found_facts import FoundTime

_LEAD = re.compile(
    r"^(?:(?:from|between|on|in|the|at|since|of|during|for|by|before|after|until|within|year)\s+)+", re.IGNORECASE
)
_COARSE = re.compile(
    r"(?:week|fortnight|month|year|decade)s?(?:['’]s time)?(?: ago| from (?:now|today|tomorrow))?$", re.IGNORECASE
)
_RARE = re.compile(
    r"(?<!\d)\d{1,2}[/.-]\d{1,2}(?![\d/.-])|^\W*\d{8}|\d{1,2}/\d{1,2}/\d{2,4}|[a-z]/\d|christmas|easter|eid|halloween"
    r"|thanksgiving|patrick|juneteenth|\bnew year\b|labor day|freedom|jubilee|workers|independence|earth day|black friday"
    r"|thousand|nineteen|twenty \w+$|\bweek \d|business|work|\beo[my]\b|\bnow\b|to date|current date|\bcy|\botd\b|remaining"
    r"|^(?:the|for the|that|same|this)?\s*(?:day|week|month|year|weekend|fortnight|quarter|same \w+)(?: (?:before|after))?$"
    r"|^(?:the |around the )?\d+(?:st|nd|rd|th)\b(?: this month)?$"
    r"|^(?:mon|tue|wed|thu|fri|sat|sun)\w* (?:the )?(?:\d+|\w+th|\w+ first)",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:start|beginning|middle|mid|end|early|earlier|late|later)\b", re.IGNORECASE)
_ANAPHOR = re.compile(r"\b(?:later|earlier|following|previous)\b|\bnext day\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimexRow:
    """A date expression: its place in ``text``, the moment it counts from, and the intervals that it may stand for."""

    text: str
    start: int
    end: int
    at: datetime
    intervals: frozenset[tuple[date, date]]
    is_range: bool
    has_named_ends: bool

    @property
    def words(self) -> str:
        """The expression."""
        return self.text[self.start : self.end]


def read_timex(path: Path) -> Iterator[TimexRow]:
    """The dates and date ranges of a file of Recognizers-Text that are resolved and have both ends."""
    for entry in json.loads(path.read_text(encoding="utf-8-sig")):
        reference = entry.get("Context", {}).get("ReferenceDateTime")
        for result in entry["Results"]:
            kind = result.get("TypeName", "").removeprefix("datetimeV2.")
            if kind not in {"date", "daterange"} or not reference:
                continue
            values = result["Resolution"]["values"]
            if kind == "date" and all(value["value"] != "not resolved" for value in values):
                days = [date.fromisoformat(value["value"]) for value in values]
                intervals = frozenset((day, day) for day in days)
            elif kind == "daterange" and all(value.get("start") and value.get("end") for value in values):
                ends = [(date.fromisoformat(value["start"]), date.fromisoformat(value["end"])) for value in values]
                intervals = frozenset((start, end - timedelta(1)) for start, end in ends)
            else:
                continue
            yield TimexRow(
                entry["Input"],
                result["Start"],
                result["End"] + 1,
                datetime.fromisoformat(reference),
                intervals,
                is_range=kind == "daterange",
                has_named_ends=values[0]["timex"].startswith("("),
            )


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEAD.match(text[start:end])
    return (start + lead.end() if lead else start, end)


def _is_same(row: TimexRow, found: FoundTime) -> bool:
    if not found.start or not found.end:
        return False
    first, last = found.start.date(), found.end.date()
    if (first, last) in row.intervals:
        return True
    if not row.is_range:
        return bool(_COARSE.search(row.words)) and any(first <= start <= last for start, _ in row.intervals)
    if not row.has_named_ends:
        return False
    is_quarter = re.search(r"\bq[1-4]\b", row.words, re.IGNORECASE) is not None
    ends = [(start, end + timedelta(1)) for start, end in row.intervals]
    return any(first == start and last in _last_days(end, found.precision, is_quarter=is_quarter) for start, end in ends)


def _last_days(end: date, precision: DatePrecision, *, is_quarter: bool) -> set[date]:
    """Their end, excluded, names our last unit: its last day is ours."""
    if is_quarter:
        return {months(end.year, end.month, 3).last}
    month = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    return {end, *([month] if precision in {DatePrecision.MONTH, DatePrecision.YEAR} else []), *_year_end(end, precision)}


def _year_end(end: date, precision: DatePrecision) -> list[date]:
    return [end.replace(month=12, day=31)] if precision is DatePrecision.YEAR else []


def is_right(row: TimexRow) -> bool:
    """Whether the time rules find the expression, at its place, with its interval."""
    found = parse_time_expressions(row.text, anchor=row.at)
    wanted = _bare(row.text, row.start, row.end)
    return any(_bare(row.text, time.span.start, time.span.end) == wanted and _is_same(row, time) for time in found)


def timex_rows(path: Path) -> dict[str, list[TimexRow]]:
    """The rows "all", "news", "comparable", "looked at" and "held apart", as this module's docstring tells them apart."""
    rows = list(read_timex(path))
    news = [row for row in rows if not _RARE.search(row.words)]
    comparable = [row for row in news if not _VAGUE.search(row.words) and not _ANAPHOR.search(row.words)]
    halves: tuple[list[TimexRow], list[TimexRow]] = ([], [])
    for row in rows:
        halves[sha256(row.text.encode()).digest()[0] % 2].append(row)
    return {"all": rows, "news": news, "comparable": comparable, "looked at": halves[0], "held apart": halves[1]}
