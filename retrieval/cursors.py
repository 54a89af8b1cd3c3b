"""Cursors: places in a list as opaque text. Clients can write what they like there, so each value is checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson

# What a database's integers hold.
_INTEGERS = range(-(2**63), 2**63)


def encode_cursor(values: Sequence[Any]) -> str:
    """The cursor that holds ``values``: JSON in base64, in the alphabet of URLs."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[Any]:
    """The values in a cursor.

    Raises:
        ValueError: it is none.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64") from error
    values = orjson.loads(raw)
    if not isinstance(values, list):
        raise ValueError("it holds no list")
    return values


def are_of(values: Sequence[Any], *kinds: type) -> bool:
    """Whether ``values`` are as many, and each of its kind: `str`, `float`, or an `int` that a database can hold.

    True and false are no integers here, although Python's `isinstance` has it so.
    """
    return len(values) == len(kinds) and all(
        type(value) is kind and (kind is not int or value in _INTEGERS) for value, kind in zip(values, kinds, strict=True)
    )
