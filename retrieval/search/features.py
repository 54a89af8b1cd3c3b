"""What of a question a passage has: the numbers that ranking weighs."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from retrieval.catalog.candidates import Candidate
from retrieval.index.analysis import STOP_WORDS, StemCodes, split_words, stem

FEATURES = ("coverage", "rare_coverage", "pairs", "pairs_anywhere", "triples", "numbers")

# Of a longer query only the first words are looked at; BM25 and the vector see more of it.
_MAX_WORDS = 200


class QueryShape:
    """A query's words in order, each weighed by how rare it is.

    ``frequencies`` gives in how many passages each of some terms stands, and how many passages there are. The weight is
    that of BM25 (Robertson and Zaragoza, 2009): log(1 + (N - n + 0.5) / (n + 0.5)).

    Stems go by numbers from 1; every word that is not of the query is 0. One shape measures one list of candidates.
    """

    def __init__(self, query: str, frequencies: Callable[[Sequence[str]], tuple[list[int], int]]) -> None:
        words = split_words(query)[:_MAX_WORDS]
        stems = [stem(word) for word in words]
        telling = [word.casefold() not in STOP_WORDS for word in words]
        terms = sorted({term for term, tells in zip(stems, telling, strict=True) if tells and term})
        counts, total = frequencies(terms)
        numbers = {term: number for number, term in enumerate(dict.fromkeys(filter(None, stems)), 1)}
        self._codes = StemCodes(numbers)
        self._weights = {
            numbers[term]: log(1 + max(total - count + 0.5, 0.5) / (count + 0.5))
            for term, count in zip(terms, counts, strict=True)
        }
        self._digits = {numbers[term] for term in terms if any(sign.isdigit() for sign in term)}
        codes = [numbers.get(term, -1) for term in stems]  # a word that the index would drop is nowhere
        joints = zip(codes, codes[1:], telling, telling[1:], strict=False)
        self._pairs = self._weigh([(a, b) for a, b, left, right in joints if left or right])
        self._triples = self._weigh(list(zip(codes, codes[1:], codes[2:], strict=False)))
        self._total = sum(self._weights.values()) or 1.0
        self._total_squared = sum(weight**2 for weight in self._weights.values()) or 1.0
        self._total_pairs = sum(weight for _, weight in self._pairs) or 1.0
        self._total_triples = sum(weight for _, weight in self._triples) or 1.0

    def measure(self, candidate: Candidate) -> tuple[float, ...]:
        """The candidate's `FEATURES`, each from 0 to 1.

        ``coverage``: which part of the query's words, by weight, stands in the passage, its title, source or date;
        ``rare_coverage``: the same with squared weights. ``pairs`` and ``triples``: which part of the neighbouring words
        are neighbours in the passage; ``pairs_anywhere``: in the title, source or date as well. ``numbers``: which part of
        the numbers is there.
        """
        text = self._encode(candidate.text)
        title = self._encode(candidate.title)
        beside = self._encode(_describe(candidate))
        words = {*text, *title, *beside}
        matched = [weight for term, weight in self._weights.items() if term in words]
        pairs = set(pairwise(text))
        wider = pairs.union(pairwise(title), pairwise(beside)) if title or beside else pairs
        triples = set(zip(text, text[1:], text[2:], strict=False)) if self._triples else set()
        return (
            sum(matched) / self._total,
            sum(weight**2 for weight in matched) / self._total_squared,
            sum(weight for pair, weight in self._pairs if pair in pairs) / self._total_pairs,
            sum(weight for pair, weight in self._pairs if pair in wider) / self._total_pairs,
            sum(weight for triple, weight in self._triples if triple in triples) / self._total_triples,
            len(self._digits & words) / len(self._digits) if self._digits else 0.0,
        )

    def _encode(self, text: str) -> list[int]:
        codes = self._codes
        return [codes[word] for word in split_words(text)]

    def _weigh(self, groups: Sequence[tuple[int, ...]]) -> list[tuple[tuple[int, ...], float]]:
        return [(group, sum(self._weights.get(term, 0.0) for term in group)) for group in groups]


def measure_all(shape: QueryShape, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """One row a candidate, one column a feature."""
    return np.array([shape.measure(candidate) for candidate in candidates]).reshape(len(candidates), len(FEATURES))


def _describe(candidate: Candidate) -> str:
    at = candidate.published
    date = f"{month_name[at.month]} {at.day} {at.year}" if at else ""
    return f"{candidate.source or ''} {date}"
