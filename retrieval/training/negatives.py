"""Passages that do not answer a question although they look as if they might."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from retrieval.training.questions import Question

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_BM25_K1, _BM25_B = 1.2, 0.75
# Shorter ones are single sentences, which rarely look as if they might answer another's question.
_LEAST_CHARACTERS = 250
_DEPTH = 14
_ALWAYS_COUNTED = 20


class HardNegatives:
    """Finds passages that BM25 ranks high for a question and that hold none of its answers.

    ``passages`` are all there are; results count among them.
    """

    def __init__(self, passages: Sequence[str]) -> None:
        self._numbers = [number for number, passage in enumerate(passages) if len(passage) > _LEAST_CHARACTERS]
        self._passages = [passages[number] for number in self._numbers]
        self._lowered = [passage.lower() for passage in self._passages]
        self._ranking = _Bm25(self._passages)

    def find(self, question: Question, *, count: int) -> list[int]:
        """The numbers of up to ``count`` passages, best first."""
        answers = _answers(question)
        fitting = (
            self._numbers[index]
            for index in self._ranking.top(question.text, _DEPTH)
            if self._passages[index] != question.passage and not any(answer in self._lowered[index] for answer in answers)
        )
        return list(itertools.islice(fitting, count))


def telling_sentences(question: Question, *, least_left: int = 150) -> list[tuple[int, int]]:
    """The character ranges of the sentences that tell an answer; without them the passage does not answer.

    None where less than ``least_left`` characters would be left.
    """
    passage = question.passage
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(passage)), len(passage)]
    answers = _answers(question)
    ranges = [
        (start, end)
        for start, end in itertools.pairwise(bounds)
        if any(start < stop and begin < end for begin, stop in question.answers)
        or any(answer in passage[start:end].lower() for answer in answers)
    ]
    return ranges if sum(end - start for start, end in ranges) <= len(passage) - least_left else []


def _answers(question: Question) -> set[str]:
    return {question.passage[start:end].lower() for start, end in question.answers}


class _Bm25:
    """Okapi BM25 (Robertson & Zaragoza 2009) over some ten thousand passages in memory."""

    def __init__(self, passages: Iterable[str]) -> None:
        counts = [Counter(_WORD.findall(passage.lower())) for passage in passages]
        mean = sum(sum(count.values()) for count in counts) / max(1, len(counts))
        holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, count in enumerate(counts):
            norm = _BM25_K1 * (1 - _BM25_B + _BM25_B * sum(count.values()) / mean)
            for word, times in count.items():
                holders[word].append((index, times * (_BM25_K1 + 1) / (times + norm)))
        self._holders = holders
        self._size = len(counts)

    def top(self, query: str, depth: int) -> list[int]:
        scores: dict[int, float] = defaultdict(float)
        for word in set(_WORD.findall(query.lower())):
            held = self._holders.get(word, ())
            if len(held) > max(_ALWAYS_COUNTED, self._size // 12):
                continue  # words that so many passages have say little, and cost most
            weight = math.log(1 + (self._size - len(held) + 0.5) / (len(held) + 0.5))
            for index, part in held:
                scores[index] += weight * part
        return sorted(scores, key=lambda index: -scores[index])[:depth]
