"""Near-copies of an article, and the agency it was fed by: what tells independent sources from repeats of one.

MinHash over word shingles (Broder, On the resemblance and containment of documents, 1997), compared by banding (Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from retrieval.models import Block, BlockKind

_SHINGLE_WORDS = 5
_BANDS, _ROWS = 20, 3
_PRIME = (1 << 31) - 1
# Below this many shingles a text is too short to be told from another one.
_MIN_SHINGLES = 30
_SAME_PART = 0.8
_WORD = re.compile(r"\w+")
_RANDOM = np.random.default_rng(1997)
_A = _RANDOM.integers(1, _PRIME, _BANDS * _ROWS, dtype=np.int64)
_B = _RANDOM.integers(0, _PRIME, _BANDS * _ROWS, dtype=np.int64)

_AGENCIES = {
    "reuters": r"Reuters|Thomson Reuters",
    "ap": r"AP|Associated Press",
    "afp": r"AFP|Agence France-Presse",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur",
    "efe": r"EFE",
    "xinhua": r"Xinhua",
    "tass": r"TASS|ITAR-TASS",
    "pa": r"PA Media|Press Association",
    "ansa": r"ANSA",
    "kyodo": r"Kyodo(?: News)?",
    "yonhap": r"Yonhap",
    "pti": r"PTI|Press Trust of India",
    "upi": r"UPI",
    "bloomberg": r"Bloomberg(?: News)?",
    "anadolu": r"Anadolu(?: Agency)?|AA",
    "interfax": r"Interfax",
}
_ANY = "|".join(f"(?P<{key}>{pattern})" for key, pattern in _AGENCIES.items())
# "BEIRUT (Reuters) - ...", "(AP) — ..." at the head of the body; "AFP -"
_OPENING = re.compile(rf"\s*(?:[^\n().!?]{{0,60}}\((?:{_ANY})\)\s*[-–—:]?|(?:{_ANY.replace('(?P<', '(?P<d_')})\s+[-–—]\s)")
_CREDIT = re.compile(rf"(?:^|[\s(/|,])(?:{_ANY})(?:$|[\s)/|,.])")


@dataclass(frozen=True, slots=True)
class Signature:
    """What two texts are compared by; ``bands`` are equal in at least one place where the texts are near-copies."""

    minima: NDArray[np.int64]
    shingle_count: int
    bands: tuple[int, ...]


def sign(text: str, blocks: Sequence[Block]) -> Signature | None:
    """The signature of an article's standfirst and body; None for a text too short to be told from others."""
    kinds = {BlockKind.STANDFIRST, BlockKind.BODY}
    words = [word.casefold() for block in blocks if block.kind in kinds for word in _WORD.findall(block.span.slice(text))]
    shingles = {" ".join(words[n : n + _SHINGLE_WORDS]) for n in range(len(words) - _SHINGLE_WORDS + 1)}
    if len(shingles) < _MIN_SHINGLES:
        return None
    digests = (blake2b(shingle.encode(), digest_size=4).digest() for shingle in shingles)
    hashes = np.frombuffer(b"".join(digests), dtype=np.uint32).astype(np.int64) % _PRIME
    minima = np.full(_BANDS * _ROWS, _PRIME, dtype=np.int64)
    for begin in range(0, len(hashes), 4096):  # a long text takes no memory of its length times the hashes
        some = hashes[begin : begin + 4096, None]
        minima = np.minimum(minima, ((some * _A + _B) % _PRIME).min(axis=0))
    return Signature(minima, len(shingles), _bands(minima))


def is_near_copy(one: Signature, other: Signature) -> bool:
    """True where the shorter text stands in the longer one, by at least four fifths of its shingles."""
    resemblance = float((one.minima == other.minima).mean())
    shared = resemblance / (1 + resemblance) * (one.shingle_count + other.shingle_count)
    return shared >= _SAME_PART * min(one.shingle_count, other.shingle_count)


def signature_of(minima: bytes, shingle_count: int) -> Signature:
    """A signature as it was stored."""
    values = np.frombuffer(minima, dtype=np.int64)
    return Signature(values, shingle_count, _bands(values))


def credited_agency(text: str, blocks: Sequence[Block]) -> str | None:
    """The news agency that an article credits in its first body line or its byline, by a short lower-case name."""
    body = next((block for block in blocks if block.kind is BlockKind.BODY), None)
    if body is not None and (match := _OPENING.match(text, body.span.start, min(body.span.end, body.span.start + 120))):
        return _named(match)
    for block in blocks:
        if block.kind is BlockKind.BYLINE and (match := _CREDIT.search(block.span.slice(text))):
            return _named(match)
    return None


def _named(match: re.Match[str]) -> str | None:
    return next((key.removeprefix("d_") for key, value in match.groupdict().items() if value), None)


def _bands(minima: NDArray[np.int64]) -> tuple[int, ...]:
    found = []
    for band in range(_BANDS):
        rows = minima[band * _ROWS : (band + 1) * _ROWS]
        digest = blake2b(bytes([band]) + rows.tobytes(), digest_size=8).digest()
        found.append(int.from_bytes(digest, "big", signed=True))
    return tuple(found)
