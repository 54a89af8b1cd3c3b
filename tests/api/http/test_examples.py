"""What GraphiQL opens with runs on an archive of any contents, and finds something in the seed."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.http.examples import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES[:-1], ids=lambda text: re.findall(r"query (\w+)", text)[0])
def test_an_example_finds_something_in_the_seed(client: TestClient, example: str) -> None:
    response = client.post("/graphql", json={"query": example}).json()
    assert "errors" not in response
    assert '"text":' in str(response).replace("'", '"')


def test_the_subscription_among_them_ends_with_the_answer(client: TestClient) -> None:
    response = client.post("/graphql", json={"query": EXAMPLES[-1]}, headers={"accept": "text/event-stream"})
    assert "AskCompleted" in response.text
    assert '"errors"' not in response.text
