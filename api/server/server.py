"""``dateline serve``: the application under uvicorn."""

from __future__ import annotations

import errno
import logging
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from tempfile import TemporaryDirectory

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from api.http.app import create_app
from api.server.logs import set_up_logs
from api.server.tracing import require_extra
from api.server.uvicorn_protocols import PatientProtocol, PatientSocketProtocol
from api.server.worker_process import Supervisor
from api.settings import Settings, SettingsError, export_settings, join_processes, load_settings, parent_process
from retrieval.api_keys import KeyRing
from retrieval.errors import ArchiveNotFound

logger = logging.getLogger("dateline.server")

_POLL_SECONDS = 0.5


def bind(settings: Settings) -> socket.socket:
    """A socket that listens where ``settings`` say.

    Raises:
        SettingsError: the address is open to other machines without leave, is not ours, or is taken.
    """
    if not settings.is_loopback and not settings.insecure_bind and not _has_keys(settings):
        raise SettingsError(
            f"{settings.host} can be reached from other machines, and whoever reaches it may read and write the archive; "
            "make a key first (dateline keys create), listen on 127.0.0.1, or add --insecure-bind "
            "(DATELINE_INSECURE_BIND=true) where something else guards it"
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise SettingsError(f"{settings.host!r} is no address of this machine: {error.strerror or error}") from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"port {settings.port} of {settings.host} is taken; choose another with --port, or 0 for a free one"
            ) from error
        raise SettingsError(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The URL under which a listener is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(settings: Settings, listener: socket.socket) -> None:
    """Answer on ``listener`` until interrupted; then finish what is running.

    With several workers SIGHUP puts new ones in their place, one after another, each when the new one answers.
    """
    set_up_logs(settings)
    export_settings(settings)
    if settings.traces:
        require_extra()
    config = uvicorn.Config(
        "api.server.server:make_app",
        factory=True,
        workers=settings.workers,
        log_config=None,
        log_level=settings.log_level,
        server_header=False,
        http=PatientProtocol,
        ws=PatientSocketProtocol,
        # No operation runs longer than its time-out: whatever has begun is answered.
        timeout_graceful_shutdown=math.ceil(settings.execution_timeout_seconds) + 1,
        timeout_worker_healthcheck=30,
        # Longer than clients and proxies keep a connection: else one is closed just as a request is sent on it.
        timeout_keep_alive=75,
        ws_max_size=settings.max_body_bytes,
    )
    with Supervisor(settings) if settings.worker else nullcontext():
        if settings.workers == 1:
            signal.signal(signal.SIGHUP, _on_hangup(_has_terminal()))
            uvicorn.Server(config).run(sockets=[listener])
            return
        with TemporaryDirectory(prefix="dateline-metrics-") as folder:
            join_processes(folder)
            Multiprocess(config, sockets=[listener]).run()


def _on_hangup(had_terminal: bool) -> Callable[[int, object], None]:
    """What to do on SIGHUP where there is no other process to take over: go on, unless the terminal was closed."""

    def handle(number: int, frame: object) -> None:  # noqa: ARG001 - as Python calls it
        if had_terminal and not _has_terminal():
            os.kill(os.getpid(), signal.SIGTERM)
            return
        logger.warning(
            "SIGHUP replaces the processes of a server that has several; this one goes on, start it with --workers 2"
        )

    return handle


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def make_app() -> Starlette:
    """The application of the environment's settings, in each process of the server."""
    settings = load_settings()
    set_up_logs(settings)
    if (parent := parent_process()) is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    return create_app(settings)


def _follow(parent: int) -> None:
    """End with the parent: a process that nobody minds would keep the port."""
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _has_keys(settings: Settings) -> bool:
    try:
        with KeyRing(settings.archive, lock_timeout_seconds=settings.lock_timeout_seconds) as keys:
            return keys.count_valid() > 0
    except ArchiveNotFound:
        return False
