"""Whether a phrase of a text names what a phrase of the question does: not another mayor, namesake, treaty or number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from retrieval.answering.evidence.matching import HEADLINE, SAME_BLOCK, Match
from retrieval.answering.evidence.sentences import words_of
from retrieval.models import EntityType, MentionKind, Span
from retrieval.questions.lexicon import FOCUS_TYPES
from retrieval.questions.question import Question, Term
from retrieval.text.words import is_stop_word, opposites_of, similarity, word_set

# These make another office of an office; without them it is the one held now.
OFFICE_MODIFIERS = word_set("""shadow former ex deputy acting vice elect designate interim outgoing incoming late assistant
    associate caretaker honorary onetime ousted deposed ex-""")
_ORDINALS = word_set("""first second third fourth fifth sixth seventh eighth ninth tenth last next previous final
    most least best worst""")
_SHORTEST_SUPERLATIVE = 5
_PREFIXES = word_set("semi quarter non anti counter sub pre post pro mid")
_TITLES = word_set("mr mrs ms miss dr sir lord lady dame st saint president minister prime") | {
    word for word, kind in FOCUS_TYPES.items() if kind.value == "PERSON"
}
_PERSONAL = word_set("he she him her")
_MODIFYING = frozenset({"compound", "amod", "nmod", "poss", "nummod", "appos"})
_BELOW = frozenset({"of", "from", "in", "for", "at"})


def names_another(question: Question, term: Term, token: Token, match: Match, answer: Span | None = None) -> bool:
    """Whether the phrase of ``token``, which stands for ``term``, has another part where the question has one.

    "The mayor of Ghent" is not "the mayor of Bruges", "Ewen Jarrow" not "Stephen Jarrow", "the fishing treaty" not "the
    trade treaty"; "the mayor" alone may be either. Beside a possible ``answer`` it is enough that the sentence or its block
    has the part, and the answer itself is no other.
    """
    if (term.is_name and _has_foreign_name(term, token)) or _is_prefixed(term, token):
        return True
    if token.pos_ not in {"NOUN", "PROPN", "ADJ"}:
        return False
    parts = [part for part in question.parts_of(term) if part in question.terms]
    held = {t.i for number, t in match.tokens if question.terms[number] in parts} if parts else set()
    phrase = list(_phrase(token))
    if not parts:
        return False
    own = {token.i, *held, *(t.i for _, t in match.tokens)}
    for part in parts:
        if any(_is_part(part, t) for t in phrase):
            continue
        share = match.shares[question.terms.index(part)]
        if not _is_rank(part) and share >= (HEADLINE if not part.is_name else SAME_BLOCK if answer is not None else 2.0):
            continue  # the text around speaks of it
        others = [t for t in phrase if t.i not in own and _is_rival(part, t)]
        if answer is not None:
            others = [t for t in others if not answer.contains(match.sentence.place(t))]
        if others:
            return True
    return False


def _is_prefixed(term: Term, token: Token) -> bool:
    """Whether a prefix makes another word of it: a semi-final is no final."""
    start = token.i
    if start < 2 or token.doc[start - 1].text not in {"-", "‑"} or "-" in term.text:
        return False
    return token.doc[start - 2].lower_ in _PREFIXES and not token.doc[start - 1].whitespace_


def _is_part(part: Term, token: Token) -> bool:
    if part.text.isupper() and len(part.text) <= 3:
        return token.text == part.text
    words = [w for w in words_of(part.text) if not is_stop_word(w)]
    return any(similarity(w, token.text) >= 0.8 or similarity(w, token.lemma_) >= 0.8 for w in (part.lemma, *words))


def modifiers_of(noun: Token) -> list[Token]:
    """The words that say which one it is: adjectives, names before it and behind "of", also those beside its name."""
    return list(_phrase(noun))


def _phrase(noun: Token) -> Iterator[Token]:
    """The modifiers of a noun, and of what it is joined to by apposition, in any depth of "of" and "from"."""
    yield from _modifiers(noun)
    if noun.dep_ in {"compound", "nmod", "amod", "appos"} and noun.head.pos_ in {"NOUN", "PROPN"}:
        # What stands between a title and the name that it belongs to is that name.
        yield from (t for t in _modifiers(noun.head) if t.i > noun.head.i or t.i < min(noun.i, noun.head.i - 1))


def _modifiers(noun: Token) -> Iterator[Token]:
    for child in noun.children:
        if child.dep_ in _MODIFYING or (child.dep_ == "advmod" and child.lower_ in _ORDINALS):
            yield child
            yield from _modifiers(child)
        elif child.dep_ == "prep" and child.lower_ in _BELOW:
            for below in child.children:
                if below.dep_ == "pobj":
                    yield below
                    yield from _modifiers(below)


def _is_rank(part: Term) -> bool:
    """Whether the word is an ordinal or a superlative: the oldest is not the youngest, whatever stands beside it."""
    return part.lemma.lower() in _ORDINALS or (part.text.endswith("est") and len(part.text) > _SHORTEST_SUPERLATIVE)


def _is_rival(part: Term, token: Token) -> bool:
    """Whether a word of the text stands where the question has ``part``: a name for a name, a number for a number."""
    word = token.lower_
    if part.is_name:
        return token.pos_ == "PROPN" and word not in _TITLES and token.lemma_.lower() not in FOCUS_TYPES
    if _is_rank(part):
        return word in _ORDINALS or token.tag_ in {"JJS", "RBS"}
    if any(word == other for other, _ in opposites_of(part.lemma)):
        return True
    if part.text[:1].isdigit():
        return token.text[:1].isdigit()
    is_close = token.dep_ == "compound" or (token.dep_ == "amod" and token.i == token.head.i - 1)
    is_title = token.pos_ == "PROPN" and token.i + 1 < len(token.doc) and token.doc[token.i + 1].lower_ in _TITLES
    return not part.is_head and is_close and (token.pos_ in {"NOUN", "ADJ"} or is_title)


def _has_foreign_name(term: Term, token: Token) -> bool:
    """Whether the name that ``token`` is a part of has a first or last name that the question's has not."""
    asked = {w.casefold() for w in words_of(term.text)}
    if token.pos_ != "PROPN" or token.lower_ not in asked:
        return False
    head = token
    while head.dep_ in {"compound", "flat"} and head.head.pos_ == "PROPN":
        head = head.head
    run = [head, *(t for t in head.children if t.dep_ in {"compound", "flat"} and t.pos_ == "PROPN")]
    others = [t for t in run if t.lower_ not in asked and t.lower_ not in _TITLES and len(t.text.strip(".")) > 1]
    if " " not in term.text:
        return False
    return bool(others)


