"""The publication date of an article: taken from what is given or written, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from retrieval.errors import InputError
from retrieval.models import Block, BlockKind, DatePrecision, PublicationDate, PublicationSource, Span

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?)"
# Hours east of Greenwich. Names that stand for several zones (IST, AST, ET in half of the year) are left out on purpose.
_ZONES = {
    "utc": 0.0, "gmt": 0.0, "z": 0.0, "wet": 0.0, "bst": 1.0, "west": 1.0, "cet": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0,
    "msk": 3.0, "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0,
    "jst": 9.0, "kst": 9.0, "hkt": 8.0, "sgt": 8.0, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "sast": 2.0,
}  # fmt: skip
_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"(?:\s*\(?(?P<zone>z\b|[+-]\d{2}:?\d{2}\b|(?:utc|gmt)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?\b"
    rf"|(?-i:{'|'.join(name.upper() for name in _ZONES)}|[ECMP]T|IST|AST)\b)\)?)?"
)
_DAY = (
    r"(?:"
    r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s,./-]{{1,3}}(?P<m2>{_MONTH})[\s,./-]{{1,3}}(?P<y2>\d{{4}})"
    rf"|(?P<m3>{_MONTH})[\s./-]{{1,2}}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[\s,./-]{{1,3}}(?P<y3>\d{{4}})"
    r"|(?P<a4>\d{1,2})(?P<s4>[-/.])(?P<b4>\d{1,2})(?P=s4)(?P<y4>\d{4})"
    rf"|(?P<m5>{_MONTH})[\s,./-]{{1,3}}(?P<y5>\d{{4}})"
    r"|(?P<y6>\d{4})-(?P<m6>0[1-9]|1[0-2])"
    r")(?!\d)"
)
_DATE = re.compile(
    rf"(?<![\w/.-])(?:{_WEEKDAY}[\s,]{{1,3}})?{_DAY}(?:(?:T|[\s,|•·–—-]{{1,4}}(?:at\s+)?){_CLOCK})?", re.IGNORECASE
)
_CLOCK_FIRST = re.compile(
    rf"(?<![\w/.-]){_CLOCK}[\s,|•·–—-]{{1,4}}(?:on\s+)?(?:{_WEEKDAY}[\s,]{{1,3}})?{_DAY}", re.IGNORECASE
)
_YEAR = re.compile(r"\d{4}\Z")
_PUBLISHED = r"(?:first\s+)?(?:published|posted|issued|created|released|date(?:line)?|issue\s+date|publication\s+date)"
_UPDATED = r"(?:last\s+)?(?:updated?|modified|edited|revised|last\s+changed)"
_LABEL = re.compile(
    rf"\b(?:(?P<published>{_PUBLISHED})|(?P<updated>{_UPDATED}))(?:\s+(?:on|at))?\s*[:|–—-]?\s*", re.IGNORECASE
)
_WIRE_END = re.compile(r"\s[-–—]{1,2}\s|\s*\((?:[A-Z][\w.&/ -]{1,40})\)|(?<=\d)\s(?=[A-Z\"“])")
_PLACE = re.compile(r"[A-Z][\w.'’-]*(?:[ ,/]+\(?[A-Z][\w.'’)-]*){0,4}")
_WIRE_LENGTH = 120
_EARLIEST_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it stands in a text: ``at`` in UTC, ``is_update`` when the words call it the date of a change."""

    span: Span
    at: datetime
    precision: DatePrecision
    is_update: bool = False


def publication_date(
    text: str, blocks: Iterable[Block], *, given: str | datetime | None, metadata: str | None = None
) -> PublicationDate:
    """The publication date: ``given`` by the user, else from ``metadata``, else written in a dateline, else UNKNOWN.

    A dateline is a DATELINE block or the opening of a wire report ("BEIRUT, Jan 17, 2020 (Reuters) -"). A date marked as
    that of an update counts only where no other is. Dates that can be read in two ways (05/01/2020) or that lack a part are
    no dates.

    Raises:
        InputError: ``given`` is no date.
    """
    if given is not None:
        return _given(given)
    if metadata is not None and (found := parse_date(metadata)):
        return PublicationDate(found.at, found.precision, PublicationSource.METADATA)
    blocks = tuple(blocks)
    written = [
        date for block in blocks if block.kind is BlockKind.DATELINE for date in find_written_dates(text, block.span)
    ] or _wire_dateline(text, blocks)
    if not written:
        return PublicationDate()
    first = min(written, key=lambda date: date.is_update)
    return PublicationDate(first.at, first.precision, PublicationSource.DATELINE, first.span)


def unless_future(date: PublicationDate, *, now: datetime) -> PublicationDate:
    """``date``; where it lies more than a day ahead of ``now`` (days begin early in the east) none, marked FUTURE."""
    if date.at is None or date.at <= now + _EARLIEST_DAY:
        return date
    return PublicationDate(source=PublicationSource.FUTURE, span=date.span)


def parse_date(text: str) -> WrittenDate | None:
    """The date that the whole of ``text`` is (ISO 8601, RFC 2822 or English), None for anything else."""
    stripped = text.strip()
    if _YEAR.match(stripped):
        at = _moment(int(stripped), 1, 1)
        return WrittenDate(Span(0, 4), at, DatePrecision.YEAR) if at else None
    dates = list(find_written_dates(stripped, Span(0, len(stripped))))
    rest = _LABEL.sub("", "".join(_outside(stripped, dates)))
    if len(dates) != 1 or any(c.isalnum() for c in rest):
        return None
    return dates[0]


