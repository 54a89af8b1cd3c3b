"""Fitting the weights of search: ``python -m retrieval.evaluation.ranking DATA``, the folder of data sets.

Weights for questions are fitted on XQuAD, MultiHop-RAG and SQuADShifts' questions on new Wikipedia paragraphs, those for
statements on WiCE's claims. Coordinate ascent (Metzler and Croft, 2007) changes one weight at a time to raise the measures
themselves; the weights are the mean over samples of the queries drawn with replacement. Each set's figures are printed with
the weights in `retrieval.search.ranking`, and cross-validated: each fifth of its queries is ranked by weights that were
fitted on the others.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.archive import Archive
from retrieval.evaluation.collections import Collection, CollectionQuery, read_multihop, read_squad, read_wice
from retrieval.evaluation.metrics import measure, summarize
from retrieval.evaluation.searching import build_archive
from retrieval.search.passage_search import MAX_LIMIT
from retrieval.search.ranking import COLUMNS, QUESTION, STATEMENT, diversify, fuse

_FOLDS = 5
_SAMPLES = 8
_ROUNDS = 5
# Recall at these ranks and the reciprocal rank are raised together, recall at 4 by half.
_RANKS = (1, 4, 5, 10, 20)
_SHARES = np.array([1.0, 0.5, 1.0, 1.0, 1.0, 1.0])
# Of a collection with more queries every so manieth is used.
_ENOUGH = 1500

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PooledQuery:
    """A query with its pool: the ids of the passages, their articles, their columns and vectors."""

    query: CollectionQuery
    ids: tuple[str, ...]
    article_ids: tuple[str, ...]
    columns: NDArray[np.float64]
    vectors: NDArray[np.float32] | None

    def rank(self, weights: Weights) -> list[str]:
        """The pool in the order that search would give it."""
        scores = diversify(fuse(self.columns, weights), self.article_ids, self.vectors)
        return [self.ids[place] for place in np.argsort(-scores, kind="stable")]


def pool_queries(collection: Collection) -> list[PooledQuery]:
    """The pools of a collection's queries, as search gathers them."""
    pooled = []
    queries = collection.queries[:: max(1, len(collection.queries) // _ENOUGH)]
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "collection.db") as archive:
        keys = build_archive(archive, collection)
        for query in queries:
            limits = keys.limit_to(collection, query.among) if query.among is not None else None
            found = archive.search(query.text, limit=MAX_LIMIT, filter=limits)
            if not found.hits:
                continue
            names = {hit.passage.id: keys.find(hit) for hit in found.hits}
            measured = archive._searches.measure(query.text, filter_=limits)  # noqa: SLF001 -- what only fitting needs
            ids = tuple(names[candidate.passage_id] for candidate in measured.candidates)
            articles = tuple(candidate.article_id for candidate in measured.candidates)
            pooled.append(PooledQuery(query, ids, articles, measured.columns, measured.vectors))
    return pooled


class Measurer:
    """The measures of many pooled queries at once."""

    def __init__(self, pooled: Sequence[PooledQuery]) -> None:
        longest = max(len(query.ids) for query in pooled)
        self._columns = np.zeros((len(pooled), longest, len(COLUMNS)))
        self._is_padding = np.ones((len(pooled), longest), bool)
        wanted: list[NDArray[np.bool_]] = []
        owners: list[int] = []
        sizes: list[int] = []
        for number, query in enumerate(pooled):
            count = len(query.ids)
            self._columns[number, :count] = query.columns
            self._is_padding[number, :count] = False
            for support in query.query.supports or (query.query.relevant,):
                wanted.append(np.array([id_ in support for id_ in query.ids] + [False] * (longest - count)))
                owners.append(number)
                sizes.append(len(support))
        self._wanted, self._owners, self._sizes = np.array(wanted), np.array(owners), np.array(sizes)
        self._starts = np.searchsorted(self._owners, np.arange(len(pooled)))
        self._relevant = np.maximum.reduceat(self._wanted, self._starts)

    def measure(self, weights: Weights) -> NDArray[np.float64]:
        """One row a query: recall at `_RANKS`, that of the best support, and the reciprocal rank."""
        scores = self._columns @ weights
        scores[self._is_padding] = -1.0
        order = np.argsort(-scores, axis=1, kind="stable")
        found = np.take_along_axis(self._wanted, order[self._owners], 1).cumsum(1) / self._sizes[:, None]
        best = np.maximum.reduceat(found, self._starts)
        first = np.take_along_axis(self._relevant, order, 1)[:, :10]
        reciprocal = np.where(first.any(1), 1 / (1 + first.argmax(1)), 0.0)
        columns = [best[:, min(rank, best.shape[1]) - 1] for rank in _RANKS]
        return np.column_stack([*columns, reciprocal])


def ascend(measurers: Sequence[tuple[Measurer, NDArray[np.int64]]], start: Weights) -> Weights:
    """The weights that raise the mean of the measures, over some queries of each set, from ``start`` on."""

    def judge(weights: Weights) -> float:
        return sum(float(measurer.measure(weights)[some].mean(0) @ _SHARES) for measurer, some in measurers)

    weights, best, step = start.copy(), judge(start), 0.5
    for _ in range(_ROUNDS):
        is_better = False
        for column in range(len(weights)):
            value = weights[column]
            for changed in (value * (1 + step), value / (1 + step), 0.0 if value else 0.3 * weights.mean()):
                tried = weights.copy()
                tried[column] = changed
                judged = judge(tried)
                if judged > best + 1e-6:
                    weights, best, is_better = tried, judged, True
        if not is_better:
            step /= 2
    return np.asarray(weights / weights.sum())


def fit(sets: Mapping[str, Sequence[PooledQuery]], start: Weights, *, without: int | None = None) -> Weights:
    """The mean of the weights fitted on samples of every set, leaving out one fold of its queries."""
    chance = np.random.default_rng(0)
    measurers = [(Measurer(pooled), np.flatnonzero(_folds(pooled) != without)) for pooled in sets.values()]
    drawn = [[(measurer, chance.choice(kept, len(kept))) for measurer, kept in measurers] for _ in range(_SAMPLES)]
    return np.asarray(np.mean([ascend(sample, start) for sample in drawn], axis=0))


def _folds(pooled: Sequence[PooledQuery]) -> NDArray[np.int64]:
    return np.random.default_rng(1).integers(0, _FOLDS, len(pooled))


def _report(name: str, pooled: Sequence[PooledQuery], weights: Sequence[Weights]) -> None:
    """The figures of a set whose queries are ranked by weights of their own."""
    measured = [
        measure(one.rank(its), one.query.relevant, one.query.supports) for one, its in zip(pooled, weights, strict=True)
    ]
    print(f"  {name}:", ", ".join(f"{key} {value.mean:.4f}" for key, value in summarize(measured).items()))  # noqa: T201


def run(sets: Mapping[str, Sequence[PooledQuery]], current: Sequence[float]) -> None:
    """Fit and print: the figures with the current weights, cross-validated, and newly fitted weights."""
    shipped = np.array(current) / sum(current)
    start = np.where(shipped > 0, shipped, 0.02)
    print("with the weights in retrieval.search.ranking")  # noqa: T201
    for name, pooled in sets.items():
        _report(name, pooled, [shipped] * len(pooled))
    print("cross-validated", flush=True)  # noqa: T201
    folds = [fit(sets, start, without=fold) for fold in range(_FOLDS)]
    for name, pooled in sets.items():
        _report(name, pooled, [folds[fold] for fold in _folds(pooled)])
    fitted = fit(sets, start) * 10
    print("fitted on all:", dict(zip(COLUMNS, fitted.round(2).tolist(), strict=True)), flush=True)  # noqa: T201


def main() -> None:
    """Gather the pools and fit both sets of weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    statements = {"WiCE": pool_queries(read_wice(data / "wice" / "dev.jsonl"))}
    questions = {
        "XQuAD": pool_queries(read_squad(data / "reader_dev" / "xquad.en.json")),
        "MultiHop": pool_queries(read_multihop(data / "multihoprag_500")),
        "SQuADShifts": pool_queries(read_squad(data / "reader_train" / "new_wiki.json")),
    }
    print("statements", flush=True)  # noqa: T201
    run(statements, STATEMENT)
    print("questions", flush=True)  # noqa: T201
    run(questions, QUESTION)


if __name__ == "__main__":
    main()
