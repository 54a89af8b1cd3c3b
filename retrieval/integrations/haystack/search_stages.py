"""The stages of a search as components: by words, by meaning, joined into a pool, and ranked.

They take no parameters, since the request brings the archive's parts along; so a pipeline of them can be saved and loaded.
"""

from __future__ import annotations

from typing import Any

from haystack import Pipeline, component, default_from_dict, default_to_dict
from haystack.core.component import Component
from haystack.core.serialization import component_to_dict
from haystack.utils import deserialize_component_inplace

from retrieval.errors import InputError
from retrieval.integrations.haystack.documents import make_document
from retrieval.search.pipeline import (
    DenseHits,
    LexicalHits,
    Listing,
    Pool,
    SearchRequest,
    find_by_meaning,
    find_by_words,
    join,
    rank,
)
from retrieval.search.ranking import Ranked


@component
class LexicalRetriever:
    """Finds passages by their words: BM25."""

    @component.output_types(words=LexicalHits)
    def run(self, request: SearchRequest) -> dict[str, LexicalHits]:
        """The best by words; none in a search by meaning."""
        return {"words": find_by_words(request)}


@component
class DenseRetriever:
    """Finds passages by their meaning: the vectors nearest to the query's."""

    @component.output_types(meaning=DenseHits)
    def run(self, request: SearchRequest) -> dict[str, DenseHits]:
        """The best by meaning; none in a search by words, or where the archive has no vectors."""
        return {"meaning": find_by_meaning(request)}


@component
class PoolJoiner:
    """Joins what was found both ways, and gives each passage its score by words."""

    @component.output_types(pool=Pool)
    def run(self, words: LexicalHits, meaning: DenseHits) -> dict[str, Pool]:
        """The pool to rank."""
        return {"pool": join(words, meaning)}


@component
class PoolRanker:
    """Puts the pool in order by Dateline's weights, or by the one score that was asked for."""

    @component.output_types(listing=Listing)
    def run(self, pool: Pool) -> dict[str, Listing]:
        """The whole list."""
        return {"listing": rank(pool)}


@component
class DocumentRanker:
    """Puts the best of the pool in the order that a ranker of Haystack gives them; it stands in the place of `PoolRanker`.

    The ranker gets the ``top_k`` best by Dateline's own order as documents, and the query where it takes one. Documents
    that it leaves out leave the list; the rest of the pool follows behind. The score of the n-th passage is 1 / n.

    Example:
        >>> from haystack.components.rankers import MetaFieldRanker
        >>> newest_first = DocumentRanker(MetaFieldRanker("published_at", meta_value_type="date"), top_k=20)
    """

    def __init__(self, ranker: Component, top_k: int = 20) -> None:
        if top_k < 1:
            raise InputError(f"top_k is {top_k}; give at least 1")
        self.ranker = ranker
        self.top_k = top_k
        self._takes_query = "query" in getattr(ranker, "__haystack_input__")._sockets_dict  # noqa: B009, SLF001 -- no other way

    def warm_up(self) -> None:
        """Get the ranker ready."""
        if hasattr(self.ranker, "warm_up"):
            self.ranker.warm_up()

    @component.output_types(listing=Listing)
    def run(self, pool: Pool) -> dict[str, Listing]:
        """The whole list, the ranker's part first."""
        listing = rank(pool)
        first, rest = listing.ranked[: self.top_k], listing.ranked[self.top_k :]
        stored = pool.request.catalog.load_passages([hit.passage_id for hit in first])
        hits = {}
        documents = []
        for hit in first:
            if hit.passage_id in stored:
                passage, article = stored[hit.passage_id]
                document = make_document(article, passage, score=hit.score)
                hits[document.id] = hit
                documents.append(document)
        query = {"query": pool.request.query} if self._takes_query else {}
        reranked = self.ranker.run(documents=documents, **query)["documents"]
        order = [*(hits[document.id] for document in reranked), *rest]
        ranked = tuple(Ranked(hit.passage_id, 1 / place, hit.lexical, hit.dense) for place, hit in enumerate(order, 1))
        return {"listing": Listing(ranked, listing.total - len(documents) + len(reranked))}

    def to_dict(self) -> dict[str, Any]:
        """The component with its ranker, for YAML."""
        return default_to_dict(self, ranker=component_to_dict(self.ranker, "ranker"), top_k=self.top_k)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DocumentRanker:
        """From `to_dict`."""
        parameters = dict(data["init_parameters"])
        deserialize_component_inplace(parameters, key="ranker")
        return default_from_dict(cls, {**data, "init_parameters": parameters})


def build_search_pipeline() -> Pipeline:
    """Dateline's own search as a pipeline; `SearchPipeline` runs it for an archive."""
    pipeline = Pipeline()
    pipeline.add_component("words", LexicalRetriever())
    pipeline.add_component("meaning", DenseRetriever())
    pipeline.add_component("joiner", PoolJoiner())
    pipeline.add_component("ranker", PoolRanker())
    pipeline.connect("words.words", "joiner.words")
    pipeline.connect("meaning.meaning", "joiner.meaning")
    pipeline.connect("joiner.pool", "ranker.pool")
    return pipeline
