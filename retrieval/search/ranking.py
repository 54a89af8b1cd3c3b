"""Ranking the pool: words, vectors and features in one weighted sum, then variety.

The weights were chosen by hand, by leaving out and changing one at a time on XQuAD, MultiHop-RAG and WiCE: figures on these
sets are not held out. A plain sum of the two scores is what they are measured against (`retrieval.evaluation.searching`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.search.features import FEATURES

WEIGHTS = {
    "lexical": 1.0,
    "dense": 2.0,
    "coverage": 1.5,
    "rare_coverage": 1.0,
    "pairs": 0.7,
    "pairs_anywhere": 1.0,
    "triples": 1.0,
    "numbers": 0.5,
    "context": 0.0,
    "length": 0.0,
}

# Vectors this close are the same text in other words, or a copy: it says nothing new.
_COPY_COSINE = 0.97
_COPY_SHARE = 0.5
# The passages of one article above the others before the next have to be better than theirs.
_PER_ARTICLE = 3
_ARTICLE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage in its place. ``score`` is 0 to 1; ``lexical`` is BM25, ``dense`` the cosine, None where there is none."""

    passage_id: int
    score: float
    lexical: float
    dense: float | None


def fuse(lexical: NDArray[np.float64], dense: NDArray[np.float64], features: NDArray[np.float64]) -> NDArray[np.float64]:
    """One score a candidate, 0 to 1: the weighted sum of both scores, each spread over 0 to 1, and of the features.

    NaN stands for a candidate without a vector, which counts like the worst that has one.
    """
    known = np.isfinite(dense).any()
    columns = [spread(lexical), spread(dense), *features.T]
    weights = np.array([WEIGHTS["lexical"], WEIGHTS["dense"] if known else 0.0, *(WEIGHTS[name] for name in FEATURES)])
    scores: NDArray[np.float64] = np.column_stack(columns) @ weights / weights.sum()
    return scores


def spread(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores over 0 to 1; NaN becomes 0. Where all are the same they are 1, or 0 where none is above 0."""
    known = scores[np.isfinite(scores)]
    if not len(known) or known.max() - known.min() < 1e-9:
        return (np.nan_to_num(scores) > 0).astype(np.float64)
    result: NDArray[np.float64] = np.nan_to_num((scores - known.min()) / (known.max() - known.min()))
    return result


def diversify(
    scores: NDArray[np.float64], article_ids: Sequence[str], vectors: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    """The scores again, lower for copies of a better passage, and for many passages of one article."""
    result = scores.copy()
    copies: dict[int, list[int]] = {}
    if vectors is not None and len(vectors):
        # A few rows at a time: of a larger product the linear algebra would make work for all cores, and wait for them.
        rows = [vectors[first : first + 4] @ vectors.T for first in range(0, len(vectors), 4)]
        for one, other in np.argwhere(np.triu(np.concatenate(rows) >= _COPY_COSINE, 1)).tolist():
            copies.setdefault(one, []).append(other)
            copies.setdefault(other, []).append(one)
    seen: dict[str, int] = {}
    kept: set[int] = set()
    for place in np.argsort(-scores, kind="stable").tolist():
        count = seen.get(article_ids[place], 0)
        if count >= _PER_ARTICLE:
            result[place] *= _ARTICLE_SHARE
        if not kept.isdisjoint(copies.get(place, ())):
            result[place] *= _COPY_SHARE
        else:
            kept.add(place)
        seen[article_ids[place]] = count + 1
    return result
