"""The database connection: URL, SQLite's settings, transactions, and the schema's version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from retrieval.errors import ArchiveError, ArchiveLocked, ArchiveNotFound, ArchiveTooNew, InputError

# The newest migration under migrations/versions; a test compares the two.
HEAD = "0006"


def parse_url(url: str | Path) -> URL:
    """The database URL of an archive: ``sqlite:///news.db``, or a plain path, which means the same.

    Raises:
        InputError: another kind of URL, or no path.
    """
    words = str(url)
    if not words or words.endswith("/"):
        raise InputError(f"archive {words!r} names no file; give a path such as news.db")
    if "://" not in words:
        return URL.create("sqlite", database=words)
    try:
        parsed = make_url(words)
    except ArgumentError as error:
        raise InputError(f"archive {words!r} is no URL; give a path such as news.db or sqlite:///news.db") from error
    if parsed.get_backend_name() != "sqlite":
        raise InputError(f"unknown archive kind {parsed.drivername!r}; choose sqlite:///news.db")
    if not parsed.database or parsed.database == ":memory:":
        raise InputError(f"archive {words!r} names no file; give a path such as sqlite:///news.db")
    return parsed


def connect(url: URL, *, create: bool, lock_timeout_seconds: float) -> Engine:
    """An engine on the archive's database, its schema brought up to date.

    Raises:
        ArchiveNotFound: there is none and ``create`` is false, or its folder is missing.
        ArchiveTooNew: a newer Dateline made it.
        ArchiveLocked: another process held it longer than ``lock_timeout_seconds``.
        ArchiveError: it is no archive, or cannot be read.
    """
    path = Path(url.database or "")
    if not create and not path.is_file():
        raise ArchiveNotFound(f"no archive at {path}; make one with: dateline ingest --archive {path} FILES")
    if path.is_dir():
        raise ArchiveError(f"archive {path} is a folder; give a file in it, such as {path / 'news.db'}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveNotFound(f"cannot make the folder {path.parent} of the archive: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": lock_timeout_seconds})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin)
    try:
        _migrate(engine, path)
    except (DatabaseError, sqlite3.DatabaseError) as error:
        engine.dispose()
        raise translate(error, path) from error
    except ArchiveError:
        engine.dispose()
        raise
    return engine


def translate(error: BaseException, path: Path) -> ArchiveError:
    """The error a user should see for one of SQLite's."""
    words = str(getattr(error, "orig", None) or error)
    if "locked" in words or "busy" in words:
        return ArchiveLocked(f"archive {path} is being written by another process; try again, or raise the lock time-out")
    if "not a database" in words or "malformed" in words:
        return ArchiveError(f"{path} is no Dateline archive, or is damaged ({words}); restore it or give another path")
    if "readonly" in words or "unable to open" in words:
        return ArchiveError(f"archive {path} is read-only ({words}); make it and its folder writable")
    if "full" in words:
        return ArchiveError(f"no room left for archive {path}; free some disk space and try again")
    return ArchiveError(f"archive {path} cannot be used: {words}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: takes the write lock at once, commits at the end, rolls back on an error."""
    path = Path(engine.url.database or "")
    try:
        with engine.connect().execution_options(immediate=True) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise translate(error, path) from error


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event opens transactions, see _begin
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -8192"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _migrate(engine: Engine, path: Path) -> None:
    current = _version(engine)
    if current == HEAD:
        return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise ArchiveTooNew(
            f"archive {path} has schema version {current}, newer than this Dateline's {HEAD}; upgrade dateline to open it"
        )
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        if not names:
            return None
        if "alembic_version" not in names:
            raise ArchiveError(f"{engine.url.database} is a SQLite database, but no Dateline archive; give another path")
        version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version
