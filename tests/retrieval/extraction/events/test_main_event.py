"""Which of its events an article is about."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.extraction.events.main_event import choose_main_event, lead_of
from retrieval.models import EventStatus, EventType, Span
from retrieval.models.found_facts import FoundTrigger

TEXT = "Gunmen kill judge in Cali\n\nGunmen killed a judge in Cali. A strike was announced. Police arrested a man in May."
TITLE = Span(0, 25)
LEAD = Span(27, 82)


@dataclass(frozen=True)
class EventMatch:
    title: str
    triggers: tuple[FoundTrigger, ...]
    type: EventType = EventType.ASSAULT
    status: EventStatus = EventStatus.ACTUAL
    confidence: float = 0.5


def told(word: str, *, title: str, after: int = 0, status: EventStatus = EventStatus.ACTUAL) -> EventMatch:
    start = TEXT.index(word, after)
    span = Span(start, start + len(word))
    return EventMatch(title, (FoundTrigger(span, span, status),), status=status)


def test_what_title_and_lead_tell_of_is_the_main_event() -> None:
    events = [told("arrested", title="Police arrested man"), told("killed", title="Gunmen killed judge")]
    assert choose_main_event(events, text=TEXT, title=TITLE, lead=LEAD) == 1


def test_what_is_only_planned_is_less_than_what_happened() -> None:
    events = [told("strike", title="Strike", status=EventStatus.PLANNED), told("killed", title="Gunmen killed judge")]
    assert choose_main_event(events, text=TEXT, title=TITLE, lead=LEAD) == 1


def test_an_article_without_events_is_about_none() -> None:
    assert choose_main_event([], text=TEXT, title=TITLE, lead=LEAD) is None


def test_the_lead_is_two_sentences() -> None:
    body = Span(27, len(TEXT))
    assert lead_of(TEXT, body).slice(TEXT) == "Gunmen killed a judge in Cali. A strike was announced. "
