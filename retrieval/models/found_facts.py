"""What extraction finds in one article, before the catalog gives it ids.

Links between facts are positions in the tuples of one `Extraction` ("entity 3"), so that a value is whole when it is made.
Spans are code points into the article's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from retrieval.models import (
    AttributionKind,
    CasualtyCount,
    ClaimStance,
    DatePrecision,
    DateSource,
    EntityType,
    EventStatus,
    EventType,
    FactOrigin,
    MentionKind,
    ParticipantRole,
    Span,
)

EXTRACTOR_VERSION = 7
"""Raised when the same text would give other facts, or more is kept with them; stored with each article."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity of one article: ``name`` as it is best written there, ``key`` the normal form that joins articles."""

    type: EntityType
    name: str
    key: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class FoundMention:
    """A place that names entity number ``entity``."""

    span: Span
    kind: MentionKind
    entity: int


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A time expression and the interval (first to last second) it stands for."""

    span: Span
    start: datetime | None
    end: datetime | None
    precision: DatePrecision
    source: DateSource


@dataclass(frozen=True, slots=True)
class FoundPrincipal:
    """For whom a spokesman, lawyer, aide or office speaks: the words and, where it is named, the entity number."""

    span: Span
    text: str
    entity: int | None = None


@dataclass(frozen=True, slots=True)
class FoundAttribution:
    """Who says it: words and, where resolved, entity number. ``source`` is None for a speaker carried from before.

    ``on_behalf_of`` is whom the source speaks for ("*Ann Lee's* lawyer", "a spokesman for *the bank*").
    """

    source: Span | None
    source_text: str
    entity: int | None
    kind: AttributionKind
    cue: Span | None = None
    via: FoundAttribution | None = None
    on_behalf_of: FoundPrincipal | None = None


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """A claim; ``said_at`` is a time number, ``parent`` the number of the claim that this one is told inside of."""

    spans: tuple[Span, ...]
    stance: ClaimStance
    attribution: FoundAttribution
    said_at: int | None = None
    parent: int | None = None

    @property
    def span(self) -> Span:
        """From the first character of the content to the last."""
        return Span(self.spans[0].start, self.spans[-1].end)


@dataclass(frozen=True, slots=True)
class FoundParticipant:
    """A participant; ``entity`` is an entity number, ``count`` the number of people that the words give."""

    span: Span
    role: ParticipantRole
    entity: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FoundTrigger:
    """One place that tells of an event; ``claim`` is the number of the innermost claim that holds it."""

    span: Span
    sentence: Span
    status: EventStatus
    claim: int | None = None


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event with every place that tells of it.

    ``time`` is a time number, ``place`` an entity number; ``time_origin`` and ``place_source`` say where they were found.
    ``features`` are those of its confidence.
    """

    type: EventType
    mode: str | None
    status: EventStatus
    title: str
    triggers: tuple[FoundTrigger, ...]
    participants: tuple[FoundParticipant, ...] = ()
    time: int | None = None
    place: int | None = None
    killed: CasualtyCount | None = None
    injured: CasualtyCount | None = None
    confidence: float = 0.5
    place_source: FactOrigin | None = None
    time_origin: FactOrigin | None = None
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundRole:
    """What person number ``entity``, named at ``name``, is called: "Secretary of State", at ``span`` with what goes before
    it ("former US").

    ``of`` is the entity of the organisation or country that it is a role in, where the words name one.
    """

    entity: int
    name: Span
    title: str
    span: Span
    is_former: bool = False
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All facts of one article, in reading order.

    ``parses`` are those of its blocks, packed by `retrieval.extraction.language.stored_parses`. ``main_event`` is the
    number of the event that the article is about.
    """

    entities: tuple[FoundEntity, ...] = ()
    mentions: tuple[FoundMention, ...] = ()
    times: tuple[FoundTime, ...] = ()
    claims: tuple[FoundClaim, ...] = ()
    events: tuple[FoundEvent, ...] = ()
    roles: tuple[FoundRole, ...] = ()
    parses: bytes = b""
    main_event: int | None = None
