"""Reports of search as a table and as JSON, and collections by file name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from retrieval.errors import InputError
from retrieval.evaluation.collections import Collection, read_jsonl, read_squad
from retrieval.evaluation.searching import SearchReport

_READERS = {"squad": read_squad, "jsonl": read_jsonl}
FORMATS = tuple(_READERS)


def read_collection(path: Path, *, format: str | None = None) -> Collection:  # noqa: A002
    """A collection from a file of one of `FORMATS`: SQuAD JSON, or {question, answers, article} a line.

    Without a format the name tells: ``.json`` is SQuAD, ``.jsonl`` the other.

    Raises:
        InputError: the file is of no such format, or holds no question.
    """
    chosen = format or {".json": "squad", ".jsonl": "jsonl"}.get(path.suffix)
    if chosen not in _READERS:
        raise InputError(f"{path}: unknown format {chosen or path.suffix!r}; choose {' or '.join(FORMATS)}")
    collection = _READERS[chosen](path)
    if not collection.queries:
        raise InputError(f"{path} holds no question with an answer")
    return collection


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
        lines.append([measure, *(f"{cell.mean:.4f} ({cell.low:.3f} to {cell.high:.3f})" for cell in cells)])
    lines.append(["ms a query", *(f"{report.seconds_per_query * 1000:.1f}" for report in reports)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([head, *rows])


def render_json(reports: Sequence[SearchReport]) -> str:
    """The same as JSON: a list of reports."""
    return orjson.dumps([asdict(report) for report in reports], option=orjson.OPT_INDENT_2).decode()
