"""The slot beside a quotation in which any verb tells that it was said: `"...," sighed Ann Lee`, `"...," he bellowed`."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from retrieval.extraction.claims.cues import frames_of
from retrieval.text.word_sets import load_words

_NOMINATIVES = frozenset(["he", "she", "they", "i", "we", "one", "another", "others", "some", "many"])
_INDEFINITE = frozenset(["a", "an", "one", "another"])
_INSIDE = frozenset(["DET", "ADJ", "NUM", "NOUN", "PROPN", "PRON", "PART"])
_HEADS = frozenset(["NOUN", "PROPN", "PRON", "NUM"])
_PEOPLE = load_words("personal_roles") | load_words("roles") | load_words("class_persons")
_LONGEST_PHRASE = 8


def slot_after(doc: Doc, end: int, quoted: dict[int, int], *, is_open: bool) -> tuple[Token, Token] | None:
    """Verb and speaker's head noun right behind a quotation that ends before token ``end``.

    Only a verb of the lexicon counts, and with ``is_open``, which says that the quotation calls for somebody who says it,
    any verb whose subject is a person.
    """
    if end >= len(doc) or end in quoted:
        return None
    first = doc[end]
    if _may_tell(first) and (phrase := _phrase(doc, end + 1, quoted)) is not None:
        cue, (noun, _) = first, phrase
    elif (phrase := _phrase(doc, end, quoted)) is not None:
        noun, position = phrase
        while position < len(doc) and doc[position].pos_ == "ADV":
            position += 1
        if position >= len(doc) or position in quoted or not _may_tell(doc[position]):
            return None
        cue = doc[position]
    else:
        return None
    frames = frames_of(cue)
    if frames is not None and "quote" in frames:
        return cue, noun
    return (cue, noun) if is_open and _speaks(noun) else None


def _may_tell(token: Token) -> bool:
    is_past = token.tag_ in {"VBD", "VBZ", "VBN", "VBP"} and token.lemma_ not in {"be", "have", "do"}
    return token.is_lower and token.is_alpha and (is_past or (token.text.endswith("ed") and token.pos_ != "NOUN"))


def _speaks(noun: Token) -> bool:
    if noun.pos_ == "PROPN" or noun.lower_ in _NOMINATIVES:
        return noun.ent_type_ not in {"DATE", "GPE", "LOC", "NORP", "WORK_OF_ART", "EVENT"}
    return noun.lemma_.lower() in _PEOPLE or any(c.lower_ in _INDEFINITE for c in noun.lefts)


def _phrase(doc: Doc, start: int, quoted: dict[int, int]) -> tuple[Token, int] | None:
    """Head noun and end of the noun phrase that begins at a token, by its words: beside a quotation parses go astray."""
    position = start
    while position < min(len(doc), start + _LONGEST_PHRASE) and position not in quoted:
        token = doc[position]
        if token.pos_ not in _INSIDE or (token.is_punct and token.text != "-"):
            break
        if token.pos_ == "PRON" and token.tag_ == "PRP" and position > start:
            break  # "Ann Lee told *me*"
        if doc[position - 1].pos_ == "PROPN" and position > start and token.pos_ in {"DET", "PRON"}:
            break
        position += 1
    while position > start and doc[position - 1].pos_ not in _HEADS:
        position -= 1
    if position == start:
        return None
    head = doc[position - 1]
    if head.pos_ == "PRON" and head.lower_ not in _NOMINATIVES and head.tag_ == "PRP":
        return None
    return (head, position) if not head.is_punct else None
