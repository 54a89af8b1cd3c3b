"""API keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval import InputError
from retrieval.api_keys import KeyRing, Scope


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyRing]:
    with KeyRing(tmp_path / "news.db", create=True) as ring:
        yield ring


def test_a_key_is_found_by_its_text_only(keys: KeyRing) -> None:
    key, text = keys.make("the desk", Scope.WRITE)
    assert keys.find(text) == key
    assert keys.find(text + "x") is None
    assert keys.find(text[:-1]) is None
    assert keys.find(f"dl_{key.id}_{'a' * 43}") is None
    for wrong in ("", "dl_", "dl__", "nonsense", "é" * 50):
        assert keys.find(wrong) is None


def test_only_a_digest_is_stored(keys: KeyRing, tmp_path: Path) -> None:
    _, text = keys.make("the desk", Scope.READ)
    with sqlite3.connect(tmp_path / "news.db") as connection:
        stored = str(connection.execute("SELECT * FROM api_keys").fetchall())
    connection.close()
    assert text not in stored
    assert text.rpartition("_")[2] not in stored


def test_a_revoked_key_lets_no_one_in(keys: KeyRing) -> None:
    key, text = keys.make("the desk", Scope.READ)
    assert keys.revoke(key.id)
    assert keys.find(text) is None
    assert not keys.revoke(key.id)
    assert not keys.revoke("none")
    assert (keys.exist(), keys.count_valid()) == (True, 0)


def test_a_key_expires(keys: KeyRing) -> None:
    key, text = keys.make("the desk", Scope.READ, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert keys.find(text) == key
    assert not key.is_valid(datetime.now(UTC) + timedelta(hours=2))
    with pytest.raises(InputError, match="has passed"):
        keys.make("late", Scope.READ, expires_at=datetime.now(UTC) - timedelta(hours=1))


def test_a_key_needs_a_name(keys: KeyRing) -> None:
    with pytest.raises(InputError, match="name"):
        keys.make("  ", Scope.READ)


def test_scopes_include_the_lower_ones() -> None:
    assert Scope.ADMIN.includes(Scope.WRITE)
    assert Scope.WRITE.includes(Scope.READ)
    assert not Scope.READ.includes(Scope.WRITE)
