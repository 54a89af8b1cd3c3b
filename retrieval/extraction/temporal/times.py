"""Times: the expressions that name one, and the interval of the calendar that each stands for.

Own rules, resolved against the day of publication. What a text leaves open stays open: without a publication date only
complete dates are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.language.tenses import Direction, direction_at
from retrieval.extraction.temporal.intervals import Interval, day, days
from retrieval.extraction.temporal.intervals import month as month_of
from retrieval.extraction.temporal.intervals import year as year_of
from retrieval.extraction.temporal.patterns import HINT, PATTERNS, Pattern
from retrieval.extraction.temporal.reference_frames import Frame
from retrieval.extraction.temporal.relative_times import lasting, moved, shifted
from retrieval.extraction.temporal.time_words import NUMBER, UNIT, number_of, weekday_number
from retrieval.models import BlockKind, DatePrecision, DateSource, PublicationDate, PublicationSource, Span
from retrieval.models.found_facts import FoundTime

_RANGE_JOIN = re.compile(r"\s*(?:-|–|—|~)\s*|\s+(?:to|through|thru|until|till)\s+(?:the\s+)?", re.IGNORECASE)
_AND_JOIN = re.compile(r"\s*,?\s*(?:and|or)\s+(?:the\s+)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+)?\Z", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?<![\w-])(?P<lasts>for\s{{1,8}})?(?P<number>{NUMBER}|the(?=\s+day\s))\s{{1,8}}(?P<unit>{UNIT})(?:\s{{0,2}},)?\s{{1,8}}"
    r"(?:(?P<begins>starting|beginning)(?:\s{1,8}(?:from|on))?|(?P<which>from|after|before))\s{1,8}(?:the\s{1,8})?\Z",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    rf"(?<![\w-])(?:(?P<number>{NUMBER})\s{{1,8}})?(?P<unit>weeks?|months?|quarters?|years?)\s{{1,8}}"
    r"(?:end(?:ed|ing)(?:\s{1,8}on)?|to|through)\s{1,8}\Z",
    re.IGNORECASE,
)
_STEPS = frozenset({"following", "previous"})
_FINENESS = (DatePrecision.MINUTE, DatePrecision.DAY, DatePrecision.WEEK, DatePrecision.MONTH, DatePrecision.YEAR)
_SOME_DAY = date(2000, 1, 1)

Tense = Callable[[int, int], Direction]


@dataclass(frozen=True, slots=True)
class _Expression:
    """A match with what it was resolved to; ``interval`` is None where that needs a publication date that is not known."""

    span: Span
    pattern: Pattern
    match: re.Match[str]
    frame: Frame
    interval: Interval | None


def find_times(text: str, parsed: Sequence[ParsedBlock], *, published: PublicationDate) -> list[FoundTime]:
    """The times of an article in reading order, disjoint, the date of its dateline among them.

    Relative times rest on ``published`` and the tense of the verb that governs them, within a quotation too. Where the
    publication date is too coarse or unknown, they are given without an interval and with UNKNOWN precision.
    """
    found = []
    for piece in parsed:
        offset = piece.block.span.start
        words = piece.block.span.slice(text)
        tense = _tense_of(piece)
        found += [_moved(time, offset) for time in _times(words, published.at, published.precision, tense)]
    if published.source is PublicationSource.DATELINE and published.span and published.at:
        found = [time for time in found if not time.span.overlaps(published.span)]
        found.append(_publication_time(published.at, published.precision, published.span))
    return sorted(found, key=lambda time: time.span)


def parse_time_expressions(text: str, *, anchor: datetime | None) -> list[FoundTime]:
    """The times in plain text such as a question, without a parse: where the tense would decide, the nearest past is taken.

    ``anchor`` is the moment that "yesterday" counts from; without one only complete dates get an interval.
    """
    at = anchor.replace(tzinfo=anchor.tzinfo or UTC).astimezone(UTC) if anchor else None
    precision = DatePrecision.DAY if at else DatePrecision.UNKNOWN
    return _times(text, at, precision, lambda _start, _end: "unknown")


def _tense_of(piece: ParsedBlock) -> Tense:
    is_title = piece.block.kind is BlockKind.TITLE
    return lambda start, end: direction_at(piece.doc, start, end, is_title=is_title)


def _times(text: str, anchor: datetime | None, precision: DatePrecision, tense: Tense) -> list[FoundTime]:
    if not HINT.search(text):
        return []
    frame = Frame(anchor.date() if anchor else _SOME_DAY)
    known = _fineness(precision) if anchor else len(_FINENESS)
    chosen = _longest(_candidates(text, frame, known, tense))
    return [_found(*pair) for pair in _joined(text, _with_anaphors(chosen, known))]


def _candidates(text: str, frame: Frame, known: int, tense: Tense) -> Iterable[_Expression]:
    hinted: dict[re.Pattern[str], bool] = {}
    for pattern in PATTERNS:
        if pattern.hint is not None:
            if pattern.hint not in hinted:
                hinted[pattern.hint] = pattern.hint.search(text) is not None
            if not hinted[pattern.hint]:
                continue
        for match in pattern.regex.finditer(text):
            here = replace(frame, direction=tense(match.start(), match.end())) if pattern.needs else frame
            if pattern.is_anaphor:
                yield _Expression(Span(match.start(), match.end()), pattern, match, here, None)
                continue
            interval = _resolved(pattern, match, here)
            if interval is None:
                continue
            is_known = pattern.needs is None or known <= _fineness(pattern.needs)
            yield _Expression(Span(match.start(), match.end()), pattern, match, here, interval if is_known else None)


def _resolved(pattern: Pattern, match: re.Match[str], frame: Frame) -> Interval | None:
    try:
        return pattern.resolve(match, frame)
    except (OverflowError, ValueError):
        return None  # outside the calendar: "9,000 years ago"


def _longest(candidates: Iterable[_Expression]) -> list[_Expression]:
    """Disjoint expressions in order: at each place the one that begins first, of those the longest."""
    chosen: list[_Expression] = []
    for expression in sorted(candidates, key=lambda e: (e.span.start, -e.span.end)):
        if not chosen or expression.span.start >= chosen[-1].span.end:
            chosen.append(expression)
    return chosen


def _with_anaphors(chosen: list[_Expression], known: int) -> list[_Expression]:
    """Two days later, that year: from the time before them; dropped where there is none."""
    resolved: list[_Expression] = []
    for expression in chosen:
        if not expression.pattern.is_anaphor:
            resolved.append(expression)
            continue
        before = next((e for e in reversed(resolved) if e.interval and not e.pattern.is_now), None)
        if before is None and known <= _fineness(DatePrecision.DAY) and expression.match["which"].lower() in _STEPS:
            # With nothing told before, what follows follows the day of publication.
            frame = replace(expression.frame, reference=day(expression.frame.anchor))
            resolved.append(replace(expression, interval=_resolved(expression.pattern, expression.match, frame)))
            continue
        frame = replace(expression.frame, reference=before.interval if before else None)
        if before and (interval := _resolved(expression.pattern, expression.match, frame)):
            needs = before.pattern if before.pattern.needs is None or known < len(_FINENESS) else expression.pattern
            resolved.append(replace(expression, interval=interval, pattern=replace(expression.pattern, needs=needs.needs)))
    return resolved


def _joined(text: str, expressions: list[_Expression]) -> Iterable[tuple[Span, Interval | None, bool]]:
    """Span, interval and whether it is explicit, with "from .. to .." and "between .. and .." made one."""
    position = 0
    while position < len(expressions):
        first = expressions[position]
        second = expressions[position + 1] if position + 1 < len(expressions) else None
        gap = text[first.span.end : second.span.start] if second else ""
        if second and _is_range(text, first, second, gap):
            pair = _paired(first, second)
            if pair:
                explicit = first.pattern.needs is None or second.pattern.needs is None
                yield Span(first.span.start, second.span.end), pair, explicit
                position += 2
                continue
        if first.pattern.is_now:
            position += 1
            continue
        if second and _AND_JOIN.fullmatch(gap):
            first = _before(_with_year_of(first, second), second)
        if second and re.fullmatch(r"\s*\(\s*", gap):
            first = _as_bracketed(first, second)
        floor = expressions[position - 1].span.end if position else 0
        counted = _counted(text, first, floor) or _ended(text, first, floor)
        if counted:
            yield (*counted, first.pattern.needs is None)
            position += 1
            continue
        yield first.span, first.interval, first.pattern.needs is None
        position += 1


def _counted(text: str, expression: _Expression, floor: int) -> tuple[Span, Interval] | None:
    """Two days after January 3, for a week from Monday: what is counted from a day, with the words that count."""
    pivot = expression.interval
    count = _COUNT.search(text, floor, expression.span.start)
    if count is None or pivot is None or pivot.precision is not DatePrecision.DAY or pivot.first != pivot.last:
        return None
    if count["which"] == "from" and expression.pattern.needs:
        ahead = replace(expression.frame, direction="future")
        pivot = _resolved(expression.pattern, expression.match, ahead) or pivot
    number, unit = 1 if count["number"].lower() == "the" else number_of(count["number"]), count["unit"]
    begins = count["begins"] is not None or (count["lasts"] is not None and count["which"] == "from")
    if begins:
        found = lasting(pivot, number, unit)
    elif count["lasts"]:
        return None  # "for three days after Monday" says no more than "after Monday"
    elif unit.lower().startswith(("day", "week", "fortnight")):
        at = moved(pivot.first, -number if count["which"].lower() == "before" else number, unit)
        found = day(at) if at else None
    else:
        found = shifted(pivot.first, -number if count["which"].lower() == "before" else number, unit)
    return (Span(count.start("number"), expression.span.end), found) if found else None


def _ended(text: str, expression: _Expression, floor: int) -> tuple[Span, Interval] | None:
    """The six months ended June 30, the year to March 2019: as long as told, with the time named as its last part."""
    pivot, period = expression.interval, _PERIOD.search(text, floor, expression.span.start)
    if period is None or pivot is None or pivot.precision not in {DatePrecision.DAY, DatePrecision.MONTH}:
        return None
    number = number_of(period["number"]) if period["number"] else 1
    begin = moved(pivot.last + timedelta(1), -number, period["unit"])
    if begin is None or begin >= pivot.first:
        return None
    start = period.start("number") if period["number"] else period.start("unit")
    return Span(start, expression.span.end), days(begin, pivot.last, pivot.precision)


def _as_bracketed(first: _Expression, second: _Expression) -> _Expression:
    """Friday (January 10): the weekday is that date."""
    at = second.interval
    if at is None or at.first != at.last or not first.match.groupdict().get("weekday"):
        return first
    return replace(first, interval=at) if weekday_number(first.match["weekday"]) == at.first.weekday() else first


def _before(first: _Expression, second: _Expression) -> _Expression:
    """In January and February: the earlier of two months without a year comes first."""
    if not (_lacks_year(first) and _lacks_year(second) and first.interval and second.interval):
        return first
    if first.interval.first < second.interval.first:
        return first
    return replace(first, interval=_in_year(first, first.interval.first.year - 1) or first.interval)


def _is_range(text: str, first: _Expression, second: _Expression, gap: str) -> bool:
    if _RANGE_JOIN.fullmatch(gap):
        are_alike = (
            first.pattern is second.pattern
            or _names(first) & _names(second) != set()
            or (_is_whole_date(first) and _is_whole_date(second))
        )
        return are_alike or gap.strip().isalpha()
    return bool(_AND_JOIN.fullmatch(gap) and _BETWEEN.search(text, 0, first.span.start))


def _paired(first: _Expression, second: _Expression) -> Interval | None:
    """From the first day of one to the last of the other; a year given once serves both."""
    if first.interval is None or second.interval is None:
        return None
    begin, end = first.interval, second.interval
    if _lacks_year(first) and _lacks_year(second) and (around := _around(first, second)):
        begin, end = around
    elif _lacks_year(first):
        begin = _in_year(first, end.last.year) or begin
        if begin.first > end.first:
            begin = _in_year(first, end.last.year - 1) or begin
    elif _lacks_year(second):
        end = _in_year(second, begin.first.year) or end
        if end.first < begin.first:
            end = _in_year(second, begin.first.year + 1) or end
    if end.first < begin.first and "weekday" in second.match.groupdict() and not second.match.groupdict().get("day"):
        end = day(end.first + timedelta(-(-(begin.first - end.first).days // 7) * 7))
    if begin.first >= end.first:
        return None
    precision = min(begin.precision, end.precision, key=_fineness)
    return days(begin.first, end.last, precision)


def _around(first: _Expression, second: _Expression) -> tuple[Interval, Interval] | None:
    """Of "from August to October", the year whose range the day of publication falls into."""
    anchor = first.frame.anchor
    for year in (anchor.year, anchor.year - 1):
        begin = _in_year(first, year)
        for end in (_in_year(second, year), _in_year(second, year + 1)):
            if begin and end and begin.first < end.first:
                if begin.first <= anchor <= end.last:
                    return begin, end
                break
    return None


def _with_year_of(first: _Expression, second: _Expression) -> _Expression:
    """The year of "May 3 and June 4, 2019" stands for both."""
    if not _lacks_year(first) or "month" not in second.match.groupdict() or not second.match["year"] or not second.interval:
        return first
    interval = _in_year(first, second.interval.first.year)
    if interval is None or interval.first > second.interval.first:
        return first
    return replace(first, interval=interval, pattern=second.pattern)


def _names(expression: _Expression) -> set[str]:
    """Which parts of a date an expression names: a dash joins only like with like."""
    groups = expression.match.groupdict()
    return {name for name in ("weekday", "month", "year", "decade", "season") if groups.get(name)}


def _is_whole_date(expression: _Expression) -> bool:
    interval = expression.interval
    return expression.pattern.needs is None and interval is not None and interval.precision is DatePrecision.DAY


def _lacks_year(expression: _Expression) -> bool:
    groups = expression.match.groupdict()
    return "month" in groups and not groups.get("year") and not groups.get("which")


def _in_year(expression: _Expression, year: int) -> Interval | None:
    return _resolved(expression.pattern, expression.match, replace(expression.frame, year=year))


def _found(span: Span, interval: Interval | None, is_explicit: bool) -> FoundTime:
    source = DateSource.EXPLICIT if is_explicit else DateSource.RELATIVE_TO_PUBLICATION
    if interval is None:
        return FoundTime(span, None, None, DatePrecision.UNKNOWN, source)
    return FoundTime(span, interval.start, interval.end, interval.precision, source)


def _moved(time: FoundTime, offset: int) -> FoundTime:
    return replace(time, span=Span(time.span.start + offset, time.span.end + offset))


def _publication_time(at: datetime, precision: DatePrecision, span: Span) -> FoundTime:
    whole = {DatePrecision.YEAR: year_of(at.year), DatePrecision.MONTH: month_of(at.year, at.month)}.get(
        precision, day(at.date())
    )
    if precision is DatePrecision.MINUTE:
        whole = replace(whole, minute=at.replace(second=0, microsecond=0), precision=precision)
    return FoundTime(span, whole.start, whole.end, precision, DateSource.EXPLICIT)


def _fineness(precision: DatePrecision) -> int:
    return _FINENESS.index(precision) if precision in _FINENESS else len(_FINENESS)
