"""API keys: made, checked and taken back. Of a key only a digest is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import OperationalError

from retrieval.errors import InputError
from retrieval.stores.sql.engine import connect, parse_url, translate, writing
from retrieval.stores.sql.tables import api_keys

_PREFIX = "dl"


class Scope(StrEnum):
    """What a key permits; each scope includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: Scope) -> bool:
        """Whether this scope permits what ``other`` does."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known after it was made: without the key itself."""

    id: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it lets anyone in at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class KeyRing:
    """The keys of an archive. Safe to use from many threads."""

    def __init__(self, url: str | Path, *, create: bool = False, lock_timeout_seconds: float = 30.0) -> None:
        """Open the keys of the archive at ``url``.

        Raises:
            ArchiveError: as `Archive.open` does.
        """
        self._engine = connect(parse_url(url), create=create, lock_timeout_seconds=lock_timeout_seconds)

    def close(self) -> None:
        """Let go of the files."""
        self._engine.dispose()

    def __enter__(self) -> KeyRing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def make(self, name: str, scope: Scope, *, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """A new key and its text, which cannot be had again.

        Raises:
            InputError: the name is empty, or the key would have expired already.
        """
        now = datetime.now(UTC)
        if not name.strip():
            raise InputError("a key needs a name; say who will use it")
        if expires_at is not None and expires_at <= now:
            raise InputError(f"{expires_at.isoformat()} has passed; give a time to come")
        key = ApiKey(secrets.token_hex(6), " ".join(name.split()), scope, now, expires_at)
        text = f"{_PREFIX}_{key.id}_{secrets.token_urlsafe(32)}"
        with writing(self._engine) as connection:
            connection.execute(
                insert(api_keys).values(
                    id=key.id,
                    name=key.name,
                    digest=_digest(text),
                    scope=scope.value,
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return key, text

    def find(self, text: str) -> ApiKey | None:
        """The key that ``text`` is, where it is one and valid now."""
        id_ = text.split("_", 2)[1] if text.startswith(f"{_PREFIX}_") and text.count("_") >= 2 else ""
        with self._reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id_)).first()
        # Compared in constant time, and also where there is no such id.
        is_right = hmac.compare_digest(row.digest if row else "0" * 64, _digest(text))
        if row is None or not is_right:
            return None
        key = _key(row)
        return key if key.is_valid(datetime.now(UTC)) else None

    def load(self) -> list[ApiKey]:
        """All keys that were ever made, oldest first."""
        with self._reading() as connection:
            return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.created_at))]

    def count_valid(self) -> int:
        """How many keys let someone in now."""
        now = datetime.now(UTC)
        return sum(key.is_valid(now) for key in self.load())

    def exist(self) -> bool:
        """Whether any key was ever made: from then on the archive is guarded, also when all have expired."""
        with self._reading() as connection:
            return bool(connection.execute(select(func.count()).select_from(api_keys)).scalar())

    def revoke(self, id_: str) -> bool:
        """Take a key back at once; False where there is none, or it was taken back before."""
        with writing(self._engine) as connection:
            done = connection.execute(
                update(api_keys)
                .where(api_keys.c.id == id_, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=datetime.now(UTC))
            )
            return done.rowcount > 0

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise translate(error, Path(self._engine.url.database or "")) from error


def _digest(text: str) -> str:
    """A fast hash will do: a key has 256 random bits, which no one guesses."""
    return hashlib.sha256(text.encode()).hexdigest()


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(row.id, row.name, Scope(row.scope), row.created_at, row.expires_at, row.revoked_at)
