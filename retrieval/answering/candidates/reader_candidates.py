"""Proposals out of the reader's spans: placed in their sentences, typed, and trimmed to what a person would answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Token

from retrieval.answering.candidates.arguments import TYPE_FITS
from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.lexicon import PERSON_NOUNS, fits_focus
from retrieval.answering.candidates.syntactic_fit import entity_of, is_asked, place_in_clause
from retrieval.answering.evidence.gathering import Place
from retrieval.answering.evidence.grammar import is_future, is_linked
from retrieval.answering.evidence.matching import Match
from retrieval.models import AnswerType, AnswerValue, DateValue, EntityType, EntityValue, MentionKind, QuantityValue, Span
from retrieval.questions.question import Form, Question
from retrieval.text.quantities import iter_quantities
from retrieval.text.words import similarity

_DATE_WORDS = re.compile(
    r"\b\d{4}s?\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\bcentur|\bdecade|\b(?:yester|to)day\b|\b(?:week|month|year|day|hour|minute)s?\b|\b(?:spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
# How well words fit that are not known to be of the asked kind. It is not nothing: a list of kinds is never whole, and the
# reader may know better.
MISTYPED = 0.3
_SURE_REASON = 0.7
_NAME = re.compile(r"\b[A-Z][\w'’.-]*")


def propose_readings(
    question: Question, places: Sequence[Place], matches: Sequence[Match], ruled: Sequence[CandidateSpan] = ()
) -> Iterator[CandidateSpan]:
    """The reader's spans that lie in a parsed sentence; one that runs over its end is cut there.

    Where a span of the rules overlaps one, its value and its fit are taken over: ``ruled`` are theirs.
    """
    if question.choices or (question.form is Form.DEFINITION and ruled):
        return  # a choice names its answers; and the reader takes a name for what something is
    is_announced = question.form is Form.REASON and any(p.type_fit > _SURE_REASON and p.role_fit > 0 for p in ruled)
    by_article: dict[str, list[Match]] = {}
    for one in matches:
        by_article.setdefault(one.sentence.facts.article.id, []).append(one)
    for place in places:
        match = _holding(place.span, by_article.get(place.article_id, ()))
        if match is None or (question.is_future and not _is_ahead(match)):
            continue
        sentence = match.sentence.span
        span = Span(max(place.span.start, sentence.start), min(place.span.end, sentence.end))
        head = match.sentence.head_of(span)
        if (
            head is None
            or is_asked(match, span)
            or (question.is_manner and _is_someone(match, head))
            or _describes_asked(question, match, head)
        ):
            continue
        value, fit = _typed(question, match, span)
        if question.is_future and question.answer_type is AnswerType.DATE and fit <= MISTYPED:
            continue  # "after the talks ended" does not tell when something will be
        beside = [p for p in ruled if p.match is match and p.span.overlaps(span)]
        best = max(beside, key=lambda p: p.type_fit, default=None)
        if is_announced and (best is None or best.type_fit <= _SURE_REASON):
            fit = MISTYPED  # "because of" tells the reason of the asked act
        is_reason = question.form is Form.REASON and best is not None and best.type_fit > _SURE_REASON
        if is_reason and best is not None and span.end > best.span.end:
            continue  # the rules' is the same reason without what it is the reason of
        role, steps = place_in_clause(question, match, head)
        if best is None:
            yield CandidateSpan(match, span, value, fit, role, steps, is_read=True)
            continue
        value, fit = best.value or value, max(best.type_fit, 0.5 * fit)
        whole = best.span if _is_whole(question, match, span, best.span) else span
        wording = best.wording if whole == best.span else None
        yield CandidateSpan(match, whole, value, fit, role, steps, is_read=True, wording=wording)
        if whole != span and question.answer_type is not AnswerType.QUANTITY:
            yield CandidateSpan(match, span, value, fit, role, steps, is_read=True)  # the rules may have joined too much


def _is_whole(question: Question, match: Match, span: Span, ruled: Span) -> bool:
    """Whether the rules' span is what the reader's is a part of, or runs on from: "about 30", "a guard and a nurse"."""
    if question.answer_type is AnswerType.QUANTITY:
        return ruled.contains(span) or _runs_on(match, span, ruled)
    return question.wants_animate and ruled.start <= span.start and ruled.end > span.end


def _is_someone(match: Match, head: Token) -> bool:
    """Whether the word names a person or people, who do not tell how."""
    place = match.sentence.place(head)
    named = (entity_of(match, m) for m in match.sentence.mentions if m.span.overlaps(place))
    return head.lemma_.lower() in PERSON_NOUNS or any(e is not None and e.type is EntityType.PERSON for e in named)


def _is_ahead(match: Match) -> bool:
    """Whether what the sentence tells is yet to come: the asked act, or all of it where the act is not named."""
    return any(is_future(p) for p in match.predicates or (match.sentence.tokens.root,))


def _runs_on(match: Match, span: Span, quantity: Span) -> bool:
    """Whether behind the quantity another verb begins."""
    return span.start <= quantity.start and any(
        t.pos_ == "VERB" and match.sentence.place(t).start > quantity.end for t in match.sentence.tokens_in(span)
    )


def _describes_asked(question: Question, match: Match, head: Token) -> bool:
    """Whether the words only say what the one is who the question names: not he did what was done to him."""
    if question.answer_type is not AnswerType.PERSON or question.form is not Form.ARGUMENT or question.predicate is None:
        return False
    names = {number for number, term in enumerate(question.terms) if term.is_name}
    tokens = [token for number, token in match.tokens if number in names]
    return any(is_linked(head, token) or is_linked(token, head) or token.head == head for token in tokens if token != head)


def _holding(span: Span, matches: Sequence[Match]) -> Match | None:
    shared: Mapping[int, int] = {
        n: min(m.sentence.span.end, span.end) - max(m.sentence.span.start, span.start) for n, m in enumerate(matches)
    }
    best = max(shared, key=lambda n: shared[n], default=None)
    return None if best is None or shared[best] <= 0 else matches[best]


def _typed(question: Question, match: Match, span: Span) -> tuple[AnswerValue | None, float]:
    """The span's value of the asked type, and how surely it is of that type."""
    kind = question.answer_type
    text = span.slice(match.sentence.facts.article.text)
    if kind is AnswerType.DATE:
        time = next((t for t in match.sentence.times if t.span is not None and t.span.overlaps(span)), None)
        return (DateValue(time), 1.0) if time is not None else (None, 0.8 if _DATE_WORDS.search(text) else MISTYPED)
    if kind is AnswerType.QUANTITY:
        return _quantity(question, match, span, text)
    if kind in TYPE_FITS:
        return _named(question, match, span, text)
    entity = next((entity_of(match, m) for m in match.sentence.mentions if m.span == span), None)
    if entity is not None and question.form is Form.DEFINITION:
        return None, 0.1  # a name does not tell what
    is_of_focus = question.focus is not None and any(
        similarity(question.focus, t.lemma_) == 1 for t in match.sentence.tokens_in(span)
    )
    return (EntityValue(entity) if entity is not None else None), 1.0 if is_of_focus else 0.6


