"""One state of the index: passages by words, by meaning, and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from tantivy import FieldType, Occur, Query, Schema, Searcher, SearchResult

from retrieval.models import ArticleFilter
from retrieval.stores.index.local.documents import IndexState, seconds
from retrieval.stores.index.local.vectors import VectorFilter, VectorHit, VectorSnapshot
from retrieval.text.analysis import QueryTerms

# A long query is cut to its rarest words: the others hardly change the order, and each costs time.
_MAX_WORDS = 64
_PHRASE_BOOST = 2.0
_ACRONYM_BOOST = 1.5
_NAMED_SCORE = 1.0
# How rare a word is counts among the passages that may be found. Of a filter that leaves more than these they are counted
# in the whole archive: that differs little, and counting would take long.
_NARROW = 2000


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A passage found, with its BM25 score over its words and those of its title and source."""

    passage_id: int
    score: float


class IndexSnapshot:
    """One state of the index. Reads only, from many threads."""

    def __init__(self, schema: Schema, searcher: Searcher, vectors: VectorSnapshot, state: IndexState) -> None:
        self._schema = schema
        self._searcher = searcher
        self._vectors = vectors
        self.state = state
        self._counts: dict[tuple[ArticleFilter, str, str], int] = {}
        self._sizes: dict[ArticleFilter, int | None] = {}

    def search(
        self,
        terms: QueryTerms,
        *,
        filter_: ArticleFilter | None,
        limit: int,
        offset: int = 0,
        named_ids: Sequence[str] = (),
    ) -> tuple[list[IndexHit], int]:
        """Passages with any of the terms, best first, and how many there are; naming one of ``named_ids`` scores too."""
        if not (terms.words or terms.acronyms or terms.phrases or named_ids):
            return [], 0
        result = self._searcher.search(self._build_query(terms, filter_, named_ids), limit=max(limit, 1), offset=offset)
        return self._hits(result)[:limit], count_hits(result)

    def score(
        self,
        terms: QueryTerms,
        passage_ids: Sequence[int],
        *,
        filter_: ArticleFilter | None = None,
        named_ids: Sequence[str] = (),
    ) -> dict[int, float]:
        """The score of those of the passages that share a term with the query, in a search with ``filter_``."""
        if not passage_ids or not (terms.words or terms.acronyms or terms.phrases or named_ids):
            return {}
        # One term each, since a set of terms is sought through the whole dictionary.
        ids = (Query.term_query(self._schema, "passage_id", id_) for id_ in passage_ids)
        among = Query.boolean_query([(Occur.Should, query) for query in ids])
        query = Query.boolean_query(
            [
                (Occur.Must, self._build_terms(terms, filter_, named_ids)),
                (Occur.Must, Query.const_score_query(among, 0.0)),
            ]
        )
        result = self._searcher.search(query, limit=len(passage_ids), count=False)
        return {hit.passage_id: hit.score for hit in self._hits(result)}

    def nearest(self, vector: NDArray[np.float32], *, filter_: ArticleFilter | None, limit: int) -> list[VectorHit]:
        """The passages whose vectors are nearest to ``vector``, best first."""
        return self._vectors.search(vector, limit=limit, filter_=_vector_filter(filter_))

    def similarities(self, vector: NDArray[np.float32], passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The cosine of each passage's vector with ``vector``; NaN where it has none."""
        return self._vectors.similarities(vector, passage_ids)

    def vectors(self, passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The passages' vectors, NaN where there is none."""
        return self._vectors.vectors(passage_ids)

    def frequencies(self, words: Sequence[str], *, filter_: ArticleFilter | None = None) -> tuple[list[int], int]:
        """In how many passages each of the terms stands, and how many there are, removed ones not yet swept too.

        Of the passages that pass a filter where these are few.
        """
        size = self._narrow_to(filter_)
        if size is None or filter_ is None:
            return [self._searcher.doc_freq("words", word) for word in words], self._searcher.num_docs
        return [self._count(filter_, "words", word) for word in words], size

    # ------------------------------------------------------------ how

    def _hits(self, result: SearchResult) -> list[IndexHit]:
        if not result.hits:
            return []
        ids = self._searcher.fast_field_values("passage_id", [address for _, address in result.hits])
        return [IndexHit(int(id_ or 0), float(score)) for id_, (score, _) in zip(ids, result.hits, strict=True)]

    def _build_query(self, terms: QueryTerms, filter_: ArticleFilter | None, named_ids: Sequence[str]) -> Query:
        must: list[tuple[Occur, Query]] = [(Occur.Must, self._build_terms(terms, filter_, named_ids))]
        must.extend(self._require(filter_))
        return must[0][1] if len(must) == 1 else Query.boolean_query(must)

    def _narrow_to(self, filter_: ArticleFilter | None) -> int | None:
        """How many passages pass the filter; None where they are not few."""
        if filter_ is None or filter_ == ArticleFilter():
            return None
        if filter_ not in self._sizes:
            found = self._searcher.search(Query.boolean_query(self._require(filter_)), limit=1)
            size = count_hits(found)
            self._sizes[filter_] = size if size <= _NARROW else None
        return self._sizes[filter_]

    def _count(self, filter_: ArticleFilter, field: str, term: str) -> int:
        """In how many of the passages that pass the filter a term stands."""
        key = (filter_, field, term)
        if key not in self._counts:
            here: tuple[Occur, Query] = (Occur.Must, Query.term_query(self._schema, field, term))
            found = self._searcher.search(Query.boolean_query([here, *self._require(filter_)]), limit=1)
            self._counts[key] = count_hits(found)
        return self._counts[key]

    def _weigh(self, query: Query, field: str, term: str, filter_: ArticleFilter | None) -> Query:
        """The query for a term, as rare as it is among the passages that pass the filter."""
        size = self._narrow_to(filter_)
        if size is None or filter_ is None:
            return query
        there = _rarity(self._searcher.doc_freq(field, term), self._searcher.num_docs)
        return Query.boost_query(query, _rarity(self._count(filter_, field, term), size) / there)

    def _build_terms(self, terms: QueryTerms, filter_: ArticleFilter | None, named_ids: Sequence[str]) -> Query:
        schema = self._schema
        words: Sequence[str] = terms.words
        if len(words) > _MAX_WORDS:
            words = sorted(words, key=lambda word: self._searcher.doc_freq("words", word) or 2**62)[:_MAX_WORDS]
        should: list[tuple[Occur, Query]] = [
            (Occur.Should, self._weigh(Query.term_query(schema, "words", word, "freq"), "words", word, filter_))
            for word in words
        ]
        for acronym in terms.acronyms:
            term = self._weigh(Query.term_query(schema, "acronyms", acronym), "acronyms", acronym, filter_)
            should.append((Occur.Should, Query.boost_query(term, _ACRONYM_BOOST)))
        for phrase in terms.phrases:
            parts: list[str | tuple[int, str]] = list(phrase)
            should.append((Occur.Should, Query.boost_query(Query.phrase_query(schema, "words", parts), _PHRASE_BOOST)))
        for id_ in named_ids:
            named = Query.const_score_query(Query.term_query(schema, "named_ids", id_), _NAMED_SCORE)
            should.append((Occur.Should, named))
        return Query.boolean_query(should)

    def _require(self, filter_: ArticleFilter | None) -> list[tuple[Occur, Query]]:
        return [(Occur.Must, Query.const_score_query(part, 0.0)) for part in self._build_filters(filter_)]

    def _build_filters(self, filter_: ArticleFilter | None) -> Iterable[Query]:
        if filter_ is None:
            return
        for field, wanted in _filter_values(filter_).items():
            if wanted:
                yield Query.term_set_query(self._schema, field, list(wanted))
        if filter_.published_from or filter_.published_to:
            lower = seconds(filter_.published_from)
            upper = seconds(filter_.published_to)
            yield Query.range_query(self._schema, "published", FieldType.Integer, lower, upper)


def _rarity(count: int, total: int) -> float:
    """BM25's weight of a term that stands in ``count`` of ``total`` passages."""
    return log(1 + max(total - count + 0.5, 0.5) / (count + 0.5))


def _filter_values(filter_: ArticleFilter) -> dict[str, Sequence[str]]:
    return {
        "publisher": filter_.publishers,
        "language": filter_.languages,
        "article_id": filter_.article_ids,
        "entity_ids": filter_.entity_ids,
        "event_types": [type_.value for type_ in filter_.event_types],
    }


def _vector_filter(filter_: ArticleFilter | None) -> VectorFilter | None:
    if filter_ is None:
        return None
    groups = []
    for field, wanted in _filter_values(filter_).items():
        if wanted:
            name = "article" if field == "article_id" else field
            groups.append(tuple((name, value) for value in wanted))
    return VectorFilter(tuple(groups), seconds(filter_.published_from), seconds(filter_.published_to))


def count_hits(result: SearchResult) -> int:
    """How many documents match, those that were not asked for too."""
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs
