"""Answers with their statements, candidates and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retrieval.models.articles import Citation, Passage
from retrieval.models.claims import Attribution, Claim, ClaimStance
from retrieval.models.entities import Entity, TimeRef
from retrieval.models.events import Event, EventStatus

MIN_CONFIDENCE = 0.5
"""What is less sure is withheld unless another bound is asked for; `docs/confidence.md` says why."""


class AnswerMode(StrEnum):
    """Who words an answer: the articles alone, or a language model that is held to them."""

    EXTRACTIVE = "EXTRACTIVE"
    GENERATIVE = "GENERATIVE"


class GenerationFailure(StrEnum):
    """Why what a language model wrote is not the answer."""

    NO_PASSAGES = "NO_PASSAGES"
    INSTRUCTED = "INSTRUCTED"
    TIMED_OUT = "TIMED_OUT"
    UNREACHABLE = "UNREACHABLE"
    ACCESS_DENIED = "ACCESS_DENIED"
    RATE_LIMITED = "RATE_LIMITED"
    SERVICE_ERROR = "SERVICE_ERROR"
    MALFORMED = "MALFORMED"
    REFUSED = "REFUSED"
    EMPTY = "EMPTY"
    UNSUPPORTED = "UNSUPPORTED"
    LESS_SURE = "LESS_SURE"


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
    AMBIGUOUS_QUESTION = "AMBIGUOUS_QUESTION"


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
    """A span that may answer, with who says it; ``score`` is between 0 and 1.

    ``status`` is how the words vouch for the asked act, where that is known: an act only demanded or planned answers
    neither yes nor no, and its ``score`` is 0. ``occurred_at`` is when it took place, None where the text does not say.
    """

    text: str
    value: AnswerValue | None
    score: float
    citation: Citation
    attribution: Attribution | None = None
    stance: ClaimStance | None = None
    status: EventStatus | None = None
    occurred_at: TimeRef | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One side of a dispute: its stance, the proposition in the words of one of its claims, and everyone on it.

    Where sources give different values, ``value`` is this side's and ``proposition`` the sentence or claim that gives it.
    ``citations`` are the words of everyone on it, also of articles that say it in their own voice and so are no claim.
    ``superseded_by`` are the words of a later article of the same source that replaced it, None while it stands.
    """

    stance: ClaimStance
    proposition: str
    claims: tuple[Claim, ...]
    independent_source_count: int
    value: AnswerValue | None = None
    citations: tuple[Citation, ...] = ()
    superseded_by: Citation | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a question was understood. ``temporal_relation`` is "after", "before" or "between" where the question has one."""

    answer_type: AnswerType
    entities: tuple[Entity, ...]
    keywords: tuple[str, ...]
    time_from: datetime | None = None
    time_to: datetime | None = None
    temporal_relation: str | None = None


class AskStep(StrEnum):
    """The work that answering a question is made of, in order."""

    INTERPRETATION = "INTERPRETATION"
    SEARCH = "SEARCH"
    FACTS = "FACTS"
    READING = "READING"
    PARSING = "PARSING"
    PROPOSALS = "PROPOSALS"
    ASSEMBLY = "ASSEMBLY"
    GENERATION = "GENERATION"


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long a step of answering took, and which part of all steps' time, 0 to 1, that is."""

    step: AskStep
    milliseconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What an answer cost and rests on; ``steps`` are those that were taken, in order.

    Retrieval is understanding the question, search and loading the articles' facts; reading is the rest.
    """

    passages_considered: int
    articles_matching_filter: int
    retrieval_milliseconds: float
    reading_milliseconds: float
    model: str
    index_revision: str
    steps: tuple[StepTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """What a language model had to do with an answer in mode GENERATIVE.

    It wrote ``statement_count`` statements, of which ``dropped_count`` were not supported by the passages and are not in
    the answer. With a ``failure`` the answer is the extractive one.
    """

    model: str
    statement_count: int = 0
    dropped_count: int = 0
    failure: GenerationFailure | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. ``text`` is None and ``abstention`` is set exactly when ``status`` is NOT_FOUND.

    ``accounts`` holds at least two sides that stand when ``status`` is CONFLICTING; else who holds it true or not where
    that is asked, or the value where several sources give it. What a source said before it said otherwise comes last.
    ``generation`` is set in mode GENERATIVE. ``as_of`` is when the newest article appeared that gives the answer,
    ``occurred_at`` when what it tells took place; both are None where that is not known.
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
    generation: Generation | None = None
    as_of: datetime | None = None
    occurred_at: TimeRef | None = None
