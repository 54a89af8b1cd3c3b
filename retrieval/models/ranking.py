"""A passage as ranking sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage to rank, with what stands beside it; ``around`` is the article's text just before and just after it."""

    passage_id: int
    article_id: str
    text: str
    title: str = ""
    source: str | None = None
    published: datetime | None = None
    around: tuple[str, str] = ("", "")
