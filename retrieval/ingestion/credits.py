"""Who made an article: bylines and credits, the names of authors in them, and credits at the end of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from retrieval.ingestion.sentences import trimmed
from retrieval.models import Block, BlockKind, Span

_NAME = r"[A-Z][\w'’.-]*(?:\s+(?:[A-Z][\w'’.-]*|de|da|di|del|der|den|van|von|bin|ibn|el|al|la|le|du|dos|ten|ter|y)){1,4}"
# Who writes; whoever edits, films or translates is no author.
_WRITES = re.compile(
    r"(?:\b(?:written|words|story|reported|reporting|additional\s+reporting)\s+by|\bby|\bauthors?\s*:)\s*:?\s+",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:edit(?:ed|ing)|writing|translat(?:ed|ing|ion)|photo(?:s|graph\w*)?|pictures?|video|graphics?|produced|filmed)\b",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"\s*(?:,|&|\band\b|/)\s*", re.IGNORECASE)
_PLACE = re.compile(r"\s+(?:in|at|for|from|of)\s+.*", re.DOTALL)
_NO_PERSON = re.compile(
    r"\b(?:staff|writers?|correspondents?|reporters?|editors?|news|agency|agencies|press|reuters|bbc|desk|team|service|online)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"[(\[]\s*(?:(?:additional\s+)?reporting|writing|edit(?:ed|ing)|written|compiled|translated)\s+by\s+[^()\[\]\n]{3,400}[)\]]\.?\s*\Z",
    re.IGNORECASE,
)
_LONGEST_CREDIT = 420


def find_authors(text: str, blocks: Iterable[Block]) -> tuple[str, ...]:
    """The authors that the bylines and credits of an article name, in their order; none twice.

    >>> text = "By IVO KANT and Dag Wahl, Staff Writer"
    >>> find_authors(text, [Block(BlockKind.BYLINE, Span(0, len(text)))])
    ('Ivo Kant', 'Dag Wahl')
    """
    authors: dict[str, None] = {}
    for block in blocks:
        if block.kind is not BlockKind.BYLINE:
            continue
        for part in re.split(r"[;|]", block.span.slice(text).strip(" ()[]*_.")):
            match = _WRITES.search(part)
            if match is None or _OTHERS.search(part[: match.end()]):
                continue
            authors.update(dict.fromkeys(_names(part[match.end() :])))
    return tuple(authors)


def _names(words: str) -> Iterator[str]:
    for piece in _JOINTS.split(words):
        name = " ".join(_PLACE.sub("", piece).strip(" .-–—").split())
        if not re.fullmatch(_NAME, name) or _NO_PERSON.search(name):
            continue
        yield name.title() if name.isupper() else name


def with_credits(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with a credit in brackets at the end of a paragraph cut off as a byline."""
    for block in blocks:
        found = None
        if block.kind is BlockKind.BODY:
            begin = max(block.span.start, block.span.end - _LONGEST_CREDIT)
            found = _CREDIT.search(text, begin, block.span.end)
        rest = trimmed(text, block.span.start, found.start()) if found is not None else None
        if found is None:
            yield block
            continue
        if rest is not None:
            yield Block(block.kind, rest)
        yield Block(BlockKind.BYLINE, Span(found.start(), block.span.end))
