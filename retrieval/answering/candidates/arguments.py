"""Proposals for who, what, which, when, where and how many: parts of sentences that cover the question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.lexicon import (
    LOCATIVES,
    PERSON_NOUNS,
    fits_focus,
)
from retrieval.answering.candidates.quantities import propose_quantities
from retrieval.answering.candidates.syntactic_fit import entity_of, is_asked, place_in_clause
from retrieval.answering.evidence.grammar import arguments, is_future
from retrieval.answering.evidence.matching import Match
from retrieval.extraction.language.parsing import name_text
from retrieval.models import (
    AnswerType,
    DateValue,
    Entity,
    EntityType,
    EntityValue,
    Mention,
    MentionKind,
    Span,
)
from retrieval.questions.question import Question
from retrieval.text.words import is_stop_word, similarity

_NAMES = frozenset({MentionKind.NAME, MentionKind.ACRONYM, MentionKind.DEMONYM})
# From this similarity on a word of a text stands for a thing that is asked about, and so much less for the other.
_CHOSEN = 0.8
_YEAR = re.compile(r"\b\d{4}\b")

TYPE_FITS: dict[AnswerType, dict[EntityType, float]] = {
    AnswerType.PERSON: {EntityType.PERSON: 1.0, EntityType.GROUP: 0.7, EntityType.ORGANIZATION: 0.6, EntityType.PLACE: 0.3},
    AnswerType.ORGANIZATION: {EntityType.ORGANIZATION: 1.0, EntityType.GROUP: 0.8, EntityType.OTHER: 0.3},
    AnswerType.PLACE: {EntityType.PLACE: 1.0, EntityType.FACILITY: 1.0, EntityType.ORGANIZATION: 0.3},
}


def propose(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """Every span of the sentence that is of the asked type."""
    kind = question.answer_type
    if question.choices:
        yield from _chosen(question, match)
    elif kind is AnswerType.DATE:
        yield from _dates(question, match)
    elif kind is AnswerType.QUANTITY:
        yield from propose_quantities(question, match)
    elif kind is AnswerType.PLACE:
        yield from _entities(question, match)
        yield from _unlisted(question, match)
        yield from _places(question, match)
    elif kind in TYPE_FITS:
        yield from _entities(question, match)
        yield from _unlisted(question, match)
        yield from _nominals(question, match)
    else:
        yield from _phrases(question, match)


def _chosen(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """The words of the sentence that stand for one of the things asked about, and not for the other."""
    for token in match.sentence.tokens:
        fits = [similarity(choice, token.lemma_) for choice in question.choices]
        if max(fits) < _CHOSEN or max(fits) - min(fits) < _CHOSEN:
            continue
        role, steps = place_in_clause(question, match, token)
        yield CandidateSpan(match, match.sentence.place(token), None, 1.0, role, steps)


def _entities(question: Question, match: Match) -> Iterator[CandidateSpan]:
    fits = TYPE_FITS[question.answer_type]
    asked = {entity for term in question.terms for entity in term.entities}
    stand = {token.i for _, token in match.tokens}
    for mention in match.sentence.mentions:
        entity = entity_of(match, mention)
        head = match.sentence.head_of(mention.span)
        if entity is None or head is None or mention.entity_id in asked or mention.kind not in _NAMES:
            continue
        if is_asked(match, mention.span) or head.i in stand:
            continue
        if mention.kind is MentionKind.DEMONYM and question.answer_type is AnswerType.PLACE and question.focus is None:
            continue
        fit = fits.get(entity.type, 0.0)
        if question.focus is not None:
            fit = max(fit, 0.6) if fit or entity.type is EntityType.OTHER else fit
            fit *= fits_focus(question.focus, entity, mention.text)
        if mention.kind is MentionKind.DEMONYM:
            fit *= 0.5 if question.focus in {"country", "nation"} else 0.2
        role, steps = place_in_clause(question, match, head)
        if question.answer_type is AnswerType.PLACE and question.focus is None:
            fit *= _locative_fit(head)
        if fit > 0:
            span = _with_conjuncts(match, mention, fits) if question.wants_animate else mention.span
            yield CandidateSpan(match, span, EntityValue(entity), fit, role, steps)


_LABELS = {
    "PERSON": EntityType.PERSON,
    "ORG": EntityType.ORGANIZATION,
    "GPE": EntityType.PLACE,
    "LOC": EntityType.PLACE,
    "FAC": EntityType.FACILITY,
}


def _unlisted(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """Names that the parse sees and the archive has no mention of: the archive leaves out what it is unsure of."""
    if question.focus is not None:
        return
    fits = TYPE_FITS[question.answer_type]
    name_text(match.sentence.tokens.doc)
    for name in match.sentence.tokens.ents:
        span = match.sentence.place(name)
        kind = _LABELS.get(name.label_)
        if kind is None or any(m.span.overlaps(span) for m in match.sentence.mentions) or is_asked(match, span):
            continue
        fit = 0.8 * fits.get(kind, 0.0)
        if question.answer_type is AnswerType.PLACE:
            fit *= _locative_fit(name.root)
        role, steps = place_in_clause(question, match, name.root)
        if fit > 0:
            yield CandidateSpan(match, span, None, fit, role, steps)


def _with_conjuncts(match: Match, mention: Mention, fits: dict[EntityType, float]) -> Span:
    """The mention and those joined to it by "and": who was killed may be two people."""
    end = mention.span.end
    inside = match.sentence.tokens_in(mention.span)
    for conjunct in {c for token in inside for c in token.conjuncts}:
        tokens = [
            t for t in conjunct.subtree if t.i <= conjunct.i or t.dep_ in {"appos", "flat", "compound"} or t.pos_ == "PROPN"
        ]
        places = [match.sentence.place(t) for t in [conjunct, *tokens]]
        for other in match.sentence.mentions:
            entity = entity_of(match, other)
            is_joined = any(other.span.contains(place) for place in places) and other.span.end > end
            if is_joined and entity is not None and fits.get(entity.type, 0) >= 1 and not is_asked(match, other.span):
                end = other.span.end
    return Span(mention.span.start, end)


def _nominals(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """People without a name: "a police officer"."""
    if question.focus is not None:
        return
    for chunk in match.sentence.tokens.noun_chunks:
        if chunk.root.pos_ != "NOUN" or chunk.root.lemma_.lower() not in PERSON_NOUNS:
            continue
        span = match.sentence.place(chunk)
        if is_asked(match, span) or any(span.contains(m.span) and _is_person(match, m) for m in match.sentence.mentions):
            continue
        role, steps = place_in_clause(question, match, chunk.root)
        yield CandidateSpan(match, _with_people(match, chunk.root, span), None, 0.55, role, steps)


def _with_people(match: Match, first: Token, span: Span) -> Span:
    """The people joined by "and" to the first of them: "a guard and a state prosecutor"."""
    if first.dep_ == "conj":
        return span
    others = [c for c in match.sentence.tokens.noun_chunks if c.root in first.conjuncts]
    people = [c for c in others if c.root.pos_ == "NOUN" and c.root.lemma_.lower() in PERSON_NOUNS]
    if not others or len(people) < len(others):
        return span
    return Span(span.start, max(match.sentence.place(c).end for c in people))


def _is_person(match: Match, mention: Mention) -> bool:
    entity = entity_of(match, mention)
    return entity is not None and entity.type is EntityType.PERSON


def _locative_fit(head: Token) -> float:
    walk = head
    while walk.dep_ in {"compound", "nmod", "conj", "appos"} and walk.head != walk:
        walk = walk.head
    if walk.dep_ == "pobj" and walk.head.lower_ in LOCATIVES:
        return 1.0
    return 0.4 if walk.dep_ in {"dobj", "attr", "oprd", "ROOT"} else 0.0


def _places(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """What stands behind a preposition of place and is no name of a place: "at a forum", "at Leiden University"."""
    for chunk in match.sentence.tokens.noun_chunks:
        head = chunk.root
        span = match.sentence.place(chunk)
        if head.dep_ != "pobj" or head.head.lower_ not in LOCATIVES or is_asked(match, span):
            continue
        if any(t.span is not None and t.span.overlaps(span) for t in match.sentence.times):
            continue
        inside = [m for m in match.sentence.mentions if span.contains(m.span) and m.kind in _NAMES]
        entity = entity_of(match, inside[0]) if len(inside) == 1 else None
        is_whole = entity is not None and inside[0].span.end == span.end
        if is_whole and entity is not None and entity.type in {EntityType.PLACE, EntityType.FACILITY, EntityType.PERSON}:
            continue
        role, steps = place_in_clause(question, match, head)
        if is_whole and entity is not None:
            yield CandidateSpan(
                match, inside[0].span, EntityValue(entity), 0.9 if head.head.lower_ in {"at", "in"} else 0.5, role, steps
            )
        elif (named := _place_below(match, head)) is not None:
            place, inner = named
            yield CandidateSpan(match, Span(span.start, place.end), EntityValue(inner), 0.9, role, steps)
        else:
            yield CandidateSpan(match, span, None, 0.6 if head.pos_ == "PROPN" else 0.2, role, steps)


def _place_below(match: Match, head: Token) -> tuple[Span, Entity] | None:
    """The named place that a noun itself stands at: "a forum at Leiden University"."""
    for preposition in head.children:
        if preposition.dep_ != "prep" or preposition.lower_ not in {"at", "in", "near", "outside", "on"}:
            continue
        for child in preposition.children:
            if child.dep_ != "pobj":
                continue
            for mention in match.sentence.mentions:
                entity = entity_of(match, mention)
                is_place = (
                    entity is not None and entity.type is not EntityType.PERSON and mention.kind is not MentionKind.DEMONYM
                )
                if is_place and entity is not None and mention.span.contains(match.sentence.place(child)):
                    return (mention.span, entity) if not _is_asked_entity(match, mention) else None
    return None


def _is_asked_entity(match: Match, mention: Mention) -> bool:
    tokens = {t.i for t in match.sentence.tokens_in(mention.span)}
    return tokens <= {t.i for _, t in match.tokens}


def _dates(question: Question, match: Match) -> Iterator[CandidateSpan]:
    predicates = match.predicates or ((match.sentence.tokens.root,) if question.predicate is None else ())
    if question.is_future and not any(is_future(predicate) for predicate in predicates):
        return
    published = match.sentence.facts.article.published.at
    for time in match.sentence.times:
        head = match.sentence.head_of(time.span) if time.span is not None else None
        if time.span is None or head is None or is_asked(match, time.span):
            continue
        if question.is_future and published is not None and time.end is not None and time.end < published:
            continue
        before = time.span.slice(match.sentence.facts.article.text)
        previous = match.sentence.facts.article.text[max(0, time.span.start - 8) : time.span.start].lower()
        is_since = bool(re.search(r"\b(?:since|from)\s+$", previous)) or before.lower().startswith(("since", "from"))
        fit = 1.0 if question.is_since is is_since else 0.5
        span = time.span
        if question.focus == "year":
            year = _YEAR.search(before)
            if year is None:
                continue
            span = Span(span.start + year.start(), span.start + year.end())
        elif question.focus in {"day", "month", "decade", "century"} and not fits_date(question.focus, before):
            fit *= 0.5
        role, steps = place_in_clause(question, match, head)
        yield CandidateSpan(match, span, DateValue(time), fit, max(role, 0.0), steps)


def fits_date(focus: str, text: str) -> bool:
    """True when a date's words name the asked unit: a month for "what month"."""
    patterns = {
        "day": r"day\b|\d",
        "month": r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
        "decade": r"\d0s\b",
        "century": r"\bcentury\b",
    }
    return re.search(patterns[focus], text, re.IGNORECASE) is not None


