"""Searching for passages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import InputError
from retrieval.models import ArticleFilter, Hit, RetrievalMode, SearchResults
from retrieval.models.identity import stable_id
from retrieval.search.cursors import Place, decode_place, encode_place
from retrieval.search.ranking import LONGEST, Ranked, is_question
from retrieval.search.rereading import Rereader
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.stores.index.local.snapshot import IndexSnapshot
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.text.analysis import Highlighter, QueryTerms, analyze_query

if TYPE_CHECKING:
    from retrieval.answering.evidence.span_reader import SpanReader
    from retrieval.search.pipeline import Listing, RankingFeatures, Stages

MAX_QUERY_CHARACTERS = 10_000
MAX_LIMIT = 100
_REMEMBERED = 64

EmbedQuery = Callable[[str], "NDArray[np.float32] | None"]


class PassageSearch:
    """Searches an archive's passages. Pages of one search come from one state of the index while it is remembered."""

    def __init__(
        self,
        catalog: SearchQueries,
        index: LocalIndex,
        embed_query: EmbedQuery,
        load_reader: Callable[[], SpanReader],
    ) -> None:
        """``embed_query`` gives a query's vector, or None where the archive has no vectors."""
        self._rereader = Rereader(catalog, load_reader)
        self._catalog = catalog
        self._index = index
        self._embed_query = embed_query
        self._guard = threading.Lock()
        self._remembered: OrderedDict[tuple[str, int], Listing] = OrderedDict()

    @cached_property
    def _stages(self) -> Stages:
        from retrieval.search.pipeline import Stages  # noqa: PLC0415 -- Haystack takes half a second, and not all search

        return Stages(self._catalog, self._embed_query)

    def search(
        self,
        query: str,
        *,
        limit: int,
        filter_: ArticleFilter | None = None,
        after: str | None = None,
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
        reread: bool = False,
    ) -> SearchResults:
        """The best ``limit`` passages for ``query``; naming one of ``entity_ids`` counts as sharing a word.

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
        snapshot = self._index.snapshot()
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

    def measure(self, query: str, *, filter_: ArticleFilter | None = None) -> RankingFeatures:
        """What ranking weighs of the pool that a search both ways finds, for fitting its weights.

        Raises:
            EmbedderError: the query's vector cannot be made.
        """
        snapshot = self._index.snapshot()
        assert snapshot is not None, "measured before the first search"
        return self._stages.measure(snapshot, query, analyze_query(query), filter_)

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
        listing = self._stages.run(snapshot, query, terms, filter_, entity_ids, mode, depth=min(depth, LONGEST))
        if reread and listing.ranked:
            listing = replace(listing, ranked=self._rereader.reread(query, listing.ranked))
        with self._guard:
            self._remembered[mark, current] = listing
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return current, listing

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
    if not 0 <= limit <= MAX_LIMIT:
        raise InputError(f"limit {limit} is out of range; give 0 to {MAX_LIMIT}")


def _below(ranked: Sequence[Ranked], place: Place) -> int:
    """How many of the list stand above what comes after a place."""
    key = (-place.score, place.passage_id)
    return sum(1 for hit in ranked if (-hit.score, hit.passage_id) <= key)
