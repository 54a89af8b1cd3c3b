"""When two answers are one value: bounds and round numbers, intervals of time, names, places within places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache
from math import floor, inf, log10

from retrieval.answering.candidates.quantities import quantity_at
from retrieval.answering.candidates.syntactic_fit import entity_of
from retrieval.answering.evidence.matching import Match
from retrieval.answering.evidence.sentences import words_of
from retrieval.extraction.entities.geography import locate
from retrieval.models import (
    AnswerType,
    AnswerValue,
    DateValue,
    Entity,
    EntityType,
    EntityValue,
    MentionKind,
    QuantityValue,
    QuotationValue,
    Span,
    TimeRef,
)
from retrieval.questions.lexicon import PEOPLE_NOUNS
from retrieval.questions.question import Question
from retrieval.text.words import is_stop_word, similarity, word_set

_ABOUT = 0.1
_ROUNDED = 0.05
_ROUND_FROM = 1000
# "At least 25" and 31 may be one number, "at least 25" and 500 tell nothing of each other.
_REACH = 2.0
_TITLES = word_set(
    "mr mrs ms miss dr sir lord lady president minister prime king queen general colonel captain judge senator"
)
# A ministry and its army may both have done it; of these kinds one excludes the other.
_APART = word_set("company firm corporation newspaper paper team club party university airline bank college band studio")


class Likeness(Enum):
    """How two values stand to each other."""

    SAME = auto()
    DIFFERENT = auto()
    UNCLEAR = auto()


def compare(question: Question, one: tuple[str, AnswerValue | None], other: tuple[str, AnswerValue | None]) -> Likeness:
    """Whether two answers, each its words and its value, are one; UNCLEAR where both may hold."""
    if _words(one[0]) == _words(other[0]) and not isinstance(one[1], DateValue):
        return Likeness.SAME
    match one[1], other[1]:
        case QuantityValue() as a, QuantityValue() as b:
            return compare_quantities(a, b)
        case DateValue(a_time), DateValue(b_time):
            return compare_times(a_time, b_time)
        case EntityValue(a_entity), EntityValue(b_entity):
            return compare_entities(a_entity, b_entity, question.focus, (one[0], other[0]))
        case None, None:
            return Likeness.SAME if _is_same_name(one[0], other[0]) else Likeness.UNCLEAR
        case _:
            return Likeness.SAME if _is_same_name(one[0], other[0]) else Likeness.UNCLEAR


def compare_quantities(one: QuantityValue, other: QuantityValue) -> Likeness:
    """SAME where the bounds, widened for round numbers, meet; numbers of different things are UNCLEAR."""
    if not _counts_the_same(one.unit, other.unit):
        return Likeness.UNCLEAR
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    if high < other_low or other_high < low:
        return Likeness.DIFFERENT
    if max(one.value, other.value) > _REACH * min(one.value, other.value):
        return Likeness.UNCLEAR
    return Likeness.SAME


def _bounds(value: QuantityValue) -> tuple[float, float]:
    if value.low is not None or value.high is not None:
        return (-inf if value.low is None else value.low, inf if value.high is None else value.high)
    margin = 0.0
    if value.approximate:
        margin = _ABOUT * abs(value.value)
    elif abs(value.value) >= _ROUND_FROM:
        margin = min(_ROUNDED * abs(value.value), _last_place(value.value) / 2)
    return value.value - margin, value.value + margin


def _last_place(value: float) -> float:
    """The place of the last digit that is not zero: 100 for 1,400."""
    place = 10.0 ** floor(log10(abs(value)))
    while place >= 1 and value % place:
        place /= 10
    return place if place > 1 else 0.0


def _counts_the_same(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return (one or other) in PEOPLE_NOUNS
    return {one, other} <= PEOPLE_NOUNS or similarity(one, other) == 1


def compare_times(one: TimeRef, other: TimeRef) -> Likeness:
    """SAME where one interval holds the other, DIFFERENT where they do not meet."""
    first, second = _interval(one), _interval(other)
    if first is None or second is None:
        return Likeness.UNCLEAR
    (start, end), (other_start, other_end) = first, second
    if end < other_start or other_end < start:
        return Likeness.DIFFERENT
    holds = start <= other_start and other_end <= end
    held = other_start <= start and end <= other_end
    return Likeness.SAME if holds or held else Likeness.UNCLEAR


def _interval(time: TimeRef) -> tuple[datetime, datetime] | None:
    if time.span is None or time.start is None or time.end is None:
        return None
    return time.start, time.end


def compare_entities(one: Entity, other: Entity, focus: str | None, texts: tuple[str, str]) -> Likeness:
    """SAME for one entity, one name or a city and its country; DIFFERENT only for kinds of which one excludes the other."""
    if one.id == other.id or any(_is_same_name(a, b) for a in (one.name, texts[0]) for b in (other.name, texts[1])):
        return Likeness.SAME
    kinds = {one.type, other.type}
    if kinds == {EntityType.PERSON}:
        return Likeness.DIFFERENT if _is_other_person(one.name, other.name) else Likeness.UNCLEAR
    if kinds == {EntityType.ORGANIZATION}:
        return Likeness.DIFFERENT if focus in _APART else Likeness.UNCLEAR
    if kinds == {EntityType.PLACE}:
        return _compare_places(one, other)
    return Likeness.UNCLEAR


def _is_other_person(one: str, other: str) -> bool:
    mine, theirs = _name_words(one), _name_words(other)
    if not mine or not theirs:
        return False
    if mine[-1] != theirs[-1]:
        return not set(mine) & set(theirs)
    return len(mine) > 1 and len(theirs) > 1 and mine[0] != theirs[0] and len(mine[0]) > 1 and len(theirs[0]) > 1


def _compare_places(one: Entity, other: Entity) -> Likeness:
    mine, theirs = locate(one.name, country=one.country), locate(other.name, country=other.country)
    if not mine.candidates or not theirs.candidates:
        return Likeness.UNCLEAR
    if one.country is None and other.country is None:
        return Likeness.DIFFERENT
    countries = [{place.country for place in found.candidates} for found in (mine, theirs)]
    if one.country is not None and other.country is not None:
        return Likeness.DIFFERENT
    return Likeness.SAME if countries[0] & countries[1] else Likeness.DIFFERENT


def _is_same_name(one: str, other: str) -> bool:
    """True where one name is the other, a part of it from either end, or its initials."""
    mine, theirs = _name_words(one), _name_words(other)
    if not mine or not theirs:
        return False
    short, long = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    if short[0] == long[0] and short == long[: len(short)]:
        return True
    if short[-1] == long[-1] and short == long[-len(short) :]:
        return True
    if len(short) > 1 or len(long) == 1:
        return False
    return short[0].replace(".", "") == "".join(word[0] for word in long)


@lru_cache(maxsize=4096)
def _name_words(text: str) -> tuple[str, ...]:
    return tuple(w.casefold() for w in words_of(text) if not is_stop_word(w) and w.casefold() not in _TITLES)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(w.casefold() for w in words_of(text) if w.casefold() not in {"a", "an", "the"})


# ---------------------------------------------------------------- words as values


def read_value(question: Question, match: Match, span: Span) -> AnswerValue | None:
    """The value that the words of ``span`` stand for, by what the question asks for; None where they are but words."""
    read: Callable[[Match, Span], AnswerValue | None] = {
        AnswerType.DATE: _date,
        AnswerType.QUANTITY: quantity_at,
        AnswerType.QUOTATION: _quotation,
    }.get(question.answer_type, _entity)
    return read(match, span)


def _date(match: Match, span: Span) -> DateValue | None:
    times = [t for t in match.sentence.times if t.span is not None and t.span.overlaps(span)]
    best = max(times, key=lambda t: _shared(t.span, span), default=None)
    return DateValue(best) if best is not None else None


def _quotation(match: Match, span: Span) -> QuotationValue | None:
    claims = [c for c in match.sentence.facts.claims if any(part.contains(span) for part in c.spans)]
    best = min(claims, key=lambda c: c.span.end - c.span.start, default=None)
    return QuotationValue(best) if best is not None else None


def _entity(match: Match, span: Span) -> EntityValue | None:
    """The entity that the span names, with a title before it or a place behind the place; nothing where it says more."""
    named = [
        (mention.span, entity)
        for mention in match.sentence.mentions
        if mention.kind not in {MentionKind.NOMINAL, MentionKind.PRONOUN} and mention.span.overlaps(span)
        for entity in [entity_of(match, mention)]
        if entity is not None
    ]
    if not named or (len(named) > 1 and any(entity.type is not EntityType.PLACE for _, entity in named)):
        return None
    text = match.sentence.facts.article.text
    words = {w for w in words_of(span.slice(text)) if not is_stop_word(w) and w.casefold() not in _TITLES}
    inside = {w for place, _ in named for w in words_of(place.slice(text))}
    return EntityValue(named[0][1]) if words <= inside else None


def _shared(one: Span | None, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start) if one is not None else 0
