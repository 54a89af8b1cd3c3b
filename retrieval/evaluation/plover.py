"""Event types against PLOVER's own gold sentences (CC BY-SA 4.0)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.extraction.extractor import Extractor
from retrieval.models import Block, BlockKind, DatePrecision, PublicationDate, PublicationSource, Span

# The gold file is older than the codebook of 2021, where these types were joined.
_RENAMED = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "FIGHT": "ASSAULT"}
_PUBLISHED = PublicationDate(datetime(2021, 6, 18, tzinfo=UTC), DatePrecision.DAY, PublicationSource.OPTION)


@dataclass(frozen=True, slots=True)
class _Text:
    """A sentence as an article, a block a line."""

    text: str
    blocks: tuple[Block, ...]
    published: PublicationDate = _PUBLISHED


def score_plover(path: Path) -> tuple[float, float]:
    """The share of sentences whose surest event has the gold type, and how many other events there are a sentence."""
    rows = json.loads(path.read_text(encoding="utf-8"))[1:]
    texts = [_Text(text, tuple(_lines(text))) for text in _texts(rows)]
    right = extra = 0
    for row, facts in zip(rows, Extractor().extract_many(texts), strict=True):
        top = max(facts.events, key=lambda e: (e.confidence, -e.triggers[0].span.start), default=None)
        right += top is not None and top.type.value == _RENAMED.get(row["event"], row["event"])
        extra += max(0, len(facts.events) - 1)
    return right / len(rows), extra / len(rows)


def sentences(path: Path) -> Iterator[tuple[_Text, str]]:
    """Each sentence with its gold type."""
    rows = json.loads(path.read_text(encoding="utf-8"))[1:]
    for row, text in zip(rows, _texts(rows), strict=True):
        yield _Text(text, tuple(_lines(text))), _RENAMED.get(row["event"], row["event"])


def _texts(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield row["text"].strip("{} ").replace("``", '"').replace("''", '"')


def _lines(text: str) -> Iterator[Block]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(BlockKind.BODY, Span(start, start + len(line)))
        start += len(line) + 1
