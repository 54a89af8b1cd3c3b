"""Examples drawn, made unanswerable or not, cut to length, and padded to the arrays that student and teacher read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.training.examples import Examples
from retrieval.training.mixture import Share

CLS, SEP = 101, 102
# MPNet's vocabulary is BERT's, four places further on, with its own marks: <s> question </s></s> passage </s>.
_TEACHER_SHIFT = 4
_TEACHER_START, _TEACHER_PAD, _TEACHER_END = 0, 1, 2
# Of the questions made unanswerable: altered ones, those with another passage, the rest without the telling sentences.
_ALTERED, _ELSEWHERE = 0.5, 0.82
_POOL_BATCHES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """Token ids of a question and of a window of a passage, with the window's tokens (first, last) that answer.

    ``spans`` is [answers, 2], and empty where the window does not answer.
    """

    question: NDArray[np.int64]
    passage: NDArray[np.int64]
    spans: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.question) + len(self.passage) + 3


class Draws:
    """Draws examples without end; each source runs through all of its own before one comes again."""

    def __init__(self, examples: Examples, shares: Mapping[str, Share], *, chance: np.random.Generator) -> None:
        self._examples = examples
        self._chance = chance
        known = [number for number, source in enumerate(examples.sources) if np.any(examples.source == number)]
        weights = np.array([shares[examples.sources[number]].draws for number in known])
        self._weights = weights / weights.sum()
        self._unanswerable = [shares[examples.sources[number]].unanswerable for number in known]
        self._rounds = [self._round(np.flatnonzero(examples.source == number)) for number in known]

    def _round(self, numbers: NDArray[np.int64]) -> Iterator[int]:
        while True:
            yield from self._chance.permutation(numbers).tolist()

    def draw(self, *, max_length: int, unanswerable: float = 1.0) -> Feature:
        """The next example in at most ``max_length`` tokens; ``unanswerable`` multiplies the sources' own shares."""
        source = int(self._chance.choice(len(self._rounds), p=self._weights))
        number = next(self._rounds[source])
        is_spoiled = self._chance.random() < self._unanswerable[source] * unanswerable
        drawn = self._examples
        question, passage = drawn.questions[number], drawn.passages[drawn.passage[number]]
        spans = drawn.spans[number].reshape(-1, 2)
        if is_spoiled and len(spans):
            question, passage, spans = self._spoil(number, question, passage, spans)
        return self._cut(question, passage, spans, room=max_length - len(question) - 3)

    def _spoil(
        self, number: int, question: NDArray[np.int64], passage: NDArray[np.int64], spans: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Made unanswerable in one of the ways; as it is where that one cannot be done."""
        drawn = self._examples
        way = self._chance.random()
        if way < _ALTERED:
            altered = [rows[number] for rows in drawn.altered.values() if len(rows[number])]
            return (
                (altered[self._chance.integers(len(altered))], passage, spans[:0])
                if altered
                else (question, passage, spans)
            )
        if way < _ELSEWHERE:
            others = drawn.negatives[number][drawn.negatives[number] >= 0]
            return (
                (question, drawn.passages[self._chance.choice(others)], spans[:0])
                if len(others)
                else (question, passage, spans)
            )
        telling = drawn.telling[number].reshape(-1, 2)
        is_left = np.ones(len(passage), bool)
        for first, end in telling:
            is_left[first:end] = False
        return (question, passage[is_left], spans[:0]) if len(telling) else (question, passage, spans)

    def _cut(
        self, question: NDArray[np.int64], passage: NDArray[np.int64], spans: NDArray[np.int64], *, room: int
    ) -> Feature:
        """A window of the passage at random, around an answer where there is one."""
        if len(passage) <= room:
            return Feature(question, passage, spans)
        lowest, highest = 0, len(passage) - room
        if len(spans):
            first, last = self._chance.permutation(spans)[0].tolist()
            lowest, highest = max(0, last + 1 - room), min(first, highest)
        start = int(self._chance.integers(lowest, highest + 1)) if lowest <= highest else lowest
        moved = spans - start
        inside = moved[(moved[:, 0] >= 0) & (moved[:, 1] < room)]
        return Feature(question, passage[start : start + room], inside)

    def iter_batches(
        self, size: int, *, max_length: int, unanswerable: float = 1.0
    ) -> Iterator[dict[str, NDArray[np.int64] | NDArray[np.float32]]]:
        """Batches of like length, so that little is padding, in random order."""
        while True:
            pool = [self.draw(max_length=max_length, unanswerable=unanswerable) for _ in range(size * _POOL_BATCHES)]
            pool.sort(key=len)
            for start in self._chance.permutation(range(0, len(pool), size)).tolist():
                yield padded(pool[start : start + size])


def padded(features: Sequence[Feature]) -> dict[str, NDArray[np.int64] | NDArray[np.float32]]:
    """One batch, padded at the right to its longest member.

    The student's ``ids``, ``mask`` and ``types``, and ``start`` and ``end``, the share of the annotators for each token
    ([CLS] has it all where none answers), are [batch, tokens]; the teacher's ``teacher_ids`` and ``teacher_mask`` are
    [batch, tokens + 1], since it has two marks between question and passage.
    """
    width = max(len(feature) for feature in features)
    shape = (len(features), width)
    ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
    start, end = (np.zeros(shape, np.float32) for _ in range(2))
    teacher_ids = np.full((len(features), width + 1), _TEACHER_PAD, np.int64)
    teacher_mask = np.zeros((len(features), width + 1), np.int64)
    for row, feature in enumerate(features):
        asked, told = feature.question, feature.passage
        before = len(asked) + 2
        whole = [CLS, *asked, SEP, *told, SEP]
        ids[row, : len(whole)] = whole
        mask[row, : len(whole)] = 1
        types[row, before : len(whole)] = 1
        for first, last in feature.spans:
            start[row, before + first] += 1 / len(feature.spans)
            end[row, before + last] += 1 / len(feature.spans)
        if not len(feature.spans):
            start[row, 0] = end[row, 0] = 1.0
        asked, told = asked + _TEACHER_SHIFT, told + _TEACHER_SHIFT
        taught = [_TEACHER_START, *asked, _TEACHER_END, _TEACHER_END, *told, _TEACHER_END]
        teacher_ids[row, : len(taught)] = taught
        teacher_mask[row, : len(taught)] = 1
    return {
        "ids": ids,
        "mask": mask,
        "types": types,
        "start": start,
        "end": end,
        "teacher_ids": teacher_ids,
        "teacher_mask": teacher_mask,
    }
