"""What makes vectors of texts, and how it is chosen by URL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import InputError

Vectors = NDArray[np.float32]

DEFAULT_EMBEDDER = "minilm"
MINILM = Path(__file__).parent.parent / "weights" / "minilm"


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors of length one, so that their inner product is the cosine of the angle between them."""

    @property
    def name(self) -> str:
        """What made the vectors: vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order.

        Raises:
            EmbedderError: the model or endpoint cannot be used.
        """
        ...


def open_embedder(
    url: str | Path, *, threads: int | None = None, key: str | None = None, timeout_seconds: float = 30.0
) -> Embedder:
    """The embedder at a URL; its files are read with the first use.

    ``minilm`` is the model that comes with Dateline. A folder holds another one: model.onnx, tokenizer.json and SHA256SUMS.
    ``https://host/v1?model=NAME`` is an OpenAI-compatible endpoint, which may take a ``key``. ``threads`` are those of an
    ONNX model; None leaves them to the machine.

    Raises:
        InputError: not such a URL.
        EmbedderError: there is no model in the folder.
    """
    words = str(url)
    if words == DEFAULT_EMBEDDER:
        from retrieval.embedding.onnx import OnnxEmbedder  # noqa: PLC0415 -- the runtime loads where it is used

        return OnnxEmbedder(MINILM, threads=threads)
    parts = urlsplit(words)
    if parts.scheme in {"http", "https"}:
        from retrieval.embedding.endpoint import EndpointEmbedder  # noqa: PLC0415 -- as above

        options = parse_qs(parts.query)
        if not options.get("model"):
            raise InputError(
                f"embedder {words!r} names no model; give it as {parts.scheme}://{parts.netloc}{parts.path}?model=NAME"
            )
        base = parts._replace(query="", fragment="").geturl()
        key = key or options.get("key", [None])[0]
        return EndpointEmbedder(base, model=options["model"][0], key=key, timeout_seconds=timeout_seconds)
    if parts.scheme not in {"", "file"}:
        raise InputError(f"unknown embedder {words!r}; choose {DEFAULT_EMBEDDER}, a folder, or https://host/v1?model=NAME")
    from retrieval.embedding.onnx import OnnxEmbedder  # noqa: PLC0415 -- as above

    return OnnxEmbedder(Path(parts.path), threads=threads)
