"""Many clients at once for a while, with a kill -9 in the middle: ``python -m tests.benchmarks.soak``, or ``make soak``.

Four in five requests are lists, three in twenty searches, one in twenty an `ask`; one in ten clients hangs up before it has
its answer. Meanwhile articles are handed in with ``wait: false``. Half way through, every process of the server is killed
and it is started again. The report is JSON; the command fails where a promise of `Report.broken` is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from retrieval import Archive, ArticleInput

ROOT = Path(__file__).parents[2]

LISTS = (
    "{ entities(first: 50) { nodes { id name type mentionCount firstSeenAt aliases { name } } pageInfo { endCursor } } }",
    "{ articles(first: 20) { nodes { id title url } totalCount } }",
    "{ events(first: 20) { edges { cursor node { id type } } } }",
)
SEARCH = "query Search($text: String!) { searchPassages(query: $text, first: 10) { nodes { text } } }"
ASK = "query Ask($text: String!) { ask(question: $text) { status text } }"
INGEST = """
mutation Ingest($text: String!, $url: URI!) {
  ingestArticles(input: {articles: [{text: $text, url: $url}], wait: false}) { job { id } userErrors { message } }
}
"""
FIRST = ("Alister", "Benton", "Calfield", "Danworth", "Evester", "Faraday", "Gerton", "Halworth")
LAST = ("Abbot", "Baker", "Carter", "Dexter", "Eastman", "Fielding", "Garner", "Hatton")
PLACES = ("Paris", "Lagos", "Lima", "Oslo", "Cairo", "Hanoi")


@dataclass
class Report:
    """What was seen. ``seconds`` are of lists that were answered, but for those sent while the server was down: they wait
    for it in the socket's queue, or are ``unreachable``. ``memory`` is the server's, in MiB, early and at the end.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    hung_up: int = 0
    unreachable: int = 0
    acknowledged: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    is_queue_done: bool = False
    memory: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of lists, in seconds."""
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        """So long took all but one list in a hundred."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def broken(self) -> list[str]:
        """The promises that were not kept."""
        found = [f"{count} answers {status}" for status, count in self.statuses.items() if status not in ("200", "503")]
        if self.p99 > 10 * self.median:
            found.append(f"the slowest lists took {self.p99 / self.median:.1f} times the median")
        if self.lost:
            found.append(f"{len(self.lost)} acknowledged articles were lost")
        if not self.is_queue_done:
            found.append("the queue was not finished")
        if self.memory and self.memory[-1] > 1.25 * self.memory[0] + 50:
            found.append(f"memory grew from {self.memory[0]:.0f} to {self.memory[-1]:.0f} MiB")
        return found


class Server:
    """`dateline serve` on a port that stays the same over its lives."""

    def __init__(self, archive: Path, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._archive = archive
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator[Server]:
        """From the first answer to the end."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "api.cli.main", "serve", "--archive", str(self._archive)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        with (self._archive.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--workers", str(self._workers)],
                cwd=self._archive.parent,
                env=kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "DATELINE_RATE_LIMIT": "0"},
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"{self.address}/health", timeout=5).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        """Kill all its processes at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)

    def memory(self) -> float:
        """MiB that its processes hold."""
        assert self._process is not None
        total = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text()
                if os.getpgid(int(status.parent.name)) == self._process.pid and (
                    found := re.search(r"RssAnon:\s+(\d+)", text)
                ):
                    total += int(found[1])
            except (OSError, ProcessLookupError):
                continue
        return total / 1024


