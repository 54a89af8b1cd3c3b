"""Answers: as text, as data, with both sides of a dispute, and with what backs them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from retrieval import models
from schema.connections import page_size
from schema.decorators import object_type, resolver
from schema.node_registry import register
from schema.types.articles import Passage
from schema.types.claims import Attribution, Claim
from schema.types.entities import Entity, entity_of
from schema.types.events import Event, EventTime
from schema.types.provenance import Citation

HowMany: TypeAlias = Annotated[int, strawberry.argument(description="The maximum number of items, 0 to 100.")]


@object_type
class EntityValue:
    """An entity as the answer."""

    entity: Entity = strawberry.field(description="The entity.")


@object_type
class DateValue:
    """A time as the answer."""

    time: EventTime = strawberry.field(description="The time.")


@object_type
class QuantityValue:
    """A quantity as the answer."""

    value: float = strawberry.field(description="The number.")
    low: float | None = strawberry.field(description='Its lower bound, where the text gives one, as in "more than 20".')
    high: float | None = strawberry.field(description='Its upper bound, where the text gives one, as in "up to 20".')
    unit: str | None = strawberry.field(description="The unit, or the noun that is counted; null where there is none.")
    approximate: bool = strawberry.field(description='Whether the text calls it a round number, as in "around 5,200".')


@object_type
class BooleanValue:
    """A yes or no on which the sources agree."""

    value: bool = strawberry.field(description="Whether the answer is yes.")


@object_type
class QuotationValue:
    """A quotation as the answer."""

    claim: Claim = strawberry.field(description="The claim that gives the words, and who says them.")


@object_type
class EventListValue:
    """Events as the answer."""

    events: list[Event] = strawberry.field(description="The events, in the order of time.")


AnswerValue: TypeAlias = Annotated[
    EntityValue | DateValue | QuantityValue | BooleanValue | QuotationValue | EventListValue,
    strawberry.union(name="AnswerValue", description="The answer as a typed value, so that programs need not parse text."),
]


@object_type
class AnswerStatement:
    """A sentence of an answer with the citations that support it. There is always at least one."""

    text: str = strawberry.field(description="The sentence.")
    citations: list[Citation] = strawberry.field(description="The words that support it.")
    support_score: float = strawberry.field(description="The degree of support, 0 to 1.")

    @classmethod
    def of(cls, model: models.AnswerStatement) -> AnswerStatement:
        """From the library's value."""
        citations = [Citation.of(citation) for citation in model.citations]
        return cls(text=model.text, citations=citations, support_score=model.support)


@object_type
class AnswerCandidate:
    """A candidate answer."""

    text: str = strawberry.field(description="The text of the candidate.")
    value: AnswerValue | None = strawberry.field(
        description="The candidate as a typed value; null where the text could not be read as one."
    )
    score: float = strawberry.field(description="The score, 0 to 1; comparable within one answer only.")
    citation: Citation = strawberry.field(description="The citation.")
    attribution: Attribution | None = strawberry.field(
        description="The attribution; null where the article says it in its own voice."
    )
    stance: models.ClaimStance | None = strawberry.field(description="The stance of the source.")
    status: models.EventStatus | None = strawberry.field(
        description="The status of the act that a yes-or-no question asks about: an act that is only demanded, planned or "
        "feared answers neither. Null for other questions."
    )
    occurred_at: EventTime | None = strawberry.field(
        description="The time of what the candidate reports; null where the text does not say."
    )

    @classmethod
    def of(cls, model: models.AnswerCandidate) -> AnswerCandidate:
        """From the library's value."""
        said = model.attribution
        return cls(
            text=model.text,
            value=None if model.value is None else value_of(model.value),
            score=model.score,
            citation=Citation.of(model.citation),
            attribution=None if said is None else Attribution.of(said, model.citation.span),
            stance=model.stance,
            status=model.status,
            occurred_at=None if model.occurred_at is None else EventTime.of(model.occurred_at),
        )


