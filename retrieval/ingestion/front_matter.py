"""Front matter: the block of ``key: value`` lines between two ``---`` that text and Markdown files may begin with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.models import Span

_BLOCK = re.compile(r"\s*---[ \t]*\r?\n(?P<lines>(?:[^\r\n]*\r?\n){1,60}?)(?:---|\.\.\.)[ \t]*(?=\r?\n|\Z)")
_FIELD = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40}):(?:[ \t]+(?P<value>.*))?\Z")
_ITEM = re.compile(r"\s*-\s+(?P<value>.+)\Z")
_PUBLISHED = ("published_at", "published", "date", "pubdate", "publication_date")
_PUBLISHER = ("publisher", "source", "site", "sitename")
_AUTHORS = ("authors", "author", "byline", "by")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says about its article; ``span`` covers it from the first ``---`` to the last."""

    span: Span
    title: str | None = None
    published_at: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None


def parse_front_matter(text: str) -> FrontMatter | None:
    """The front matter that ``text`` begins with, None where it has none."""
    match = _BLOCK.match(text)
    if not match:
        return None
    fields: dict[str, list[str]] = {}
    key = ""
    for line in match["lines"].splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if field := _FIELD.match(line):
            key = field["key"].strip().lower().replace(" ", "_").replace("-", "_")
            fields[key] = [value] if (value := _unquoted(field["value"] or "")) else []
        elif key and (item := _ITEM.match(line)):
            fields[key].append(_unquoted(item["value"]))
        elif not (key and line[0].isspace()):
            return None
    if not fields:
        return None
    start = text.index("---", match.start())
    return FrontMatter(
        span=Span(start, match.end()),
        title=_first(fields, "title", "headline"),
        published_at=_first(fields, *_PUBLISHED),
        publisher=_first(fields, *_PUBLISHER),
        authors=_names(fields),
        url=_first(fields, "url", "link", "canonical"),
        language=_first(fields, "language", "lang"),
    )


def _first(fields: dict[str, list[str]], *keys: str) -> str | None:
    return next((fields[key][0] for key in keys if fields.get(key)), None)


def _names(fields: dict[str, list[str]]) -> tuple[str, ...]:
    values = next((fields[key] for key in _AUTHORS if fields.get(key)), [])
    if len(values) == 1:
        values = re.split(r"\s*(?:,|;|\band\b|&)\s*", values[0].strip("[]"))
    return tuple(name for value in values if (name := _unquoted(value)))


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
