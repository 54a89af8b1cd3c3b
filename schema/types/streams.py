"""What subscriptions send."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from schema.decorators import object_type
from schema.types.answers import Answer, AnswerCandidate, AnswerStatement, QuestionInterpretation
from schema.types.articles import Article, Passage


@object_type
class AskInterpreted:
    """Sent first: the interpretation of the question."""

    interpretation: QuestionInterpretation = strawberry.field(description="The interpretation of the question.")


@object_type
class AskPassagesRetrieved:
    """Sent second: the passages that will be read."""

    passages: list[Passage] = strawberry.field(description="The passages that will be read, most relevant first.")


@object_type
class AskCandidateFound:
    """Sent once the passages are read: the candidate answers, one by one, best first."""

    candidate: AnswerCandidate = strawberry.field(description="A candidate answer.")


@object_type
class AskStatementAdded:
    """Sent once the answer is known: its statements, one by one, with citations."""

    statement: AnswerStatement = strawberry.field(description="The sentence.")


@object_type
class AskCompleted:
    """Sent last: the whole answer, as `Query.ask` gives it."""

    answer: Answer = strawberry.field(description="The answer.")


AskEvent: TypeAlias = Annotated[
    AskInterpreted | AskPassagesRetrieved | AskCandidateFound | AskStatementAdded | AskCompleted,
    strawberry.union(
        name="AskEvent", description="An intermediate result, or the answer, of a question that is being answered."
    ),
]


@object_type
class AnswerChange:
    """A change of the answer to a standing question."""

    previous: Answer = strawberry.field(description="The previous answer.")
    current: Answer = strawberry.field(description="The current answer.")
    caused_by: list[Article] = strawberry.field(
        description="The newly ingested articles that the new answer cites; empty where only removals changed it."
    )
