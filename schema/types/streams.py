"""What subscriptions send."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from schema.decorators import object_type
from schema.types.answers import Answer, AnswerCandidate, AnswerStatement, QuestionInterpretation
from schema.types.articles import Article, Passage


@object_type
class AskInterpreted:
    """First: how the question was understood."""

    interpretation: QuestionInterpretation = strawberry.field(description="How it was understood.")


@object_type
class AskPassagesRetrieved:
    """Then, before they are read: the passages nearest to the question."""

    passages: list[Passage] = strawberry.field(description="The passages that will be read, the nearest first.")


@object_type
class AskCandidateFound:
    """Then, when they were read: what may answer, one by one, the likeliest first."""

    candidate: AnswerCandidate = strawberry.field(description="Words that may answer.")


@object_type
class AskStatementAdded:
    """Then, when the answer is there: its sentences, one by one, each with its citations."""

    statement: AnswerStatement = strawberry.field(description="The sentence.")


@object_type
class AskCompleted:
    """Last: the whole answer, as the query `ask` gives it."""

    answer: Answer = strawberry.field(description="The answer.")


AskEvent: TypeAlias = Annotated[
    AskInterpreted | AskPassagesRetrieved | AskCandidateFound | AskStatementAdded | AskCompleted,
    strawberry.union(name="AskEvent", description="A step on the way to an answer."),
]


@object_type
class AnswerChange:
    """An answer that is no longer what it was."""

    previous: Answer = strawberry.field(description="What it was.")
    current: Answer = strawberry.field(description="What it is now.")
    caused_by: list[Article] = strawberry.field(
        description="The articles taken in since then that the new answer cites; empty where only removals changed it."
    )
