"""Where a possible answer stands beside the words of the question."""

from __future__ import annotations

from spacy.tokens import Token

from retrieval.answering.evidence.grammar import is_linked, relation, tree_distance
from retrieval.answering.evidence.matching import Match
from retrieval.models import Entity, Mention, Span
from retrieval.questions.question import Question, Role
from retrieval.text.words import is_stop_word


def place_in_clause(question: Question, match: Match, token: Token) -> tuple[float, int]:
    """(role fit, arcs) of a token to the predicate that fits it best, or to the other words of the question."""
    if not match.predicates:
        if question.attribute is not None and _is_attribute(question, match, token):
            return 1.0, 1
        anchors = [t for n, t in match.tokens if question.terms[n].is_head] or [t for _, t in match.tokens]
        return 0.0, min((tree_distance(token, a) for a in anchors), default=20)
    best = (-2.0, 99)
    for predicate in match.predicates:
        found = relation(token, predicate)
        best = max(best, (_role_fit(question, found.role, found.preposition), -found.steps))
    return best[0], -best[1]


def _is_attribute(question: Question, match: Match, token: Token) -> bool:
    nouns = [t for n, t in match.tokens if question.attribute == question.terms[n].lemma]
    return any(is_linked(noun, token) or is_linked(token, noun) for noun in nouns)


def _role_fit(question: Question, role: Role, preposition: str | None) -> float:
    if role is Role.EMBEDDED:
        return -0.3
    if question.asked_role is Role.OTHER:
        if question.preposition is not None:
            return 1.0 if preposition == question.preposition else -0.2
        return 0.5 if role is Role.OTHER else 0.0
    if role is question.asked_role:
        return 1.0
    return -1.0 if role in {Role.SUBJECT, Role.OBJECT} else -0.4


def is_asked(match: Match, span: Span) -> bool:
    """True when the span only repeats words of the question."""
    stand = {token.i for _, token in match.tokens}
    tokens = [t for t in match.sentence.tokens_in(span) if not is_stop_word(t.text) and t.text[0].isalnum()]
    return bool(tokens) and all(t.i in stand for t in tokens)


def entity_of(match: Match, mention: Mention) -> Entity | None:
    """The entity that a mention names."""
    return next((e for e in match.sentence.facts.entities if e.id == mention.entity_id), None)
