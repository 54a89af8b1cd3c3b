"""Where names begin and end in a parse: the model's names, cut and trimmed, and runs of capitalised proper nouns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from retrieval.extraction.entities.entity_typing import FACILITY_WORDS, ORGANIZATION_WORDS, PLACE_WORDS
from retrieval.extraction.entities.gazetteer import Gazetteer
from retrieval.extraction.entities.names import GIVEN_NAMES, PARTICLES, TITLES, WORDS

_NAME_LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "PRODUCT"})
_BREAKS = WORDS["break"]
_LEFT_JUNK = WORDS["determiner"]
_WEEKDAYS = WORDS["weekday"]
_HONORIFICS = WORDS["honorific"]
_PREFIXES = WORDS["prefix"]
_ROLE_ENDS = WORDS["role_end"]
_CAPTIONS = WORDS["caption"]
_SHORT_MONTHS = WORDS["short_month"]
_LEADS = WORDS["lead"]
_BRIDGES = WORDS["bridge"]
_ROLES = WORDS["role"] | WORDS["role_word"]
_PARTY_AND_STATE = re.compile(r"[DRI]-[A-Z][\w.]*")
_DATELINE = re.compile(
    r"(?P<city>[A-Z]{2}[A-Z.'-]*(?:[ -][A-Z][A-Z.'-]*){0,3})(?:, (?:[A-Z][\w.]+ ?){1,2})?"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?:, \d{4})?\s*(?:\([A-Z][\w. /-]{1,24}\)|[\u2013\u2014]|--|-\s)"
)
_NUMERALS = frozenset({"II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI"})
# Capitalised words that name nothing by themselves.
_NO_NAMES = WORDS["date"] | WORDS["no_name"]


def is_headline(doc: Doc) -> bool:
    """True for text in Title Case or in capitals, where a capital letter tells nothing."""
    words = [token for token in doc if token.is_alpha and len(token) > 3]
    if len(words) < 4 or doc[-1].text in {".", "!", '"'}:
        return False
    return sum(token.text[0].isupper() for token in words) >= 0.8 * len(words)


def is_shouted(doc: Doc) -> bool:
    """True for text in capitals."""
    letters = [c for c in doc.text if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.7 * len(letters)


def starts_upper(token: Token) -> bool:
    """True for a token that begins with a capital."""
    return token.text[0].isupper()


def is_sentence_start(token: Token) -> bool:
    """True where any word would have a capital."""
    if token.is_sent_start or token.i == 0:
        return True
    return token.nbor(-1).text in {'"', "'", ":", "(", "-", "--", "..."} or token.nbor(-1).is_space


def dateline_place(doc: Doc) -> tuple[int, int] | None:
    """The tokens of the place in capitals that a block opens with: "PARIS (Reuters) -", "BOISE, Idaho --"."""
    match = _DATELINE.match(doc.text)
    if match is None or is_shouted(doc):
        return None
    tokens = doc.char_span(match.start("city"), match.end("city"), alignment_mode="contract")
    return (tokens.start, tokens.end) if tokens is not None and len(tokens) else None


def model_names(doc: Doc, gazetteer: Gazetteer) -> Iterator[tuple[int, int, str]]:
    """What the model names, cut and trimmed: first token, token after the last, label ("" where a cut lost it)."""
    for entity in doc.ents:
        if entity.label_ not in _NAME_LABELS and not _is_odd_person(entity):
            continue
        for piece_start, piece_end, given in _pieces(doc, entity):
            start, end, label = piece_start, piece_end, given
            if (
                label == "ORG"
                and start + 2 < end
                and is_sentence_start(doc[start])
                and doc[start].tag_ == "NNS"
                and doc[start + 1].lower_ == "of"
            ):
                start += 2  # "Fighters of X"
            for position in range(start, end - 2):  # "Homicide Detective Jane Doe"
                word = doc[position]
                leads_in = word.lower_.rstrip(".") in TITLES or (
                    word.text.isupper() and len(word) in {2, 3} and word.is_alpha
                )
                if leads_in and doc[position + 1].text in GIVEN_NAMES:
                    start, label = position + 1, "PERSON"
            leads = doc[start].lower_.rstrip(".") in _LEADS and 1 < end - start < 4 and label in {"ORG", "GPE"}
            if leads and doc[end - 1].lower_ not in ORGANIZATION_WORDS | FACILITY_WORDS | PLACE_WORDS:
                label = "PERSON"
            if doc[start].lower_.rstrip(".") in _HONORIFICS or (start and doc[start - 1].lower_.rstrip(".") in _HONORIFICS):
                label = "PERSON"
            if label == "PERSON":
                end = _extend(doc, end)
            cut = _trim_demonyms(doc, gazetteer, *trim(doc, start, end, is_person=label == "PERSON"), label=label)
            if cut[0] < cut[1] and _is_name(doc, *cut):
                yield (*cut, label)


def name_runs(doc: Doc, taken: list[bool]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised proper nouns that nothing else has taken."""
    position = 0
    while position < len(doc):
        token = doc[position]
        if taken[position] or token.pos_ != "PROPN" or not starts_upper(token) or not token.text[0].isalpha():
            position += 1
            continue
        end = position + 1
        while end < len(doc) and not taken[end]:
            following = doc[end]
            joins = following.pos_ == "PROPN" and starts_upper(following)
            bridge = following.lower_ in PARTICLES or following.text == "-"
            if not joins and not (
                bridge
                and end + 1 < len(doc)
                and doc[end + 1].pos_ == "PROPN"
                and starts_upper(doc[end + 1])
                and not taken[end + 1]
            ):
                break
            end += 1
        start, stop = trim(doc, position, end, is_person=True)
        if start < stop and _is_name(doc, start, stop):
            yield start, stop
        position = end


