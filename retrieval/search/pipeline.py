"""The stages of a search, as functions: by words, by meaning, joined into a pool, and ranked.

What passes between them is never changed, and so it is shared: `retrieval.integrations.haystack` runs the same stages as
components of a pipeline, and Haystack copies its inputs; a state of the index or a hundred candidates are not worth it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.models import ArticleFilter, RetrievalMode
from retrieval.models.ranking import Candidate
from retrieval.models.sharing import Shared
from retrieval.search.features import QueryShape, measure_all
from retrieval.search.ranking import LONGEST, Ranked, choose_weights, diversify, fuse, spread_columns
from retrieval.stores.index.local.snapshot import IndexHit, IndexSnapshot
from retrieval.stores.index.local.vectors import VectorHit
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.text.analysis import QueryTerms

# So many of the best by words and of the best by meaning are ranked together.
POOL = 50
# A passage that shares no word with the query has to be this near in meaning. (Of XQuAD's questions, one in thirty is as
# far as 0.3 from its paragraph; texts that have nothing to do with each other lie around 0.)
_NEAR = 0.2

EmbedQuery = Callable[[str], "NDArray[np.float32] | None"]


@dataclass(frozen=True, slots=True)
class SearchRequest(Shared):
    """A search for the best ``wanted`` passages of one state of the index.

    ``embed_query`` gives a query's vector, or None where the archive has no vectors.
    """

    query: str
    terms: QueryTerms
    snapshot: IndexSnapshot
    catalog: SearchQueries
    embed_query: EmbedQuery
    filter_: ArticleFilter | None
    entity_ids: tuple[str, ...]
    mode: RetrievalMode
    wanted: int


@dataclass(frozen=True, slots=True)
class LexicalHits(Shared):
    """Passages that share a word with the query, best first, and how many there are."""

    request: SearchRequest
    hits: Sequence[IndexHit] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class DenseHits(Shared):
    """The query's vector, None where there is none, and the passages nearest to it."""

    vector: NDArray[np.float32] | None = None
    hits: Sequence[VectorHit] = ()


@dataclass(frozen=True, slots=True)
class Pool(Shared):
    """What is ranked: passages with their score by words (0 for none in common); ``rest`` comes behind them.

    ``near`` holds the cosines of those that were found by meaning.
    """

    request: SearchRequest
    vector: NDArray[np.float32] | None
    lexical: dict[int, float]
    near: dict[int, float]
    rest: Sequence[IndexHit]
    total: int


@dataclass(frozen=True, slots=True)
class RankingFeatures:
    """A pool in numbers: one row a candidate, its columns as `ranking.COLUMNS`; ``dense`` is NaN without a vector."""

    candidates: Sequence[Candidate]
    columns: NDArray[np.float64]
    lexical: NDArray[np.float64]
    dense: NDArray[np.float64]
    vectors: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Listing(Shared):
    """The whole order of one search in one state of the index."""

    ranked: tuple[Ranked, ...]
    total: int


RunSearch = Callable[[SearchRequest], Listing]
"""What makes the list of a search: `run_search`, or a pipeline of the same stages."""


def run_search(request: SearchRequest) -> Listing:
    """The list of one search, at least ``request.wanted`` long where so many are found.

    Raises:
        EmbedderError: the query's vector cannot be made.
    """
    return rank(join(find_by_words(request), find_by_meaning(request)))


def find_by_words(request: SearchRequest) -> LexicalHits:
    """The best by words, by BM25; none in a search by meaning."""
    if request.mode is RetrievalMode.DENSE:
        return LexicalHits(request)
    hits, total = request.snapshot.search(
        request.terms, filter_=request.filter_, limit=request.wanted, named_ids=request.entity_ids
    )
    return LexicalHits(request, hits, total)


