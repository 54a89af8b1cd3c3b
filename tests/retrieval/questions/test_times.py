"""Which time "this week" and "recently" open, and the moment that they count from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.questions.times import find_window, moment_of

FRIDAY = datetime(2026, 9, 4, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Where did a hurricane strike this week?", "2026-08-28", "2026-09-06"),
        ("Who won an election last month?", "2026-08-01", "2026-08-31"),
        ("Who resigned this year?", "2026-01-01", "2026-12-31"),
        ("Who resigned recently?", "2026-07-10", "2026-09-04"),
    ],
)
def test_words_of_the_asking_open_a_window(question: str, first: str, last: str) -> None:
    window = find_window(question, FRIDAY)
    assert window is not None
    assert (window.start.date().isoformat(), window.end.date().isoformat()) == (first, last)


@pytest.mark.parametrize("question", ["Who resigned on Monday?", "Who won in 2018?", "Who leads the last of the clans?"])
def test_other_dates_open_none(question: str) -> None:
    assert find_window(question, FRIDAY) is None


def test_without_a_moment_no_window_opens() -> None:
    assert find_window("Who resigned this week?", None) is None


def test_an_old_archive_is_asked_about_its_own_weeks() -> None:
    newest = datetime(2020, 1, 14, tzinfo=UTC)
    assert moment_of(as_of=None, now=FRIDAY, newest=newest) == newest


def test_a_fresh_archive_is_asked_about_now() -> None:
    newest = datetime(2026, 8, 31, tzinfo=UTC)
    assert moment_of(as_of=None, now=FRIDAY, newest=newest) == FRIDAY


def test_as_of_comes_before_both() -> None:
    then = datetime(2019, 1, 1, tzinfo=UTC)
    assert moment_of(as_of=then, now=FRIDAY, newest=FRIDAY) == then