@object_type
class Account:
    """One side of a dispute, or one of several conflicting values, with all the sources that hold it."""

    stance: models.ClaimStance = strawberry.field(description="The stance of this side.")
    proposition: str = strawberry.field(
        description="The proposition or value, in the words of one of the sources on this side."
    )
    value: AnswerValue | None = strawberry.field(
        description="The value that this side gives; null where the question is answered by yes or no."
    )
    claims: list[Claim] = strawberry.field(description="The claims on this side.")
    citations: list[Citation] = strawberry.field(
        description="Citations of all sources on this side, including articles that assert it in their own voice."
    )
    independent_source_count: int = strawberry.field(
        description="The number of sources on this side that are independent of one another."
    )
    superseded_by: Citation | None = strawberry.field(
        description=("The later citation with which all sources on this side replaced it; null while they maintain it.")
    )

    @classmethod
    def of(cls, model: models.Account) -> Account:
        """From the library's value."""
        return cls(
            stance=model.stance,
            proposition=model.proposition,
            value=None if model.value is None else value_of(model.value),
            claims=[Claim.of(claim) for claim in model.claims],
            citations=[Citation.of(citation) for citation in model.citations],
            independent_source_count=model.independent_source_count,
            superseded_by=None if model.superseded_by is None else Citation.of(model.superseded_by),
        )


@object_type
class QuestionInterpretation:
    """The interpretation of a question."""

    answer_type: models.AnswerType = strawberry.field(description="The type of answer.")
    entities: list[Entity] = strawberry.field(description="The entities of the archive that it names.")
    keywords: list[str] = strawberry.field(description="The search terms.")
    from_: datetime | None = strawberry.field(name="from", description="The first second of the time that it is about.")
    to: datetime | None = strawberry.field(description="The last second of that time.")
    temporal_relation: str | None = strawberry.field(
        description="The temporal relation to that time: `before`, `after` or `between`; null where there is none."
    )

    @classmethod
    def of(cls, model: models.Interpretation) -> QuestionInterpretation:
        """From the library's value."""
        return cls(
            answer_type=model.answer_type,
            entities=[entity_of(entity) for entity in model.entities],
            keywords=list(model.keywords),
            from_=model.time_from,
            to=model.time_to,
            temporal_relation=model.temporal_relation,
        )


@object_type
class AskStepTime:
    """The time that a step of answering took."""

    step: models.AskStep = strawberry.field(description="The step.")
    milliseconds: float = strawberry.field(description="The time, in milliseconds.")
    share: float = strawberry.field(description="The share of the total time, 0 to 1.")

    @classmethod
    def of(cls, model: models.StepTime) -> AskStepTime:
        """From the library's value."""
        return cls(step=model.step, milliseconds=model.milliseconds, share=model.share)


@object_type
class AskDiagnostics:
    """Diagnostics of an answer."""

    passages_considered: int = strawberry.field(description="The number of passages that were read.")
    articles_matching_filter: int = strawberry.field(description="The number of articles that match the filter and `asOf`.")
    retrieval_milliseconds: float = strawberry.field(
        description="The milliseconds spent on interpretation, search and loading facts."
    )
    reading_milliseconds: float = strawberry.field(description="The milliseconds spent on reading and answering.")
    steps: list[AskStepTime] = strawberry.field(description="The time of each step, in order.")
    model: str = strawberry.field(description="The model that read the passages.")
    index_revision: str = strawberry.field(
        description="The revision of the index that was searched; it grows with every change."
    )

    @classmethod
    def of(cls, model: models.Diagnostics) -> AskDiagnostics:
        """From the library's value."""
        return cls(
            passages_considered=model.passages_considered,
            articles_matching_filter=model.articles_matching_filter,
            retrieval_milliseconds=model.retrieval_milliseconds,
            reading_milliseconds=model.reading_milliseconds,
            steps=[AskStepTime.of(step) for step in model.steps],
            model=model.model,
            index_revision=model.index_revision,
        )


