"""The stages of a search, as components of Haystack: by words, by meaning, joined into a pool, and ranked.

What passes between them is never changed, and so is shared: Haystack copies its inputs, and a state of the index or a
hundred candidates are not worth copying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from haystack import Pipeline, component
from haystack.core.errors import PipelineRuntimeError
from numpy.typing import NDArray

from retrieval.errors import RetrievalError
from retrieval.models import ArticleFilter, RetrievalMode
from retrieval.models.ranking import Candidate
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


class _Shared:
    __slots__ = ()

    def __deepcopy__(self, memo: object) -> _Shared:
        return self


@dataclass(frozen=True, slots=True)
class SearchRequest(_Shared):
    """A search for the best ``wanted`` passages of one state of the index."""

    query: str
    terms: QueryTerms
    snapshot: IndexSnapshot
    filter_: ArticleFilter | None
    entity_ids: tuple[str, ...]
    mode: RetrievalMode
    wanted: int


@dataclass(frozen=True, slots=True)
class LexicalHits(_Shared):
    """Passages that share a word with the query, best first, and how many there are."""

    request: SearchRequest
    hits: Sequence[IndexHit] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class DenseHits(_Shared):
    """The query's vector, None where there is none, and the passages nearest to it."""

    vector: NDArray[np.float32] | None = None
    hits: Sequence[VectorHit] = ()


@dataclass(frozen=True, slots=True)
class Pool(_Shared):
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
class Listing(_Shared):
    """The whole order of one search in one state of the index."""

    ranked: tuple[Ranked, ...]
    total: int


@component
class LexicalRetriever:
    """Finds passages by their words: BM25."""

    @component.output_types(found=LexicalHits)
    def run(self, request: SearchRequest) -> dict[str, LexicalHits]:
        """The best by words; none in a search by meaning."""
        if request.mode is RetrievalMode.DENSE:
            return {"found": LexicalHits(request)}
        hits, total = request.snapshot.search(
            request.terms, filter_=request.filter_, limit=request.wanted, named_ids=request.entity_ids
        )
        return {"found": LexicalHits(request, hits, total)}


@component
class DenseRetriever:
    """Finds passages by their meaning: the vectors nearest to the query's."""

    def __init__(self, embed_query: EmbedQuery) -> None:
        self._embed_query = embed_query

    @component.output_types(found=DenseHits)
    def run(self, request: SearchRequest) -> dict[str, DenseHits]:
        """The best by meaning; none where the archive has no vectors."""
        vector = self._embed_query(request.query)
        if vector is None:
            return {"found": DenseHits()}
        limit = request.wanted if request.mode is RetrievalMode.DENSE else POOL
        return {"found": DenseHits(vector, request.snapshot.nearest(vector, filter_=request.filter_, limit=limit))}


@component
class PoolJoiner:
    """Joins what was found both ways, and gives each passage its score by words."""

    @component.output_types(pool=Pool)
    def run(self, words: LexicalHits, meaning: DenseHits) -> dict[str, Pool]:
        """The pool to rank."""
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
        return {"pool": Pool(request, meaning.vector, lexical, near, rest, words.total + unworded)}


@component
class PoolRanker:
    """Puts the pool in order: by the weighted sum of what it measures, or by the one score that was asked for."""

    def __init__(self, catalog: SearchQueries) -> None:
        self._catalog = catalog

    @component.output_types(listing=Listing)
    def run(self, pool: Pool) -> dict[str, Listing]:
        """The whole list."""
        if pool.request.mode is RetrievalMode.DENSE:
            near = tuple(Ranked(id_, pool.near[id_], words, pool.near[id_]) for id_, words in pool.lexical.items())
            return {"listing": Listing(near, len(near) if len(near) < pool.request.wanted else LONGEST)}
        ranked = _rank(pool.request.query, self.measure(pool))
        if ranked and pool.rest:
            # Behind the pool by words alone: below the pool's last, in proportion.
            last, best = ranked[-1].score, pool.rest[0].score
            ranked += [Ranked(hit.passage_id, last * hit.score / best * 0.999, hit.score, None) for hit in pool.rest]
        return {"listing": Listing(tuple(ranked), pool.total)}

    def measure(self, pool: Pool) -> RankingFeatures:
        """The pool in numbers."""
        request = pool.request
        candidates = self._catalog.load_candidates(list(pool.lexical))
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


class Stages:
    """The search as a pipeline; one by words alone is its first stage, and does without."""

    def __init__(self, catalog: SearchQueries, embed_query: EmbedQuery) -> None:
        """``embed_query`` gives a query's vector, or None where the archive has no vectors."""
        self._words = LexicalRetriever()
        self.pipeline = Pipeline()
        self.pipeline.add_component("words", self._words)
        self.pipeline.add_component("meaning", DenseRetriever(embed_query))
        self.pipeline.add_component("joiner", PoolJoiner())
        self._ranker = PoolRanker(catalog)
        self.pipeline.add_component("ranker", self._ranker)
        self.pipeline.connect("words.found", "joiner.words")
        self.pipeline.connect("meaning.found", "joiner.meaning")
        self.pipeline.connect("joiner.pool", "ranker.pool")

    def run(
        self,
        snapshot: IndexSnapshot,
        query: str,
        terms: QueryTerms,
        filter_: ArticleFilter | None,
        entity_ids: Sequence[str],
        mode: RetrievalMode,
        *,
        depth: int,
    ) -> Listing:
        """The list of one search, at least ``depth`` long where so many are found.

        Raises:
            EmbedderError: the query's vector cannot be made.
        """
        wanted = POOL if depth <= POOL else LONGEST
        request = SearchRequest(query, terms, snapshot, filter_, tuple(entity_ids), mode, wanted)
        if mode is RetrievalMode.LEXICAL:
            words = self._words.run(request)["found"]
            return Listing(tuple(Ranked(hit.passage_id, hit.score, hit.score, None) for hit in words.hits), words.total)
        listing: Listing = self._run(request)["ranker"]["listing"]
        return listing

    def measure(
        self, snapshot: IndexSnapshot, query: str, terms: QueryTerms, filter_: ArticleFilter | None
    ) -> RankingFeatures:
        """What the ranker gets in a search both ways.

        Raises:
            EmbedderError: the query's vector cannot be made.
        """
        request = SearchRequest(query, terms, snapshot, filter_, (), RetrievalMode.HYBRID, POOL)
        pool: Pool = self._run(request, keep={"joiner"})["joiner"]["pool"]
        return self._ranker.measure(pool)

    def _run(self, request: SearchRequest, *, keep: set[str] | None = None) -> dict[str, Any]:
        try:
            return self.pipeline.run(
                {"words": {"request": request}, "meaning": {"request": request}}, include_outputs_from=keep
            )
        except PipelineRuntimeError as error:
            # What a stage raised says what is wrong; that it was raised in a stage does not.
            if isinstance(error.__cause__, RetrievalError):
                raise error.__cause__ from error
            raise
