"""``dateline serve``: the application under uvicorn."""

from __future__ import annotations

import errno
import socket

import uvicorn

from api.app import create_app
from api.settings import Settings, SettingsError
from retrieval.archive import Archive


def bind(settings: Settings) -> socket.socket:
    """A socket that listens where ``settings`` say.

    Raises:
        SettingsError: the address is open to other machines without leave, is not ours, or is taken.
    """
    if not settings.is_loopback and not settings.insecure_bind:
        raise SettingsError(
            f"{settings.host} can be reached from other machines, and whoever reaches it may read and write the archive; "
            "listen on 127.0.0.1, or add --insecure-bind (DATELINE_INSECURE_BIND=true) where something else guards it"
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


def serve(settings: Settings, listener: socket.socket, archive: Archive) -> None:
    """Answer on ``listener`` until interrupted."""
    app = create_app(settings, archive=archive)
    config = uvicorn.Config(app, log_level=settings.log_level, server_header=False, timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[listener])
