"""Searching for passages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import InputError
from retrieval.models import ArticleFilter, Hit, RetrievalMode, SearchResults
from retrieval.models.identity import stable_id
from retrieval.search.cursors import Place, decode_place, encode_place
from retrieval.search.pipeline import (
    POOL,
    EmbedQuery,
    Listing,
    RankingFeatures,
    RunSearch,
    SearchRequest,
    find_by_meaning,
    find_by_words,
    join,
    measure,
    run_search,
)
from retrieval.search.ranking import LONGEST, Ranked, is_question
from retrieval.search.rereading import Rereader
from retrieval.span_reader.reader import SpanReader
from retrieval.stores.index.local.snapshot import IndexSnapshot
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.text.analysis import Highlighter, QueryTerms, analyze_query

MAX_QUERY_CHARACTERS = 10_000
MAX_LIMIT = 100
_REMEMBERED = 64


class PassageSearch:
    """Searches an archive's passages. Pages of one search come from one state of the index while it is remembered."""

    def __init__(
        self,
        catalog: SearchQueries,
        embed_query: EmbedQuery,
        load_reader: Callable[[], SpanReader],
        *,
        run: RunSearch = run_search,
    ) -> None:
        """``embed_query`` gives a query's vector, or None where the archive has no vectors; ``run`` makes the lists."""
        self._rereader = Rereader(catalog, load_reader)
        self._catalog = catalog
        self._embed_query = embed_query
        self._run = run
        self._guard = threading.Lock()
        self._remembered: OrderedDict[tuple[str, int], Listing] = OrderedDict()

    def search(
        self,
        query: str,
        snapshot: IndexSnapshot | None,
        *,
        limit: int,
        filter_: ArticleFilter | None = None,
        after: str | None = None,
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
        reread: bool = False,
    ) -> SearchResults:
        """The best ``limit`` passages for ``query``; naming one of ``entity_ids`` counts as sharing a word.

        ``snapshot`` is the newest state of the index, None where there is no index.
        ``reread`` has the first passages that a question finds both ways read for the answer, and ranked by that too.

        ``after`` goes on behind a hit. The next page is of the same state of the index as the first where that is still
        remembered, else of the newest: then it goes on below the hit's score.

        Raises:
            InputError: the query is empty or too long, or the limit out of range.
            CursorError: ``after`` is not a cursor of this search.
            EmbedderError: the query's vector cannot be made.
        """
        _check(query, limit)
        reread = reread and mode is RetrievalMode.HYBRID and is_question(query)
        mark = stable_id("search", query, repr(filter_), mode, *(["reread"] if reread else []), *entity_ids)
        place = decode_place(after, mark) if after else None
        if snapshot is None:
            return SearchResults((), 0, has_next=False)
        terms = analyze_query(query)
        start = place.rank if place else 0
        sequence, listing = self._find_listing(
            snapshot, mark, place, query, terms, filter_, entity_ids, mode, depth=start + limit + 1, reread=reread
        )
        if place and sequence != place.sequence:
            start = _below(listing.ranked, place)
        kept = listing.ranked[start : start + limit]
        hits = self._make_hits(kept, terms, mark, sequence, start)
        return SearchResults(hits, listing.total, has_next=len(listing.ranked) > start + limit)

    def search_by_vector(
        self,
        vector: NDArray[np.float32],
        snapshot: IndexSnapshot | None,
        *,
        limit: int,
        filter_: ArticleFilter | None = None,
    ) -> SearchResults:
        """The best ``limit`` passages by the cosine of their vectors with ``vector``, which are nobody's next page.

        Raises:
            InputError: the limit is out of range, the archive has no vectors, or they have another length.
        """
        _check_limit(limit, LONGEST)
        if snapshot is None or limit == 0:
            return SearchResults((), 0, has_next=False)
        if snapshot.dimensions != len(vector):
            if snapshot.dimensions is None:
                raise InputError("the archive has no vectors; open it with an embedder and run: dateline reindex --embed")
            raise InputError(
                f"the vector has {len(vector)} numbers, and those of the archive have {snapshot.dimensions};"
                " embed the query with the archive's embedder"
            )
        nearest = snapshot.nearest(vector, filter_=filter_, limit=limit)
        ranked = [Ranked(hit.passage_id, hit.score, 0.0, hit.score) for hit in nearest]
        mark = stable_id("vector", vector.tobytes().hex(), repr(filter_))
        hits = self._make_hits(ranked, analyze_query(""), mark, snapshot.state.sequence, 0)
        return SearchResults(hits, len(hits), has_next=False)

    def measure(self, query: str, snapshot: IndexSnapshot, *, filter_: ArticleFilter | None = None) -> RankingFeatures:
        """What ranking weighs of the pool that a search both ways finds, for fitting its weights.

        Raises:
            EmbedderError: the query's vector cannot be made.
        """
        request = self._request(snapshot, query, analyze_query(query), filter_, (), RetrievalMode.HYBRID, POOL)
        return measure(join(find_by_words(request), find_by_meaning(request)))

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
        reread: bool,
    ) -> tuple[int, Listing]:
        current = snapshot.state.sequence
        # A page wants the state of the page before it, which a search now may have left behind.
        with self._guard:
            for sequence in dict.fromkeys([place.sequence if place else current, current]):
                listing = self._remembered.get((mark, sequence))
                if listing and (len(listing.ranked) >= min(depth, LONGEST, listing.total) or sequence != current):
                    self._remembered.move_to_end((mark, sequence))
                    return sequence, listing
        wanted = POOL if depth <= POOL else LONGEST
        listing = self._run(self._request(snapshot, query, terms, filter_, entity_ids, mode, wanted))
        if reread and listing.ranked:
            listing = replace(listing, ranked=self._rereader.reread(query, listing.ranked))
        with self._guard:
            self._remembered[mark, current] = listing
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return current, listing

    def _request(
        self,
        snapshot: IndexSnapshot,
        query: str,
        terms: QueryTerms,
        filter_: ArticleFilter | None,
        entity_ids: Sequence[str],
        mode: RetrievalMode,
        wanted: int,
    ) -> SearchRequest:
        return SearchRequest(
            query=query,
            terms=terms,
            snapshot=snapshot,
            catalog=self._catalog,
            embed_query=self._embed_query,
            filter_=filter_,
            entity_ids=tuple(entity_ids),
            mode=mode,
            wanted=wanted,
        )

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
    if not query.isascii() and any("\ud800" <= sign <= "\udfff" for sign in query):
        raise InputError(f"the query {query[:80]!a} holds half a character (a surrogate); give whole ones")
    _check_limit(limit, MAX_LIMIT)


def _check_limit(limit: int, most: int) -> None:
    if not 0 <= limit <= most:
        raise InputError(f"limit {limit} is out of range; give 0 to {most}")


def _below(ranked: Sequence[Ranked], place: Place) -> int:
    """How many of the list stand above what comes after a place."""
    key = (-place.score, place.passage_id)
    return sum(1 for hit in ranked if (-hit.score, hit.passage_id) <= key)
