"""Measures a reader: ``python -m retrieval.training.evaluation --data DATA --reader FOLDER [--calibrate]``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.evaluation.clapnq import ClapRow, read_clapnq
from retrieval.evaluation.measures import area_under_roc, calibration_error, exact_match, fit_platt, word_f1
from retrieval.span_reader.reader import WEIGHTS, ReaderManifest, SpanReader
from retrieval.training.questions import Question, read_squad


@dataclass(frozen=True, slots=True)
class ReadingScores:
    """Exact match and F1 (0 to 100) given the right paragraph, and questions read in a second."""

    questions: int
    exact_match: float
    f1: float
    questions_per_second: float


@dataclass(frozen=True, slots=True)
class AbstentionScores:
    """How well the margin tells passages that answer from those that do not.

    The Platt curve is fitted on the even rows; ``calibration_error`` is that of the odd rows.
    """

    questions: int
    auroc: float
    calibration_error: float
    slope: float
    offset: float


def measure_reading(reader: SpanReader, questions: Sequence[Question]) -> ReadingScores:
    """Reads each question's own passage; an answer is always given, as in SQuAD 1.1."""
    exact, f1 = [], []
    begun = time.perf_counter()
    for question in questions:
        best = reader.read(question.text, [question.passage], top_k=1, per_passage=1)
        answer = question.passage[best[0].start : best[0].end] if best else ""
        references = [question.passage[start:end] for start, end in question.answers]
        exact.append(exact_match(answer, references))
        f1.append(word_f1(answer, references))
    seconds = time.perf_counter() - begun
    return ReadingScores(
        len(questions),
        round(100 * float(np.mean(exact)), 2),
        round(100 * float(np.mean(f1)), 2),
        round(len(questions) / seconds, 1),
    )


def measure_abstention(reader: SpanReader, rows: Sequence[ClapRow]) -> AbstentionScores:
    """Scores passages by the margin of their best span."""
    margins = np.array([reader.score_passages(row.question, [row.passage])[0] for row in rows])
    labels = np.array([row.is_answerable for row in rows])
    fitting = np.arange(len(rows)) % 2 == 0
    slope, offset = fit_platt(margins[fitting], labels[fitting])
    confidences = 1 / (1 + np.exp(-(slope * margins + offset)))
    return AbstentionScores(
        len(rows),
        round(area_under_roc(margins, labels), 4),
        round(calibration_error(confidences[~fitting], labels[~fitting]), 4),
        slope,
        offset,
    )


def main() -> None:
    """Reads the command line, measures and prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with reader_dev and clapnq")
    parser.add_argument("--reader", type=Path, default=WEIGHTS, help="the folder with manifest.json")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="read every n-th question only")
    parser.add_argument("--calibrate", action="store_true", help="write the fitted curve to the manifest")
    arguments = parser.parse_args()
    reader = SpanReader.load(arguments.reader, threads=arguments.threads)
    questions = list(read_squad(arguments.data / "reader_dev" / "xquad.en.json", source="xquad"))[:: arguments.every]
    reading = measure_reading(reader, questions)
    abstention = measure_abstention(reader, read_clapnq(arguments.data / "clapnq"))
    if arguments.calibrate:
        manifest = ReaderManifest.load(arguments.reader)
        dataclasses.replace(manifest, slope=abstention.slope, offset=abstention.offset).save(arguments.reader)
    json.dump({"xquad": dataclasses.asdict(reading), "clapnq": dataclasses.asdict(abstention)}, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
