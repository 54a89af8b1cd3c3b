"""What became of articles that were given, at once or in the background."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from retrieval import models
from retrieval.jobs import Job, JobItem, JobState
from schema import ids
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.enums import UserErrorCode
from schema.node_registry import find
from schema.types.articles import Article
from schema.types.provenance import Node
from schema.types.references import Later
from schema.types.user_errors import UserError

Outcomes: TypeAlias = Annotated[
    list[models.IngestOutcome] | None, strawberry.argument(description="Restricts the results to these outcomes.")
]


@object_type
class IngestResult:
    """The result of ingesting an article."""

    article_id: strawberry.Private[str | None]
    index: int = strawberry.field(description="Its place in the input, from 0.")
    outcome: models.IngestOutcome = strawberry.field(description="The outcome.")
    user_errors: list[UserError] = strawberry.field(description="The reasons for a rejection; otherwise empty.")
    warning: str | None = strawberry.field(
        description="The stages of extraction that failed, so that their facts are missing; null where none did."
    )

    @classmethod
    def of(cls, index: int, result: models.IngestResult | JobItem) -> IngestResult:
        """From the library's value, which has an outcome."""
        assert result.outcome is not None
        errors = []
        if result.outcome is models.IngestOutcome.REJECTED:
            message = result.reason or "it was rejected"
            errors.append(UserError(message=message, code=UserErrorCode.INVALID, path=["input", "articles", str(index)]))
        warning = None if errors else result.reason
        return cls(article_id=result.article_id, index=index, outcome=result.outcome, user_errors=errors, warning=warning)

    @resolver
    def article(self, info: Info) -> Later[Article | None]:
        """The article as it is now stored; null if it was rejected."""
        return None if self.article_id is None else find(info.context, "Article", self.article_id)


@object_type
class IngestJob(Node):
    """A durable job that ingests articles in the background. It survives a restart of the server."""

    model: strawberry.Private[Job]
    state: JobState = strawberry.field(description="The state of the job.")
    total: int = strawberry.field(description="The number of its articles.")
    done: int = strawberry.field(description="The number of articles that have an outcome.")
    rejected: int = strawberry.field(description="The number of rejected articles.")
    created_at: datetime = strawberry.field(description="The time at which the job was accepted.")
    started_at: datetime | None = strawberry.field(description="The time at which the job started; null until then.")
    finished_at: datetime | None = strawberry.field(description="The time at which the job finished; null until then.")

    @classmethod
    def of(cls, model: Job) -> IngestJob:
        """From the library's value."""
        return cls(
            id=ids.to_global("IngestJob", model.id),
            model=model,
            state=model.state,
            total=model.total,
            done=model.done,
            rejected=model.rejected,
            created_at=model.created_at,
            started_at=model.started_at,
            finished_at=model.finished_at,
        )

    @resolver
    def estimated_finish_at(self) -> datetime | None:
        """The estimated time of completion; null before the first result and after the job finished."""
        return self.model.estimated_finish(datetime.now(UTC))

    @resolver
    async def results(self, info: Info, outcomes: Outcomes = UNSET) -> list[IngestResult]:
        """The results so far, in the order of the input."""
        queue = info.context.require_jobs()
        items = await info.context.run(queue.items, self.model.id, outcomes=outcomes or ())
        return [IngestResult.of(item.position, item) for item in items]