def _phrases(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """Noun phrases and clauses that fill the asked place of the predicate."""
    seen: set[Span] = set()
    stand = {token.i for _, token in match.tokens}
    for chunk in match.sentence.tokens.noun_chunks:
        span = match.sentence.place(chunk)
        if chunk.root.pos_ == "PRON" or is_asked(match, span):
            continue
        inside = next((m for m in match.sentence.mentions if m.span == span), None)
        entity = entity_of(match, inside) if inside is not None else None
        if question.is_manner and (chunk.root.pos_ == "PROPN" or chunk.root.lemma_.lower() in PERSON_NOUNS):
            continue  # who did it does not tell how
        fit = 0.6
        if question.focus is not None:
            content = [t for t in chunk if not is_stop_word(t.text)]
            is_of_focus = any(similarity(question.focus, t.lemma_) for t in (chunk.root, *chunk.root.children))
            fit = 0.3 if not is_of_focus else 1.0 if len(content) > 1 else 0.1
        elif chunk.root.i in stand:
            fit = 0.2
        role, steps = place_in_clause(question, match, chunk.root)
        seen.add(span)
        yield CandidateSpan(match, span, EntityValue(entity) if entity is not None else None, fit, role, steps)
    for predicate in match.predicates:
        for argument, place, _ in arguments(predicate):
            if (
                place is question.asked_role
                and argument.dep_ in {"ccomp", "xcomp", "pcomp"}
                and argument.pos_ in {"VERB", "AUX"}
            ):
                span = clause_span(match, argument)
                if span not in seen:
                    yield CandidateSpan(match, span, None, 0.8, 1.0, 1)


def clause_span(match: Match, verb: Token) -> Span:
    """The words of a clause, without the "that" or "to" that opens it and the comma that closes it."""
    tokens = sorted(verb.subtree, key=lambda t: t.i)
    while len(tokens) > 1 and (
        tokens[0].is_punct or (tokens[0].lower_ in {"that", "to"} and tokens[0].dep_ in {"mark", "aux"})
    ):
        tokens = tokens[1:]
    while len(tokens) > 1 and tokens[-1].is_punct:
        tokens = tokens[:-1]
    return Span(match.sentence.place(tokens[0]).start, match.sentence.place(tokens[-1]).end)
