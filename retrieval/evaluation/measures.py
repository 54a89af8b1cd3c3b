"""Measures of reading and of knowing when not to answer."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(answer: str) -> str:
    """Lower case without punctuation, articles and extra blanks (Rajpurkar et al. 2016)."""
    return " ".join(_ARTICLE.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, references: Sequence[str]) -> float:
    """1 where the answer equals a reference after normalisation, else 0."""
    return float(any(normalised(answer) == normalised(reference) for reference in references))


def word_f1(answer: str, references: Sequence[str]) -> float:
    """The best F1 (0 to 1) of the words shared with a reference (Rajpurkar et al. 2016)."""
    return max(_pair_f1(normalised(answer).split(), normalised(reference).split()) for reference in references)


def _pair_f1(words: list[str], wanted: list[str]) -> float:
    if not words or not wanted:
        return float(words == wanted)
    shared = (Counter(words) & Counter(wanted)).total()
    return 2 * shared / (len(words) + len(wanted))


def area_under_roc(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties counted half (Mann & Whitney 1947).

    Not a number where there are no positives, or no negatives.
    """
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[places]  # ties share the mean of their ranks
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if not positives or not negatives:
        return math.nan
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(confidences: NDArray[np.float64], labels: NDArray[np.bool_], *, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return float(
        sum(
            (places == place).mean() * abs(confidences[places == place].mean() - labels[places == place].mean())
            for place in np.unique(places)
        )
    )


def fit_platt(
    scores: NDArray[np.float64],
    labels: NDArray[np.bool_],
    *,
    shares: NDArray[np.float64] | None = None,
    steps: int = 50,
) -> tuple[float, float]:
    """Slope and offset of the logistic curve from score to probability, by Newton's method.

    ``shares`` is what each score counts, one each unless given.
    Targets are drawn in from 0 and 1 as Platt (1999) proposed, so that the fit stays finite on separable data.
    """
    count = int(labels.sum())
    targets = np.where(labels, (count + 1) / (count + 2), 1 / (len(labels) - count + 2))
    counts = np.ones_like(scores) if shares is None else shares
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    weights = np.zeros(2)
    for _ in range(steps):
        fitted = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (counts * (fitted - targets))
        curvature = (design * (counts * fitted * (1 - fitted))[:, None]).T @ design + 1e-6 * np.eye(2)
        weights -= np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])
