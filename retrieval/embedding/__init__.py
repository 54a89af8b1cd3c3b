"""Texts as vectors."""

from retrieval.embedding.embedder import DEFAULT_EMBEDDER, Embedder, describe, open_embedder

__all__ = ["DEFAULT_EMBEDDER", "Embedder", "describe", "open_embedder"]
