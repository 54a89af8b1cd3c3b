"""Writing to the catalog: one article in, or out, inside a transaction that the caller opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from retrieval.models import Block, IngestOutcome, PublicationDate, Span
from retrieval.models.found_facts import Extraction
from retrieval.models.identity import fold, stable_id
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import (
    aliases,
    article_entities,
    articles,
    blocks,
    changes,
    claims,
    entities,
    event_mentions,
    event_reports,
    events,
    mentions,
    parses,
    participants,
    passages,
    roles,
    times,
)
from retrieval.stores.sql.vector_rows import write_vectors
from retrieval.stores.sql.writes.entity_counts import NAMING_KINDS, add_aliases, add_mentions, refresh
from retrieval.stores.sql.writes.entity_decisions import decide
from retrieval.stores.sql.writes.event_writes import split_events
from retrieval.stores.sql.writes.fact_writes import FactWriter
from retrieval.stores.sql.writes.near_duplicate_writes import find_shared, remove_copy
from retrieval.stores.sql.writes.story_writes import close_gap, join_story, leave_story, settle_story


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an article that was written."""

    outcome: IngestOutcome
    article_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many entities and events went with the last article that supported them."""

    entity_count: int
    event_count: int


def publisher_id(name: str) -> str:
    """The id of the publisher with that name."""
    return stable_id("publisher", fold(name))


def find_unchanged(connection: Connection, article: PreparedArticle) -> Written | None:
    """The stored revision where it has the same content as ``article``, else None."""
    row = connection.execute(
        select(articles.c.fingerprint, articles.c.revision).where(articles.c.id == article.id)
    ).one_or_none()
    if row is None or row.fingerprint != article.fingerprint:
        return None
    return Written(IngestOutcome.UNCHANGED, article.id, row.revision)


def write_article(
    connection: Connection,
    article: PreparedArticle,
    facts: Extraction,
    *,
    now: datetime,
    extractor_version: int,
    vectors: Sequence[bytes] = (),
    embedder: str | None = None,
) -> Written:
    """Store an article with its facts; a stored article with the same key and other content is replaced.

    ``vectors`` are those of its passages, which ``embedder`` made.

    Raises:
        EmbedderMismatch: another embedder made the archive's vectors.
    """
    unchanged = find_unchanged(connection, article)
    if unchanged:
        return unchanged
    replaced = _delete(connection, article.id) is not None
    # Revisions go on counting through a removal, so that an old citation never points into a new text.
    last = connection.execute(select(func.max(changes.c.revision)).where(changes.c.article_id == article.id)).scalar() or 0
    written = Written(IngestOutcome.REVISED if replaced else IngestOutcome.ADDED, article.id, last + 1)
    _insert(connection, article, written.revision, now, extractor_version)
    FactWriter(connection, article, decide(connection, facts, article.text), enter_story=join_story).write()
    if embedder is not None:
        write_vectors(connection, article.id, vectors, embedder=embedder)
    _note(connection, written.outcome.value, article.id, written.revision, now)
    return written


def remove_article(connection: Connection, id_: str, *, now: datetime) -> Pruned | None:
    """Take an article out, with the entities and events that only it supported; None if there is no such article."""
    revision = connection.execute(select(articles.c.revision).where(articles.c.id == id_)).scalar()
    pruned = _delete(connection, id_)
    if pruned is not None:
        _note(connection, "REMOVED", id_, revision or 0, now)
    return pruned


def _note(connection: Connection, kind: str, id_: str, revision: int, now: datetime) -> None:
    connection.execute(insert(changes).values(article_id=id_, kind=kind, revision=revision, at=now))


def rewrite_facts(
    connection: Connection, article: PreparedArticle, facts: Extraction, *, now: datetime, extractor_version: int
) -> bool:
    """Put ``facts`` in the place of a stored article's; blocks, passages and revision stay.

    False, and nothing done, where the article is gone or has another content by now.
    """
    stored = find_unchanged(connection, article)
    if stored is None:
        return False
    entity_ids, event_ids = _withdraw(connection, article.id)
    for table in (event_mentions, participants, event_reports, claims, roles, mentions, times, article_entities, parses):
        connection.execute(delete(table).where(table.c.article_id == article.id))
    split_events(connection, event_ids)
    _prune(connection, entity_ids, event_ids)
    FactWriter(connection, article, decide(connection, facts, article.text), enter_story=settle_story).write_facts()
    versioned = update(articles).where(articles.c.id == article.id).values(extractor_version=extractor_version)
    connection.execute(versioned)
    _note(connection, IngestOutcome.REVISED.value, article.id, stored.revision, now)
    return True


def find_outdated(connection: Connection, extractor_version: int) -> list[str]:
    """The articles whose facts another version of the extractor found."""
    query = select(articles.c.id).where(articles.c.extractor_version != extractor_version)
    return list(connection.execute(query.order_by(articles.c.ingested_at, articles.c.id)).scalars())


def find_prepared(connection: Connection, id_: str) -> PreparedArticle | None:
    """A stored article as it was when it came in; None if there is no such article."""
    row = connection.execute(select(articles).where(articles.c.id == id_)).one_or_none()
    if row is None:
        return None
    parts = connection.execute(select(blocks).where(blocks.c.article_id == id_).order_by(blocks.c.start)).all()
    spans = connection.execute(select(passages).where(passages.c.article_id == id_).order_by(passages.c.position)).all()
    shown = None if row.published_start is None else Span(row.published_start, row.published_end)
    return PreparedArticle(
        key=row.key,
        url=row.url,
        title=row.title,
        text=row.text,
        sha256=row.sha256,
        fingerprint=row.fingerprint,
        publisher=row.publisher,
        authors=tuple(row.authors),
        language=row.language,
        published=PublicationDate(row.published_at, row.published_precision, row.published_source, shown),
        blocks=tuple(Block(part.kind, Span(part.start, part.end)) for part in parts),
        passages=tuple(Span(span.start, span.end) for span in spans),
    )


def _delete(connection: Connection, id_: str) -> Pruned | None:
    if connection.execute(select(articles.c.id).where(articles.c.id == id_)).scalar() is None:
        return None
    entity_ids, event_ids = _withdraw(connection, id_)
    story_id = leave_story(connection, id_)
    connection.execute(delete(articles).where(articles.c.id == id_))
    split_events(connection, event_ids)
    close_gap(connection, story_id)
    return _prune(connection, entity_ids, event_ids)


def _withdraw(connection: Connection, id_: str) -> tuple[list[str], list[str]]:
    """Take what an article counts for out of all counts; the entities and events that it touches."""
    named = connection.execute(select(article_entities).where(article_entities.c.article_id == id_)).all()
    written = connection.execute(
        select(mentions.c.entity_id, mentions.c.text, func.count().label("n"))
        .where(mentions.c.article_id == id_, mentions.c.kind.in_(NAMING_KINDS))
        .group_by(mentions.c.entity_id, mentions.c.text)
    ).all()
    told = connection.execute(
        select(event_mentions.c.event_id).where(event_mentions.c.article_id == id_).distinct()
    ).scalars()
    event_ids = {*told, *find_shared(connection, id_)}
    changed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in written:
        changed[row.entity_id, row.text][0] -= row.n
    for row in named:
        changed[row.entity_id, row.name][1] -= 1
        add_mentions(connection, row.entity_id, mention_count=-row.mention_count, article_count=-1)
    add_aliases(connection, changed)
    remove_copy(connection, id_)
    return sorted(row.entity_id for row in named), sorted(event_ids)


def _prune(connection: Connection, entity_ids: list[str], event_ids: list[str]) -> Pruned:
    gone_events = gone_entities = 0
    for some in chunks(event_ids):
        supported = select(event_mentions.c.event_id).where(event_mentions.c.event_id.in_(some))
        lone = events.c.id.in_(some), events.c.id.not_in(supported)
        gone_events += connection.execute(delete(events).where(*lone)).rowcount
    for some in chunks(entity_ids):
        unused = aliases.c.mention_count <= 0, aliases.c.naming_count <= 0
        connection.execute(delete(aliases).where(aliases.c.entity_id.in_(some), *unused))
        lone_entity = entities.c.id.in_(some), entities.c.article_count <= 0
        gone_entities += connection.execute(delete(entities).where(*lone_entity)).rowcount
        refresh(connection, some)
    return Pruned(gone_entities, gone_events)


def _insert(connection: Connection, article: PreparedArticle, revision: int, now: datetime, extractor_version: int) -> None:
    published = article.published
    connection.execute(
        insert(articles).values(
            id=article.id,
            key=article.key,
            url=article.url,
            title=article.title,
            text=article.text,
            sha256=article.sha256,
            fingerprint=article.fingerprint,
            publisher_id=publisher_id(article.publisher) if article.publisher else None,
            publisher=article.publisher,
            authors=list(article.authors),
            language=article.language,
            published_at=published.at,
            published_precision=published.precision,
            published_source=published.source,
            published_start=published.span.start if published.span else None,
            published_end=published.span.end if published.span else None,
            ingested_at=now,
            revision=revision,
            extractor_version=extractor_version,
        )
    )
