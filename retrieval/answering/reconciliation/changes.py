"""Whether a sentence speaks of something else than the question: denied, only demanded, another name, number or date.

A reader finds the words that look most like an answer; the parse says whether they answer this question or its neighbour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.lexicon import PERSON_NOUNS
from retrieval.answering.evidence.acts import read_act
from retrieval.answering.evidence.grammar import arguments, relation
from retrieval.answering.evidence.matching import Match, asked_ranges, meets
from retrieval.answering.evidence.phrases import modifiers_of, names_another
from retrieval.answering.evidence.sentences import factual_blocks, words_of
from retrieval.answering.reconciliation.agreement import claim_around
from retrieval.answering.reconciliation.scoring import Scored
from retrieval.models import AnswerType, ClaimStance, EventStatus
from retrieval.questions.question import Form, Question, Role
from retrieval.text.words import is_light, is_stop_word, similarity

# What is left of the confidence: such a span is a candidate, and no answer.
_LEFT = 0.4
# Of a reason's fit: no word of cause announces it.
_UNANNOUNCED = 0.6
_OPEN = frozenset({EventStatus.REQUESTED, EventStatus.PLANNED, EventStatus.HYPOTHETICAL})
_AS_GOOD_AS_DONE = frozenset({"agree"})
_NOT_SAID_DONE = frozenset({ClaimStance.REQUESTED, ClaimStance.DENIED})
_CHECKED = frozenset({Form.ARGUMENT, Form.REASON})


def demote_changed(question: Question, scored: Iterable[Scored]) -> list[Scored]:
    """The proposals, those hardly sure any more whose sentence speaks of something else."""
    if question.form not in _CHECKED:
        return list(scored)
    return [
        replace(item, confidence=_LEFT * item.confidence) if is_changed(question, item.proposal) else item
        for item in scored
    ]


def is_changed(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the sentence of a proposal tells of another act, person, thing, number or day than the asked one."""
    return (
        _only_names_kind(question, proposal)
        or _is_time_of_other(question, proposal)
        or _has_other_act(question, proposal)
        or _has_other_part(question, proposal)
        or _is_of_other_verb(question, proposal)
        or _counts_for_other_act(question, proposal)
        or _has_other_day(question, proposal)
        or _is_reason_itself(question, proposal)
    )


