"""A sentence encoder from a folder, run with onnxruntime."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retrieval.embedding.checksums import SUMS, check_sums
from retrieval.embedding.embedder import Vectors
from retrieval.errors import WeightsError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

# Texts that run together: more are slower on a processor (62 of 120 tokens a second of one core, 55 of 16), and pad more.
_BATCH = 8


class OnnxEmbedder:
    """Mean of the last layer over a text's tokens, at length one (Reimers and Gurevych, Sentence-BERT, 2019).

    The folder holds model.onnx, tokenizer.json and SHA256SUMS. Safe to use from many threads.
    """

    def __init__(self, folder: Path, *, threads: int | None = None, max_tokens: int = 256, dimensions: int = 384) -> None:
        self._folder = folder
        self._threads = threads
        self._max_tokens = max_tokens
        self._dimensions = dimensions
        self._guard = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None
        try:
            digest = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
        except OSError as error:
            raise WeightsError(f"no model in {folder}: {SUMS}: {error.strerror}; give a folder with model.onnx") from error
        self._name = f"onnx:{folder.name}:{digest[:12]}"

    @property
    def name(self) -> str:
        """The folder's name and a digest of its files."""
        return self._name

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text; of a long one its first 256 tokens.

        Raises:
            WeightsError: the files are missing or damaged.
        """
        tokenizer, session = self._load()
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        encoded = tokenizer.encode_batch_fast(list(texts)) if texts else []
        lengths = [len(text.ids) for text in encoded]
        names = {given.name for given in session.get_inputs()}
        for batch in _batches(lengths):
            ids, mask = _pad([encoded[n] for n in batch])
            feed = {"input_ids": ids, "attention_mask": mask}
            if "token_type_ids" in names:
                feed["token_type_ids"] = np.zeros_like(ids)
            hidden = session.run(None, feed)[0]
            pooled = np.matmul(mask[:, None, :].astype(np.float32), hidden)[:, 0] / mask.sum(axis=1, keepdims=True)
            vectors[batch] = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return vectors

    def _load(self) -> tuple[Tokenizer, InferenceSession]:
        with self._guard:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> tuple[Tokenizer, InferenceSession]:
        import onnxruntime  # noqa: PLC0415 -- 60 MB, and an archive that is only read needs none of it
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf  # noqa: PLC0415 -- as above
        from tokenizers import Tokenizer  # noqa: PLC0415 -- as above

        check_sums(self._folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads or 0
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            session = onnxruntime.InferenceSession(
                str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except (Fail, InvalidGraph, InvalidProtobuf, ValueError, OSError) as error:
            raise WeightsError(f"model in {self._folder} cannot be loaded: {error}") from error
        tokenizer.enable_truncation(self._max_tokens)
        tokenizer.no_padding()
        return tokenizer, session


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Texts of a like length together: padding costs time, and what is padded much is rounded worse."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == _BATCH or lengths[number] > 1.25 * lengths[batch[0]] + 4):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _pad(encoded: Sequence[Encoding]) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], ...]:
    ids = np.zeros((len(encoded), max(len(text.ids) for text in encoded)), np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(encoded):
        ids[row, : len(text.ids)] = text.ids
        mask[row, : len(text.ids)] = 1
    return ids, mask
