"""Embedders of texts and documents: MiniLM from the package, or another of `retrieval.embedding`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from haystack import component, default_from_dict, default_to_dict
from haystack.dataclasses import Document

from retrieval.embedding import DEFAULT_EMBEDDER, Embedder, open_embedder


class _Embedder:
    """What the embedders have in common: the model, whose files are read when it is warmed up."""

    def __init__(self, model: str = DEFAULT_EMBEDDER, *, threads: int | None = None) -> None:
        """``model`` is "minilm", the folder of an ONNX model, or the URL of an endpoint: see `open_embedder`.

        Raises:
            InputError: ``model`` is neither.
            WeightsError: there is no model in the folder.
        """
        self.model = model
        self.threads = threads
        self._embedder: Embedder = open_embedder(model, threads=threads)

    def warm_up(self) -> None:
        """Read the model's files.

        Raises:
            EmbedderError: they are missing or damaged, or the endpoint cannot be used.
        """
        self._embedder.embed(["ready"])

    def _to_dict(self, **others: object) -> dict[str, Any]:
        return default_to_dict(self, model=self.model, threads=self.threads, **others)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """From `to_dict`."""
        return default_from_dict(cls, data)

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in self._embedder.embed(texts)]

    @property
    def _meta(self) -> dict[str, Any]:
        return {"model": self._embedder.name}


@component
class DatelineTextEmbedder(_Embedder):
    """Makes the vector of a query, for `DatelineEmbeddingRetriever`.

    Example:
        >>> len(DatelineTextEmbedder().run("Who resigned?")["embedding"])
        384
    """

    @component.output_types(embedding=list[float], meta=dict[str, Any])
    def run(self, text: str) -> dict[str, Any]:
        """The vector, of length one, and the model's name under "model" in ``meta``.

        Raises:
            TypeError: ``text`` is no text.
            EmbedderError: the model or endpoint cannot be used.
        """
        if not isinstance(text, str):
            raise TypeError(f"a text embedder takes one text, not {type(text).__name__}; see DatelineDocumentEmbedder")
        (vector,) = self._embed([text])
        return {"embedding": vector, "meta": self._meta}

    @component.output_types(embedding=list[float], meta=dict[str, Any])
    async def run_async(self, text: str) -> dict[str, Any]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, text)

    def to_dict(self) -> dict[str, Any]:
        """The component for YAML."""
        return self._to_dict()


@component
class DatelineDocumentEmbedder(_Embedder):
    """Makes the vectors of documents, for any store. A `DatelineDocumentStore` needs none: it makes its own."""

    def __init__(
        self,
        model: str = DEFAULT_EMBEDDER,
        *,
        threads: int | None = None,
        meta_fields_to_embed: list[str] | None = None,
        embedding_separator: str = "\n",
    ) -> None:
        """As `DatelineTextEmbedder`; the fields of ``meta_fields_to_embed`` stand before a document's text."""
        # the decorator makes another class of this one, of which super() without arguments knows nothing
        _Embedder.__init__(self, model, threads=threads)
        self.meta_fields_to_embed = list(meta_fields_to_embed or ())
        self.embedding_separator = embedding_separator

    @component.output_types(documents=list[Document], meta=dict[str, Any])
    def run(self, documents: list[Document]) -> dict[str, Any]:
        """Copies of the documents with their vectors, in order, and the model's name under "model" in ``meta``.

        Raises:
            TypeError: ``documents`` is no list of documents.
            EmbedderError: the model or endpoint cannot be used.
        """
        if not isinstance(documents, list) or not all(isinstance(document, Document) for document in documents):
            raise TypeError("a document embedder takes a list of documents; for one text see DatelineTextEmbedder")
        vectors = self._embed([self._text_of(document) for document in documents])
        embedded = [replace(document, embedding=vector) for document, vector in zip(documents, vectors, strict=True)]
        return {"documents": embedded, "meta": self._meta}

    @component.output_types(documents=list[Document], meta=dict[str, Any])
    async def run_async(self, documents: list[Document]) -> dict[str, Any]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, documents)

    def to_dict(self) -> dict[str, Any]:
        """The component for YAML."""
        return self._to_dict(meta_fields_to_embed=self.meta_fields_to_embed, embedding_separator=self.embedding_separator)

    def _text_of(self, document: Document) -> str:
        fields = [str(document.meta[name]) for name in self.meta_fields_to_embed if document.meta.get(name) is not None]
        return self.embedding_separator.join([*fields, document.content or ""])