def is_title(word: str) -> bool:
    """Whether a word stands before a name as a title or a role: Mr, President, Senator."""
    return word.lower() in _TITLES


def is_asked_office(question: Question, term: Term, token: Token) -> bool:
    """Whether an office is the asked one as far as "former", "shadow", "deputy" and the like go."""
    asked = {word for p in question.parts_of(term) for word in _split(p.text)} & OFFICE_MODIFIERS
    asked |= {w for w in _split(term.text) if w in OFFICE_MODIFIERS}
    return asked == set(office_modifiers(token))


def office_modifiers(office: Token) -> list[str]:
    """The words that make another office of one: "former", "deputy", "-elect"."""
    near = [t for t in office.children if t.dep_ in {"compound", "amod", "nmod", "advmod", "punct", "prep"}]
    if office.dep_ in {"compound", "nmod", "amod"}:
        near += [t for t in office.head.children if t.i < office.i and t.dep_ in {"compound", "amod", "nmod"}]
    around = [*near, *office.doc[max(0, office.i - 3) : office.i]]
    words = [w for t in around if t.i < office.i and _reaches(t, office) for w in _split(t.lower_)]
    after = [t.lower_ for t in office.doc[office.i + 1 : office.i + 3]]
    if after[:2] == ["-", "elect"] or after[:1] in (["elect"], ["-elect"], ["designate"]):
        words.append("elect" if "elect" in after[0] or after[:1] == ["-"] else "designate")
    return sorted({w for w in (*words, *_split(office.lower_)) if w in OFFICE_MODIFIERS})


def _reaches(token: Token, office: Token) -> bool:
    """Whether only words of the office's own title stand between the two."""
    return all(t.pos_ in {"NOUN", "PROPN", "ADJ", "PUNCT"} and t.text != "," for t in token.doc[token.i + 1 : office.i])


def _split(word: str) -> Sequence[str]:
    return [part for part in word.lower().split("-") if part]


def stands_for(match: Match, pronoun: Token, entities: frozenset[str]) -> bool | None:
    """Whether "he" or "she" stands for one of ``entities``: the person named last before it; None for other pronouns."""
    if pronoun.lower_ not in _PERSONAL or not entities:
        return None
    place = match.sentence.place(pronoun)
    facts = match.sentence.facts
    people = {e.id for e in facts.entities if e.type is EntityType.PERSON}
    before = [
        m for m in facts.mentions if m.span.end <= place.start and m.kind is MentionKind.NAME and m.entity_id in people
    ]
    if not before or not entities & people:
        return None
    return max(before, key=lambda m: m.span.start).entity_id in entities
