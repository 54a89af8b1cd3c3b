"""Nothing acknowledged is ever lost, and nothing is ever half there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval import Archive, Article, RetrievalMode, Window

if TYPE_CHECKING:
    from tests.retrieval.conftest import SpanChecker

# Ingests without end, and says of each article that it is stored as soon as the library says so.
WRITER = """
import itertools, sys
from retrieval import Archive, ArticleInput
from tests_articles import article
print("ready", flush=True)
with Archive.open(sys.argv[1]) as archive:
    numbers = itertools.count(int(sys.argv[2]))
    archive.ingest_articles(
        (article(n) for n in numbers), on_result=lambda r: print(r.outcome.value, r.name, flush=True)
    )
"""
ARTICLES = """
from retrieval import ArticleInput
def article(n):
    return ArticleInput(
        f"Report number {n}\\n\\nThe mayor of Ghent, Anna Peeters, denied on Monday that token{n} attacked police.\\n\\n"
        f'"We never met," said Peeters. An official told Reuters that {n + 2} people were killed in Bruges in March 2019.',
        url=f"https://example.org/{n}", published_at="2020-01-17", publisher="The Post",
    )
"""


def kill_while_writing(folder: Path, start: int, seconds: float, *, at_start: bool) -> list[str]:
    """Start a writer and kill it without warning: the URLs that it acknowledged.

    It is killed ``seconds`` after it began to open the archive, or after its first acknowledgement.
    """
    (folder / "tests_articles.py").write_text(ARTICLES)
    command = [sys.executable, "-c", WRITER, str(folder / "news.db"), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        first = "" if at_start else process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    lines = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return [line.split()[1] for line in lines]


def iterate(archive: Archive) -> Iterator[Article]:
    page = archive.articles(window=Window(limit=500))
    yield from page.items
    while page.has_next:
        page = archive.articles(window=Window(limit=500, after=page.cursors[-1]))
        yield from page.items


def found(archive: Archive, urls: list[str]) -> dict[str, tuple[int, list[str | None]]]:
    """For each URL what a search for its own word finds, and how often its common words are found."""
    queries = [f"token{url.rsplit('/', 1)[1]}" for url in urls]
    results = {query: archive.search(query, mode=RetrievalMode.LEXICAL) for query in [*queries, "mayor", "Reuters", "2019"]}
    return {query: (r.total, [hit.article.url for hit in r.hits] if r.total == 1 else []) for query, r in results.items()}


def test_killed_ten_times_an_archive_keeps_what_it_acknowledged(tmp_path: Path, spans: SpanChecker) -> None:
    moments = random.Random(20200117)
    acknowledged: list[str] = []
    for attempt in range(10):
        acknowledged += kill_while_writing(
            tmp_path, attempt * 100_000, moments.uniform(0.0, 1.5), at_start=attempt in {0, 5}
        )
        with Archive.open(tmp_path / "news.db") as archive:
            archive.search("mayor")  # catches up
            assert archive.index_lag() == 0
            stored = {article.url: article for article in iterate(archive)}
            assert set(acknowledged) <= set(stored)
            facts = archive.load_facts([article.id for article in stored.values()])
            for known in facts.values():
                spans.check(known)
                assert known.passages
                assert len(known.claims) >= 2
            for url in acknowledged[-3:]:
                number = url.rsplit("/", 1)[1]
                assert [hit.article.url for hit in archive.search(f"token{number}", mode=RetrievalMode.LEXICAL).hits] == [
                    url
                ]
            assert archive.indexed_passage_count() == sum(len(known.passages) for known in facts.values())
            counted = {e.id: e.mention_count for e in archive.entities(window=Window(limit=1000)).items}
            mentioned: dict[str, int] = {}
            for known in facts.values():
                for mention in known.mentions:
                    mentioned[mention.entity_id] = mentioned.get(mention.entity_id, 0) + 1
            assert counted == mentioned
    assert len(acknowledged) >= 8  # one at least of each that was not killed at its start
    with Archive.open(tmp_path / "news.db") as archive:
        sample = moments.sample(acknowledged, min(20, len(acknowledged)))
        before = found(archive, sample)
        archive.reindex()
        assert found(archive, sample) == before
