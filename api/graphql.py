"""The GraphQL endpoint: GraphQL over HTTP in pure ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.types.graphql import OperationType

from api.execution import READS, READS_AND_WRITES, Outcome, execute
from api.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose_media_type
from api.operation import Operation, read_get, read_post
from api.problems import Problem, problem_response
from api.settings import Settings
from schema import Context


class GraphQLEndpoint:
    """Answers GET (queries) and POST in ``application/graphql-response+json`` or ``application/json``.

    A browser that GETs it without a query gets ``page``. A client that goes away, or a run past the time-out, cancels the
    operation; a blocking call already handed to a thread still runs to its end there.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        make_context: Callable[[], Context],
        settings: Settings,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self.schema = schema
        self.make_context = make_context
        self.settings = settings
        self.page = page
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        media_type = JSON
        response: Response | None
        try:
            if self.page is not None and _wants_page(request):
                response = self.page()
            else:
                media_type = _negotiate(request)
                response = await self._answer(request, receive, media_type)
        except Problem as problem:
            response = problem_response(problem, media_type=media_type)
        except ClientDisconnect:
            response = None
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, request: Request, receive: Receive, media_type: str) -> Response | None:
        if request.method not in {"GET", "POST"}:
            raise Problem(405, f"{request.method} is not allowed here; use GET or POST", headers={"Allow": "GET, POST"})
        body = await request.body()
        allowed: tuple[OperationType, ...]
        if request.method == "GET":
            if len(request.url.query) > self.settings.max_body_bytes:
                raise Problem(414, f"the query string is longer than {self.settings.max_body_bytes} bytes; use POST")
            operation, allowed = read_get(request.query_params), READS
        else:
            headers = request.headers
            operation = read_post(headers.get("content-type"), headers.get("content-encoding"), body)
            allowed = READS_AND_WRITES
        outcome = await self._run(operation, allowed, receive)
        if outcome is None:
            return None
        status = 400 if outcome.is_request_error and media_type == GRAPHQL_RESPONSE else 200
        return Response(
            orjson.dumps(outcome.document),
            status,
            media_type=f"{media_type}; charset=utf-8",
            headers={"Cache-Control": "no-store", "Vary": "Accept"},
        )

    async def _run(self, operation: Operation, allowed: tuple[OperationType, ...], receive: Receive) -> Outcome | None:
        if self.running >= self.settings.max_concurrent_requests:
            raise Problem(503, f"{self.running} operations are running; try again", headers={"Retry-After": "1"})
        self.running += 1
        run = asyncio.ensure_future(execute(self.schema, operation, self.make_context(), allowed=allowed))
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


def _wants_page(request: Request) -> bool:
    if request.method not in {"GET", "HEAD"} or "query" in request.query_params:
        return False
    return choose_media_type(request.headers.get("accept"), (JSON, GRAPHQL_RESPONSE, HTML)) == HTML


def _negotiate(request: Request) -> str:
    accept = request.headers.get("accept")
    chosen = choose_media_type(accept, (JSON, GRAPHQL_RESPONSE))
    if chosen is None:
        raise Problem(406, f"nothing to offer for Accept: {accept}; accept {GRAPHQL_RESPONSE} or {JSON}")
    return chosen


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
