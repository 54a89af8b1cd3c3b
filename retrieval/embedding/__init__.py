"""Texts as vectors."""

from retrieval.embedding.embedder import DEFAULT_EMBEDDER, Embedder, open_embedder

__all__ = ["DEFAULT_EMBEDDER", "Embedder", "open_embedder"]
