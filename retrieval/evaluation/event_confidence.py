"""Fits the confidence of events, and measures it on a half that it was not fitted on.

Three sources of events that are right or wrong. PLOVER: the events of its sentences, right where the gold type is theirs;
those of another type are left out where an event of the gold type is found beside them, since nobody judged them. ECB+:
triggers that annotators marked as events are right, others in the sentences that they annotated wrong. Readings
(``event_readings.tsv``): events of the news pages of ``html_articles``, each read by hand and found right or wrong. Even
rows are fitted on, odd ones measured.

    python -m retrieval.evaluation.event_confidence DATELINE_DATA --write
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.evaluation.ecbplus import read_ecbplus
from retrieval.evaluation.measures import area_under_roc, calibration_error
from retrieval.evaluation.plover import sentences
from retrieval.extraction.events.confidence import confidence_of
from retrieval.extraction.extractor import Extractor
from retrieval.models import Block, BlockKind, DatePrecision, PublicationDate, PublicationSource, Span

_PENALTY = 2.0
_STEPS = 40
# Enough documents of ECB+ to weigh about as much as each of the other sources.
_EVERY = 8
_UNDATED = PublicationDate(None, DatePrecision.UNKNOWN, PublicationSource.UNKNOWN)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """An event: what its confidence rests on, and whether it is right."""

    source: str
    features: frozenset[str]
    is_right: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    blocks: tuple[Block, ...]
    published: PublicationDate = _UNDATED


def collect(data: Path) -> Iterator[Judged]:
    """The events of the three sources, in a fixed order."""
    extractor = Extractor()
    gold = list(sentences(data / "plover/PLOVER_GSR_CAMEO.txt"))
    for (_, kind), facts in zip(gold, extractor.extract_many([text for text, _ in gold]), strict=True):
        is_found = any(event.type.value == kind for event in facts.events)
        for event in facts.events:
            if event.type.value == kind or not is_found:
                yield Judged("PLOVER", event.features, event.type.value == kind, event.confidence)
    documents = read_ecbplus(data / "ecbplus")[::_EVERY]
    texts = [_Text(d.text, tuple(_blocks(d.text))) for d in documents]
    for document, facts in zip(documents, extractor.extract_many(texts), strict=True):
        for event in facts.events:
            if not any(t.sentence.contains(span) for t in event.triggers for span in document.gold):
                continue  # a sentence that nobody annotated
            right = any(span.overlaps(t.span) for t in event.triggers for span in document.gold)
            yield Judged("ECB+", event.features, right, event.confidence)
    yield from _read_events(data, extractor)


def _read_events(data: Path, extractor: Extractor) -> Iterator[Judged]:
    pages = json.loads((data / "html_articles/ground-truth.json").read_text(encoding="utf-8"))
    table = files("retrieval.evaluation").joinpath("event_readings.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    judged = {(page, int(start), kind): verdict == "right" for page, start, kind, verdict in rows}
    names = sorted({page for page, _, _ in judged})
    bodies = [next(pages[key]["articleBody"] for key in pages if key.startswith(name)) for name in names]
    texts = [_Text(body, tuple(_blocks(body))) for body in bodies]
    for name, facts in zip(names, extractor.extract_many(texts), strict=True):
        for event in facts.events:
            found = judged.get((name, event.triggers[0].span.start, event.type.value))
            if found is not None:
                yield Judged("readings", event.features, found, event.confidence)


def fit(rows: Sequence[Judged]) -> dict[str, float]:
    """Weights of a logistic model with a quadratic penalty on all but the bias, by Newton's method."""
    names = sorted({name for row in rows for name in row.features})
    values = np.array([[float(name in row.features) for name in names] for row in rows])
    wanted = np.array([float(row.is_right) for row in rows])
    weights = np.zeros(len(names))
    penalty = np.array([0.0 if name == "bias" else _PENALTY for name in names])
    for _ in range(_STEPS):
        sure = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (sure - wanted) + penalty * weights
        curve = values.T @ (values * (sure * (1 - sure))[:, None]) + np.diag(penalty + 1e-6)
        weights = weights - np.linalg.solve(curve, slope)
    return dict(zip(names, map(float, weights), strict=True))


def _measured(rows: Sequence[Judged], confidences: Array) -> dict[str, float]:
    right = np.array([row.is_right for row in rows])
    return {
        "events": len(rows),
        "right": round(float(right.mean()), 3),
        "error": round(calibration_error(confidences, right), 3),
        "area": round(area_under_roc(confidences, right), 3),
    }


def _sure(rows: Sequence[Judged], weights: dict[str, float]) -> Array:
    sums = np.array([sum(weights.get(name, 0.0) for name in row.features) for row in rows])
    sure: Array = 1 / (1 + np.exp(-sums))
    return sure


def _blocks(text: str) -> Iterator[Block]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(BlockKind.BODY, Span(start, start + len(line)))
        start += len(line) + 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on the even rows, print the error on the odd ones as JSON; ``--write`` keeps the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    parser.add_argument("--write", action="store_true", help="write the weights beside the lexicons")
    options = parser.parse_args(arguments)
    rows = list(collect(options.data))
    fitted, held = rows[::2], rows[1::2]
    weights = fit(fitted)
    report = {"fitted on": _measured(fitted, _sure(fitted, weights)), "held apart": _measured(held, _sure(held, weights))}
    for source in ("PLOVER", "ECB+", "readings"):
        some = [row for row in held if row.source == source]
        if some:
            report[f"held apart, {source}"] = _measured(some, _sure(some, weights))
    report["held apart, as served"] = _measured(held, np.array([confidence_of(row.features) for row in held]))
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    if options.write:
        lines = ["# Feature and weight of the confidence of events, fitted by retrieval.evaluation.event_confidence."]
        lines += [f"{name}\t{weight:.3f}" for name, weight in sorted(weights.items())]
        path = Path(str(files("retrieval.extraction").joinpath("lexicons/event_confidence.tsv")))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
