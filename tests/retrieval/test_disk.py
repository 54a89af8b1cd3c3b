"""A full disk and a read-only folder, on a small file system of its own: clear errors, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing

# Each stage is a process of its own, in one mount namespace; it prints one JSON object.
PARTS = """
import hashlib, json, sys
import numpy as np
from retrieval import Archive, ArchiveError, RetrievalMode
from retrieval.models.prepared import PreparedArticle
from retrieval.models.found_facts import Extraction
from retrieval.models import PublicationDate, Span

class Random:
    name, dimensions = "random", 64
    def embed(self, texts):
        made = np.random.default_rng(1).normal(size=(len(texts), 64)).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

def article(number):
    text = f"Report number{number} of the harbour. " + " ".join(f"w{number}x{n}" for n in range(600))
    digest = hashlib.sha256(text.encode()).hexdigest()
    prepared = PreparedArticle(
        key=f"k{number}", url=None, title="", text=text, sha256=digest, fingerprint=digest, publisher=None, authors=(),
        language="en", published=PublicationDate(), blocks=(), passages=(Span(0, len(text)),),
    )
    return [(prepared, Extraction())]

def attempt(action):
    try:
        return action()
    except ArchiveError as error:
        return f"{type(error).__name__}: {error}"

def count(archive):
    return attempt(lambda: archive.search("harbour", mode=RetrievalMode.LEXICAL, limit=1).total)

"""
FILL = """
stored, stopped = 0, None
with Archive.open(sys.argv[1], embedder=Random()) as archive:
    while stored < 5000:
        stopped = attempt(lambda: archive.store_prepared(article(stored)))
        if isinstance(stopped, str):
            break
        stored += 1
        if stored % 10 == 0 and INDEXED:
            stopped = count(archive)
            if isinstance(stopped, str):
                break
    found = count(archive)
print(json.dumps([stored, stopped, found]))
"""
AGAIN = """
with Archive.open(sys.argv[1], embedder=Random()) as archive:
    before = count(archive)
    archive.store_prepared(article(10**6))
    print(json.dumps([before, count(archive), archive.index_lag()]))
"""
READ_ONLY = """
print(json.dumps(attempt(lambda: Archive.open(sys.argv[1], embedder=Random()).search("harbour").total)))
"""


def run_stages(folder: Path, script: str, **stages: str) -> list[object]:
    """Run a shell script as root of a mount namespace, with each stage as a command; what they printed."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        missing("a mount namespace (unshare)")
    for name, code in stages.items():
        (folder / f"{name}.py").write_text(PARTS + code)
    (folder / "disk").mkdir()
    names = "\n".join(f'{name}() {{ "{sys.executable}" {folder / name}.py disk/news.db; }}' for name in stages)
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", f"{names}\n{script}"], cwd=folder, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("indexed", [True, False], ids=["the index meets it", "the catalog meets it"])
def test_on_a_full_disk_nothing_is_lost_and_all_is_well_when_there_is_room(tmp_path: Path, indexed: bool) -> None:
    script = "mount -t tmpfs -o size=3m tmpfs disk; fill; mount -o remount,size=90m disk; again"
    fill, again = run_stages(tmp_path, script, fill=f"INDEXED = {indexed}" + FILL, again=AGAIN)
    assert isinstance(fill, list)
    stored, stopped, found = fill
    assert 0 < stored < 5000
    assert stopped.startswith("ArchiveError")
    assert "free some disk space" in stopped
    assert found == stored or "free some disk space" in found
    assert again == [stored, stored + 1, 0]


def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    script = "mount -t tmpfs -o size=90m tmpfs disk; again; mount -o remount,ro disk; look"
    _, looked = run_stages(tmp_path, script, again=AGAIN, look=READ_ONLY)
    assert isinstance(looked, str)
    assert "read-only" in looked
    assert "make it and its folder writable" in looked
