from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import retrieval.stores.sql
from retrieval import ArchiveError, ArchiveLocked, ArchiveNotFound, ArchiveTooNew, InputError
from retrieval.stores.sql.columns import metadata
from retrieval.stores.sql.engine import HEAD, connect, parse_url, writing


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = connect(parse_url(tmp_path / "news.db"), create=True, lock_timeout_seconds=1)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    engine.dispose()
    assert differences == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(retrieval.stores.sql.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    connect(parse_url(path), create=True, lock_timeout_seconds=1).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ArchiveTooNew, match="version 9999, newer than this"):
        connect(parse_url(path), create=True, lock_timeout_seconds=1)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://host/1", "unknown archive kind 'redis'"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("", "names no file"),
        ("sqlite:x://y", "is no URL"),
    ],
)
def test_a_url_that_cannot_be_an_archive_is_refused(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_url(url)


def test_a_plain_path_and_a_sqlite_url_are_the_same() -> None:
    assert parse_url("/tmp/news.db").database == parse_url("sqlite:////tmp/news.db").database
    assert parse_url("news.db").database == parse_url("sqlite:///news.db").database


def test_a_missing_archive_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound, match="dateline ingest"):
        connect(parse_url(tmp_path / "none.db"), create=False, lock_timeout_seconds=1)
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear archive, " * 100)
    with pytest.raises(ArchiveError, match="no Dateline archive"):
        connect(parse_url(path), create=True, lock_timeout_seconds=1)
    assert path.read_text().startswith("Dear archive")


def test_another_programs_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(ArchiveError, match="no Dateline archive"):
        connect(parse_url(path), create=True, lock_timeout_seconds=1)


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is a folder"):
        connect(parse_url(tmp_path), create=True, lock_timeout_seconds=1)


def test_a_second_writer_waits_and_then_gets_a_clear_error(tmp_path: Path) -> None:
    url = parse_url(tmp_path / "news.db")
    first = connect(url, create=True, lock_timeout_seconds=0.1)
    second = connect(url, create=True, lock_timeout_seconds=0.1)
    with (
        writing(first),
        pytest.raises(ArchiveLocked, match="written by another process"),
        writing(second) as connection,
    ):
        connection.exec_driver_sql("SELECT 1")
    with writing(second) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    first.dispose()
    second.dispose()