def is_dateline(line: str) -> bool:
    """True when a line holds dates and nothing but what goes with them: "Published", a place in front, "3 min read"."""
    if len(line) > _WIRE_LENGTH:
        return False
    dates = list(find_written_dates(line, Span(0, len(line))))
    if not dates:
        return False
    rest = _LABEL.sub("", "".join(_outside(line, dates)))
    rest = re.sub(r"(?i)\b\d{1,3}\s*[- ]?min(?:ute)?s?(?:\s+read)?\b|\bat\s+\d{1,2}:\d{2}\b|\bon\b", "", rest)
    rest = re.sub(r"\([A-Z][\w.&/ -]{1,40}\)", "", rest).strip(" \t\u00a0,.:;|•·()[]*_/–—-")
    is_place = bool(_PLACE.fullmatch(rest)) and line.strip().startswith(rest)
    return not rest or is_place


def find_written_dates(text: str, span: Span) -> Iterator[WrittenDate]:
    """Every full date (at least month and year) written in ``text[span.start:span.end]``, in order."""
    position = span.start
    while True:
        matches = [m for pattern in (_CLOCK_FIRST, _DATE) if (m := pattern.search(text, position, span.end))]
        if not matches:
            return
        match = min(matches, key=lambda m: (m.start(), -m.end()))
        position = match.end()
        resolved = _resolve(match)
        if resolved is None:
            continue
        labels = list(_LABEL.finditer(text, span.start, match.start()))
        is_update = bool(labels and labels[-1]["updated"] and labels[-1].end() == match.start())
        yield WrittenDate(Span(match.start(), match.end()), *resolved, is_update)


def _given(given: str | datetime) -> PublicationDate:
    if isinstance(given, datetime):
        at = (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
        is_day = given.tzinfo is None and given.time() == given.time().min
        return PublicationDate(at, DatePrecision.DAY if is_day else DatePrecision.MINUTE, PublicationSource.OPTION)
    found = parse_date(given)
    if found is None:
        raise InputError(f"unknown publication date {given!r}; write it as 2020-01-17 or 2020-01-17T14:03:00Z")
    return PublicationDate(found.at, found.precision, PublicationSource.OPTION)


def _wire_dateline(text: str, blocks: tuple[Block, ...]) -> list[WrittenDate]:
    body = next((block.span for block in blocks if block.kind is BlockKind.BODY), None)
    if body is None:
        return []
    opening = Span(body.start, min(body.end, body.start + _WIRE_LENGTH))
    for date in find_written_dates(text, opening):
        ending = _WIRE_END.match(text, date.span.end, body.end)
        place = text[body.start : date.span.start].strip(" ,(")
        is_day = date.precision in (DatePrecision.DAY, DatePrecision.MINUTE)
        if ending and is_day and (not place or _PLACE.fullmatch(place)):
            return [date]
        return []
    return []


def _outside(text: str, dates: list[WrittenDate]) -> Iterator[str]:
    position = 0
    for date in dates:
        yield text[position : date.span.start]
        position = date.span.end
    yield text[position:]


def _resolve(match: re.Match[str]) -> tuple[datetime, DatePrecision] | None:
    parts = match.groupdict()
    if parts["y4"]:
        first, second = int(parts["a4"]), int(parts["b4"])
        if first <= 12 and second <= 12 and first != second:
            return None  # 05/01/2020 is the fifth of January or the first of May
        day, month, year = (first, second, int(parts["y4"])) if second <= 12 else (second, first, int(parts["y4"]))
    elif parts["m5"] or parts["m6"]:
        at = _moment(int(parts["y5"] or parts["y6"]), _month(parts["m5"] or parts["m6"]), 1)
        return (at, DatePrecision.MONTH) if at else None
    else:
        n = next(n for n in "123" if parts["y" + n])
        year, month, day = int(parts["y" + n]), _month(parts["m" + n]), int(parts["d" + n])
    at = _moment(year, month, day)
    if at is None:
        return None
    minute = _clock(at, parts)
    return (minute, DatePrecision.MINUTE) if minute else (at, DatePrecision.DAY)


def _clock(day: datetime, parts: dict[str, str | None]) -> datetime | None:
    """The instant in UTC, None where the hour or its zone is not known. ISO 8601 without a zone is taken as UTC."""
    zone = (parts["zone"] or "").lower()
    is_iso = parts["y1"] is not None
    if not parts["hour"] or (not zone and not is_iso):
        return None
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    offset = _offset(zone or "utc")
    if offset is None or hour > 23 or minute > 59 or second > 59:
        return None
    return day.replace(hour=hour, minute=minute, second=second, tzinfo=offset).astimezone(UTC)


def _offset(zone: str) -> timezone | None:
    if zone in _ZONES:
        return timezone(timedelta(hours=_ZONES[zone]))
    match = re.fullmatch(r"(?:utc|gmt)?\s?([+-])(\d{1,2}):?(\d{2})?", zone)
    if not match or int(match[2]) > 14:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _month(name: str | None) -> int:
    text = (name or "").lower()
    return int(text) if text.isdigit() else _MONTHS.index(text[:3]) + 1


def _moment(year: int, month: int, day: int) -> datetime | None:
    if not 1000 <= year <= 2999:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
