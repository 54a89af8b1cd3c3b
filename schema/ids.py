"""Global ids: base64 of "Type:key", as Relay has them. They are opaque to clients.

The bare key of an article, entity, event, claim or story, which the library and the command line use, is accepted as well
wherever the type is known.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

import strawberry

from retrieval import InputError
from retrieval.models import Span

# SQLite's integers end at 2**63, and code points of a text far below.
_LARGEST_KEY = 2**63 - 1
# What `retrieval.models.identity.stable_id` makes; the base64 of "Type:key" begins with a capital.
_STABLE_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class CitationKey:
    """What a citation's id holds: the article's id, its revision, and the span in it."""

    article_id: str
    revision: int
    span: Span


def to_global(kind: str, key: str | int) -> strawberry.ID:
    """The global id of the ``kind`` named by ``key``."""
    return strawberry.ID(base64.b64encode(f"{kind}:{key}".encode()).decode())


def citation_id(key: CitationKey) -> strawberry.ID:
    """The global id of a citation: it describes itself, nothing is stored for it."""
    return to_global("Citation", f"{key.article_id}:{key.revision}:{key.span.start}:{key.span.end}")


def from_global(id_: str) -> tuple[str, str]:
    """The kind and key that ``id_`` names.

    Raises:
        InputError: it is not an id that this server gave.
    """
    try:
        kind, _, key = base64.b64decode(id_, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise _bad_id(id_) from error
    if not kind or not key:
        raise _bad_id(id_)
    return kind, key


def expect(id_: str, kind: str) -> str:
    """The key of ``id_``, which must name a ``kind`` or be the bare key of one.

    Raises:
        InputError: it is no id, or names something else.
    """
    if _STABLE_ID.fullmatch(id_):
        return id_
    found, key = from_global(id_)
    if found != kind:
        article = "an" if kind[0] in "AE" else "a"
        raise InputError(f"id {id_[:80]!r} names a {found[:40]}; give the id of {article} {kind}")
    return key


def number_key(key: str, id_: str) -> int:
    """``key`` as the number it must be.

    Raises:
        InputError: it is not one.
    """
    if not (key.isascii() and key.isdecimal() and len(key) <= 19 and int(key) <= _LARGEST_KEY):
        raise _bad_id(id_)
    return int(key)


def citation_key(key: str, id_: str) -> CitationKey:
    """The parts of a citation's ``key``.

    Raises:
        InputError: it is not one.
    """
    article_id, *numbers = key.rsplit(":", 3)
    if len(numbers) != 3 or not article_id:
        raise _bad_id(id_)
    revision, start, end = (number_key(number, id_) for number in numbers)
    if start >= end:
        raise _bad_id(id_)
    return CitationKey(article_id, revision, Span(start, end))


def _bad_id(id_: str) -> InputError:
    return InputError(f"id {id_[:80]!r} is not one of ours; use an id that this server gave")
