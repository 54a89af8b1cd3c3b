"""A real server, and the tools of others that are run against it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli.sample import SAMPLE_QUESTION
from retrieval import Archive
from tests.conftest import ROOT, missing, serving

HERE = Path(__file__).parent

Node = Callable[..., str]


@pytest.fixture(scope="session")
def archive_path(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Path:
    """An archive of the seed; read only."""
    path = tmp_path_factory.mktemp("conformance") / "seed.db"
    with Archive.open(path) as archive:
        archive.ingest([seed_path])
    return path


@pytest.fixture(scope="session")
def address(archive_path: Path) -> Iterator[str]:
    """The address of a server over it."""
    with serving(archive_path, archive_path.parent) as found:
        yield found


@pytest.fixture(scope="session")
def bench(archive_path: Path) -> Path:
    """A folder with our scripts, their configuration and what they need."""
    modules = HERE / "node_modules"
    if not modules.is_dir():
        missing("tests/conformance/node_modules (make node)")
    bench = archive_path.parent / "bench"
    bench.mkdir()
    for name in ("operations", "relay"):
        shutil.copytree(HERE / name, bench / name)
    for path in (*HERE.glob("*.mjs"), HERE / "relay.config.json", HERE / "package.json", ROOT / "schema/schema.graphql"):
        shutil.copy(path, bench)
    (bench / "generated").mkdir()
    (bench / "node_modules").symlink_to(modules)
    return bench


@pytest.fixture(scope="session")
def node(bench: Path) -> Node:
    """Runs a Node script of ours or of a package in `bench`; what it printed."""
    executable = shutil.which("node")
    if executable is None:
        missing("node")

    def run(script: str, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [executable, script, *arguments],
            cwd=bench,
            env={"PATH": "/usr/bin:/bin", "NODE_ENV": "production", "DATELINE_QUESTION": SAMPLE_QUESTION} | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
