"""The edges of the server: operations that cannot run, logs that keep secrets, and codes that are documented."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient
from websockets import Subprotocol
from websockets.sync.client import connect

from api.http.app import create_app
from api.http.problems import CODES
from api.settings import Settings
from retrieval import Archive
from retrieval.api_keys import KeyRing, Scope
from schema import errors as schema_errors
from tests.conftest import serving

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"query": ""}, "empty"),
        ({"query": " "}, "Syntax Error"),
        ({"query": "# nothing"}, "Syntax Error"),
        ({"query": "fragment F on Query { __typename }"}, "no operation"),
        ({"query": "query A { __typename }", "operationName": "B"}, "named 'B'"),
        ({"query": "query A { __typename } query B { __typename }"}, "several operations"),
        ({"query": "query A { __typename } query B { __typename }", "operationName": "C"}, "named 'C'"),
        ({"query": "{"}, "Syntax Error"),
        ({"query": "{ nothing }"}, "Cannot query"),
    ],
    ids=["empty", "blank", "comment", "fragment", "other name", "no name", "none of two", "cut", "invalid"],
)
def test_an_operation_that_cannot_run_is_an_error_on_its_socket(
    client: TestClient, payload: dict[str, Any], message: str
) -> None:
    with client.websocket_connect("ws://testserver/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        refused = socket.receive_json()
        assert (refused["type"], refused["id"]) == ("error", "1")
        (error,) = refused["payload"]
        assert message in error["message"]
        assert error["extensions"]["code"] in {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}})  # the id is free
        assert socket.receive_json() == {"id": "1", "type": "next", "payload": {"data": {"__typename": "Query"}}}


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_log_shows_no_key_at_any_level(seed_archive: Path, tmp_path: Path, log_format: str) -> None:
    archive = tmp_path / "news.db"
    archive.write_bytes(seed_archive.read_bytes())
    with KeyRing(archive) as ring:
        key = ring.make("reader", Scope.READ)[1]
    settings = {"DATELINE_LOG_LEVEL": "debug", "DATELINE_LOG_FORMAT": log_format, "PYTHONASYNCIODEBUG": "1"}
    with serving(archive, tmp_path, **settings) as address:
        for headers in ({"authorization": f"Bearer {key}"}, {"x-api-key": key}, {"x-api-key": "secret-header"}):
            httpx2.post(f"{address}/graphql?key=secret-parameter", json={"query": "{ __typename }"}, headers=headers)
        protocol = Subprotocol("graphql-transport-ws")
        for payload in ({"authorization": f"Bearer {key}"}, {"x-api-key": "secret-key"}, {"other": "secret-payload"}):
            url = f"{address.replace('http', 'ws')}/graphql?key=secret-parameter"
            with connect(url, subprotocols=[protocol], additional_headers={"x-api-key": key}) as socket:
                socket.send(orjson.dumps({"type": "connection_init", "payload": payload}), text=True)
                try:
                    socket.recv(30)
                except Exception:  # noqa: BLE001 - how it refuses is tested elsewhere
                    continue
                socket.send('{"type": "nothing", "secret-message": 1}')
    log = (tmp_path / "server.log").read_text()
    assert "dateline.server" in log
    assert key not in log
    assert "secret" not in log


def test_lists_do_not_wait_for_articles_that_are_taken_in(seed_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def wait(*_: Any) -> list[Any]:
        begun.set()
        assert go.wait(60)
        return []

    ingest = {"query": 'mutation { ingestArticles(input: {articles: [{text: "It rained."}]}) { clientMutationId } }'}
    settings = Settings(allowed_hosts=("*",), threads=2, warm_up=False, execution_timeout_seconds=120)
    with (
        Archive.open(seed_archive) as archive,
        TestClient(create_app(settings, archive=archive)) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        monkeypatch.setattr(archive, "ingest_articles", wait)
        waiting = [pool.submit(client.post, "/graphql", json=ingest) for _ in range(8)]
        try:
            assert begun.wait(60)
            answer = client.post("/graphql", json={"query": "{ corpus { articleCount } articles { totalCount } }"})
            assert answer.json() == {"data": {"corpus": {"articleCount": 1}, "articles": {"totalCount": 1}}}
            assert not any(one.done() for one in waiting)
        finally:
            go.set()
        assert all("errors" not in one.result(60).json() for one in waiting)


def test_every_code_is_documented() -> None:
    """Codes are constants of two modules, or stand as `code="..."` or `"code": "..."` where they are raised."""
    sent = set(CODES.values()) | {code for _, code in schema_errors._CODES}
    for package in ("api", "schema"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text()
            sent |= set(re.findall(r"""(?:\bcode=|"code",? ?:? ?)"([A-Z][A-Z_]+)\"""", text))
            sent |= set(re.findall(r"""^([A-Z_]+) = "\1"$""", text, re.MULTILINE))
    for name in ("PARSE_FAILED", "VALIDATION_FAILED"):
        sent.add(getattr(schema_errors, name))
    assert {"TIMEOUT", "COST_EXCEEDED", "UNTRUSTED_DOCUMENT", "OVERLOADED", "BAD_USER_INPUT"} <= sent
    text = (ROOT / "docs" / "clients.md").read_text().partition("## curl")[0]
    documented = {code for line in text.splitlines() if line.startswith("|") for code in re.findall(r"`([A-Z]+_?[A-Z_]*)`",
                  line.split("|")[1])}  # fmt: skip
    assert documented == sent
