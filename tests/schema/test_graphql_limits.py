"""The size of queries: one rule, flat in the nesting of fragments, and cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from retrieval import Archive
from schema import Limits, Schema, build_schema
from schema.execution.limits import Measure, Size, limits_rule

Run = Callable[..., dict[str, Any]]


def doubled(n: int) -> str:
    """Fragments that each spread the next one twice: written out, 2 to the power of ``n`` fields."""
    fragments = [f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(n)]
    return "{ ...F0 } " + " ".join(fragments) + f" fragment F{n} on Query {{ __typename }}"


def size_of(document: str) -> Size:
    (size,) = Measure(parse(document)).operations()
    return size


@pytest.mark.parametrize("n", [10, 40, 150])
def test_each_fragment_is_looked_at_once_however_often_it_is_spread(n: int) -> None:
    measure = Measure(parse(doubled(n)))
    assert measure.operations()[0].fields == 2**n
    assert measure.visited == 2 * n + 2


@pytest.mark.parametrize("n", [10, 40, 150])
def test_doubled_fragments_are_refused(respond: Run, schema: Schema, archive: Archive, n: int) -> None:
    response = respond(schema, archive, doubled(n))
    assert response["data"] is None
    assert [error["extensions"]["code"] for error in response["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert "at most 500 are allowed" in response["errors"][0]["message"]


def test_a_chain_of_fragments_deeper_than_the_stack_is_measured() -> None:
    chain = " ".join(f"fragment F{i} on Query {{ a {{ ...F{i + 1} }} }}" for i in range(3000))
    assert size_of("{ ...F0 } " + chain + " fragment F3000 on Query { b }").depth == 3001


def test_fragments_in_a_circle_are_left_to_the_standard_rule(respond: Run, schema: Schema, archive: Archive) -> None:
    response = respond(schema, archive, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A __typename }")
    assert "Cannot spread fragment 'A' within itself via 'B'." in [error["message"] for error in response["errors"]]


def test_size_counts_what_execution_would_walk() -> None:
    size = size_of(
        "{ x: a { ...F ... on T @skip(if: true) @include(if: true) { y: c { d } } } b ...G }"
        "fragment F on T { e { f } } fragment G on Query { g }"
    )
    assert size == Size(depth=3, fields=7, aliases=2, root_fields=3, directives=2)


@pytest.mark.parametrize(
    ("limits", "document", "problem"),
    [
        pytest.param(Limits(depth=2), "{ corpus { articleCount } a: articles { nodes { id } } }", "3 levels", id="depth"),
        pytest.param(Limits(fields=2), "{ corpus { articleCount claimCount } }", "3 fields", id="fields"),
        pytest.param(Limits(aliases=1), "{ a: __typename b: __typename }", "2 aliases", id="aliases"),
        pytest.param(Limits(root_fields=1), "{ __typename corpus { claimCount } }", "2 root fields", id="root fields"),
        pytest.param(
            Limits(directives_per_node=1),
            "{ __typename @skip(if: false) @include(if: true) }",
            "2 directives on one node",
            id="directives",
        ),
    ],
)
def test_a_query_over_a_limit_is_refused(
    respond: Run, archive: Archive, limits: Limits, document: str, problem: str
) -> None:
    assert respond(build_schema(), archive, document)["errors"] == []
    (error,) = respond(build_schema(limits), archive, document)["errors"]
    assert problem in error["message"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_the_standard_rules_are_not_run_on_a_query_over_a_limit(respond: Run, schema: Schema, archive: Archive) -> None:
    (error,) = respond(schema, archive, "{ " + "nonsense " * 501 + "}")["errors"]
    assert error["message"] == "the query has 501 fields; at most 500 are allowed"


def test_a_query_of_too_many_tokens_is_refused(respond: Run, schema: Schema, archive: Archive) -> None:
    (error,) = respond(schema, archive, "{ " + "a " * 2001 + "}")["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


def test_introspection_passes_the_limits(respond: Run, schema: Schema, archive: Archive) -> None:
    assert respond(schema, archive, get_introspection_query())["errors"] == []


def test_introspection_can_be_turned_off(respond: Run, archive: Archive) -> None:
    closed = build_schema(introspection=False)
    (error, *_) = respond(closed, archive, "{ __schema { description } }")["errors"]
    assert "introspection" in error["message"].lower()
    assert respond(closed, archive, "{ __typename }")["errors"] == []


def test_a_query_that_was_validated_is_not_validated_again(respond: Run, schema: Schema, archive: Archive) -> None:
    document = "{ cached: __typename }"
    respond(schema, archive, document)
    before = schema.preparation.hits
    for _ in range(50):
        respond(schema, archive, document)
    assert schema.preparation.hits - before == 50


def test_pages_nested_in_pages_are_counted(
    respond: Run, schema: Schema, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "{ articles { nodes { mentions { nodes { text } } } } }"
    monkeypatch.setattr("schema.loaders.MAX_ITEMS", 45)
    assert respond(schema, archive, document)["errors"] == []
    monkeypatch.setattr("schema.loaders.MAX_ITEMS", 44)
    (error,) = respond(schema, archive, document)["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "more than 44 items" in error["message"]


def test_equal_limits_make_the_same_rule() -> None:
    assert limits_rule(Limits()) is limits_rule(Limits())
    assert limits_rule(Limits(depth=1)) is not limits_rule(Limits())


def test_errors_of_a_cached_validation_are_the_same_each_time(respond: Run, schema: Schema, archive: Archive) -> None:
    document = "{ noSuchField }"
    assert respond(schema, archive, document) == respond(schema, archive, document)
