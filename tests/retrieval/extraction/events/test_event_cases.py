"""Short articles with what must be read off them, and what must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.models import Block, BlockKind, DatePrecision, PublicationDate, PublicationSource, Span
from retrieval.models.found_facts import Extraction, FoundEvent

_CASES = [
    json.loads(line) for line in (Path(__file__).parents[3] / "cases/events.jsonl").read_text(encoding="utf-8").splitlines()
]


class Article(NamedTuple):
    text: str
    blocks: tuple[Block, ...]
    published: PublicationDate


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def _read(extractor: Extractor, row: dict[str, str]) -> tuple[str, Extraction]:
    title, body = row["title"], row["text"]
    text = f"{title}\n\n{body}\n"
    blocks = (
        Block(BlockKind.TITLE, Span(0, len(title))),
        Block(BlockKind.BODY, Span(len(title) + 2, len(title) + 2 + len(body))),
    )
    at = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC)
    published = PublicationDate(at, DatePrecision.DAY, PublicationSource.OPTION)
    return text, extractor.extract(Article(text, blocks, published))


def _holds(text: str, facts: Extraction, event: FoundEvent, wanted: dict[str, Any]) -> bool:
    triggers = [(t.span.slice(text), t.status.value) for t in event.triggers]
    place = facts.entities[event.place].name if event.place is not None else ""
    start = facts.times[event.time].start if event.time is not None else None
    participants = {p.span.slice(text) for p in event.participants}
    casualty_count = event.killed.number if event.killed else 0
    checks: dict[str, Callable[[Any], bool]] = {
        "type": lambda value: event.type.value == value,
        "trigger": lambda value: any(value in word for word, _ in triggers),
        "status": lambda value: any(status == value for word, status in triggers if wanted.get("trigger", "") in word),
        "fatalities": lambda value: casualty_count == value,
        "fatalities_at_least": lambda value: casualty_count >= value,
        "place": lambda value: value.casefold() in place.casefold(),
        "time": lambda value: start is not None and start.isoformat().startswith(value),
        "participant": lambda value: value in participants,
    }
    return all(checks[name](value) for name, value in wanted.items())


@pytest.mark.parametrize("case", [c for c in _CASES if c["kind"] == "events"], ids=lambda case: case["id"])
def test_events_of_a_case(case: dict[str, Any], extractor: Extractor) -> None:
    text, facts = _read(extractor, case["articles"][0])
    for wanted in case.get("want", ()):
        assert any(_holds(text, facts, event, wanted) for event in facts.events), wanted
    for forbidden in case.get("forbid", ()):
        assert not any(_holds(text, facts, event, forbidden) for event in facts.events), forbidden


@pytest.mark.parametrize("case", [c for c in _CASES if c["kind"] == "times"], ids=lambda case: case["id"])
def test_times_of_a_case(case: dict[str, Any], extractor: Extractor) -> None:
    text, facts = _read(extractor, case["articles"][0])
    found = [(t.span.slice(text), str(t.start)[:10], str(t.end)[:10]) for t in facts.times]
    for wanted in case["want"]:
        assert (wanted["text"].removeprefix("the "), wanted["start"], wanted["end"]) in [
            (words.removeprefix("the "), start, end) for words, start, end in found
        ]
