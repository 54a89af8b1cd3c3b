"""The values that the library gives and takes.

Positions are Unicode code points into the stored article text, half-open: ``article.text[span.start:span.end]``.
Instants are timezone-aware UTC datetimes. A time interval holds its first and its last second, both inside it.
Ids are opaque strings that stay the same while the thing they name stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open ``[start, end)`` in code points of an article's text."""

    start: int
    end: int

    def slice(self, text: str) -> str:
        """The characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """True when ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """True when the two spans share at least one character."""
        return self.start < other.end and other.start < self.end


# ---------------------------------------------------------------- articles


class BlockKind(StrEnum):
    """What a stretch of an article is. Only TITLE, STANDFIRST and BODY carry facts; TITLE_REPEAT and CAPTION only names."""

    TITLE = "TITLE"
    TITLE_REPEAT = "TITLE_REPEAT"
    STANDFIRST = "STANDFIRST"
    READ_TIME = "READ_TIME"
    DATELINE = "DATELINE"
    BYLINE = "BYLINE"
    CAPTION = "CAPTION"
    BODY = "BODY"
    RELATED_LINK = "RELATED_LINK"
    BOILERPLATE = "BOILERPLATE"


FACTUAL_BLOCKS = frozenset({BlockKind.TITLE, BlockKind.STANDFIRST, BlockKind.BODY})
"""Blocks whose claims and events count."""

NAMING_BLOCKS = FACTUAL_BLOCKS | {BlockKind.TITLE_REPEAT, BlockKind.CAPTION}
"""Blocks whose names count as mentions; a related link names what another article is about."""


class DatePrecision(StrEnum):
    """The finest unit that a date's source gives."""

    MINUTE = "MINUTE"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"
    UNKNOWN = "UNKNOWN"


class PublicationSource(StrEnum):
    """Where a publication date comes from."""

    OPTION = "OPTION"
    METADATA = "METADATA"
    DATELINE = "DATELINE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """When an article appeared; ``at`` is None exactly when ``precision`` is UNKNOWN. ``span`` shows a DATELINE."""

    at: datetime | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    source: PublicationSource = PublicationSource.UNKNOWN
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article to ingest. ``text`` is kept unchanged; ``title`` is only needed where the text does not begin with it.

    ``url`` (or, for files, the path) is the article's identity: a changed text at the same one is a new revision. Without
    either, the text itself is the identity. ``published`` is ISO-8601 text or a datetime.
    """

    text: str
    title: str | None = None
    url: str | None = None
    published: str | datetime | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one kind; the blocks of an article cover every character of it that is not white space between them."""

    kind: BlockKind
    span: Span


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article at its newest revision; ``text`` is the raw text, ``sha256`` that of its UTF-8 bytes."""

    id: str
    url: str | None
    title: str
    text: str
    sha256: str
    source: str | None
    authors: tuple[str, ...]
    language: str
    published: PublicationDate
    ingested_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence-aligned stretch of body text, the unit that is searched and cited."""

    id: int
    article_id: str
    index: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked pointer: ``text`` equals ``article.text[span.start:span.end]`` of ``revision``.

    ``verified`` says that the stored text still has its sha256 and that the slice equals the text noted at extraction.
    ``prefix`` and ``suffix`` are up to 40 characters either side, inside the article.
    """

    article_id: str
    revision: int
    span: Span
    text: str
    prefix: str
    suffix: str
    text_sha256: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Publisher:
    """A source of articles, as named at ingest."""

    id: str
    name: str
    article_count: int


# ---------------------------------------------------------------- entities and times


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


# ---------------------------------------------------------------- events


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
    fatalities: int | None
    confidence: float
    independent_source_count: int


# ---------------------------------------------------------------- claims


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


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a source says. ``spans`` are its content in reading order (a split quotation has several).

    ``text`` is the slice of the first span to the last, inclusive of what stands between.
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


