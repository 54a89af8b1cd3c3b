"""Subscriptions: Server-Sent Events and WebSockets, over a real archive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from api.cli.sample import SAMPLE_QUESTION
from api.http.app import create_app
from api.settings import Settings
from retrieval import Archive, ArticleInput
from schema import ChangeFeed
from schema.errors import SlowConsumer

ASK = """subscription ($question: String!) { ask(question: $question) { __typename
  ... on AskInterpreted { interpretation { answerType keywords } }
  ... on AskPassagesRetrieved { passages { text } }
  ... on AskCandidateFound { candidate { text } }
  ... on AskStatementAdded { statement { text citations { verified } } }
  ... on AskCompleted { answer { status statements { text } } } } }"""
STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db") as archive:
        yield archive


@pytest.fixture
def live(archive: Archive) -> Iterator[TestClient]:
    """A server over an archive that changes."""
    with TestClient(create_app(Settings(allowed_hosts=("testserver",)), archive=archive)) as client:
        yield client


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, without its comments."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            data = fields["data"].strip()
            found.append((fields["event"].strip(), orjson.loads(data) if data else None))
    return found


def kinds(results: list[Any]) -> list[str]:
    return [result["data"]["ask"]["__typename"] for result in results]


def check_steps(results: list[Any]) -> None:
    """From the interpretation to the answer, whose statements came before it."""
    found = kinds(results)
    assert found[:2] == ["AskInterpreted", "AskPassagesRetrieved"]
    assert found[-1] == "AskCompleted"
    assert found == sorted(found, key=["AskInterpreted", "AskPassagesRetrieved", "AskCandidateFound",
                                       "AskStatementAdded", "AskCompleted"].index)  # fmt: skip
    answer = results[-1]["data"]["ask"]["answer"]
    assert answer["status"] == "CONFLICTING"
    statements = [r["data"]["ask"]["statement"] for r in results if r["data"]["ask"]["__typename"] == "AskStatementAdded"]
    assert [statement["text"] for statement in statements] == [statement["text"] for statement in answer["statements"]]
    assert all(citation["verified"] for statement in statements for citation in statement["citations"])


def test_an_answer_is_streamed_step_by_step(client: TestClient) -> None:
    body = {"query": ASK, "variables": {"question": SAMPLE_QUESTION}}
    response = client.post("/graphql", json=body, headers=STREAM)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "\r" not in response.text
    *results, (last, nothing) = events(response.text)
    assert (last, nothing) == ("complete", None)
    assert {event for event, _ in results} == {"next"}
    check_steps([result for _, result in results])


def test_an_event_source_can_subscribe_by_get(client: TestClient) -> None:
    parameters = {"query": ASK, "variables": orjson.dumps({"question": SAMPLE_QUESTION}).decode()}
    assert events(client.get("/graphql", params=parameters, headers=STREAM).text)[-1] == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ corpus { articleCount } }", None),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { ask(question: "") { __typename } }', "BAD_USER_INPUT"),
        ('subscription { ingestJobUpdated(id: "x") { id } }', "BAD_USER_INPUT"),
        ("{", "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_a_stream_has_one_result_of_what_is_no_subscription(client: TestClient, query: str, code: str | None) -> None:
    response = client.post("/graphql", json={"query": query}, headers=STREAM)
    (event, result), (last, _) = events(response.text)
    assert (event, last) == ("next", "complete")
    assert [error["extensions"]["code"] for error in result.get("errors", ())] == ([code] if code else [])


def test_a_stream_that_is_no_request_is_a_plain_error(client: TestClient) -> None:
    response = client.post("/graphql", content=b"{", headers=STREAM | {"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_subscription_without_a_stream_is_told_where_to_go(client: TestClient) -> None:
    response = client.post("/graphql", json={"query": ASK, "variables": {"question": "?"}})
    (error,) = response.json()["errors"]
    assert "text/event-stream" in error["message"]


def connect(client: TestClient) -> WebSocketTestSession:
    return client.websocket_connect("ws://testserver/graphql", subprotocols=["graphql-transport-ws"])


def subscribe(socket: WebSocketTestSession, query: str, **variables: Any) -> None:
    socket.send_json({"type": "connection_init"})
    assert socket.receive_json()["type"] == "connection_ack"
    socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": query, "variables": variables}})


def test_an_answer_comes_over_a_socket(client: TestClient) -> None:
    with connect(client) as socket:
        subscribe(socket, ASK, question=SAMPLE_QUESTION)
        results = []
        while (message := socket.receive_json())["type"] == "next":
            results.append(message["payload"])
        assert message == {"id": "1", "type": "complete"}
        check_steps(results)


@pytest.mark.parametrize(
    "message",
    ["[]", "1", "null", '{"type": 1}', '{"type": "nothing"}', '{"type": "subscribe"}', "{",
     '{"type": "subscribe", "id": [], "payload": {"query": "{ __typename }"}}',
     '{"type": "subscribe", "id": "1", "payload": []}',
     '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
     '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
     '{"type": "complete"}'],
)  # fmt: skip
def test_a_message_that_is_none_closes_the_socket(client: TestClient, message: str) -> None:
    with connect(client) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        socket.send_text(message)
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_json()
        assert caught.value.code == 4400


def test_an_operation_before_connection_init_is_refused(client: TestClient) -> None:
    with connect(client) as socket:
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}})
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_json()
        assert caught.value.code == 4401


def test_a_page_of_another_origin_gets_no_socket(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(
            "ws://testserver/graphql", subprotocols=["graphql-transport-ws"], headers={"origin": "https://evil.example"}
        ),
    ):
        pass


def test_each_operation_of_a_socket_sees_the_archive_as_it_is(live: TestClient, archive: Archive) -> None:
    with connect(live) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        for count in range(2):
            payload = {"query": "{ corpus { articleCount } articles { totalCount } }"}
            socket.send_json({"type": "subscribe", "id": str(count), "payload": payload})
            data = socket.receive_json()["payload"]["data"]
            assert (data["corpus"]["articleCount"], data["articles"]["totalCount"]) == (count, count)
            assert socket.receive_json()["type"] == "complete"
            archive.ingest_articles(
                [ArticleInput(f"Story {count}\n\nIt rained in Paris.", url=f"https://a.example/{count}")]
            )


def test_too_many_operations_on_one_socket_are_refused(archive: Archive) -> None:
    settings = Settings(allowed_hosts=("testserver",), max_subscriptions_per_connection=1)
    with TestClient(create_app(settings, archive=archive)) as client, connect(client) as socket:
        subscribe(socket, "subscription { articleIngested { title } }")
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": "{ __typename }"}})
        refused = socket.receive_json()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "OVERLOADED")


def test_idle_sockets_are_counted_too(archive: Archive) -> None:
    settings = Settings(allowed_hosts=("testserver",), max_sockets=1)
    with TestClient(create_app(settings, archive=archive)) as client:
        with connect(client):
            with pytest.raises(WebSocketDenialResponse) as refused, connect(client):
                pass
            assert (refused.value.status_code, refused.value.json()["errors"][0]["extensions"]["code"]) == (
                503,
                "OVERLOADED",
            )
            assert refused.value.headers["retry-after"] == "1"
        with connect(client) as socket:
            socket.send_json({"type": "ping"})
            assert socket.receive_json()["type"] == "pong"


def test_streams_and_sockets_are_counted_together(archive: Archive) -> None:
    settings = Settings(allowed_hosts=("testserver",), max_subscriptions=1)
    with TestClient(create_app(settings, archive=archive)) as client, connect(client) as socket:
        subscribe(socket, "subscription Follow { articleIngested { title } }")
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": "{ __typename }"}})
        assert socket.receive_json()["payload"][0]["extensions"]["code"] == "OVERLOADED"
        response = client.post("/graphql", json={"query": "{ __typename }"}, headers=STREAM)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (503, "OVERLOADED")
        assert "dateline_streams 1.0" in client.get("/metrics").text
        socket.send_json({"type": "complete", "id": "1"})
        socket.send_json({"type": "subscribe", "id": "3", "payload": {"query": "{ __typename }"}})
        assert socket.receive_json()["payload"] == {"data": {"__typename": "Query"}}
        page = client.get("/metrics").text
    assert 'dateline_requests_total{operation="anonymous",outcome="cancelled"} 1.0' in page


def test_ingested_articles_are_announced_where_they_pass_the_filter(live: TestClient, archive: Archive) -> None:
    with connect(live) as socket:
        query = 'subscription { articleIngested(filter: {publishers: ["The Test"]}) { title } }'
        subscribe(socket, query)
        socket.send_json({"type": "ping"})
        assert socket.receive_json()["type"] == "pong"
        for n in range(40):  # until the subscription has begun: nothing tells when
            source = "The Test" if n % 2 else "Another"
            archive.ingest_articles([ArticleInput(f"Story {n}\n\nIt rained.", url=f"https://a.example/{n}", source=source)])
            if n == 5:
                break
        found: list[str] = []
        archive.ingest_articles([ArticleInput("The last\n\nIt rained.", url="https://a.example/x", source="The Test")])
        while not found or found[-1] != "The last":
            found.append(socket.receive_json()["payload"]["data"]["articleIngested"]["title"])
        assert set(found) <= {"Story 1", "Story 3", "Story 5", "The last"}


def test_a_standing_question_fires_when_its_answer_changes(live: TestClient, archive: Archive) -> None:
    archive.ingest_articles([ArticleInput("Weather\n\nIt rained in Paris.", url="https://a.example/1")])
    query = """subscription { answerChanged(question: "Who resigned on Monday?") {
      previous { status } current { status text } causedBy { url } } }"""
    with connect(live) as socket:
        subscribe(socket, query)
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": '{ ask(question: "Who resigned on Monday?") '
                                                                              "{ status } }"}})  # fmt: skip
        while socket.receive_json()["type"] != "complete":
            pass
        asyncio.run(asyncio.sleep(0.7))
        text = "Minister quits\n\nFinance Minister John Smith resigned on Monday over the budget."
        archive.ingest_articles([ArticleInput(text, url="https://a.example/2", published="2020-01-07")])
        change = socket.receive_json()["payload"]["data"]["answerChanged"]
        assert change["previous"]["status"] == "NOT_FOUND"
        assert change["current"]["status"] == "ANSWERED"
        assert "Smith" in change["current"]["text"]
        assert change["causedBy"] == [{"url": "https://a.example/2"}]


def test_a_stream_that_is_not_taken_in_is_dropped(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings(allowed_hosts=("testserver",), send_timeout_seconds=0.1), archive=archive)
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    body = orjson.dumps({"query": "{ corpus { articleCount } }"})
    inbox.put_nowait({"type": "http.request", "body": body, "more_body": False})
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 3:
            await asyncio.Event().wait()

    headers = [(b"content-type", b"application/json"), (b"host", b"testserver"), (b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    with TestClient(app):
        asyncio.run(asyncio.wait_for(app(scope, inbox.get, send), 10))
    assert len(sent) == 3
    assert "dropped a stream that took nothing in for 0.1 seconds" in caplog.text


def test_a_subscriber_far_behind_is_told_so(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.feed.MOST_CHANGES_BEHIND", 1)

    async def run(call: Any, *arguments: Any, **named: Any) -> Any:
        return call(*arguments, **named)

    async def scenario() -> None:
        changes = ChangeFeed(archive, interval=0.01).follow(run)
        following = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.05)
        archive.ingest_articles([ArticleInput(f"S {n}\n\nIt rained.", url=f"https://a.example/{n}") for n in range(2)])
        with pytest.raises(SlowConsumer, match="2 changes"):
            await following

    asyncio.run(scenario())
