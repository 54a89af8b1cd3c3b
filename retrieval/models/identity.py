"""Ids that follow from what they name, so that they stay the same when an archive is built again, and the fold of names."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b


def stable_id(*parts: str | int) -> str:
    """16 hexadecimal digits (64 bits of BLAKE2b) of ``parts``."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def fold(name: str) -> str:
    """``name`` for comparison: no case, no accents, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
