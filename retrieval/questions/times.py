"""The times of a question that count from the moment it is asked: "this week", "recently", "last month"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from retrieval.extraction.temporal.times import parse_time_expressions

# An archive whose newest article is older than this is read as of that article, not as of today.
_STALE = timedelta(days=31)
_WEEK = timedelta(days=7)
_VAGUE: tuple[tuple[re.Pattern[str], timedelta], ...] = (
    (
        re.compile(r"\b(?:in|over) (?:the )?(?:last|past) few days\b|\bin recent days\b|\bthe other day\b", re.IGNORECASE),
        2 * _WEEK,
    ),
    (re.compile(r"\b(?:in|over) (?:the )?(?:last|past) few weeks\b|\bin recent weeks\b", re.IGNORECASE), 8 * _WEEK),
    (re.compile(r"\b(?:recently|lately|just now|newly)\b", re.IGNORECASE), 8 * _WEEK),
    (re.compile(r"\bin recent months\b|\b(?:last|past) few months\b", re.IGNORECASE), 26 * _WEEK),
)
_DEICTIC = re.compile(
    r"^(?:early |late |earlier |later )?(?:this|last|past|the (?:last|past)|previous) "
    r"(?:week|weekend|month|year|quarter|season|spring|summer|autumn|fall|winter)$"
    r"|^(?:today|tonight|yesterday|this (?:morning|afternoon|evening))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which what is asked for took place, first to last moment, and the words that say so."""

    start: datetime
    end: datetime
    text: str


def moment_of(*, as_of: datetime | None, now: datetime | None, newest: datetime | None) -> datetime | None:
    """The moment that "this week" counts from: ``as_of``, else the present, else the archive's newest article.

    The present only where the newest article is at most a month older: an archive of 2020 is asked about its own weeks.
    """
    if as_of is not None:
        return as_of
    if now is None or newest is None:
        return newest or now
    return now if now - newest <= _STALE else newest


def find_window(text: str, moment: datetime | None) -> Window | None:
    """The window that a question's words open before ``moment``; None where they open none, or the moment is unknown.

    A week that has hardly begun reaches back seven days: who asks on a Monday means the days before too.
    """
    if moment is None:
        return None
    for pattern, reach in _VAGUE:
        if found := pattern.search(text):
            return Window(moment - reach, moment, found[0])
    for time in parse_time_expressions(text, anchor=moment):
        words = time.span.slice(text)
        if time.start is None or time.end is None or not _DEICTIC.match(words):
            continue
        start = min(time.start, moment - _WEEK) if words.lower() == "this week" else time.start
        return Window(start, time.end, words)
    return None
