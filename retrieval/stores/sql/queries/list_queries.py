"""Lists of the catalog, page by page: of the whole archive, or nested under their parents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, Table, cast, func, select

from retrieval.models import (
    Article,
    ArticleFilter,
    ArticleOrder,
    Claim,
    ClaimFilter,
    Entity,
    EntityFilter,
    EntityOrder,
    EntityType,
    Event,
    EventFilter,
    EventMention,
    EventOrder,
    Mention,
    Page,
    Passage,
    Story,
    StoryFilter,
    StoryOrder,
    Window,
)
from retrieval.stores.sql import rows
from retrieval.stores.sql.paging import Ordering, find_page, find_pages
from retrieval.stores.sql.queries.distances import find_near
from retrieval.stores.sql.queries.filters import (
    filter_articles,
    filter_claims,
    filter_entities,
    filter_events,
    filter_stories,
    order_articles,
    order_entities,
    order_events,
    order_stories,
)
from retrieval.stores.sql.queries.parent_lists import Parent, find_pairs
from retrieval.stores.sql.queries.point_queries import PointQueries
from retrieval.stores.sql.tables import (
    articles,
    claims,
    entities,
    event_mentions,
    events,
    mentions,
    passages,
    stories,
)

T = TypeVar("T")

_FIRST = Window()
_MENTION_ORDER = Ordering("mentions", mentions.c.id, mentions.c.id)
_PASSAGE_ORDER = Ordering("passages", passages.c.id, passages.c.id)
_CLAIM_ORDER = Ordering("claims", claims.c.seq, claims.c.seq)
_EVENT_MENTION_ORDER = Ordering("citations", event_mentions.c.id, event_mentions.c.id)


class ListQueries(PointQueries):
    """Reads page by page. ``…_by`` methods give the same window of the list of every parent; each given id is a key."""

    def articles(
        self,
        filter: ArticleFilter | None = None,  # noqa: A002
        *,
        order: ArticleOrder = ArticleOrder.PUBLISHED_AT,
        descending: bool = True,
        window: Window = _FIRST,
    ) -> Page[Article]:
        """Articles, newest first; those without a date come last in either direction."""
        statement = select(articles).where(*filter_articles(filter))
        return self._page(statement, order_articles(order, descending=descending), window, rows.make_article)

    def entities(
        self,
        filter: EntityFilter | None = None,  # noqa: A002
        *,
        order: EntityOrder = EntityOrder.MENTION_COUNT,
        descending: bool = True,
        window: Window = _FIRST,
    ) -> Page[Entity]:
        """Entities, most mentioned first."""
        statement = select(entities).where(*filter_entities(filter))
        return self._page(statement, order_entities(order, descending=descending), window, rows.make_entity)

    def events(
        self,
        filter: EventFilter | None = None,  # noqa: A002
        *,
        order: EventOrder = EventOrder.TIME,
        descending: bool = False,
        window: Window = _FIRST,
    ) -> Page[Event]:
        """Events, earliest first; those without a time come last in either direction."""
        statement = rows.select_events().where(*self._filter_events(filter))
        return self._page(statement, order_events(order, descending=descending), window, rows.make_event)

    def claims(self, filter: ClaimFilter | None = None, *, window: Window = _FIRST) -> Page[Claim]:  # noqa: A002
        """Claims in the order in which they came in, within an article in reading order."""
        with self.reading() as connection:
            statement = rows.select_claims().where(*filter_claims(filter))
            return _claim_page(connection, find_page(connection, statement, _CLAIM_ORDER, window, _same))

    def stories(
        self,
        filter: StoryFilter | None = None,  # noqa: A002
        *,
        order: StoryOrder = StoryOrder.LAST_PUBLISHED_AT,
        descending: bool = True,
        window: Window = _FIRST,
    ) -> Page[Story]:
        """Stories, that with the newest article first; those without a date come last in either direction."""
        statement = select(stories).where(*filter_stories(filter))
        return self._page(statement, order_stories(order, descending=descending), window, rows.make_story)

    def count_articles(self, filter: ArticleFilter | None = None) -> int:  # noqa: A002
        """How many articles pass ``filter``."""
        return self._count(articles, filter_articles(filter))

    def count_entities(self, filter: EntityFilter | None = None) -> int:  # noqa: A002
        """How many entities pass ``filter``."""
        return self._count(entities, filter_entities(filter))

    def count_events(self, filter: EventFilter | None = None) -> int:  # noqa: A002
        """How many events pass ``filter``."""
        return self._count(events, self._filter_events(filter))

    def count_claims(self, filter: ClaimFilter | None = None) -> int:  # noqa: A002
        """How many claims pass ``filter``."""
        return self._count(claims, filter_claims(filter))

    def count_stories(self, filter: StoryFilter | None = None) -> int:  # noqa: A002
        """How many stories pass ``filter``."""
        return self._count(stories, filter_stories(filter))

    # ------------------------------------------------------------ nested lists

    def articles_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: ArticleFilter | None = None,  # noqa: A002
        order: ArticleOrder = ArticleOrder.PUBLISHED_AT,
        descending: bool = True,
        window: Window = _FIRST,
    ) -> Mapping[str, Page[Article]]:
        """The articles that name entities, or of publishers or stories."""
        pairs = find_pairs("articles", parent, ids)
        statement = select(articles).join(pairs, pairs.c.child == articles.c.id).where(*filter_articles(filter))
        ordering = order_articles(order, descending=descending)
        return self._pages(statement, ordering, window, rows.make_article, pairs.c.parent, ids)

    def passages_by(self, parent: Parent, ids: Sequence[str], *, window: Window = _FIRST) -> Mapping[str, Page[Passage]]:
        """The passages of articles, in reading order."""
        pairs = find_pairs("passages", parent, ids)
        statement = rows.select_passages().join(pairs, pairs.c.child == passages.c.id)
        return self._pages(statement, _PASSAGE_ORDER, window, rows.make_passage, pairs.c.parent, ids)

    def mentions_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        types: Sequence[EntityType] = (),
        filter: ArticleFilter | None = None,  # noqa: A002
        window: Window = _FIRST,
    ) -> Mapping[str, Page[Mention]]:
        """The mentions in articles, or of entities, in the order in which they came in."""
        pairs = find_pairs("mentions", parent, ids)
        statement = select(mentions).join(pairs, pairs.c.child == mentions.c.id).where(*_mention_filter(types, filter))
        return self._pages(statement, _MENTION_ORDER, window, rows.make_mention, pairs.c.parent, ids)

    def events_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: EventFilter | None = None,  # noqa: A002
        order: EventOrder = EventOrder.TIME,
        descending: bool = False,
        window: Window = _FIRST,
    ) -> Mapping[str, Page[Event]]:
        """The events that articles or those of stories tell of, or that entities take part in or are the place of."""
        pairs = find_pairs("events", parent, ids)
        statement = rows.select_events().join(pairs, pairs.c.child == events.c.id).where(*self._filter_events(filter))
        ordering = order_events(order, descending=descending)
        return self._pages(statement, ordering, window, rows.make_event, pairs.c.parent, ids)

    def claims_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: ClaimFilter | None = None,  # noqa: A002
        window: Window = _FIRST,
    ) -> Mapping[str, Page[Claim]]:
        """The claims in articles, by entities, or about events."""
        pairs = find_pairs("claims", parent, ids)
        statement = rows.select_claims().join(pairs, pairs.c.child == claims.c.seq).where(*filter_claims(filter))
        with self.reading() as connection:
            pages = find_pages(connection, statement, _CLAIM_ORDER, window, _same, parent=pairs.c.parent, parents=ids)
            every = [row for page in pages.values() for row in page.items]
            made = {claim.id: claim for claim in rows.make_claims(connection, every)}
        return {
            id_: Page(tuple(made[row.id] for row in page.items), page.cursors, page.has_next, page.has_previous)
            for id_, page in pages.items()
        }

    def event_mentions_by(
        self, parent: Parent, ids: Sequence[str], *, window: Window = _FIRST
    ) -> Mapping[str, Page[EventMention]]:
        """The places that tell of events."""
        pairs = find_pairs("event mentions", parent, ids)
        statement = select(event_mentions).join(pairs, pairs.c.child == event_mentions.c.id)
        return self._pages(statement, _EVENT_MENTION_ORDER, window, rows.make_event_mention, pairs.c.parent, ids)

    def count_articles_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: ArticleFilter | None = None,  # noqa: A002
    ) -> Mapping[str, int]:
        """The lengths of the lists of `articles_by`."""
        return self._counts("articles", articles, articles.c.id, parent, ids, filter_articles(filter))

    def count_passages_by(self, parent: Parent, ids: Sequence[str]) -> Mapping[str, int]:
        """The lengths of the lists of `passages_by`."""
        return self._counts("passages", passages, passages.c.id, parent, ids, [])

    def count_mentions_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        types: Sequence[EntityType] = (),
        filter: ArticleFilter | None = None,  # noqa: A002
    ) -> Mapping[str, int]:
        """The lengths of the lists of `mentions_by`."""
        return self._counts("mentions", mentions, mentions.c.id, parent, ids, _mention_filter(types, filter))

    def count_events_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: EventFilter | None = None,  # noqa: A002
    ) -> Mapping[str, int]:
        """The lengths of the lists of `events_by`."""
        return self._counts("events", events, events.c.id, parent, ids, self._filter_events(filter))

    def count_claims_by(
        self,
        parent: Parent,
        ids: Sequence[str],
        *,
        filter: ClaimFilter | None = None,  # noqa: A002
    ) -> Mapping[str, int]:
        """The lengths of the lists of `claims_by`."""
        return self._counts("claims", claims, claims.c.seq, parent, ids, filter_claims(filter))

    def count_event_mentions_by(self, parent: Parent, ids: Sequence[str]) -> Mapping[str, int]:
        """The lengths of the lists of `event_mentions_by`."""
        return self._counts("event mentions", event_mentions, event_mentions.c.id, parent, ids, [])

    def _filter_events(self, given: EventFilter | None) -> list[ColumnElement[bool]]:
        if given is None or given.within_kilometers is None:
            return filter_events(given)
        with self.reading() as connection:
            near_ids = find_near(connection, given.near, given.place_id, kilometers=given.within_kilometers)
        return filter_events(given, near_ids=near_ids)

    def _page(self, statement: Select[Any], ordering: Ordering, window: Window, make: Callable[[Row[Any]], T]) -> Page[T]:
        with self.reading() as connection:
            return find_page(connection, statement, ordering, window, make)

    def _pages(
        self,
        statement: Select[Any],
        ordering: Ordering,
        window: Window,
        make: Callable[[Row[Any]], T],
        parent: ColumnElement[str],
        parents: Sequence[str],
    ) -> dict[str, Page[T]]:
        with self.reading() as connection:
            return find_pages(connection, statement, ordering, window, make, parent=parent, parents=parents)

    def _count(self, table: Table, conditions: Sequence[ColumnElement[bool]]) -> int:
        with self.reading() as connection:
            query = select(func.count()).select_from(table).where(*conditions)
            return int(connection.execute(query).scalar_one())

    def _counts(
        self,
        child: str,
        table: Table,
        column: ColumnElement[Any],
        parent: Parent,
        ids: Sequence[str],
        conditions: Sequence[ColumnElement[bool]],
    ) -> Mapping[str, int]:
        pairs = find_pairs(child, parent, ids)
        query = (
            select(pairs.c.parent, cast(func.count(), BigInteger).label("n"))
            .select_from(pairs)
            .join(table, pairs.c.child == column)
            .where(*conditions)
            .group_by(pairs.c.parent)
        )
        with self.reading() as connection:
            counted = {row.parent: row.n for row in connection.execute(query)}
        return {id_: counted.get(id_, 0) for id_ in ids}


def _same(row: Row[Any]) -> Row[Any]:
    return row


def _mention_filter(types: Sequence[EntityType], filter_: ArticleFilter | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if types:
        conditions.append(mentions.c.entity_id.in_(select(entities.c.id).where(entities.c.type.in_(types))))
    if filter_ is not None:
        conditions.append(mentions.c.article_id.in_(select(articles.c.id).where(*filter_articles(filter_))))
    return conditions


def _claim_page(connection: Connection, page: Page[Row[Any]]) -> Page[Claim]:
    return Page(tuple(rows.make_claims(connection, page.items)), page.cursors, page.has_next, page.has_previous)
