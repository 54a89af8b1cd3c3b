"""Reading the catalog: one by id, many by id, and the small lists that a thing owns."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, func, select, tuple_
from sqlalchemy.exc import DatabaseError

from retrieval.errors import ArchiveClosed
from retrieval.models import (
    Article,
    ArticleFacts,
    Block,
    Claim,
    Corpus,
    Entity,
    EntityAlias,
    EntityRole,
    Event,
    Participant,
    ParticipantRole,
    Passage,
    Publisher,
    Span,
    Story,
)
from retrieval.models.identity import fold
from retrieval.stores.sql import rows
from retrieval.stores.sql.engine import translate
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.queries.as_of import AsOfView
from retrieval.stores.sql.tables import (
    aliases,
    articles,
    blocks,
    changes,
    claims,
    entities,
    event_mentions,
    events,
    mentions,
    parses,
    participants,
    passages,
    roles,
    settings,
    stories,
    story_articles,
    times,
)
from retrieval.stores.sql.writes.near_duplicate_writes import find_origins

T = TypeVar("T")
K = TypeVar("K", str, int)


class PointQueries:
    """Reads by id. Safe to use from many threads; each call sees one snapshot.

    ``load_`` methods that give a list answer in the order of the ids, None for an unknown one; those that give a mapping
    have every id as a key.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False
        self._moment: AsOfView | None = None

    def at(self, moment: datetime) -> Self:
        """The same as it stood at ``moment``: what it reads is as if nothing published later were there.

        For as long as a request lasts: it does not see what is stored meanwhile of events that later articles tell of.
        """
        if self._moment is not None and self._moment.at <= moment:
            return self
        then = copy.copy(self)
        then._moment = AsOfView(moment)  # noqa: SLF001 -- of this same class
        return then

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: everything in it sees one state of the archive."""
        if self._closed:
            raise ArchiveClosed(f"archive {self._engine.url.database} was closed; open it again")
        try:
            with self._engine.connect() as connection, connection.begin():
                if self._moment is not None:
                    self._moment.show(connection)
                yield connection
        except DatabaseError as error:
            raise translate(error, Path(self._engine.url.database or "")) from error

    # ------------------------------------------------------------ one

    def article(self, id: str | None = None, *, url: str | None = None) -> Article | None:  # noqa: A002
        """The article with that id or URL (for a file: its path or ``file:`` URI)."""
        if id is not None:
            return self.load_articles([id])[0]
        with self.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.url == url)).first()
        return None if row is None else rows.make_article(row)

    def entity(self, id: str | None = None, *, name: str | None = None) -> Entity | None:  # noqa: A002
        """The entity with that id, or the most mentioned of those with that name as an alias."""
        if id is not None:
            return self.load_entities([id])[0]
        found = self.resolve_names([name or ""])[name or ""]
        return found[0] if found else None

    def corpus(self) -> Corpus:
        """The size of the archive."""
        with self.reading() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (articles, passages, entities, events, claims)
            ]
            first, last = connection.execute(
                select(func.min(articles.c.published_at), func.max(articles.c.published_at))
            ).one()
        article_count, passage_count, entity_count, event_count, claim_count = counts
        return Corpus(
            article_count=article_count,
            passage_count=passage_count,
            entity_count=entity_count,
            event_count=event_count,
            claim_count=claim_count,
            first_published=first,
            last_published=last,
            index_revision=self.index_revision(),
        )

    def index_revision(self) -> str:
        """The newest change, as the search index counts them."""
        return str(self.last_change())

    def archive_id(self) -> str:
        """A random name that the archive got when it was made."""
        with self.reading() as connection:
            return str(connection.execute(select(settings.c.value).where(settings.c.name == "id")).scalar_one())

    def load_changes(self, *, after: int, limit: int) -> list[tuple[int, str]]:
        """(sequence number, article id) of the first changes after one, in order."""
        with self.reading() as connection:
            query = (
                select(changes.c.seq, changes.c.article_id)
                .where(changes.c.seq > after)
                .order_by(changes.c.seq)
                .limit(limit)
            )
            return [(row.seq, row.article_id) for row in connection.execute(query)]

    def last_change(self) -> int:
        """The sequence number of the newest change, 0 in an empty archive."""
        with self.reading() as connection:
            return connection.execute(select(func.max(changes.c.seq))).scalar() or 0

    def resolve_names(self, names: Sequence[str]) -> Mapping[str, tuple[Entity, ...]]:
        """For each name the entities that have it as an alias, most mentioned first."""
        folded = {name: fold(name) for name in names}
        found: dict[str, list[Entity]] = defaultdict(list)
        with self.reading() as connection:
            for some in chunks(sorted(set(folded.values()))):
                query = (
                    select(entities, aliases.c.folded)
                    .join_from(aliases, entities)
                    .where(aliases.c.folded.in_(some))
                    .order_by(entities.c.mention_count.desc(), entities.c.id)
                )
                for row in connection.execute(query):
                    entity = rows.make_entity(row)
                    if entity not in found[row.folded]:
                        found[row.folded].append(entity)
        return {name: tuple(found[key]) for name, key in folded.items()}

    # ------------------------------------------------------------ many by id

    def load_articles(self, ids: Sequence[str]) -> list[Article | None]:
        """Articles by id."""
        return self._load(select(articles), articles.c.id, ids, rows.make_article)

    def load_entities(self, ids: Sequence[str]) -> list[Entity | None]:
        """Entities by id."""
        return self._load(select(entities), entities.c.id, ids, rows.make_entity)

    def load_events(self, ids: Sequence[str]) -> list[Event | None]:
        """Events by id."""
        return self._load(rows.select_events(), events.c.id, ids, rows.make_event)

    def load_passages(self, ids: Sequence[int]) -> list[Passage | None]:
        """Passages by id."""
        return self._load(rows.select_passages(), passages.c.id, ids, rows.make_passage)

    def load_claims(self, ids: Sequence[str]) -> list[Claim | None]:
        """Claims by id."""
        with self.reading() as connection:
            found: list[Row[Any]] = []
            for some in chunks(ids):
                found.extend(connection.execute(rows.select_claims().where(claims.c.id.in_(some))))
            made = {claim.id: claim for claim in rows.make_claims(connection, found)}
        return [made.get(id_) for id_ in ids]

    def load_stories(self, ids: Sequence[str]) -> list[Story | None]:
        """Stories by id."""
        return self._load(select(stories), stories.c.id, ids, rows.make_story)

    def load_stories_of(self, article_ids: Sequence[str]) -> list[Story | None]:
        """By article: its story. An article that an older version stored has one after `Archive.reextract`."""
        statement = select(stories, story_articles.c.article_id).join_from(story_articles, stories)
        return self._load(statement, story_articles.c.article_id, article_ids, rows.make_story, key="article_id")

    def article_ids_of(self, story_id: str) -> tuple[str, ...]:
        """The articles of a story."""
        query = select(story_articles.c.article_id).where(story_articles.c.story_id == story_id)
        with self.reading() as connection:
            return tuple(connection.execute(query.order_by(story_articles.c.article_id)).scalars())

    def load_publishers(self, ids: Sequence[str]) -> list[Publisher | None]:
        """Publishers by id."""
        statement = select(
            articles.c.publisher_id, func.max(articles.c.publisher).label("name"), func.count().label("article_count")
        ).group_by(articles.c.publisher_id)
        return self._load(
            statement,
            articles.c.publisher_id,
            ids,
            lambda row: Publisher(row.publisher_id, row.name, row.article_count),
            key="publisher_id",
        )

    def load_passages_at(self, places: Sequence[tuple[str, int]]) -> list[Passage | None]:
        """Passages by (article id, index)."""
        found: dict[tuple[str, int], Passage] = {}
        with self.reading() as connection:
            for some in chunks(places):
                wanted = tuple_(passages.c.article_id, passages.c.position).in_(some)
                for row in connection.execute(rows.select_passages().where(wanted)):
                    passage = rows.make_passage(row)
                    found[passage.article_id, passage.index] = passage
        return [found.get(place) for place in places]

    def load_passages_holding(self, places: Sequence[tuple[str, Span]]) -> list[Passage | None]:
        """By (article id, span): the passage that the span begins in."""
        by_article = self._owned(rows.select_passages(), passages, {id_ for id_, _ in places}, rows.make_passage)
        return [next((p for p in by_article[id_] if p.span.start <= span.start < p.span.end), None) for id_, span in places]

    # ------------------------------------------------------------ small owned lists

    def load_blocks(self, article_ids: Sequence[str]) -> Mapping[str, tuple[Block, ...]]:
        """The blocks of articles, in reading order."""
        return self._owned(select(blocks), blocks, article_ids, rows.make_block)

    def find_names(self, article_ids: Sequence[str], entity_ids: Sequence[str]) -> Mapping[str, tuple[Span, ...]]:
        """Where articles mention one of the entities, in the order of the text."""
        named = select(mentions).where(mentions.c.entity_id.in_(entity_ids))
        return self._owned(named, mentions, article_ids, lambda row: Span(row.start, row.end))

    def load_parses(self, article_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The parses of articles' blocks, as `retrieval.extraction.language.stored_parses` packs them; an article without is left out."""
        found: dict[str, bytes] = {}
        with self.reading() as connection:
            for some in chunks(article_ids):
                for row in connection.execute(select(parses).where(parses.c.article_id.in_(some))):
                    found[row.article_id] = row.data
        return found

    def load_aliases(self, entity_ids: Sequence[str]) -> Mapping[str, tuple[EntityAlias, ...]]:
        """How entities are written, commonest first."""
        found: dict[str, list[EntityAlias]] = {id_: [] for id_ in entity_ids}
        with self.reading() as connection:
            for some in chunks(entity_ids):
                columns = aliases.c.entity_id, aliases.c.name, aliases.c.mention_count
                query = select(*columns).where(aliases.c.entity_id.in_(some), aliases.c.mention_count > 0)
                for id_, name, count in connection.execute(query.order_by(aliases.c.mention_count.desc(), aliases.c.name)):
                    found[id_].append(EntityAlias(name, count))
        return {id_: tuple(some) for id_, some in found.items()}

    def load_roles(self, entity_ids: Sequence[str]) -> Mapping[str, tuple[EntityRole, ...]]:
        """What articles call people, that of the newest article first."""
        found: dict[str, dict[tuple[str, bool], list[Row[Any]]]] = {id_: defaultdict(list) for id_ in entity_ids}
        query = select(roles, articles.c.published_at).join_from(roles, articles)
        with self.reading() as connection:
            for some in chunks(entity_ids):
                for row in connection.execute(query.where(roles.c.entity_id.in_(some)).order_by(roles.c.id)):
                    found[row.entity_id][fold(row.title), row.is_former].append(row)
        return {id_: tuple(sorted(map(rows.make_role, each.values()), key=_age)) for id_, each in found.items()}

    def load_participants(self, event_ids: Sequence[str]) -> Mapping[str, tuple[Participant, ...]]:
        """The participants of events, in reading order; who is named in several articles is given once for each role."""
        found = self._owned(select(participants), participants, event_ids, rows.make_participant, owner="event_id")
        return {id_: _each_once(some) for id_, some in found.items()}

    def load_facts(self, article_ids: Sequence[str]) -> Mapping[str, ArticleFacts]:
        """Everything known from articles; unknown ids are left out."""
        found = {article.id: article for article in self.load_articles(article_ids) if article}
        ids = list(found)
        found_mentions = self._owned(select(mentions), mentions, ids, rows.make_mention)
        found_tellings = self._owned(select(event_mentions), event_mentions, ids, rows.make_event_mention)
        entity_ids = sorted({m.entity_id for some in found_mentions.values() for m in some})
        event_ids = sorted({t.event_id for some in found_tellings.values() for t in some})
        known = {entity.id: entity for entity in self.load_entities(entity_ids) if entity}
        happened = {event.id: event for event in self.load_events(event_ids) if event}
        found_blocks = self.load_blocks(ids)
        found_passages = self._owned(rows.select_passages(), passages, ids, rows.make_passage)
        found_times = self._owned(select(times), times, ids, rows.make_time)
        found_participants = self._owned(select(participants), participants, ids, rows.make_participant)
        found_claims: dict[str, list[Claim]] = {id_: [] for id_ in ids}
        with self.reading() as connection:
            origins = find_origins(connection, ids)
            for some in chunks(ids):
                query = rows.select_claims().where(claims.c.article_id.in_(some)).order_by(claims.c.seq)
                for claim in rows.make_claims(connection, connection.execute(query).all()):
                    found_claims[claim.article_id].append(claim)
        return {
            id_: ArticleFacts(
                article=article,
                blocks=found_blocks[id_],
                passages=found_passages[id_],
                entities=_each(known, (m.entity_id for m in found_mentions[id_])),
                mentions=found_mentions[id_],
                times=found_times[id_],
                claims=tuple(found_claims[id_]),
                events=_each(happened, (t.event_id for t in found_tellings[id_])),
                event_mentions=found_tellings[id_],
                participants=found_participants[id_],
                origin=origins[id_],
            )
            for id_, article in found.items()
        }

    def _load(
        self,
        statement: Select[Any],
        column: ColumnElement[Any],
        ids: Sequence[K],
        make: Callable[[Row[Any]], T],
        *,
        key: str = "id",
    ) -> list[T | None]:
        found: dict[K, T] = {}
        with self.reading() as connection:
            for some in chunks(sorted(set(ids))):
                for row in connection.execute(statement.where(column.in_(some))):
                    found[getattr(row, key)] = make(row)
        return [found.get(id_) for id_ in ids]

    def _owned(
        self,
        statement: Select[Any],
        table: Table,
        ids: Iterable[str],
        make: Callable[[Row[Any]], T],
        *,
        owner: str = "article_id",
    ) -> dict[str, tuple[T, ...]]:
        found: dict[str, list[T]] = {id_: [] for id_ in ids}
        with self.reading() as connection:
            for some in chunks(sorted(found)):
                for row in connection.execute(statement.where(table.c[owner].in_(some)).order_by(table.c.id)):
                    found[getattr(row, owner)].append(make(row))
        return {id_: tuple(some) for id_, some in found.items()}


def _age(role: EntityRole) -> tuple[float, str]:
    return (-role.last_seen.timestamp() if role.last_seen else 0.0, role.title)


def _each_once(found: Sequence[Participant]) -> tuple[Participant, ...]:
    kept: dict[tuple[ParticipantRole, str], Participant] = {}
    for participant in found:
        who = participant.entity_id or fold(participant.text)
        kept.setdefault((participant.role, who), participant)
    return tuple(kept.values())


def _each(known: Mapping[str, T], ids: Iterable[str]) -> tuple[T, ...]:
    return tuple(known[id_] for id_ in dict.fromkeys(ids) if id_ in known)
