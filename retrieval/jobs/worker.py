"""The worker: takes jobs from the queue and ingests their articles, one worker at a time for an archive."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.archive import Archive
from retrieval.errors import ArchiveLocked
from retrieval.jobs.queue import JobQueue

logger = logging.getLogger(__name__)

# Articles between two entries in the queue; what is parsed together is also entered together.
_BATCH = 8


class Worker:
    """Works off an archive's queue until ``stop`` is called. Ingesting twice changes nothing, so a worker that dies
    between ingesting an article and entering the outcome does no harm: the next one finds it UNCHANGED.
    """

    def __init__(self, archive: Archive, queue: JobQueue, *, poll_seconds: float = 0.5) -> None:
        self._archive = archive
        self._queue = queue
        self._poll_seconds = poll_seconds
        self._stopped = threading.Event()
        # The lock goes with its process, however that ends.
        self._lock = FileLock(f"{_lock_path(queue.path)}")

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
            except ArchiveLocked as error:
                logger.warning("%s; trying again", error)
                self._stopped.wait(self._poll_seconds)

    def _work_once(self) -> int:
        taken = self._queue.take(_BATCH)
        if taken is None:
            return 0
        job, items = taken
        results = self._archive.ingest_articles([article for _, article in items])
        self._queue.record(job, [(place, result) for (place, _), result in zip(items, results, strict=True)])
        return len(items)


def _lock_path(archive: Path) -> Path:
    return archive.with_name(archive.name + ".worker")
