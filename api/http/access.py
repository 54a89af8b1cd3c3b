"""Who calls: by API key or by address, and what they may do."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from api.http.problems import Problem
from retrieval.api_keys import ApiKey, KeyRing, Scope

# For so long what was found of a key is believed: a revoked key is out within it.
_BELIEVED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` tells callers apart in budgets and logs: `key:ID` or `address:HOST`."""

    name: str
    can_write: bool = False
    is_admin: bool = False


class Guard:
    """Lets callers in. An archive without keys is open; with keys, writing takes one, and so does reading unless
    ``anonymous_read``.
    """

    def __init__(self, keys: KeyRing | None, *, anonymous_read: bool, allow_writes: bool) -> None:
        self._keys = keys
        self._anonymous_read = anonymous_read
        self._allow_writes = allow_writes
        self._found: dict[str, ApiKey | None] = {}
        self._is_guarded = False
        self._believed_until = 0.0

    async def identify(self, text: str | None, address: str) -> Caller:
        """The caller with that key, or without one from that address.

        Raises:
            Problem: 401 where the key is none, or where one is needed.
        """
        if self._keys is None:
            return Caller(f"address:{address}", can_write=self._allow_writes, is_admin=True)
        await self._refresh(self._keys)
        if text is None:
            if not self._is_guarded:
                return Caller(f"address:{address}", can_write=self._allow_writes, is_admin=True)
            if self._anonymous_read:
                return Caller(f"address:{address}")
            raise _unauthenticated("this server needs an API key")
        digest = hashlib.sha256(text.encode()).hexdigest()  # no key is kept in memory
        if digest not in self._found:
            self._found[digest] = await asyncio.to_thread(self._keys.find, text)
        key = self._found[digest]
        if key is None:
            raise _unauthenticated("the API key is none of this server's, or has expired")
        can_write = self._allow_writes and key.scope.includes(Scope.WRITE)
        return Caller(f"key:{key.id}", can_write=can_write, is_admin=key.scope is Scope.ADMIN)

    async def _refresh(self, keys: KeyRing) -> None:
        now = time.monotonic()
        if now >= self._believed_until:
            self._is_guarded = await asyncio.to_thread(keys.exist)
            self._found.clear()
            self._believed_until = now + _BELIEVED_SECONDS


def key_of(fields: Mapping[str, object]) -> str | None:
    """The key in headers, or in the payload of a WebSocket's connection_init: a bearer token, or `x-api-key`.

    Raises:
        Problem: 401 where it is neither.
    """
    given = {name.lower(): value for name, value in fields.items()}
    if (text := given.get("x-api-key")) is not None:
        return _checked(text)
    authorization = given.get("authorization")
    if authorization is None:
        return None
    scheme, _, text = str(authorization).partition(" ")
    if scheme.lower() != "bearer":
        raise _unauthenticated("the authorization is no bearer token; send Authorization: Bearer KEY")
    return _checked(text.strip())


def address_of(connection: HTTPConnection) -> str:
    """The client's address."""
    return connection.client.host if connection.client else "unknown"


def _checked(text: object) -> str:
    if not isinstance(text, str) or not text.isascii() or not 0 < len(text) <= 200:
        raise _unauthenticated("the API key is not well formed")
    return text


def _unauthenticated(message: str) -> Problem:
    return Problem(401, f"{message}; send Authorization: Bearer KEY", headers={"WWW-Authenticate": "Bearer"})
