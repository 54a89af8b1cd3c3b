"""Retrievers over a `DatelineDocumentStore`: by words, by vectors, and by both."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from haystack import component, default_from_dict, default_to_dict
from haystack.dataclasses import Document
from haystack.document_stores.types import FilterPolicy, apply_filter_policy

from retrieval.integrations.haystack.store import DatelineDocumentStore


class _Retriever:
    """What the retrievers have in common: the store, and what is asked where a run does not say otherwise."""

    def __init__(
        self,
        document_store: DatelineDocumentStore,
        filters: dict[str, Any] | None = None,
        top_k: int = 10,
        filter_policy: FilterPolicy = FilterPolicy.REPLACE,
    ) -> None:
        """``filter_policy`` says whether the filters of a run replace those given here, or narrow them further.

        Raises:
            TypeError: ``document_store`` is another kind of store.
            ValueError: ``top_k`` is less than 1.
        """
        if not isinstance(document_store, DatelineDocumentStore):
            raise TypeError(f"document_store is {document_store!r}; give a DatelineDocumentStore")
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}; give at least 1")
        self.document_store = document_store
        self.filters = filters
        self.top_k = top_k
        self.filter_policy = filter_policy

    def to_dict(self) -> dict[str, Any]:
        """The component with its store, for YAML."""
        return default_to_dict(
            self,
            document_store=self.document_store,
            filters=self.filters,
            top_k=self.top_k,
            filter_policy=self.filter_policy.value,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From `to_dict`."""
        parameters = dict(data.get("init_parameters", {}))
        if "filter_policy" in parameters:
            parameters["filter_policy"] = FilterPolicy.from_str(parameters["filter_policy"])
        return default_from_dict(cls, {**data, "init_parameters": parameters})

    def _choose(self, filters: dict[str, Any] | None, top_k: int | None) -> tuple[dict[str, Any] | None, int]:
        wanted = self.top_k if top_k is None else top_k
        if wanted < 0:
            raise ValueError(f"top_k is {wanted}; give 0 or more")
        return apply_filter_policy(self.filter_policy, self.filters, filters), wanted


@component
class DatelineBM25Retriever(_Retriever):
    """Finds documents by their words: BM25 over passages with their titles and publishers.

    Example:
        >>> retriever = DatelineBM25Retriever(DatelineDocumentStore("news.db"), top_k=5)
        >>> retriever.run("mayor Ghent")["documents"]
    """

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None) -> dict[str, list[Document]]:
        """The best documents, scored by BM25; raises as `DatelineDocumentStore.bm25_retrieval`."""
        chosen, wanted = self._choose(filters, top_k)
        return {"documents": self.document_store.bm25_retrieval(query, chosen, wanted)}

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, query, filters, top_k)


@component
class DatelineHybridRetriever(_Retriever):
    """Finds documents by words and by meaning, ranked together as `Archive.search` does; it embeds the query itself."""

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None) -> dict[str, list[Document]]:
        """The best documents, scored from 0 to 1; raises as `DatelineDocumentStore.hybrid_retrieval`."""
        chosen, wanted = self._choose(filters, top_k)
        return {"documents": self.document_store.hybrid_retrieval(query, chosen, wanted)}

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, query, filters, top_k)


@component
class DatelineEmbeddingRetriever(_Retriever):
    """Finds documents by their vectors; the query's comes from a `DatelineTextEmbedder` with the store's model."""

    @component.output_types(documents=list[Document])
    def run(
        self, query_embedding: list[float], filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """The nearest documents, scored by the cosine; raises as `DatelineDocumentStore.embedding_retrieval`."""
        chosen, wanted = self._choose(filters, top_k)
        return {"documents": self.document_store.embedding_retrieval(query_embedding, chosen, wanted)}

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query_embedding: list[float], filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, query_embedding, filters, top_k)
