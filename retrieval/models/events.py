"""What happened: typed events with participants, place, time and status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.models.entities import TimeRef
from retrieval.models.spans import Span


class EventType(StrEnum):
    """The sixteen types of the PLOVER ontology, and OTHER."""

    AGREE = "AGREE"
    CONSULT = "CONSULT"
    SUPPORT = "SUPPORT"
    CONCEDE = "CONCEDE"
    COOPERATE = "COOPERATE"
    AID = "AID"
    RETREAT = "RETREAT"
    REQUEST = "REQUEST"
    ACCUSE = "ACCUSE"
    REJECT = "REJECT"
    THREATEN = "THREATEN"
    PROTEST = "PROTEST"
    SANCTION = "SANCTION"
    MOBILIZE = "MOBILIZE"
    COERCE = "COERCE"
    ASSAULT = "ASSAULT"
    OTHER = "OTHER"


class QuadClass(StrEnum):
    """PLOVER's four classes, and NEUTRAL for OTHER."""

    VERBAL_COOPERATION = "VERBAL_COOPERATION"
    MATERIAL_COOPERATION = "MATERIAL_COOPERATION"
    VERBAL_CONFLICT = "VERBAL_CONFLICT"
    MATERIAL_CONFLICT = "MATERIAL_CONFLICT"
    NEUTRAL = "NEUTRAL"


QUAD_CLASS: dict[EventType, QuadClass] = {
    EventType.AGREE: QuadClass.VERBAL_COOPERATION,
    EventType.CONSULT: QuadClass.VERBAL_COOPERATION,
    EventType.SUPPORT: QuadClass.VERBAL_COOPERATION,
    EventType.CONCEDE: QuadClass.VERBAL_COOPERATION,
    EventType.COOPERATE: QuadClass.MATERIAL_COOPERATION,
    EventType.AID: QuadClass.MATERIAL_COOPERATION,
    EventType.RETREAT: QuadClass.MATERIAL_COOPERATION,
    EventType.REQUEST: QuadClass.VERBAL_CONFLICT,
    EventType.ACCUSE: QuadClass.VERBAL_CONFLICT,
    EventType.REJECT: QuadClass.VERBAL_CONFLICT,
    EventType.THREATEN: QuadClass.VERBAL_CONFLICT,
    EventType.PROTEST: QuadClass.MATERIAL_CONFLICT,
    EventType.SANCTION: QuadClass.MATERIAL_CONFLICT,
    EventType.MOBILIZE: QuadClass.MATERIAL_CONFLICT,
    EventType.COERCE: QuadClass.MATERIAL_CONFLICT,
    EventType.ASSAULT: QuadClass.MATERIAL_CONFLICT,
    EventType.OTHER: QuadClass.NEUTRAL,
}


class EventStatus(StrEnum):
    """How the archive vouches for an event."""

    ACTUAL = "ACTUAL"
    ATTRIBUTED = "ATTRIBUTED"
    ALLEGED = "ALLEGED"
    DENIED = "DENIED"
    DISPUTED = "DISPUTED"
    REQUESTED = "REQUESTED"
    PLANNED = "PLANNED"
    HYPOTHETICAL = "HYPOTHETICAL"
    NEGATED = "NEGATED"


class ParticipantRole(StrEnum):
    """What a participant does in an event."""

    ACTOR = "ACTOR"
    RECIPIENT = "RECIPIENT"
    INSTRUMENT = "INSTRUMENT"
    VICTIM = "VICTIM"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone or something in an event; ``count`` is the number of people the text gives ("25 fighters")."""

    event_id: str
    article_id: str
    role: ParticipantRole
    entity_id: str | None
    span: Span
    text: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class EventMention:
    """One place that tells of an event: the trigger word, the sentence it stands in, and how that place vouches for it."""

    event_id: str
    article_id: str
    trigger: Span
    trigger_text: str
    sentence: Span
    status: EventStatus


@dataclass(frozen=True, slots=True)
class CasualtyCount:
    """A number of people as told; ``low`` and ``high`` bound it, None where open: "at least 12" has no ``high``.

    Of several accounts the commonest number is taken, and the bounds are the least and the most that one of them gives.
    """

    number: int
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is said, asked or planned to. ``confidence`` is between 0 and 1.

    ``independent_source_count`` counts who tells of it: each speaker once, and the articles' own voices, of which copies of
    one text, articles fed by one agency and those of one publisher are one.
    """

    id: str
    type: EventType
    mode: str | None
    status: EventStatus
    title: str
    time: TimeRef
    place_id: str | None
    killed: CasualtyCount | None
    injured: CasualtyCount | None
    confidence: float
    independent_source_count: int
