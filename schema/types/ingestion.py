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
    list[models.IngestOutcome] | None, strawberry.argument(description="Only articles of which this became.")
]


@object_type
class IngestResult:
    """What became of one article."""

    article_id: strawberry.Private[str | None]
    index: int = strawberry.field(description="Its place in the input, from 0.")
    outcome: models.IngestOutcome = strawberry.field(description="What became of it.")
    user_errors: list[UserError] = strawberry.field(description="Why it was rejected; empty otherwise.")

    @classmethod
    def of(cls, index: int, result: models.IngestResult | JobItem) -> IngestResult:
        """From the library's value, which has an outcome."""
        assert result.outcome is not None
        errors = []
        if result.outcome is models.IngestOutcome.REJECTED:
            message = result.reason or "it was rejected"
            errors.append(UserError(message=message, code=UserErrorCode.INVALID, path=["input", "articles", str(index)]))
        return cls(article_id=result.article_id, index=index, outcome=result.outcome, user_errors=errors)

    @resolver
    def article(self, info: Info) -> Later[Article | None]:
        """The article as the archive has it now; null if it was rejected."""
        return None if self.article_id is None else find(info.context, "Article", self.article_id)


@object_type
class IngestJob(Node):
    """Articles that are taken in in the background, whatever becomes of the server that accepted them."""

    model: strawberry.Private[Job]
    state: JobState = strawberry.field(description="How far it is.")
    total: int = strawberry.field(description="How many articles it has.")
    done: int = strawberry.field(description="How many of them have an outcome.")
    rejected: int = strawberry.field(description="How many of those could not be taken in.")
    created_at: datetime = strawberry.field(description="When it was accepted.")
    started_at: datetime | None = strawberry.field(description="When its first article was begun; null before that.")
    finished_at: datetime | None = strawberry.field(description="When it was over; null before that.")

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
        """When it will be over at its pace so far; null while there is none, and when it is over."""
        return self.model.estimated_finish(datetime.now(UTC))

    @resolver
    async def results(self, info: Info, outcomes: Outcomes = UNSET) -> list[IngestResult]:
        """What became of its articles so far, in the input's order."""
        queue = info.context.require_jobs()
        items = await info.context.run(queue.items, self.model.id, outcomes=outcomes or ())
        return [IngestResult.of(item.position, item) for item in items]
