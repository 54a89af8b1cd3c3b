"""The GraphQL endpoint: GraphQL over HTTP in pure ASGI."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable
from time import perf_counter

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.types.graphql import OperationType

from api.access import Caller, Guard, address_of, key_of
from api.execution import READS, READS_AND_WRITES, STREAMS, Outcome, execute
from api.middleware import request_id
from api.negotiation import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, choose_media_type
from api.operation import Operation, read_get, read_post
from api.problems import Problem, problem_response
from api.settings import Settings
from api.streaming import send_events, stream
from api.trusted import Documents
from schema import Charge, Context

logger = logging.getLogger("dateline.server")

_NAME = re.compile("[A-Za-z_][A-Za-z_0-9]{0,99}", re.ASCII)
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
        count: Callable[[str, str, float], None] = lambda *_: None,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self.schema = schema
        self.make_context = make_context
        self.settings = settings
        self.guard = guard
        self.count = count
        self.page = page
        self.documents = Documents(settings.documents or None, only=settings.trusted_only)
        self.running = 0
        self.streaming = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        media_type = error_type = JSON
        response: Response | None
        try:
            if self.page is not None and _wants_page(request):
                response = self.page()
            else:
                media_type = _negotiate(request)
                error_type = JSON if media_type == EVENT_STREAM else media_type
                operation, allowed = await self._read(request)
                operation = self.documents.complete(operation)
                caller = await self.guard().identify(key_of(request.headers), address_of(request))
                context = self.make_context(caller)
                if media_type == EVENT_STREAM:
                    await self._stream(operation, context, allowed, receive, send)
                    return
                response = await self._answer(operation, context, allowed, receive, media_type)
                if response is not None and operation.is_persisted and request.method == "GET":
                    response = _revalidated(response, request.headers.get("if-none-match"))
        except Problem as problem:
            response = problem_response(problem, media_type=error_type)
        except ClientDisconnect:
            response = None
        if response is not None:
            await response(scope, receive, send)

    async def _read(self, request: Request) -> tuple[Operation, tuple[OperationType, ...]]:
        if request.method not in {"GET", "POST"}:
            raise Problem(405, f"{request.method} is not allowed here; use GET or POST", headers={"Allow": "GET, POST"})
        body = await request.body()
        if request.method == "POST":
            headers = request.headers
            return read_post(headers.get("content-type"), headers.get("content-encoding"), body), READS_AND_WRITES
        if len(request.url.query) > self.settings.max_body_bytes:
            raise Problem(414, f"the query string is longer than {self.settings.max_body_bytes} bytes; use POST")
        return read_get(request.query_params), READS

    async def _answer(
        self,
        operation: Operation,
        context: Context,
        allowed: tuple[OperationType, ...],
        receive: Receive,
        media_type: str,
    ) -> Response | None:
        started = perf_counter()
        how = "cancelled"
        try:
            outcome = await self._run(operation, context, allowed, receive)
            if outcome is None:
                return None
            how = "refused" if outcome.is_request_error else "error" if "errors" in outcome.document else "ok"
        except Problem as problem:
            how = problem.code.lower()
            raise
        finally:
            self._note(operation, how, perf_counter() - started)
        charge = context.charge if context else None
        fields = {"Cache-Control": "no-store", "Vary": "Accept"} | _budget_headers(charge)
        status = 400 if outcome.is_request_error and media_type == GRAPHQL_RESPONSE else 200
        if charge and charge.balance.is_refused:
            status = 429
            fields["Retry-After"] = str(charge.balance.seconds_left)
        return Response(orjson.dumps(outcome.document), status, media_type=f"{media_type}; charset=utf-8", headers=fields)

    def _note(self, operation: Operation, outcome: str, seconds: float) -> None:
        # A name that GraphQL would not take is the client's text: it does not get into logs.
        name = operation.name if operation.name and _NAME.fullmatch(operation.name) else "anonymous"
        self.count(name, outcome, seconds)
        fields = {"operation": name, "outcome": outcome, "ms": round(seconds * 1000, 3), "request_id": request_id.get()}
        logger.info("%s %s in %.1f ms", name, outcome, seconds * 1000, extra=fields)

    async def _stream(
        self, operation: Operation, context: Context, allowed: tuple[OperationType, ...], receive: Receive, send: Send
    ) -> None:
        if self.streaming >= self.settings.max_subscriptions:
            raise Problem(503, f"{self.streaming} streams are open; try again", headers={"Retry-After": "1"})
        self.streaming += 1
        results = stream(self.schema, operation, context, allowed=allowed + STREAMS)
        run = asyncio.ensure_future(send_events(results, send, send_timeout=self.settings.send_timeout_seconds))
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
            self.streaming -= 1

    async def _run(
        self, operation: Operation, context: Context, allowed: tuple[OperationType, ...], receive: Receive
    ) -> Outcome | None:
        if self.running >= self.settings.max_concurrent_requests:
            raise Problem(503, f"{self.running} operations are running; try again", headers={"Retry-After": "1"})
        self.running += 1
        run = asyncio.ensure_future(execute(self.schema, operation, context, allowed=allowed))
        gone = asyncio.ensure_future(_disconnected(receive))
        timeout = self.settings.execution_timeout_seconds
        try:
            done, _ = await asyncio.wait({run, gone}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if run in done:
                return run.result()
            if gone in done:
                return None
            raise Problem(504, f"the operation ran longer than {timeout:g} seconds; ask for less")
        finally:
            run.cancel()
            gone.cancel()
            await asyncio.gather(run, gone, return_exceptions=True)
            self.running -= 1


def _revalidated(response: Response, known: str | None) -> Response:
    """The response with its entity tag; without a body where the client has that already."""
    if response.status_code != 200:
        return response
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, X-API-Key"}
    if known is not None and (
        known.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in known.split(","))
    ):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _budget_headers(charge: Charge | None) -> dict[str, str]:
    """As draft-ietf-httpapi-ratelimit-headers has them in its third version, which clients know."""
    if charge is None:
        return {}
    left = charge.balance
    return {
        "RateLimit-Limit": str(left.limit),
        "RateLimit-Remaining": str(left.remaining),
        "RateLimit-Reset": str(left.seconds_left),
    }


def _wants_page(request: Request) -> bool:
    if request.method not in {"GET", "HEAD"} or {"query", "documentId", "extensions"} & request.query_params.keys():
        return False
    return choose_media_type(request.headers.get("accept"), (JSON, GRAPHQL_RESPONSE, HTML)) == HTML


def _negotiate(request: Request) -> str:
    accept = request.headers.get("accept")
    chosen = choose_media_type(accept, (JSON, GRAPHQL_RESPONSE, EVENT_STREAM))
    if chosen is None:
        raise Problem(406, f"nothing to offer for Accept: {accept}; accept {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}")
    return chosen


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