class Soak:
    """The clients and what they see."""

    def __init__(self, server: Server, *, clients: int, seconds: float, pause: float) -> None:
        self.report = Report()
        self._server = server
        self._clients = clients
        self._seconds = seconds
        self._pause = pause
        self._is_down = False
        self._ended = asyncio.Event()

    async def run(self) -> Report:
        """All of it."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=self._clients)
        async with httpx2.AsyncClient(base_url=self._server.address, limits=limits, timeout=60) as http:
            tasks = [asyncio.create_task(self._client(http, random.Random(n))) for n in range(self._clients)]
            tasks.append(asyncio.create_task(self._ingest(http)))
            await asyncio.sleep(self._seconds / 2)
            self._is_down = True
            await asyncio.to_thread(self._server.kill)
            await asyncio.to_thread(self._server.start)
            self._is_down = False
            await asyncio.sleep(self._seconds / 4)
            self.report.memory.append(self._server.memory())
            await asyncio.sleep(self._seconds / 4)
            self._ended.set()
            await asyncio.gather(*tasks)
            self.report.memory.append(self._server.memory())
            await self._drain(http)
        return self.report

    async def _client(self, http: httpx2.AsyncClient, chance: random.Random) -> None:
        while not self._ended.is_set():
            await asyncio.sleep(chance.expovariate(1 / self._pause))
            kind = chance.random()
            person = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
            body: dict[str, Any] = {"query": chance.choice(LISTS)}
            if kind >= 0.95:
                body = {"query": ASK, "variables": {"text": f"Where did {person} travel?"}}
            elif kind >= 0.8:
                body = {"query": SEARCH, "variables": {"text": f"{person} {chance.choice(PLACES)}"}}
            patience = chance.uniform(0.001, 0.05) if chance.random() < 0.1 else 60
            started, is_restart = time.perf_counter(), self._is_down
            try:
                async with asyncio.timeout(patience):
                    response = await http.post("/graphql", json=body)
            except TimeoutError:
                self.report.hung_up += 1
                continue
            except httpx2.HTTPError as error:
                self._fail(error)
                continue
            self.report.statuses[str(response.status_code)] += 1
            if kind < 0.8 and response.status_code == 200 and not is_restart:
                self.report.seconds.append(time.perf_counter() - started)

    def _fail(self, error: Exception) -> None:
        if self._is_down:
            self.report.unreachable += 1
        else:
            self.report.statuses[type(error).__name__] += 1

    async def _ingest(self, http: httpx2.AsyncClient) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            url = f"https://example.org/soak/{number}"
            variables = {"text": story(number), "url": url}
            try:
                response = await http.post("/graphql", json={"query": INGEST, "variables": variables})
            except httpx2.HTTPError as error:
                self._fail(error)
            else:
                self.report.statuses[str(response.status_code)] += 1
                if response.status_code == 200 and response.json()["data"]["ingestArticles"]["job"]:
                    self.report.acknowledged.add(url)
            await asyncio.sleep(0.5)

    async def _drain(self, http: httpx2.AsyncClient) -> None:
        find = "query Find($url: URI!) { article(url: $url) { id } }"
        deadline = time.monotonic() + 300
        missing = sorted(self.report.acknowledged)
        while time.monotonic() < deadline:
            still = []
            for url in missing:
                response = await http.post("/graphql", json={"query": find, "variables": {"url": url}})
                if response.status_code != 200 or response.json()["data"]["article"] is None:
                    still.append(url)
            missing = still
            page = (await http.get("/metrics")).text
            self.report.is_queue_done = "dateline_queue_waiting 0.0" in page
            if not missing and self.report.is_queue_done:
                break
            await asyncio.sleep(1)
        self.report.lost = missing


def story(number: int) -> str:
    """A short article, each another one."""
    chance = random.Random(number)
    people = [f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(3)]
    place = chance.choice(PLACES)
    lines = [f"{person} travelled to {place} on Monday and met {people[0]} there." for person in people[1:]]
    return f"Meeting {number} in {place}\n\n" + " ".join(lines) + f' "We agreed," {people[0]} said.'


def soak(folder: Path, *, clients: int, seconds: float, pause: float, workers: int, articles: int) -> Report:
    """Run against an archive of so many articles in ``folder``."""
    path = folder / "news.db"
    with Archive.open(path) as archive:
        archive.ingest_articles([ArticleInput(story(-n)) for n in range(1, articles + 1)])
    with Server(path, workers).running() as server:
        return asyncio.run(Soak(server, clients=clients, seconds=seconds, pause=pause).run())


def main() -> None:
    """Print the report; fail where a promise was broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=2, help="mean seconds between two requests of a client")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--articles", type=int, default=300)
    with tempfile.TemporaryDirectory() as folder:
        report = soak(Path(folder), **vars(parser.parse_args()))
    shown = {
        **vars(report),
        "acknowledged": len(report.acknowledged),
        "seconds": len(report.seconds),
        "median_ms": round(report.median * 1000, 1),
        "p99_ms": round(report.p99 * 1000, 1),
        "broken": report.broken(),
    }
    print(json.dumps(shown, indent=2))
    sys.exit(bool(report.broken()))


if __name__ == "__main__":
    main()
