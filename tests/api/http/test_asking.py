"""Answers as they come about, through a real uvicorn; and that nobody works for a client who has left."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import uvicorn
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from api.cli.sample import SAMPLE_QUESTION
from api.http.app import create_app
from api.settings import Settings
from retrieval import Answer, Archive, AskCancelled, AskStage, PassagesFound

ANSWER = "status text confidence statements { text citations { text } } candidates { text } accounts { stance }"
FOLLOW = f"""subscription ($question: String!) {{ ask(question: $question) {{ __typename
  ... on AskInterpreted {{ interpretation {{ answerType }} }}
  ... on AskPassagesRetrieved {{ passages {{ text }} }}
  ... on AskCandidateFound {{ candidate {{ text }} }}
  ... on AskStatementAdded {{ statement {{ text }} }}
  ... on AskCompleted {{ answer {{ {ANSWER} }} }} }} }}"""
ORDER = ["AskInterpreted", "AskPassagesRetrieved", "AskCandidateFound", "AskStatementAdded", "AskCompleted"]
PATIENCE = 20.0


class Watched:
    """An archive that holds each question, once its passages are found, until `go` is set or nobody wants the answer."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.go = threading.Event()
        self.reached = threading.Event()
        self.cancelled = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def ask(self, question: str, *, on_stage: Any = None, should_stop: Any = None, **how: Any) -> Answer:
        def hold(stage: AskStage) -> None:
            if on_stage is not None:
                on_stage(stage)
            if isinstance(stage, PassagesFound):
                self.reached.set()
                for _ in range(int(PATIENCE * 100)):
                    if self.go.wait(0.01) or should_stop():
                        break

        try:
            return self._archive.ask(question, on_stage=hold, should_stop=should_stop, **how)
        except AskCancelled:
            self.cancelled.set()
            raise


@pytest.fixture
def watched(seed_archive: Path) -> Iterator[Watched]:
    with Archive.open(seed_archive) as archive:
        yield Watched(archive)


@pytest.fixture
def address(watched: Watched) -> Iterator[str]:
    """Host and port of a server over the watched archive."""
    with serving(watched, execution_timeout_seconds=1.0) as address:
        yield address


@contextmanager
def serving(watched: Watched, *, execution_timeout_seconds: float) -> Iterator[str]:
    settings = Settings(allowed_hosts=("127.0.0.1",), execution_timeout_seconds=execution_timeout_seconds, warm_up=False)
    app = create_app(settings, archive=watched)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            watched.go.set()
            server.should_exit = True
            thread.join()


@contextmanager
def follow_socket(address: str) -> Iterator[ClientConnection]:
    with connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as opened:
        opened.send('{"type": "connection_init"}')
        assert orjson.loads(opened.recv(PATIENCE))["type"] == "connection_ack"
        payload = {"query": FOLLOW, "variables": {"question": SAMPLE_QUESTION}}
        opened.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": payload}), text=True)
        yield opened


def socket_results(opened: ClientConnection) -> Iterator[Any]:
    while (message := orjson.loads(opened.recv(PATIENCE)))["type"] == "next":
        yield message["payload"]["data"]["ask"]
    assert message == {"id": "1", "type": "complete"}


def follow_events(address: str) -> Any:
    body = {"query": FOLLOW, "variables": {"question": SAMPLE_QUESTION}}
    url, accept = f"http://{address}/graphql", {"accept": "text/event-stream"}
    return httpx2.stream("POST", url, json=body, headers=accept, timeout=PATIENCE)


def event_results(response: httpx2.Response) -> Iterator[Any]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield orjson.loads(line[6:])["data"]["ask"]


