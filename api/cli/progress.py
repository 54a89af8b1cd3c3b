"""Ingest as it goes: a line for each article and, at a terminal, a bar with rate and time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from api.cli.rendering import console, outcome_line
from retrieval.models import IngestOutcome, IngestResult


class RateColumn(ProgressColumn):
    """Things a second."""

    def render(self, task: Task) -> Text:
        """The rate so far, empty at first."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} a second" if speed else "", "dim")


class IngestReport:
    """Takes each result as it comes: what was rejected is shown always, the rest unless ``is_quiet``."""

    def __init__(self, progress: Progress, *, total: int, is_quiet: bool) -> None:
        self._progress = progress
        self._task = progress.add_task("ingesting", total=total)
        self._is_quiet = is_quiet

    def __call__(self, result: IngestResult) -> None:
        """Show one result."""
        if not self._is_quiet or result.outcome is IngestOutcome.REJECTED:
            self._progress.console.print(outcome_line(result), soft_wrap=True)
        self._progress.advance(self._task)


@contextmanager
def ingest_report(total: int, *, is_quiet: bool) -> Iterator[IngestReport]:
    """A report on standard error; the bar is shown only at a terminal."""
    with _progress() as progress:
        yield IngestReport(progress, total=total, is_quiet=is_quiet)


@contextmanager
def passage_progress(doing: str = "indexing") -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error at a terminal, moved on by calling it with the numbers of things done and of all."""
    with _progress() as progress:
        task = progress.add_task(doing)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _progress() -> Progress:
    shown = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    return Progress(*columns, console=shown, disable=not shown.is_terminal, transient=True)
