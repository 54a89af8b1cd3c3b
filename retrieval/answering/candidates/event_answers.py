"""What happened: stored events that a question's words and dates pick out, in time order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from retrieval.answering.evidence.matching import Match, asked_ranges, match_sentence, meets
from retrieval.answering.evidence.sentences import Sentence, words_of
from retrieval.models import ArticleFacts, Event, EventMention, EventStatus, Span
from retrieval.questions.question import Question
from retrieval.text.words import similarity

MAXIMUM = 10
_TOLD = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.ALLEGED, EventStatus.DISPUTED})


@dataclass(frozen=True, slots=True, eq=False)
class EventMatch:
    """An event with the sentence that tells of it."""

    event: Event
    mention: EventMention
    match: Match


def find_event_matches(
    question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]
) -> list[EventMatch]:
    """Events that took place in the asked time and touch what is asked about, in time order."""
    told = _told(question, sentences, facts)
    relation = question.interpretation.temporal_relation
    start, end = question.interpretation.time_from, question.interpretation.time_to
    reference: list[EventMatch] = []
    if relation in {"after", "before"} and not question.dates and told:
        fits = {h.event.id: _is_meant(question, h, told) for h in told}
        best = max(fits.values())
        reference = [h for h in told if fits[h.event.id] >= max(0.6, best)]
        start, end = _beyond(relation, reference)
        if start is None and end is None:
            return []
    elif relation == "after":
        start, end = end or start, None
    elif relation == "before":
        start, end = None, start or end
    needs_words = bool(question.terms) and not reference
    kept = [
        h
        for h in told
        if h not in reference
        and _is_within(h.event, start, end, strict=relation in {"after", "before"})
        and (not needs_words or h.match.coverage >= 0.5)
        and (
            not question.dates
            or start is not None
            or end is not None
            or meets(h.event.time, asked_ranges(question, _facts(h)))
        )
    ]
    unique = {h.event.id: h for h in reversed(kept)}
    ordered = sorted(
        unique.values(), key=lambda h: (h.event.time.start is None, h.event.time.start or datetime.min, h.mention.trigger)
    )
    return ordered[:MAXIMUM]


def _is_meant(question: Question, event_match: EventMatch, told: Sequence[EventMatch]) -> float:
    """How far an event itself, by its title and triggers, is the one that "after ..." names."""
    same = [h.mention.trigger_text for h in told if h.event.id == event_match.event.id]
    words = words_of(" ".join([event_match.event.title, *same]))
    weight = sum(term.weight for term in question.terms)
    shares = [
        max((max(similarity(t.lemma, w), similarity(t.text.split()[-1], w)) for w in words), default=0.0)
        for t in question.terms
    ]
    return sum(c * t.weight for c, t in zip(shares, question.terms, strict=True)) / weight if weight else 0.0


def _facts(event_match: EventMatch) -> ArticleFacts:
    return event_match.match.sentence.facts


def _told(question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]) -> list[EventMatch]:
    found = []
    matches = {(s.facts.article.id, s.span): match_sentence(question, s) for s in sentences}
    for article in facts:
        events = {event.id: event for event in article.events}
        for mention in article.event_mentions:
            event = events.get(mention.event_id)
            if event is None or event.status not in _TOLD:
                continue
            match = next(
                (m for (a, span), m in matches.items() if a == mention.article_id and span.contains(mention.trigger)), None
            )
            if match is not None:
                found.append(EventMatch(event, mention, match))
    return found


def _beyond(relation: str, reference: Sequence[EventMatch]) -> tuple[datetime | None, datetime | None]:
    times = [h.event.time for h in reference if h.event.time.end is not None or h.event.time.start is not None]
    if not times:
        return None, None
    if relation == "after":
        return max((t.end or t.start for t in times if t.end or t.start), default=None), None  # type: ignore[type-var]
    return None, min((t.start or t.end for t in times if t.end or t.start), default=None)  # type: ignore[type-var]


def _is_within(event: Event, start: datetime | None, end: datetime | None, *, strict: bool) -> bool:
    if start is None and end is None:
        return True
    time = event.time
    if time.start is None or time.end is None or time.span is None:
        return False
    if strict:
        return (start is None or time.start > start) and (end is None or time.end < end)
    return (start is None or time.end >= start) and (end is None or time.start <= end)


def title_of(event_matches: Sequence[EventMatch]) -> str:
    """The titles of events as one line."""
    return "; ".join(h.event.title for h in event_matches)


def span_of(event_match: EventMatch) -> Span:
    """The sentence that tells of it."""
    return event_match.match.sentence.span
