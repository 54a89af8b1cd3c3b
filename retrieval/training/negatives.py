"""Passages that do not answer a question although they look as if they might."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from retrieval.training.questions import Question

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NUMBER = re.compile(r"\b\d[\d,]*\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: (?:of the |of )?[A-Z][\w'’-]+)*")
_BM25_K1, _BM25_B = 1.2, 0.75


class HardNegatives:
    """Draws unanswerable questions in the manner of SQuAD 2.0 (Rajpurkar et al. 2018), without annotators.

    Four kinds: a passage that BM25 ranks high, a passage of the same article, the same passage without the
    sentences that hold the answer, and the same passage with a number or name of the question exchanged.
    """

    def __init__(self, questions: Sequence[Question], *, depth: int = 12) -> None:
        self._passages = list(dict.fromkeys(question.passage for question in questions))
        self._lowered = [passage.lower() for passage in self._passages]
        self._ranking = _Bm25(self._passages)
        self._depth = depth
        self._of_title: dict[str, list[int]] = defaultdict(list)
        number = {passage: index for index, passage in enumerate(self._passages)}
        titles = {question.passage: question.title for question in questions}
        for passage, title in titles.items():
            self._of_title[title].append(number[passage])
        self._names: dict[str, list[str]] = defaultdict(list)
        for question in questions:
            self._names[question.title].extend(_NAME.findall(question.text))

    def draw(self, question: Question, chance: random.Random) -> Question | None:
        """An unanswerable question made from this answerable one, or None where the kind drawn cannot be made."""
        kind = chance.random()
        if kind < 0.45:
            return self._elsewhere(question, self._ranking.top(question.text, self._depth), chance)
        if kind < 0.60:
            nearby = self._of_title[question.title]
            return self._elsewhere(question, chance.sample(nearby, min(8, len(nearby))), chance)
        if kind < 0.85:
            return _without_the_answer(question)
        return self._exchanged(question, chance)

    def _elsewhere(self, question: Question, candidates: list[int], chance: random.Random) -> Question | None:
        answers = {question.passage[start:end].lower() for start, end in question.answers}
        fitting = [
            index
            for index in candidates
            if self._passages[index] != question.passage and not any(answer in self._lowered[index] for answer in answers)
        ]
        if not fitting:
            return None
        return Question(question.text, self._passages[chance.choice(fitting)], (), question.title, question.source)

    def _exchanged(self, question: Question, chance: random.Random) -> Question | None:
        numbers = list(_NUMBER.finditer(question.text))
        if numbers:
            number = chance.choice(numbers)
            return self._exchange(question, number, _numbers_near(number.group(), chance), chance)
        names = list(_NAME.finditer(question.text))
        if not names:
            return None
        name = chance.choice(names)
        others = [other for other in self._names[question.title] if other not in name.group() and name.group() not in other]
        return self._exchange(question, name, others, chance)

    def _exchange(
        self, question: Question, found: re.Match[str], others: Sequence[str], chance: random.Random
    ) -> Question | None:
        lowered = question.passage.lower()
        strangers = [other for other in others if other.lower() not in lowered]
        if found.group().lower() not in lowered or not strangers:
            return None
        text = question.text[: found.start()] + chance.choice(strangers) + question.text[found.end() :]
        return Question(text, question.passage, (), question.title, question.source)


def _numbers_near(number: str, chance: random.Random) -> list[str]:
    value = int(number.replace(",", ""))
    if 1000 <= value <= 2100 and "," not in number:
        return [str(value + chance.choice([-1, 1]) * chance.randint(2, 40)) for _ in range(4)]
    return [str(max(1, value + chance.choice([-1, 1]) * chance.randint(1, max(3, value // 2)))) for _ in range(4)]


def _without_the_answer(question: Question) -> Question | None:
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(question.passage)), len(question.passage)]
    answers = {question.passage[start:end].lower() for start, end in question.answers}
    kept = [
        question.passage[start:end]
        for start, end in itertools.pairwise(bounds)
        if not any(start < stop and begin < end for begin, stop in question.answers)
        and not any(answer in question.passage[start:end].lower() for answer in answers)
    ]
    passage = "".join(kept).strip()
    if len(passage.split()) < 30:
        return None
    return Question(question.text, passage, (), question.title, question.source)


class _Bm25:
    """Okapi BM25 (Robertson & Zaragoza 2009) over few thousand passages in memory."""

    def __init__(self, passages: Sequence[str]) -> None:
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
            if len(held) > self._size // 4:
                continue
            weight = math.log(1 + (self._size - len(held) + 0.5) / (len(held) + 0.5))
            for index, part in held:
                scores[index] += weight * part
        return sorted(scores, key=lambda index: -scores[index])[:depth]
