"""A catalog of small made-up articles whose facts are written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import (
    ArticleInput,
    AttributionKind,
    ClaimStance,
    DatePrecision,
    DateSource,
    EntityType,
    EventStatus,
    EventType,
    MentionKind,
    ParticipantRole,
    Span,
)
from retrieval.models.found_facts import (
    Extraction,
    FoundAttribution,
    FoundClaim,
    FoundEntity,
    FoundEvent,
    FoundMention,
    FoundParticipant,
    FoundTime,
    FoundTrigger,
)
from retrieval.stores.sql.engine import connect, parse_url, writing
from retrieval.stores.sql.queries.list_queries import ListQueries
from retrieval.stores.sql.writes.article_writes import Pruned, Written, remove_article, write_article

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def facts_of(text: str) -> Extraction:
    """Every "Firstname Lastname" is a person; "said" after one makes a claim, "attacked" an event; years are times."""
    people = list(re.finditer(r"[A-Z][a-z]+ [A-Z][a-z]+", text))
    keys = sorted({m.group().lower() for m in people})
    entities = tuple(FoundEntity(EntityType.PERSON, key.title(), key) for key in keys)
    mentions = tuple(FoundMention(Span(*m.span()), MentionKind.NAME, keys.index(m.group().lower())) for m in people)
    times = tuple(
        FoundTime(
            Span(*m.span()),
            datetime(int(m.group()), 1, 1, tzinfo=UTC),
            datetime(int(m.group()), 12, 31, 23, 59, 59, tzinfo=UTC),
            DatePrecision.YEAR,
            DateSource.EXPLICIT,
        )
        for m in re.finditer(r"\b(?:19|20)\d\d\b", text)
    )
    claims = []
    for m in re.finditer(r"([A-Z][a-z]+ [A-Z][a-z]+) (said) (.+?)\.", text):
        source = FoundAttribution(
            Span(*m.span(1)), m.group(1), keys.index(m.group(1).lower()), AttributionKind.INDIRECT_SPEECH, Span(*m.span(2))
        )
        claims.append(FoundClaim((Span(*m.span(3)),), ClaimStance.ASSERTED, source))
    events = []
    for m in re.finditer(r"([A-Z][a-z]+ [A-Z][a-z]+) (attacked) ([A-Z][a-z]+ [A-Z][a-z]+)", text):
        inside = [n for n, c in enumerate(claims) if c.span.contains(Span(*m.span(2)))]
        trigger = FoundTrigger(Span(*m.span(2)), Span(*m.span()), EventStatus.ACTUAL, inside[0] if inside else None)
        participants = (
            FoundParticipant(Span(*m.span(1)), ParticipantRole.ACTOR, keys.index(m.group(1).lower())),
            FoundParticipant(Span(*m.span(3)), ParticipantRole.RECIPIENT, keys.index(m.group(3).lower())),
        )
        time = 0 if times else None
        events.append(
            FoundEvent(
                EventType.ASSAULT, None, EventStatus.ACTUAL, m.group(), (trigger,), participants, time, confidence=0.7
            )
        )
    return Extraction(entities, mentions, times, tuple(claims), tuple(events))


class Catalog(ListQueries):
    """A catalog that tests can write to."""

    def put(self, text: str, *, url: str | None = None, published: str | None = None, source: str | None = None) -> Written:
        article = prepare_article(ArticleInput(text, title="Title", url=url, published=published, source=source))
        with writing(self._engine) as connection:
            return write_article(connection, article, facts_of(text), now=NOW, extractor_version=1)

    def take_out(self, id_: str) -> Pruned | None:
        with writing(self._engine) as connection:
            return remove_article(connection, id_, now=NOW)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table but the outbox, without serial numbers' gaps mattering."""
        with self._engine.connect() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            kept = sorted(set(names) - {"changes", "sqlite_sequence", "settings", "alembic_version"})
            return {name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in kept}

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture
def open_catalog(tmp_path: Path) -> Iterator[Callable[[], Catalog]]:
    opened: list[Catalog] = []

    def open_one() -> Catalog:
        engine = connect(parse_url(tmp_path / "news.db"), create=True, lock_timeout_seconds=0.2)
        opened.append(Catalog(engine))
        return opened[-1]

    yield open_one
    for catalog in opened:
        catalog.close()


@pytest.fixture
def catalog(open_catalog: Callable[[], Catalog]) -> Catalog:
    return open_catalog()
