"""OpenTelemetry spans, as a collector receives them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli.sample import SAMPLE_QUESTION
from api.http.app import create_app
from api.server.tracing import require_extra
from api.settings import Settings, SettingsError
from tests.conftest import missing

TRACE = "0af7651916cd43dd8448eb211c80319c"
CLIENT = f"00-{TRACE}-b7ad6b7169203331-01"
ASK = f'query Ask {{ ask(question: "{SAMPLE_QUESTION}") {{ status }} }}'
SEARCH = 'query Find { searchPassages(query: "troops") { nodes { text } } }'
LIST = "query List { entities(first: 50) { nodes { name type mentionCount aliases { name } } } }"


class Collector:
    """What receives OTLP over HTTP on loopback."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, body: bytes) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {a.value.string_value for a in resource.resource.attributes if a.key == "service.name"}
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    try:
        require_extra()
    except SettingsError:
        missing("the extra otel")
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    yield collector
    collector.server.shutdown()
    thread.join()
    collector.server.server_close()


@pytest.fixture
def traced(seed_archive: Path) -> Callable[[], TestClient]:
    """Makes a client of a server that sends its spans, all of them when it ends."""

    def make() -> TestClient:
        return TestClient(create_app(Settings(archive=str(seed_archive), allowed_hosts=("testserver",), traces=True)))

    return make


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: a.value.int_value or a.value.string_value for a in span.attributes}


def test_a_request_is_one_span_and_each_of_its_stages_one(collector: Collector, traced: Callable[[], TestClient]) -> None:
    with traced() as client:
        for document in (LIST, SEARCH, ASK):
            body = {"query": document, "operationName": document.split()[1]}
            response = client.post("/graphql", json=body, headers={"x-request-id": "mine"})
            assert "errors" not in response.json()
        client.get("/health")
    lists, search, ask = collector.named("POST /graphql")
    assert len(collector.spans) == 3 + 1 + 3
    assert collector.services == {"dateline"}
    assert attributes(lists) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.name": "List",
        "dateline.outcome": "ok",
        "dateline.request_id": "mine",
    }
    owners = {span.name: span.parent_span_id for span in collector.spans if span.parent_span_id}
    assert owners == {"search": search.span_id, "ask": ask.span_id, "retrieval": ask.span_id, "reading": ask.span_id}
    (whole,), (retrieval,), (reading,) = (collector.named(name) for name in ("ask", "retrieval", "reading"))
    slack = 5_000_000  # a stage is entered a moment after it ended
    assert ask.start_time_unix_nano <= whole.start_time_unix_nano <= retrieval.start_time_unix_nano + slack
    assert retrieval.end_time_unix_nano <= reading.start_time_unix_nano + slack
    assert reading.end_time_unix_nano <= ask.end_time_unix_nano


def test_a_span_belongs_to_the_trace_of_its_client(collector: Collector, traced: Callable[[], TestClient]) -> None:
    with traced() as client:
        client.post("/graphql", json={"query": SEARCH}, headers={"traceparent": CLIENT})
        client.post("/graphql", json={"query": SEARCH}, headers={"traceparent": "nonsense"})
    own, other = collector.named("POST /graphql")
    assert own.trace_id.hex() == TRACE
    assert own.parent_span_id.hex() == "b7ad6b7169203331"
    assert other.trace_id.hex() != TRACE
    assert not other.parent_span_id
    assert [span.trace_id for span in collector.named("search")] == [own.trace_id, other.trace_id]


def test_what_is_refused_is_a_span_that_says_so(collector: Collector, traced: Callable[[], TestClient]) -> None:
    with traced() as client:
        client.post("/graphql", json={"query": "{"}, headers={"accept": "application/graphql-response+json"})
        client.post("/graphql", content=b"{}", headers={"content-type": "text/plain"})
    found = [attributes(span) for span in collector.named("POST /graphql")]
    assert [(one["http.response.status_code"], one.get("dateline.outcome")) for one in found] == [
        (400, "refused"),
        (415, None),
    ]


def test_streams_are_traced_too(collector: Collector, traced: Callable[[], TestClient]) -> None:
    follow = f'subscription Follow {{ ask(question: "{SAMPLE_QUESTION}") {{ __typename }} }}'
    with traced() as client:
        body = {"query": follow, "operationName": "Follow"}
        assert client.post("/graphql", json=body, headers={"accept": "text/event-stream"}).status_code == 200
        with client.websocket_connect("ws://testserver/graphql", subprotocols=["graphql-transport-ws"]) as socket:
            socket.send_json({"type": "connection_init"})
            socket.receive_json()
            for n in range(2):
                socket.send_json({"type": "subscribe", "id": str(n), "payload": body})
                while socket.receive_json()["type"] != "complete":
                    pass
    spans = collector.named("POST /graphql") + collector.named("WS /graphql")
    assert len(spans) == 3
    assert {(attributes(span)["graphql.operation.name"], attributes(span)["dateline.outcome"]) for span in spans} == {
        ("Follow", "ok")
    }
    assert [span.parent_span_id for span in collector.named("ask")] == [span.span_id for span in spans]


def test_nothing_is_sent_unless_a_setting_says_so(collector: Collector, client: TestClient) -> None:
    assert client.post("/graphql", json={"query": SEARCH}).status_code == 200
    assert collector.spans == []


def test_without_the_extra_the_error_says_what_to_install(
    traced: Callable[[], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(SettingsError, match=r"pip install 'dateline\[otel\]'"):
        traced()
