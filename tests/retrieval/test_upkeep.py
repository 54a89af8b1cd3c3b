"""Backups beside writers, restoring them, and damage that is found."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from retrieval import (
    Archive,
    ArchiveError,
    ArchiveLocked,
    ArchiveNotFound,
    ArticleInput,
    InputError,
    RetrievalMode,
    Window,
)
from retrieval.errors import ArchiveDamaged
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models.found_facts import Extraction
from retrieval.upkeep import back_up, find_damage, restore
from tests.retrieval.test_durability_search import Hashing


def fill(archive: Archive, numbers: range, words: str = "harbour") -> None:
    given = (ArticleInput(f"Report {n} of the {words}, token{n}.", "", f"https://example.org/k{n}") for n in numbers)
    archive.store_prepared([(prepare_article(article), Extraction()) for article in given])


def titles(archive: Archive) -> list[str]:
    return sorted(article.text for article in archive.articles(window=Window(limit=1000)).items)


def found(archive: Archive, query: str) -> int:
    return archive.search(query, mode=RetrievalMode.LEXICAL).total


def spoil(path: Path) -> None:
    """Overwrite pages in the middle of a database."""
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096 - 1):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive" / "news.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path, embedder=Hashing()) as opened:
        fill(opened, range(20))
        yield opened


def test_a_backup_opens_as_the_archive_it_was_made_of(archive: Archive, path: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = back_up(path, tmp_path / "copy.db", on_progress=lambda done, total: seen.append((done, total)))
    assert (report.article_count, report.byte_count) == (20, (tmp_path / "copy.db").stat().st_size)
    assert seen[-1][0] == seen[-1][1] > 0
    assert [name.name for name in tmp_path.iterdir() if name.is_file()] == ["copy.db"]
    with Archive.open(tmp_path / "copy.db", embedder=Hashing()) as copy:
        assert titles(copy) == titles(archive)
        assert found(copy, "token7") == 1


def test_a_backup_beside_writers_is_of_one_moment(path: Path, tmp_path: Path) -> None:
    with Archive.open(path, embedder=None) as archive:
        fill(archive, range(400), "harbour " * 400)
    ended = threading.Event()
    acknowledged = [399]

    def write_on() -> None:
        with Archive.open(path, embedder=None) as writer:
            number = 400
            while not ended.is_set():
                fill(writer, range(number, number + 1), "harbour " * 100)
                acknowledged[0] = number
                number += 1

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        for attempt in range(3):
            before = acknowledged[0]
            back_up(path, tmp_path / f"{attempt}.db")
            with closing(sqlite3.connect(tmp_path / f"{attempt}.db")) as copy:
                numbers = sorted(int(url.rpartition("k")[2]) for (url,) in copy.execute("SELECT url FROM articles"))
            assert numbers == list(range(len(numbers)))  # one state: nothing is missing in between
            assert before < len(numbers) <= acknowledged[0] + 2
    finally:
        ended.set()
        thread.join()


def test_a_backup_never_takes_the_place_of_a_file(archive: Archive, path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        back_up(path, tmp_path / "copy.db")
    with pytest.raises(ArchiveNotFound, match="no archive"):
        back_up(tmp_path / "none.db", tmp_path / "other.db")
    with pytest.raises(ArchiveError, match="cannot be written"):
        back_up(path, tmp_path / "no folder" / "copy.db")
    assert titles(archive)
    assert [name.name for name in tmp_path.iterdir() if name.is_file()] == ["copy.db"]


def test_a_backup_that_is_restored_takes_the_place_of_what_came_later(archive: Archive, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    before = titles(archive)
    fill(archive, range(5), "storm")
    fill(archive, range(20, 25), "storm")
    archive.remove(urls=["https://example.org/k22"])
    assert found(archive, "storm") == 9
    with Archive.open(path, embedder=Hashing()) as reader:  # stays open: a server that answers meanwhile
        assert found(reader, "storm") == 9
        assert restore(tmp_path / "copy.db", path).article_count == 20
        for each in (reader, archive):
            assert titles(each) == before
            assert (found(each, "storm"), found(each, "harbour")) == (0, 20)
            assert each.check_index() == []
        fill(archive, range(3), "fire")
        assert archive.articles(window=Window(limit=100)).items
        revised = [archive.article(url=f"https://example.org/k{n}") for n in range(3)]
        assert [article and article.revision for article in revised] == [3, 3, 3]  # never again that of another text
        assert (found(reader, "fire"), found(reader, "harbour")) == (3, 17)
    assert sorted(name.name for name in tmp_path.iterdir()) == ["archive", "copy.db"]


def test_a_backup_makes_an_archive_where_there_is_none(archive: Archive, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    archive.search("harbour")
    archive.close()
    for name in ("news.db", "news.db-wal", "news.db-shm"):
        (path.parent / name).unlink(missing_ok=True)  # its index stays, and is none of the new archive's
    assert restore(tmp_path / "copy.db", path).article_count == 20
    with Archive.open(path, embedder=Hashing()) as again:
        assert (found(again, "harbour"), again.check_index()) == (20, [])


def test_a_damaged_archive_is_found_and_kept_beside_what_is_restored(archive: Archive, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    before = titles(archive)
    archive.close()
    spoil(path)
    assert find_damage(path)
    with pytest.raises(ArchiveDamaged):
        back_up(path, tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists()
    restore(tmp_path / "copy.db", path)
    assert find_damage(path) == []
    assert len(list(path.parent.glob("news.db.damaged-*"))) == 1
    with Archive.open(path, embedder=Hashing()) as again:
        assert titles(again) == before
        assert (found(again, "harbour"), again.check_index()) == (20, [])


def test_what_is_no_backup_is_not_restored(archive: Archive, path: Path, tmp_path: Path) -> None:
    before = titles(archive)
    back_up(path, tmp_path / "copy.db")
    spoil(tmp_path / "copy.db")
    (tmp_path / "text.db").write_text("no database at all " * 100)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)").connection.close()
    for name, error in (
        ("copy", ArchiveDamaged),
        ("text", ArchiveError),
        ("other", ArchiveError),
        ("none", ArchiveNotFound),
    ):
        with pytest.raises(error):
            restore(tmp_path / f"{name}.db", path)
    with pytest.raises(InputError, match="itself"):
        restore(path, path)
    assert titles(archive) == before


def test_nothing_is_restored_while_a_worker_takes_articles_in(archive: Archive, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    with FileLock(f"{path}.worker"), pytest.raises(ArchiveLocked, match="stop the server"):
        restore(tmp_path / "copy.db", path)
    assert titles(archive)


def test_an_index_that_differs_is_told(archive: Archive) -> None:
    archive.search("harbour")
    assert archive.check_index() == []
    with archive._writing() as connection:  # behind the index's back: no change is noted
        connection.exec_driver_sql("DELETE FROM vectors WHERE passage_id = 1")
        connection.exec_driver_sql("DELETE FROM passages WHERE id = 2")
    assert archive.check_index() == [
        "the index holds 1 passages that are not in the catalog",
        "the index holds 2 vectors that are not in the catalog",
    ]
    archive.reindex()
    assert archive.check_index() == []


def test_a_file_of_the_index_that_changed_is_told(archive: Archive, path: Path) -> None:
    archive.search("harbour")
    (store,) = path.parent.glob("news.db.index/*.store")
    content = bytearray(store.read_bytes())
    content[len(content) // 3] ^= 1
    with store.open("r+b") as file:
        file.write(content)
    assert archive.check_index() == [f"{store.name} is damaged"]


def test_only_the_owner_may_read_an_archives_files(archive: Archive, path: Path, tmp_path: Path) -> None:
    archive.search("harbour")
    back_up(path, tmp_path / "copy.db")
    with FileLock(f"{path}.worker", mode=0o600):
        pass
    modes = {
        str(each.relative_to(tmp_path)): stat.S_IMODE(each.stat().st_mode) for each in sorted(tmp_path.rglob("*"))
    }  # fmt: skip
    assert {"archive/news.db", "archive/news.db-wal", "archive/news.db-shm", "archive/news.db.index.lock"} <= set(modes)
    assert len(modes) > 12
    wrong = {name: oct(mode) for name, mode in modes.items() if mode != (0o700 if (tmp_path / name).is_dir() else 0o600)}
    assert wrong == {}
