"""Cursors of searches: which search, which state of the index, and the place in its list."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.cursors import are_of, decode_cursor, encode_cursor
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
    return encode_cursor([mark, place.sequence, place.rank, float(place.score), place.passage_id])


def decode_place(cursor: str, mark: str) -> Place:
    """The place that a cursor stands for.

    Raises:
        CursorError: it is no cursor, or one of another search.
    """
    try:
        found, *values = decode_cursor(cursor)
    except ValueError as error:
        raise CursorError(f"cursor {cursor[:80]!r} is not one of ours; use a cursor that this search gave") from error
    if found != mark or not are_of(values, int, int, float, int) or not 0 < values[1] < 1_000_000:
        raise CursorError(f"cursor {cursor[:80]!r} belongs to another search; use one that this query and filter gave")
    return Place(*values)