def _is_odd_person(entity: TokenSpan) -> bool:
    return entity.label_ == "WORK_OF_ART" and len(entity) == 2 and all(t.pos_ == "PROPN" for t in entity)


def _trim_demonyms(doc: Doc, gazetteer: Gazetteer, start: int, end: int, *, label: str) -> tuple[int, int]:
    if label != "PERSON":
        return start, end
    while end - start > 1 and gazetteer.demonym(doc[start].text):
        start, end = trim(doc, start + 1, end, is_person=True)
    return start, end


def trim(doc: Doc, start: int, end: int, *, is_person: bool) -> tuple[int, int]:
    """The tokens of a name without articles, possessives, quotes and titles; empty where nothing is left."""
    while start < end:
        token = doc[start]
        if token.lower_ in _PREFIXES and start + 2 < end and doc[start + 1].text == "-":
            start += 2
            continue
        word = token.lower_.rstrip(".")
        is_title = is_person and word in TITLES and end - start > 1
        if (
            is_title
            or word in _LEFT_JUNK
            or token.is_punct
            or token.is_space
            or token.text in {"'s", "$", "#", "@"}
            or (not any(c.isupper() for c in token.text) and not (word in PARTICLES and is_person and end - start > 1))
        ):
            start += 1
        else:
            break
    while end > start:
        token = doc[end - 1]
        if end - start > 2 and doc[end - 2].text == "-" and not doc[end - 2].whitespace_ and token.is_alpha:
            break  # "Kim Jong-un"
        if (
            (not is_person and end - start > 1 and token.lower_ in _ROLE_ENDS)
            or (token.lower_ in _CAPTIONS and end - start > 1 and end < len(doc) and doc[end].text == ":")
            or token.text in {"'s", "'", "’s", "’"}
            or token.is_space
            or (token.is_punct and token.text != ")")
            or (token.text == ")" and "(" not in doc[start:end].text)
            or not any(c.isupper() or c.isdigit() for c in token.text)
        ):
            end -= 1
        else:
            break
    return start, end


