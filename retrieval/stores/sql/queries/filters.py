"""Filters and orders of lists as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, exists, func, or_, select, type_coerce

from retrieval.models import (
    QUAD_CLASS,
    ArticleFilter,
    ArticleOrder,
    ClaimFilter,
    EntityFilter,
    EntityOrder,
    EventFilter,
    EventOrder,
    StoryFilter,
    StoryOrder,
)
from retrieval.models.identity import fold
from retrieval.stores.sql.paging import Ordering
from retrieval.stores.sql.tables import (
    aliases,
    article_entities,
    articles,
    attributions,
    claims,
    entities,
    event_mentions,
    event_reports,
    events,
    participants,
    stories,
    story_articles,
    times,
)

# Beyond every instant, so that what has no date comes last in either direction.
_LAST = 2**62


def filter_articles(filter_: ArticleFilter | None) -> list[ColumnElement[bool]]:
    """Conditions on ``articles``; any of a list's members will do."""
    if filter_ is None:
        return []
    conditions: list[ColumnElement[bool]] = []
    if filter_.publishers:
        conditions.append(articles.c.publisher.in_(filter_.publishers))
    if filter_.languages:
        conditions.append(articles.c.language.in_(filter_.languages))
    if filter_.published_from:
        conditions.append(articles.c.published_at >= filter_.published_from)
    if filter_.published_to:
        conditions.append(articles.c.published_at <= filter_.published_to)
    if filter_.article_ids:
        conditions.append(articles.c.id.in_(filter_.article_ids))
    if filter_.story_id:
        conditions.append(articles.c.id.in_(_articles_of(filter_.story_id)))
    if filter_.entity_ids:
        named = select(article_entities.c.article_id).where(article_entities.c.entity_id.in_(filter_.entity_ids))
        conditions.append(articles.c.id.in_(named))
    if filter_.event_types:
        told = (
            select(event_mentions.c.article_id)
            .join_from(event_mentions, events)
            .where(events.c.type.in_(filter_.event_types))
        )
        conditions.append(articles.c.id.in_(told))
    return conditions


def filter_entities(filter_: EntityFilter | None) -> list[ColumnElement[bool]]:
    """Conditions on ``entities``."""
    if filter_ is None:
        return []
    conditions: list[ColumnElement[bool]] = []
    if filter_.types:
        conditions.append(entities.c.type.in_(filter_.types))
    if filter_.min_mentions:
        conditions.append(entities.c.mention_count >= filter_.min_mentions)
    if filter_.name is not None:
        like = aliases.c.folded.contains(fold(filter_.name), autoescape=True)
        conditions.append(entities.c.id.in_(select(aliases.c.entity_id).where(like)))
    return conditions


def filter_events(filter_: EventFilter | None, *, near_ids: Sequence[str] | None = None) -> list[ColumnElement[bool]]:
    """Conditions on ``events``; ``near_ids`` are the places within the filter's distance."""
    if filter_ is None:
        return []
    conditions: list[ColumnElement[bool]] = []
    if filter_.types:
        conditions.append(events.c.type.in_(filter_.types))
    if filter_.quad_classes:
        conditions.append(events.c.type.in_([t for t, quad in QUAD_CLASS.items() if quad in filter_.quad_classes]))
    if filter_.statuses:
        conditions.append(events.c.status.in_(filter_.statuses))
    if filter_.time_from:
        conditions.append(events.c.time_end >= filter_.time_from)
    if filter_.time_to:
        conditions.append(events.c.time_start <= filter_.time_to)
    if near_ids is not None:
        conditions.append(events.c.place_id.in_(near_ids))
    elif filter_.place_id:
        conditions.append(events.c.place_id == filter_.place_id)
    if filter_.participant_ids:
        taking_part = select(participants.c.event_id).where(participants.c.entity_id.in_(filter_.participant_ids))
        conditions.append(events.c.id.in_(taking_part))
    if filter_.min_independent_sources:
        conditions.append(events.c.independent_source_count >= filter_.min_independent_sources)
    if filter_.story_id:
        told = select(event_reports.c.event_id).where(event_reports.c.article_id.in_(_articles_of(filter_.story_id)))
        conditions.append(events.c.id.in_(told))
    return conditions


