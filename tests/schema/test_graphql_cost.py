"""What operations cost, and what clients may spend."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from time import process_time
from typing import Any

import pytest
from graphql import parse

from retrieval import Archive
from schema import Budgets, Context, Limits, Schema, build_schema
from schema.execution.cost import Cost, Pricing

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def pricing(schema: Schema) -> Pricing:
    return Pricing(schema._schema)


def nested(depth: int) -> str:
    """Fragments that each ask twice for the next one."""
    fragments = [f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(depth)]
    return "{ ...F0 } " + " ".join(fragments) + f" fragment F{depth} on Query {{ articles {{ totalCount }} }}"


@pytest.mark.parametrize(
    ("document", "variables", "cost"),
    [
        pytest.param("{ __typename }", {}, Cost(0, 1), id="no list"),
        pytest.param("{ articles { nodes { id } } }", {}, Cost(20, 2), id="the default size"),
        pytest.param("{ articles(first: 7) { nodes { id } edges { cursor } } }", {}, Cost(7, 2), id="a size"),
        pytest.param("{ articles(last: 7) { nodes { id } } }", {}, Cost(7, 2), id="from the end"),
        pytest.param("{ articles(first: 1000) { nodes { id } } }", {}, Cost(100, 2), id="no more than a page"),
        pytest.param("query ($n: Int) { articles(first: $n) { nodes { id } } }", {"n": 9}, Cost(9, 2), id="a variable"),
        pytest.param("query ($n: Int = 8) { articles(first: $n) { nodes { id } } }", {}, Cost(8, 2), id="its default"),
        pytest.param("query ($n: Int) { articles(first: $n) { nodes { id } } }", {"n": "x"}, Cost(20, 2), id="no number"),
        pytest.param(
            "{ articles(first: 10) { nodes { mentions(first: 20) { nodes { text } } } } }",
            {},
            Cost(10 + 10 * 20, 1 + 3),
            id="multiplied",
        ),
        pytest.param(
            "{ articles(first: 10) { nodes { ...F } } } fragment F on Article { mentions(first: 20) { nodes { text } } }",
            {},
            Cost(10 + 10 * 20, 1 + 3),
            id="multiplied in a fragment",
        ),
        pytest.param('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, Cost(3, 2), id="ids"),
        pytest.param('{ ask(question: "?") { text candidates { text } } }', {}, Cost(5, 102), id="ask"),
        pytest.param("query A { __typename } query B { articles { nodes { id } } }", {}, Cost(0, 1), id="the first"),
    ],
)
def test_list_sizes_are_multiplied(pricing: Pricing, document: str, variables: dict[str, Any], cost: Cost) -> None:
    assert pricing.cost(parse(document), None, variables) == cost


def test_time_is_flat_in_the_nesting_of_fragments(pricing: Pricing) -> None:
    def seconds(depth: int) -> float:
        document = parse(nested(depth))
        best = float("inf")
        for _ in range(5):
            started = process_time()
            for _ in range(20):
                pricing.cost(document, None, {})
            best = min(best, process_time() - started)
        return best / depth

    # each fragment is priced once: 15 times as many take about 15 times as long, not 2**140 times
    assert seconds(150) < 3 * seconds(10)
    assert pricing.cost(parse(nested(40)), None, {}).nodes == 20 * 2**40


def test_an_operation_that_costs_too_much_is_refused(respond: Run, archive: Archive) -> None:
    document = "{ articles(first: 100) { nodes { mentions(first: 100) { nodes { text } } } } }"
    assert respond(build_schema(), archive, document)["errors"] == []
    (error,) = respond(build_schema(Limits(cost=101)), archive, document)["errors"]
    assert error["extensions"]["code"] == "COST_EXCEEDED"
    assert error["message"] == "the operation costs 102 points (10100 nodes); at most 101 are allowed"


def test_a_budget_is_spent_and_comes_back() -> None:
    now = 120.0
    budgets = Budgets(10, clock=lambda: now)
    assert budgets.spend("a", 7).remaining == 3
    refused = budgets.spend("a", 4)
    assert (refused.is_refused, refused.remaining) == (True, 3)
    assert refused.reset_at == datetime.fromtimestamp(180, UTC)
    assert budgets.spend("b", 10).remaining == 0
    now = 180.0
    assert budgets.spend("a", 10).remaining == 0


def test_the_rate_limit_can_be_asked_for(schema: Schema, archive: Archive) -> None:
    document = "{ rateLimit { cost limit remaining nodeCount resetAt } articles(first: 5) { totalCount } }"
    budgets = Budgets(10, clock=lambda: 0.0)

    async def run() -> dict[str, Any]:
        with ThreadPoolExecutor(1) as executor:
            context = Context(archive, executor, "request-1", budget=partial(budgets.spend, "me"))
            result = await schema.execute(document, context_value=context)
            return {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}

    assert asyncio.run(run())["data"]["rateLimit"] == {
        "cost": 2,
        "limit": 10,
        "remaining": 8,
        "nodeCount": 5,
        "resetAt": "1970-01-01T00:01:00Z",
    }
    for _ in range(4):
        asyncio.run(run())
    refused = asyncio.run(run())
    assert refused["data"] is None
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["RATE_LIMITED"]


def test_without_a_limit_there_is_none_to_ask_for(respond: Run, schema: Schema, archive: Archive) -> None:
    assert respond(schema, archive, "{ rateLimit { cost } }") == {"data": {"rateLimit": None}, "errors": []}
