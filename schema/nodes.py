"""Things by global id, of whatever type."""

from __future__ import annotations

from typing import cast

from retrieval import InputError
from schema import ids
from schema.context import Context
from schema.node_registry import find
from schema.types.ingestion import IngestJob
from schema.types.provenance import Citation, Node

_BY_TEXT = frozenset({"Article", "Publisher", "Entity", "Event", "Claim", "Story"})


async def find_node(context: Context, id_: str) -> Node | None:
    """What ``id_`` names, None where it is no longer there (for a citation: at that revision).

    Raises:
        InputError: it is not an id that this server gave.
    """
    kind, key = ids.from_global(id_)
    if kind == "Citation":
        return await _find_citation(context, ids.citation_key(key, id_))
    if kind == "Passage":
        return cast("Node | None", await find(context, kind, ids.number_key(key, id_)))
    if kind == "IngestJob":
        return await find_job(context, key)
    if kind not in _BY_TEXT:
        raise InputError(f"id {id_[:80]!r} is not one of ours; use an id that this server gave")
    return cast("Node | None", await find(context, kind, key))


async def find_job(context: Context, key: str) -> IngestJob | None:
    """The job with that key; None where there is none."""
    if context.jobs is None:
        return None
    return await context.loaders.each("jobs", context.jobs.load, IngestJob.of).load(key)


async def _find_citation(context: Context, key: ids.CitationKey) -> Citation | None:
    article = await find(context, "Article", key.article_id)
    if article is None or article.revision != key.revision or key.span.end > len(article.text):
        return None
    return Citation.of(await context.run(context.archive.cite, article.model, key.span, revision=key.revision))
