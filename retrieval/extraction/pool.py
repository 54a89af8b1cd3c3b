"""Extraction in several processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import TYPE_CHECKING

from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle

if TYPE_CHECKING:
    from retrieval.extraction.extractor import Extractor

Extract = Callable[[Sequence[PreparedArticle]], Iterator[Extraction]]

# Articles that a process reads at once: enough for the parser, few enough to share the work out evenly.
_CHUNK = 4

_extractor: Extractor | None = None


class ExtractionPool:
    """Processes that extract facts, each with a language model of its own (some 270 MB). They end with this one, however it
    ends. Where they cannot be had, this process does their work.
    """

    def __init__(self, workers: int) -> None:
        self._executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_watch_parent)

    def __enter__(self) -> ExtractionPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._executor.shutdown(cancel_futures=True)

    def extract(self, articles: Sequence[PreparedArticle], *, instead: Extract) -> Iterator[Extraction]:
        """The facts of each article, in order; reading begins at once. ``instead`` reads what a process failed to."""
        chunks = [articles[start : start + _CHUNK] for start in range(0, len(articles), _CHUNK)]
        return _results([(chunk, self._submit(chunk)) for chunk in chunks], instead)

    def _submit(self, chunk: Sequence[PreparedArticle]) -> Future[list[Extraction]] | None:
        try:
            return self._executor.submit(_extract, list(chunk))
        except BrokenProcessPool:
            return None


def _results(
    pending: Sequence[tuple[Sequence[PreparedArticle], Future[list[Extraction]] | None]], instead: Extract
) -> Iterator[Extraction]:
    for chunk, future in pending:
        try:
            found = None if future is None else future.result()
        except BrokenProcessPool:
            found = None
        yield from instead(chunk) if found is None else found


def _watch_parent() -> None:
    """Let this process end when the one that started it is gone, even killed."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _extract(articles: list[PreparedArticle]) -> list[Extraction]:
    global _extractor  # noqa: PLW0603 -- one model a process
    if _extractor is None:
        from retrieval.extraction.extractor import Extractor  # noqa: PLC0415 -- spaCy

        _extractor = Extractor()
    return list(_extractor.extract_many(articles))
