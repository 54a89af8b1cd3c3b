"""Reports of search and of answers as tables, and collections and quizzes by file name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from retrieval.errors import InputError
from retrieval.evaluation.answers import MEASURES, AnswerReport
from retrieval.evaluation.collections import Collection, read_jsonl, read_squad
from retrieval.evaluation.metrics import Estimate
from retrieval.evaluation.quizzes import Quiz, read_jsonl_quiz, read_squad_quiz
from retrieval.evaluation.searching import SearchReport
from retrieval.models import AnswerStatus

_READERS = {"squad": read_squad, "jsonl": read_jsonl}
_QUIZ_READERS = {"squad": read_squad_quiz, "jsonl": read_jsonl_quiz}
FORMATS = tuple(_READERS)
_SHORT = {
    "abstention AUROC": "AUROC",
    "calibration error": "ECE",
    "citation precision": "cited P",
    "citation recall": "cited R",
}


def read_collection(path: Path, *, format: str | None = None) -> Collection:  # noqa: A002
    """A collection from a file of one of `FORMATS`: SQuAD JSON, or {question, answers, article} a line.

    Without a format the name tells: ``.json`` is SQuAD, ``.jsonl`` the other.

    Raises:
        InputError: the file is of no such format, or holds no question.
    """
    collection = _READERS[_format_of(path, format)](path)
    if not collection.queries:
        raise InputError(f"{path} holds no question with an answer")
    return collection


def read_quiz(path: Path, *, format: str | None = None) -> Quiz:  # noqa: A002
    """A quiz from a file of one of `FORMATS`, told as for `read_collection`.

    Raises:
        InputError: the file is of no such format, or holds no question.
    """
    quiz = _QUIZ_READERS[_format_of(path, format)](path)
    if not quiz.questions:
        raise InputError(f"{path} holds no question")
    return quiz


def _format_of(path: Path, given: str | None) -> str:
    chosen = given or {".json": "squad", ".jsonl": "jsonl"}.get(path.suffix)
    if chosen not in FORMATS:
        raise InputError(f"{path}: unknown format {chosen or path.suffix!r}; choose {' or '.join(FORMATS)}")
    return chosen


def render_table(reports: Sequence[SearchReport]) -> str:
    """One line a measure, one column a mode, each with its 95 % interval."""
    if not reports:
        return ""
    first = reports[0]
    head = f"{first.collection}: {first.query_count:,} queries, {first.passage_count:,} passages"
    names = ["", *(report.mode.value for report in reports)]
    lines = [names]
    for measure in first.measures:
        cells = [report.measures[measure] for report in reports]
        lines.append([measure, *map(_cell, cells)])
    lines.append(["ms a query", *(f"{report.seconds_per_query * 1000:.1f}" for report in reports)])
    return "\n".join([head, *_aligned(lines)])


def render_answer_table(report: AnswerReport) -> str:
    """One line a measure of all questions, with its 95 % interval; then one line a group of them."""
    head = f"{report.quiz}: {report.question_count:,} questions, {report.article_count:,} articles"
    whole = report.groups[0]
    lines = [[name, _cell(found)] for name, found in whole.measures.items()]
    lines += [[status.value, f"{whole.statuses.get(status.value, 0):,}"] for status in AnswerStatus]
    lines.append(["seconds a question", f"{report.seconds_per_question:.2f}"])
    table = [["", "questions", *(_SHORT.get(name, name) for name in MEASURES)]]
    for group in report.groups:
        found = [group.measures.get(name) for name in MEASURES]
        table.append([group.name, f"{group.count:,}", *("-" if one is None else f"{one.mean:.3f}" for one in found)])
    return "\n".join([head, *_aligned(lines), "", *_aligned(table)])


def _cell(found: Estimate) -> str:
    return f"{found.mean:.4f} ({found.low:.3f} to {found.high:.3f})"


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def render_json(reports: Sequence[SearchReport]) -> str:
    """The same as JSON: a list of reports."""
    return orjson.dumps([asdict(report) for report in reports], option=orjson.OPT_INDENT_2).decode()
