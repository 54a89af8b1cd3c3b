"""For whom a spokesman, lawyer, aide or office speaks."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.extraction.language.noun_phrases import phrase_range, strip_range
from retrieval.text.word_sets import load_words

SPEAKING_FOR = load_words("speaking_for")
_LINKS = frozenset({"for", "of", "to"})
_RANKS = load_words("ranks")
# What stands before a lawyer or an agent says what kind of one it is: "the US lawyers".
_MOUTHPIECES = frozenset({"office", "representative", "spokesman", "spokespeople", "spokesperson", "spokeswoman"})


def principal_of(head: Token) -> tuple[Token, tuple[int, int]] | None:
    """Head noun and token range of whom the speaker of noun phrase ``head`` speaks for, None where it speaks for itself."""
    for noun in _offices(head):
        owner = next((c for c in noun.lefts if c.dep_ == "poss" and c.ent_type_ not in {"DATE", "TIME"}), None)
        if owner is not None:
            return owner, phrase_range(owner, prepositions=False)
        # Parsers hang the "for" of "a lawyer for Lee said" on "said": what counts is that it stands right behind.
        link = noun.nbor(1) if noun.i + 1 < len(noun.doc) and noun.nbor(1).lower_ in _LINKS else None
        principal = next((c for c in link.children if c.dep_ == "pobj"), None) if link is not None else None
        if principal is not None:
            return principal, phrase_range(principal)
        before = _words_before(noun) if noun.lemma_.lower() in _MOUTHPIECES else None
        if before is not None:
            return before
    return None


def _offices(head: Token) -> Iterator[Token]:
    """The nouns of a speaker's phrase by which it speaks for another: the head, its apposition, a title before the name."""
    near = [head, *(c for c in head.rights if c.dep_ == "appos")]
    if head.dep_ == "appos":
        near.append(head.head)
    start = phrase_range(head)[0]
    near.extend(token for token in head.doc[start : head.i] if token.pos_ in {"NOUN", "PROPN"} and token.dep_ != "poss")
    return (token for token in near if token.lemma_.lower() in SPEAKING_FOR)


def _words_before(noun: Token) -> tuple[Token, tuple[int, int]] | None:
    """What stands right before the noun: the ministry of "Interior ministry spokesman Ann Lee"."""
    start = noun.i
    doc = noun.doc
    while start > noun.sent.start:
        token = doc[start - 1]
        is_part = token.pos_ in {"NOUN", "PROPN"} or (token.pos_ == "ADJ" and token.lower_ not in _RANKS)
        if not is_part or token.is_punct or token.lower_ in _RANKS:
            break
        start -= 1
    start, end = strip_range(doc, start, noun.i)
    if end <= start or (doc[end - 1].pos_ == "ADJ" and not doc[end - 1].text[0].isupper()):
        return None
    return doc[end - 1], (start, end)
