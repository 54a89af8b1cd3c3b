"""Each trap of serving GraphQL with Strawberry: what plain Strawberry does, and what this server does."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time, sleep
from typing import Any, cast

import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from strawberry import relay
from strawberry.asgi import GraphQL
from strawberry.extensions import MaxAliasesLimiter, QueryDepthLimiter, ValidationCache

from api.http.app import create_app
from api.settings import Settings
from retrieval import Archive

JSON = {"content-type": "application/json"}


@strawberry.type
class Fruit(relay.Node):
    id: relay.NodeID[int]

    @classmethod
    def resolve_nodes(cls, *, node_ids: Any, **_: Any) -> Any:
        return [None for _ in node_ids]


@strawberry.type
class Query:
    node: relay.Node = relay.node()

    @strawberry.field
    def word(self) -> str:
        return "x"


def plain_schema() -> strawberry.Schema:
    return strawberry.Schema(
        Query,
        extensions=[
            lambda: QueryDepthLimiter(max_depth=10),
            lambda: MaxAliasesLimiter(max_alias_count=10),
            ValidationCache,
        ],
    )


@pytest.fixture(scope="module")
def plain() -> Iterator[TestClient]:
    app = Starlette(routes=[Mount("/graphql", GraphQL(plain_schema(), graphql_ide=None))])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def doubled(depth: int) -> str:
    fragments = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(depth))
    return "{ ...F0 } " + fragments + f" fragment F{depth} on Query {{ __typename }}"


def seconds(client: TestClient, path: str, document: str) -> float:
    best = float("inf")
    for n in range(3):
        started = process_time()
        client.post(path, json={"query": f"{document} # {n}"})
        best = min(best, process_time() - started)
    return best


def test_limits_do_not_take_exponential_time(plain: TestClient, client: TestClient) -> None:
    # 2**17 steps against 34: so far apart that a busy machine does not blur it.
    assert seconds(plain, "/graphql/", doubled(17)) > 5 * seconds(client, "/graphql", doubled(17))


def test_limits_do_not_defeat_the_validation_cache(plain: TestClient, client: TestClient) -> None:
    cache: Any = ValidationCache().cached_validate_document
    ours = cast("Any", client.app).state.schema.preparation

    def hits(asked: TestClient, path: str, count: Callable[[], int]) -> int:
        before = count()
        for _ in range(10):
            assert asked.post(path, json={"query": "{ trap: __typename }"}).status_code == 200
        return count() - before

    assert hits(plain, "/graphql/", lambda: int(cache.cache_info().hits)) == 0
    assert hits(client, "/graphql", lambda: int(ours.hits)) >= 9


URQL = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"


def test_mentioning_a_stream_does_not_make_one(client: TestClient) -> None:
    response = client.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": URQL})
    assert response.headers["content-type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize("body", [b"1", b"null", b'"x"', b'{"query": "\xff"}', b"[" * 100_000])
def test_bodies_that_are_no_request_are_no_server_error(plain: TestClient, client: TestClient, body: bytes) -> None:
    assert plain.post("/graphql/", content=body, headers=JSON).status_code == 500
    response = client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_an_unknown_id_does_not_empty_the_response(plain: TestClient, client: TestClient) -> None:
    document = {"query": '{ __typename node(id: "RnJ1aXQ6MQ==") { id } }'}
    assert plain.post("/graphql/", json=document).json()["data"] is None
    assert client.post("/graphql", json={"query": '{ __typename node(id: "RXZlbnQ6bm9uZQ==") { id } }'}).json() == {
        "data": {"__typename": "Query", "node": None}
    }


def test_an_id_that_is_none_tells_no_internals(plain: TestClient, client: TestClient) -> None:
    document = {"query": '{ node(id: "x") { id } }'}
    assert "GlobalID" in plain.post("/graphql/", json=document).text
    (error,) = client.post("/graphql", json=document).json()["errors"]
    assert error["message"] == "id 'x' is not one of ours; use an id that this server gave"
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_path_is_no_redirect(plain: TestClient, client: TestClient) -> None:
    assert plain.post("/graphql", json={"query": "{ word }"}, follow_redirects=False).status_code == 307
    assert client.post("/graphql", json={"query": "{ __typename }"}, follow_redirects=False).status_code == 200


def test_a_slow_archive_does_not_stop_the_server(seed_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, let_go = threading.Event(), threading.Event()

    def wait(*_: Any) -> Any:
        started.set()
        assert let_go.wait(10)
        return Archive.corpus(archive)

    with (
        Archive.open(seed_archive) as archive,
        TestClient(create_app(Settings(allowed_hosts=("*",)), archive=archive)) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        monkeypatch.setattr(archive, "corpus", wait)
        answer = pool.submit(client.post, "/graphql", json={"query": "{ corpus { articleCount } }"})
        assert started.wait(10)
        sleep(0.05)
        assert client.get("/health").status_code == 200
        assert not answer.done()
        let_go.set()
        assert answer.result(10).json() == {"data": {"corpus": {"articleCount": 1}}}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness of their own")
def test_whoever_answers_a_question_lets_lists_go_first(seed_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    niceness = {}

    def ask(*given: Any, **named: Any) -> Any:
        niceness["ask"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        return Archive.ask(archive, *given, **named)

    def corpus() -> Any:
        niceness["corpus"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        return Archive.corpus(archive)

    with Archive.open(seed_archive) as archive:
        monkeypatch.setattr(archive, "ask", ask)
        monkeypatch.setattr(archive, "corpus", corpus)
        with TestClient(create_app(Settings(allowed_hosts=("*",)), archive=archive)) as client:
            query = '{ ask(question: "Who met?") { status } corpus { articleCount } }'
            assert "errors" not in client.post("/graphql", json={"query": query}).json()
    assert niceness["ask"] > niceness["corpus"] == os.getpriority(os.PRIO_PROCESS, 0)
