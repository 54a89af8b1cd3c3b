"""The same operations over WebSocket: graphql-transport-ws by Strawberry, with our limits and access around it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import orjson
from graphql import GraphQLError
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import UNSET
from strawberry import Schema as PlainSchema
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.http.access import Caller, Guard, address_of, key_of
from api.http.operation import Operation
from api.http.persisted_documents import Documents
from api.http.problems import Problem, problem_response
from api.http.streaming import Streams
from api.server.tracing import Tracing
from api.settings import Settings
from schema import Context, Schema

logger = logging.getLogger("dateline.server")

_POLICY_VIOLATION = 1008


@dataclass(slots=True)
class Connection:
    """A WebSocket, with what connection_init has said."""

    http: HTTPConnection
    connection_params: dict[str, Any] = field(default_factory=dict)


def _identify(guard: Callable[[], Guard]) -> Callable[[Connection], Awaitable[Caller]]:
    async def identify(connection: Connection) -> Caller:
        """Who is at the other end, by the key in connection_init, else in the headers of the handshake."""
        key = key_of(connection.connection_params) or key_of(connection.http.headers)
        return await guard().identify(key, address_of(connection.http))

    return identify


class Sockets(GraphQL[Connection, None]):
    """An ASGI application for WebSockets. Each operation has a context of its own."""

    def __init__(
        self,
        schema: Schema,
        *,
        make_context: Callable[[Caller], Context],
        guard: Callable[[], Guard],
        settings: Settings,
        documents: Documents,
        streams: Streams,
        tracing: Tracing | None,
    ) -> None:
        timeout = settings.execution_timeout_seconds
        super().__init__(
            cast("PlainSchema", _Operations(schema, make_context, _identify(guard), documents, streams, tracing, timeout)),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=settings.max_subscriptions_per_connection,
            allowed_origins=settings.cors_origins,
        )
        self._identify = _identify(guard)
        self._settings = settings
        self._open = 0

    graphql_transport_ws_handler_class = cast("Any", None)  # set below, where it is defined

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        if self._open >= self._settings.max_sockets:
            problem = Problem(503, f"{self._open} WebSockets are open; try again", headers={"Retry-After": "1"})
            await WebSocket(scope, receive, send).send_denial_response(problem_response(problem))
            return
        patience = _Patience(receive, send, self._settings.send_timeout_seconds)
        self._open += 1
        try:
            await super().__call__(scope, patience.receive, patience.send)
        finally:
            self._open -= 1

    async def get_context(self, request: Any, response: Any) -> Connection:  # noqa: ARG002 - as Strawberry calls it
        """The connection itself; operations get contexts of their own."""
        return Connection(request)

    async def on_ws_connect(self, context: Connection) -> Any:
        """Let the caller in, or not."""
        try:
            await self._identify(context)
        except Problem as problem:
            raise ConnectionRejectionError from problem
        return UNSET

    def encode_json(self, data: object) -> str:
        """As text, with the encoder of the other responses."""
        return orjson.dumps(data).decode()

    def decode_json(self, data: str | bytes) -> object:
        """A client's message; what is no object closes the connection as what is no JSON does."""
        return orjson.loads(data)


class _Handler(BaseGraphQLTransportWSHandler[Connection, None]):
    """Strawberry's, on its guard against messages that are JSON of another shape."""

    async def handle_message(self, message: Any) -> None:
        """Handle one message."""
        if not _is_well_formed(message):
            await self.handle_invalid_message("the message is not one of graphql-transport-ws")
            return
        await super().handle_message(message)

    async def send_message(self, message: Any) -> None:
        """Send a message; Strawberry's own refusals get their code here."""
        if message["type"] == "error":
            for error in message["payload"]:
                error.setdefault("extensions", {}).setdefault("code", "OVERLOADED")
        await super().send_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what an operation died of, but for a client that went, or was dropped, while it was sent something."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)


Sockets.graphql_transport_ws_handler_class = _Handler


class _Operations:
    """What the handler takes for a schema: it makes each operation a context, and keeps their number in bounds.

    A socket can outlive its key: who calls is asked anew for each operation, and for each result.
    """

    def __init__(
        self,
        schema: Schema,
        make_context: Callable[[Caller], Context],
        identify: Callable[[Connection], Awaitable[Caller]],
        documents: Documents,
        streams: Streams,
        tracing: Tracing | None,
        timeout_seconds: float,
    ) -> None:
        self._schema = schema
        self._make_context = make_context
        self._identify = identify
        self._documents = documents
        self._streams = streams
        self._tracing = tracing
        self._timeout_seconds = timeout_seconds

    async def stream(
        self, query: str, *, context_value: Connection, operation_name: str | None, **how: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """As `Schema.stream`."""
        return self._stream(query, context_value, operation_name, how)

    async def _stream(
        self, query: str, connection: Connection, name: str | None, how: dict[str, Any]
    ) -> AsyncGenerator[ExecutionResult, None]:
        span = self._tracing.request("WS /graphql", connection.http.scope["headers"]) if self._tracing else nullcontext()
        with span:
            try:
                caller = await self._identify(connection)
                self._documents.complete(Operation(query))
                self._streams.check()
            except Problem as problem:
                yield PreExecutionError(data=None, errors=[_error(problem)])
                return
            how = {**how, "operation_name": name, "timeout_seconds": self._timeout_seconds}
            context = self._make_context(caller)
            results = await self._schema.stream(query, context_value=context, **how)
            async with aclosing(self._streams.follow(name, results)) as followed:
                async for result in followed:
                    try:
                        await self._identify(connection)
                    except Problem as problem:
                        yield ExecutionResult(None, [_error(problem)])
                        return
                    yield result


def _error(problem: Problem) -> GraphQLError:
    return GraphQLError(problem.message, extensions={"code": problem.code})


class _Patience:
    """Drops a client that does not take a message in for ``seconds``."""

    def __init__(self, receive: Receive, send: Send, seconds: float) -> None:
        self._receive = receive
        self._send = send
        self._seconds = seconds
        self._dropped = asyncio.Event()

    async def send(self, message: Message) -> None:
        """Send a message in time."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(message)
        except TimeoutError:
            logger.warning("dropped a WebSocket that took nothing in for %g seconds", self._seconds)
            self._dropped.set()
            raise

    async def receive(self) -> Message:
        """The client's next message, or its end when it was dropped."""
        received: Awaitable[Any] = asyncio.ensure_future(self._receive())
        dropped: Awaitable[Any] = asyncio.ensure_future(self._dropped.wait())
        tasks = cast("set[asyncio.Future[Any]]", {received, dropped})
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if received in done:
                message: Message = await received
                return message
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        finally:
            for task in tasks:
                task.cancel()


def _is_well_formed(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in {"subscribe", "complete"} and not (isinstance(message.get("id"), str) and message["id"]):
        return False
    if message["type"] != "subscribe":
        return True
    payload = message.get("payload")
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
