"""Fixtures that every test may use."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def missing(what: str) -> None:
    """Skip on a developer's machine, fail in CI: a check that silently did not run is worse than a red one."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true")
    pytest.skip(f"{what} is missing")


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
