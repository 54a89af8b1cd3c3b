"""Whose words: the head noun of who says what a cue tells, and whom that speaker cites."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from retrieval.extraction.claims.contents import is_outer_conjunct
from retrieval.extraction.claims.cues import frames_of
from retrieval.extraction.language.noun_phrases import agent_of, has_subject, is_passive, subject_of
from retrieval.models import AttributionKind, ClaimStance, Span
from retrieval.text.word_sets import load_words

_ADDRESSING = load_words("addressing_verbs")


@dataclass(frozen=True, slots=True)
class ClaimCandidate:
    """A claim whose speaker is not yet resolved; ``source`` is the head noun of its words.

    One without ``source`` is carried on from a speaker at most ``reach`` blocks before, or, where it ``is_introduced`` by a
    colon, from who acts in the sentence before it.
    """

    block: int
    position: int
    spans: tuple[Span, ...]
    stance: ClaimStance
    kind: AttributionKind
    source: Token | None
    cue: Token | None
    via: Token | None = None
    reach: int = 2
    is_quoted: bool = False
    is_introduced: bool = False


def inverted_source(cue: Token) -> Token | None:
    """The speaker of `"...," said X` where the parser took X for an object; who is told something does not say it."""
    if cue.lemma_.lower() in _ADDRESSING:
        return None
    return next(
        (c for c in cue.rights if c.dep_ in {"dobj", "attr", "npadvmod"} and c.pos_ in {"PROPN", "PRON", "NOUN"}), None
    )


def source_of(cue: Token) -> Token | None:
    """The head noun of who says it; None for "it is said" and the like."""
    citing = citing_of(cue)
    if citing is not None and not has_subject(cue):
        subject = subject_of(citing)
        if subject is not None and subject.i < citing.i:
            return subject
    if is_passive(cue):
        agent = agent_of(cue)
        if agent is not None or cue.lemma_ != "quote":
            return agent
    if cue.tag_ == "VBG" and cue.lemma_.lower() == "add":
        cue = _added_to(cue)
    subject = subject_of(cue.head.head if is_outer_conjunct(cue) else cue)
    if subject is None or subject.dep_ == "expl" or subject.tag_ in {"WP", "WDT", "EX"}:
        return None
    if subject.pos_ not in {"NOUN", "PROPN", "PRON", "ADJ", "NUM", "DET"} or subject.lower_ in {
        "this",
        "that",
        "which",
        "these",
    }:
        return None
    return subject


def citing_of(cue: Token) -> Token | None:
    """The "citing" of "X, citing Y, reported ...", however the parser hung it."""
    for token in cue.sent:
        if token.lower_ not in {"citing", "quoting"}:
            continue
        if token.head == cue or (token.i < cue.i and cue in token.subtree):
            return token
        if token.head.dep_ == "ccomp" and token.head.head == cue and cue.i < token.i < _opening_of(token.head):
            return token
        if (
            not has_subject(cue)
            and token.i < cue.i
            and token.i > 0
            and token.nbor(-1).text == ","
            and cue.nbor(-1).text == ","
        ):
            return token
    return None


def _added_to(cue: Token) -> Token:
    """The "said" of "said that it would close, adding that ...", where the parser hung "adding" on what is said."""
    head = cue.head
    while head.dep_ in {"ccomp", "conj"} and head.head != head:
        head = head.head
        if frames_of(head) is not None:
            return head
    return cue


def _opening_of(clause: Token) -> int:
    """Where the "that" of a complement stands, 0 without one."""
    return next((child.i for child in clause.children if child.dep_ == "mark"), 0)
