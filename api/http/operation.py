"""What a client asks to run, read from a request as the GraphQL over HTTP specification has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from api.http.problems import Problem


@dataclass(frozen=True, slots=True)
class Operation:
    """A GraphQL document, the values of its variables, and the name of the operation to run.

    A client may give the document's ``document_id`` or ``sha256`` instead of it; then ``query`` is empty at first.
    """

    query: str
    variables: dict[str, Any] | None = None  # JSON, whose shape only the document knows
    name: str | None = None
    document_id: str | None = None
    sha256: str | None = None

    @property
    def is_persisted(self) -> bool:
        """Whether the client named the document."""
        return self.document_id is not None or self.sha256 is not None


def read_post(content_type: str | None, content_encoding: str | None, body: bytes) -> Operation:
    """The operation in a POST body.

    Raises:
        Problem: 415 for another type, charset or encoding than UTF-8 JSON; 400 for a body that is none.
    """
    _check_type(content_type, content_encoding)
    return _from_mapping(_decode(body, "the request body"))


@lru_cache(maxsize=64)
def _check_type(content_type: str | None, content_encoding: str | None) -> None:
    header = Message()
    header["content-type"] = content_type or ""
    if content_type is None or header.get_content_type() != "application/json":
        raise Problem(415, f"the content type is {content_type!r}; send application/json")
    charset = header.get_content_charset("utf-8")
    if charset not in {"utf-8", "utf8"}:
        raise Problem(415, f"the charset is {charset!r}; send UTF-8")
    if (content_encoding or "identity").lower() != "identity":
        raise Problem(415, f"the content encoding is {content_encoding!r}; send the body unencoded")


def read_get(parameters: QueryParams) -> Operation:
    """The operation in a query string: ``query``, ``variables`` as JSON, ``operationName``.

    Raises:
        Problem: 400 where they make no sense.
    """
    fields: dict[str, object] = {
        name: parameters[name] for name in ("query", "operationName", "documentId") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            fields[name] = _decode(parameters[name].encode(), f"the parameter {name}")
    return _from_mapping(fields)


def _decode(text: bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Problem(400, f"{what} is not JSON: {error}") from error


def _from_mapping(fields: object) -> Operation:
    if not isinstance(fields, Mapping):
        what = "a list; batches are not supported" if isinstance(fields, list) else f"{_name_of(fields)}"
        raise Problem(400, f'the request body is {what}; send {{"query": "..."}}')
    document_id, sha256 = _text(fields, "documentId"), _persisted(fields)
    query = fields.get("query")
    if query is None and (document_id or sha256):
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise Problem(400, f"`query` must be a GraphQL document, not {_name_of(query)}")
    name = fields.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Problem(400, f"`operationName` must be text or null, not {_name_of(name)}")
    for key in ("variables", "extensions"):
        if not isinstance(fields.get(key), dict | None):
            raise Problem(400, f"`{key}` must be an object or null, not {_name_of(fields[key])}")
    return Operation(query, fields.get("variables"), name or None, document_id, sha256)


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if not isinstance(value, str | None):
        raise Problem(400, f"`{name}` must be text or null, not {_name_of(value)}")
    return value or None


def _persisted(fields: Mapping[str, object]) -> str | None:
    """The hash of `extensions.persistedQuery`, version 1."""
    extensions = fields.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise Problem(400, "`extensions.persistedQuery` must be an object of version 1")
    return _text(persisted, "sha256Hash")


def _name_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text" if value.strip() else "empty"
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}[type(value)]
