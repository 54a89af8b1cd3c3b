"""Content negotiation: which media type a client would rather have (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"


# Browsers send ten; to look at all that fit into a header would take a tenth of a second.
_MOST_RANGES = 100


# There are few Accept headers in the world; a hostile one may be long, so that not many are kept.
@lru_cache(maxsize=64)
def choose_media_type(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered type that ``accept`` ranks highest; None when the client wants none of them.

    Ties go to the more specific range, then the one named first, then the first offered. Without an Accept header it is the
    first offered.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = _parse(accept)
    best: tuple[float, int, int, int] | None = None
    for place, media_type in enumerate(offered):
        matches = [
            (specificity, -order, quality)
            for order, (name, specificity, quality) in enumerate(ranges)
            if _matches(name, media_type)
        ]
        if not matches:
            continue
        specificity, order, quality = max(matches)
        if quality <= 0:
            continue
        rank = (quality, specificity, order, -place)
        if best is None or rank > best:
            best = rank
    return None if best is None else offered[-best[3]]


def _parse(accept: str) -> list[tuple[str, int, float]]:
    ranges = []
    for part in accept.split(",", _MOST_RANGES)[:_MOST_RANGES]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        ranges.append((name, 0 if name == "*/*" else 1 if name.endswith("/*") else 2, quality))
    return ranges


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def _matches(name: str, media_type: str) -> bool:
    return name in {"*/*", media_type} or (name.endswith("/*") and media_type.startswith(name[:-1]))


@lru_cache(maxsize=64)
def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether a client takes its response compressed."""
    qualities = {name: quality for name, _, quality in _parse(accept_encoding or "")}
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


@lru_cache(maxsize=64)
def accepts_parts(accept: str | None) -> bool:
    """Whether a client names ``multipart/mixed``: a wildcard does not mean it."""
    return any(name == MULTIPART and quality > 0 for name, _, quality in _parse(accept or ""))
