"""What kind of thing a name is, by its own words and by the words around it.

The small model finds most names but often gives them the wrong type. Each cue adds to the score of a type; the scores
of all places where an article writes the same name are added up before one type is chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from spacy.tokens import Span as TokenSpan
from spacy.tokens import Token

from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.extraction.entities.names import GIVEN_NAMES, TITLES, WORDS
from retrieval.extraction.language.parsing import common_nouns
from retrieval.models import EntityType

Scores = defaultdict[EntityType, float]
_PERSON, _ORG, _PLACE, _FACILITY = EntityType.PERSON, EntityType.ORGANIZATION, EntityType.PLACE, EntityType.FACILITY


ORGANIZATION_WORDS = WORDS["organization"]
FACILITY_WORDS = WORDS["facility"]
PLACE_WORDS = WORDS["place"]
GENERIC_WORDS = ORGANIZATION_WORDS | FACILITY_WORDS | PLACE_WORDS
_OTHER_WORDS = WORDS["other"]
_PERSON_VERBS = WORDS["person_verb"]
_HUMAN_VERBS = WORDS["human_verb"]
_SPEECH_VERBS = WORDS["speech_verb"]
_REPORTING_VERBS = _SPEECH_VERBS | {"report", "reveal", "announce"}
_PERSON_NOUNS = WORDS["person_possession"]
_PERSON_ROLES = WORDS["person_role"]
_ORG_ROLES = WORDS["organization_role"]
_PLACE_ROLES = WORDS["place_role"]
_ORG_VERBS = WORDS["organization_verb"]
_ORG_NOUNS = WORDS["organization_possession"]
_ORG_LEADERS = WORDS["organization_leader"]
_ORG_FOLLOWERS = WORDS["organization_follower"]
_PLACE_OFFICES = WORDS["place_office"]
_PLACE_FOLLOWERS = WORDS["place_follower"]
_IN_PREPOSITIONS = WORDS["in_preposition"]
_TO_PREPOSITIONS = WORDS["to_preposition"]
_AGENT_PREPOSITIONS = WORDS["agent_preposition"]
_MODEL = {
    "PERSON": (_PERSON, 1.1),
    "ORG": (_ORG, 0.8),
    "GPE": (_PLACE, 1.0),
    "LOC": (_PLACE, 1.0),
    "FAC": (_FACILITY, 1.2),
    "DATELINE": (_PLACE, 5.0),
}


def _begins_with_place(span: TokenSpan) -> bool:
    match = next(load_gazetteer().find(span.text), None)
    return (
        match is not None
        and match.is_sure
        and match.span.start == 0
        and match.entry.type is _PLACE
        and match.span.end < len(span.text)
    )


def _own_words(span: TokenSpan, scores: Scores) -> None:
    words = [token.text for token in span if token.text[0].isalnum()]
    if not words:
        return
    first, last = words[0], words[-1].casefold()
    if len(words) > 1:
        heads = {last}
        lowered = [word.casefold() for word in words]
        for joint in ("of", "for"):  # "University of X", "Center for Y"
            if joint in lowered[1:]:
                heads = {lowered[lowered.index(joint, 1) - 1]}
        if last in _OTHER_WORDS or lowered[0] in {"operation", "hurricane", "cyclone", "typhoon"}:
            scores[EntityType.OTHER] += 4
        elif heads & ORGANIZATION_WORDS:
            scores[_ORG] += 3
        elif heads & FACILITY_WORDS:
            scores[_FACILITY] += 3
        elif heads & PLACE_WORDS or lowered[0] in {"mount", "lake", "fort", "cape", "port", "isle", "strait", "gulf"}:
            scores[_PLACE] += 3
        elif first in GIVEN_NAMES and len(words) <= 4 and words[-1][0].isupper():
            scores[_PERSON] += 2
        elif _begins_with_place(span):  # "Seattle Seahawks"
            scores[_PERSON] -= 1.5
            scores[_ORG] += 0.7
        if first not in GIVEN_NAMES and last in common_nouns():
            scores[_PERSON] -= 0.6
            if all(word in common_nouns() for word in lowered):  # "Art Gallery", "National Security"
                scores[_PERSON] -= 1
        if lowered[0] in {"space", "ss", "uss", "hms", "mv", "apollo"}:
            scores[EntityType.OTHER] += 4
    elif first in GIVEN_NAMES:
        scores[_PERSON] += 1
    elif last in common_nouns() and (span[0].is_sent_start or span.start == 0):
        scores[_PERSON] -= 0.6
    if len(words) == 1:
        letters = first.replace(".", "")
        if letters.isupper() and 2 <= len(letters) <= 6:
            scores[_ORG] += 1.2
            scores[_PERSON] -= 1
        elif any(c.isupper() for c in first[2:]) and not first.startswith(
            ("Mc", "Mac", "O'", "De", "Di", "Le", "La", "Fitz", "Van")
        ):
            scores[_ORG] += 1
            scores[_PERSON] -= 0.5
    if "&" in words:
        scores[_ORG] += 1


def _before(span: TokenSpan, scores: Scores) -> None:
    if span.start == 0:
        return
    previous = span.doc[span.start - 1]
    word = previous.lower_.rstrip(".")
    if word in TITLES:
        scores[_PERSON] += 2
    elif word == "to" and span.start > 1 and span.doc[span.start - 2].lower_ == "according":
        scores[_PERSON] += 0.4
        scores[_ORG] += 0.4
    elif word in _IN_PREPOSITIONS:
        scores[_PLACE] += 1.4 if len(span) < 4 else 0.7
    elif word in _TO_PREPOSITIONS:
        scores[_PLACE] += 0.4
    elif word in _AGENT_PREPOSITIONS:
        scores[_PERSON] += 0.2
    elif word in _ORG_ROLES:
        scores[_ORG] += 1.2
    elif word == "the":
        scores[_PERSON] -= 1.2
        if span.start > 2 and span.doc[span.start - 3 : span.start - 1].text.lower() == "according to":
            scores[_ORG] += 1
    elif word == '"' and _is_quoted(span):
        for kind in (_PERSON, _ORG, _PLACE):
            scores[kind] -= 0.8
    if word == "of" and span.start > 1 and span.doc[span.start - 2].lower_ in _PLACE_ROLES | _PLACE_OFFICES:
        scores[_PLACE] += 2
    elif word in _PLACE_ROLES:
        scores[_PLACE] += 1


def _is_quoted(span: TokenSpan) -> bool:
    following = span.doc[span.end : span.end + 2].text
    return following.startswith('"') or (following[:1] in {",", ".", "?", "!"} and following[1:].lstrip().startswith('"'))


def _after(span: TokenSpan, scores: Scores) -> None:
    doc = span.doc
    following = doc[span.end : span.end + 3]
    if not following:
        return
    word = following[0].lower_
    # One word that begins a sentence may be any: "Sporting director Jane Doe".
    if _leads(span, following) and (len(span) > 1 or span[0].ent_type_ or not span[0].is_sent_start):
        scores[_ORG] += 2
        scores[_PERSON] -= 2
    if word in {"'s", "'"} and len(following) > 1 and following[1].lower_ in _PERSON_NOUNS:
        scores[_PERSON] += 1
    elif word in {"'s", "'"} and len(following) > 1 and following[1].lower_ in _ORG_NOUNS:
        scores[_ORG] += 0.6
    elif word in _ORG_FOLLOWERS:
        scores[_ORG] += 1
    elif word in _PLACE_FOLLOWERS:
        scores[_PLACE] += 0.8
        if word in PLACE_WORDS and span.start and doc[span.start - 1].lower_ == "the":  # "the Kosi river"
            scores[_PLACE] += 1
    elif word in _PERSON_ROLES or word in _PERSON_NOUNS:
        scores[_PERSON] -= 0.3
    if word == "who" or (word == "," and len(following) > 1 and following[1].lower_ == "who"):
        scores[_PERSON] += 1.5
    if (
        word == ","
        and len(following) > 2
        and following[1].text.isdigit()
        and len(following[1]) < 3
        and following[2].text in {",", ".", ";"}
    ):
        scores[_PERSON] += 2.5
    if word == "," and len(following) > 1 and following[1].ent_type_ == "GPE" and len(span) < 3 and scores[_PERSON] < 2:
        scores[_PLACE] += 1


def _leads(span: TokenSpan, following: TokenSpan) -> bool:
    """True in "Acme boss Jane Doe": whoever has a boss is no person; a place has none either."""
    if len(following) < 2 or following[0].lower_ not in _ORG_LEADERS or following[0].text[0].isupper():
        return False
    person = following[1]
    return person.pos_ == "PROPN" and (person.text in GIVEN_NAMES or person.ent_type_ == "PERSON") and span[-1].text != ","


def _syntax(span: TokenSpan, scores: Scores) -> None:
    root: Token = span.root
    head = root.head
    if root.dep_ in {"nsubj", "nsubjpass"} and head.pos_ in {"VERB", "AUX"}:
        if head.lemma_ in _HUMAN_VERBS:
            scores[_PERSON] += 1.2
        elif head.lemma_ in _PERSON_VERBS:
            scores[_PERSON] += 0.8
            if head.lemma_ in _SPEECH_VERBS and head.i < root.i:  # "..., says X"
                scores[_PERSON] += 0.5
        elif len(span) == 1:
            scores[_PERSON] += 0.3
        if head.lemma_ in _ORG_VERBS:
            scores[_ORG] += 0.3
        if head.lemma_ in _REPORTING_VERBS and span.start and span.doc[span.start - 1].lower_ == "the":
            scores[_ORG] += 1.2  # "The Evening Mirror reported"
    related = [child for child in root.children if child.dep_ == "appos"]
    if root.dep_ == "appos":
        related.append(head)
    for noun in related:
        _add_role(noun.lemma_.casefold(), scores)
    if root.dep_ == "attr" or (root.dep_ == "nsubj" and head.lemma_ == "be"):
        for child in head.children:
            if child.dep_ == "attr" and child.i != root.i:
                _add_role(child.lemma_.casefold(), scores)
    if root.dep_ == "conj" and head.ent_type_ in _MODEL:
        kind, _ = _MODEL[head.ent_type_]
        scores[kind] += 0.4


def _add_role(word: str, scores: Scores) -> None:
    if word in _PERSON_ROLES:
        scores[_PERSON] += 1.5
    elif word in _ORG_ROLES:
        scores[_ORG] += 1.5
    elif word in _PLACE_ROLES:
        scores[_PLACE] += 1.5


def type_scores(span: TokenSpan, *, label: str = "") -> Scores:
    """How much speaks for each type at this place; ``label`` is the model's own opinion, where it has one."""
    scores: Scores = defaultdict(float)
    if label in _MODEL:
        kind, weight = _MODEL[label]
        scores[kind] += weight + (0.5 if len(span) > 1 else 0)
    _own_words(span, scores)
    _before(span, scores)
    _after(span, scores)
    _syntax(span, scores)
    return scores


def best_type(scores: Iterable[Scores]) -> tuple[EntityType, float]:
    """The type with the greatest sum, and that sum as a mean over the places."""
    total: Scores = defaultdict(float)
    count = 0
    for one in scores:
        for kind, value in one.items():
            total[kind] += value
        count += 1
    kind, value = max(total.items(), key=lambda item: item[1], default=(EntityType.OTHER, 0.0))
    return kind, value / max(count, 1)
