"""Extraction in several processes: the same facts in the same order, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from retrieval import Archive, ArticleInput, IngestOutcome

_ROOT = Path(__file__).parents[3]
_SCRIPT = """
import time
from retrieval import ArticleInput
from retrieval.extraction.pool import ExtractionPool
from retrieval.extraction.reading import Unread
with ExtractionPool(1) as pool:
    list(pool.read([Unread(ArticleInput("It rained in Oslo."))]))
    print(pool._processes[0].pid, flush=True)
    time.sleep(60)
"""


def test_several_processes_store_what_one_does_in_order(tmp_path: Path) -> None:
    given = [
        ArticleInput(
            text=f"News of day {n}\n\nMayor Ann Lee opened bridge {n} in Oslo on Monday. She said it was safe.",
            url=f"u:{n}",
        )
        for n in range(9)
    ]
    given.insert(3, ArticleInput(text="", url="u:empty"))
    with (
        Archive.open(tmp_path / "one.db", embedder=None) as one,
        Archive.open(tmp_path / "two.db", embedder=None) as two,
    ):
        alone, together = one.ingest_articles(given), two.ingest_articles(given, workers=2)
        assert together == alone
        assert [result.name for result in together] == [article.url for article in given]
        assert [result.outcome for result in together].count(IngestOutcome.REJECTED) == 1
        ids = [result.article_id for result in alone if result.article_id]
        assert len(ids) == 9
        mine, theirs = one.load_facts(ids), two.load_facts(ids)
        assert [theirs[id_].claims for id_ in ids] == [mine[id_].claims for id_ in ids]
        assert [theirs[id_].mentions for id_ in ids] == [mine[id_].mentions for id_ in ids]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_ends_when_the_one_that_started_it_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(_SCRIPT)
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert _is_running(child)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)