@object_type
class AnswerGeneration:
    """The role of a language model in an answer."""

    model: str = strawberry.field(description="The model.")
    statement_count: int = strawberry.field(description="The number of statements that the language model wrote.")
    dropped_count: int = strawberry.field(
        description="The number of statements that the passages do not support; they are left out."
    )
    failure: models.GenerationFailure | None = strawberry.field(
        description="The reason why the answer is extractive after all; null where the model worded it."
    )

    @classmethod
    def of(cls, model: models.Generation) -> AnswerGeneration:
        """From the library's value."""
        return cls(
            model=model.model,
            statement_count=model.statement_count,
            dropped_count=model.dropped_count,
            failure=model.failure,
        )


@object_type
class Answer:
    """The answer to a question, or the reason why there is none."""

    model: strawberry.Private[models.Answer]
    question: str = strawberry.field(description="The question as asked.")
    status: models.AnswerStatus = strawberry.field(description="Whether the archive answers.")
    text: str | None = strawberry.field(description="The answer as text; null exactly when `status` is `NOT_FOUND`.")
    confidence: float = strawberry.field(description="The confidence in the answer, 0 to 1.")
    abstention_reason: models.AbstentionReason | None = strawberry.field(
        description="The reason why there is no answer; set exactly when `status` is `NOT_FOUND`."
    )
    as_of: datetime | None = strawberry.field(
        description="The publication date of the newest article that gives the answer; null where there is none."
    )

    @classmethod
    def of(cls, model: models.Answer) -> Answer:
        """From the library's value; what is made of more than one value is made where it is selected."""
        return cls(
            model=model,
            question=model.question,
            status=model.status,
            text=model.text,
            confidence=model.confidence,
            abstention_reason=model.abstention,
            as_of=model.as_of,
        )

    @resolver
    def occurred_at(self) -> EventTime | None:
        """The time of what the answer reports; null where the text does not say."""
        return None if self.model.occurred_at is None else EventTime.of(self.model.occurred_at)

    @resolver
    def value(self) -> AnswerValue | None:
        """The answer as a typed value; null where the text could not be read as one."""
        return None if self.model.value is None else value_of(self.model.value)

    @resolver
    def statements(self) -> list[AnswerStatement]:
        """The answer sentence by sentence, each with its citations."""
        return [AnswerStatement.of(statement) for statement in self.model.statements]

    @resolver
    def accounts(self) -> list[Account]:
        """The accounts of the sources. Where `status` is `CONFLICTING`, there are at least two."""
        return [Account.of(account) for account in self.model.accounts]

    @resolver
    def interpretation(self) -> QuestionInterpretation:
        """The interpretation of the question."""
        return QuestionInterpretation.of(self.model.interpretation)

    @resolver
    def diagnostics(self) -> AskDiagnostics:
        """Diagnostics of the answer."""
        return AskDiagnostics.of(self.model.diagnostics)

    @resolver
    def generation(self) -> AnswerGeneration | None:
        """The role of the language model; null in mode `EXTRACTIVE`."""
        return None if self.model.generation is None else AnswerGeneration.of(self.model.generation)

    @resolver
    def candidates(self, first: HowMany = 5) -> list[AnswerCandidate]:
        """Candidate answers, best first."""
        return [AnswerCandidate.of(candidate) for candidate in self.model.candidates[: page_size("first", first)]]

    @resolver
    def closest_passages(self, first: HowMany = 3) -> list[Passage]:
        """The passages most relevant to the question, for readers to judge themselves."""
        return [Passage.of(passage) for passage in self.model.closest_passages[: page_size("first", first)]]


def value_of(
    model: models.AnswerValue,
) -> EntityValue | DateValue | QuantityValue | BooleanValue | QuotationValue | EventListValue:
    """The value as the type that serves its kind."""
    match model:
        case models.EntityValue():
            return EntityValue(entity=entity_of(model.entity))
        case models.DateValue():
            return DateValue(time=EventTime.of(model.time))
        case models.QuantityValue():
            return QuantityValue(
                value=model.value, low=model.low, high=model.high, unit=model.unit, approximate=model.approximate
            )
        case models.BooleanValue():
            return BooleanValue(value=model.value)
        case models.QuotationValue():
            return QuotationValue(claim=Claim.of(model.claim))
        case models.EventListValue():
            return EventListValue(events=[Event.of(event) for event in model.events])


register("Account", make=Account.of)