def check(results: Iterator[Any], watched: Watched, address: str) -> None:
    """Two stages come while the passages are not read yet; then the others, and the answer that the query gives."""
    first = [next(results), next(results)]
    assert [step["__typename"] for step in first] == ORDER[:2]
    assert first[1]["passages"]
    watched.go.set()
    steps = first + list(results)
    kinds = [step["__typename"] for step in steps]
    assert kinds == sorted(kinds, key=ORDER.index)
    assert set(kinds) == set(ORDER)
    answer = steps[-1]["answer"]
    assert [step["candidate"] for step in steps if "candidate" in step] == answer["candidates"]
    query = f"query ($question: String!) {{ ask(question: $question) {{ {ANSWER} }} }}"
    body = {"query": query, "variables": {"question": SAMPLE_QUESTION}}
    response = httpx2.post(f"http://{address}/graphql", json=body, timeout=PATIENCE)
    assert response.json() == {"data": {"ask": answer}}


def test_stages_come_over_a_socket_as_they_are_reached(address: str, watched: Watched) -> None:
    with follow_socket(address) as opened:
        check(socket_results(opened), watched, address)


def test_stages_come_as_events_as_they_are_reached(address: str, watched: Watched) -> None:
    with follow_events(address) as response:
        check(event_results(response), watched, address)


def test_the_work_ends_when_a_socket_unsubscribes(address: str, watched: Watched) -> None:
    with follow_socket(address) as opened:
        next(socket_results(opened))
        opened.send('{"type": "complete", "id": "1"}')
        assert watched.cancelled.wait(PATIENCE)
        opened.send('{"type": "ping"}')
        while (message := orjson.loads(opened.recv(PATIENCE)))["type"] != "pong":
            assert message["payload"]["data"]["ask"]["__typename"] == "AskPassagesRetrieved"


def test_the_work_ends_when_a_socket_is_closed(address: str, watched: Watched) -> None:
    with follow_socket(address) as opened:
        next(socket_results(opened))
    assert watched.cancelled.wait(PATIENCE)


def test_the_work_ends_when_a_reader_of_events_leaves(address: str, watched: Watched) -> None:
    with follow_events(address) as response:
        next(event_results(response))
    assert watched.cancelled.wait(PATIENCE)


def test_a_query_that_is_streamed_ends_with_its_time(address: str, watched: Watched) -> None:
    query = '{ ask(question: "Who denied it?") { status } }'
    with connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as opened:
        opened.send('{"type": "connection_init"}')
        opened.recv(PATIENCE)
        opened.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}), text=True)
        result = orjson.loads(opened.recv(PATIENCE))["payload"]
    assert result["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert watched.cancelled.wait(PATIENCE)


def test_the_work_of_a_query_ends_with_its_time(address: str, watched: Watched) -> None:
    body = {"query": '{ ask(question: "Who denied it?") { status } }'}
    assert httpx2.post(f"http://{address}/graphql", json=body, timeout=PATIENCE).status_code == 504
    assert watched.cancelled.wait(PATIENCE)


def test_twenty_questions_at_once_leave_the_server_to_others(watched: Watched) -> None:
    query = "query ($question: String!) { ask(question: $question) { status } }"

    def ask(address: str, number: int) -> int:
        body = {"query": query, "variables": {"question": f"Who was killed in strike {number}?"}}
        return httpx2.post(f"http://{address}/graphql", json=body, timeout=5 * PATIENCE).status_code

    with serving(watched, execution_timeout_seconds=4 * PATIENCE) as address, ThreadPoolExecutor(20) as clients:
        asked = [clients.submit(ask, address, number) for number in range(20)]
        assert watched.reached.wait(PATIENCE)
        assert httpx2.get(f"http://{address}/health", timeout=PATIENCE).json() == {"status": "ok"}
        listing = httpx2.post(f"http://{address}/graphql", json={"query": "{ articles { totalCount } }"}, timeout=PATIENCE)
        assert listing.json() == {"data": {"articles": {"totalCount": 1}}}
        assert not any(one.done() for one in asked)
        watched.go.set()
        assert {one.result() for one in asked} == {200}
