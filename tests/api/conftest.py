"""Fixtures of the process edge: an archive of the seed, the application over it, the command line."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.cli.main import main
from api.http.app import create_app
from api.settings import Settings
from retrieval.archive import Archive

ROOT = Path(__file__).parents[2]

Completed = subprocess.CompletedProcess[str]
Dateline = Callable[..., Completed]


@pytest.fixture(scope="session")
def seed_archive(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Path:
    """An archive that holds the seed; read only."""
    path = tmp_path_factory.mktemp("seed") / "seed.db"
    with Archive.open(path) as archive:
        archive.ingest([seed_path])
    return path


@pytest.fixture
def make_client(seed_archive: Path) -> Iterator[Callable[..., TestClient]]:
    """Makes clients of the application with settings of one's choice."""
    opened: list[TestClient] = []

    def make(**settings: object) -> TestClient:
        given = {"archive": str(seed_archive), "allowed_hosts": ("testserver",)} | settings
        client = TestClient(create_app(Settings(**given)))  # type: ignore[arg-type]  # pydantic checks them
        opened.append(client.__enter__())
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def client(seed_archive: Path) -> Iterator[TestClient]:
    """The application with its default settings."""
    with TestClient(create_app(Settings(archive=str(seed_archive), allowed_hosts=("testserver",)))) as client:
        yield client


@pytest.fixture(scope="session")
def command_environment() -> dict[str, str]:
    """The environment for a real ``dateline``, wherever it runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.fixture
def command(tmp_path: Path, command_environment: dict[str, str]) -> Dateline:
    """Runs ``dateline`` as a process in an empty folder."""

    def run(*arguments: str | Path, input: str | None = None, **environment: str) -> Completed:  # noqa: A002 - as in subprocess
        return subprocess.run(
            [sys.executable, "-m", "api.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env=command_environment | environment,
            input=input,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def dateline(
    tmp_path: Path, command_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Dateline:
    """Runs ``dateline`` in this process, in an empty folder: as `command`, and faster."""

    def run(*arguments: str | Path, input: str | None = None, **environment: str) -> Completed:  # noqa: A002 - as in subprocess
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            for name in [name for name in os.environ if name.startswith("DATELINE_")]:
                patch.delenv(name)
            for name, value in (command_environment | environment).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((input or "").encode()), encoding="utf-8"))
            capfd.readouterr()
            try:
                main()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(sys.argv, status, out, err)

    return run
