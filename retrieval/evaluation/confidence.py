"""Fits the weights of span answers' confidence on questions in SQuAD's format.

Each paragraph becomes an article; three of its questions are asked of it, and one of another paragraph, which it
cannot answer. The weights maximise the likelihood of the right span, or of none, among a question's proposals; a slope
and an offset then fit the best proposal's confidence to its token F1 (Platt 1999). What makes a premise fail (another
predicate, other arguments, a name that is nowhere) is rare in such questions, so those weights are given, not fitted.

    python -m retrieval.evaluation.confidence DATELINE_DATA/reader_train/new_wiki.json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from retrieval.answering.answerer import Answerer, propose_all
from retrieval.answering.scoring import features
from retrieval.archive import Archive
from retrieval.evaluation.questions import token_f1
from retrieval.models import ArticleFilter, ArticleInput
from retrieval.search.question import understand
from retrieval.search.question_types import Form

GIVEN = {"agreement": 0.8, "predicate": 0.8, "disagreement": 1.0, "names": -2.0}
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's proposals: features, and token F1 with the gold answer (0 where there is none)."""

    values: Array
    f1: Array
    names: tuple[str, ...]
    is_answerable: bool


def collect(path: Path, *, limit: int, seed: int = 7) -> Iterator[Asked]:
    """Ask up to ``limit`` questions of a SQuAD file."""
    chance = random.Random(seed)  # noqa: S311 -- a sample, no secret
    paragraphs = [
        (n, p) for n, page in enumerate(json.loads(path.read_text())["data"]) for p in page["paragraphs"] if p["qas"]
    ]
    chance.shuffle(paragraphs)
    chosen = paragraphs[: limit // 3]
    with TemporaryDirectory() as folder, Archive.open(Path(folder) / "news.db") as archive:
        given = [ArticleInput(p["context"], "Notes", url=f"https://example.org/{n}") for n, (_, p) in enumerate(chosen)]
        results = archive.ingest_articles(given)
        answerer = Answerer(archive)
        for result, (page, paragraph) in zip(results, chosen, strict=True):
            if result.article_id is None:
                continue
            others = [p for number, p in chosen if number == page and p is not paragraph]
            asked = [(q, True) for q in chance.sample(paragraph["qas"], min(3, len(paragraph["qas"])))]
            if others:
                asked.append((chance.choice(chance.choice(others)["qas"]), False))
            for row, is_answerable in asked:
                gold = [a["text"] for a in row["answers"]] if is_answerable else []
                found = _ask(answerer, archive, row["question"], gold, result.article_id)
                if found is not None:
                    yield found


def _ask(answerer: Answerer, archive: Archive, text: str, gold: Sequence[str], article: str) -> Asked | None:
    question = understand(text, resolve=archive.resolve_names)
    if question.form not in {Form.ARGUMENT, Form.REASON, Form.DEFINITION}:
        return None
    evidence = answerer.retrieve(question, ArticleFilter(article_ids=(article,)))
    proposals = propose_all(question, evidence)
    if not proposals:
        return None
    values = [features(question, p, rank=evidence.rank(p.match)) for p in proposals]
    f1 = [max((token_f1(p.text, text) for text in gold), default=0.0) for p in proposals]
    return Asked(np.array([list(v.values()) for v in values]), np.array(f1), tuple(values[0]), bool(gold))


def fit(asked: Sequence[Asked], *, steps: int = 600, rate: float = 0.15, decay: float = 0.002) -> dict[str, float]:
    """The weights, by name."""
    names = asked[0].names
    weights = np.zeros(len(names))
    velocity = np.zeros(len(names))
    for _ in range(steps):
        gradient = decay * weights
        for one in asked:
            logits = one.values @ weights
            top = max(float(logits.max()), 0.0)
            raised = np.exp(logits - top)
            share = raised / (raised.sum() + np.exp(-top))  # the option "none of these" has logit 0
            wanted = one.f1**2
            if wanted.sum() > 0:
                wanted = wanted / wanted.sum() * wanted.max()
            gradient += one.values.T @ (share - wanted) / len(asked)
        velocity = 0.9 * velocity + gradient
        weights -= rate * velocity
        for name, value in GIVEN.items():
            weights[names.index(name)] = value
    slope, offset = _platt(asked, weights)
    weights *= slope
    weights[names.index("offset")] += offset
    return dict(zip(names, (round(float(w), 2) for w in weights), strict=True))


def _platt(asked: Sequence[Asked], weights: Array) -> tuple[float, float]:
    logits, right = _best(asked, weights)
    slope, offset = 1.0, 0.0
    for _ in range(3000):
        error = 1 / (1 + np.exp(-(slope * logits + offset))) - right
        slope -= 0.05 * float(np.mean(error * logits))
        offset -= 0.05 * float(np.mean(error))
    return slope, offset


def _best(asked: Sequence[Asked], weights: Array) -> tuple[Array, Array]:
    best = [int(np.argmax(one.values @ weights)) for one in asked]
    logits = np.array([one.values[n] @ weights for n, one in zip(best, asked, strict=True)])
    return logits, np.array([one.f1[n] for n, one in zip(best, asked, strict=True)])


def measure(asked: Sequence[Asked], weights: dict[str, float]) -> dict[str, float]:
    """F1 of the best span where there is an answer, AUROC of answerable against not, and expected calibration error."""
    logits, right = _best(asked, np.array([weights[name] for name in asked[0].names]))
    confidence = 1 / (1 + np.exp(-logits))
    answerable = np.array([one.is_answerable for one in asked])
    higher = confidence[answerable][:, None] > confidence[~answerable][None, :]
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return {"f1": float(right[answerable].mean()), "auroc": float(higher.mean()), "calibration_error": float(sum(gaps))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on 70% of the questions and measure on the others; prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", type=int, default=2500)
    given = parser.parse_args(arguments)
    asked = list(collect(given.file, limit=given.questions))
    cut = int(len(asked) * 0.7)
    weights = fit(asked[:cut])
    report = {"questions": len(asked), "weights": weights, "held_out": measure(asked[cut:], weights)}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
