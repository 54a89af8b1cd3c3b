"""Clients that leave a real server before they have their answer: what they asked for is not begun, or not gone on with."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from api.http.app import create_app
from api.settings import Settings
from retrieval import Archive

SEARCH = '{ searchPassages(query: "troops") { nodes { text } } }'
LIST = "{ articles { nodes { title } } }"
NESTED = "{ articles { nodes { title passages(first: 1) { nodes { text } } } } }"
PATIENCE = 20.0


class Held:
    """An archive that enters each call, and holds those of ``name`` until `go` is set."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive = archive
        self._name = name
        self.calls: list[str] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._archive, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            if name == self._name:
                self.begun.set()
                self.go.wait(PATIENCE)
            return found(*arguments, **named)

        return call


@pytest.fixture
def serve(seed_archive: Path) -> Iterator[Callable[[str], tuple[Held, str]]]:
    """Serves an archive that holds the calls of one name, with one thread for each kind of call."""
    ends: list[Callable[[], None]] = []

    def start(name: str) -> tuple[Held, str]:
        archive = Archive.open(seed_archive)
        held = Held(archive, name)
        settings = Settings(allowed_hosts=("127.0.0.1",), warm_up=False, threads=1, slow_threads=1)
        app = create_app(settings, archive=held)  # type: ignore[arg-type]
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()

        def end() -> None:
            held.go.set()
            server.should_exit = True
            thread.join()
            listener.close()
            archive.close()

        ends.append(end)
        return held, f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"

    yield start
    for end in ends:
        end()


def leave(address: str, query: str, *, clients: int = 1) -> None:
    """Ask, and hang up before the answer."""

    async def hang_up() -> None:
        async with httpx2.AsyncClient() as client:
            asking = [client.post(address, json={"query": query}, timeout=0.3) for _ in range(clients)]
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            assert all(isinstance(outcome, httpx2.TimeoutException) for outcome in outcomes), outcomes

    asyncio.run(hang_up())
    deadline = time.monotonic() + PATIENCE
    gone = f'dateline_requests_total{{operation="anonymous",outcome="cancelled"}} {clients}.0'
    while gone not in httpx2.get(address.replace("graphql", "metrics"), timeout=PATIENCE).text:
        assert time.monotonic() < deadline, "the server has not noticed"
        time.sleep(0.05)


@pytest.mark.parametrize(("query", "name"), [(SEARCH, "search"), (LIST, "articles")], ids=["search", "list"])
def test_what_is_queued_for_clients_that_left_is_never_begun(
    serve: Callable[[str], tuple[Held, str]], query: str, name: str
) -> None:
    held, address = serve(name)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(httpx2.post, address, json={"query": query}, timeout=PATIENCE)
        assert held.begun.wait(PATIENCE)
        leave(address, query, clients=20)
        held.go.set()
        assert "errors" not in first.result().json()
    assert httpx2.post(address, json={"query": query}, timeout=PATIENCE).status_code == 200
    assert held.calls.count(name) == 2


def test_a_list_is_not_gone_on_with_for_a_client_that_left(serve: Callable[[str], tuple[Held, str]]) -> None:
    held, address = serve("articles")
    leave(address, NESTED)
    assert held.begun.is_set()
    held.go.set()
    assert httpx2.post(address, json={"query": "{ corpus { articleCount } }"}, timeout=PATIENCE).status_code == 200
    assert [call for call in held.calls if "passage" in call] == []
    httpx2.post(address, json={"query": NESTED}, timeout=PATIENCE)
    assert [call for call in held.calls if "passage" in call] != []
