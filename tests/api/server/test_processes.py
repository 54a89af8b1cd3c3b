"""Several processes behind one address: their figures, their replacement, their end."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from api.cli.sample import SAMPLE_QUESTION
from retrieval import Archive
from tests.conftest import server_process

ONE = {"query": "query One { __typename }", "operationName": "One"}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")


def figure(page: str, name: str, **labels: str) -> float:
    """The value of ``name``; the client writes labels in an order of its own."""
    for found in re.finditer(rf"^{name}(?:\{{(.*)\}})? (\S+)$", page, re.MULTILINE):
        if dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
            return float(found[2])
    raise AssertionError(f"no {name} with {labels}")


def post(address: str, body: object) -> httpx2.Response:
    return httpx2.post(f"{address}/graphql", json=body, timeout=60)


def test_figures_are_of_all_processes(seed_archive: Path, tmp_path: Path) -> None:
    settings = {"DATELINE_LOG_FORMAT": "json", "DATELINE_EXECUTION_TIMEOUT_SECONDS": "60"}
    with server_process(seed_archive, tmp_path, "--workers", "2", **settings) as (address, _):
        for _ in range(40):
            assert post(address, ONE).status_code == 200
        assert post(address, {"query": f'{{ ask(question: "{SAMPLE_QUESTION}") {{ status }} }}'}).status_code == 200
        assert post(address, {"query": '{ searchPassages(query: "general") { totalCount } }'}).status_code == 200
        pages = [httpx2.get(f"{address}/metrics", timeout=30).text for _ in range(6)]
    records = [orjson.loads(line) for line in (tmp_path / "server.log").read_text().splitlines()]
    assert sum(record["logger"] == "dateline.server" for record in records) == 42
    for page in pages:  # whichever process answers
        assert figure(page, "dateline_requests_total", operation="One", outcome="ok") == 40
        for stage in ("ask", "retrieval", "reading", "search"):
            assert figure(page, "dateline_stage_seconds_count", stage=stage) == 1
        assert figure(page, "dateline_index_lag") == 0
        assert figure(page, "dateline_running") == 0
        lookups = [figure(page, "dateline_cache_lookups_total", result=result) for result in ("hit", "miss")]
        assert sum(lookups) == 42
        assert lookups[0] >= 38
    total, parts = (figure(pages[0], "dateline_stage_seconds_sum", stage=stage) for stage in ("ask", "retrieval"))
    assert total >= parts > 0


def test_new_processes_take_over_without_a_lost_request(seed_archive: Path, tmp_path: Path) -> None:
    with server_process(seed_archive, tmp_path, "--workers", "2") as (address, process):
        assert post(address, ONE).status_code == 200
        ended = threading.Event()
        lost: list[object] = []
        answered = 0

        def ask_on() -> None:
            nonlocal answered
            while not ended.is_set():
                try:
                    response = post(address, ONE)
                except httpx2.HTTPError as error:
                    lost.append(error)
                    continue
                answered += 1
                if response.status_code != 200:
                    lost.append(response.text)

        thread = threading.Thread(target=ask_on)
        thread.start()
        process.send_signal(signal.SIGHUP)
        log = tmp_path / "server.log"
        deadline = time.monotonic() + 120
        while log.read_text().count("Application startup complete") < 4 and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1)
        ended.set()
        thread.join()
    assert log.read_text().count("Application startup complete") == 4
    assert lost == []
    assert answered > 10


def test_processes_do_not_outlive_the_one_that_started_them(seed_archive: Path, tmp_path: Path) -> None:
    with server_process(seed_archive, tmp_path, "--workers", "2") as (address, process):
        assert post(address, ONE).status_code == 200
        process.kill()
        process.wait()
        at = urlsplit(address)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection((at.hostname or "", at.port or 0), timeout=5).close()
            except ConnectionRefusedError:
                return
            time.sleep(0.2)
    raise AssertionError("something still listens")


@contextmanager
def follow(address: str, document: str) -> Iterator[ClientConnection]:
    """A socket that has subscribed."""
    protocol = Subprotocol("graphql-transport-ws")
    with connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=[protocol], open_timeout=60) as made:
        made.send('{"type": "connection_init"}')
        assert orjson.loads(made.recv(60))["type"] == "connection_ack"
        made.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": {"query": document}}), text=True)
        yield made


def owners(sockets: Sequence[ClientConnection], port: int, parent: int) -> set[str]:
    """The processes of the server that have the other ends."""
    names = {made.socket.getsockname()[1] for made in sockets}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    links = {
        f"socket:[{row[9]}]"
        for row in rows
        if int(row[1].rpartition(":")[2], 16) == port and int(row[2].rpartition(":")[2], 16) in names
    }
    found = set()
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        for descriptor in Path(f"/proc/{child}/fd").iterdir():
            with suppress(OSError):
                if str(descriptor.readlink()) in links:
                    found.add(child)
    return found


def test_a_subscriber_of_one_process_hears_of_what_came_in_by_another(tmp_path: Path) -> None:
    archive = tmp_path / "news.db"
    Archive.open(archive).close()
    ingest = """mutation ($text: String!) { ingestArticles(input: {articles: [{text: $text, url: "https://a.example/new"}],
      wait: false}) { job { id } } }"""
    with server_process(archive, tmp_path, "--workers", "2") as (address, process), ExitStack() as stack:
        port = urlsplit(address).port or 0
        sockets: list[ClientConnection] = []
        while len(owners(sockets, port, process.pid)) < 2:
            assert len(sockets) < 100
            document = "subscription { articleIngested { url } }"
            sockets += [stack.enter_context(follow(address, document)) for _ in range(4)]
        time.sleep(2)  # until each has begun: nothing tells when
        response = post(address, {"query": ingest, "variables": {"text": "Flood in Ghent\n\nThe river rose on Monday."}})
        job = response.json()["data"]["ingestArticles"]["job"]["id"]
        document = f'subscription {{ ingestJobUpdated(id: "{job}") {{ state }} }}'
        jobs = [stack.enter_context(follow(address, document)) for _ in range(len(sockets))]
        for made in sockets:
            found = orjson.loads(made.recv(60))["payload"]
            assert found == {"data": {"articleIngested": {"url": "https://a.example/new"}}}
        for made in jobs:
            states = []
            while (message := orjson.loads(made.recv(60)))["type"] == "next":
                states.append(message["payload"]["data"]["ingestJobUpdated"]["state"])
            assert states[-1] == "SUCCEEDED"
