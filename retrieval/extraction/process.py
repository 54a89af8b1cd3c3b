"""A process that reads articles for another one, which may kill it: ``python -m retrieval.extraction FD``.

No limit inside a process holds for a regular expression or a model that runs away in C; killing the process does. It gets
`Request` over a socket, and sends `Begun` for each stage it comes to, `Done` for each article, `Ended` for the request. It
ends with the process that started it, whose end of standard input closes then.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection

from retrieval.errors import RetrievalError
from retrieval.extraction.reading import ContainedExtractor, Read, Unread, read_articles
from retrieval.extraction.stages import Stages
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput, ExtractionStage

MakeExtractor = Callable[[], ContainedExtractor]

LOADING_SECONDS = 180.0
"""For starting and loading the model, on a machine that does much else."""

_MEGABYTE = 1 << 20
# Read once when the model is loaded: word lists are loaded with their first use, which no article should answer for.
_SAMPLE = prepare_article(ArticleInput('Two men were killed in Oslo on Monday. "It is sad," Mayor Ann Lee told reporters.'))


@dataclass(frozen=True, slots=True)
class Request:
    """Articles to read, each with so many seconds of processor time; ``make`` gives the extractor."""

    items: Sequence[Unread]
    seconds: Sequence[float]
    memory_megabytes: int
    make: MakeExtractor


@dataclass(frozen=True, slots=True)
class Begun:
    """Article ``number`` of the request came to a stage; None: all of them together. First the model ``is_loading``."""

    number: int | None
    stage: ExtractionStage
    is_loading: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of article ``number``."""

    number: int
    read: Read


@dataclass(frozen=True, slots=True)
class Ended:
    """The request is done with, or could not be for ``error``, which is no article's fault."""

    error: RetrievalError | None = None


def make_extractor() -> ContainedExtractor:
    """The extractor with the language model that is installed.

    Raises:
        MissingDependency: there is none.
    """
    from retrieval.extraction.extractor import Extractor  # noqa: PLC0415 -- spaCy; articles that are known need none

    extractor = Extractor()
    list(extractor.extract_contained([_SAMPLE], [Stages(is_contained=True)]))
    return extractor


def serve(connection: Connection) -> None:
    """Answer requests until the other end closes."""
    loaded = lru_cache(maxsize=1)(_loaded)
    while True:
        try:
            request: Request = connection.recv()
        except EOFError:
            return
        limits = _Limits(request)

        def extractor(make: MakeExtractor = request.make, limits: _Limits = limits) -> ContainedExtractor:
            limits.begin(None, is_loading=True)
            connection.send(Begun(None, ExtractionStage.PARSE, is_loading=True))
            made = loaded(make)
            limits.begin(None)
            connection.send(Begun(None, ExtractionStage.PARSE))
            return made

        def begin(number: int, stage: ExtractionStage, limits: _Limits = limits) -> None:
            limits.begin(number)
            connection.send(Begun(number, stage))

        try:
            for number, read in enumerate(read_articles(request.items, extractor, on_article=begin)):
                connection.send(Done(number, read))
        except RetrievalError as error:
            connection.send(Ended(error))
        else:
            connection.send(Ended())


def _loaded(make: MakeExtractor) -> ContainedExtractor:
    return make()


class _Limits:
    """Has the kernel hold the limits, where it can: processor time for the article at hand, and memory."""

    def __init__(self, request: Request) -> None:
        self._seconds = request.seconds
        self._at: tuple[int | None, bool] | None = None
        _limit("RLIMIT_DATA", request.memory_megabytes * _MEGABYTE)
        _limit("RLIMIT_CORE", 0)

    def begin(self, number: int | None, *, is_loading: bool = False) -> None:
        """Article ``number`` has its time from here on, or all of them together, or the model that is loaded."""
        if (number, is_loading) == self._at:
            return
        self._at = (number, is_loading)
        allowed = LOADING_SECONDS if is_loading else sum(self._seconds) if number is None else self._seconds[number]
        _limit("RLIMIT_CPU", math.ceil(time.process_time() + allowed))


def _limit(name: str, value: int) -> None:
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    kind = getattr(resource, name, None)
    if kind is not None:
        with contextlib.suppress(OSError, ValueError):  # a lower limit holds already
            resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _end_with_parent() -> None:
    def wait() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Serve the socket whose number is the first argument."""
    # Ctrl-C goes to all processes of a terminal; the one that started this one decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    with Connection(int(sys.argv[1])) as socket:
        serve(socket)
