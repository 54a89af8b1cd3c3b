"""Copies of an archive, and whether its files are sound.

A backup is one file that holds the whole catalog at one moment; the search index is derived and not in it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveNotFound, InputError
from retrieval.stores.permissions import FILE_MODE, make_file
from retrieval.stores.sql.columns import Instant
from retrieval.stores.sql.engine import connect, parse_url, translate

OnProgress = Callable[[int, int], None]

# Pages that are copied between two reports of progress: 4 MB.
_PAGES = 1024
_DAMAGES = 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup or a restored archive holds; ``byte_count`` is the file's size."""

    path: str
    article_count: int
    byte_count: int


def find_damage(path: Path, *, thorough: bool = False) -> list[str]:
    """What SQLite finds wrong with an archive's database, one thing a line, the first twenty; empty where it is sound.

    ``thorough`` also compares indices with their tables (``integrity_check``), which takes several times as long.

    Raises:
        ArchiveError: it cannot be opened, or is locked.
    """
    try:
        with closing(_connect(path, is_new=False)) as connection:
            check = "integrity_check" if thorough else "quick_check"
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({_DAMAGES})")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(_DAMAGES)
    except sqlite3.DatabaseError as error:
        if isinstance(translate(error, path), ArchiveDamaged):
            return [str(error)]
        raise translate(error, path) from error
    tables = sorted({str(row[0]) for row in orphans})
    return [line for line in found if line != "ok"] + [f"{table} holds rows whose owner is gone" for table in tables]


def back_up(url: str | Path, target: Path, *, on_progress: OnProgress | None = None) -> BackupReport:
    """Copy the archive at ``url`` to the file ``target``, as it stands at one moment, whoever writes meanwhile.

    The copy is checked before it gets its name. ``on_progress`` gets the pages copied and those of all.

    Raises:
        InputError: ``target`` is there already, or is the archive itself.
        ArchiveNotFound: there is no archive.
        ArchiveDamaged: the archive is damaged; the copy would be too.
        ArchiveError: it cannot be read, or the copy not written.
    """
    source = _path_of(url)
    if target.exists():
        raise InputError(f"{target} is there already; give the name of a new file")
    with _new_file(target) as part:
        try:
            with closing(_connect(source, is_new=False)) as original, closing(_connect(part, is_new=True)) as copy:
                # A reader's transaction keeps the moment. Without one SQLite begins anew whenever somebody writes.
                original.execute("BEGIN")
                original.execute("SELECT count(*) FROM sqlite_master").fetchall()
                _copy(original, copy, on_progress)
                original.execute("COMMIT")
                # One file without a log beside it, which can be read where nothing can be written.
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError as error:
            raise translate(error, source) from error
        _require_sound(part, source)
        return _report(part, target)


def restore(source: Path, url: str | Path, *, on_progress: OnProgress | None = None) -> BackupReport:
    """Put the backup ``source`` in the place of the archive at ``url``, or make the archive from it.

    What the archive held is gone. Who reads meanwhile sees all of it or all of the backup; nobody may write meanwhile, so
    stop what ingests, servers too. Where the archive is damaged its files are kept beside it, named ``….damaged-…``, and
    no process may have it open. The search index catches up with the next search.

    Raises:
        ArchiveNotFound: there is no backup.
        ArchiveTooNew: a newer Dateline made it.
        ArchiveLocked: a worker is taking articles in.
        ArchiveDamaged: the backup is damaged.
        ArchiveError: it is no backup, or the archive cannot be written.
    """
    target = Path(parse_url(url).database or "")
    if not source.is_file():
        raise ArchiveNotFound(f"no backup at {source}; make one with: dateline backup {source}")
    if target.exists() and target.samefile(source):
        raise InputError(f"{source} is the archive itself; give a backup of it")
    _require_sound(source, source)
    with _no_worker(target), _new_file(target.with_name(target.name + ".restored"), keep=False) as part:
        _prepare(source, part, target)
        if target.exists() and not _is_readable(target):
            _set_aside(target)
        try:
            if not target.exists():
                make_file(target)
            with closing(_connect(part, is_new=False)) as copy, closing(_connect(target, is_new=True)) as archive:
                _copy(copy, archive, on_progress)
                archive.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            raise translate(error, target) from error
        except OSError as error:
            raise ArchiveError(f"archive {target} cannot be made: {error.strerror}") from error
        return _report(target, target)