def filter_stories(filter_: StoryFilter | None) -> list[ColumnElement[bool]]:
    """Conditions on ``stories``."""
    if filter_ is None:
        return []
    conditions: list[ColumnElement[bool]] = []
    if filter_.min_articles:
        conditions.append(stories.c.article_count >= filter_.min_articles)
    if filter_.min_independent_sources:
        conditions.append(stories.c.independent_source_count >= filter_.min_independent_sources)
    within = ArticleFilter(
        published_from=filter_.published_from, published_to=filter_.published_to, entity_ids=filter_.entity_ids
    )
    if wanted := filter_articles(within):
        members = select(story_articles.c.story_id).join_from(story_articles, articles).where(*wanted)
        conditions.append(stories.c.id.in_(members))
    return conditions


def filter_claims(filter_: ClaimFilter | None) -> list[ColumnElement[bool]]:
    """Conditions on ``claims``. What has no date of its own was said when its article appeared."""
    if filter_ is None:
        return []
    conditions: list[ColumnElement[bool]] = []
    if filter_.stances:
        conditions.append(claims.c.stance.in_(filter_.stances))
    if filter_.ids is not None:
        conditions.append(claims.c.id.in_(filter_.ids))
    speaker = and_(attributions.c.claim_seq == claims.c.seq, attributions.c.depth == 0)
    if filter_.source_ids:
        conditions.append(exists().where(speaker, attributions.c.entity_id.in_(filter_.source_ids)).correlate(claims))
    if filter_.kinds:
        conditions.append(exists().where(speaker, attributions.c.kind.in_(filter_.kinds)).correlate(claims))
    if filter_.said_from or filter_.said_to:
        said_at = select(times.c.id).where(times.c.id == claims.c.said_at_id).correlate(claims)
        published = select(articles.c.id).where(articles.c.id == claims.c.article_id).correlate(claims)
        undated = claims.c.said_at_id.is_(None)
        if filter_.said_from:
            dated = exists(said_at.where(times.c.time_end >= filter_.said_from))
            conditions.append(or_(dated, undated & exists(published.where(articles.c.published_at >= filter_.said_from))))
        if filter_.said_to:
            dated = exists(said_at.where(times.c.time_start <= filter_.said_to))
            conditions.append(or_(dated, undated & exists(published.where(articles.c.published_at <= filter_.said_to))))
    return conditions


def order_articles(order: ArticleOrder, *, descending: bool) -> Ordering:
    """The ordering of a list of articles."""
    column = articles.c.published_at if order is ArticleOrder.PUBLISHED_AT else articles.c.ingested_at
    return Ordering(f"articles:{order.value}", _instant(column, descending=descending), articles.c.id, descending)


def order_entities(order: EntityOrder, *, descending: bool) -> Ordering:
    """The ordering of a list of entities; names without regard to case."""
    keys: dict[EntityOrder, ColumnElement[Any]] = {
        EntityOrder.MENTION_COUNT: entities.c.mention_count,
        EntityOrder.NAME: func.lower(entities.c.name),
        EntityOrder.LAST_SEEN_AT: _instant(entities.c.last_seen, descending=descending),
    }
    return Ordering(f"entities:{order.value}", keys[order], entities.c.id, descending)


def order_events(order: EventOrder, *, descending: bool) -> Ordering:
    """The ordering of a list of events."""
    keys: dict[EventOrder, ColumnElement[Any]] = {
        EventOrder.TIME: _instant(events.c.time_start, descending=descending),
        EventOrder.CONFIDENCE: events.c.confidence,
        EventOrder.INDEPENDENT_SOURCES: events.c.independent_source_count,
    }
    return Ordering(f"events:{order.value}", keys[order], events.c.id, descending)


def order_stories(order: StoryOrder, *, descending: bool) -> Ordering:
    """The ordering of a list of stories."""
    keys: dict[StoryOrder, ColumnElement[Any]] = {
        StoryOrder.LAST_PUBLISHED_AT: _instant(stories.c.last_published, descending=descending),
        StoryOrder.ARTICLE_COUNT: stories.c.article_count,
        StoryOrder.INDEPENDENT_SOURCES: stories.c.independent_source_count,
    }
    return Ordering(f"stories:{order.value}", keys[order], stories.c.id, descending)


def _articles_of(story_id: str) -> Select[Any]:
    return select(story_articles.c.article_id).where(story_articles.c.story_id == story_id)


def _instant(column: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    return func.coalesce(type_coerce(column, BigInteger), -_LAST if descending else _LAST)
