"""Which triggers of one sentence tell of one happening, by how they hang together."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.extraction.language.noun_phrases import is_verb, object_of, subject_of
from retrieval.models import EventType


def linked_pairs(triggers: dict[int, tuple[int, Token, EventType]]) -> Iterator[tuple[int, int]]:
    """Pairs of tellings of one sentence that tell of one happening: "killed in an attack", "an attack that killed",
    "attacked the camp, killing five", "held talks". ``triggers`` maps a token's place to its telling, token and type.
    """
    for number, token, kind in triggers.values():
        for other in _partners(token):
            found = triggers.get(other.i)
            if found is not None and found[2] is kind and found[0] != number:
                yield found[0], number


def _partners(token: Token) -> Iterator[Token]:
    if is_verb(token):
        subject = subject_of(token)
        if subject is not None:
            yield subject
            yield from _inner(subject)
        thing = object_of(token)
        if thing is not None:
            yield thing
            yield from _inner(thing)
        is_result = token.dep_ == "advcl" and token.tag_ == "VBG" and not any(c.dep_ == "mark" for c in token.children)
        if is_verb(token.head) and (token.dep_ == "conj" or is_result):
            yield token.head
        if token.dep_ == "relcl" and token.head.ent_type_ in {"DATE", "TIME", "GPE", "FAC"}:
            yield from reversed([t for t in token.doc[token.sent.start : token.i] if t.pos_ == "NOUN"][-6:])
    for child in token.rights:
        if child.dep_ == "prep" and child.lower_ in {"in", "during", "by", "with"}:
            yield from (c for c in child.children if c.dep_ == "pobj")


def _inner(noun: Token) -> Iterator[Token]:
    """The attacks of "a series of attacks"."""
    if noun.lemma_.lower() not in {"series", "wave", "spate", "round", "string", "campaign"}:
        return
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ == "of":
            yield from (c for c in child.children if c.dep_ == "pobj")
