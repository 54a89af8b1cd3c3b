"""The background worker as a process, and what keeps one running beside a server."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from types import TracebackType

from api.server.logs import set_up_logs
from api.settings import Settings, archive_of
from retrieval.jobs import JobQueue, Worker

logger = logging.getLogger("dateline.worker")

_POLL_SECONDS = 0.5
# A worker that dies at once, time after time, must not take the machine with it.
_PAUSE_SECONDS = 5.0
# Beside a server whoever asks goes first, whatever they ask.
_NICENESS = 15


def run_worker(settings: Settings, *, parent: int | None = None) -> None:
    """Work off the archive's queue until SIGTERM or SIGINT, or until ``parent`` is no longer our parent process."""
    if parent is not None:
        os.nice(_NICENESS)
    set_up_logs(settings)
    wait = settings.lock_timeout_seconds
    with (
        archive_of(settings) as archive,
        JobQueue(archive.path, lock_timeout_seconds=wait) as queue,
    ):
        worker = Worker(archive, queue)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if parent is not None:
            threading.Thread(target=_follow, args=(parent, worker), daemon=True).start()
        worker.run()


def _follow(parent: int, worker: Worker) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_POLL_SECONDS)
    worker.stop()


class Supervisor:
    """Keeps a worker process running beside a server, from the first time that something waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker-supervisor", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let the worker finish the batch at hand; what it cannot finish, the next one takes again."""
        self._stopped.set()
        self._thread.join()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _run(self) -> None:
        pause = _POLL_SECONDS
        with JobQueue(self._settings.archive, lock_timeout_seconds=self._settings.lock_timeout_seconds) as queue:
            while not self._stopped.wait(pause):
                pause = _POLL_SECONDS
                if self._process is not None and self._process.poll() is not None:
                    logger.error("the worker ended with status %d", self._process.returncode)
                    self._process = None
                    pause = _PAUSE_SECONDS
                elif self._process is None and queue.count_waiting():
                    self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "api.cli.main", "work", "--archive", self._settings.archive]
        return subprocess.Popen([*command, "--parent", str(os.getpid())])  # noqa: S603 - our own program
