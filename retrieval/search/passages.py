"""Searching for passages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import orjson

from retrieval.catalog.ids import stable_id
from retrieval.catalog.lookups import CatalogLookups
from retrieval.errors import CursorError, InputError
from retrieval.index.analysis import analyze_query, find_highlights
from retrieval.index.local import LocalIndex
from retrieval.models import ArticleFilter, Hit, SearchResults

MAX_QUERY_CHARACTERS = 10_000
MAX_LIMIT = 100


def search_passages(
    catalog: CatalogLookups,
    index: LocalIndex,
    query: str,
    *,
    limit: int,
    filter_: ArticleFilter | None = None,
    after: str | None = None,
    entity_ids: Sequence[str] = (),
) -> SearchResults:
    """The best ``limit`` passages that share a word with ``query`` or name one of ``entity_ids``.

    Scores are BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)
    summed over text, title and source.

    Raises:
        InputError: the query is empty or too long, or the limit out of range.
        CursorError: ``after`` is not a cursor of this query.
    """
    if not query.strip():
        raise InputError("the query is empty; give at least one word")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise InputError(f"the query has {len(query):,} characters; give at most {MAX_QUERY_CHARACTERS:,}")
    if not 0 <= limit <= MAX_LIMIT:
        raise InputError(f"limit {limit} is out of range; give 0 to {MAX_LIMIT}")
    mark = stable_id("search", query, repr(filter_))
    offset = _decode(after, mark) if after else 0
    terms = analyze_query(query)
    found, total = index.search(terms, filter_=filter_, limit=limit + 1, offset=offset, named_ids=entity_ids)
    kept = found[:limit]
    passages = catalog.load_passages([hit.passage_id for hit in kept])
    ids = list(dict.fromkeys(passage.article_id for passage in passages if passage))
    articles = {article.id: article for article in catalog.load_articles(ids) if article}
    hits = []
    for rank, (hit, passage) in enumerate(zip(kept, passages, strict=True), offset + 1):
        # removed since the index last caught up: not there any more
        if passage is None or passage.article_id not in articles:
            continue
        hits.append(
            Hit(
                passage=passage,
                article=articles[passage.article_id],
                score=hit.score,
                rank=rank,
                lexical_score=hit.score,
                highlights=find_highlights(passage.text, terms, offset=passage.span.start),
                cursor=_encode(rank, mark),
            )
        )
    return SearchResults(tuple(hits), total, has_next=len(found) > limit)


def _encode(rank: int, mark: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([mark, rank])).decode().rstrip("=")


def _decode(cursor: str, mark: str) -> int:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found, rank = orjson.loads(raw)
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorError(f"cursor {cursor[:80]!r} is not one of ours; use a cursor that this search gave") from error
    if found != mark or not isinstance(rank, int) or not 0 < rank < 1_000_000:
        raise CursorError(f"cursor {cursor[:80]!r} belongs to another search; use one that this query and filter gave")
    return rank
