from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from retrieval import Archive, ArticleInput, EmbedderMismatch, RetrievalMode
from retrieval.embedding import Embedder, open_embedder
from retrieval.errors import EmbedderError


class Answers(BaseHTTPRequestHandler):
    """An endpoint whose vectors say how long a text is; a text "bad" gets an answer that is none."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        rows = [{"index": n, "embedding": [float(len(t)), 1.0, 0.0]} for n, t in enumerate(asked["input"])]
        body = {"data": rows[::-1]} if "bad" not in asked["input"] else {"oops": 1}
        self.send_response(200 if self.headers["authorization"] == "Bearer k" else 401)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the name is the base class's
        pass


@pytest.fixture
def base() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def open_at(base: str, key: str = "k") -> Embedder:
    return open_embedder(f"{base}?model=m&key={key}")


def test_vectors_come_in_the_order_of_the_texts_at_length_one(base: str) -> None:
    embedder = open_at(base)
    texts = ["x" * n for n in range(1, 100)]
    vectors = embedder.embed(texts)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], range(1, 100))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert (embedder.dimensions, embedder.name.endswith(":m"), "key" in embedder.name) == (3, True, False)


@pytest.mark.parametrize(("text", "key", "message"), [("bad", "k", "no vectors"), ("x", "wrong", "answered 401")])
def test_a_wrong_answer_is_a_clear_error(base: str, text: str, key: str, message: str) -> None:
    with pytest.raises(EmbedderError, match=message):
        open_at(base, key).embed([text])


def test_an_endpoint_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(EmbedderError, match="cannot be reached"):
        open_at("http://127.0.0.1:9/v1").embed(["x"])


def test_an_archive_with_vectors_of_an_endpoint_keeps_to_it(base: str, tmp_path: Path) -> None:
    url = f"{base}?model=m&key=k"
    with Archive.open(tmp_path / "a.db", embedder=url) as archive:
        archive.ingest_articles([ArticleInput("Fire\n\nA brewery burned in Ghent.")])
        assert archive.search("shares", mode=RetrievalMode.DENSE).hits[0].passage.text == "A brewery burned in Ghent."
    for other in ("minilm", f"{base}?model=n&key=k"):
        with Archive.open(tmp_path / "a.db", embedder=other) as archive:
            with pytest.raises(EmbedderMismatch, match=r"reindex --embed"):
                archive.search("shares")
            with pytest.raises(EmbedderMismatch):
                archive.ingest_articles([ArticleInput("Storm\n\nA storm sank ships.")])
