"""Who does what to whom: the place of a word beside a verb or the noun made from it."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from retrieval.questions.question import Role
from retrieval.text.words import word_set

_OBJECTS = frozenset({"nsubjpass", "dobj", "obj", "attr", "oprd", "dative", "ccomp", "xcomp", "acomp"})
_INSIDE = frozenset({"compound", "amod", "nmod", "poss", "appos", "conj", "flat", "det", "nummod"})


@dataclass(frozen=True, slots=True)
class Relation:
    """``role`` of a word to a predicate; ``preposition`` for OTHER; ``steps`` is the way between them in arcs."""

    role: Role
    preposition: str | None = None
    steps: int = 99


def relation(word: Token, predicate: Token) -> Relation:
    """How ``word`` stands to ``predicate``; role EMBEDDED when nothing is known."""
    steps = tree_distance(word, predicate)
    for argument, role, preposition in arguments(predicate):
        if argument == word or _reaches(word, argument):
            return Relation(role, preposition, steps)
    return Relation(Role.EMBEDDED, None, steps)


def arguments(predicate: Token) -> list[tuple[Token, Role, str | None]]:
    """Head words of a predicate's arguments; active and passive come out the same."""
    if predicate.pos_ in {"NOUN", "PROPN"}:
        return _noun_arguments(predicate)
    found: list[tuple[Token, Role, str | None]] = []
    for child in predicate.children:
        if child.dep_ in {"nsubj", "csubj"}:
            found.append((_antecedent(child), Role.SUBJECT, None))
        elif child.dep_ in _OBJECTS and child.pos_ != "ADP":
            found.append((_antecedent(child), Role.OBJECT, None))
        elif child.dep_ == "agent":
            found.extend((c, Role.SUBJECT, "by") for c in child.children if c.dep_ == "pobj")
        elif child.dep_ in {"prep", "dative"}:
            found.extend(_below_preposition(child))
    roles = {role for _, role, _ in found}
    if predicate.dep_ == "acl" and predicate.tag_ == "VBN" and Role.OBJECT not in roles:
        found.append((predicate.head, Role.OBJECT, None))
    elif Role.SUBJECT not in roles:
        found.extend(_borrowed(predicate))
    return found


def _below_preposition(preposition: Token) -> list[tuple[Token, Role, str | None]]:
    found: list[tuple[Token, Role, str | None]] = []
    for child in preposition.children:
        if child.dep_ in {"pobj", "pcomp"}:
            found.append((child, Role.OTHER, preposition.lower_))
        elif child.dep_ == "prep":
            found.extend(_below_preposition(child))
    return found


def _noun_arguments(noun: Token) -> list[tuple[Token, Role, str | None]]:
    found: list[tuple[Token, Role, str | None]] = []
    for child in noun.children:
        if child.dep_ in {"poss", "compound", "amod", "nmod"}:
            found.append((child, Role.SUBJECT, None))
        elif child.dep_ in {"prep", "agent"}:
            role = {"of": Role.OBJECT, "by": Role.SUBJECT}.get(child.lower_, Role.OTHER)
            found.extend((c, role, child.lower_) for c in child.children if c.dep_ == "pobj")
    return found


def _borrowed(predicate: Token) -> list[tuple[Token, Role, str | None]]:
    """The subject of a verb without its own: of a participle its noun, of a second verb that of the first."""
    is_passive = any(c.dep_ in {"auxpass", "nsubjpass"} for c in predicate.children)
    if is_passive:
        return []
    if predicate.dep_ in {"acl", "relcl"}:
        role = Role.OBJECT if predicate.tag_ == "VBN" else Role.SUBJECT
        return [(predicate.head, role, None)]
    if predicate.dep_ == "xcomp" and (objects := [c for c in predicate.head.children if c.dep_ == "dobj"]):
        return [(objects[0], Role.SUBJECT, None)]
    if predicate.dep_ in {"conj", "xcomp", "advcl"} and predicate.head.pos_ in {"VERB", "AUX"}:
        return [(w, r, p) for w, r, p in arguments(predicate.head) if r is Role.SUBJECT]
    return []


def _antecedent(word: Token) -> Token:
    """What a relative pronoun stands for."""
    if word.lower_ in {"who", "which", "that", "whom"} and word.head.dep_ == "relcl":
        return word.head.head
    return word


def _reaches(word: Token, target: Token) -> bool:
    walk = word
    while walk.dep_ in _INSIDE and walk.head != walk:
        walk = walk.head
        if walk == target:
            return True
    return False


def is_linked(role: Token, name: Token) -> bool:
    """True when a noun and a name are one: title before it, apposition, "X is the Y", "X was named Y", "known as Y"."""
    if role.head == name and role.dep_ in {"compound", "nmod", "amod", "appos", "dep"}:
        return True
    if name.head == role and name.dep_ in {"appos", "dep"}:
        return True
    if role.head == name.head and role.head.lemma_ in {"be", "become", "remain"}:
        return {role.dep_, name.dep_} <= {"nsubj", "attr"} and role.dep_ != name.dep_
    if role.dep_ in {"oprd", "pobj"}:
        verb = role.head if role.dep_ == "oprd" else role.head.head if role.head.lower_ == "as" else None
        if verb is None:
            return False
        if verb.dep_ in {"acl", "relcl"} and verb.head == name:
            return True
        return name.head == verb and name.dep_ in {"nsubj", "nsubjpass", "dobj"}
    return False


def tree_distance(first: Token, second: Token) -> int:
    """Arcs between two tokens of a sentence; 99 when they share no root."""
    up = {first.i: 0}
    for steps, token in enumerate(first.ancestors, start=1):
        up[token.i] = steps
    if second.i in up:
        return up[second.i]
    for steps, token in enumerate(second.ancestors, start=1):
        if token.i in up:
            return up[token.i] + steps
    return 99


def is_negated(predicate: Token) -> bool:
    """True when the predicate itself is denied ("have not begun", "no trains run", "failed to leave")."""
    if any(c.dep_ == "neg" or c.lower_ in {"never", "neither", "no"} for c in predicate.children):
        return True
    subjects = [c for c in predicate.children if c.dep_ in {"nsubj", "nsubjpass", "dobj"}]
    if any(c.lower_ in {"no", "neither", "none"} for s in subjects for c in [s, *s.children]):
        return True
    return predicate.dep_ in {"xcomp", "ccomp"} and predicate.head.lemma_ in {"fail", "refuse", "decline", "avoid"}


def is_future(predicate: Token) -> bool:
    """True for what is yet to come: will, going to, planned to, expected to; "would" in what someone said before."""
    if any(c.lower_ in {"will", "shall", "'ll", "would"} for c in predicate.children if c.dep_ == "aux"):
        return True
    governor = predicate.head
    return predicate.dep_ in {"xcomp", "ccomp", "advcl"} and governor.lemma_ in _FUTURE_GOVERNORS


_FUTURE_GOVERNORS = word_set("plan expect schedule intend go due set aim hope agree vow promise pledge")
