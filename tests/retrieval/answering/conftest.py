"""An archive of made-up news that the tests of answering share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.models import ArticleInput

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "made_up.json").read_text())


@pytest.fixture(scope="session")
def made_up_articles() -> list[ArticleInput]:
    return [ArticleInput(**article) for article in TABLE["articles"]]


@pytest.fixture(scope="session")
def made_up_archive(tmp_path_factory: pytest.TempPathFactory, made_up_articles: list[ArticleInput]) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("made_up") / "news.db") as archive:
        archive.ingest_articles(made_up_articles)
        yield archive


@pytest.fixture(scope="session")
def seed_archive(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("seed") / "news.db") as archive:
        archive.ingest([seed_path])
        yield archive
