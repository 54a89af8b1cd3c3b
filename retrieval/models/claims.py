"""Who says what: claims, decisions on entities, and all facts of an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retrieval.models.articles import Article, Block, Origin, Passage
from retrieval.models.entities import Entity, Mention, TimeRef
from retrieval.models.events import Event, EventMention, Participant
from retrieval.models.spans import Span


class ClaimStance(StrEnum):
    """What a speaker does with a proposition. Declining to comment or having no information is not a denial."""

    ASSERTED = "ASSERTED"
    DENIED = "DENIED"
    REPORTED = "REPORTED"
    ALLEGED = "ALLEGED"
    REQUESTED = "REQUESTED"
    PROMISED = "PROMISED"
    BELIEVED = "BELIEVED"
    DECLINED_TO_COMMENT = "DECLINED_TO_COMMENT"
    NO_INFORMATION = "NO_INFORMATION"


class AttributionKind(StrEnum):
    """How the words of a source are given."""

    DIRECT_QUOTATION = "DIRECT_QUOTATION"
    INDIRECT_SPEECH = "INDIRECT_SPEECH"
    REPORTED_VIA = "REPORTED_VIA"
    NARRATOR = "NARRATOR"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a source speaks for: the bank of "a spokesman for the bank", Ann Lee of "Ann Lee's lawyer"."""

    text: str
    span: Span
    entity_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says it. ``via`` is whom that source cites: "The Times, citing two officials" is two links.

    ``source_span`` is None for a speaker carried over from an earlier sentence without words of its own here.
    """

    article_id: str
    source_text: str
    source_span: Span | None
    source_entity_id: str | None
    kind: AttributionKind
    cue: str | None = None
    cue_span: Span | None = None
    via: Attribution | None = None
    on_behalf_of: Principal | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a source says. ``spans`` are its content in reading order (a split quotation has several).

    ``text`` is the slice of the first span to the last, inclusive of what stands between; ``content`` leaves that out.
    """

    id: str
    article_id: str
    text: str
    spans: tuple[Span, ...]
    stance: ClaimStance
    attribution: Attribution
    said_at: TimeRef | None = None
    event_id: str | None = None
    parent_id: str | None = None
    entity_ids: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """From the first character of the content to the last."""
        return Span(self.spans[0].start, self.spans[-1].end)

    @property
    def parts(self) -> tuple[str, ...]:
        """The words of each span."""
        begin = self.spans[0].start
        return tuple(self.text[span.start - begin : span.end - begin] for span in self.spans)

    @property
    def content(self) -> str:
        """What is said, without the reporting words between its parts."""
        return " ".join(self.parts)


@dataclass(frozen=True, slots=True)
class ClaimRelations:
    """The claims of other sources about the same event: those on the other side of it, and those on the same side."""

    contradicts: tuple[Claim, ...] = ()
    supports: tuple[Claim, ...] = ()


class DecisionKind(StrEnum):
    """What people decide about entities."""

    MERGE = "MERGE"
    SPLIT = "SPLIT"
    LINK = "LINK"
    REFUSAL = "REFUSAL"


@dataclass(frozen=True, slots=True)
class EntityDecision:
    """A line of the log of entities: ``entity_id`` was merged into, split, linked, or kept apart from another one.

    ``undone_at`` says that it no longer holds. ``other_ids`` are the entities merged into it, split from it or kept apart
    from it; ``aliases`` what was split off.
    """

    id: int
    at: datetime
    kind: DecisionKind
    entity_id: str
    other_ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    wikidata_id: str | None = None
    undone_at: datetime | None = None


class Likeness(StrEnum):
    """Why two entities may be one: names that differ in the given name or its form, a shorter name, an acronym, or two
    names that are known to be those of one body.
    """

    GIVEN_NAME = "GIVEN_NAME"
    SHORTER_NAME = "SHORTER_NAME"
    ACRONYM = "ACRONYM"
    KNOWN_NAMES = "KNOWN_NAMES"


@dataclass(frozen=True, slots=True)
class EntitySuggestion:
    """Two entities that may be one; ``into`` is the more mentioned one, which would stay."""

    into: Entity
    other: Entity
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class RelatedEntity:
    """An entity that articles name together with another one: in how many, and the pointwise mutual information in bits."""

    entity: Entity
    article_count: int
    pmi: float


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """Everything the archive knows from one article, in reading order; entities and events are those it names.

    An event is drawn from all the articles that tell of it: its ``time`` may be given by the words of another one. Read as
    of a moment, it is drawn from those published by then.
    """

    article: Article
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    entities: tuple[Entity, ...]
    mentions: tuple[Mention, ...]
    times: tuple[TimeRef, ...]
    claims: tuple[Claim, ...]
    events: tuple[Event, ...]
    event_mentions: tuple[EventMention, ...]
    participants: tuple[Participant, ...]
    origin: Origin
