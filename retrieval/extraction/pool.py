"""Processes that read articles, watched over and killed where one takes too long."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing.connection import Connection, Pipe
from types import TracebackType

from retrieval.extraction import process as child
from retrieval.extraction.process import Begun, Done, Ended, Request
from retrieval.extraction.reading import ContainedExtractor, Read, Unread, read_articles
from retrieval.models import ExtractionStage, StageFailure

logger = logging.getLogger(__name__)

# Articles that a process reads at once: enough for the parser, few enough to share the work out evenly.
_CHUNK = 8
# The kernel stops what takes too much processor time. What takes none, and so many times as long, waits for nothing.
_PATIENCE = 10
# An article that a process fails at so often is not taken in.
_MOST_FAULTS = 3
_FACTS = frozenset(ExtractionStage) - {ExtractionStage.BLOCKS, ExtractionStage.LINKING, ExtractionStage.VECTORS}
_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What reading one article may take: seconds of processor time for each 100,000 characters begun, and megabytes of a
    process in all.

    What takes more is stopped, and the article stored without the facts that it would have given.
    """

    seconds: float = 30.0
    memory_megabytes: int = 1_500

    def seconds_of(self, characters: int) -> float:
        """For a text of so many characters."""
        return self.seconds * (1 + characters // _CHARACTERS)


@dataclass(frozen=True, slots=True)
class _Fault:
    """How a process failed: at article ``number`` (None: at all of them together, or before any) in ``stage``."""

    number: int | None
    stage: ExtractionStage | None
    reason: str


class ReadingProcess:
    """One process that reads articles, started when it is needed and again after each time that it had to be killed.

    Safe to use from many threads: one reads at a time.
    """

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none runs."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the process; what it reads at the moment is lost."""
        self._is_closed = True
        self._end()

    def read(self, items: Sequence[Unread]) -> list[Read]:
        """What came of each article, in order.

        An article at which the process hangs, dies or takes too much is read again without the stage that it was at, and
        if that does not help without any.

        Raises:
            MissingDependency: no language model is installed.
        """
        wanted = list(items)
        results: dict[int, Read] = {}
        parts = deque([list(range(len(wanted)))])
        starts = 0
        faults: Counter[int] = Counter()
        while parts:
            part = parts.popleft()
            with self._guard:
                fault = self._run(part, wanted, results)
            if fault is None:
                continue
            left = [number for number in part if number not in results]
            if fault.stage is None:  # it did not come to any article
                starts += 1
                if starts > 1:
                    logger.warning("no process can be had to read articles (%s); this one reads them", fault.reason)
                    done = read_articles([wanted[number] for number in left], _own_extractor)
                    results.update(zip(left, done, strict=True))
                else:
                    parts.appendleft(left)
            elif fault.number is None and len(left) > 1:  # at all together: each by itself shows whose fault it was
                parts.extendleft([number] for number in reversed(left))
            elif left:
                blamed = left[0] if fault.number is None else fault.number
                rest = [number for number in left if number != blamed]
                if rest:
                    parts.appendleft(rest)
                faults[blamed] += 1
                if faults[blamed] == _MOST_FAULTS:
                    results[blamed] = Read(None, reason=f"it cannot be read: {fault.reason}")
                    continue
                wanted[blamed] = _without(wanted[blamed], StageFailure(fault.stage, fault.reason))
                logger.warning("an article is read without its %s: %s", fault.stage.value.lower(), fault.reason)
                parts.appendleft([blamed])
        return [results[number] for number in range(len(wanted))]

    def _run(self, part: Sequence[int], wanted: Sequence[Unread], results: dict[int, Read]) -> _Fault | None:
        """Have the process read the articles of ``part`` into ``results``; how it failed, if it did."""
        lengths = [len(wanted[number].given.text) for number in part]
        limits = [self._limits.seconds_of(length) for length in lengths]
        request = Request([wanted[n] for n in part], limits, self._limits.memory_megabytes, child.make_extractor)
        at: Begun | None = None
        seconds = child.LOADING_SECONDS * _PATIENCE
        deadline = time.monotonic() + seconds
        try:
            connection = self._started()
            connection.send(request)
            while True:
                if not connection.poll(max(0.0, deadline - time.monotonic())):
                    self._end()
                    return _fault(at, part, f"it took over {seconds:.0f} s")
                message = connection.recv()
                if isinstance(message, Done):
                    results[part[message.number]] = message.read
                elif isinstance(message, Begun):
                    if at is None or message.number != at.number or message.is_loading != at.is_loading:
                        seconds = _seconds(message, limits)
                        deadline = time.monotonic() + seconds
                    at = message
                elif isinstance(message, Ended):
                    if message.error is not None:
                        raise message.error
                    return None
        except (EOFError, OSError):
            if self._is_closed:
                raise
            return _fault(at, part, _how(self._end()))
        except BaseException:
            self._end()  # nobody will take what it goes on sending
            raise

    def _started(self) -> Connection:
        if self._connection is not None:
            return self._connection
        ours, theirs = Pipe()
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "retrieval.extraction", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env=environment
            )
        self._connection = ours
        return ours

    def _end(self) -> int | None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return None
        if process.poll() is None and connection is not None:
            process.kill()
        status = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return status


class ExtractionPool:
    """Several processes that read articles, some 270 MB each. They end with this one, however it ends."""

    def __init__(self, workers: int, limits: ReadingLimits | None = None) -> None:
        limits = limits or ReadingLimits()
        self._processes = [ReadingProcess(limits) for _ in range(workers)]
        self._free: queue.SimpleQueue[ReadingProcess] = queue.SimpleQueue()
        for process in self._processes:
            self._free.put(process)
        self._executor = ThreadPoolExecutor(workers)

    def __enter__(self) -> ExtractionPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self._processes:
            process.close()
        self._executor.shutdown(cancel_futures=True)

    def read(self, items: Sequence[Unread]) -> Iterator[Read]:
        """What came of each article, in order; reading begins at once."""
        chunks = [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
        futures = [self._executor.submit(self._read, chunk) for chunk in chunks]
        return (read for future in futures for read in future.result())

    def _read(self, items: Sequence[Unread]) -> list[Read]:
        process = self._free.get()
        try:
            return process.read(items)
        finally:
            self._free.put(process)


@lru_cache(maxsize=4)
def shared_process(limits: ReadingLimits) -> ReadingProcess:
    """The process that all archives of this one share, with the model that takes seconds to load."""
    process = ReadingProcess(limits)
    atexit.register(process.close)
    return process


def _own_extractor() -> ContainedExtractor:
    return child.make_extractor()


def _fault(at: Begun | None, part: Sequence[int], reason: str) -> _Fault:
    if at is None or at.is_loading:
        return _Fault(None, None, reason)
    return _Fault(None if at.number is None else part[at.number], at.stage, reason)


def _how(status: int | None) -> str:
    if status == -getattr(signal, "SIGXCPU", 0):
        return "it took more processor time than is allowed"
    return f"its process ended with status {status}"


def _seconds(begun: Begun, limits: Sequence[float]) -> float:
    if begun.is_loading:
        return child.LOADING_SECONDS * _PATIENCE
    return _PATIENCE * (sum(limits) if begun.number is None else limits[begun.number])


def _without(item: Unread, failure: StageFailure) -> Unread:
    """The article to be read without the stage that failed; after a second fault, without any."""
    failed = dict(item.failed)
    if failed:
        reason = "not tried after that"
        failed |= {
            stage: StageFailure(stage, reason) for stage in ExtractionStage if stage in _FACTS and stage not in failed
        }
    failed[failure.stage] = failure
    return replace(item, failed=failed)
