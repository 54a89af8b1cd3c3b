"""The endpoint around a schema that can wait and fail at will."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest
import strawberry
from starlette.types import Message

from api.http.graphql import GraphQLEndpoint
from api.http.middleware import RequestEdge
from api.settings import Settings
from schema import Schema


class Gate:
    """What the slow resolver waits for, and what became of it."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.opened = asyncio.Event()
        self.was_cancelled = False


gates: list[Gate] = []


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> int:
        gate = gates[-1]
        gate.started.set()
        try:
            await gate.opened.wait()
        except asyncio.CancelledError:
            gate.was_cancelled = True
            raise
        return 1


SCHEMA = Schema(Query)


def make_endpoint(make_context: Callable[[Any], Any] = lambda _: None, **settings: Any) -> GraphQLEndpoint:
    gates.append(Gate())
    return GraphQLEndpoint(SCHEMA, make_context=make_context, settings=Settings(**settings))


class Call:
    """One HTTP request to an ASGI application."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.inbox.put_nowait({"type": "http.request", "body": orjson.dumps({"query": "{ slow }"}), "more_body": False})
        self.sent: list[Message] = []

    async def run(self) -> None:
        headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}

        async def send(message: Message) -> None:
            self.sent.append(message)

        await self.app(scope, self.inbox.get, send)

    @property
    def status(self) -> int | None:
        return int(self.sent[0]["status"]) if self.sent else None


def test_a_client_that_goes_away_stops_its_operation() -> None:
    async def scenario() -> None:
        endpoint = make_endpoint()
        call = Call(endpoint)
        task = asyncio.create_task(call.run())
        await gates[-1].started.wait()
        call.inbox.put_nowait({"type": "http.disconnect"})
        await asyncio.wait_for(task, 5)
        assert gates[-1].was_cancelled
        assert call.sent == []
        assert endpoint.running == 0

    asyncio.run(scenario())


def test_a_client_that_goes_away_while_sending_is_let_go() -> None:
    async def scenario() -> None:
        call = Call(make_endpoint())
        call.inbox.get_nowait()
        call.inbox.put_nowait({"type": "http.request", "body": b"{", "more_body": True})
        call.inbox.put_nowait({"type": "http.disconnect"})
        await asyncio.wait_for(call.run(), 5)
        assert call.sent == []

    asyncio.run(scenario())


def test_a_run_past_the_time_out_is_cancelled() -> None:
    async def scenario() -> None:
        call = Call(make_endpoint(execution_timeout_seconds=0.05))
        await asyncio.wait_for(call.run(), 5)
        assert call.status == 504
        assert gates[-1].was_cancelled

    asyncio.run(scenario())


def test_one_operation_too_many_is_told_to_come_back() -> None:
    async def scenario() -> None:
        endpoint = make_endpoint(max_concurrent_requests=1)
        first, second = Call(endpoint), Call(endpoint)
        running = asyncio.create_task(first.run())
        await gates[-1].started.wait()
        await second.run()
        assert second.status == 503
        assert (b"retry-after", b"1") in second.sent[0]["headers"]
        gates[-1].opened.set()
        await running
        assert first.status == 200
        assert endpoint.running == 0

    asyncio.run(scenario())


def test_a_bug_is_masked_and_logged_under_the_request_id(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Any) -> Any:
        raise RuntimeError("the secret")

    async def scenario() -> Call:
        call = Call(RequestEdge(make_endpoint(fail)))
        await call.run()
        return call

    call = asyncio.run(scenario())
    error = orjson.loads(call.sent[1]["body"])["errors"][0]
    assert call.status == 500
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in error["message"]
    assert error["extensions"]["requestId"] in caplog.text
    assert "the secret" in caplog.text
