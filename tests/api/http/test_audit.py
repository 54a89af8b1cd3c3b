"""What graphql-cop looks for, with GraphiQL off: its checks by what each sends and takes for a finding.

It flags one thing here that stays, queries by GET: they are part of GraphQL over HTTP, and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from graphql import get_introspection_query
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def closed(seed_archive: Path) -> Iterator[TestClient]:
    settings = Settings(archive=str(seed_archive), allowed_hosts=("testserver",), graphiql=False, warm_up=False)
    with TestClient(create_app(settings)) as client:
        yield client


def post(client: TestClient, query: str) -> httpx2.Response:
    return client.post("/graphql", json={"query": query})


def is_refused(response: httpx2.Response) -> bool:
    document = response.json()
    return "data" not in document and bool(document["errors"])


def test_introspection_is_off(closed: TestClient) -> None:
    for query in (
        get_introspection_query(),
        "{ __schema { types { name } } }",
        '{ __type(name: "Query") { fields { name } } }',
        "query ($x: String!) { __type(name: $x) { name } }",
        "{ a: __schema { queryType { name } } }",
        "{ ...F } fragment F on Query { __schema { directives { name } } }",
    ):
        assert is_refused(post(closed, query)), query


def test_circular_introspection_is_refused(closed: TestClient) -> None:
    inner = "{ name }"
    for _ in range(8):
        inner = f"{{ fields {{ type {inner} }} }}"
    assert is_refused(post(closed, f"{{ __schema {{ types {inner} }} }}"))


# A document for each rule of graphql-core that guesses at names, and for values in the document and in variables.
SUGGESTING = [
    ("{ corpu { articleCount } }", {}),
    ("{ corpus { articleCoun } }", {}),
    ("{ __schema { directive } }", {}),
    ("{ entities { nodes { birthPlac } } }", {}),
    ("{ articles(firs: 1) { totalCount } }", {}),
    ("{ articles @skp(if: true) { totalCount } }", {}),
    ("{ articles @skip(i: true) { totalCount } }", {}),
    ("{ events(orderBy: {field: TIM, direction: ASC}) { totalCount } }", {}),
    ("{ events(filter: {type: [ASSAULT]}) { totalCount } }", {}),
    ("{ events(filter: {types: [ASSAUL]}) { totalCount } }", {}),
    ('{ events(filter: {types: ["ASSAULT"]}) { totalCount } }', {}),
    ("query ($f: EventFilte) { events(filter: $f) { totalCount } }", {}),
    ("{ entities { nodes { ... on Perso { name } } } }", {}),
    ("{ ...F } fragment F on Quer { __typename }", {}),
    ("query ($f: EventFilter) { events(filter: $f) { totalCount } }", {"f": {"type": ["ASSAULT"]}}),
    ("query ($f: EventFilter) { events(filter: $f) { totalCount } }", {"f": {"types": ["ASSAUL"]}}),
    ("query ($o: EventOrder) { events(orderBy: $o) { totalCount } }", {"o": {"field": "TIM", "direction": "ASC"}}),
    ("subscription { articleIngeste { title } }", {}),
    ("mutation { removeArticle(input: {ids: []}) { removedIds } }", {}),
]


@pytest.mark.parametrize("stream", [False, True], ids=["response", "stream"])
@pytest.mark.parametrize(("query", "variables"), SUGGESTING, ids=range(len(SUGGESTING)))
def test_no_error_guesses_at_names(closed: TestClient, query: str, variables: dict[str, object], *, stream: bool) -> None:
    headers = {"accept": "text/event-stream"} if stream else {}
    response = closed.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert "message" in response.text
    assert "did you mean" not in response.text.lower()


def test_errors_guess_at_names_where_introspection_tells_them_anyway(client: TestClient) -> None:
    assert "Did you mean" in post(client, "{ corpu { articleCount } }").text


def test_there_is_no_page_to_explore_with(closed: TestClient) -> None:
    for path in ("/", "/graphiql", "/playground", "/console", "/graphql"):
        response = closed.get(path, headers={"accept": "text/html"})
        assert response.status_code in {404, 406}
        assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"alias{n}: __typename" for n in range(101)),
        "__typename \n" * 500,
        "__typename " + "@aa" * 10,
        "__typename " + "@include(if: true)" * 10,
    ],
    ids=["aliases", "one field 500 times", "unknown directives", "directives"],
)
def test_overloading_is_refused(closed: TestClient, query: str) -> None:
    response = post(closed, f"query cop {{ {query} }}")
    assert is_refused(response)
    assert len(response.json()["errors"]) == 1


def test_batches_are_refused(closed: TestClient) -> None:
    response = closed.post("/graphql", json=[{"query": "query cop { __typename }"}] * 10)
    assert response.status_code == 400


def test_only_json_is_taken_so_that_no_form_of_another_site_can_post(closed: TestClient) -> None:
    for headers in (FORM, {"content-type": "text/plain"}, {"content-type": "multipart/form-data; boundary=x"}, {}):
        response = closed.post("/graphql", content=b"query=query%20cop%20%7B__typename%7D", headers=headers)
        assert response.status_code == 415
    assert closed.post("/graphql?query={__typename}", headers=FORM).status_code == 415


def test_a_mutation_is_no_get(closed: TestClient) -> None:
    response = closed.get("/graphql", params={"query": "mutation cop { __typename }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_no_trace_is_served(closed: TestClient) -> None:
    for headers in ({}, {"x-apollo-tracing": "1"}, {"apollo-federation-include-trace": "ftv1"}):
        response = closed.post("/graphql", json={"query": "query cop { __typename }"}, headers=headers)
        assert response.json() == {"data": {"__typename": "Query"}}


def test_what_cannot_be_read_tells_nothing_of_the_server(closed: TestClient) -> None:
    text = post(closed, "qwerty cop { abc }").text.lower()
    assert not any(word in text for word in ("exception", "traceback", "stack", ".py"))
