"""Documents that clients name instead of sending; entity tags and compression of what comes back."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings, SettingsError

SIZE = "query Size { corpus { articleCount } }"
HASH = hashlib.sha256(SIZE.encode()).hexdigest()
ANSWER = {"data": {"corpus": {"articleCount": 1}}}
NEW = {"accept": "application/graphql-response+json"}

Make = Callable[..., TestClient]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "size.graphql").write_text(SIZE)
    (tmp_path / "made.json").write_text(json.dumps({"named": "{ __typename }", "sha256:abc": "{ a: __typename }"}))
    return str(tmp_path)


def persisted(sha256: object, version: object = 1) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": version, "sha256Hash": sha256}}}


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("id_", [HASH, f"sha256:{HASH}"])
def test_a_trusted_document_is_run_by_its_id(make_client: Make, folder: str, id_: str) -> None:
    client = make_client(documents=folder)
    assert client.post("/graphql", json={"documentId": id_}).json() == ANSWER
    assert client.get("/graphql", params={"documentId": id_}).json() == ANSWER


def test_a_manifest_names_documents(make_client: Make, folder: str) -> None:
    client = make_client(documents=folder)
    assert client.post("/graphql", json={"documentId": "named"}).json() == {"data": {"__typename": "Query"}}
    assert client.post("/graphql", json={"documentId": "sha256:abc"}).json() == {"data": {"a": "Query"}}
    response = client.post("/graphql", json={"documentId": "other"})
    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")


def test_where_only_trusted_documents_run_others_do_not(make_client: Make, folder: str) -> None:
    client = make_client(documents=folder, trusted_only=True)
    assert client.post("/graphql", json={"documentId": HASH}).json() == ANSWER
    assert client.post("/graphql", json={"query": SIZE}).json() == ANSWER
    assert client.post("/graphql", json=persisted(HASH)).json() == ANSWER
    for body in ({"query": "{ __schema { description } }"}, {"query": "{ x: __typename }"} | persisted("0" * 64)):
        response = client.post("/graphql", json=body)
        assert (response.status_code, code(response)) == (403, "UNTRUSTED_DOCUMENT")


def test_a_client_registers_a_document_with_its_first_request(make_client: Make) -> None:
    client = make_client()
    response = client.post("/graphql", json=persisted(HASH))
    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert client.post("/graphql", json={"query": SIZE} | persisted(HASH)).json() == ANSWER
    assert client.post("/graphql", json=persisted(HASH)).json() == ANSWER
    parameters = {"extensions": json.dumps(persisted(HASH)["extensions"])}
    assert client.get("/graphql", params=parameters).json() == ANSWER


@pytest.mark.parametrize(
    "body",
    [
        {"query": SIZE} | persisted("0" * 64),
        {"query": SIZE} | persisted(HASH.upper()),
        {"query": SIZE} | persisted(1),
        {"query": SIZE} | persisted(HASH, 2),
        {"query": SIZE, "extensions": {"persistedQuery": 1}},
        {"documentId": 1},
        persisted(""),
    ],
)
def test_what_is_no_hash_of_the_document_is_refused(make_client: Make, body: dict[str, Any]) -> None:
    response = make_client().post("/graphql", json=body)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


def test_what_is_registered_is_bounded(make_client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.persisted_documents._MOST_REGISTERED", 2)
    client = make_client()
    documents = [f"{{ a{n}: __typename }}" for n in range(3)]
    hashes = [hashlib.sha256(document.encode()).hexdigest() for document in documents]
    for document, sha256 in zip(documents, hashes, strict=True):
        client.post("/graphql", json={"query": document} | persisted(sha256))
    assert "errors" in client.post("/graphql", json=persisted(hashes[0])).json()
    assert client.post("/graphql", json=persisted(hashes[2])).json() == {"data": {"a2": "Query"}}


def test_what_is_very_long_is_not_registered(make_client: Make) -> None:
    client = make_client()
    document = "{ __typename } # " + "x" * 30_000
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    assert client.post("/graphql", json={"query": document} | persisted(sha256)).json() == {"data": {"__typename": "Query"}}
    assert code(client.post("/graphql", json=persisted(sha256))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("id_", ["../../etc/passwd", "size.graphql", "\0", "sha256:../size", "x" * 100_000])
def test_an_id_is_no_path(make_client: Make, folder: str, id_: str) -> None:
    assert code(make_client(documents=folder).post("/graphql", json={"documentId": id_})) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_socket_runs_trusted_documents_only_too(make_client: Make, folder: str) -> None:
    client = make_client(documents=folder, trusted_only=True)
    with client.websocket_connect("ws://testserver/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ articles { totalCount } }"}})
        refused = socket.receive_json()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNTRUSTED_DOCUMENT")
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": SIZE}})
        assert socket.receive_json()["payload"] == ANSWER


def test_a_named_document_is_revalidated_by_its_tag(make_client: Make, folder: str) -> None:
    client = make_client(documents=folder)
    first = client.get("/graphql", params={"documentId": HASH})
    assert first.headers["cache-control"] == "private, no-cache"
    second = client.get("/graphql", params={"documentId": HASH}, headers={"if-none-match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    third = client.get("/graphql", params={"documentId": HASH}, headers={"if-none-match": '"another"'})
    assert third.json() == ANSWER
    assert "etag" not in client.get("/graphql", params={"query": SIZE}).headers


def test_a_folder_that_is_none_stops_the_server(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        create_app(Settings(documents=str(tmp_path / "none")))
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(SettingsError, match=r"bad\.json"):
        create_app(Settings(documents=str(tmp_path)))


def test_long_answers_are_compressed_where_the_client_can_read_it(client: TestClient) -> None:
    body = {"query": "{ articles { nodes { text } } }"}
    with client.stream("POST", "/graphql", json=body, headers={"accept-encoding": "gzip"}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["vary"]
    plain = client.post("/graphql", json=body, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
