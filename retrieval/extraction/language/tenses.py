"""Whether the words around a time speak of what was or what will be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from spacy.tokens import Doc, Token

Direction = Literal["past", "future", "unknown"]

_REACH = 12
_PAST_PREPOSITIONS = frozenset({"after", "since", "following"})
_FUTURE_PREPOSITIONS = frozenset({"ahead", "until", "till"})
# Said of things to come, whatever their tense.
_PLANNING = frozenset({"schedule", "expect", "slate", "plan", "due", "set", "bind"})
_INTENTIONS = (
    "agree plan promise vow decide intend want hope threaten prepare seek aim order urge call ask tell invite decision"
    " pledge offer propose have be likely ready need proposal agreement intention refuse commit warn announce"
    " choose wish instruct"
)
_INTENDING = frozenset(_INTENTIONS.split())
_FUTURE_AUXILIARIES = frozenset(
    {"will", "'ll", "shall", "would", "may", "might", "could", "should", "must", "can", "wo", "to"}
)


def direction_at(doc: Doc, start: int, end: int, *, is_title: bool = False) -> Direction:
    """The direction in time of the verb that governs characters ``start`` to ``end``; a title's present tense is past."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return "unknown"
    for token in [span.root, *_ancestors(span.root)]:
        if token.dep_ == "prep" or token.pos_ in {"ADP", "SCONJ"}:
            if token.lower_ in _PAST_PREPOSITIONS:
                return "past"
            if token.lower_ in _FUTURE_PREPOSITIONS:
                return "future"
        if token.lower_ in {"ahead", "due", "upcoming"}:
            return "future"
        if token.pos_ in {"VERB", "AUX"} and token.i not in range(span.start, span.end):
            return _direction_of(token, is_title=is_title)
    return "unknown"


def _direction_of(verb: Token, *, is_title: bool) -> Direction:
    auxiliaries = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    words = {child.lower_ for child in auxiliaries}
    has_perfect = any(child.lemma_ == "have" for child in auxiliaries)
    if words == {"to"}:
        return _infinitive(verb, is_title=is_title)
    if words & _FUTURE_AUXILIARIES and not has_perfect:
        return "future"
    if verb.tag_ == "VBN" and verb.lemma_ in _PLANNING:
        return "future"
    if any(child.dep_ == "acomp" and child.lower_ == "due" for child in verb.children):
        return "future"
    if verb.tag_ == "VBD" or has_perfect or any(child.tag_ == "VBD" for child in auxiliaries):
        return "past"
    if verb.tag_ == "VBN":
        return "past" if not auxiliaries else "unknown"
    if verb.tag_ in {"VBZ", "VBP"}:
        return "past" if is_title or verb.lemma_ in {"say", "report", "show", "mark"} else "future"
    if verb.tag_ == "VBG":
        return _progressive(verb, auxiliaries, is_title=is_title)
    return "unknown"


def _infinitive(verb: Token, *, is_title: bool) -> Direction:
    """What one agreed to do lies ahead; what one was forced to do is done."""
    for head in _ancestors(verb):
        if head.lemma_.lower() in _INTENDING or head.lemma_ in _PLANNING:
            return "future"
        if head.pos_ in {"VERB", "AUX"} and not _is_infinitive(head):
            return "past" if _direction_of(head, is_title=is_title) == "past" else "future"
    return "future"


def _progressive(verb: Token, auxiliaries: list[Token], *, is_title: bool) -> Direction:
    if any(child.tag_ in {"VBZ", "VBP"} for child in auxiliaries):
        return "future"
    for head in _ancestors(verb):
        if head.pos_ in {"VERB", "AUX"} and head.tag_ != "VBG":
            return "unknown" if _is_infinitive(head) else _direction_of(head, is_title=is_title)
    return "unknown"


def _is_infinitive(verb: Token) -> bool:
    return [child.lower_ for child in verb.children if child.dep_ in {"aux", "auxpass"}] == ["to"]


def _ancestors(token: Token) -> Iterator[Token]:
    """The heads of a token up to a few steps; a root is its own head, as another object."""
    for _ in range(_REACH):
        if token.head.i == token.i:
            return
        token = token.head
        yield token
