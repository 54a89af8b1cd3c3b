"""An index that was deleted or cut short is built again, and searches find what they found before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval import Archive, ArticleInput, RetrievalMode
from retrieval.stores.index.local.local_index import LocalIndex

QUERIES = ["harbour", "mayor of Ghent", "ships came in"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a whole index."""
    folder = tmp_path_factory.mktemp("origin")
    texts = [f"Report {n}\n\nThe mayor of Ghent saw {n + 2} ships in the harbour." for n in range(6)]
    with Archive.open(folder / "news.db") as archive:
        archive.ingest_articles([ArticleInput(text) for text in texts])
    return folder


def find(archive: Archive) -> list[tuple[int, float]]:
    return [
        (hit.passage.id, round(hit.score, 3))
        for query in QUERIES
        for mode in RetrievalMode
        for hit in archive.search(query, mode=mode).hits
    ]


def test_every_file_of_the_index_may_be_cut_short(origin: Path, tmp_path: Path) -> None:
    with Archive.open(origin / "news.db") as whole:
        expected = find(whole)
    files = sorted(path.relative_to(origin) for path in (origin / "news.db.index").rglob("*") if path.stat().st_size > 1)
    files = [path for path in files if (origin / path).is_file() and not path.name.startswith(".")]
    assert len(files) > 8
    for number, path in enumerate(files):
        copy = tmp_path / str(number)
        shutil.copytree(origin, copy)
        (copy / path).write_bytes((origin / path).read_bytes()[: (origin / path).stat().st_size // 2])
        with Archive.open(copy / "news.db") as archive:
            assert find(archive) == expected, path


def test_an_index_deleted_under_an_open_archive_is_built_again(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "copy")
    with Archive.open(tmp_path / "copy" / "news.db") as archive:
        expected = find(archive)
        shutil.rmtree(tmp_path / "copy" / "news.db.index")
        assert find(archive) == expected
        archive.ingest_articles([ArticleInput("Storm\n\nA storm sank ships.")])
        assert archive.search("storm sank").hits[0].article.title == "Storm"


def test_an_index_of_a_catalog_restored_from_a_copy_forgets_what_is_not_there(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "copy")
    with Archive.open(tmp_path / "copy" / "news.db") as archive:
        expected = find(archive)
        archive.ingest_articles([ArticleInput("Harbour\n\nThe harbour of Ghent burned.")])
        assert find(archive) != expected
    shutil.copy(origin / "news.db", tmp_path / "copy" / "news.db")
    with Archive.open(tmp_path / "copy" / "news.db") as archive:
        assert find(archive) == expected
        assert LocalIndex(tmp_path / "copy" / "news.db.index", archive_id=archive.archive_id()).sequence == 6
