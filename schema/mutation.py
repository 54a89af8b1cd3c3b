"""What can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import strawberry

from retrieval import InputError, models
from schema import ids
from schema.context import Info
from schema.decorators import mutation, object_type
from schema.entity_mutations import EntityMutations
from schema.enums import UserErrorCode
from schema.inputs import CancelIngestJobInput, IngestArticlesInput, RemoveArticlesInput
from schema.types.ingestion import IngestJob, IngestResult
from schema.types.user_errors import UserError

MAX_BATCH = 100

WhatToIngest: TypeAlias = Annotated[IngestArticlesInput, strawberry.argument(description="The articles.")]
WhichJob: TypeAlias = Annotated[CancelIngestJobInput, strawberry.argument(description="Which job.")]
WhatToRemove: TypeAlias = Annotated[RemoveArticlesInput, strawberry.argument(description="Which articles.")]


@object_type
class IngestArticlesPayload:
    """What became of the articles."""

    results: list[IngestResult] = strawberry.field(
        description="One for each article, in the input's order; empty where the input did not wait."
    )
    job: IngestJob | None = strawberry.field(description="The job that does it; null where the input waited.")
    user_errors: list[UserError] = strawberry.field(
        description="What was wrong with the input as a whole; then nothing was done."
    )
    client_mutation_id: str | None = strawberry.field(description="As it was given.")


@object_type
class RemoveArticlesPayload:
    """What was removed."""

    removed_ids: list[strawberry.ID] = strawberry.field(description="The ids of the articles that are gone.")
    removed_entity_count: int = strawberry.field(description="How many entities went with them: those that no other names.")
    removed_event_count: int = strawberry.field(description="How many events went with them: those that no other tells of.")
    user_errors: list[UserError] = strawberry.field(
        description="Which ids and URLs name no article; the others were removed."
    )
    client_mutation_id: str | None = strawberry.field(description="As it was given.")


@object_type
class CancelIngestJobPayload:
    """The job that was stopped."""

    job: IngestJob | None = strawberry.field(description="The job as it is now; null where there is none of that id.")
    user_errors: list[UserError] = strawberry.field(description="What was wrong with the input.")
    client_mutation_id: str | None = strawberry.field(description="As it was given.")


@object_type
class Mutation(EntityMutations):
    """What can be changed in the archive."""

    @mutation
    async def ingest_articles(self, info: Info, input: WhatToIngest) -> IngestArticlesPayload:  # noqa: A002
        """Take in articles and read them for facts. Each one is kept or rejected by itself."""
        info.context.require_write(f"ingestArticles ({len(input.articles)})")
        client_mutation_id = input.client_mutation_id or None
        count = len(input.articles)
        if not 0 < count <= MAX_BATCH:
            code = UserErrorCode.TOO_LARGE if count else UserErrorCode.INVALID
            problem = UserError(message=f"{count} articles; give 1 to {MAX_BATCH}", code=code, path=["input", "articles"])
            return IngestArticlesPayload(results=[], job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        given = [article.to_model() for article in input.articles]
        if not input.wait:
            job = await info.context.run(info.context.require_jobs().add, given)
            return IngestArticlesPayload(
                results=[], job=IngestJob.of(job), user_errors=[], client_mutation_id=client_mutation_id
            )
        found = await info.context.run(info.context.archive.ingest_articles, given)
        info.context.forget()
        return IngestArticlesPayload(
            results=[IngestResult.of(index, result) for index, result in enumerate(found)],
            job=None,
            user_errors=[],
            client_mutation_id=client_mutation_id,
        )

    @mutation
    async def cancel_ingest_job(self, info: Info, input: WhichJob) -> CancelIngestJobPayload:  # noqa: A002
        """Stop a job: what it took in stays, what waits is dropped. A job that is over stays as it is."""
        info.context.require_write(f"cancelIngestJob {input.id[:80]!r}")
        client_mutation_id = input.client_mutation_id or None
        try:
            key = ids.expect(input.id, "IngestJob")
        except InputError as error:
            problem = _user_error(str(error), UserErrorCode.INVALID, ["input", "id"])
            return CancelIngestJobPayload(job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        job = await info.context.run(info.context.require_jobs().cancel, key)
        if job is None:
            problem = _user_error(f"there is no job {input.id[:80]!r}", UserErrorCode.NOT_FOUND, ["input", "id"])
            return CancelIngestJobPayload(job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        return CancelIngestJobPayload(job=IngestJob.of(job), user_errors=[], client_mutation_id=client_mutation_id)

    @mutation
    async def remove_articles(self, info: Info, input: WhatToRemove) -> RemoveArticlesPayload:  # noqa: A002
        """Remove articles with everything that only they support."""
        info.context.require_write(f"removeArticles ({len(input.ids or ()) + len(input.urls or ())})")
        keys, problems = _article_keys(input.ids or ())
        urls = {str(url): ["input", "urls", str(index)] for index, url in enumerate(input.urls or ())}
        if not keys and not urls and not problems:
            problems = [_user_error("nothing to remove; give ids or urls", UserErrorCode.INVALID, ["input"])]
        removal = models.Removal()
        if keys or urls:
            removal = await info.context.run(info.context.archive.remove, list(keys), urls=list(urls))
            info.context.forget()
        for unknown in removal.unknown:
            where = keys.get(unknown) or urls.get(unknown)
            shown = ids.to_global("Article", unknown) if unknown in keys else unknown
            problems.append(_user_error(f"there is no article {shown[:200]!r}", UserErrorCode.NOT_FOUND, where))
        return RemoveArticlesPayload(
            removed_ids=[ids.to_global("Article", key) for key in removal.removed_ids],
            removed_entity_count=removal.entity_count,
            removed_event_count=removal.event_count,
            user_errors=problems,
            client_mutation_id=input.client_mutation_id or None,
        )


def _article_keys(given: Sequence[strawberry.ID]) -> tuple[dict[str, list[str]], list[UserError]]:
    """The articles' keys with the places where they are given, and what is wrong with the others."""
    keys: dict[str, list[str]] = {}
    problems: list[UserError] = []
    for index, id_ in enumerate(given):
        where = ["input", "ids", str(index)]
        try:
            keys.setdefault(ids.expect(id_, "Article"), where)
        except InputError as error:
            problems.append(_user_error(str(error), UserErrorCode.INVALID, where))
    return keys, problems


def _user_error(message: str, code: UserErrorCode, path: list[str] | None) -> UserError:
    return UserError(message=message, code=code, path=path)
