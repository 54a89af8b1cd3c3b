"""What an article is about: of the events that it tells of, the one that its title and its lead tell of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from retrieval.linking.event_coreference import stems
from retrieval.models import EventStatus, EventType, Span

_IN_TITLE, _IN_LEAD = 3.0, 2.0
_TITLE_WORD, _TELLING, _MOST_TELLINGS = 0.5, 0.4, 4
_UNREAL, _OTHER = -1.5, -1.0
# An event that neither title nor lead tells of is the main one only with so much else.
_ENOUGH = 1.0
_FACTUAL = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.DISPUTED})
_SENTENCE = re.compile(r"[.!?](?:\s|\Z)")


class Told(Protocol):
    """What the choice needs of a trigger."""

    @property
    def span(self) -> Span:
        """Where it stands."""

    @property
    def sentence(self) -> Span:
        """The sentence around it."""


class ReportedEvent(Protocol):
    """What the choice needs of an event."""

    @property
    def type(self) -> EventType:
        """Of PLOVER."""

    @property
    def status(self) -> EventStatus:
        """How the article vouches for it."""

    @property
    def title(self) -> str:
        """It in a few words."""

    @property
    def confidence(self) -> float:
        """Between 0 and 1."""

    @property
    def triggers(self) -> Sequence[Told]:
        """The places that tell of it."""


def choose_main_event(events: Sequence[ReportedEvent], *, text: str, title: Span | None, lead: Span | None) -> int | None:
    """The place in ``events`` of the main one; None where none is told of in title or lead, or often.

    ``title`` and ``lead`` (the first sentences of the body) are spans of ``text``. What is told of in both, in the words of
    the title, and again and again counts; what is only planned or denied, and what has no type of its own, counts less.
    """
    words = stems([title.slice(text)]) if title is not None else frozenset()
    scores = [_score(event, text, words, title, lead) for event in events]
    best = max(range(len(events)), key=lambda n: (scores[n], -events[n].triggers[0].span.start), default=None)
    return best if best is not None and scores[best] >= _ENOUGH else None


def lead_of(text: str, body: Span) -> Span:
    """The first two sentences of a body."""
    ends = [match.end() for match in _SENTENCE.finditer(text, body.start, body.end)]
    return Span(body.start, ends[1] if len(ends) > 1 else body.end)


def _score(event: ReportedEvent, text: str, words: frozenset[str], title: Span | None, lead: Span | None) -> float:
    score = event.confidence
    if title is not None and any(title.contains(t.span) for t in event.triggers):
        score += _IN_TITLE
    if lead is not None and any(lead.contains(t.span) for t in event.triggers):
        score += _IN_LEAD
    own = stems([event.title, *(t.span.slice(text) for t in event.triggers)])
    score += _TITLE_WORD * len(words & own)
    score += _TELLING * min(len(event.triggers) - 1, _MOST_TELLINGS)
    score += _UNREAL * (event.status not in _FACTUAL) + _OTHER * (event.type is EventType.OTHER)
    return score