def _only_names_kind(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the answer is but the noun that was asked for: "the city" for "which city"."""
    if question.focus is None or any(c.isdigit() for c in proposal.text):
        return False
    words = [w for w in words_of(proposal.text) if not is_stop_word(w)]
    return bool(words) and all(similarity(question.focus, w) == 1 and w.islower() for w in words)


def _is_time_of_other(question: Question, proposal: CandidateSpan) -> bool:
    """Whether who or where is answered with when."""
    if question.answer_type not in {AnswerType.PERSON, AnswerType.ORGANIZATION, AnswerType.PLACE}:
        return False
    return any(t.span is not None and t.span.contains(proposal.span) for t in proposal.match.sentence.times)


def _has_other_act(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the act beside the span is denied where it is asked as done, or asked as denied, or did not take place."""
    match = proposal.match
    head = match.sentence.head_of(proposal.span)
    if not match.predicates or head is None or question.predicate is None:
        return False
    governing = [p for p in match.predicates if relation(head, p).role is not Role.EMBEDDED] or list(match.predicates)
    return all(_is_other(question, proposal, p) for p in governing)


def _is_other(question: Question, proposal: CandidateSpan, predicate: Token) -> bool:
    if predicate.pos_ not in {"VERB", "AUX", "NOUN"}:
        return False
    act = read_act(predicate)
    facts, place = proposal.match.sentence.facts, proposal.match.sentence.place(predicate)
    claim = claim_around(facts, place)
    is_denied = claim is not None and claim.stance is ClaimStance.DENIED
    if act.is_told and (act.is_negated ^ is_denied) is not question.is_negated:
        return True
    if not question.is_past or question.is_negated or predicate.head.lemma_ in _AS_GOOD_AS_DONE:
        return False
    return act.status in _OPEN or (claim is not None and claim.stance in _NOT_SAID_DONE)


def _has_other_part(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the sentence names another where the question names one: a namesake, another treaty, another number."""
    match = proposal.match
    for number, term in enumerate(question.terms):
        if term.role is Role.PREDICATE:
            continue
        tokens = [t for t in match.tokens_of(number) if not _is_within(proposal, t)]
        if tokens and all(names_another(question, term, token, match, proposal.span) for token in tokens):
            return True
        if term.text.replace(",", "").isdigit() and match.shares[number] == 0:
            return True
        if term.is_name and match.shares[number] == 0:
            return True
    return any(_is_of_other_name(question, proposal, p) for p in match.predicates) and len(match.predicates) == 1


def _is_within(proposal: CandidateSpan, token: Token) -> bool:
    return proposal.span.contains(proposal.match.sentence.place(token))


def _is_of_other_name(question: Question, proposal: CandidateSpan, predicate: Token) -> bool:
    """Whether another name has the part in the act that the question gives to a name."""
    match = proposal.match
    for number, term in enumerate(question.terms):
        if term.role not in {Role.SUBJECT, Role.OBJECT} or term.role is question.asked_role or not term.is_name:
            continue
        if not term.is_head or match.tokens_of(number):
            continue
        # Of a noun made from the verb ("Copperby's founder") the parse does not say which part a name beside it has.
        is_noun = predicate.pos_ == "NOUN"
        rivals = (
            [t for t in modifiers_of(predicate) if t.dep_ in {"poss", "pobj"} and t.pos_ == "PROPN"]
            if is_noun
            else [w for w, role, _ in arguments(predicate) if role is term.role]
        )
        if rivals and all(w.pos_ == "PROPN" and (is_noun or not _is_within(proposal, w)) for w in rivals):
            return True
    return False


def _is_of_other_verb(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the asked thing belongs to another verb of the sentence: "beat Orrin to reach the final" wins no final."""
    match = proposal.match
    for number, term in enumerate(question.terms):
        if term.role not in {Role.SUBJECT, Role.OBJECT} or term.role is question.asked_role or not term.is_head:
            continue
        tokens = match.tokens_of(number)
        if not tokens or not match.predicates or term.governor < 0:
            continue
        found = [relation(token, p).role for token in tokens for p in match.predicates]
        rivals = [w for p in match.predicates for w, role, _ in arguments(p) if role is term.role and w.pos_ != "PRON"]
        if rivals and all(role is Role.EMBEDDED for role in found) and any(_has_own_verb(t, match) for t in tokens):
            return not any(r.i in {t.i for t in token.subtree} for r in rivals for token in tokens)
    return False


def _counts_for_other_act(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the very things asked about are counted for what another verb does to them, where the asked one is not told.

    "How many soldiers were killed" is not answered by the 800 whom the government sent.
    """
    match = proposal.match
    if question.answer_type is not AnswerType.QUANTITY or question.predicate is None or match.predicates:
        return False
    number = match.sentence.head_of(proposal.span)
    counted = number.head if number is not None and number.dep_ == "nummod" else number
    if counted is None or counted.dep_ not in {"dobj", "nsubj", "nsubjpass"} or is_light(counted.head.lemma_):
        return False
    asked = [term.lemma for term in question.focus_terms if term.is_head] or [question.focus or ""]
    return counted.head.pos_ == "VERB" and any(similarity(lemma, counted.lemma_) == 1 for lemma in asked if lemma)


def _has_own_verb(token: Token, match: Match) -> bool:
    """Whether a word is itself what another verb than the asked one acts on."""
    return token.dep_ in {"dobj", "nsubj", "nsubjpass"} and token.head not in match.predicates


def _has_other_day(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the sentence gives a time of its own that is none of the asked ones."""
    match = proposal.match
    if match.date_credit != 0:
        return False
    if question.window is not None:
        return True
    if not match.sentence.times:
        return _is_of_other_week(question, match)
    return any(t.span is not None and not t.span.overlaps(proposal.span) for t in match.sentence.times)


def _is_of_other_week(question: Question, match: Match) -> bool:
    """Whether a sentence without a time stands among times that are none of the asked ones."""
    facts = match.sentence.facts
    block = factual_blocks(facts.blocks)[match.sentence.block].span
    before = [t for t in facts.times if t.span is not None and block.start <= t.span.start < match.sentence.span.start]
    return bool(before) and not any(meets(time, asked_ranges(question, facts)) for time in before)


def _is_reason_itself(question: Question, proposal: CandidateSpan) -> bool:
    """Whether what is given as the reason is the asked act, or was told before it without a word of cause."""
    if question.form is not Form.REASON:
        return False
    match = proposal.match
    if proposal.is_read and proposal.type_fit <= _UNANNOUNCED and _is_someone(proposal):
        return True
    if question.predicate is None:
        return False
    if not match.predicates:
        return proposal.is_read and proposal.type_fit <= _UNANNOUNCED and _is_about_another(question, match)
    if any(_is_within(proposal, p) for p in match.predicates):
        return proposal.span.start < match.sentence.place(match.predicates[0]).start
    head = match.sentence.head_of(proposal.span)
    roles = {relation(head, p).role for p in match.predicates} if head is not None else set()
    tells = any(t.pos_ in {"VERB", "AUX"} for t in match.sentence.tokens_in(proposal.span))
    is_bare = proposal.is_read and proposal.type_fit <= _UNANNOUNCED
    return is_bare and (not tells or bool(roles & {Role.SUBJECT, Role.OBJECT}))


def _is_someone(proposal: CandidateSpan) -> bool:
    """Whether the words only name a person or people: who did it is no reason."""
    tokens = proposal.match.sentence.tokens_in(proposal.span)
    head = proposal.match.sentence.head_of(proposal.span)
    is_bare = not any(t.pos_ in {"VERB", "AUX", "ADP"} for t in tokens)
    return head is not None and is_bare and head.lemma_.lower() in PERSON_NOUNS


def _is_about_another(question: Question, match: Match) -> bool:
    """Whether a sentence that does not tell of the asked act has another name for its subject than the asked one."""
    asked = [n for n, t in enumerate(question.terms) if t.role is Role.SUBJECT and t.is_head and t.is_name]
    subjects = [c for c in match.sentence.tokens.root.children if c.dep_ in {"nsubj", "nsubjpass"} and c.pos_ == "PROPN"]
    return bool(asked) and bool(subjects) and not any(match.tokens_of(n) for n in asked)
