"""Cursors of searches: which search, which state of the index, and the place in its list."""

from __future__ import annotations

import base64
import binascii
from dataclasses import astuple, dataclass

import orjson

from retrieval.errors import CursorError


@dataclass(frozen=True, slots=True)
class Place:
    """A hit's place: in the state ``sequence`` of the index it had ``rank`` (from 1) and ``score``."""

    sequence: int
    rank: int
    score: float
    passage_id: int


def encode_place(place: Place, mark: str) -> str:
    """The cursor of a place in the search that ``mark`` stands for."""
    return base64.urlsafe_b64encode(orjson.dumps([mark, *astuple(place)])).decode().rstrip("=")


def decode_place(cursor: str, mark: str) -> Place:
    """The place that a cursor stands for.

    Raises:
        CursorError: it is no cursor, or one of another search.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found, sequence, rank, score, passage_id = orjson.loads(raw)
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorError(f"cursor {cursor[:80]!r} is not one of ours; use a cursor that this search gave") from error
    whole = all(isinstance(number, int) for number in (sequence, rank, passage_id))
    if found != mark or not whole or not isinstance(score, int | float) or not 0 < rank < 1_000_000:
        raise CursorError(f"cursor {cursor[:80]!r} belongs to another search; use one that this query and filter gave")
    return Place(sequence, rank, float(score), passage_id)
