"""Ingestion in the background by a real server: it survives a restart and kill -9, and can be cancelled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from retrieval import Archive, ArticleInput
from retrieval.jobs import JobQueue, JobState
from tests.conftest import serving

INGEST = """mutation ($articles: [ArticleInput!]!) {
  ingestArticles(input: {articles: $articles, wait: false}) {
    job { id state total done } results { index } userErrors { code } }
}"""
JOB = """query ($id: ID!) { node(id: $id) { ... on IngestJob {
  state total done rejected finishedAt results { index outcome article { url } userErrors { message } } } } }"""
CANCEL = "mutation ($id: ID!) { cancelIngestJob(input: {id: $id}) { job { state } userErrors { code } } }"


def articles(count: int, start: int = 0) -> list[dict[str, str]]:
    return [
        {"text": f"Story {n}\n\nAda Lovelace met Bob Marley in Paris on Monday.", "url": f"https://news.example/{n}"}
        for n in range(start, start + count)
    ]


def send(address: str, query: str, **variables: Any) -> Any:
    response = httpx2.post(f"{address}/graphql", json={"query": query, "variables": variables}, timeout=30).json()
    assert "errors" not in response, response
    return response["data"]


def wait_for(address: str, id_: str, seconds: float = 60) -> Any:
    """The job when it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = send(address, JOB, id=id_)["node"]
        if job["finishedAt"]:
            return job
        time.sleep(0.2)
    raise AssertionError(job)


def test_articles_are_taken_in_in_the_background(tmp_path: Path) -> None:
    with serving(tmp_path / "news.db", tmp_path) as address:
        payload = send(address, INGEST, articles=[*articles(3), {"text": " "}])["ingestArticles"]
        assert payload["results"] == payload["userErrors"] == []
        assert payload["job"] | {"id": ""} == {"id": "", "state": "QUEUED", "total": 4, "done": 0}
        job = wait_for(address, payload["job"]["id"])
        assert (job["state"], job["done"], job["rejected"]) == ("SUCCEEDED", 4, 1)
        assert [result["outcome"] for result in job["results"]] == ["ADDED", "ADDED", "ADDED", "REJECTED"]
        assert job["results"][0]["article"]["url"] == "https://news.example/0"
        assert "empty" in job["results"][3]["userErrors"][0]["message"]
        assert send(address, "{ corpus { articleCount } }")["corpus"]["articleCount"] == 3
        cancelled = send(address, CANCEL, id=payload["job"]["id"])["cancelIngestJob"]
        assert cancelled == {"job": {"state": "SUCCEEDED"}, "userErrors": []}


def test_what_was_accepted_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with serving(path, tmp_path) as address:
        ids = [send(address, INGEST, articles=articles(20, 20 * n))["ingestArticles"]["job"]["id"] for n in range(2)]
        workers: list[int] = []
        while not workers:
            workers = _workers(path)
            time.sleep(0.05)
        time.sleep(1)
        for pid in [*workers, *_servers(path)]:
            os.kill(pid, signal.SIGKILL)
    with serving(path, tmp_path) as address:
        for id_ in ids:
            job = wait_for(address, id_, 90)
            assert (job["state"], job["done"], job["rejected"]) == ("SUCCEEDED", 20, 0)
        assert send(address, "{ corpus { articleCount } }")["corpus"]["articleCount"] == 40


def test_a_worker_ends_with_its_server(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with serving(path, tmp_path) as address:
        wait_for(address, send(address, INGEST, articles=articles(1))["ingestArticles"]["job"]["id"])
        assert _workers(path)
    until = time.monotonic() + 10
    while _workers(path) and time.monotonic() < until:
        time.sleep(0.1)
    assert _workers(path) == []


def test_work_can_be_done_without_a_server(tmp_path: Path, command_environment: dict[str, str]) -> None:
    path = tmp_path / "news.db"
    with JobQueue(path, create=True) as queue:
        id_ = queue.add([ArticleInput("Story\n\nIt rained in Paris.", url="https://news.example/1")]).id
        command = [sys.executable, "-m", "api.cli.main", "work", "--archive", str(path)]
        with subprocess.Popen(command, env=command_environment) as process:
            until = time.monotonic() + 60
            while not (job := queue.load([id_])[0]) or not job.state.is_final:
                assert time.monotonic() < until
                time.sleep(0.1)
            process.terminate()
        assert process.returncode == 0
        assert job.state is JobState.SUCCEEDED
    with Archive.open(path) as archive:
        assert archive.article(url="https://news.example/1") is not None


def _workers(path: Path) -> list[int]:
    return _processes("work", path)


def _servers(path: Path) -> list[int]:
    return _processes("serve", path)


def _processes(command: str, path: Path) -> list[int]:
    """The processes that run ``command`` on the archive at ``path``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if command in arguments and str(path) in arguments:
            found.append(int(folder.name))
    return found
