"""Whether an act that a sentence tells of is the asked one: the same actor, the same object, for and not against it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from spacy.tokens import Token

from retrieval.answering.candidates.lexicon import LOCATIVES
from retrieval.answering.candidates.syntactic_fit import entity_of
from retrieval.answering.evidence.grammar import arguments
from retrieval.answering.evidence.matching import HEADLINE, SAME_BLOCK, Match
from retrieval.answering.evidence.phrases import names_another, stands_for
from retrieval.models import EntityType
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import word_set

_OURS = word_set("we i us me ours mine")
_OUR = word_set("our my")
_NOBODY = word_set("nobody none nothing anyone anybody everyone everybody neither")
_JOINED = frozenset({"conj", "appos", "compound", "nmod", "amod", "flat"})
_AGAINST = {"for": "against", "against": "for", "before": "after", "after": "before", "above": "below", "below": "above"}


class Correspondence(Enum):
    """How an act of a text stands to the asked one."""

    SAME = auto()
    OPPOSITE = auto()
    ANOTHER = auto()


def correspond(question: Question, match: Match, predicate: Token) -> Correspondence:
    """How the act of ``predicate`` stands to the asked one, by what hangs on it.

    Where the sentence leaves a part out, what stands around it may have it: "no one was killed" of the farmers before.
    """
    held = arguments(predicate)
    opposite = False
    for number, term in enumerate(question.terms):
        if term.role in {Role.PREDICATE, Role.EMBEDDED} or _is_part(question, term) or term.lemma in LOCATIVES:
            continue
        tokens = [t for t in match.tokens_of(number) if not names_another(question, term, t, match)]
        if term.role in {Role.SUBJECT, Role.OBJECT}:
            rivals = [word for word, role, _ in held if role is term.role]
            if not _fills(term, tokens, rivals, match, number):
                return Correspondence.ANOTHER
            continue
        if not tokens and not _is_around(term, match, number):
            return Correspondence.ANOTHER
        if match.tokens_of(number) and not tokens:
            return Correspondence.ANOTHER
        opposite = opposite or any(
            t.dep_ == "pobj" and t.head.lower_ == _AGAINST.get(term.preposition or "") for t in tokens
        )
    return Correspondence.OPPOSITE if opposite else Correspondence.SAME


def _is_part(question: Question, term: Term) -> bool:
    """Whether the term hangs on another noun of the question; that one's phrase is compared as a whole."""
    above = next((t for t in question.terms if t.place == term.governor >= 0), None)
    return above is not None and above.role is not Role.PREDICATE and term.role is not Role.OTHER


def _fills(term: Term, tokens: Sequence[Token], rivals: Sequence[Token], match: Match, number: int) -> bool:
    """Whether the asked one, or what may stand for it, has its part in the act."""
    if not rivals:
        return (bool(tokens) and not _is_elsewhere(tokens)) or (not term.is_name and match.shares[number] >= SAME_BLOCK)
    return any(_stands_for(term, tokens, word, match, number) for word in rivals)


def _is_elsewhere(tokens: Sequence[Token]) -> bool:
    """Whether all of them have a part in another act of the sentence."""
    return all(t.dep_ in {"nsubj", "nsubjpass"} for t in tokens)


def _stands_for(term: Term, tokens: Sequence[Token], word: Token, match: Match, number: int) -> bool:
    if any(_is_in(token, word, match) for token in tokens):
        return True
    if word.lower_ in _OURS or any(c.lower_ in _OUR and c.dep_ == "poss" for c in word.children):
        return match.shares[number] >= HEADLINE or not term.is_name
    if word.lower_ in _NOBODY or (word.lower_ == "one" and any(c.lower_ == "no" for c in word.children)):
        return match.shares[number] >= HEADLINE
    if word.pos_ == "PRON" or word.tag_ in {"PRP", "DT", "WDT", "WP"}:
        stands = stands_for(match, word, term.entities)
        return stands if stands is not None else match.shares[number] >= HEADLINE
    return False


def _is_in(token: Token, word: Token, match: Match) -> bool:
    """Whether a word is an argument's head or joined to it; what a person owns or is kin to is not that person."""
    walk = token
    while walk != word:
        above = walk.head
        if above == walk:
            return False
        if (
            walk.dep_ in _JOINED
            or (walk.dep_ == "pobj" and above.lower_ in {"of", "from", "by", "with"})
            or (walk.dep_ == "prep" and walk.lower_ in {"of", "from", "by", "with"})
            or (walk.dep_ == "poss" and not _is_person(match, token))
            or (walk.dep_ in {"nsubj", "attr"} and above.lemma_ == "be" and above == word)
        ):
            pass
        else:
            return False
        walk = above
    return True


def _is_person(match: Match, token: Token) -> bool:
    place = match.sentence.place(token)
    named = [entity_of(match, m) for m in match.sentence.mentions if m.span.contains(place)]
    return any(e is not None and e.type is EntityType.PERSON for e in named)


def _is_around(term: Term, match: Match, number: int) -> bool:
    return match.shares[number] >= HEADLINE and not term.text[:1].isdigit()
