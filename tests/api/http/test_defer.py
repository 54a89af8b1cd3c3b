"""Incremental delivery: `@defer` behind its setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.cli.sample import SAMPLE_QUESTION

DEFERRED = """
query ($question: String!) {
  corpus { articleCount }
  ... @defer(label: "answer") { ask(question: $question) { status } }
}
"""
VARIABLES = {"question": SAMPLE_QUESTION}
BODY = {"query": DEFERRED, "variables": VARIABLES}


@pytest.fixture
def deferring(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client(defer=True)


def parts_of(text: str) -> list[dict[str, Any]]:
    pieces = re.split(r"\r\n-{3}(?:--)?\r\n", text)
    return [orjson.loads(piece.split("\r\n\r\n", 1)[1]) for piece in pieces if "\r\n\r\n" in piece]


def test_what_is_deferred_comes_as_a_later_part(deferring: TestClient) -> None:
    response = deferring.post("/graphql", json=BODY, headers={"accept": "multipart/mixed, application/json"})
    assert response.headers["content-type"] == 'multipart/mixed; boundary="-"'
    assert response.text.endswith("\r\n-----\r\n")
    first, *later = parts_of(response.text)
    assert first["data"] == {"corpus": {"articleCount": 1}}
    assert first["hasNext"] is True
    assert first["pending"] == [{"id": "0", "path": [], "label": "answer"}]
    (found,) = [one for part in later for one in part.get("incremental", ())]
    assert found["data"]["ask"]["status"] == "CONFLICTING"
    assert later[-1]["hasNext"] is False


def test_events_have_the_parts_too(deferring: TestClient) -> None:
    response = deferring.post("/graphql", json=BODY, headers={"accept": "text/event-stream"})
    events = [orjson.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    assert [event["hasNext"] for event in events][-1] is False
    assert events[0]["data"] == {"corpus": {"articleCount": 1}}


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json"])
def test_a_client_that_takes_one_response_gets_it_whole(deferring: TestClient, accept: str) -> None:
    response = deferring.post("/graphql", json=BODY, headers={"accept": accept})
    assert response.json()["data"] == {"corpus": {"articleCount": 1}, "ask": {"status": "CONFLICTING"}}


def test_nothing_deferred_is_one_response(deferring: TestClient) -> None:
    body = {"query": DEFERRED.replace('(label: "answer")', "(if: false)"), "variables": VARIABLES}
    response = deferring.post("/graphql", json=body, headers={"accept": "multipart/mixed, application/json"})
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["data"]["ask"] == {"status": "CONFLICTING"}


def test_an_error_in_a_later_part_has_its_code(deferring: TestClient) -> None:
    body = {"query": '{ __typename ... @defer { article(id: "nonsense") { title } } }'}
    response = deferring.post("/graphql", json=body, headers={"accept": "multipart/mixed, application/json"})
    errors = [e for part in parts_of(response.text) for one in part.get("incremental", ()) for e in one.get("errors", ())]
    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]


def test_limits_hold_for_what_is_deferred(deferring: TestClient) -> None:
    deep = "{ ... @defer { " + "articles { nodes { entities { nodes { " * 4 + "id" + " }" * 17 + " }"
    response = deferring.post("/graphql", json={"query": deep}, headers={"accept": "multipart/mixed, application/json"})
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_without_the_setting_the_directive_is_unknown(client: TestClient) -> None:
    response = client.post("/graphql", json=BODY, headers={"accept": "multipart/mixed, application/json"})
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_what_is_declared_is_served_and_nothing_else(deferring: TestClient) -> None:
    body = {"query": "{ __schema { directives { name } } }"}
    names = {one["name"] for one in deferring.post("/graphql", json=body).json()["data"]["__schema"]["directives"]}
    assert "defer" in names
    assert "stream" not in names
    streamed = {"query": "{ articles { nodes @stream { title } } }"}
    response = deferring.post("/graphql", json=streamed, headers={"accept": "multipart/mixed, application/json"})
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_directive_that_is_written_oddly_is_still_obeyed(deferring: TestClient) -> None:
    body = BODY | {"query": DEFERRED.replace("@defer", "@ defer")}
    response = deferring.post("/graphql", json=body, headers={"accept": "multipart/mixed, application/json"})
    assert response.json()["data"]["ask"] == {"status": "CONFLICTING"}
