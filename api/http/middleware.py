"""Pure ASGI middleware: request id, security headers, masked failures, the host check, the body limit."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import Problem, problem_response

logger = logging.getLogger("dateline.server")

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of that name, in lower case; Starlette's `Headers` decode all of them each time."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


class RequestEdge:
    """Gives each request an id (its own ``X-Request-ID`` where that is well formed) and each response safe headers.

    A failure that nothing else caught is logged with the id and answered by a 500 that tells only the id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = header(scope, b"x-request-id")
        id_ = given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(16).encode()
        token = request_id.set(id_.decode())
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            kind = message["type"]
            if kind == "http.response.start":
                started = True
                headers = list(message["headers"])
                headers.append((b"x-request-id", id_))
                named = {name for name, _ in headers}
                headers += [one for one in _SECURITY_HEADERS if one[0] not in named]
                message["headers"] = headers
            elif kind == "websocket.accept":
                started = True
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            logger.exception("request %s failed", id_.decode())
            if started:
                raise
            problem = Problem(500, f"internal error; the log has it under request {id_.decode()}")
            await problem_response(problem, request_id=id_.decode())(scope, receive, send_with_headers)
        finally:
            request_id.reset(token)


class HostCheck:
    """Refuses requests for a name that is not ours: a page elsewhere may have bound its own name to this machine."""

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self.app = app
        self.allowed = frozenset(name.lower() for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in {"http", "websocket"} or "*" in self.allowed:
            await self.app(scope, receive, send)
            return
        host = (header(scope, b"host") or b"").decode("latin-1")
        if _name_of(host) in self.allowed:
            await self.app(scope, receive, send)
            return
        problem = Problem(400, f"this server does not answer to the host {host!r}; see DATELINE_ALLOWED_HOSTS")
        await problem_response(problem)(scope, receive, send)


def _name_of(host: str) -> str:
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower()


class BodyLimit:
    """Refuses a request body of more than ``max_bytes``, by its declared length or as it arrives.

    What arrives is counted in ``receive``, which raises ``Problem`` 413 for the application to answer.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = (header(scope, b"content-length") or b"0").decode("latin-1")
        if not (declared.isascii() and declared.isdecimal()):
            await problem_response(Problem(400, f"Content-Length {declared!r} is not a number"))(scope, receive, send)
            return
        if int(declared) > self.max_bytes:
            await problem_response(self._problem())(scope, receive, send)
            return
        total = 0

        async def receive_counted() -> Message:
            nonlocal total
            message = await receive()
            if message["type"] == "http.request":
                total += len(message.get("body", b""))
                if total > self.max_bytes:
                    raise self._problem()
            return message

        await self.app(scope, receive_counted, send)

    def _problem(self) -> Problem:
        message = f"the request body is larger than {self.max_bytes} bytes; see DATELINE_MAX_BODY_BYTES"
        return Problem(413, message, headers={"Connection": "close"})


class First:
    """Sends what comes for ``path`` over HTTP straight to ``target``, past the router and what is only for other routes."""

    def __init__(self, app: ASGIApp, *, path: str, target: ASGIApp) -> None:
        self.app = app
        self.path = path
        self.target = target

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        is_first = scope["type"] == "http" and scope["path"] == self.path
        await (self.target if is_first else self.app)(scope, receive, send)
