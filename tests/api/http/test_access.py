"""API keys at the door: over HTTP, streams and WebSockets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.http.app import create_app
from api.server.server import bind
from api.settings import Settings, SettingsError, load_settings
from retrieval import Archive, ArticleInput
from retrieval.api_keys import KeyRing, Scope

READ = {"query": "{ corpus { articleCount } }"}
WRITE = {"query": 'mutation { removeArticles(input: {ids: ["nothing"]}) { removedIds } }'}

Make = Callable[..., TestClient]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Archive.open(tmp_path / "news.db").close()
    return tmp_path / "news.db"


@pytest.fixture
def keys(path: Path) -> Iterator[dict[str, str]]:
    """The text of a key of each scope."""
    with KeyRing(path) as ring:
        yield {scope.value: ring.make(scope.value, scope)[1] for scope in Scope}


@pytest.fixture
def serve(path: Path) -> Iterator[Make]:
    opened: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        client = TestClient(create_app(Settings(archive=str(path), allowed_hosts=("testserver",), **settings)))
        opened.append(client.__enter__())
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


def ask(client: TestClient, body: dict[str, str], key: str | None = None) -> tuple[int, str | None]:
    """The status, and the code of the first error."""
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    response = client.post("/graphql", json=body, headers=headers)
    errors = response.json().get("errors", [])
    return response.status_code, errors[0]["extensions"]["code"] if errors else None


def test_an_archive_without_keys_is_open(serve: Make) -> None:
    client = serve()
    assert ask(client, READ) == (200, None)
    assert ask(client, WRITE) == (200, None)


def test_with_keys_writing_takes_one_with_that_scope(serve: Make, keys: dict[str, str]) -> None:
    client = serve()
    assert ask(client, READ) == (200, None)
    assert ask(client, WRITE) == (200, "FORBIDDEN")
    assert ask(client, WRITE, keys["read"]) == (200, "FORBIDDEN")
    assert ask(client, WRITE, keys["write"]) == (200, None)
    assert ask(client, WRITE, keys["admin"]) == (200, None)


def test_reading_can_take_a_key_too(serve: Make, keys: dict[str, str]) -> None:
    client = serve(anonymous_read=False)
    assert ask(client, READ) == (401, "UNAUTHENTICATED")
    assert ask(client, READ, keys["read"]) == (200, None)
    assert client.post("/graphql", json=READ, headers={"x-api-key": keys["read"]}).status_code == 200


@pytest.mark.parametrize("key", ["", "nonsense", "dl_abc_def", "dl_" + "a" * 500, "é"])
def test_a_key_that_is_none_is_refused_and_not_repeated(serve: Make, keys: dict[str, str], key: str) -> None:
    response = serve().post("/graphql", json=READ, headers={b"authorization": f"Bearer {key}".encode()})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert not key or key not in response.text
    assert keys


def test_another_kind_of_authorization_is_refused(serve: Make) -> None:
    assert serve().post("/graphql", json=READ, headers={"authorization": "Basic eDp5"}).status_code == 401


def test_a_revoked_key_is_out_while_the_server_runs(
    serve: Make, path: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.access._BELIEVED_SECONDS", 0.0)
    client = serve(anonymous_read=False)
    assert ask(client, READ, keys["read"]) == (200, None)
    with KeyRing(path) as ring:
        ring.revoke(keys["read"].split("_")[1])
    assert ask(client, READ, keys["read"]) == (401, "UNAUTHENTICATED")


def connect(client: TestClient, payload: dict[str, str] | None = None, **headers: str) -> Any:
    """What a WebSocket answers to connection_init, or the code with which it was closed."""
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"], headers=headers) as socket:
        socket.send_json({"type": "connection_init"} | ({"payload": payload} if payload else {}))
        try:
            return socket.receive_json()["type"]
        except WebSocketDisconnect as end:
            return end.code


def test_a_socket_takes_the_same_keys(serve: Make, keys: dict[str, str]) -> None:
    client = serve(anonymous_read=False)
    assert connect(client) == 4403
    assert connect(client, {"authorization": "Bearer nonsense"}) == 4403
    assert connect(client, {"authorization": f"Bearer {keys['read']}"}) == "connection_ack"
    assert connect(client, {"x-api-key": keys["read"]}) == "connection_ack"
    assert connect(client, authorization=f"Bearer {keys['read']}") == "connection_ack"


def test_a_socket_does_not_outlive_its_key(
    serve: Make, path: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.access._BELIEVED_SECONDS", 0.0)
    client = serve(anonymous_read=False)
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {keys['write']}"}})
        socket.receive_json()
        follow = {"query": "subscription { articleIngested { title } }"}
        socket.send_json({"type": "subscribe", "id": "1", "payload": follow})
        socket.send_json({"type": "subscribe", "id": "2", "payload": READ})
        assert socket.receive_json()["payload"] == {"data": {"corpus": {"articleCount": 0}}}
        assert socket.receive_json() == {"type": "complete", "id": "2"}
        time.sleep(0.7)  # until the first has begun: nothing tells when
        with KeyRing(path) as ring:
            ring.revoke(keys["write"].split("_")[1])
        socket.send_json({"type": "subscribe", "id": "3", "payload": WRITE})
        refused = socket.receive_json()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNAUTHENTICATED")
        with Archive.open(path) as archive:
            archive.ingest_articles([ArticleInput("Flood in Ghent\n\nThe river rose.", url="https://a.example/1")])
        last = socket.receive_json()["payload"]
        assert last["data"] is None
        assert last["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert socket.receive_json() == {"type": "complete", "id": "1"}


def test_a_socket_without_the_scope_cannot_write(serve: Make, keys: dict[str, str]) -> None:
    with serve().websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {keys['read']}"}})
        socket.receive_json()
        socket.send_json({"type": "subscribe", "id": "1", "payload": WRITE})
        (error,) = socket.receive_json()["payload"]["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"


def test_writes_are_in_the_audit_log_and_keys_in_no_log(
    serve: Make, keys: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = serve()
    ask(client, WRITE, keys["write"])
    ask(client, WRITE, keys["read"])
    ask(client, WRITE)
    ask(client, READ, "dl_nonsense_secret")
    records = [vars(record) for record in caplog.records if record.name == "dateline.audit"]
    ids = {scope: text.split("_")[1] for scope, text in keys.items()}
    assert [(r["action"], r["caller"], r["allowed"]) for r in records] == [
        ("removeArticles (1)", f"key:{ids['write']}", True),
        ("removeArticles (1)", f"key:{ids['read']}", False),
        ("removeArticles (1)", "address:testclient", False),
    ]
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "nonsense_secret" not in logged
    assert not [text for text in keys.values() if text.split("_", 2)[2] in logged]


def test_an_open_address_takes_keys_or_leave(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="dateline keys create"):
        bind(load_settings(host="0.0.0.0", port=0, archive=str(path)))
    with pytest.raises(SettingsError, match="dateline keys create"):
        bind(load_settings(host="0.0.0.0", port=0, archive=str(tmp_path / "none.db")))
    with KeyRing(path) as ring:
        key, _ = ring.make("the desk", Scope.READ)
        bind(load_settings(host="0.0.0.0", port=0, archive=str(path))).close()
        ring.revoke(key.id)
    with pytest.raises(SettingsError, match="dateline keys create"):
        bind(load_settings(host="0.0.0.0", port=0, archive=str(path)))


def test_metrics_tell_of_requests_by_name(serve: Make) -> None:
    client = serve()
    client.post("/graphql", json={"query": "query Size { corpus { articleCount } }", "operationName": "Size"})
    client.post("/graphql", json={"query": "{ nothing }", "operationName": "a\nb"})
    page = client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert 'dateline_requests_total{operation="Size",outcome="ok"} 1.0' in page.text
    assert 'dateline_requests_total{operation="anonymous",outcome="refused"} 1.0' in page.text
    for name in ("dateline_index_lag 0.0", "dateline_queue_waiting 0.0", "dateline_request_seconds_bucket"):
        assert name in page.text
    assert 'dateline_cache_lookups_total{result="miss"}' in page.text


def test_the_names_in_metrics_are_bounded(serve: Make) -> None:
    client = serve()
    for n in range(110):
        client.post("/graphql", json={"query": f"query Q{n} {{ __typename }}", "operationName": f"Q{n}"})
    text = client.get("/metrics").text
    assert text.count("dateline_requests_total{") == 101
    assert 'operation="other",outcome="ok"} 10.0' in text


def test_metrics_take_an_admin_where_there_are_keys(serve: Make, keys: dict[str, str]) -> None:
    client = serve()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"x-api-key": keys["write"]}).status_code == 403
    assert client.get("/metrics", headers={"x-api-key": keys["admin"]}).status_code == 200


def test_a_client_that_spent_its_budget_is_told_when_to_come_back(serve: Make) -> None:
    client = serve(rate_limit=2)
    response = client.post("/graphql", json=READ)
    assert (response.headers["ratelimit-limit"], response.headers["ratelimit-remaining"]) == ("2", "1")
    client.post("/graphql", json=READ)
    refused = client.post("/graphql", json=READ)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(refused.headers["retry-after"]) <= 60
