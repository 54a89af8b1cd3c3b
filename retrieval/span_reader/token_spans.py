"""Reading answer spans off the scores of a span model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BEST_STARTS = 24


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A span of tokens of one window, both ends inclusive, with the sum of its start and end logits."""

    first: int
    last: int
    score: float


def best_spans(
    starts: NDArray[np.float32], ends: NDArray[np.float32], *, continues: NDArray[np.bool_], max_tokens: int, count: int
) -> list[TokenSpan]:
    """The ``count`` best spans that begin and end at word boundaries and share no token, best first.

    ``starts`` and ``ends`` are the logits of the passage's tokens, [tokens]; ``continues`` is true for a token that goes
    on with the word of the token before. A span has at most ``max_tokens`` tokens.
    """
    size = len(starts)
    if size == 0:
        return []
    may_start = np.where(continues, -np.inf, starts)
    may_end = np.where(np.append(continues[1:], False), -np.inf, ends)
    rows = np.argsort(-may_start, kind="stable")[:_BEST_STARTS]
    columns = rows[:, None] + np.arange(max_tokens)[None, :]
    scores = may_start[rows, None] + np.where(columns < size, may_end[np.minimum(columns, size - 1)], -np.inf)
    order = np.argsort(-scores, axis=None, kind="stable")
    found: list[TokenSpan] = []
    for place in order.tolist():
        row, column = divmod(place, max_tokens)
        score = float(scores[row, column])
        if score == -np.inf or len(found) == count:
            break
        first = int(rows[row])
        last = first + column
        if all(last < span.first or span.last < first for span in found):
            found.append(TokenSpan(first, last, score))
    return found


def window_starts(tokens: int, *, room: int, stride: int) -> Sequence[int]:
    """Where windows of ``room`` tokens begin so that they cover ``tokens`` tokens, each ``stride`` after the one before."""
    if tokens <= room:
        return (0,)
    starts = list(range(0, tokens - room, stride))
    return (*starts, tokens - room)
