"""uvicorn's protocols, with patience at the end, and with less of it for clients that are slow on purpose."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.http.problems import Problem, problem_response

logger = logging.getLogger("dateline.server")

_PATIENCE_SECONDS = 0.5
# Of a request's head, and of what frames its body: real ones have a few thousand.
_MOST_BYTES_AROUND = 65_536
# In chunks of one byte, six come for each byte of the body.
_MOST_FRAMING = 8
# Who takes in less than this is not slow but stopped.
_LEAST_BYTES_A_SECOND = 1024


class _Watched(asyncio.Protocol):
    """Ends a connection whose client takes in too little of what is sent: uvicorn would keep that for ever."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    app_state: dict[str, Any]

    _watch: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """So much waits to be taken in that no more is sent."""
        super().pause_writing()
        self._watch_from(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Enough of it was taken in."""
        self._unwatch()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is at an end."""
        self._unwatch()
        super().connection_lost(exc)

    def _watch_from(self, waiting: int) -> None:
        self._watch = self.loop.call_later(self._seconds, self._check, waiting)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _check(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if before - waiting >= _LEAST_BYTES_A_SECOND * self._seconds:
            self._watch_from(waiting)
            return
        logger.warning("dropped a client that took too little in for %g seconds", self._seconds)
        self.transport.abort()

    @property
    def _seconds(self) -> float:
        return float(self.app_state.get("send_timeout_seconds", 10.0))


class PatientProtocol(_Watched, HttpToolsProtocol):
    """HTTP. When the server ends, a connection stays open a moment longer: a request may be on its way over it.

    uvicorn closes those that are idle at once, and with them what their clients have just sent. What it does not limit is
    limited here: the time that a request may take, and the size of its head, chunk headers and trailers. Trailers are no
    headers.
    """

    _is_reading = False
    _is_head = False
    _around = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Expect a request."""
        super().connection_made(transport)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is at an end."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._around += len(data)
        super().data_received(data)
        if self._is_reading and self._around > _MOST_BYTES_AROUND:
            self._refuse(Problem(431, f"the request has more than {_MOST_BYTES_AROUND} bytes around its body"))

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        super().on_message_begin()
        self._is_reading = self._is_head = True
        self._around = 0
        if self._deadline is None:
            self._expect_request()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; one that comes after the body is none: who looked at the head has not seen it."""
        if self._is_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._around -= _MOST_FRAMING * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        self._is_reading = False
        self._expect_nothing()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """What comes is no HTTP from here on."""
        self._expect_nothing()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(Problem(400, msg))

    def shutdown(self) -> None:
        """End the connection, after a moment or with the response to what it is at."""
        self.loop.call_later(_PATIENCE_SECONDS, super().shutdown)

    def _expect_request(self) -> None:
        seconds = float(self.app_state.get("receive_timeout_seconds", 30.0))
        message = f"no whole request came within {seconds:g} seconds"
        self._deadline = self.loop.call_later(seconds, lambda: self._refuse(Problem(408, message)))

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, problem: Problem) -> None:
        """Say why, where no response is under way, and end the connection."""
        self._is_reading = False
        self._expect_nothing()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            _answer(self.transport, problem)
        self.transport.close()


class PatientSocketProtocol(_Watched, WebSocketsSansIOProtocol):
    """WebSocket, for clients that mean harm too."""

    def data_received(self, data: bytes) -> None:
        """Read on; a handshake that cannot be read is the end."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.handshake_complete = True
            _answer(self.transport, Problem(400, "the handshake has too many headers, or too long ones"))

    async def send(self, message: Any) -> None:
        """Send it; a refusal that was sent whole ends the handshake, which uvicorn would log as not ended."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def handle_ping(self) -> None:
        """Answer it, unless the client does not take answers in: they would pile up."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Any) -> None:
        """Take a fragment in; those without data count towards no limit, so they are not kept."""
        if event.data or event.fin:
            super().handle_cont(event)


def _answer(transport: asyncio.Transport, problem: Problem) -> None:
    """Refuse what no application has seen, and end the connection."""
    response = problem_response(problem)
    lines = [b"HTTP/1.1 %d %s" % (problem.status, HTTPStatus(problem.status).phrase.encode()), b"connection: close"]
    lines += [name + b": " + value for name, value in response.raw_headers]
    transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body))
    transport.close()
