"""Thirty kills over a mix of adds, revisions and removals: catalog and index keep what was acknowledged, and agree."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval import Archive, ArticleFilter, RetrievalMode, Window
from retrieval.embedding.embedder import Vectors

# Says what it is about to do ("?") and what is done ("!"), one line each. Articles are cut as they are: no extraction,
# since a kill should meet the catalog and the index as often as it can.
WRITER = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from kill_parts import Hashing, prepare
from retrieval import Archive
from retrieval.models.found_facts import Extraction
chance = random.Random(int(sys.argv[2]))
with Archive.open(sys.argv[1], embedder=Hashing()) as archive:
    print("ready", flush=True)
    for turn in range(10**6):
        number, version = chance.randrange(40), f"{sys.argv[2]}x{turn}"
        article = prepare(number, version)
        if chance.random() < 0.3:
            print("? remove", number, version, flush=True)
            archive.remove([article.id])
            print("! remove", number, version, flush=True)
        else:
            print("? store", number, version, flush=True)
            archive.store_prepared([(article, Extraction())])
            if chance.random() < 0.5:
                archive.search("report")
            print("! store", number, version, flush=True)
"""
PARTS = '''
import hashlib
import zlib
import numpy as np
from retrieval.models.prepared import PreparedArticle
from retrieval.models import PublicationDate, Span

class Hashing:
    """Vectors that only say which words a text has: quick, and equal in every process."""
    name = "hashing"
    dimensions = 64
    def embed(self, texts):
        made = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                made[row, zlib.crc32(word.encode()) % 64] += 1
        return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)

def prepare(number, version):
    first, second = f"Report about place{number} in words{version}.", f"More of it, with secret{version}."
    text = first + " " + second
    digest = hashlib.sha256(text.encode()).hexdigest()
    return PreparedArticle(
        key=f"k{number}", url=None, title=f"Title {number}", text=text, sha256=digest, fingerprint=digest, publisher="Post",
        authors=(), language="en", published=PublicationDate(), blocks=(),
        passages=(Span(0, len(first)), Span(len(first) + 1, len(text))),
    )
'''


class Hashing:
    """The embedder of the writer's side, for opening the archive here."""

    name = "hashing"
    dimensions = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        import zlib  # noqa: PLC0415

        made = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                made[row, zlib.crc32(word.encode()) % 64] += 1
        normed: Vectors = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
        return normed


def run_and_kill(folder: Path, seed: int, seconds: float, *, at_start: bool) -> list[list[str]]:
    """The writer's whole lines, until it was killed ``seconds`` after it was ready, or after its first change was done."""
    command = [sys.executable, "-c", WRITER, str(folder / "news.db"), str(seed), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        first = "" if at_start else process.stdout.readline() + process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    return [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


def follow(state: dict[int, str], removed: set[str], lines: list[list[str]]) -> tuple[str, int, str] | None:
    """Bring the model of the archive up to date; what was begun and not acknowledged."""
    begun = None
    for sign, kind, number, version in lines:
        if sign == "?":
            begun = (kind, int(number), version)
            continue
        begun = None
        old = state.pop(int(number), None)
        if old:
            removed.add(old)
        if kind == "store":
            state[int(number)] = version
    return begun


def read_state(archive: Archive) -> dict[int, str]:
    stored = {}
    for article in archive.articles(window=Window(limit=100)).items:
        words = article.text.split()
        stored[int(words[2].removeprefix("place"))] = words[4].removeprefix("words").removesuffix(".")
    return stored


def listing(archive: Archive, query: str, mode: RetrievalMode) -> list[tuple[str, int, float]]:
    hits = archive.search(query, limit=100, mode=mode).hits
    return sorted((hit.article.id, hit.passage.index, round(hit.score, 3)) for hit in hits)


def test_thirty_kills_lose_nothing_and_bring_nothing_back(tmp_path: Path) -> None:
    (tmp_path / "kill_parts.py").write_text(PARTS)
    moments = random.Random(20200117)
    state: dict[int, str] = {}
    removed: set[str] = set()
    for attempt in range(30):
        lines = run_and_kill(tmp_path, attempt, moments.uniform(0.0, 0.5), at_start=attempt % 10 == 0)
        begun = follow(state, removed, lines)
        with Archive.open(tmp_path / "news.db", embedder=Hashing()) as archive:
            archive.search("report")  # catches up
            found = read_state(archive)
            if begun and found != state:
                kind, number, version = begun
                old = state.pop(number, None)
                removed.update({old} if old else ())
                if kind == "store":
                    state[number] = version
            assert found == state
            assert archive.index_lag() == 0
            assert archive.indexed_passage_count() == 2 * len(state)
            for version in moments.sample(sorted(removed), min(5, len(removed))):
                for mode in RetrievalMode:
                    hits = archive.search(f"secret{version}", mode=mode, limit=100).hits
                    assert not any(version in hit.passage.text.replace(".", " ").split() for hit in hits)
                    assert all(hit.article.text.split()[4] != f"words{version}." for hit in hits)
                assert archive.search(f"secret{version}", mode=RetrievalMode.LEXICAL).total == 0
            for number, version in moments.sample(sorted(state.items()), min(5, len(state))):
                (hit,) = archive.search(f"secret{version}", mode=RetrievalMode.LEXICAL).hits
                assert hit.article.title == f"Title {number}"
                near = archive.search(f"More of it, with secret{version}.", mode=RetrievalMode.DENSE, limit=3).hits
                assert hit.passage.id in {n.passage.id for n in near if n.score > 0.99}
    assert len(state) > 10
    assert len(removed) > 10
    with Archive.open(tmp_path / "news.db", embedder=Hashing()) as archive:
        queries = ["report place3", "secret more", "words"]
        before = [listing(archive, query, RetrievalMode.DENSE) for query in queries]
        totals = [archive.search(query, mode=RetrievalMode.LEXICAL).total for query in queries]
        archive.reindex()
        assert [listing(archive, query, RetrievalMode.DENSE) for query in queries] == before
        assert [archive.search(query, mode=RetrievalMode.LEXICAL).total for query in queries] == totals
        one = ArticleFilter(article_ids=(archive.articles().items[0].id,))
        assert archive.search("report", filter=one, mode=RetrievalMode.LEXICAL).total == 1
