"""Teams that bear the name of a place: "Oklahoma beat Texas 3-1"."""

from __future__ import annotations

import re

from spacy.tokens import Span as TokenSpan
from spacy.tokens import Token

from retrieval.text.word_sets import load_words

_CONTESTS = load_words("contest_verbs")
_SPORT = load_words("sport_words")
_ROLES = load_words("sport_roles")
_OUTCOMES = load_words("contest_nouns")
_OPPONENTS = frozenset({"against", "over", "to", "with"})
_SCORE = re.compile(r"(?<![\d.-])\d{1,3}-\d{1,3}(?![\d-])")


def is_team(name: TokenSpan) -> bool:
    """True where a place's name stands for the team that plays for it: in a sentence on sport, as one side of a contest."""
    doc = name.doc
    follower = doc[name.end] if name.end < len(doc) else None
    if follower is not None and follower.lemma_.lower() in _ROLES:
        return True
    return _is_side(name.root) and _is_sport(name.root)


def _is_side(noun: Token) -> bool:
    while noun.dep_ == "conj" and noun.head.pos_ == "PROPN":
        noun = noun.head
    verb = noun.head
    if noun.dep_ in {"nsubj", "nsubjpass", "dobj"} or (noun.dep_ == "npadvmod" and noun.i == verb.i + 1):
        return verb.lemma_.lower() in _CONTESTS
    if noun.dep_ != "pobj" or verb.lower_ not in _OPPONENTS | {"by"}:
        return False
    return verb.head.lemma_.lower() in _CONTESTS | _OUTCOMES


def _is_sport(token: Token) -> bool:
    sentence = token.sent
    return _SCORE.search(sentence.text) is not None or any(word.lemma_.lower() in _SPORT for word in sentence)
