"""What of a question a passage has: the numbers that ranking weighs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.catalog.candidates import Candidate
from retrieval.index.analysis import STOP_WORDS, stem

FEATURES = ("coverage", "rare_coverage", "pairs", "pairs_anywhere", "triples", "numbers")

# Of a longer query only the first words are looked at; BM25 and the vector see more of it.
_MAX_WORDS = 200
_WORD = re.compile(r"\w+")


class QueryShape:
    """A query's words in order, each weighed by how rare it is.

    ``frequencies`` gives in how many passages each of some terms stands, and how many passages there are. The weight is
    that of BM25 (Robertson and Zaragoza, 2009): log(1 + (N - n + 0.5) / (n + 0.5)).
    """

    def __init__(self, query: str, frequencies: Callable[[Sequence[str]], tuple[list[int], int]]) -> None:
        words = _WORD.findall(query)[:_MAX_WORDS]
        stems = [stem(word) for word in words]
        telling = [word.casefold() not in STOP_WORDS for word in words]
        terms = sorted({term for term, tells in zip(stems, telling, strict=True) if tells and term})
        counts, total = frequencies(terms)
        self.weights = {
            term: float(np.log(1 + max(total - count + 0.5, 0.5) / (count + 0.5)))
            for term, count in zip(terms, counts, strict=True)
        }
        self.numbers = {term for term in terms if any(sign.isdigit() for sign in term)}
        joints = zip(stems, stems[1:], telling, telling[1:], strict=False)
        self.pairs = self._weigh([(a, b) for a, b, left, right in joints if left or right])
        self.triples = self._weigh(list(zip(stems, stems[1:], stems[2:], strict=False)))
        self.total = sum(self.weights.values()) or 1.0
        self.total_squared = sum(weight**2 for weight in self.weights.values()) or 1.0
        self.total_pairs = sum(weight for _, weight in self.pairs) or 1.0
        self.total_triples = sum(weight for _, weight in self.triples) or 1.0

    def measure(self, candidate: Candidate) -> tuple[float, ...]:
        """The candidate's `FEATURES`, each from 0 to 1.

        ``coverage``: which part of the query's words, by weight, stands in the passage, its title, source or date;
        ``rare_coverage``: the same with squared weights. ``pairs`` and ``triples``: which part of the neighbouring words
        are neighbours in the passage; ``pairs_anywhere``: in the title, source or date as well. ``numbers``: which part of
        the numbers is there.
        """
        text = [stem(word) for word in _WORD.findall(candidate.text)]
        title = [stem(word) for word in _WORD.findall(candidate.title)]
        beside = [stem(word) for word in _WORD.findall(_describe(candidate))]
        words = {*text, *title, *beside}
        matched = [weight for term, weight in self.weights.items() if term in words]
        pairs = set(pairwise(text))
        wider = pairs.union(pairwise(title), pairwise(beside))
        triples = set(zip(text, text[1:], text[2:], strict=False))
        return (
            sum(matched) / self.total,
            sum(weight**2 for weight in matched) / self.total_squared,
            sum(weight for pair, weight in self.pairs if pair in pairs) / self.total_pairs,
            sum(weight for pair, weight in self.pairs if pair in wider) / self.total_pairs,
            sum(weight for triple, weight in self.triples if triple in triples) / self.total_triples,
            len(self.numbers & words) / len(self.numbers) if self.numbers else 0.0,
        )

    def _weigh(self, groups: Sequence[tuple[str, ...]]) -> list[tuple[tuple[str, ...], float]]:
        return [(group, sum(self.weights.get(term, 0.0) for term in group)) for group in groups]


def measure_all(shape: QueryShape, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """One row a candidate, one column a feature."""
    return np.array([shape.measure(candidate) for candidate in candidates]).reshape(len(candidates), len(FEATURES))


def _describe(candidate: Candidate) -> str:
    date = f"{candidate.published:%B} {candidate.published.day} {candidate.published.year}" if candidate.published else ""
    return f"{candidate.source or ''} {date}"
