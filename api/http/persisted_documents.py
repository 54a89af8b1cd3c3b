"""Documents that clients name instead of sending: a registry of trusted ones, and those that clients register themselves.

Two ways to name one: `documentId` (the registry's), and `extensions.persistedQuery.sha256Hash` (Apollo's automatic
persisted queries: the first request brings the document along).
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import orjson

from api.http.operation import Operation
from api.http.problems import Problem
from api.settings import SettingsError

_MOST_REGISTERED = 1000
# A longer one is taken, and not kept: a thousand of them would fill the memory.
_LONGEST_REGISTERED = 20_000
_HASH = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents of ``folder`` by id: each `*.graphql` under its SHA-256, and what `*.json` files map ids to.

    ``only`` refuses every other document.

    Raises:
        SettingsError: the folder is none, or a file in it cannot be read.
    """

    def __init__(self, folder: str | None = None, *, only: bool = False) -> None:
        self._trusted = _read(Path(folder)) if folder else {}
        self._only = only
        self._registered: OrderedDict[str, str] = OrderedDict()

    def complete(self, operation: Operation) -> Operation:
        """``operation`` with its document.

        Raises:
            Problem: 404 for a document that is not known, 400 for a hash of another one, 403 for one that is not trusted.
        """
        if operation.document_id is not None:
            found = self._trusted.get(operation.document_id.removeprefix("sha256:"))
            if found is None:
                raise Problem(400, "there is no document of that id", code="PERSISTED_QUERY_NOT_FOUND")
            return replace(operation, query=found)
        if operation.sha256 is not None:
            return replace(operation, query=self._find(operation.sha256, operation.query))
        if self._only and operation.query not in self._trusted.values():
            raise Problem(403, "only trusted documents are run here; name one by documentId", code="UNTRUSTED_DOCUMENT")
        return operation

    def _find(self, sha256: str, query: str) -> str:
        found = self._trusted.get(sha256) or self._registered.get(sha256)
        if found is not None:
            return found
        if not query:
            raise Problem(
                400, "PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND"
            )  # Apollo knows it by that message
        if self._only:
            raise Problem(403, "only trusted documents are run here; name one by documentId", code="UNTRUSTED_DOCUMENT")
        if not _HASH.fullmatch(sha256) or hashlib.sha256(query.encode()).hexdigest() != sha256:
            raise Problem(400, "the document does not have that SHA-256 hash")
        if len(query) <= _LONGEST_REGISTERED:
            self._registered[sha256] = query
        if len(self._registered) > _MOST_REGISTERED:
            self._registered.popitem(last=False)
        return query


def _read(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise SettingsError(f"DATELINE_DOCUMENTS={folder} is no folder")
    found: dict[str, str] = {}
    try:
        for path in sorted(folder.glob("*.graphql")):
            text = path.read_bytes()
            found[hashlib.sha256(text).hexdigest()] = text.decode()
        for path in sorted(folder.glob("*.json")):
            for id_, document in orjson.loads(path.read_bytes()).items():
                found[str(id_).removeprefix("sha256:")] = str(document)
    except (OSError, ValueError, AttributeError) as error:
        raise SettingsError(f"{path} is no trusted document, nor a JSON object of them: {error}") from error
    return found
