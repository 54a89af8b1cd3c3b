"""The GraphQL endpoint: GraphQL over HTTP in pure ASGI."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.graphql import OperationType

from api.http.access import Caller, Guard, key_of
from api.http.execution import READS, READS_AND_WRITES, STREAMS, Outcome, execute
from api.http.metrics import Metrics
from api.http.middleware import header
from api.http.negotiation import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, accepts_gzip, accepts_parts, choose_media_type
from api.http.operation import Operation, read_get, read_post
from api.http.persisted_documents import Documents
from api.http.problems import Problem, problem_response
from api.http.request_log import RequestLog
from api.http.streaming import Streams, send_events, send_parts, stream
from api.settings import Settings
from schema import Charge, Context, Schema

logger = logging.getLogger("dateline.server")

_CONTENT_TYPES = {name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (JSON, GRAPHQL_RESPONSE)}
_FRESH = ((b"cache-control", b"no-store"), (b"vary", b"Accept, Accept-Encoding"))
_REVALIDATED = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Accept, Accept-Encoding, Authorization, X-API-Key"),
)
_WORTH_COMPRESSING = 1400
# Half a millisecond: a thread's turn takes longer as soon as there is something else to do.
_WORTH_A_THREAD = 65_536

_OPEN = Guard(None, anonymous_read=True, allow_writes=True)


class GraphQLEndpoint:
    """Answers GET (queries) and POST in ``application/graphql-response+json`` or ``application/json``.

    A browser that GETs it without a query gets ``page``. A client that goes away, or a run past the time-out, cancels the
    operation; a blocking call already handed to a thread still runs to its end there.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        make_context: Callable[[Caller], Context],
        settings: Settings,
        guard: Callable[[], Guard] = lambda: _OPEN,
        journal: RequestLog | None = None,
        documents: Documents | None = None,
        streams: Streams | None = None,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self.schema = schema
        self.make_context = make_context
        self.settings = settings
        self.guard = guard
        self.journal = journal or RequestLog(schema, Metrics())
        self.documents = documents or Documents(settings.documents or None, only=settings.trusted_only)
        self.streams = streams or Streams(settings.max_subscriptions, self.journal)
        self.page = page
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = scope["method"]
        media_type = error_type = JSON
        try:
            if self.page is not None and method in {"GET", "HEAD"} and _wants_page(Request(scope)):
                await self.page()(scope, receive, send)
                return
            media_type = _negotiate(scope)
            error_type = JSON if media_type == EVENT_STREAM else media_type
            operation, allowed = await self._read(scope, method, receive)
            operation = self.documents.complete(operation)
            caller = await self.guard().identify(_key_of(scope), _address_of(scope))
            context = self.make_context(caller)
            if media_type == EVENT_STREAM:
                results = self._stream(operation, context, allowed + STREAMS)
                await self._send(
                    send_events(self._while_allowed(scope, results), send, send_timeout=self.settings.send_timeout_seconds),
                    receive,
                )
                return
            if self.settings.defer and "@defer" in operation.query and accepts_parts(_text(scope, b"accept")):
                await self._defer(scope, receive, send, operation, context, allowed, media_type)
                return
            outcome = await self._answer(operation, context, allowed, receive)
            if outcome is not None:
                await self._reply(scope, send, operation, outcome, context.charge if context else None, media_type)
        except Problem as problem:
            await problem_response(problem, media_type=error_type)(scope, receive, send)
        except ClientDisconnect:
            return

    async def _read(self, scope: Scope, method: str, receive: Receive) -> tuple[Operation, tuple[OperationType, ...]]:
        if method not in {"GET", "POST"}:
            raise Problem(405, f"{method} is not allowed here; use GET or POST", headers={"Allow": "GET, POST"})
        body = await _read_body(receive)
        if method == "POST":
            operation = read_post(_text(scope, b"content-type"), _text(scope, b"content-encoding"), body)
            return operation, READS_AND_WRITES
        if len(scope["query_string"]) > self.settings.max_body_bytes:
            raise Problem(414, f"the query string is longer than {self.settings.max_body_bytes} bytes; use POST")
        return read_get(QueryParams(scope["query_string"])), READS

    async def _answer(
        self, operation: Operation, context: Context, allowed: tuple[OperationType, ...], receive: Receive
    ) -> Outcome | None:
        started = perf_counter()
        how = "cancelled"
        try:
            if self.running >= self.settings.max_concurrent_requests:
                raise Problem(503, f"{self.running} operations are running; try again", headers={"Retry-After": "1"})
            found = execute(self.schema, operation, context, allowed=allowed)
            outcome = found if isinstance(found, Outcome) else await self._wait(found, receive)
            if outcome is not None:
                how = "refused" if outcome.is_request_error else "error" if "errors" in outcome.document else "ok"
            return outcome
        except Problem as problem:
            how = problem.code.lower()
            raise
        finally:
            self.journal.note(operation.name, how, perf_counter() - started)

    async def _reply(
        self,
        scope: Scope,
        send: Send,
        operation: Operation,
        outcome: Outcome,
        charge: Charge | None,
        media_type: str,
    ) -> None:
        status = 400 if outcome.is_request_error and media_type == GRAPHQL_RESPONSE else 200
        headers = [_CONTENT_TYPES[media_type]]
        if charge is not None:
            headers += _budget_headers(charge)
            if charge.balance.is_refused:
                status = 429
                headers.append((b"retry-after", b"%d" % charge.balance.seconds_left))
        body = orjson.dumps(outcome.document)
        if operation.is_persisted and status == 200 and scope["method"] == "GET":
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers += [(b"etag", tag.encode()), *_REVALIDATED]
            if _is_known(tag, _text(scope, b"if-none-match")):
                status, body = 304, b""
        else:
            headers += _FRESH
        if len(body) >= _WORTH_COMPRESSING and accepts_gzip(_text(scope, b"accept-encoding")):
            body = await _compress(body)
            headers.append((b"content-encoding", b"gzip"))
        if status != 304:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _stream(
        self, operation: Operation, context: Context, allowed: tuple[OperationType, ...]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        timeout = self.settings.execution_timeout_seconds
        results = stream(self.schema, operation, context, allowed=allowed, timeout_seconds=timeout)
        return self.streams.follow(operation.name, results)

    async def _while_allowed(
        self, scope: Scope, results: AsyncGenerator[Mapping[str, Any], None]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """The results, until the caller's key is revoked or expires: a stream can outlive it."""
        async with aclosing(results):
            async for result in results:
                try:
                    await self.guard().identify(_key_of(scope), _address_of(scope))
                except Problem as problem:
                    yield problem.document()
                    return
                yield result

    async def _defer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        operation: Operation,
        context: Context,
        allowed: tuple[OperationType, ...],
        media_type: str,
    ) -> None:
        async def parts() -> None:
            results = self._stream(operation, context, allowed)
            async with aclosing(results):
                first = await anext(results)
                if "hasNext" in first:
                    await send_parts(first, results, send, send_timeout=self.settings.send_timeout_seconds)
                    return
            outcome = Outcome(first, is_request_error="data" not in first)
            await self._reply(scope, send, operation, outcome, context.charge, media_type)

        await self._send(parts(), receive)

    async def _send(self, sending: Coroutine[Any, Any, None], receive: Receive) -> None:
        """Send a stream, until it or the client is at an end."""
        try:
            self.streams.check()
        except Problem:
            sending.close()
            raise
        run = asyncio.ensure_future(sending)
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({run, gone}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                run.result()
        except TimeoutError:
            logger.warning("dropped a stream that took nothing in for %g seconds", self.settings.send_timeout_seconds)
        finally:
            run.cancel()
            gone.cancel()
            await asyncio.gather(run, gone, return_exceptions=True)

    async def _wait(self, outcome: Awaitable[Outcome], receive: Receive) -> Outcome | None:
        """The outcome; None where the client went away before it came."""
        self.running += 1
        self.journal.metrics.running.inc()
        timeout = self.settings.execution_timeout_seconds
        run = asyncio.ensure_future(outcome)
        gone = asyncio.ensure_future(_disconnected(receive))
        gone.add_done_callback(lambda _: run.cancel())
        late = asyncio.get_running_loop().call_later(timeout, run.cancel)
        try:
            return await run
        except asyncio.CancelledError:
            if gone.done():
                return None
            if asyncio.get_running_loop().time() >= late.when():
                raise Problem(504, f"the operation ran longer than {timeout:g} seconds; ask for less") from None
            raise
        finally:
            late.cancel()
            gone.cancel()
            self.running -= 1
            self.journal.metrics.running.dec()


async def _read_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _compress(body: bytes) -> bytes:
    if len(body) < _WORTH_A_THREAD:
        return gzip.compress(body, 5)
    return await asyncio.to_thread(gzip.compress, body, 5)


def _text(scope: Scope, name: bytes) -> str | None:
    value = header(scope, name)
    return None if value is None else value.decode("latin-1")


def _key_of(scope: Scope) -> str | None:
    names = ("x-api-key", "authorization")
    given = {name: value for name in names if (value := _text(scope, name.encode())) is not None}
    return key_of(given) if given else None


def _address_of(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"


def _is_known(tag: str, known: str | None) -> bool:
    """Whether If-None-Match names the tag."""
    if known is None:
        return False
    return known.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in known.split(","))


def _budget_headers(charge: Charge) -> list[tuple[bytes, bytes]]:
    """As draft-ietf-httpapi-ratelimit-headers has them in its third version, which clients know."""
    left = charge.balance
    return [
        (b"ratelimit-limit", b"%d" % left.limit),
        (b"ratelimit-remaining", b"%d" % left.remaining),
        (b"ratelimit-reset", b"%d" % left.seconds_left),
    ]


def _wants_page(request: Request) -> bool:
    if {"query", "documentId", "extensions"} & request.query_params.keys():
        return False
    return choose_media_type(request.headers.get("accept"), (JSON, GRAPHQL_RESPONSE, HTML)) == HTML


def _negotiate(scope: Scope) -> str:
    accept = _text(scope, b"accept")
    chosen = choose_media_type(accept, (JSON, GRAPHQL_RESPONSE, EVENT_STREAM))
    if chosen is None:
        raise Problem(406, f"nothing to offer for Accept: {accept}; accept {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}")
    return chosen


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
