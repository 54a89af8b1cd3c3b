"""What of a question a passage has: the numbers that ranking weighs."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from itertools import repeat
from math import log

import numpy as np
from numpy.typing import NDArray

from retrieval.models.ranking import Candidate
from retrieval.text.analysis import STEMS, STOP_WORDS, split_words

FEATURES = ("coverage", "rare_coverage", "pairs", "pairs_anywhere", "triples", "numbers", "context", "length")

# Of a longer query only the first words are looked at; BM25 and the vector see more of it.
_MAX_WORDS = 200
_FIRST = 0x4E00
_FULL_LENGTH = 12
# A short passage is read with what stands around it, so that so many words are read together.
_READ_TOGETHER = 140
_OTHER, _BREAK, _NOWHERE = " ", "|", "-"
_MONTHS = tuple(calendar.month_name)


class QueryShape:
    """A query's words in order, each weighed by how rare it is.

    ``frequencies`` gives in how many passages each of some terms stands, and how many passages there are. The weight is
    that of BM25 (Robertson and Zaragoza, 2009): log(1 + (N - n + 0.5) / (n + 0.5)).

    A text is matched as a string of one sign a word: each of the query's stems has one, all other words share another. Then
    whether a pair of words stands in it is whether two signs do.
    """

    def __init__(self, query: str, frequencies: Callable[[Sequence[str]], tuple[list[int], int]]) -> None:
        words = split_words(query)[:_MAX_WORDS]
        stems = [STEMS[word] for word in words]
        event_report = [word.casefold() not in STOP_WORDS for word in words]
        terms = sorted({term for term, tells in zip(stems, event_report, strict=True) if tells and term})
        counts, total = frequencies(terms)
        self._signs = {term: chr(_FIRST + number) for number, term in enumerate(dict.fromkeys(filter(None, stems)))}
        self._weights = {
            self._signs[term]: log(1 + max(total - count + 0.5, 0.5) / (count + 0.5))
            for term, count in zip(terms, counts, strict=True)
        }
        self._digits = [self._signs[term] for term in terms if any(sign.isdigit() for sign in term)]
        signs = [self._signs.get(term, _NOWHERE) for term in stems]
        joints = zip(signs, signs[1:], event_report, event_report[1:], strict=False)
        self._pairs = self._weigh([a + b for a, b, left, right in joints if left or right])
        self._triples = self._weigh(["".join(three) for three in zip(signs, signs[1:], signs[2:], strict=False)])
        self._total = sum(self._weights.values()) or 1.0
        self._total_squared = sum(weight**2 for weight in self._weights.values()) or 1.0
        self._total_pairs = sum(weight for _, weight in self._pairs) or 1.0
        self._total_triples = sum(weight for _, weight in self._triples) or 1.0
        self._besides: dict[str, str] = {}

    def measure(self, candidate: Candidate) -> tuple[float, ...]:
        """The candidate's `FEATURES`, each from 0 to 1.

        ``coverage``: which part of the query's words, by weight, stands in the passage, its title, source or date;
        ``rare_coverage``: the same with squared weights. ``pairs`` and ``triples``: which part of the neighbouring words
        are neighbours in the passage; ``pairs_anywhere``: in the title, source or date as well. ``numbers``: which part of
        the numbers is there. ``context``: as coverage, where what stands around a
        short passage counts too, the less the farther. ``length``: 1 from twelve words
        on, less below: a heading shares words with many a query and tells nothing.
        """
        text = self._encode(candidate.text)
        beside = self._besides.get(candidate.article_id)
        if beside is None:
            beside = f"{_BREAK}{self._encode(candidate.title)}{_BREAK}{self._encode(_describe(candidate))}"
            self._besides[candidate.article_id] = beside
        whole = text + beside
        matched = [weight for sign, weight in self._weights.items() if sign in whole]
        return (
            sum(matched) / self._total,
            sum(weight**2 for weight in matched) / self._total_squared,
            sum(weight for pair, weight in self._pairs if pair in text) / self._total_pairs,
            sum(weight for pair, weight in self._pairs if pair in whole) / self._total_pairs,
            sum(weight for triple, weight in self._triples if triple in text) / self._total_triples,
            sum(sign in whole for sign in self._digits) / len(self._digits) if self._digits else 0.0,
            self._cover(whole, len(text), candidate.around) / self._total,
            min(len(text) / _FULL_LENGTH, 1.0),
        )

    def _cover(self, whole: str, length: int, around: tuple[str, str]) -> float:
        """The weight of the query's words in a passage of ``length`` words, and in part of those near it."""
        reach = (_READ_TOGETHER - length) // 2
        if reach <= 0:
            return sum(weight for sign, weight in self._weights.items() if sign in whole)
        before, after = self._encode(around[0])[::-1], self._encode(around[1])
        total = 0.0
        for sign, weight in self._weights.items():
            if sign in whole:
                total += weight
                continue
            places = [place for place in (before.find(sign, 0, reach), after.find(sign, 0, reach)) if place >= 0]
            if places:
                total += weight * (1 - min(places) / reach)
        return total

    def _encode(self, text: str) -> str:
        stems = map(STEMS.__getitem__, split_words(text))
        return "".join(map(self._signs.get, stems, repeat(_OTHER)))

    def _weigh(self, groups: Sequence[str]) -> list[tuple[str, float]]:
        return [(group, sum(self._weights.get(sign, 0.0) for sign in group)) for group in groups]


def measure_all(shape: QueryShape, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """One row a candidate, one column a feature."""
    return np.array([shape.measure(candidate) for candidate in candidates]).reshape(len(candidates), len(FEATURES))


def _describe(candidate: Candidate) -> str:
    at = candidate.published
    date = f"{_MONTHS[at.month]} {at.day} {at.year}" if at else ""
    return f"{candidate.source or ''} {date}"