def _pieces(doc: Doc, entity: TokenSpan) -> Iterator[tuple[int, int, str]]:
    """A name of the model, cut where it runs on: the first piece keeps the label."""
    is_person = entity.label_ == "PERSON"
    start, label = entity.start, entity.label_
    for token in entity:
        spaced_dash = token.text == "-" and bool(token.whitespace_) and token.i > 0 and bool(doc[token.i - 1].whitespace_)
        named_before = token.lower_ in {"for", "of"} and doc[start].text in GIVEN_NAMES and token.i - start > 1
        breaks = (
            spaced_dash
            or named_before
            or token.lower_ in _BREAKS
            or token.text in {"(", ")", '"', ";", ":", "|", "/"}
            or token.is_space
        )
        if is_person and not breaks:
            is_suffix = token.i + 1 < entity.end and doc[token.i + 1].lower_.rstrip(".") in {"jr", "sr"}
            breaks = token.is_alpha and token.is_lower and token.lower_ not in PARTICLES and doc[token.i - 1].text != "-"
            breaks = breaks or (token.text == "," and not is_suffix) or token.is_digit
        if not is_person and not breaks:
            is_long = doc[start].lower_ in ORGANIZATION_WORDS  # "Bureau of Alcohol, Tobacco and Firearms"
            breaks = token.text == "," and not is_long and not _is_corporate(doc, token.i + 1)
            breaks = breaks or (token.lower_ == "and" and "," in doc[entity.start : token.i].text)
        if breaks and token.i > start:
            yield start, token.i, label
            label = label if is_person or token.text == "," or token.lower_ == "and" else ""
        if breaks:
            start = token.i + 1
    if start < entity.end:
        yield start, entity.end, label


def _is_corporate(doc: Doc, position: int) -> bool:
    return position < len(doc) and doc[position].lower_.rstrip(".") in {"inc", "ltd", "llc", "plc", "corp", "co"}


def _extend(doc: Doc, end: int) -> int:
    """The end of a person's name with what belongs to it: a surname after an initial, a numeral."""
    if end < len(doc) and (doc[end].text in _NUMERALS):
        return end + 1
    is_initial = len(doc[end - 1].text) == 2 and doc[end - 1].text.endswith(".") and doc[end - 1].text[0].isupper()
    if is_initial and end < len(doc) and doc[end].pos_ == "PROPN" and starts_upper(doc[end]):
        return end + 1
    if doc[end - 1].lower_ in _BRIDGES and end < len(doc) and doc[end].pos_ == "PROPN" and starts_upper(doc[end]):
        return end + 1  # "Ursula von der" + "Leyen"
    ahead = end
    while ahead < len(doc) and doc[ahead].lower_ in _BRIDGES:
        ahead += 1
    if end < ahead < len(doc) and doc[ahead].pos_ == "PROPN" and starts_upper(doc[ahead]):
        return ahead + 1  # "Ludwig" + "van der Berg"
    return end


def _is_name(doc: Doc, start: int, end: int) -> bool:
    tokens = [token for token in doc[start:end] if not token.is_punct]
    if not tokens or any(
        token.like_url or token.like_email or token.text.startswith(("#", "@", "http")) for token in tokens
    ):
        return False
    if any(token.lower_ in _WEEKDAYS for token in tokens) or _PARTY_AND_STATE.fullmatch(doc[start:end].text):
        return False
    if not any(c.isalpha() for token in tokens for c in token.text) or "\n" in doc[start:end].text:
        return False
    if all(token.lower_.rstrip(".") in _NO_NAMES or token.lower_ in STOP_WORDS or token.is_digit for token in tokens):
        return False
    if len(tokens) > 1:
        is_initials = all(len(token.text.rstrip(".")) < 2 for token in tokens)
        return not is_initials and tokens[-1].lower_.rstrip(".") not in _SHORT_MONTHS
    token = tokens[0]
    if token.lower_ in _ROLES and any(
        doc[near].lower_.rstrip(".") in TITLES and starts_upper(doc[near])
        for near in (start - 1, end)
        if 0 <= near < len(doc)
    ):
        return False  # "Chief Executive Jane Doe"
    if token.lower_.rstrip(".") in TITLES or len(token.text) < 2 or not any(c.isupper() for c in token.text):
        return False
    return not (is_sentence_start(token) and token.pos_ not in {"PROPN", "NOUN", "X", "ADJ"} and not token.text.isupper())
