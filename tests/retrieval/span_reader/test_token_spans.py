"""Reading spans off scores, without a model."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.span_reader.token_spans import best_spans, window_starts


def _scores(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array(values, np.float32)


def test_the_best_span_has_the_largest_sum_of_start_and_end() -> None:
    spans = best_spans(_scores(0, 5, 0, 1), _scores(0, 0, 4, 1), continues=np.zeros(4, bool), max_tokens=4, count=1)
    assert [(span.first, span.last, span.score) for span in spans] == [(1, 2, 9.0)]


def test_a_span_never_ends_before_it_starts() -> None:
    spans = best_spans(_scores(0, 0, 0, 9), _scores(9, 0, 0, 1), continues=np.zeros(4, bool), max_tokens=4, count=1)
    assert (spans[0].first, spans[0].last) == (3, 3)


def test_a_span_keeps_to_whole_words() -> None:
    continues = np.array([False, True, False])
    spans = best_spans(_scores(1, 9, 0), _scores(9, 1, 0), continues=continues, max_tokens=3, count=1)
    assert (spans[0].first, spans[0].last) == (0, 1)


def test_further_spans_share_no_token_with_better_ones() -> None:
    spans = best_spans(_scores(5, 4, 3), _scores(5, 4, 3), continues=np.zeros(3, bool), max_tokens=3, count=3)
    assert [(span.first, span.last) for span in spans] == [(0, 0), (1, 1), (2, 2)]


def test_a_span_is_no_longer_than_allowed() -> None:
    spans = best_spans(_scores(9, 0, 0, 0), _scores(0, 1, 0, 9), continues=np.zeros(4, bool), max_tokens=2, count=1)
    assert (spans[0].first, spans[0].last) == (0, 1)


def test_no_tokens_give_no_spans() -> None:
    assert best_spans(_scores(), _scores(), continues=np.zeros(0, bool), max_tokens=2, count=1) == []


@pytest.mark.parametrize(
    ("tokens", "starts"),
    [(0, [0]), (10, [0]), (11, [0, 1]), (25, [0, 4, 8, 12, 15])],
    ids=["none", "one window", "one token more", "several"],
)
def test_windows_cover_every_token(tokens: int, starts: list[int]) -> None:
    assert list(window_starts(tokens, room=10, stride=4)) == starts
