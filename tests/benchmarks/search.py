"""How fast, how large, side by side: `make bench` runs this; `--passages N` sets the size.

Texts are made up: 30,000 words drawn as Zipf's law has it, sentences of 8 to 30 of them, 5 sentences a passage, 20
passages an article. Their vectors are random unit vectors, since embedding a million passages takes hours on two cores;
the query's own embedding is measured with the real model and added. Recall of the vectors is therefore not measured here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import numpy as np

from retrieval import Archive, ArticleFilter, DatePrecision, PublicationDate, PublicationSource, RetrievalMode, Span
from retrieval.catalog.prepared import PreparedArticle
from retrieval.embedding import open_embedder
from retrieval.embedding.embedder import Vectors
from retrieval.extraction.facts import Extraction

PER_ARTICLE = 20
Row = dict[str, float | int | str | None]


class RandomVectors:
    """A unit vector for each text, the same for the same text."""

    name = "random"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.empty((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
            made[row] = np.random.Generator(np.random.SFC64(seed)).standard_normal(384, np.float32)
        normed: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
        return normed


class Texts:
    """Zipf's texts (exponent 1) and queries of three to five of their words, rare and common ones."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "ol", "us")]
        words: dict[str, None] = {}
        while len(words) < 30_000:
            words["".join(self.chance.choices(syllables, k=self.chance.choice((2, 3, 3, 4))))] = None
        self.words = list(words)
        self.totals = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def passage(self) -> str:
        sentences = []
        for _ in range(5):
            words = self.chance.choices(self.words, cum_weights=self.totals, k=self.chance.randint(8, 30))
            sentences.append(" ".join(words).capitalize() + ".")
        return " ".join(sentences)

    def query(self) -> str:
        return " ".join(self.chance.choices(self.words[50:8000], k=self.chance.randint(3, 5)))


def make_article(number: int, passages: Sequence[str]) -> PreparedArticle:
    spans, start = [], 0
    for passage in passages:
        spans.append(Span(start, start + len(passage)))
        start += len(passage) + 1
    text = "\n".join(passages)
    digest = hashlib.sha256(text.encode()).hexdigest()
    at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=number * 7919 % 3650)
    return PreparedArticle(
        key=f"bench:{number}",
        url=None,
        title=passages[0][:60],
        text=text,
        sha256=digest,
        fingerprint=digest,
        publisher=f"Paper {number % 40}",
        authors=(),
        language="en",
        published=PublicationDate(at, DatePrecision.DAY, PublicationSource.METADATA),
        blocks=(),
        passages=tuple(spans),
    )


def time_queries(search: Callable[[str], object], queries: Sequence[str]) -> tuple[float, float, float]:
    """p50, p95 and p99 in milliseconds, after ten to warm up."""
    for query in queries[:10]:
        search(query)
    taken = []
    for query in queries[10:]:
        started = time.perf_counter()
        search(query)
        taken.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(taken, n=100)
    return statistics.median(taken), cuts[94], cuts[98]


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def row(engine: str, what: str, count: int, times: tuple[float, float, float], **more: float | None) -> Row:
    p50, p95, p99 = (round(value, 2) for value in times)
    made: Row = {"engine": engine, "search": what, "passages": count, "p50_ms": p50, "p95_ms": p95, "p99_ms": p99, **more}
    print(json.dumps(made), flush=True)
    return made


