"""How each sentence vouches for what it tells of: 300 sentences, each with the trigger and the statuses that are right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.models import Block, BlockKind, DatePrecision, EventStatus, PublicationDate, PublicationSource, Span

_CASES = Path(__file__).parents[3] / "cases/event_status.tsv"
_FACTUAL = {EventStatus.ACTUAL, EventStatus.ATTRIBUTED}


class Article(NamedTuple):
    text: str
    blocks: tuple[Block, ...]
    published: PublicationDate


class Read(NamedTuple):
    sentence: str
    wanted: set[EventStatus]
    found: EventStatus | None
    type: str | None
    wanted_type: str
    is_toll: bool


@pytest.fixture(scope="module")
def read() -> list[Read]:
    rows = [line.split("\t") for line in _CASES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    published = PublicationDate(datetime(2026, 3, 4, tzinfo=UTC), DatePrecision.DAY, PublicationSource.OPTION)
    articles = [Article(text, (Block(BlockKind.BODY, Span(0, len(text))),), published) for text, *_ in rows]
    made = []
    for (text, trigger, statuses, kind), facts in zip(rows, Extractor().extract_many(articles), strict=True):
        at = text.index(trigger)
        told = [(t.status, e) for e in facts.events for t in e.triggers if t.span.start <= at < t.span.end]
        status, event = told[0] if told else (None, None)
        wanted = {EventStatus(word) for word in statuses.split(",")}
        has_toll = any(e.killed is not None for e in facts.events)
        made.append(Read(text, wanted, status, event.type.value if event else None, kind, has_toll))
    return made


def test_status_is_right_in_nine_of_ten_and_more(read: list[Read]) -> None:
    served = [row for row in read if row.found is not None]
    wrong = [(row.sentence, row.found) for row in served if row.found not in row.wanted]
    assert len(served) >= 0.75 * len(read)
    assert len(wrong) <= 0.05 * len(served), wrong


def test_what_did_not_happen_is_hardly_ever_served_as_fact(read: list[Read]) -> None:
    unreal = [row for row in read if not row.wanted & _FACTUAL]
    assert [row.sentence for row in unreal if row.found in _FACTUAL][:3] == []


def test_types_are_right_where_the_trigger_is_found(read: list[Read]) -> None:
    typed = [row for row in read if row.type is not None and row.wanted_type != "-"]
    assert sum(row.type == row.wanted_type for row in typed) >= 0.95 * len(typed)
