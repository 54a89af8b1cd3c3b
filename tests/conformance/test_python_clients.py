"""Clients from PyPI get on with the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport, HTTPXTransport
from gql.transport.websockets import WebsocketsTransport

from api.cli.sample import SAMPLE_QUESTION

OPERATIONS = Path(__file__).parent / "operations"
VARIABLES: dict[str, dict[str, Any]] = {
    "Answer": {"question": SAMPLE_QUESTION},
    "BothSides": {"question": SAMPLE_QUESTION},
    "EventsOfPerson": {"name": "Qassem Soleimani"},
    "Timeline": {"from": "2019-01-01T00:00:00Z"},
    "ClaimsBySpeaker": {"first": 3},
}
SUBSCRIPTIONS = {"AskSteps": {"question": SAMPLE_QUESTION}}


def request(name: str) -> GraphQLRequest:
    return GraphQLRequest((OPERATIONS / f"{name}.graphql").read_text(), variable_values=VARIABLES[name])


def test_every_operation_has_variables_here() -> None:
    assert {path.stem for path in OPERATIONS.iterdir()} == VARIABLES.keys() | SUBSCRIPTIONS.keys()


@pytest.mark.parametrize("transport", [AIOHTTPTransport, HTTPXAsyncTransport])
def test_gql_runs_every_operation(address: str, transport: Any) -> None:
    async def scenario() -> None:
        client = Client(transport=transport(url=f"{address}/graphql"), fetch_schema_from_transport=True)
        async with client as session:
            for name in VARIABLES:
                assert await session.execute(request(name)), name

    asyncio.run(scenario())


def test_gql_runs_without_an_event_loop(address: str) -> None:
    with Client(transport=HTTPXTransport(url=f"{address}/graphql"), fetch_schema_from_transport=True) as session:
        answer = session.execute(request("Answer"))["ask"]
        assert answer["statements"][0]["citations"][0]["verified"] is True
        with pytest.raises(TransportQueryError) as caught:
            session.execute(gql('{ articles(after: "nonsense") { totalCount nodes { id } } }'))
    assert caught.value.errors is not None
    assert caught.value.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("transport", [WebsocketsTransport, AIOHTTPWebsocketsTransport])
def test_gql_subscribes_over_websockets(address: str, transport: Any) -> None:
    async def scenario() -> list[str]:
        url = f"{address.replace('http', 'ws')}/graphql"
        document = (OPERATIONS / "AskSteps.graphql").read_text()
        subscription = GraphQLRequest(document, variable_values=SUBSCRIPTIONS["AskSteps"])
        async with Client(transport=transport(url=url)) as session:
            steps = [result["ask"]["__typename"] async for result in session.subscribe(subscription)]
            assert await session.execute(request("EventsOfPerson"))
            return steps

    steps = asyncio.run(scenario())
    assert (steps[0], steps[-1]) == ("AskInterpreted", "AskCompleted")


def test_gql_cli_runs_a_query_and_prints_the_schema(address: str) -> None:
    def run(*arguments: str) -> str:
        command = Path(sys.executable).with_name("gql-cli")
        done = subprocess.run(
            [command, f"{address}/graphql", *arguments],
            input="{ corpus { articleCount } }",
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    assert '{"corpus": {"articleCount": 1}}' in run()
    assert "type Article implements Node" in run("--print-schema")
