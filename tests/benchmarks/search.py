"""How fast, how large, side by side: ``python -m tests.benchmarks.search``, or `make bench`.

Every engine builds its store in a process of its own and is asked in another, so that memory is its own. Stores stay under
``--stores``; ``--reuse`` asks those that are there without building. See `texts` for what is searched.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from retrieval.embedding.embedder import MINILM
from retrieval.embedding.onnx import OnnxEmbedder
from retrieval.stores.index.local.page_cache import read_ahead
from tests.benchmarks.engines import ENGINES, Asking, Search, is_installed
from tests.benchmarks.texts import TEXTS, MadeTexts

Row = dict[str, float | int | str]
# An engine that needs a second for a query is asked for no longer than this; a quarter of it to warm up.
_SECONDS = 15.0
# Above this many passages they take minutes a query, or more memory than a small machine has.
_LARGEST = {"haystack": 100_000, "bm25s": 100_000}
_LARGEST_REAL = 100_000
_ASKED = 100_000


def build(engine: str, folder: Path, passages: Iterator[str], count: int) -> None:
    """Build an engine's store of ``count`` passages and note what it cost."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started, cpu = time.perf_counter(), time.process_time()
    ENGINES[engine][1](folder, passages)
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    noted = {
        "passages_per_s": round(count / seconds), "passages_per_cpu_s": round(count / used), "disk_mb": round(size),
        "building_mb": round(peak),
    }  # fmt: skip
    (folder / "built.json").write_text(json.dumps(noted))


def ask(engine: str, folder: Path, queries: Sequence[str]) -> list[Row]:
    """One row a kind of search; the first also says what building cost, the last the memory of the asking process."""
    noted = json.loads((folder / "built.json").read_text())
    read_ahead(folder)
    rows: list[Row] = []
    for name, search in ENGINES[engine][2](folder).items():
        rows.append({"engine": ENGINES[engine][0], "search": name, **time_queries(search, queries), **noted})
        if isinstance(search, Asking):
            rows[-1]["steps"] = search.shares()
        noted = {}
    rows[-1]["rss_mb"] = round(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6)
    return rows


def embed_passages(count: int = 320, tokens: int = 120) -> Row:
    """How many passages of so many tokens, cut from longer ones, get their vectors in a second."""
    model = OnnxEmbedder(MINILM, max_tokens=tokens)
    texts = list(MadeTexts().passages(count))
    model.embed(texts[:16])
    started, cpu = time.perf_counter(), time.process_time()
    model.embed(texts)
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    return {
        "engine": "Dateline", "search": f"embedding passages of {tokens} tokens", "cpu_ms": round(used / count * 1000, 2),
        "passages_per_s": round(count / seconds), "passages_per_cpu_s": round(count / used),
    }  # fmt: skip


def time_queries(search: Search, queries: Sequence[str]) -> Row:
    """Percentiles of the milliseconds on the clock and the mean of those of all cores; the first half is to warm up."""
    half = len(queries) // 2
    _time_each(search, queries[:half], _SECONDS / 4)
    cpu = time.process_time()
    taken = _time_each(search, queries[half:], _SECONDS)
    used = (time.process_time() - cpu) / len(taken) * 1000
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    percentiles = {"p50_ms": cuts[49], "p95_ms": cuts[94], "p99_ms": cuts[98], "cpu_ms": used}
    return {**{name: round(value, 2) for name, value in percentiles.items()}, "queries": len(taken)}


def _time_each(search: Search, queries: Sequence[str], seconds: float) -> list[float]:
    taken: list[float] = []
    ended = time.perf_counter() + seconds
    for query in queries:
        started = time.perf_counter()
        search(query)
        taken.append((time.perf_counter() - started) * 1000)
        if time.perf_counter() > ended and len(taken) > 1:
            break
    return taken


def write_table(rows: Sequence[Row], path: Path, *, note: str) -> None:
    """The rows as a table in Markdown, after a note."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(one.get(name, "")) for name in names) + " |" for one in rows]
    head = f"# Search, side by side\n\n{note}\n\n"
    path.write_text(head + "\n".join(lines) + "\n\n![Median times](benchmark.svg)\n")


def write_plot(rows: Sequence[Row], path: Path) -> None:
    """Bars of the median on a logarithmic axis, one a row of the table."""
    kept = [one for one in rows if "embedding" not in str(one["search"])]
    labels = [
        f"{one['engine']}: {one['search']}, {int(one['passages']):,}{' real' if one['texts'] == 'real' else ''}"
        for one in kept
    ]
    values = [max(float(one["p50_ms"]), 0.01) for one in kept]
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
    """Build what is missing, ask, and write the table and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=200, help="timed ones; as many others warm up")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--stores", type=Path, help="keep the stores in this folder")
    parser.add_argument("--reuse", action="store_true", help="ask the stores that are there, build none")
    parser.add_argument("--build-only", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--step", nargs=5, metavar=("WHAT", "ENGINE", "FOLDER", "TEXTS", "COUNT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        what, engine, folder, kind, count = given.step
        if what == "embed":
            print(json.dumps(embed_passages()))
        elif what == "build":
            build(engine, Path(folder), TEXTS[kind]().passages(int(count)), int(count))
        else:
            print(json.dumps(ask(engine, Path(folder), TEXTS[kind]().queries(2 * int(count)))))
        return
    stores = given.stores or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    rows: list[Row] = []
    wanted = [("made", count) for count in given.passages]
    if os.environ.get("DATELINE_DATA"):
        wanted.insert(0, ("real", sum(1 for _ in TEXTS["real"]().passages(_LARGEST_REAL))))
        wanted.append(("asked", _ASKED))
    for (kind, count), engine in itertools.product(wanted, given.engines):
        if (kind == "asked") != (engine == "asked"):
            continue
        folder = stores / (str(count) if kind == "made" else kind) / engine
        if not is_installed(engine) or count > _LARGEST.get(engine, count):
            print(f"{engine} at {count:,}: left out", flush=True)
            continue
        if not (folder / "built.json").exists():
            if given.reuse:
                continue
            _run("build", engine, folder, kind, count)
        if given.build_only:
            continue
        found = json.loads(_run("ask", engine, folder, kind, given.queries).splitlines()[-1])
        rows += [{"texts": kind, "passages": count, **row} for row in found]
        for row in found:
            print(kind, count, json.dumps(row), flush=True)
    if "dateline" in given.engines and not given.build_only:
        rows.append(json.loads(_run("embed", "dateline", stores, "made", 0).splitlines()[-1]))
        print(json.dumps(rows[-1]), flush=True)
    if not given.stores:
        shutil.rmtree(stores)
    if rows:
        given.out.mkdir(exist_ok=True)
        write_table(rows, given.out / "benchmark.md", note=_NOTE)
        write_plot(rows, given.out / "benchmark.svg")


_NOTE = """`make bench` makes this anew. Made-up texts as Zipf's law has them, and real paragraphs with real questions where
`DATELINE_DATA` is set; random unit vectors (embedding a million passages takes hours on two cores); searches by meaning
include the query's embedding with the real model. Each engine is built in one process and asked in another, its files read
into the kernel's cache before: `rss_mb` is the asking process at its end, files that are mapped and were read included;
`cpu_ms` is the mean CPU time a query on all cores. `ask` answers XQuAD's questions from its articles and 800 of news, with
all that is extracted from them, among made-up paragraphs of real sentences, each parsed once; `steps` are the shares of its
time."""


def _run(what: str, engine: str, folder: Path, kind: str, count: int) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.search", "--step", what, engine, str(folder), kind, str(count)]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    main()
