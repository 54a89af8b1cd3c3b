"""Searching for passages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.catalog.ids import stable_id
from retrieval.catalog.searched import SearchedCatalog
from retrieval.errors import InputError
from retrieval.index.analysis import Highlighter, QueryTerms, analyze_query
from retrieval.index.local import LocalIndex
from retrieval.index.snapshot import IndexSnapshot
from retrieval.models import ArticleFilter, Hit, RetrievalMode, SearchResults
from retrieval.search.cursors import Place, decode_place, encode_place
from retrieval.search.features import QueryShape, measure_all
from retrieval.search.ranking import Ranked, diversify, fuse

MAX_QUERY_CHARACTERS = 10_000
MAX_LIMIT = 100
# So many of the best by words and of the best by meaning are ranked together.
POOL = 50
# No list is longer; what comes after the pool stays in the order of its words.
MAX_DEPTH = 1000
_REMEMBERED = 64
# A passage that shares no word with the query has to be this near in meaning. (Of XQuAD's questions, one in thirty is as
# far as 0.3 from its paragraph; texts that have nothing to do with each other lie around 0.)
_NEAR = 0.2

EmbedQuery = Callable[[str], "NDArray[np.float32] | None"]


@dataclass(frozen=True, slots=True)
class _Listing:
    """The whole order of one search in one state of the index."""

    ranked: tuple[Ranked, ...]
    total: int


class PassageSearch:
    """Searches an archive's passages. Pages of one search come from one state of the index while it is remembered."""

    def __init__(self, catalog: SearchedCatalog, index: LocalIndex, embed_query: EmbedQuery) -> None:
        """``embed_query`` gives a query's vector, or None where the archive has no vectors."""
        self._catalog = catalog
        self._index = index
        self._embed_query = embed_query
        self._guard = threading.Lock()
        self._remembered: OrderedDict[tuple[str, int], _Listing] = OrderedDict()

    def search(
        self,
        query: str,
        *,
        limit: int,
        filter_: ArticleFilter | None = None,
        after: str | None = None,
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
    ) -> SearchResults:
        """The best ``limit`` passages for ``query``; naming one of ``entity_ids`` counts as sharing a word.

        ``after`` goes on behind a hit. The next page is of the same state of the index as the first where that is still
        remembered, else of the newest: then it goes on below the hit's score.

        Raises:
            InputError: the query is empty or too long, or the limit out of range.
            CursorError: ``after`` is not a cursor of this search.
            EmbedderError: the query's vector cannot be made.
        """
        _check(query, limit)
        mark = stable_id("search", query, repr(filter_), mode, *entity_ids)
        place = decode_place(after, mark) if after else None
        snapshot = self._index.snapshot()
        if snapshot is None:
            return SearchResults((), 0, has_next=False)
        terms = analyze_query(query)
        start = place.rank if place else 0
        sequence, listing = self._find_listing(
            snapshot, mark, place, query, terms, filter_, entity_ids, mode, depth=start + limit + 1
        )
        if place and sequence != place.sequence:
            start = _below(listing.ranked, place)
        kept = listing.ranked[start : start + limit]
        hits = self._make_hits(kept, terms, mark, sequence, start)
        return SearchResults(hits, listing.total, has_next=len(listing.ranked) > start + limit)

    def _find_listing(
        self,
        snapshot: IndexSnapshot,
        mark: str,
        place: Place | None,
        query: str,
        terms: QueryTerms,
        filter_: ArticleFilter | None,
        entity_ids: Sequence[str],
        mode: RetrievalMode,
        *,
        depth: int,
    ) -> tuple[int, _Listing]:
        current = snapshot.state.sequence
        # A page wants the state of the page before it, which a search now may have left behind.
        with self._guard:
            for sequence in dict.fromkeys([place.sequence if place else current, current]):
                listing = self._remembered.get((mark, sequence))
                if listing and (len(listing.ranked) >= min(depth, MAX_DEPTH, listing.total) or sequence != current):
                    self._remembered.move_to_end((mark, sequence))
                    return sequence, listing
        listing = self._rank(snapshot, query, terms, filter_, entity_ids, mode, depth=depth)
        with self._guard:
            self._remembered[mark, current] = listing
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return current, listing

    def _rank(
        self,
        snapshot: IndexSnapshot,
        query: str,
        terms: QueryTerms,
        filter_: ArticleFilter | None,
        entity_ids: Sequence[str],
        mode: RetrievalMode,
        *,
        depth: int,
    ) -> _Listing:
        wanted = POOL if depth <= POOL else MAX_DEPTH
        vector = None if mode is RetrievalMode.LEXICAL else self._embed_query(query)
        if mode is RetrievalMode.DENSE:
            near = snapshot.nearest(vector, filter_=filter_, limit=wanted) if vector is not None else []
            near = [hit for hit in near if hit.score > 0]
            scores = snapshot.score(terms, [hit.passage_id for hit in near], filter_=filter_, named_ids=entity_ids)
            listed = tuple(Ranked(h.passage_id, h.score, scores.get(h.passage_id, 0.0), h.score) for h in near)
            return _Listing(listed, len(listed) if len(listed) < wanted else MAX_DEPTH)
        found, total = snapshot.search(terms, filter_=filter_, limit=wanted, named_ids=entity_ids)
        if mode is RetrievalMode.LEXICAL:
            return _Listing(tuple(Ranked(hit.passage_id, hit.score, hit.score, None) for hit in found), total)
        near = snapshot.nearest(vector, filter_=filter_, limit=POOL) if vector is not None else []
        lexical = {hit.passage_id: hit.score for hit in found[:POOL]}
        missing = [hit.passage_id for hit in near if hit.passage_id not in lexical]
        beyond = snapshot.score(terms, missing, filter_=filter_, named_ids=entity_ids)
        cosines = {hit.passage_id: hit.score for hit in near}
        missing = [id_ for id_ in missing if id_ in beyond or cosines[id_] >= _NEAR]
        lexical.update((id_, beyond.get(id_, 0.0)) for id_ in missing)
        ranked = self._rank_pool(snapshot, query, vector, lexical, filter_)
        pool = {hit.passage_id for hit in ranked}
        rest = [hit for hit in found[POOL:] if hit.passage_id not in pool]
        if rest and ranked:
            # Behind the pool by words alone: below the pool's last, in proportion.
            last = ranked[-1].score
            ranked += [Ranked(h.passage_id, last * h.score / rest[0].score * 0.999, h.score, None) for h in rest]
        unworded = sum(1 for id_ in missing if id_ not in beyond)
        return _Listing(tuple(ranked), total + unworded)

    def _rank_pool(
        self,
        snapshot: IndexSnapshot,
        query: str,
        vector: NDArray[np.float32] | None,
        lexical: dict[int, float],
        filter_: ArticleFilter | None,
    ) -> list[Ranked]:
        candidates = self._catalog.load_candidates(list(lexical))
        if not candidates:
            return []
        ids = [candidate.passage_id for candidate in candidates]
        vectors = snapshot.vectors(ids) if vector is not None else None
        dense = np.full(len(ids), np.nan)
        if vector is not None and vectors is not None:
            dense = (vectors @ vector).astype(np.float64)
        words = np.array([lexical[id_] for id_ in ids])
        shape = QueryShape(query, lambda words: snapshot.frequencies(words, filter_=filter_))
        features = measure_all(shape, candidates)
        scores = diversify(fuse(words, dense, features), [c.article_id for c in candidates], vectors)
        order = sorted(range(len(ids)), key=lambda n: (-scores[n], ids[n]))
        cosines = [None if np.isnan(score) else float(score) for score in dense]
        return [Ranked(ids[n], float(scores[n]), float(words[n]), cosines[n]) for n in order]

    def _make_hits(
        self, ranked: Sequence[Ranked], terms: QueryTerms, mark: str, sequence: int, start: int
    ) -> tuple[Hit, ...]:
        found = self._catalog.load_passages([hit.passage_id for hit in ranked])
        highlighter = Highlighter(terms)
        hits = []
        for rank, hit in enumerate(ranked, start + 1):
            # removed since the index last caught up: not there any more
            if hit.passage_id not in found:
                continue
            passage, article = found[hit.passage_id]
            place = Place(sequence, rank, hit.score, hit.passage_id)
            hits.append(
                Hit(
                    passage=passage,
                    article=article,
                    score=hit.score,
                    rank=rank,
                    lexical_score=hit.lexical,
                    dense_score=hit.dense,
                    highlights=highlighter.find(passage.text, offset=passage.span.start),
                    cursor=encode_place(place, mark),
                )
            )
        return tuple(hits)


def _check(query: str, limit: int) -> None:
    if not query.strip():
        raise InputError("the query is empty; give at least one word")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise InputError(f"the query has {len(query):,} characters; give at most {MAX_QUERY_CHARACTERS:,}")
    if not 0 <= limit <= MAX_LIMIT:
        raise InputError(f"limit {limit} is out of range; give 0 to {MAX_LIMIT}")


def _below(ranked: Sequence[Ranked], place: Place) -> int:
    """How many of the list stand above what comes after a place."""
    key = (-place.score, place.passage_id)
    return sum(1 for hit in ranked if (-hit.score, hit.passage_id) <= key)
