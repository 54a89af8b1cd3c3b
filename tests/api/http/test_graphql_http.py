"""GraphQL over HTTP (the specification's rules on methods, media types and statuses), and hostile requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.cli.sample import SAMPLE_DOCUMENT

NEW = "application/graphql-response+json"
OLD = "application/json"
MUTATION = 'mutation { removeArticles(input: {ids: ["nothing"]}) { removedIds } }'


def post(client: TestClient, body: Any = None, **headers: str) -> Any:
    given_headers = {"accept": NEW, "content-type": OLD} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if isinstance(body, bytes):
        return client.post("/graphql", content=body, headers=given_headers)
    return client.post("/graphql", json=body, headers=given_headers)


def code_of(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


def test_a_query_is_answered_at_the_path_itself(client: TestClient) -> None:
    response = client.post("/graphql", json={"query": "{ corpus { articleCount } }"}, follow_redirects=False)
    assert response.status_code == 200
    assert response.json() == {"data": {"corpus": {"articleCount": 1}}}


@pytest.mark.parametrize("accept", [NEW, OLD])
def test_the_answer_has_the_type_that_was_asked_for(client: TestClient, accept: str) -> None:
    response = post(client, {"query": "{ __typename }"}, accept=accept)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.json() == {"data": {"__typename": "Query"}}


def test_the_sample_question_is_answered_with_exact_citations(client: TestClient, seed_text: str) -> None:
    response = post(client, {"query": SAMPLE_DOCUMENT})
    answer = response.json()["data"]["ask"]
    citations = [c for s in answer["statements"] for c in s["citations"]]
    citations += [claim["citation"] for account in answer["accounts"] for claim in account["claims"]]
    assert answer["status"] == "CONFLICTING"
    assert citations
    for citation in citations:
        assert citation["verified"]
        assert seed_text[citation["span"]["start"] : citation["span"]["end"]] == citation["text"]


def test_a_query_may_be_a_get(client: TestClient) -> None:
    parameters = {
        "query": "query A($n: Int) { articles(first: $n) { totalCount } }",
        "variables": '{"n": 1}',
        "operationName": "A",
    }
    response = client.get("/graphql", params=parameters, headers={"accept": NEW})
    assert response.status_code == 200
    assert response.json()["data"]["articles"]["totalCount"] == 1


def test_a_mutation_may_not_be_a_get(client: TestClient) -> None:
    response = client.get("/graphql", params={"query": MUTATION}, headers={"accept": NEW})
    assert (response.status_code, code_of(response), response.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")


def test_a_server_without_writes_refuses_mutations(make_client: Callable[..., TestClient]) -> None:
    response = post(make_client(allow_writes=False), {"query": MUTATION})
    assert code_of(response) == "FORBIDDEN"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    response = client.request(method, "/graphql")
    assert (response.status_code, code_of(response), response.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "GET, POST")


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/json;q=0"])
def test_a_client_that_accepts_nothing_we_have_is_told(client: TestClient, accept: str) -> None:
    response = post(client, {"query": "{ __typename }"}, accept=accept)
    assert (response.status_code, code_of(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": ""},
        {"content_type": ";"},
        {"content_encoding": "gzip"},
    ],
    ids=lambda headers: "-".join(headers.values()) or "none",
)
def test_a_body_of_another_type_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = post(client, b'{"query": "{ __typename }"}', **headers)
    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1",
        b"null",
        b"true",
        b'"x"',
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{",
        b"NaN",
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"variables":' * 20_000,
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 1}',
        b'{"query": {}}',
        b'{"query": "{ __typename }", "variables": 1}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "extensions": "x"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "operationName": {}}',
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_a_bad_body_is_a_bad_request(client: TestClient, body: bytes) -> None:
    response = post(client, body)
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": "{ __typename }", "variables": "{"}, {"query": "{ __typename }", "variables": "1"}],
)
def test_a_bad_query_string_is_a_bad_request(client: TestClient, parameters: dict[str, str]) -> None:
    response = client.get("/graphql", params=parameters, headers={"accept": NEW})
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("query ($n: Int!) { articles(first: $n) { totalCount } }", "BAD_USER_INPUT"),
        ("{ a" * 5000, "GRAPHQL_PARSE_FAILED"),
        ("{ articles(first: " + "[" * 900, "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "BAD_REQUEST"),
    ],
    ids=["syntax", "validation", "no-name", "variable-missing", "too-deep", "deep-list", "subscription"],
)
@pytest.mark.parametrize(("accept", "status"), [(NEW, 400), (OLD, 200)])
def test_a_request_error_has_no_data(client: TestClient, query: str, code: str, accept: str, status: int) -> None:
    response = post(client, {"query": query}, accept=accept)
    assert (response.status_code, code_of(response)) == (status, code)
    assert "data" not in response.json()


def test_an_unknown_operation_name_is_a_bad_request(client: TestClient) -> None:
    response = post(client, {"query": "query A { __typename }", "operationName": "B"})
    assert response.status_code == 400
    assert "B" in response.json()["errors"][0]["message"]


def test_an_error_while_running_keeps_the_data(client: TestClient) -> None:
    response = post(client, {"query": '{ articles(first: 1, after: "nonsense") { nodes { id } } }'})
    assert code_of(response) == "BAD_USER_INPUT"
    assert "data" in response.json()
    assert response.status_code == 200


def test_a_declared_body_over_the_limit_is_refused(client: TestClient) -> None:
    response = post(client, b" " * 262_145)
    assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_streamed_body_over_the_limit_is_refused(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    response = client.post("/graphql", content=chunks(), headers={"content-type": OLD})
    assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_content_length_that_is_no_number_is_refused(client: TestClient) -> None:
    response = post(client, b"{}", content_length="-1")
    assert response.status_code == 400


def test_an_operation_that_runs_too_long_is_stopped(make_client: Callable[..., TestClient]) -> None:
    impatient = make_client(execution_timeout_seconds=0.0001)
    response = post(impatient, {"query": SAMPLE_DOCUMENT})
    assert (response.status_code, code_of(response)) == (504, "TIMEOUT")


@pytest.mark.parametrize(
    "limits", [{"max_depth": 2}, {"max_fields": 3}, {"max_tokens": 10}], ids=lambda limits: next(iter(limits))
)
def test_limits_are_settings(make_client: Callable[..., TestClient], limits: dict[str, int]) -> None:
    response = post(make_client(**limits), {"query": "{ articles(first: 1) { nodes { id title text } } }"})
    assert response.status_code == 400


def test_introspection_goes_with_graphiql(client: TestClient, make_client: Callable[..., TestClient]) -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    assert post(client, query).status_code == 200
    assert post(make_client(graphiql=False), query).status_code == 400


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_is_a_server_error(client: TestClient, body: bytes) -> None:
    response = post(client, body)
    assert 400 <= response.status_code < 500
    assert response.json()["errors"][0]["extensions"]["code"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(question=json_values)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_variable_is_a_server_error(client: TestClient, question: object) -> None:
    response = post(
        client,
        {
            "query": "query ($q: String!) { searchPassages(query: $q, first: 1) { totalCount } }",
            "variables": {"q": question},
        },
    )
    assert response.status_code < 500
    for error in response.json().get("errors", []):
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", error
