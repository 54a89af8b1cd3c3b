"""The worker: takes jobs from the queue and ingests their articles, one worker at a time for an archive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.archive import Archive
from retrieval.errors import ArchiveError, EmbedderError
from retrieval.jobs.queue import JobQueue
from retrieval.models import ArticleInput, IngestResult
from retrieval.stores.permissions import FILE_MODE

logger = logging.getLogger(__name__)

# Articles between two entries in the queue; what is parsed together is also entered together.
_BATCH = 8
# Faults of the archive or the machine, and of no article: they are waited out.
_OWN_FAULTS = (ArchiveError, EmbedderError, OSError)
_PAUSE_SECONDS = 2.0


class Worker:
    """Works off an archive's queue until ``stop`` is called. Ingesting twice changes nothing, so a worker that dies
    between ingesting an article and entering the outcome does no harm: the next one finds it UNCHANGED.
    """

    def __init__(self, archive: Archive, queue: JobQueue, *, poll_seconds: float = 0.5) -> None:
        self._archive = archive
        self._queue = queue
        self._poll_seconds = poll_seconds
        self._stopped = threading.Event()
        self._is_loaded = False
        # The lock goes with its process, however that ends.
        self._lock = FileLock(f"{_lock_path(queue.path)}", mode=FILE_MODE)

    def stop(self) -> None:
        """Finish the batch at hand and return from `run`. May be called from a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Work until stopped. Beside another worker it waits, and takes over when that ends."""
        while not self._stopped.is_set():
            try:
                with self._lock.acquire(timeout=0):
                    self._work()
            except Timeout:
                self._stopped.wait(self._poll_seconds)
            except OSError as error:  # no room for the lock's file, say
                self._wait_out(error)

    def work_off(self) -> int:
        """Work until nothing waits; how many articles were ingested.

        Raises:
            filelock.Timeout: another worker is at it.
        """
        count = 0
        with self._lock.acquire(timeout=0):
            while not self._stopped.is_set() and (done := self._work_once()):
                count += done
        return count

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                if not self._work_once():
                    self._stopped.wait(self._poll_seconds)
            except _OWN_FAULTS as error:
                self._wait_out(error)

    def _work_once(self) -> int:
        if not self._is_loaded:
            if not self._queue.count_waiting():
                return 0
            self._archive.load_models()  # before anything is taken: a worker that ends meanwhile has read nothing
            self._is_loaded = True
        taken = self._queue.take(_BATCH)
        if taken is None:
            return 0
        job, items = taken
        results = self._insist(job, items)
        if results is None:
            return 0
        entries = [(place, result) for (place, _), result in zip(items, results, strict=True)]
        while True:
            try:
                self._queue.record(job, entries)
                return len(items)
            except _OWN_FAULTS as error:
                self._wait_out(error)
                if self._stopped.is_set():  # the next worker finds them stored
                    return 0

    def _insist(self, job: str, items: Sequence[tuple[int, ArticleInput]]) -> list[IngestResult] | None:
        """Take articles in, however long the archive cannot be written; None where it was stopped before.

        They stay in memory meanwhile: taken again and again, they would be rejected for what is no fault of theirs.
        """
        known: list[IngestResult] = []
        while True:
            try:
                self._archive.ingest_articles([article for _, article in items[len(known) :]], on_result=known.append)
                return known
            except _OWN_FAULTS as error:
                self._wait_out(error)
                if self._stopped.is_set():
                    with suppress(*_OWN_FAULTS):
                        self._queue.give_back(job, [position for position, _ in items])
                    return None

    def _wait_out(self, error: Exception) -> None:
        logger.warning("%s; trying again", error)
        self._stopped.wait(_PAUSE_SECONDS)


def _lock_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".worker")
