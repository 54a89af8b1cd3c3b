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

HowMany: TypeAlias = Annotated[int, strawberry.argument(description="At most so many, 0 to 100.")]


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
    """A number as the answer."""

    value: float = strawberry.field(description="The number.")
    low: float | None = strawberry.field(description='Its lower bound, where the text gives one, as in "more than 20".')
    high: float | None = strawberry.field(description='Its upper bound, where the text gives one, as in "up to 20".')
    unit: str | None = strawberry.field(description="What is counted or measured.")
    approximate: bool = strawberry.field(description='Whether the text calls it a round number, as in "around 5,200".')


@object_type
class BooleanValue:
    """A yes or no that the sources agree on."""

    value: bool = strawberry.field(description="True for yes.")


@object_type
class QuotationValue:
    """A source's words as the answer."""

    claim: Claim = strawberry.field(description="The words and who says them.")


@object_type
class EventListValue:
    """Events as the answer."""

    events: list[Event] = strawberry.field(description="The events, in the order of time.")


AnswerValue: TypeAlias = Annotated[
    EntityValue | DateValue | QuantityValue | BooleanValue | QuotationValue | EventListValue,
    strawberry.union(name="AnswerValue", description="The answer as data: a program need not parse prose."),
]


@object_type
class AnswerStatement:
    """A sentence of an answer with what backs it; there is no sentence without a citation."""

    text: str = strawberry.field(description="The sentence.")
    citations: list[Citation] = strawberry.field(description="The words that it rests on.")
    support_score: float = strawberry.field(description="How well they back it, 0 to 1.")

    @classmethod
    def of(cls, model: models.AnswerStatement) -> AnswerStatement:
        """From the library's value."""
        citations = [Citation.of(citation) for citation in model.citations]
        return cls(text=model.text, citations=citations, support_score=model.support)


@object_type
class AnswerCandidate:
    """Words that may answer."""

    text: str = strawberry.field(description="The words.")
    value: AnswerValue | None = strawberry.field(description="They as data, where they could be read so.")
    score: float = strawberry.field(description="How well they answer, 0 to 1; comparable within one answer only.")
    citation: Citation = strawberry.field(description="Where they stand.")
    attribution: Attribution | None = strawberry.field(
        description="Who says so; null where the article says it in its own voice."
    )
    stance: models.ClaimStance | None = strawberry.field(description="What that source does with it.")

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
        )


@object_type
class Account:
    """One side of a dispute, or one of the values that sources give, with everyone on it."""

    stance: models.ClaimStance = strawberry.field(description="What this side does with the statement.")
    proposition: str = strawberry.field(description="The statement, in the words of one of those on this side.")
    value: AnswerValue | None = strawberry.field(
        description="The value that this side gives, of those that sources give; null where the question is yes or no."
    )
    claims: list[Claim] = strawberry.field(description="Who is on this side, and in which words.")
    citations: list[Citation] = strawberry.field(
        description="The words of everyone on this side, also of articles that say so in their own voice and are no claim."
    )
    independent_source_count: int = strawberry.field(description="How many of them do not repeat one another.")
    superseded_by: Citation | None = strawberry.field(
        description="What all on this side have said instead since, at its first place; null while it stands."
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
    """How a question was understood."""

    answer_type: models.AnswerType = strawberry.field(description="What it asks for.")
    entities: list[Entity] = strawberry.field(description="The entities of the archive that it names.")
    keywords: list[str] = strawberry.field(description="The words that were looked for.")
    from_: datetime | None = strawberry.field(name="from", description="The first second of the time that it is about.")
    to: datetime | None = strawberry.field(description="The last second of that time.")
    temporal_relation: str | None = strawberry.field(
        description="How what is asked for stands to that time: `before`, `after` or `between`."
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
    """What a step of answering took."""

    step: models.AskStep = strawberry.field(description="The work.")
    milliseconds: float = strawberry.field(description="The time it took.")
    share: float = strawberry.field(description="Which part of the time of all steps that is, 0 to 1.")

    @classmethod
    def of(cls, model: models.StepTime) -> AskStepTime:
        """From the library's value."""
        return cls(step=model.step, milliseconds=model.milliseconds, share=model.share)


@object_type
class AskDiagnostics:
    """What an answer cost and rests on."""

    passages_considered: int = strawberry.field(description="How many passages were read.")
    articles_matching_filter: int = strawberry.field(description="How many articles pass the filter and `asOf`.")
    retrieval_milliseconds: float = strawberry.field(
        description="Time to understand the question, and to find passages and what is known of them."
    )
    reading_milliseconds: float = strawberry.field(description="Time to read them for an answer.")
    steps: list[AskStepTime] = strawberry.field(description="The time of each step that was taken, in order.")
    model: str = strawberry.field(description="What read them.")
    index_revision: str = strawberry.field(
        description="The state of the archive that was asked: it grows with every change."
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
    """What a language model had to do with an answer."""

    model: str = strawberry.field(description="Which model.")
    statement_count: int = strawberry.field(description="How many statements it wrote.")
    dropped_count: int = strawberry.field(description="How many of them the passages did not support; they are left out.")
    failure: models.GenerationFailure | None = strawberry.field(
        description="Why the answer is the extractive one all the same; null where the model worded it."
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
    """What the archive says to a question, or that it does not say."""

    model: strawberry.Private[models.Answer]
    question: str = strawberry.field(description="The question as it was asked.")
    status: models.AnswerStatus = strawberry.field(description="Whether the archive answers.")
    text: str | None = strawberry.field(description="The answer in words; null exactly when `status` is `NOT_FOUND`.")
    confidence: float = strawberry.field(description="How sure the archive is of the answer, 0 to 1.")
    abstention_reason: models.AbstentionReason | None = strawberry.field(
        description="Why there is no answer; set exactly when `status` is `NOT_FOUND`."
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
        )

    @resolver
    def value(self) -> AnswerValue | None:
        """The answer as data, where it could be read so."""
        return None if self.model.value is None else value_of(self.model.value)

    @resolver
    def statements(self) -> list[AnswerStatement]:
        """The answer sentence by sentence, each with its citations."""
        return [AnswerStatement.of(statement) for statement in self.model.statements]

    @resolver
    def accounts(self) -> list[Account]:
        """Who says what about it, where several sources do; at least two stand when `status` is `CONFLICTING`."""
        return [Account.of(account) for account in self.model.accounts]

    @resolver
    def interpretation(self) -> QuestionInterpretation:
        """How the question was understood."""
        return QuestionInterpretation.of(self.model.interpretation)

    @resolver
    def diagnostics(self) -> AskDiagnostics:
        """What the answer cost and rests on."""
        return AskDiagnostics.of(self.model.diagnostics)

    @resolver
    def generation(self) -> AnswerGeneration | None:
        """What a language model had to do with it; null in mode `EXTRACTIVE`."""
        return None if self.model.generation is None else AnswerGeneration.of(self.model.generation)

    @resolver
    def candidates(self, first: HowMany = 5) -> list[AnswerCandidate]:
        """Words that may answer, the likeliest first."""
        return [AnswerCandidate.of(candidate) for candidate in self.model.candidates[: page_size("first", first)]]

    @resolver
    def closest_passages(self, first: HowMany = 3) -> list[Passage]:
        """The passages nearest to the question, for a look of one's own."""
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
