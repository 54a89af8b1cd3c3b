"""Ranking the pool: words, vectors and features in one weighted sum, then variety.

`retrieval.evaluation.ranking` fits the weights and tells how well they do, on queries that they were not fitted on too.
Those for questions were chosen by hand on XQuAD, MultiHop-RAG and WiCE, and newly fitted ones are no better; those for
statements are fitted on WiCE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.search.features import FEATURES
from retrieval.text.analysis import STOP_WORDS, split_words

COLUMNS = ("lexical", "dense", *FEATURES)

# No list is longer; what comes after the pool stays in the order of its words.
LONGEST = 1000

# By the columns.
QUESTION = (1.0, 2.0, 1.5, 1.0, 0.7, 1.0, 1.0, 0.5, 0.0, 0.0)
STATEMENT = (0.27, 0.56, 1.19, 2.23, 0.7, 1.09, 0.66, 0.68, 2.47, 0.15)

# A query of so many words that is no question is a statement, where it is in sentences and no list of words.
_STATEMENT_WORDS = 8
_STATEMENT_STOP_WORDS = 2
_ASKING = frozenset(
    """am are can could did do does had has have how is may might shall should was were what when where which who whom
    whose why will would""".split()  # noqa: SIM905 -- reads better than as many quoted words
)

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


def choose_weights(query: str) -> NDArray[np.float64]:
    """The weights for a query.

    A question is answered by a passage about its subject, a statement supported by one that says the same: of a statement
    all words count, and passages that are read together.
    """
    return np.array(STATEMENT if is_statement(query) else QUESTION)


def is_statement(query: str) -> bool:
    """Whether a query says something, rather than asking or naming it."""
    words = [word.casefold() for word in split_words(query)]
    if len(words) < _STATEMENT_WORDS or "?" in query or words[0] in _ASKING:
        return False
    return sum(word in STOP_WORDS for word in words) >= _STATEMENT_STOP_WORDS


def is_question(query: str) -> bool:
    """Whether a query asks something that a passage may answer; one or two words name what is looked for."""
    words = [word.casefold() for word in split_words(query)]
    return len(words) > 2 and ("?" in query or words[0] in _ASKING)


def spread_columns(
    lexical: NDArray[np.float64], dense: NDArray[np.float64], features: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The columns that are weighed, one row a candidate: both scores spread over 0 to 1, and the features.

    NaN stands for a candidate without a vector, which counts like the worst that has one.
    """
    return np.column_stack([spread(lexical), spread(dense), *features.T])


def fuse(columns: NDArray[np.float64], weights: NDArray[np.float64], *, has_vectors: bool = True) -> NDArray[np.float64]:
    """One score a candidate, 0 to 1: the weighted mean of its columns, the vectors' left out where there are none."""
    kept = weights if has_vectors else np.where(np.array(COLUMNS) == "dense", 0.0, weights)
    scores: NDArray[np.float64] = columns @ kept / kept.sum()
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
