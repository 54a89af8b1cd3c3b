"""The span reader: a small neural model that finds answers in passages and, by the same scores, ranks the passages."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import WeightsError
from retrieval.span_reader.token_spans import best_spans, window_starts

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parents[1] / "weights" / "reader"

_CLS, _SEP = 101, 102
_QUESTION_TOKENS = 48
# More at once are not faster, and take more memory.
_TOKENS_PER_RUN = 512


@dataclass(frozen=True, slots=True)
class Reading:
    """A span of a passage that may answer the question.

    ``passage`` counts in the order the passages were given; ``passages[passage][start:end]`` is the answer. ``score`` is
    the span's logit and ``no_answer`` that of "this passage does not answer"; ``confidence`` (0 to 1) is the calibrated
    probability that the passage answers the question.
    """

    passage: int
    start: int
    end: int
    score: float
    no_answer: float
    confidence: float

    @property
    def margin(self) -> float:
        """How far the span beats "no answer"; comparable between passages, so its maximum ranks them."""
        return self.score - self.no_answer


@dataclass(frozen=True, slots=True)
class ReaderManifest:
    """What belongs to a trained reader: its files with their SHA-256, the lengths it reads and its calibration.

    ``confidence = 1 / (1 + exp(-(slope * margin + offset)))`` (Platt 1999).
    """

    model: str
    model_sha256: str
    tokenizer: str
    tokenizer_sha256: str
    max_length: int
    stride: int
    max_answer_tokens: int
    slope: float
    offset: float

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads ``manifest.json``.

        Raises:
            WeightsError: it is missing or cannot be read.
        """
        path = folder / "manifest.json"
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise WeightsError(
                f"the reader's manifest {path} cannot be read ({error}); install the package again"
            ) from error

    def save(self, folder: Path) -> None:
        """Writes ``manifest.json`` as `load` reads it."""
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


