"""How a place of the text vouches for an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spacy.tokens import Token

from retrieval.extraction.claims.contents import PRESUPPOSING
from retrieval.extraction.claims.cues import is_negated
from retrieval.extraction.language.noun_phrases import governing_verb, is_verb
from retrieval.models import ClaimStance, EventStatus, Span
from retrieval.models.found_facts import FoundClaim
from retrieval.text.word_sets import load_words

_BY_STANCE = {
    ClaimStance.ASSERTED: EventStatus.ATTRIBUTED,
    ClaimStance.REPORTED: EventStatus.ATTRIBUTED,
    ClaimStance.BELIEVED: EventStatus.ATTRIBUTED,
    ClaimStance.ALLEGED: EventStatus.ALLEGED,
    ClaimStance.DENIED: EventStatus.DENIED,
    ClaimStance.REQUESTED: EventStatus.REQUESTED,
    ClaimStance.PROMISED: EventStatus.PLANNED,
    ClaimStance.DECLINED_TO_COMMENT: EventStatus.HYPOTHETICAL,
    ClaimStance.NO_INFORMATION: EventStatus.HYPOTHETICAL,
}
_UNREAL_STANCES = frozenset({ClaimStance.DENIED, ClaimStance.REQUESTED, ClaimStance.PROMISED})
_HEARSAY = frozenset({"allegedly", "purportedly", "supposedly", "reportedly"})


def innermost_claim(place: Span, claims: Sequence[FoundClaim]) -> int | None:
    """The number of the smallest claim whose content holds ``place``."""
    best: tuple[int, int] | None = None
    for number, claim in enumerate(claims):
        for span in claim.spans:
            if span.contains(place) and (best is None or span.end - span.start < best[0]):
                best = (span.end - span.start, number)
    return best[1] if best is not None else None


def status_of(trigger: Token, claim: FoundClaim | None) -> EventStatus:
    """The status that the words around ``trigger`` and the claim that holds it give.

    What stands under "after", "since", "when" or "despite", and an event named with "the", is taken for granted: who denies
    or demands something does not deny or demand that.
    """
    local = _local_status(trigger, is_told=claim is not None)
    if claim is None:
        return local or EventStatus.ACTUAL
    if claim.stance in _UNREAL_STANCES:
        if _is_presupposed(trigger) or (not is_verb(trigger) and _is_definite(trigger)):
            return EventStatus.ACTUAL
        return _BY_STANCE[claim.stance]
    return local or _BY_STANCE[claim.stance]


def _local_status(trigger: Token, *, is_told: bool) -> EventStatus | None:
    verb = trigger if is_verb(trigger) else None
    if verb is None:
        governor = governing_verb(trigger)
        negated_noun = any(c.lower_ == "no" for c in trigger.lefts)
        existential = governor is not None and governor.lemma_ == "be" and is_negated(governor)
        return EventStatus.NEGATED if negated_noun or (existential and trigger.dep_ == "attr") else None
    if is_negated(verb) or any(c.lower_ == "no" for s in verb.children if s.dep_ == "nsubj" for c in s.children):
        return EventStatus.NEGATED
    if _is_only_charged(verb) or any(c.lower_ in _HEARSAY for c in verb.children):
        return EventStatus.ALLEGED
    last = verb
    for token in _clause_chain(verb):
        auxiliaries = {c.lower_ for c in token.children if c.dep_ == "aux"}
        if token != verb and is_negated(token):
            return EventStatus.NEGATED
        if any(c.dep_ == "mark" and c.lower_ in {"if", "unless", "whether"} for c in token.lefts):
            return EventStatus.HYPOTHETICAL
        if auxiliaries & {"will", "'ll", "wo", "shall"}:
            return EventStatus.PLANNED
        if "would" in auxiliaries:
            return EventStatus.PLANNED if is_told else EventStatus.HYPOTHETICAL
        if auxiliaries & {"could", "may", "might", "should", "must", "can", "ca"}:
            return EventStatus.HYPOTHETICAL
        if token != verb and last.dep_ != "conj":
            lemma = token.lemma_.lower()
            if lemma in load_words("planning_verbs"):
                return EventStatus.PLANNED
            if lemma in load_words("asking_verbs"):
                return EventStatus.REQUESTED
            if lemma in load_words("failing_verbs"):
                return EventStatus.NEGATED
            if lemma in load_words("unreal_verbs"):
                return EventStatus.HYPOTHETICAL
            if lemma == "go" and token.tag_ == "VBG":
                return EventStatus.PLANNED
        last = token
    if verb.dep_ == "xcomp" and verb.head.lemma_.lower() in load_words("willing_adjectives"):
        return EventStatus.PLANNED
    return None


def _is_only_charged(verb: Token) -> bool:
    """True for the deed in "suspected of bombing the ship"."""
    return verb.dep_ == "pcomp" and verb.head.head.lemma_.lower() in {"suspect", "accuse", "charge"}


def _clause_chain(verb: Token) -> Iterable[Token]:
    """The verb and the verbs that it is an infinitive or gerund of, or joined to."""
    yield verb
    while verb.dep_ in {"xcomp", "conj", "ccomp"} and verb.head != verb and is_verb(verb.head):
        if verb.dep_ == "ccomp" and verb.tag_ not in {"VB", "VBG"}:
            return
        if verb.dep_ == "conj" and (
            verb.tag_ != "VB" or any(c.dep_ in {"nsubj", "nsubjpass", "aux"} for c in verb.children)
        ):
            return
        verb = verb.head
        yield verb


def _is_presupposed(trigger: Token) -> bool:
    token = trigger
    while token.head != token:
        if token.dep_ == "advcl" and any(c.dep_ in {"mark", "advmod"} and c.lower_ in PRESUPPOSING for c in token.lefts):
            return True
        if token.dep_ == "prep" and token.lower_ in {"after", "since", "despite", "following"}:
            return True
        token = token.head
    return False


def _is_definite(noun: Token) -> bool:
    return any(c.lower_ in {"the", "this", "that", "these", "those"} or c.dep_ == "poss" for c in noun.lefts)
