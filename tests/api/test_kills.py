"""Killed without warning, time after time: nothing that was acknowledged is lost, and the index agrees with the catalog.

``DATELINE_KILLS=30`` kills so often; the suite does it a few times only, since every start takes seconds.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2

from retrieval import Archive, ArticleInput, RetrievalMode, Window
from retrieval.jobs import JobQueue, JobState
from tests.api.server.test_work import _servers, _workers
from tests.api.test_faults import Server, wait_until
from tests.conftest import serving

KILLS = int(os.environ.get("DATELINE_KILLS", "3"))
TEXT = "Story {n}\n\nAda Lovelace met Bob Marley in Paris on Monday, token{n} said."
INGEST_NOW = """mutation ($articles: [ArticleInput!]!) { ingestArticles(input: {articles: $articles}) {
  results { outcome article { url } } userErrors { code } } }"""


def text(number: int) -> dict[str, str]:
    return {"text": TEXT.format(n=number), "url": f"https://news.example/{number}"}


def check(path: Path, urls: list[str], chance: random.Random) -> None:
    """All of ``urls`` is there, a few are found, and the index is what the catalog says."""
    with Archive.open(path, create=False) as archive:
        stored = set()
        window: Window | None = Window(limit=500)
        while window:
            page = archive.articles(window=window)
            stored |= {article.url for article in page.items}
            window = Window(limit=500, after=page.cursors[-1]) if page.has_next else None
        assert set(urls) <= stored
        for url in chance.sample(urls, min(3, len(urls))):
            number = url.removesuffix(".txt").rpartition("/")[2]
            hits = archive.search(f"token{number}", mode=RetrievalMode.LEXICAL).hits
            assert [hit.article.url for hit in hits] == [url]
        assert archive.check_index() == []


def lose_index(path: Path) -> None:
    shutil.rmtree(path.with_name(path.name + ".index"), ignore_errors=True)


def test_an_ingest_of_a_folder_that_is_killed_keeps_what_it_told(
    tmp_path: Path, command_environment: dict[str, str]
) -> None:
    chance = random.Random(20200117)
    path, folder = tmp_path / "news.db", tmp_path / "texts"
    folder.mkdir()
    for number in range(60 * KILLS):
        (folder / f"{number}.txt").write_text(TEXT.format(n=number))
    command = [sys.executable, "-m", "api.cli.main", "ingest", str(folder), "--archive", str(path)]
    told: set[str] = set()
    for attempt in range(KILLS):
        with subprocess.Popen(
            command,
            env=command_environment | {"COLUMNS": "300"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            lines: list[str] = []
            while not lines or not lines[-1].startswith("ADDED"):  # what is unchanged is told before anything is read
                lines.append(process.stderr.readline())
                assert lines[-1], "it ended by itself"
            killer = threading.Timer(chance.uniform(0.0, 1.5), process.send_signal, [signal.SIGKILL])
            killer.start()
            if attempt == KILLS // 2:
                lose_index(path)
            lines += process.stderr.readlines()
            killer.cancel()
        told |= {line.split()[1] for line in lines if line.endswith("\n") and line.startswith(("ADDED", "UNCHANGED"))}
        check(path, [(folder / Path(name).name).as_uri() for name in told], chance)
    assert told


def test_a_server_that_is_killed_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(20200118)
    path = tmp_path / "news.db"
    acknowledged: list[str] = []
    queued: list[str] = []
    number = 0
    for attempt in range(KILLS):
        with serving(path, tmp_path, DATELINE_EXECUTION_TIMEOUT_SECONDS="120") as address:
            server = Server(address)
            queued.append(server.add_job([text(n) for n in range(number, number + 5)]))
            number += 5
            killer: threading.Timer | None = None
            while killer is None or not killer.finished.is_set():
                if attempt == KILLS // 2 and number % 10 == 0:
                    lose_index(path)
                given = text(number)
                number += 1
                try:
                    found: Any = server.post(INGEST_NOW, articles=[given])
                except httpx2.HTTPError:
                    break
                assert "errors" not in found, found
                assert found["data"]["ingestArticles"]["results"][0]["outcome"] == "ADDED"
                acknowledged.append(given["url"])
                if killer is None:
                    killer = threading.Timer(chance.uniform(0.0, 2.0), _kill, [path])
                    killer.start()
            _kill(path)
        check(path, acknowledged, chance)
    with serving(path, tmp_path) as address:
        server = Server(address)
        for id_ in queued:
            wait_until(lambda id_=id_: bool(server.job(id_)["finishedAt"]), 600)  # type: ignore[misc]
            found = server.job(id_)
            assert (found["state"], found["done"], found["rejected"]) == ("SUCCEEDED", 5, 0)


def test_a_worker_that_is_killed_rejects_nothing(tmp_path: Path, command_environment: dict[str, str]) -> None:
    chance = random.Random(20200119)
    path = tmp_path / "news.db"
    command = [sys.executable, "-m", "api.cli.main", "work", "--archive", str(path)]
    with JobQueue(path, create=True) as queue:
        jobs = [
            queue.add([ArticleInput(TEXT.format(n=n), url=text(n)["url"]) for n in range(60 * k, 60 * k + 60)]).id
            for k in range(max(1, KILLS // 3))
        ]
        total = 60 * len(jobs)

        def done() -> int:
            return total - queue.count_waiting()

        for attempt in range(KILLS + 1):
            before = done()
            with subprocess.Popen(command, env=command_environment) as process:
                if attempt == KILLS // 2:
                    lose_index(path)
                if attempt == KILLS:
                    wait_until(lambda: done() == total, 900)
                    process.terminate()
                    continue
                if attempt % 3:  # the others are killed while they begin
                    wait_until(lambda before=before: done() > before)  # type: ignore[misc]
                time.sleep(chance.uniform(0.0, 1.0))
                process.send_signal(signal.SIGKILL)
        for job in queue.load(jobs):
            assert job is not None
            assert (job.state, job.done, job.rejected) == (JobState.SUCCEEDED, 60, 0)
    check(path, [text(n)["url"] for n in range(total)], chance)


def _kill(path: Path) -> None:
    for pid in [*_servers(path), *_workers(path)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
