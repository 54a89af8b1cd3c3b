"""What a list may be narrowed to, in which order, and its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from retrieval.models.claims import AttributionKind, ClaimStance
from retrieval.models.entities import DateSource, EntityType
from retrieval.models.events import EventStatus, EventType, FactOrigin, QuadClass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; every given part must hold, an empty tuple means no restriction."""

    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    published_from: datetime | None = None
    published_to: datetime | None = None
    entity_ids: tuple[str, ...] = ()
    event_types: tuple[EventType, ...] = ()
    article_ids: tuple[str, ...] = ()
    story_id: str | None = None


class NameMatch(StrEnum):
    """How a name is compared, without regard to case and accents: with the entity's own name, with the beginning of any
    alias, or with any part of one.
    """

    EXACT = "EXACT"
    PREFIX = "PREFIX"
    ALIAS = "ALIAS"


@dataclass(frozen=True, slots=True)
class EntityFilter:
    """Which entities; ``name_match`` says how ``name`` is compared."""

    types: tuple[EntityType, ...] = ()
    name: str | None = None
    name_match: NameMatch = NameMatch.ALIAS
    min_mentions: int = 0


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; ``time_from`` and ``time_to`` keep those whose interval overlaps the range, ``story_id`` those that an
    article of the story tells of. ``within_kilometers`` keeps those whose place lies so near to ``near`` (latitude and
    longitude in degrees) or to the place of ``place_id``. ``time_sources`` and ``place_sources`` keep those whose time and
    place rest on one of these; ``min_confidence`` is between 0 and 1.
    """

    types: tuple[EventType, ...] = ()
    quad_classes: tuple[QuadClass, ...] = ()
    statuses: tuple[EventStatus, ...] = ()
    time_from: datetime | None = None
    time_to: datetime | None = None
    place_id: str | None = None
    participant_ids: tuple[str, ...] = ()
    min_independent_sources: int = 0
    story_id: str | None = None
    time_sources: tuple[DateSource, ...] = ()
    place_sources: tuple[FactOrigin, ...] = ()
    min_confidence: float = 0.0
    near: tuple[float, float] | None = None
    within_kilometers: float | None = None


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories; ``published_from`` and ``published_to`` keep those with an article of that time."""

    published_from: datetime | None = None
    published_to: datetime | None = None
    entity_ids: tuple[str, ...] = ()
    min_articles: int = 0
    min_independent_sources: int = 0


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims; ``source_ids`` are entities that speak, ``ids`` keeps these."""

    stances: tuple[ClaimStance, ...] = ()
    source_ids: tuple[str, ...] = ()
    kinds: tuple[AttributionKind, ...] = ()
    said_from: datetime | None = None
    said_to: datetime | None = None
    ids: tuple[str, ...] | None = None


class ArticleOrder(StrEnum):
    """Sort keys of articles; ties fall to the id."""

    PUBLISHED_AT = "PUBLISHED_AT"
    INGESTED_AT = "INGESTED_AT"


class EntityOrder(StrEnum):
    """Sort keys of entities; ties fall to the id."""

    MENTION_COUNT = "MENTION_COUNT"
    NAME = "NAME"
    LAST_SEEN_AT = "LAST_SEEN_AT"


class EventOrder(StrEnum):
    """Sort keys of events; ties fall to the id."""

    TIME = "TIME"
    CONFIDENCE = "CONFIDENCE"
    INDEPENDENT_SOURCES = "INDEPENDENT_SOURCES"


class StoryOrder(StrEnum):
    """Sort keys of stories; ties fall to the id."""

    LAST_PUBLISHED_AT = "LAST_PUBLISHED_AT"
    ARTICLE_COUNT = "ARTICLE_COUNT"
    INDEPENDENT_SOURCES = "INDEPENDENT_SOURCES"


class ClaimOrder(StrEnum):
    """Sort keys of claims: by article and place in it."""

    POSITION = "POSITION"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of an ordered list: the first ``limit`` after ``after``, or, ``backward``, the last before ``before``.

    Cursors are opaque and hold the sort key and id, so that a page stays in place while the list grows around it.
    """

    limit: int = 20
    after: str | None = None
    before: str | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One window of a list, in list order; ``cursors`` run parallel to ``items``."""

    items: tuple[T, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
