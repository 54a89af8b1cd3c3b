"""Fixtures that every test may use."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree

import pytest

from retrieval import ArticleInput

ROOT = Path(__file__).parent.parent


def missing(what: str) -> NoReturn:
    """Skip on a developer's machine, fail in CI: a check that silently did not run is worse than a red one."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true")
    pytest.skip(f"{what} is missing")


@contextmanager
def serving(archive: Path, folder: Path, *options: str, **environment: str) -> Iterator[str]:
    """The address of a `dateline serve` over ``archive`` that runs until the end; its log is ``folder``/server.log."""
    with server_process(archive, folder, *options, **environment) as (address, _):
        yield address


@contextmanager
def server_process(
    archive: Path, folder: Path, *options: str, **environment: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """As `serving`, with the process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    log = folder / "server.log"
    with (
        log.open("a") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", "serve", "--port", "0", "--archive", str(archive), *options],
            cwd=folder,
            env=kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "DATELINE_WARM_UP": "false"} | environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://[^/ ]+:\d+", line)
            assert found, f"it printed {line!r}; {log.read_text()}"
            yield found[0], process
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of data sets that DATELINE_DATA names (relative to the project's root)."""
    folder = ROOT / os.environ.get("DATELINE_DATA", "no-data")
    if not folder.is_dir():
        missing("the folder of DATELINE_DATA")
    return folder


@pytest.fixture(scope="session")
def seed_path() -> Path:
    return next((ROOT / "seeds").glob("*.txt"))


@pytest.fixture(scope="session")
def seed_text(seed_path: Path) -> str:
    return seed_path.read_bytes().decode()


@pytest.fixture(scope="session")
def seed_gold() -> dict[str, Any]:
    gold: dict[str, Any] = json.loads((ROOT / "tests/gold/seed_gold.json").read_text())
    return gold


@pytest.fixture(scope="session")
def seed_questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROOT / "tests/gold/seed_questions.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def wikinews(data: Path) -> list[ArticleInput]:
    """24 dated news texts."""
    rows = [json.loads(line) for line in (data / "wikinews/gum_articles.jsonl").read_text().splitlines()]
    return [
        ArticleInput(text=r["text"], title=r["title"], url=r["url"], published=r["published"], source="Wikinews")
        for r in rows
    ]


@pytest.fixture(scope="session")
def ecbplus(data: Path) -> list[ArticleInput]:
    """772 news texts, put together again from their tokens: a line a sentence, words parted by single spaces."""
    return [
        ArticleInput(text=_join_tokens(path), url=f"ecb:{path.stem}") for path in sorted((data / "ecbplus").glob("*/*.xml"))
    ]


def _join_tokens(path: Path) -> str:
    sentences: dict[str, list[str]] = defaultdict(list)
    for token in ElementTree.parse(path).iter("token"):
        sentences[token.attrib["sentence"]].append(token.text or "")
    text = "\n\n".join(" ".join(words) for words in sentences.values())
    return re.sub(r" ([.,;:!?)\]%']|'s\b|n't\b)", r"\1", text)
