"""Measures of a ranked list, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries with its 95 % interval."""

    mean: float
    low: float
    high: float


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Which part of the relevant is among the first ``k``."""
    return len(set(ranked[:k]).intersection(relevant)) / len(relevant)


def hit(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 where any of the relevant is among the first ``k``, else 0."""
    return float(any(id_ in relevant for id_ in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """One over the rank of the first relevant among the first ``k``, else 0."""
    return next((1 / rank for rank, id_ in enumerate(ranked[:k], 1) if id_ in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002), every relevant one counting 1."""
    gain = sum(1 / math.log2(rank + 1) for rank, id_ in enumerate(ranked[:k], 1) if id_ in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


def average_precision(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """The mean, over the relevant, of the precision at their ranks; those not in the list count 0."""
    found, total = 0, 0.0
    for rank, id_ in enumerate(ranked, 1):
        if id_ in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def measure(ranked: Sequence[str], relevant: Collection[str], supports: Sequence[Collection[str]] = ()) -> dict[str, float]:
    """Every measure of one query, by name. Of ``supports`` any one set will do: recall is that of the best found."""
    sets = supports or (relevant,)
    named = {f"recall@{k}": max(recall(ranked, some, k) for some in sets) for k in (1, 4, 5, 10, 20)}
    named["hit@1"] = hit(ranked, relevant, 1)
    named["MRR@10"] = reciprocal_rank(ranked, relevant, 10)
    named["nDCG@10"] = ndcg(ranked, relevant, 10)
    named["MAP"] = average_precision(ranked, relevant)
    return named


def estimate(values: Sequence[float], *, seed: int = 0, samples: int = 1000) -> Estimate:
    """The mean, with the percentile interval of a bootstrap over queries (Efron and Tibshirani, 1993)."""
    scores = np.asarray(values)
    if not len(scores):
        return Estimate(math.nan, math.nan, math.nan)
    drawn = np.random.default_rng(seed).integers(0, len(scores), (samples, len(scores)))
    low, high = np.quantile(scores[drawn].mean(axis=1), [0.025, 0.975])
    return Estimate(float(scores.mean()), float(low), float(high))


def resample(statistic: Callable[[NDArray[np.intp]], float], count: int, *, seed: int = 0, samples: int = 1000) -> Estimate:
    """The same for what is no mean: ``statistic`` gets the places (of ``count``) of those that it is to be taken over.

    Samples where it is not a number do not count.
    """
    chance = np.random.default_rng(seed)
    found = np.array([statistic(chance.integers(0, count, count)) for _ in range(samples)])
    low, high = np.nanquantile(found, [0.025, 0.975])
    return Estimate(statistic(np.arange(count)), float(low), float(high))


def summarize(measured: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    """The estimate of each measure over all queries."""
    names = list(measured[0]) if measured else []
    return {name: estimate([one[name] for one in measured]) for name in names}
