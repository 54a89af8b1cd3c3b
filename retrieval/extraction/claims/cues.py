"""Reporting cues: the verbs and nouns by which a text says that somebody says something.

A cue's *frame* is how its content hangs on it:

- ``clause``: "said (that) ..."; ``quote``: a direct quotation beside it
- ``told``: an object that is itself a telling, "denied reports that ..."
- ``noun``: a plain object, "denied involvement"; ``gerund``: "denied stealing"
- ``order``: object and infinitive, "urged the government to ..."; ``infinitive``: "vowed to ..."
- ``for``: "called for ..."; ``accuse``: "accused her of ..."
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from spacy.tokens import Token

from retrieval.models import ClaimStance
from retrieval.text.word_sets import load_words

# Nouns that stand for something told; with a clause or quotation they carry a claim, as objects of a denial its content.
TELLING_NOUNS = load_words("telling_nouns")
# What one denies, as against what one refuses somebody.
DENIABLE_NOUNS = TELLING_NOUNS | load_words("deniable_nouns")
# Nouns that, with the possessor as speaker ("the minister's claim that ..."), carry a claim themselves.
NOUN_STANCES = {
    "accusation": ClaimStance.ALLEGED,
    "admission": ClaimStance.ASSERTED,
    "allegation": ClaimStance.ALLEGED,
    "announcement": ClaimStance.ASSERTED,
    "argument": ClaimStance.ASSERTED,
    "assertion": ClaimStance.ASSERTED,
    "assurance": ClaimStance.PROMISED,
    "belief": ClaimStance.BELIEVED,
    "claim": ClaimStance.ALLEGED,
    "confirmation": ClaimStance.ASSERTED,
    "declaration": ClaimStance.ASSERTED,
    "demand": ClaimStance.REQUESTED,
    "denial": ClaimStance.DENIED,
    "pledge": ClaimStance.PROMISED,
    "promise": ClaimStance.PROMISED,
    "report": ClaimStance.REPORTED,
    "statement": ClaimStance.ASSERTED,
    "suggestion": ClaimStance.ASSERTED,
    "warning": ClaimStance.ASSERTED,
}
# "had no information", "no details": not knowing. "no comment": declining.
UNKNOWN_NOUNS = load_words("unknown_nouns")
_TOLD_THINGS = frozenset({"comment", "detail", "figure", "information", "interview", "name", "number", "reason", "toll"})
_REFUSALS = frozenset(["decline", "refuse"])
_COMMENT_VERBS = load_words("comment_verbs")


@lru_cache(maxsize=1)
def load_cues() -> dict[str, dict[str, ClaimStance]]:
    """Stance by lemma and frame. Lemmas of two words ("call_on") hold verb and preposition."""
    cues: dict[str, dict[str, ClaimStance]] = {}
    table = files("retrieval.extraction").joinpath("lexicons/cues.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        lemma, stance, frames = line.split("\t")
        for frame in frames.split(","):
            cues.setdefault(lemma, {})[frame] = ClaimStance(stance)
    return cues


def frames_of(token: Token) -> dict[str, ClaimStance] | None:
    """The frames of a cue verb, None for any other token."""
    if not token.tag_.startswith("VB"):
        return None
    return load_cues().get(token.lemma_.lower())


def is_negated(token: Token) -> bool:
    """True for "did not say", "never said", "neither confirmed"."""
    return any(child.dep_ == "neg" or child.lower_ in {"never", "neither", "nor"} for child in token.children)


def is_unreal(token: Token) -> bool:
    """True where the saying itself is only possible or still to come ("may say", "will announce")."""
    return any(
        child.dep_ == "aux" and child.lower_ in {"may", "might", "should", "will", "shall", "'ll"}
        for child in token.children
    )


def withheld_stance(verb: Token) -> ClaimStance | None:
    """DECLINED_TO_COMMENT or NO_INFORMATION where ``verb`` says so, else None."""
    lemma = verb.lemma_.lower()
    if lemma in _REFUSALS and any(c.dep_ == "xcomp" and c.lemma_.lower() in _COMMENT_VERBS for c in verb.children):
        return ClaimStance.DECLINED_TO_COMMENT
    withheld = next((c for c in verb.children if c.dep_ == "xcomp"), None) if lemma in _REFUSALS else None
    if withheld is not None and any(c.dep_ == "dobj" and c.lemma_ in _TOLD_THINGS for c in withheld.children):
        return ClaimStance.DECLINED_TO_COMMENT
    if lemma in {"have", "give", "offer", "provide", "make"}:
        for child in verb.children:
            if child.dep_ != "dobj" or not (is_negated(verb) or any(c.lower_ == "no" for c in child.children)):
                continue
            if child.lemma_ == "comment":
                return ClaimStance.DECLINED_TO_COMMENT
            if child.lemma_ in UNKNOWN_NOUNS and lemma == "have":
                return ClaimStance.NO_INFORMATION
    if not is_negated(verb):
        return None
    if lemma == "comment":
        return ClaimStance.DECLINED_TO_COMMENT
    if lemma in {"respond", "reply", "return"} and any(
        t.lower_ in {"request", "requests", "comment", "call", "calls"} for t in verb.subtree
    ):
        return ClaimStance.DECLINED_TO_COMMENT
    if lemma == "know" and verb.dep_ not in {"ROOT", "ccomp", "conj"}:
        return None
    if lemma in {"confirm", "verify", "know"} and any(c.dep_ in {"dobj", "ccomp", "advcl"} for c in verb.children):
        modal = any(c.dep_ == "aux" and c.lower_ == "would" for c in verb.children)
        return ClaimStance.DECLINED_TO_COMMENT if modal else ClaimStance.NO_INFORMATION
    return None
