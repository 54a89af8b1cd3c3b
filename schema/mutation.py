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
WhichJob: TypeAlias = Annotated[CancelIngestJobInput, strawberry.argument(description="The job to cancel.")]
WhatToRemove: TypeAlias = Annotated[RemoveArticlesInput, strawberry.argument(description="The articles to include.")]


@object_type
class IngestArticlesPayload:
    """The result of `ingestArticles`."""

    results: list[IngestResult] = strawberry.field(
        description="One result for each article, in the order of the input; empty where `wait` is false."
    )
    job: IngestJob | None = strawberry.field(description="The job; null where `wait` is true.")
    user_errors: list[UserError] = strawberry.field(
        description="Errors in the input as a whole. Where there are any, nothing was done."
    )
    client_mutation_id: str | None = strawberry.field(description="The words as the question gave them.")


@object_type
class RemoveArticlesPayload:
    """The result of `removeArticles`."""

    removed_ids: list[strawberry.ID] = strawberry.field(description="The ids of the removed articles.")
    removed_entity_count: int = strawberry.field(
        description="The number of entities removed because no other article mentions them."
    )
    removed_event_count: int = strawberry.field(
        description="The number of events removed because no other article reports them."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Ids and URLs that name no article. The others were removed."
    )
    client_mutation_id: str | None = strawberry.field(description="The words as the question gave them.")


@object_type
class CancelIngestJobPayload:
    """The cancelled job."""

    job: IngestJob | None = strawberry.field(description="The job; null where there is none with that id.")
    user_errors: list[UserError] = strawberry.field(description="Errors in the input.")
    client_mutation_id: str | None = strawberry.field(description="The words as the question gave them.")


@object_type
class Mutation(EntityMutations):
    """The mutations."""

    @mutation
    async def ingest_articles(self, info: Info, input: WhatToIngest) -> IngestArticlesPayload:  # noqa: A002
        """Ingests articles and extracts their facts. Each article is accepted or rejected by itself."""
        info.context.require_write(f"ingestArticles ({len(input.articles)})")
        client_mutation_id = input.client_mutation_id or None
        count = len(input.articles)
        if not 0 < count <= MAX_BATCH:
            code = UserErrorCode.TOO_LARGE if count else UserErrorCode.INVALID
            problem = UserError(message=f"{count} articles; give 1 to {MAX_BATCH}", code=code, path=["input", "articles"])
            return IngestArticlesPayload(results=[], job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        given = [article.to_model() for article in input.articles]
        if not input.wait:
            job = await info.context.write(info.context.require_jobs().add, given)
            return IngestArticlesPayload(
                results=[], job=IngestJob.of(job), user_errors=[], client_mutation_id=client_mutation_id
            )
        found = await info.context.write(info.context.archive.ingest_articles, given)
        info.context.forget()
        return IngestArticlesPayload(
            results=[IngestResult.of(index, result) for index, result in enumerate(found)],
            job=None,
            user_errors=[],
            client_mutation_id=client_mutation_id,
        )

    @mutation
    async def cancel_ingest_job(self, info: Info, input: WhichJob) -> CancelIngestJobPayload:  # noqa: A002
        """Cancels a job. Articles that it has ingested stay, waiting ones are dropped. A finished job is left unchanged."""
        info.context.require_write(f"cancelIngestJob {input.id[:80]!r}")
        client_mutation_id = input.client_mutation_id or None
        try:
            key = ids.expect(input.id, "IngestJob")
        except InputError as error:
            problem = _user_error(str(error), UserErrorCode.INVALID, ["input", "id"])
            return CancelIngestJobPayload(job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        job = await info.context.write(info.context.require_jobs().cancel, key)
        if job is None:
            problem = _user_error(f"there is no job {input.id[:80]!r}", UserErrorCode.NOT_FOUND, ["input", "id"])
            return CancelIngestJobPayload(job=None, user_errors=[problem], client_mutation_id=client_mutation_id)
        return CancelIngestJobPayload(job=IngestJob.of(job), user_errors=[], client_mutation_id=client_mutation_id)

    @mutation
    async def remove_articles(self, info: Info, input: WhatToRemove) -> RemoveArticlesPayload:  # noqa: A002
        """Removes articles, and the entities and events that no other article supports."""
        info.context.require_write(f"removeArticles ({len(input.ids or ()) + len(input.urls or ())})")
        keys, problems = _article_keys(input.ids or ())
        urls = {str(url): ["input", "urls", str(index)] for index, url in enumerate(input.urls or ())}
        if not keys and not urls and not problems:
            problems = [_user_error("nothing to remove; give ids or urls", UserErrorCode.INVALID, ["input"])]
        removal = models.Removal()
        if keys or urls:
            removal = await info.context.write(info.context.archive.remove, list(keys), urls=list(urls))
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
