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
    MentionKind,
    ParticipantRole,
    Span,
)


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
class FoundAttribution:
    """Who says it: words and, where resolved, entity number. ``source`` is None for a speaker carried from before."""

    source: Span | None
    source_text: str
    entity: int | None
    kind: AttributionKind
    cue: Span | None = None
    via: FoundAttribution | None = None


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
    """An event with every place that tells of it. ``time`` is a time number, ``place`` an entity number."""

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
    """All facts of one article, in reading order; ``parses`` are those of its blocks (`retrieval.extraction.language.stored_parses`)."""

    entities: tuple[FoundEntity, ...] = ()
    mentions: tuple[FoundMention, ...] = ()
    times: tuple[FoundTime, ...] = ()
    claims: tuple[FoundClaim, ...] = ()
    events: tuple[FoundEvent, ...] = ()
    roles: tuple[FoundRole, ...] = ()
    parses: bytes = b""
