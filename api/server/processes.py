"""What several processes of a server have in common: the process they are forked from, and the folder they count into."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from tempfile import TemporaryDirectory

from api.settings import Settings, export_settings, join_processes


@contextmanager
def preparing(settings: Settings) -> Iterator[None]:
    """Make ready for the processes of ``settings``, until the server ends; one alone needs nothing.

    They are forked from a process that meanwhile imports what they need (see `api.server.preloaded`): each by itself would
    take as long, and as much memory, once more.
    """
    if settings.workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="dateline-metrics-") as folder:
        export_settings(settings)
        join_processes(folder)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["api.server.preloaded"])
        forkserver.ensure_running()
        import uvicorn._subprocess  # noqa: PLC0415 -- the other process begins first

        uvicorn._subprocess.spawn = context  # type: ignore[assignment]  # noqa: SLF001 - it has no setting for that
        yield
