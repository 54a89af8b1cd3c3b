"""Who and where is spoken of, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retrieval.models.articles import DatePrecision
from retrieval.models.spans import Span


class EntityType(StrEnum):
    """The kinds of named thing."""

    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    PLACE = "PLACE"
    GROUP = "GROUP"
    FACILITY = "FACILITY"
    OTHER = "OTHER"


class MentionKind(StrEnum):
    """How a text refers to an entity."""

    NAME = "NAME"
    ACRONYM = "ACRONYM"
    DEMONYM = "DEMONYM"
    NOMINAL = "NOMINAL"
    PRONOUN = "PRONOUN"


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing in the archive. ``country`` is an ISO 3166-1 alpha-2 code where the entity is a country."""

    id: str
    type: EntityType
    name: str
    mention_count: int
    article_count: int
    first_seen: datetime | None
    last_seen: datetime | None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class EntityAlias:
    """One way in which an entity is written, and how often."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class RoleMention:
    """One place where an article gives a person's role; ``text`` holds what goes before the title too ("former US")."""

    article_id: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class EntityRole:
    """What articles call a person: ``title`` as the newest of them writes it. ``of_entity_id`` is the organisation or
    country that it is a role in, where they say so. ``mentions`` are where they do, oldest publication first.
    """

    title: str
    is_former: bool
    of_entity_id: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    mentions: tuple[RoleMention, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an article names an entity."""

    id: int
    article_id: str
    entity_id: str
    kind: MentionKind
    span: Span
    text: str


class DateSource(StrEnum):
    """What a resolved time rests on."""

    EXPLICIT = "EXPLICIT"
    RELATIVE_TO_PUBLICATION = "RELATIVE_TO_PUBLICATION"
    PUBLICATION_DATE_FALLBACK = "PUBLICATION_DATE_FALLBACK"


@dataclass(frozen=True, slots=True)
class TimeRef:
    """A time: first to last second, both inside. ``span`` and ``text`` show it, None for a fallback.

    ``start`` and ``end`` are both None when nothing is known (then ``precision`` is UNKNOWN); one alone may be None for an
    open interval ("since 2014").
    """

    start: datetime | None
    end: datetime | None
    precision: DatePrecision
    source: DateSource
    article_id: str | None = None
    span: Span | None = None
    text: str | None = None


UNKNOWN_TIME = TimeRef(start=None, end=None, precision=DatePrecision.UNKNOWN, source=DateSource.PUBLICATION_DATE_FALLBACK)