def _quantity(question: Question, match: Match, span: Span, text: str) -> tuple[QuantityValue | None, float]:
    sentence = match.sentence
    if _counts_others(question, match, span):
        return None, 0.1
    for found in iter_quantities(sentence.text, offset=sentence.span.start):
        if found.number.overlaps(span):
            return found.value, 0.2  # the rules would have proposed it, did it count what is asked for
    return None, 0.2 if any(c.isdigit() for c in text) else MISTYPED


def _counts_others(question: Question, match: Match, span: Span) -> bool:
    """Whether a number counts people or things of another name: Iraqi fighters where American soldiers are asked for."""
    asked = [term for term in question.focus_terms if not term.is_head and term.text[:1].isupper()]
    chunk = next((c for c in match.sentence.tokens.noun_chunks if match.sentence.place(c).overlaps(span)), None)
    if not asked or chunk is None or not any(t.pos_ in {"NOUN", "PROPN"} for t in chunk):
        return False
    return not any(similarity(term.lemma, token.lemma_) for term in asked for token in chunk)


def _named(question: Question, match: Match, span: Span, text: str) -> tuple[EntityValue | None, float]:
    fits = TYPE_FITS[question.answer_type]
    best: tuple[EntityValue | None, float] = (None, 0.0)
    for mention in match.sentence.mentions:
        entity = entity_of(match, mention)
        if entity is None or not mention.span.overlaps(span):
            continue
        fit = fits.get(entity.type, 0.1)
        if question.focus is not None:
            fit = max(fit, 0.5) * fits_focus(question.focus, entity, mention.text)
        if mention.kind is MentionKind.DEMONYM:
            fit *= 0.5
        is_whole = mention.span.contains(span) or 2 * (mention.span.end - mention.span.start) > span.end - span.start
        if fit > best[1]:
            best = (EntityValue(entity) if is_whole else None, fit)
    if question.form is Form.HOLDER and (best[0] is None or best[1] < fits[EntityType.PERSON]):
        return None, MISTYPED
    if best[1] > 0:
        return best
    tokens = match.sentence.tokens_in(span)
    if question.answer_type is AnswerType.PERSON and any(t.lemma_.lower() in PERSON_NOUNS for t in tokens):
        return None, 0.6
    return None, 0.55 if _NAME.search(text) else MISTYPED
