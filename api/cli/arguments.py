"""Command-line words as values: enum members, moments, filters."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from retrieval.archive import Archive
from retrieval.errors import InputError
from retrieval.models import ArticleFilter

E = TypeVar("E", bound=StrEnum)

_CAPITAL = re.compile(r"([A-Z])")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def parse_choice(kind: type[E], word: str) -> E:
    """The member of ``kind`` that ``word`` names, in either case and with - for _.

    Raises:
        InputError: it names none; the message lists them.
    """
    try:
        return kind[word.strip().upper().replace("-", "_")]
    except KeyError as error:
        choices = ", ".join(member.name.lower() for member in kind)
        what = _CAPITAL.sub(r" \1", kind.__name__).strip().lower()
        raise InputError(f"unknown {what} {word!r}; choose from {choices}") from error


def parse_choices(kind: type[E], words: Sequence[str] | None) -> tuple[E, ...]:
    """Each of ``words`` as `parse_choice` has it."""
    return tuple(parse_choice(kind, word) for word in words or ())


def parse_moment(text: str | None, *, is_end: bool = False) -> datetime | None:
    """An ISO-8601 date or time as UTC. A year, month or day means its first second, or its last where ``is_end``.

    Raises:
        InputError: it is no date.
    """
    if text is None:
        return None
    try:
        match = _DATE.fullmatch(text.strip())
        if match is None:
            moment = datetime.fromisoformat(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None, "the pattern has it"
        if not is_end:
            return datetime(year, month or 1, day or 1, tzinfo=UTC)
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return datetime(year, last_month, last_day, tzinfo=UTC) + timedelta(days=1, seconds=-1)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text!r} is no date; write it as 2020-01-17, 2020-01, 2020 or 2020-01-17T09:30:00+00:00"
        ) from error


def article_filter(*, published_from: str | None, published_to: str | None, sources: Sequence[str] | None) -> ArticleFilter:
    """Which articles a question or search is about."""
    return ArticleFilter(
        publishers=tuple(sources or ()),
        published_from=parse_moment(published_from),
        published_to=parse_moment(published_to, is_end=True),
    )


def entity_ids(archive: Archive, names: Sequence[str] | None) -> tuple[str, ...]:
    """The ids of the entities that go by ``names`` (or that are ids already).

    Raises:
        InputError: the archive knows no entity of that name.
    """
    ids = []
    for name in names or ():
        entity = archive.entity(name) or archive.entity(name=name)
        if entity is None:
            raise InputError(f"the archive knows no {name!r}; see dateline entities --name")
        ids.append(entity.id)
    return tuple(ids)


def read_file(path: Path) -> bytes:
    """The content of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error}") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from error


def read_links(path: Path) -> list[tuple[str, str]]:
    """The names and Wikidata ids of a file of lines with a tab between them.

    Raises:
        InputError: the file cannot be read, or a line is of another form.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, tab, item = line.partition("\t")
        if not tab or not name.strip():
            raise InputError(f"{path}, line {number}: no name, tab and Wikidata id")
        rows.append((name.strip(), item.strip()))
    return rows
