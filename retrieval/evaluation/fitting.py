"""Fitting the weights of ranking, as they were found for `retrieval.search.ranking.WEIGHTS`:

    python -m retrieval.evaluation.fitting DATA

DATA is the folder of data sets (XQuAD, MultiHop-RAG and WiCE are read). Coordinate ascent from the plain sum of both
scores, on all queries and on each half, which is then scored on the other half. What is printed is the sum over the
collections of the measures that `gain` names.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.archive import Archive
from retrieval.evaluation.collections import Collection, CollectionQuery, read_multihop, read_squad, read_wice
from retrieval.evaluation.metrics import recall, reciprocal_rank
from retrieval.evaluation.searching import build_archive
from retrieval.index.analysis import analyze_query
from retrieval.index.local import LocalIndex
from retrieval.search.features import FEATURES, QueryShape, measure_all
from retrieval.search.passages import POOL
from retrieval.search.ranking import spread

COLUMNS = ("lexical", "dense", *FEATURES)


@dataclass(frozen=True, slots=True)
class Pool:
    """One query's candidates, one row each of `COLUMNS`."""

    query: CollectionQuery
    ids: tuple[str, ...]
    columns: NDArray[np.float64]

    def gain(self, weights: NDArray[np.float64]) -> float:
        """MRR@10 and recall at 4, 5, 10 and 20 with these weights, summed."""
        ranked = [self.ids[n] for n in np.argsort(-(self.columns @ weights), kind="stable")]
        sets = self.query.supports or (self.query.relevant,)
        recalls = sum(max(recall(ranked, some, k) for some in sets) for k in (1, 4, 5, 10, 20))
        return reciprocal_rank(ranked, self.query.relevant, 10) + recalls


def collect_pools(archive: Archive, collection: Collection) -> list[Pool]:
    """The candidates of every query of a collection, in an archive that is empty."""
    keys = build_archive(archive, collection)
    archive.search("catch up")
    snapshot = LocalIndex(archive.path.with_name(archive.path.name + ".index"), archive_id=archive.archive_id()).snapshot()
    assert snapshot is not None
    pools = []
    for query in collection.queries:
        vector = archive.embed_query(query.text)
        if vector is None:
            raise SystemExit("the archive has no vectors; open it with an embedder")
        limits = keys.limit_to(collection, query.among) if query.among is not None else None
        terms = analyze_query(query.text)
        found, _ = snapshot.search(terms, filter_=limits, limit=POOL)
        ids = [hit.passage_id for hit in found]
        ids += [h.passage_id for h in snapshot.nearest(vector, filter_=limits, limit=POOL) if h.passage_id not in set(ids)]
        candidates = [candidate for candidate in archive.load_candidates(ids) if candidate]
        passages = [passage for passage in archive.load_passages(ids) if passage]
        scores = snapshot.score(terms, ids)
        columns = [
            spread(np.array([scores.get(id_, 0.0) for id_ in ids])),
            spread(snapshot.similarities(vector, ids).astype(np.float64)),
            *measure_all(QueryShape(query.text, snapshot.frequencies), candidates).T,
        ]
        pools.append(Pool(query, tuple(keys.name(p.article_id, p.index) for p in passages), np.column_stack(columns)))
    return pools


def score(weights: NDArray[np.float64], collections: Sequence[Sequence[Pool]]) -> float:
    """The mean gain of each collection, summed."""
    return float(sum(np.mean([pool.gain(weights) for pool in pools]) for pools in collections))


def climb(collections: Sequence[Sequence[Pool]]) -> NDArray[np.float64]:
    """The weights that no single step of 0.5, 0.25 or 0.12 improves; that of the words stays 1, and none is negative."""
    weights = np.zeros(len(COLUMNS))
    weights[:2] = 1.0
    best = score(weights, collections)
    for step in (0.5, 0.25, 0.12):
        for column in range(1, len(COLUMNS)):
            for change in (step, -step):
                while weights[column] + change >= 0:
                    trial = weights.copy()
                    trial[column] += change
                    found = score(trial, collections)
                    if found <= best + 1e-4:
                        break
                    best, weights = found, trial
    return weights


def main(data: Path) -> None:
    """Fit and print."""
    given = [
        read_squad(data / "reader_dev" / "xquad.en.json"),
        read_multihop(data / "multihoprag_500"),
        read_wice(data / "wice" / "dev.jsonl"),
    ]
    collections: list[list[Pool]] = []
    for collection in given:
        with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "fit.db") as archive:
            collections.append(collect_pools(archive, collection))
    plain = np.zeros(len(COLUMNS))
    plain[:2] = 1.0
    even, odd = ([pools[part::2] for pools in collections] for part in (0, 1))
    for name, fitted_on, scored_on in (("all", collections, collections), ("even", even, odd), ("odd", odd, even)):
        weights = climb(fitted_on)
        rounded = {column: round(float(weight), 2) for column, weight in zip(COLUMNS, weights, strict=True)}
        sys.stdout.write(f"{name}: {rounded}\n  {score(weights, scored_on):.4f}, plain {score(plain, scored_on):.4f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
