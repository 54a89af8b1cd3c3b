"""``dateline serve``: the application under uvicorn."""

from __future__ import annotations

import errno
import socket
from contextlib import nullcontext

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.logs import set_up_logs
from api.settings import Settings, SettingsError, export_settings, load_settings
from api.work import Supervisor
from retrieval.errors import ArchiveNotFound
from retrieval.keys import KeyRing


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
    """Answer on ``listener`` until interrupted; then finish what is running, for at most five seconds."""
    set_up_logs(settings)
    export_settings(settings)
    config = uvicorn.Config(
        "api.server:make_app",
        factory=True,
        workers=settings.workers,
        log_config=None,
        log_level=settings.log_level,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=settings.max_body_bytes,
    )
    with Supervisor(settings) if settings.worker else nullcontext():
        if settings.workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            Multiprocess(config, sockets=[listener]).run()


def make_app() -> Starlette:
    """The application of the environment's settings, in each process of the server."""
    settings = load_settings()
    set_up_logs(settings)
    return create_app(settings)


def _has_keys(settings: Settings) -> bool:
    try:
        with KeyRing(settings.archive, lock_timeout_seconds=settings.lock_timeout_seconds) as keys:
            return keys.count_valid() > 0
    except ArchiveNotFound:
        return False