def find_by_meaning(request: SearchRequest) -> DenseHits:
    """The passages nearest to the query; none in a search by words, or where the archive has no vectors.

    Raises:
        EmbedderError: the query's vector cannot be made.
    """
    vector = None if request.mode is RetrievalMode.LEXICAL else request.embed_query(request.query)
    if vector is None:
        return DenseHits()
    limit = request.wanted if request.mode is RetrievalMode.DENSE else POOL
    return DenseHits(vector, request.snapshot.nearest(vector, filter_=request.filter_, limit=limit))


def join(words: LexicalHits, meaning: DenseHits) -> Pool:
    """The pool to rank: what was found both ways, each passage with its score by words."""
    request = words.request
    lexical = {hit.passage_id: hit.score for hit in words.hits[:POOL]}
    near = {hit.passage_id: hit.score for hit in meaning.hits}
    missing = [hit for hit in meaning.hits if hit.passage_id not in lexical]
    scores = request.snapshot.score(
        request.terms, [hit.passage_id for hit in missing], filter_=request.filter_, named_ids=request.entity_ids
    )
    if request.mode is RetrievalMode.DENSE:
        added = [hit.passage_id for hit in missing if hit.score > 0]
    else:
        added = [hit.passage_id for hit in missing if hit.passage_id in scores or hit.score >= _NEAR]
    lexical.update((id_, scores.get(id_, 0.0)) for id_ in added)
    rest = [hit for hit in words.hits[POOL:] if hit.passage_id not in lexical]
    unworded = sum(1 for id_ in added if id_ not in scores)
    return Pool(request, meaning.vector, lexical, near, rest, words.total + unworded)


def rank(pool: Pool) -> Listing:
    """The pool in order: by the weighted sum of what is measured, or by the one score that was asked for."""
    if pool.request.mode is RetrievalMode.LEXICAL:
        by_words = [*pool.lexical.items(), *((hit.passage_id, hit.score) for hit in pool.rest)]
        return Listing(tuple(Ranked(id_, score, score, None) for id_, score in by_words), pool.total)
    if pool.request.mode is RetrievalMode.DENSE:
        near = tuple(Ranked(id_, pool.near[id_], words, pool.near[id_]) for id_, words in pool.lexical.items())
        return Listing(near, len(near) if len(near) < pool.request.wanted else LONGEST)
    ranked = _rank(pool.request.query, measure(pool))
    if ranked and pool.rest:
        # Behind the pool by words alone: below the pool's last, in proportion.
        last, best = ranked[-1].score, pool.rest[0].score
        ranked += [Ranked(hit.passage_id, last * hit.score / best * 0.999, hit.score, None) for hit in pool.rest]
    return Listing(tuple(ranked), pool.total)


def measure(pool: Pool) -> RankingFeatures:
    """The pool in numbers."""
    request = pool.request
    candidates = request.catalog.load_candidates(list(pool.lexical))
    ids = [candidate.passage_id for candidate in candidates]
    lexical = np.array([pool.lexical[id_] for id_ in ids])
    dense, vectors = np.full(len(ids), np.nan), None
    if pool.vector is not None and ids:
        vectors = request.snapshot.vectors(ids)
        dense = (vectors @ pool.vector).astype(np.float64)
    shape = QueryShape(request.query, lambda words: request.snapshot.frequencies(words, filter_=request.filter_))
    columns = spread_columns(lexical, dense, measure_all(shape, candidates))
    return RankingFeatures(candidates, columns, lexical, dense, vectors)


def _rank(query: str, measured: RankingFeatures) -> list[Ranked]:
    ids = [candidate.passage_id for candidate in measured.candidates]
    has_vectors = bool(np.isfinite(measured.dense).any())
    scores = fuse(measured.columns, choose_weights(query), has_vectors=has_vectors)
    scores = diversify(scores, [candidate.article_id for candidate in measured.candidates], measured.vectors)
    order = sorted(range(len(ids)), key=lambda n: (-scores[n], ids[n]))
    cosines = [None if np.isnan(score) else float(score) for score in measured.dense]
    return [Ranked(ids[n], float(scores[n]), float(measured.lexical[n]), cosines[n]) for n in order]
