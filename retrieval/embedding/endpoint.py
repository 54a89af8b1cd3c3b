"""Vectors from an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import httpx
import numpy as np

from retrieval.embedding.embedder import Vectors
from retrieval.errors import EmbedderError

_BATCH = 64


class EndpointEmbedder:
    """Asks ``POST {base}/embeddings``. Safe to use from many threads; nothing is sent before the first use."""

    def __init__(self, base: str, *, model: str, key: str | None = None, timeout_seconds: float = 30.0) -> None:
        self._base = base.rstrip("/")
        self._model = model
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout_seconds)
        self._dimensions: int | None = None

    @property
    def name(self) -> str:
        """The model's name and where it is, without the key."""
        return f"endpoint:{self._base}:{self._model}"

    @property
    def dimensions(self) -> int:
        """The length of a vector; asks the endpoint the first time."""
        if self._dimensions is None:
            self._dimensions = self.embed(["dimensions"]).shape[1]
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text.

        Raises:
            EmbedderError: the endpoint cannot be reached, or answers with something else than vectors.
        """
        if not texts:
            return np.zeros((0, self._dimensions or 0), np.float32)
        parts = [self._ask(texts[first : first + _BATCH]) for first in range(0, len(texts), _BATCH)]
        vectors = np.concatenate(parts)
        self._dimensions = int(vectors.shape[1])
        normed: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return normed

    def _ask(self, texts: Sequence[str]) -> Vectors:
        url = f"{self._base}/embeddings"
        try:
            response = self._client.post(url, json={"model": self._model, "input": list(texts), "encoding_format": "float"})
        except httpx.HTTPError as error:
            raise EmbedderError(f"embedder {url} cannot be reached: {error}; check the URL, or choose minilm") from error
        if response.status_code != HTTPStatus.OK:
            raise EmbedderError(f"embedder {url} answered {response.status_code}: {response.text[:200]}")
        try:
            rows = sorted(response.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderError(f"embedder {url} answered no vectors: {response.text[:200]}") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EmbedderError(f"embedder {url} answered {vectors.shape} numbers for {len(texts)} texts")
        return vectors