@dataclass(frozen=True, slots=True)
class EntityDecision:
    """A line of the log of entities: ``entity_id`` was merged into, split, or linked; ``undone_at`` says that it no longer
    holds. ``other_ids`` are the entities merged into it or split from it; ``aliases`` what was split off.
    """

    id: int
    at: datetime
    kind: DecisionKind
    entity_id: str
    other_ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    wikidata_id: str | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RelatedEntity:
    """An entity that articles name together with another one: in how many, and the pointwise mutual information in bits."""

    entity: Entity
    article_count: int
    pmi: float


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """Everything the archive knows from one article, in reading order; entities and events are those it names.

    An event is drawn from all the articles that tell of it: its ``time`` may be given by the words of another one.
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


# ---------------------------------------------------------------- filters, orders, pages


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


@dataclass(frozen=True, slots=True)
class EntityFilter:
    """Which entities; ``name`` matches any alias, without regard to case."""

    types: tuple[EntityType, ...] = ()
    name: str | None = None
    min_mentions: int = 0


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; ``time_from`` and ``time_to`` keep those whose interval overlaps the range."""

    types: tuple[EventType, ...] = ()
    quad_classes: tuple[QuadClass, ...] = ()
    statuses: tuple[EventStatus, ...] = ()
    time_from: datetime | None = None
    time_to: datetime | None = None
    place_id: str | None = None
    participant_ids: tuple[str, ...] = ()
    min_independent_sources: int = 0


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims; ``source_ids`` are entities that speak."""

    stances: tuple[ClaimStance, ...] = ()
    source_ids: tuple[str, ...] = ()
    kinds: tuple[AttributionKind, ...] = ()
    said_from: datetime | None = None
    said_to: datetime | None = None


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


# ---------------------------------------------------------------- search


class RetrievalMode(StrEnum):
    """How passages are found: by words, by meaning, or by both."""

    LEXICAL = "LEXICAL"
    DENSE = "DENSE"
    HYBRID = "HYBRID"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. ``score`` is what the list is ordered by: BM25 (LEXICAL), the cosine (DENSE), or a weighted sum from
    0 to 1 (HYBRID). ``lexical_score`` is BM25, ``dense_score`` the cosine, None where it is not known. ``highlights`` are
    spans of the article's text where a term of the query stands.
    """

    passage: Passage
    article: Article
    score: float
    rank: int
    lexical_score: float
    highlights: tuple[Span, ...]
    cursor: str
    dense_score: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Hits in rank order; ``total`` counts every passage that matches."""

    hits: tuple[Hit, ...]
    total: int
    has_next: bool


# ---------------------------------------------------------------- answers


class AnswerStatus(StrEnum):
    """Whether the archive answers, its sources conflict, or it does not say."""

    ANSWERED = "ANSWERED"
    CONFLICTING = "CONFLICTING"
    NOT_FOUND = "NOT_FOUND"


class AnswerType(StrEnum):
    """What a question asks for."""

    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    PLACE = "PLACE"
    DATE = "DATE"
    QUANTITY = "QUANTITY"
    YES_NO = "YES_NO"
    REASON = "REASON"
    QUOTATION = "QUOTATION"
    EVENT_LIST = "EVENT_LIST"
    DEFINITION = "DEFINITION"
    OTHER = "OTHER"


class AbstentionReason(StrEnum):
    """Why there is no answer."""

    NO_MATCHING_PASSAGE = "NO_MATCHING_PASSAGE"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    FILTER_EXCLUDES_ALL = "FILTER_EXCLUDES_ALL"
    QUESTION_NOT_UNDERSTOOD = "QUESTION_NOT_UNDERSTOOD"


@dataclass(frozen=True, slots=True)
class EntityValue:
    """An entity as the answer."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class DateValue:
    """A time as the answer."""

    time: TimeRef


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number as the answer; ``low`` and ``high`` bound it where the text does ("more than 20" has only ``low``)."""

    value: float
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class BooleanValue:
    """A yes or no that the sources agree on."""

    value: bool


@dataclass(frozen=True, slots=True)
class EventListValue:
    """Events as the answer, in time order."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class QuotationValue:
    """A source's words as the answer."""

    claim: Claim


AnswerValue = EntityValue | DateValue | QuantityValue | BooleanValue | QuotationValue | EventListValue


@dataclass(frozen=True, slots=True)
class AnswerStatement:
    """A sentence of an answer with what backs it; ``support`` is between 0 and 1."""

    text: str
    citations: tuple[Citation, ...]
    support: float


@dataclass(frozen=True, slots=True)
class AnswerCandidate:
    """A span that may answer, with who says it; ``score`` is between 0 and 1."""

    text: str
    value: AnswerValue | None
    score: float
    citation: Citation
    attribution: Attribution | None = None
    stance: ClaimStance | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One side of a dispute: its stance, the proposition in the words of one of its claims, and everyone on it."""

    stance: ClaimStance
    proposition: str
    claims: tuple[Claim, ...]
    independent_source_count: int


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a question was understood. ``temporal_relation`` is "after", "before" or "between" where the question has one."""

    answer_type: AnswerType
    entities: tuple[Entity, ...]
    keywords: tuple[str, ...]
    time_from: datetime | None = None
    time_to: datetime | None = None
    temporal_relation: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What an answer cost and rests on."""

    passages_considered: int
    articles_matching_filter: int
    retrieval_milliseconds: float
    reading_milliseconds: float
    model: str
    index_revision: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. ``text`` is None and ``abstention`` is set exactly when ``status`` is NOT_FOUND.

    ``accounts`` holds at least two sides when ``status`` is CONFLICTING.
    """

    question: str
    status: AnswerStatus
    text: str | None
    value: AnswerValue | None
    statements: tuple[AnswerStatement, ...]
    candidates: tuple[AnswerCandidate, ...]
    accounts: tuple[Account, ...]
    confidence: float
    abstention: AbstentionReason | None
    closest_passages: tuple[Passage, ...]
    interpretation: Interpretation
    diagnostics: Diagnostics


# ---------------------------------------------------------------- ingest


class IngestOutcome(StrEnum):
    """What became of one article."""

    ADDED = "ADDED"
    UNCHANGED = "UNCHANGED"
    REVISED = "REVISED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class IngestResult:
    """One article's outcome. ``name`` is its path, URL or place in the batch; ``reason`` says why it was rejected."""

    name: str
    outcome: IngestOutcome
    article_id: str | None = None
    revision: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What a removal took away."""

    removed_ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    entity_count: int = 0
    event_count: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """The size of an archive; ``index_revision`` is the change sequence that the index has reached."""

    article_count: int
    passage_count: int
    entity_count: int
    event_count: int
    claim_count: int
    first_published: datetime | None
    last_published: datetime | None
    index_revision: str
