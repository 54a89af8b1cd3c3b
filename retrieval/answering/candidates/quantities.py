"""Proposals for how many and how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.lexicon import PERSON_NOUNS, UNITS_BY_QUESTION
from retrieval.answering.candidates.syntactic_fit import is_asked, place_in_clause
from retrieval.answering.evidence.matching import Match
from retrieval.models import QuantityValue, Span
from retrieval.questions.lexicon import PEOPLE_NOUNS
from retrieval.questions.question import Question
from retrieval.text.quantities import FoundQuantity, iter_quantities
from retrieval.text.words import similarity


def propose_quantities(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """Every number of the sentence that counts what is asked for."""
    sentence = match.sentence
    for found in iter_quantities(sentence.text, offset=sentence.span.start):
        is_time = any(t.span is not None and t.span.overlaps(found.number) for t in sentence.times)
        is_asked_time = question.focus is None and _is_duration(sentence.text, found, sentence.span.start)
        if is_time and not is_asked_time:
            continue
        if is_asked(match, found.number):
            continue
        noun = _counted_noun(match, found)
        fit = _quantity_fit(question, match, found, noun)
        if fit <= 0:
            continue
        token = noun if noun is not None else sentence.head_of(found.number)
        if token is None:
            continue
        role, steps = place_in_clause(question, match, token)
        span = found.span
        if found.value.unit is None and noun is not None and question.focus is None:
            span = Span(span.start, max(span.end, sentence.place(noun).end))  # how long, how far: the unit belongs to it
        yield CandidateSpan(match, span, _counted(found, noun), fit, role, steps)


def quantity_at(match: Match, span: Span) -> QuantityValue | None:
    """The quantity whose number stands in ``span``, with the noun that it counts as its unit."""
    sentence = match.sentence
    for found in iter_quantities(sentence.text, offset=sentence.span.start):
        if span.contains(found.number):
            return _counted(found, _counted_noun(match, found))
    return None


def _counted(found: FoundQuantity, noun: Token | None) -> QuantityValue:
    if found.value.unit is not None or noun is None:
        return found.value
    return replace(found.value, unit=noun.lemma_.lower())


def _is_duration(text: str, found: FoundQuantity, start: int) -> bool:
    return re.match(r"\s(?:year|month|week|day|hour|minute|second)s?\b", text[found.number.end - start :]) is not None


def _counted_noun(match: Match, found: FoundQuantity) -> Token | None:
    token = match.sentence.head_of(found.number)
    if token is None:
        return None
    walk = token
    while walk.dep_ in {"nummod", "compound", "quantmod", "amod", "nmod", "npadvmod", "advmod"} and walk.head.i > walk.i:
        walk = walk.head
    if walk.pos_ in {"NOUN", "PROPN"} and walk != token:
        return walk
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    after = match.sentence.tokens.doc[token.i + 1] if token.i + 1 < match.sentence.tokens.end else None
    return after if after is not None and after.pos_ == "NOUN" else None


def _quantity_fit(question: Question, match: Match, found: FoundQuantity, noun: Token | None) -> float:
    unit = found.value.unit
    lemma = noun.lemma_.lower() if noun is not None else None
    how = re.search(r"\bhow (\w+)", question.text, re.IGNORECASE)
    asked = how[1].lower() if how else ""
    if question.focus is None or asked in {"long", "far", "old", "tall", "high", "fast", "deep", "heavy", "large", "big"}:
        units = UNITS_BY_QUESTION.get(asked)
        if units is None:
            return 0.8 if unit is not None else 0.5
        return 1.0 if lemma in units or unit in units else 0.1
    if question.focus in {"percentage", "percent", "proportion", "share"}:
        return 1.0 if unit == "%" else 0.0
    if asked not in {"many", "much"}:  # what population, what number
        return 0.7
    if lemma is None:
        return 0.35
    if unit is not None and similarity(question.focus, unit) == 0 and asked == "many":
        return 0.1
    return _focus_fit(question, match, noun)


def _focus_fit(question: Question, match: Match, noun: Token | None) -> float:
    """How well the counted noun and its modifiers are those asked for; another nation's troops are not."""
    if noun is None or question.focus is None:
        return 0.0
    lemma = noun.lemma_.lower()
    if question.focus in PEOPLE_NOUNS:
        head = 1.0 if lemma in PEOPLE_NOUNS or lemma in PERSON_NOUNS else 0.3
    else:
        head = similarity(question.focus, lemma)
    if head < 0.3:
        return 0.0
    phrase = [t for t in noun.subtree if t.i <= noun.i]
    phrase_span = Span(match.sentence.place(phrase[0]).start, match.sentence.place(noun).end)
    named = [m for m in match.sentence.mentions if phrase_span.contains(m.span)]
    for term in question.focus_terms:
        if term.is_head:
            continue
        if term.entities:
            if any(m.entity_id in term.entities for m in named):
                continue
            head *= 0.1 if named else 0.6
        elif not any(similarity(term.lemma, t.lemma_) for t in phrase):
            head *= 0.5
    return head
