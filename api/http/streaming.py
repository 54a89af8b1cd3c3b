"""Results one after another: Server-Sent Events as graphql-sse has them (distinct connections)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any, TypeVar

import orjson
from starlette.types import Send
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.http.execution import refusal_of
from api.http.negotiation import EVENT_STREAM, MULTIPART
from api.http.operation import Operation
from api.http.problems import Problem
from api.http.request_log import RequestLog
from schema import Context, Schema

T = TypeVar("T", bound="Mapping[str, Any] | ExecutionResult")

# Proxies give up on silent connections, many of them after a minute.
_KEEP_ALIVE_SECONDS = 15.0


class Streams:
    """The operations whose results come one after another, over WebSockets and as events: ``most`` of them at once."""

    def __init__(self, most: int, journal: RequestLog) -> None:
        self._most = most
        self._journal = journal
        self._open = 0

    def check(self) -> None:
        """Raise `Problem` 503 where no more may be opened."""
        if self._open >= self._most:
            raise Problem(503, f"{self._open} streams are open; try again", headers={"Retry-After": "1"})

    async def follow(self, name: str | None, results: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The results; counted while they come, and entered in the journal when they end."""
        started, outcome = perf_counter(), "cancelled"
        self._open += 1
        self._journal.metrics.streams.inc()
        try:
            failed = False
            async with aclosing(results):
                async for result in results:
                    failed = failed or bool(result.errors if isinstance(result, ExecutionResult) else result.get("errors"))
                    yield result
            outcome = "error" if failed else "ok"
        finally:
            self._open -= 1
            self._journal.metrics.streams.dec()
            self._journal.note(name, outcome, perf_counter() - started)


async def stream(
    schema: Schema, operation: Operation, context: Context, *, allowed: tuple[OperationType, ...], timeout_seconds: float
) -> AsyncGenerator[Mapping[str, Any], None]:
    """The results of an operation as JSON objects: a subscription has many, what is deferred has parts, else it is one."""
    try:
        results = await schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            allowed_operation_types=allowed,
            in_parts=True,
            timeout_seconds=timeout_seconds,
        )
        async with aclosing(results):
            async for result in results:
                yield result if isinstance(result, dict) else response_of(result)
    except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError) as error:
        yield refusal_of(error).document


def response_of(result: ExecutionResult) -> dict[str, Any]:
    """A result as GraphQL writes it."""
    response: dict[str, Any] = {} if isinstance(result, PreExecutionError) else {"data": result.data}
    if result.errors:
        response["errors"] = [error.formatted for error in result.errors]
    return response


async def send_parts(
    first: Mapping[str, Any], rest: AsyncGenerator[Mapping[str, Any], None], send: Send, *, send_timeout: float
) -> None:
    """Send the parts of a deferred result as ``multipart/mixed``, as GraphQL's incremental delivery over HTTP has it.

    Raises:
        TimeoutError: the client did not take a part in for ``send_timeout`` seconds.
    """

    async def write(part: Mapping[str, Any]) -> None:
        head = b"\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        async with asyncio.timeout(send_timeout):
            await send({"type": "http.response.body", "body": head + orjson.dumps(part), "more_body": True})

    headers = [
        (b"content-type", f'{MULTIPART}; boundary="-"'.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await write(first)
    async for part in rest:
        await write(part)
    await send({"type": "http.response.body", "body": b"\r\n-----\r\n"})


async def send_events(results: AsyncGenerator[Mapping[str, Any], None], send: Send, *, send_timeout: float) -> None:
    """Send the results as events, a comment now and then, and the end.

    Raises:
        TimeoutError: the client did not take an event in for ``send_timeout`` seconds.
    """

    async def write(body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(send_timeout):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    headers = [
        (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await write(b":\n\n")
    async with aclosing(results):
        waiting = asyncio.ensure_future(anext(results, None))
        try:
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=_KEEP_ALIVE_SECONDS)
                if not done:
                    await write(b":\n\n")
                    continue
                result = waiting.result()
                if result is None:
                    break
                await write(b"event: next\ndata: " + orjson.dumps(result) + b"\n\n")
                waiting = asyncio.ensure_future(anext(results, None))
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    await write(b"event: complete\ndata:\n\n", more=False)