def _prepare(source: Path, part: Path, target: Path) -> None:
    """Copy a backup to ``part``, bring it to this version, and tell indexes of all that is not as in ``target``."""
    try:
        with closing(_connect(source, is_new=False)) as original, closing(_connect(part, is_new=True)) as copy:
            _copy(original, copy, None)
        connect(parse_url(part), create=False, lock_timeout_seconds=30.0).dispose()
        with closing(_connect(part, is_new=False)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("BEGIN")
            _note_changes(copy, target)
            copy.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise translate(error, source) from error


def _note_changes(copy: sqlite3.Connection, target: Path) -> None:
    """A change for each article that either knows of, numbered after the newest that an index may have taken in.

    So every open index, and one that is as new as the archive was, takes in what the backup has and drops the rest; and
    revisions go on counting where the archive's were, so that a citation of one of those never points into another text.
    """
    (newest,) = copy.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()
    last_revisions = "SELECT article_id, max(revision) FROM changes GROUP BY article_id"
    revisions: dict[str, int] = dict(copy.execute(last_revisions).fetchall())
    if target.exists() and _is_readable(target):
        with closing(_connect(target, is_new=False)) as archive:
            (last,) = archive.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()
            for id_, revision in archive.execute(last_revisions):
                revisions[id_] = max(revision, revisions.get(id_, 0))
            (name,) = archive.execute("SELECT value FROM settings WHERE name = 'id'").fetchone()
        newest = max(newest, last)
        copy.execute("UPDATE settings SET value = ? WHERE name = 'id'", (name,))
    else:  # an index of this name may be there, of an archive that is not, and newer than the backup
        copy.execute("UPDATE settings SET value = ? WHERE name = 'id'", (secrets.token_hex(8),))
    now = Instant().process_bind_param(datetime.now(UTC), None)  # type: ignore[arg-type]  # it looks at no dialect
    there = {id_ for (id_,) in copy.execute("SELECT id FROM articles")}
    rows = (
        (newest + n, id_, "RESTORED" if id_ in there else "REMOVED", revision, now)
        for n, (id_, revision) in enumerate(sorted(revisions.items()), 1)
    )
    copy.executemany("INSERT INTO changes (seq, article_id, kind, revision, at) VALUES (?, ?, ?, ?, ?)", rows)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, on_progress: OnProgress | None) -> None:
    def tell(_: int, left: int, total: int) -> None:
        if on_progress:
            on_progress(total - left, total)

    source.backup(target, pages=_PAGES, progress=tell, sleep=0)


def _require_sound(path: Path, source: Path) -> None:
    with closing(_connect(path, is_new=False)) as connection:
        try:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        except sqlite3.DatabaseError as error:
            raise translate(error, source) from error
    if "alembic_version" not in names:
        raise ArchiveError(f"{source} is a SQLite database, but no Dateline archive; give another path")
    damage = find_damage(path, thorough=True)
    if damage:
        raise ArchiveDamaged(f"{source} is damaged ({damage[0]}); restore it from an older backup")


def _is_readable(path: Path) -> bool:
    try:
        return not find_damage(path) and _version(path) is not None
    except ArchiveDamaged:
        return False


def _version(path: Path) -> str | None:
    with closing(_connect(path, is_new=False)) as connection, suppress(sqlite3.OperationalError):
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    return None


def _set_aside(path: Path) -> None:
    """Keep a damaged database beside its place, with its log: a new one must never meet the old one's."""
    mark = f".damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(path.with_name(path.name + mark + ending))


@contextmanager
def _no_worker(path: Path) -> Iterator[None]:
    lock = FileLock(f"{path}.worker", timeout=0, mode=FILE_MODE)
    try:
        lock.acquire()
    except Timeout as error:
        raise ArchiveLocked(f"a worker is taking articles into {path}; stop the server, or dateline work, first") from error
    except OSError as error:
        raise ArchiveError(f"archive {path} cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _new_file(target: Path, *, keep: bool = True) -> Iterator[Path]:
    """An empty file that gets its name at the end, or goes."""
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        make_file(part)
        yield part
        if keep:
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(target)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _path_of(url: str | Path) -> Path:
    path = Path(parse_url(url).database or "")
    if not path.is_file():
        raise ArchiveNotFound(f"no archive at {path}; make one with: dateline ingest --archive {path} FILES")
    return path


def _connect(path: Path, *, is_new: bool) -> sqlite3.Connection:
    """A connection that opens transactions when told to; one to an archive or backup that is there."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=30.0)
    except sqlite3.OperationalError:
        if is_new:
            raise
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, isolation_level=None)
    return connection


def _report(path: Path, named: Path) -> BackupReport:
    with closing(_connect(path, is_new=False)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    return BackupReport(str(named), count, pages * size)
