"""Read transactions: what one thread reads inside one is of one state of the archive, however deep the calls go."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from retrieval.stores.sql.engine import translate
from retrieval.stores.sql.queries.as_of import AsOfView, Past


class _Transaction:
    """A transaction of one thread, and the moment that it shows."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._moment: AsOfView | None = None
        self._past: Past | None = None

    @contextmanager
    def shown(self, moment: AsOfView | None) -> Iterator[Connection]:
        """Let the catalog be read as it stood at ``moment`` meanwhile, None for the present."""
        if moment is self._moment:
            yield self.connection
            return
        self._past = self._past or Past(self.connection)
        before, self._moment = self._moment, moment
        try:
            self._past.show(moment)
            yield self.connection
        finally:
            self._moment = before
            self._past.show(before)


class ReadTransactions:
    """The read transactions of one database, at most one in each thread: one that is opened inside another joins it.

    Nothing blocks a writer, and no writer blocks a reader: SQLite's write-ahead log keeps the state that each began with.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._here = threading.local()

    @property
    def is_open(self) -> bool:
        """Whether this thread is in one."""
        return self._current() is not None

    @contextmanager
    def open(self, moment: AsOfView | None = None) -> Iterator[Connection]:
        """A transaction in which the catalog is read as it stood at ``moment``; this thread's own where it is in one.

        Raises:
            ArchiveError: the database cannot be read.
        """
        current = self._current()
        try:
            if current is not None:
                with current.shown(moment) as connection:
                    yield connection
                return
            with self._engine.connect() as connection, connection.begin():
                self._here.transaction = transaction = _Transaction(connection)
                try:
                    with transaction.shown(moment):
                        yield connection
                finally:
                    self._here.transaction = None
        except DatabaseError as error:
            raise translate(error, self._path) from error

    def fetch(self, statement: str, *parameters: object) -> Sequence[Any]:
        """The rows of one statement of SQLite's own, of the present; past SQLAlchemy, which costs more than the statement.

        Raises:
            ArchiveError: the database cannot be read.
        """
        current = self._current()
        try:
            if current is not None:
                return _fetch(current.connection.connection, statement, parameters)
            pooled = self._engine.raw_connection()
            try:
                return _fetch(pooled, statement, parameters)
            finally:
                pooled.close()
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise translate(error, self._path) from error

    def _current(self) -> _Transaction | None:
        return getattr(self._here, "transaction", None)


def _fetch(pooled: Any, statement: str, parameters: Sequence[object]) -> Sequence[Any]:
    cursor = pooled.cursor()
    try:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows
    finally:
        cursor.close()