@dataclass(frozen=True, slots=True)
class _Window:
    passage: int
    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    continues: list[bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Logits:
    """The logits of a window's passage tokens, [tokens], and the sum of those of [CLS]."""

    offsets: list[tuple[int, int]]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    no_answer: float


@dataclass(frozen=True, slots=True, eq=False)
class PassageReading:
    """What the reader makes of one passage: its best ``readings``, and by `margin_of` of any other span."""

    readings: tuple[Reading, ...]
    _windows: tuple[_Logits, ...]

    @property
    def margin(self) -> float:
        """The margin of the best reading, by which passages rank; ``-inf`` where there is none."""
        return self.readings[0].margin if self.readings else -math.inf

    def margin_of(self, start: int, end: int) -> float:
        """The margin of the characters ``start`` to ``end``; ``-inf`` where no window holds them."""
        best = -math.inf
        for window in self._windows:
            first = next((n for n, (_, stop) in enumerate(window.offsets) if stop > start), None)
            last = next((n for n in range(len(window.offsets) - 1, -1, -1) if window.offsets[n][0] < end), None)
            if first is None or last is None or first > last:
                continue
            if window.offsets[first][0] >= end or window.offsets[last][1] <= start:
                continue
            best = max(best, float(window.starts[first] + window.ends[last]) - window.no_answer)
        return best


class SpanReader:
    """Reads passages for the answer to a question; one forward pass gives spans and the passage's own score.

    The method is extractive reading with a no-answer score at [CLS] (Devlin et al. 2019, section 4.3). Safe to share
    between threads.

    Example:
        >>> reader = SpanReader.load()
        >>> reading = reader.read("Who won?", ["The cup went to Ajax."], top_k=1)[0]
        >>> "The cup went to Ajax."[reading.start : reading.end]
        'Ajax'
    """

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer, manifest: ReaderManifest) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._manifest = manifest

    @classmethod
    def load(cls, folder: Path = WEIGHTS, *, threads: int = 2) -> Self:
        """The reader whose files lie in ``folder``, running on this many threads.

        Raises:
            WeightsError: a file is missing or is not the one the manifest names.
        """
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - slow to import, and not all who import us read
        from tokenizers import Tokenizer  # noqa: PLC0415

        manifest = ReaderManifest.load(folder)
        model = _checked(folder / manifest.model, manifest.model_sha256)
        tokenizer = Tokenizer.from_str(_checked(folder / manifest.tokenizer, manifest.tokenizer_sha256).decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads take the cores from the server's event loop between calls.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # What a run takes is given back after it: kept, it was 75 MB, and no faster.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        return cls(InferenceSession(model, options, providers=["CPUExecutionProvider"]), tokenizer, manifest)

    def read(
        self, question: str, passages: Sequence[str], *, top_k: int = 10, per_passage: int = 2, enough: float | None = None
    ) -> list[Reading]:
        """The ``top_k`` best readings over all passages, largest margin first.

        Passages are read in the order given, some at a time. Where ``enough`` is set, reading stops after the first
        group with a margin that large: put the most promising passages first.
        """
        readings: list[Reading] = []
        for group in self.iter_passages(question, passages, per_passage=per_passage):
            readings.extend(reading for found in group for reading in found.readings)
            if enough is not None and any(reading.margin >= enough for reading in readings):
                break
        readings.sort(key=lambda reading: (-reading.margin, reading.passage, reading.start))
        return readings[:top_k]

    def score_passages(self, question: str, passages: Sequence[str]) -> list[float]:
        """For each passage the margin of its best reading, for ranking; ``-inf`` for a passage without words."""
        groups = self.iter_passages(question, passages, per_passage=1)
        return [found.margin for group in groups for found in group]

    def iter_passages(
        self, question: str, passages: Sequence[str], *, per_passage: int = 2, group_size: int = 16
    ) -> Iterator[list[PassageReading]]:
        """What is read in each passage, one group of passages after another; work stops when iteration does."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION_TOKENS]
        for first in range(0, len(passages), group_size):
            group = passages[first : first + group_size]
            windows = self._windows(asked, group)
            found: list[list[Reading]] = [[] for _ in group]
            logits: list[list[_Logits]] = [[] for _ in group]
            for window, scores in self._scored(windows):
                logits[window.passage].append(scores)
                found[window.passage].extend(self._readings(window, scores, first=first, count=per_passage))
            yield [
                PassageReading(tuple(_distinct(readings)[:per_passage]), tuple(scores))
                for readings, scores in zip(found, logits, strict=True)
            ]

    def _windows(self, asked: list[int], passages: Sequence[str]) -> list[_Window]:
        room = self._manifest.max_length - len(asked) - 3
        windows = []
        for number, encoding in enumerate(self._tokenizer.encode_batch(list(passages), add_special_tokens=False)):
            continues = [token.startswith("##") for token in encoding.tokens]
            for start in window_starts(len(encoding.ids), room=room, stride=self._manifest.stride):
                inside = slice(start, start + room)
                ids = [_CLS, *asked, _SEP, *encoding.ids[inside], _SEP]
                types = [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)
                windows.append(_Window(number, ids, types, encoding.offsets[inside], continues[inside]))
        return windows

    def _scored(self, windows: list[_Window]) -> Iterator[tuple[_Window, _Logits]]:
        """Each window with its logits; windows of like length run together, so little is padding."""
        ordered = sorted((window for window in windows if window.offsets), key=lambda window: -len(window.ids))
        position = 0
        while position < len(ordered):
            width = len(ordered[position].ids)
            batch = ordered[position : position + max(1, _TOKENS_PER_RUN // width)]
            position += len(batch)
            ids = np.zeros((len(batch), width), np.int64)
            mask = np.zeros_like(ids)
            types = np.zeros_like(ids)
            for row, window in enumerate(batch):
                ids[row, : len(window.ids)] = window.ids
                mask[row, : len(window.ids)] = 1
                types[row, : len(window.ids)] = window.types
            outputs = self._session.run(["start", "end"], {"ids": ids, "mask": mask, "types": types})
            starts, ends = (np.asarray(output, np.float32) for output in outputs)
            for row, window in enumerate(batch):
                own = slice(len(window.ids) - 1 - len(window.offsets), len(window.ids) - 1)
                no_answer = float(starts[row, 0] + ends[row, 0])
                yield window, _Logits(window.offsets, starts[row, own], ends[row, own], no_answer)

    def _readings(self, window: _Window, logits: _Logits, *, first: int, count: int) -> list[Reading]:
        spans = best_spans(
            logits.starts,
            logits.ends,
            continues=np.array(window.continues),
            max_tokens=self._manifest.max_answer_tokens,
            count=count,
        )
        return [
            Reading(
                passage=first + window.passage,
                start=window.offsets[span.first][0],
                end=window.offsets[span.last][1],
                score=span.score,
                no_answer=logits.no_answer,
                confidence=self._confidence(span.score - logits.no_answer),
            )
            for span in spans
        ]

    def _confidence(self, margin: float) -> float:
        return 0.5 * (1 + math.tanh(0.5 * (self._manifest.slope * margin + self._manifest.offset)))


def _distinct(readings: list[Reading]) -> list[Reading]:
    """Best first, without those that overlap a better one (windows overlap too)."""
    kept: list[Reading] = []
    for reading in sorted(readings, key=lambda reading: -reading.margin):
        if all(reading.end <= other.start or other.end <= reading.start for other in kept):
            kept.append(reading)
    return kept


@cache
def shared_reader() -> SpanReader:
    """The reader that the package ships with, loaded once in a process.

    Raises:
        WeightsError: a file is missing or is not the one the manifest names.
    """
    return SpanReader.load()


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"the reader's file {path} is missing; install the package again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(f"the reader's file {path} has SHA-256 {found}, not {sha256}; install the package again")
    return content