def bench_dateline(folder: Path, articles: Iterator[PreparedArticle], count: int, queries: Sequence[str]) -> list[Row]:
    started, cpu = time.perf_counter(), time.process_time()
    with Archive.open(folder / "a.db", embedder=RandomVectors()) as archive:
        batch: list[tuple[PreparedArticle, Extraction]] = []
        for article in articles:
            batch.append((article, Extraction()))
            if len(batch) == 100:
                archive.store_prepared(batch)
                batch.clear()
        archive.store_prepared(batch)
        archive.search("warm up")
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
        archive.index_lag()
    with Archive.open(folder / "a.db", embedder=RandomVectors()) as archive:
        archive._index.build_graphs()
        real = open_embedder("minilm")
        embed = time_queries(lambda query: real.embed([query]), queries)
        year = ArticleFilter(
            published_from=datetime(2018, 1, 1, tzinfo=UTC), published_to=datetime(2018, 12, 31, tzinfo=UTC)
        )
        rows = [
            row(
                "Dateline",
                "query embedding",
                count,
                embed,
                ingest_per_s=round(count / seconds, 1),
                ingest_cpu_s=round(used, 1),
                disk_mb=round(megabytes(folder)),
            )
        ]
        searches: dict[str, Callable[[str], object]] = {
            "lexical": lambda query: archive.search(query, mode=RetrievalMode.LEXICAL),
            "dense": lambda query: archive.search(query, mode=RetrievalMode.DENSE),
            "hybrid": lambda query: (real.embed([query]), archive.search(query)),
            "hybrid, one year": lambda query: (real.embed([query]), archive.search(query, filter=year)),
        }
        for name, search in searches.items():
            archive._searches._remembered.clear()
            cpu = time.process_time()
            times = time_queries(search, queries)
            used = (time.process_time() - cpu) / len(queries) * 1000
            rows.append(row("Dateline", name, count, times, cpu_ms=round(used, 2)))
    rows.append({"engine": "Dateline", "search": "serving", "passages": count, "rss_mb": measure_serving(folder, queries)})
    print(json.dumps(rows[-1]), flush=True)
    return rows


def measure_serving(folder: Path, queries: Sequence[str]) -> int:
    """The resident megabytes of a process that only searches, the model among them."""
    done = subprocess.run(
        [sys.executable, __file__, "--serve", str(folder / "a.db")],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def serve(path: Path) -> None:
    real = open_embedder("minilm")
    with Archive.open(path, create=False, embedder=RandomVectors()) as archive:
        for query in json.load(sys.stdin):
            real.embed([query])
            archive.search(query)
        print(round(resident()))


def bench_fts5(folder: Path, passages: Sequence[str], queries: Sequence[str]) -> list[Row]:
    connection = sqlite3.connect(folder / "fts.db")
    started = time.perf_counter()
    connection.execute("CREATE VIRTUAL TABLE p USING fts5(text, tokenize = 'porter')")
    connection.executemany("INSERT INTO p VALUES (?)", ((passage,) for passage in passages))
    connection.commit()
    seconds = time.perf_counter() - started

    def search(query: str) -> object:
        sql = "SELECT rowid, text FROM p WHERE p MATCH ? ORDER BY rank LIMIT 10"
        return connection.execute(sql, (" OR ".join(query.split()),)).fetchall()

    times = time_queries(search, queries)
    made = row("SQLite FTS5", "lexical", len(passages), times, ingest_per_s=round(len(passages) / seconds, 1))
    connection.close()
    return [made]


def bench_haystack(passages: Sequence[str], queries: Sequence[str]) -> list[Row]:
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
    from haystack.dataclasses import Document  # noqa: PLC0415 -- slow, and telemetry must be off before
    from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 -- as above

    store = InMemoryDocumentStore()
    started = time.perf_counter()
    store.write_documents([Document(content=passage) for passage in passages])
    seconds = time.perf_counter() - started
    times = time_queries(lambda query: store.bm25_retrieval(query, top_k=10), queries[:40])
    return [row("Haystack InMemory", "lexical", len(passages), times, ingest_per_s=round(len(passages) / seconds, 1))]


def bench_bm25s(passages: Sequence[str], queries: Sequence[str]) -> list[Row]:
    try:
        import bm25s  # noqa: PLC0415 -- may not be installed
    except ImportError:
        print("bm25s is not installed: left out", flush=True)
        return []
    started = time.perf_counter()
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(passages), show_progress=False), show_progress=False)
    seconds = time.perf_counter() - started

    def search(query: str) -> object:
        return index.retrieve(bm25s.tokenize([query], show_progress=False), k=10, show_progress=False)

    times = time_queries(search, queries)
    return [row("bm25s", "lexical", len(passages), times, ingest_per_s=round(len(passages) / seconds, 1))]


