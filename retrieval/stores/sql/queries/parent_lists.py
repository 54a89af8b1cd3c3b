"""Whose list is it: for each kind of nested list, the pairs (parent, child)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Subquery, select, union

from retrieval.errors import InputError
from retrieval.stores.sql.tables import (
    article_entities,
    articles,
    attributions,
    claims,
    event_mentions,
    event_reports,
    events,
    mentions,
    participants,
    passages,
    story_articles,
)


class Parent(StrEnum):
    """The kind of thing that owns a nested list."""

    ARTICLE = "ARTICLE"
    ENTITY = "ENTITY"
    EVENT = "EVENT"
    PUBLISHER = "PUBLISHER"
    STORY = "STORY"


def find_pairs(child: str, parent: Parent, ids: Sequence[str]) -> Subquery:
    """Distinct rows (parent, child) of the lists of ``child`` that ``ids`` own.

    Raises:
        InputError: that kind of parent has no such list.
    """
    make = _PAIRS.get((child, parent))
    if make is None:
        raise InputError(f"no list of {child} by {parent.value}")
    return make(ids)


def _plain(parent: ColumnElement[Any], child: ColumnElement[Any]) -> Callable[[Sequence[str]], Subquery]:
    def pairs(ids: Sequence[str]) -> Subquery:
        statement = select(parent.label("parent"), child.label("child")).where(parent.in_(ids))
        return statement.distinct().subquery()

    return pairs


def _events_of_entities(ids: Sequence[str]) -> Subquery:
    taking_part = select(participants.c.entity_id.label("parent"), participants.c.event_id.label("child"))
    taking_place = select(events.c.place_id.label("parent"), events.c.id.label("child"))
    return union(
        taking_part.where(participants.c.entity_id.in_(ids)), taking_place.where(events.c.place_id.in_(ids))
    ).subquery()


def _claims_of_entities(ids: Sequence[str]) -> Subquery:
    statement = select(attributions.c.entity_id.label("parent"), attributions.c.claim_seq.label("child"))
    return statement.where(attributions.c.depth == 0, attributions.c.entity_id.in_(ids)).subquery()


def _events_of_stories(ids: Sequence[str]) -> Subquery:
    statement = select(story_articles.c.story_id.label("parent"), event_reports.c.event_id.label("child"))
    statement = statement.join_from(
        story_articles, event_reports, event_reports.c.article_id == story_articles.c.article_id
    )
    return statement.where(story_articles.c.story_id.in_(ids)).distinct().subquery()


_PAIRS: dict[tuple[str, Parent], Callable[[Sequence[str]], Subquery]] = {
    ("articles", Parent.ENTITY): _plain(article_entities.c.entity_id, article_entities.c.article_id),
    ("articles", Parent.PUBLISHER): _plain(articles.c.publisher_id, articles.c.id),
    ("articles", Parent.STORY): _plain(story_articles.c.story_id, story_articles.c.article_id),
    ("passages", Parent.ARTICLE): _plain(passages.c.article_id, passages.c.id),
    ("mentions", Parent.ARTICLE): _plain(mentions.c.article_id, mentions.c.id),
    ("mentions", Parent.ENTITY): _plain(mentions.c.entity_id, mentions.c.id),
    ("events", Parent.ARTICLE): _plain(event_mentions.c.article_id, event_mentions.c.event_id),
    ("events", Parent.ENTITY): _events_of_entities,
    ("events", Parent.STORY): _events_of_stories,
    ("claims", Parent.ARTICLE): _plain(claims.c.article_id, claims.c.seq),
    ("claims", Parent.ENTITY): _claims_of_entities,
    ("claims", Parent.EVENT): _plain(claims.c.event_id, claims.c.seq),
    ("event mentions", Parent.EVENT): _plain(event_mentions.c.event_id, event_mentions.c.id),
}
