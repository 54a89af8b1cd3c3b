"""A language model behind the command line and the server: what it may say, and what nobody gets to see."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

Dateline = Callable[..., Any]

QUESTION = "How many US troops are in Iraq?"
QUOTE = "include around 5,200 US troops"
TEXT = "All foreign forces deployed in the country include around 5,200 US troops."
KEY = "sk-secret-0123456789"


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that states one thing, for those who have the key."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status, document = (200, self._say(body)) if self.headers["authorization"] == f"Bearer {KEY}" else (401, {})
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _say(self, body: dict[str, Any]) -> dict[str, object]:
        passages = json.loads(body["messages"][1]["content"])["passages"]
        number = next(passage["number"] for passage in passages if QUOTE in passage["text"])
        draft = {"statements": [{"text": TEXT, "citations": [{"passage": number, "quote": QUOTE}]}]}
        message = {"role": "assistant", "content": f"```json\n{json.dumps(draft)}\n```"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return {"id": "1", "object": "chat.completion", "created": 1, "model": "small", "choices": [choice]}

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_the_command_line_asks_the_model_and_keeps_evidence(command: Dateline, seed_archive: Path, endpoint: str) -> None:
    environment = {
        "DATELINE_ARCHIVE": str(seed_archive),
        "DATELINE_LLM_BASE_URL": endpoint,
        "DATELINE_LLM_MODEL": "small",
        "DATELINE_LLM_KEY": KEY,
    }
    done = command("ask", QUESTION, "--mode", "generative", "--evidence", "answer.json", "--json", **environment)
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["text"]) == ("ANSWERED", TEXT)
    assert [citation["text"] for citation in answer["statements"][0]["citations"]] == [QUOTE]
    assert answer["generation"] == {"model": "small", "statement_count": 1, "dropped_count": 0, "failure": None}
    assert command("verify", "answer.json", **environment).returncode == 0
    done = command("ask", QUESTION, "--mode", "generative", **environment | {"DATELINE_LLM_KEY": "sk-wrong"})
    assert "Not worded by small: access denied" in done.stdout
    assert "around 5,200" in done.stdout
    assert "sk-wrong" not in done.stdout + done.stderr


def test_the_command_line_names_the_setting_that_is_missing(dateline: Dateline, seed_archive: Path) -> None:
    done = dateline("ask", QUESTION, "--mode", "generative", "--archive", seed_archive)
    assert done.returncode == 2
    assert "DATELINE_LLM_BASE_URL" in done.stderr


@pytest.mark.parametrize(("key", "failure", "text"), [(KEY, None, TEXT), ("sk-wrong", "ACCESS_DENIED", "around 5,200")])
def test_the_server_asks_the_model(
    make_client: Callable[..., TestClient],
    endpoint: str,
    caplog: pytest.LogCaptureFixture,
    key: str,
    failure: str | None,
    text: str,
) -> None:
    caplog.set_level("DEBUG")
    client = make_client(llm_base_url=endpoint, llm_model="small", llm_key=key)
    document = f'{{ ask(question: "{QUESTION}", mode: GENERATIVE) {{ text generation {{ failure droppedCount }} }} }}'
    response = client.post("/graphql", json={"query": document})
    assert response.json() == {"data": {"ask": {"text": text, "generation": {"failure": failure, "droppedCount": 0}}}}
    assert key not in caplog.text