def bench_lancedb(folder: Path, passages: Sequence[str], queries: Sequence[str]) -> list[Row]:
    try:
        import lancedb  # noqa: PLC0415 -- may not be installed
    except ImportError:
        print("lancedb is not installed: left out", flush=True)
        return []
    vectors = RandomVectors()
    started = time.perf_counter()
    rows = (
        [
            {"text": t, "vector": v}
            for t, v in zip(passages[n : n + 1000], vectors.embed(passages[n : n + 1000]), strict=True)
        ]
        for n in range(0, len(passages), 1000)
    )
    database = lancedb.connect(folder / "lance")
    table = database.create_table("p", next(rows))
    for some in rows:
        table.add(some)
    table.create_fts_index("text", use_tantivy=False)
    seconds = time.perf_counter() - started
    lexical = time_queries(lambda query: table.search(query, query_type="fts").limit(10).to_list(), queries)
    made = [row("LanceDB", "lexical", len(passages), lexical, ingest_per_s=round(len(passages) / seconds, 1))]
    dense = time_queries(lambda query: table.search(vectors.embed([query])[0]).limit(10).to_list(), queries)
    return [*made, row("LanceDB", "dense", len(passages), dense)]


def write_table(rows: Sequence[Row], path: Path) -> None:
    names = list(dict.fromkeys(name for one in rows for name in one))
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join("" if one.get(n) is None else str(one[n]) for n in names) + " |" for one in rows]
    path.write_text("\n".join(lines) + "\n")


def write_plot(rows: Sequence[Row], path: Path) -> None:
    """Bars of the median on a logarithmic axis, one a row of the table."""
    kept = [one for one in rows if one["search"] not in {"query embedding", "serving"}]
    labels = [f"{one['engine']}: {one['search']}, {int(one['passages'] or 0):,}" for one in kept]
    values = [max(float(one["p50_ms"] or 0), 0.01) for one in kept]
    parts = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        width = 90 * (np.log10(value) + 2)
        y = 24 + 22 * place
        colour = "#1f6f8b" if label.startswith("Dateline") else "#b0b7bd"
        parts.append(f'<text x="290" y="{y + 12}" text-anchor="end">{label}</text>')
        parts.append(f'<rect x="300" y="{y}" width="{width:.0f}" height="16" fill="{colour}"/>')
        parts.append(f'<text x="{306 + width:.0f}" y="{y + 12}">{value:g} ms</text>')
    height = 40 + 22 * len(kept)
    style = "font: 12px sans-serif"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="960" height="{height}" style="{style}">'
    title = '<text x="10" y="14">Median time of a search (logarithmic)</text>'
    path.write_text("\n".join([head, title, *parts, "</svg>"]) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=210)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--only", nargs="*", default=["haystack", "fts5", "lancedb", "bm25s"])
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    rows: list[Row] = []
    for count in given.passages:
        folder = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
        texts = Texts()
        passages = [texts.passage() for _ in range(count)]
        queries = [texts.query() for _ in range(given.queries)]
        articles = (
            make_article(n // PER_ARTICLE, passages[n : n + PER_ARTICLE]) for n in range(0, len(passages), PER_ARTICLE)
        )
        rows += bench_dateline(folder, articles, count, queries)
        if "fts5" in given.only:
            rows += bench_fts5(folder, passages, queries)
        if "haystack" in given.only and count <= 10_000:
            rows += bench_haystack(passages, queries)
        if "bm25s" in given.only:
            rows += bench_bm25s(passages, queries)
        if "lancedb" in given.only:
            rows += bench_lancedb(folder, passages, queries)
        shutil.rmtree(folder)
        given.out.mkdir(exist_ok=True)
        write_table(rows, given.out / "benchmark.md")
        write_plot(rows, given.out / "benchmark.svg")


if __name__ == "__main__":
    main()
