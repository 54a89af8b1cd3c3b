"""What the words above a trigger say about its factuality: denied, demanded, planned, feared, taken for granted ...

The trigger's governors are read upwards; the first one that the table ``lexicons/factuality.tsv`` has for the way in which
the trigger hangs on it decides. "as real as the word itself" hands the question on to that word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from spacy.tokens import Token

from retrieval.extraction.claims.cues import is_negated
from retrieval.extraction.language.noun_phrases import has_subject, is_finite, is_verb
from retrieval.models import EventStatus

THROUGH = "THROUGH"
_FUTURE = frozenset({"will", "'ll", "wo", "shall"})
_MODALS = frozenset({"could", "may", "might", "should", "must", "can", "ca"})
_HEARSAY = frozenset({"allegedly", "purportedly", "reportedly", "supposedly"})
_WRONGLY = frozenset({"erroneously", "falsely", "mistakenly", "unjustly", "wrongfully", "wrongly"})
_CONVICTING = frozenset({"accuse", "convict", "find", "imprison", "jail", "sentence"})
_NOBODY = frozenset({"neither", "nobody", "none", "nothing"})
_ANY = frozenset({"any", "every", "future"})
_CONDITIONS = frozenset({"if", "lest", "unless", "whether"})
_DISMISSING = frozenset({"deny", "dismiss", "refute", "reject"})
_CLEARING = frozenset({"overturn", "quash"})
_WISHING = frozenset({"demand", "insist", "propose", "recommend", "request", "urge"})
_REACH = 12


@lru_cache(maxsize=1)
def load_factuality() -> dict[tuple[str, str, str], str]:
    """The status, or `THROUGH`, that a word gives: by part of speech (v, n, a, p), lemma and slot."""
    table = files("retrieval.extraction").joinpath("lexicons/factuality.tsv").read_text(encoding="utf-8")
    found: dict[tuple[str, str, str], str] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            pos, slots, status, lemmas = line.split("\t")
            for lemma in lemmas.split():
                for slot in slots.split():
                    found.setdefault((pos, lemma, slot), status)
    return found


@dataclass(frozen=True, slots=True)
class Factuality:
    """The ``status`` that governors give, None for that of a plain report. ``is_presupposed`` where what holds the trigger
    is taken for granted, whatever is said of it.
    """

    status: EventStatus | None
    is_presupposed: bool = False


_PLAIN = Factuality(None)
_TAKEN_FOR_GRANTED = Factuality(None, is_presupposed=True)


def read_factuality(trigger: Token, *, is_told: bool) -> Factuality:
    """What stands around and above a trigger; ``is_told`` inside a claim, where "would" is a plan and no condition."""
    token = trigger
    for _ in range(_REACH):
        own = _own_status(token, is_told=is_told, is_trigger=token is trigger)
        if own is not None:
            return Factuality(own)
        head = _shared_head(token)
        if head is None:
            return _PLAIN
        slot, governor = head
        status = _status_from(slot, governor)
        if status is None:
            if governor.pos_ in {"NOUN", "PROPN"} and slot not in {"clause", "relative"}:
                return _TAKEN_FOR_GRANTED
            return _PLAIN
        if status != THROUGH:
            return _composed(EventStatus(status), governor)
        token = governor
    return _PLAIN


def _composed(status: EventStatus, governor: Token) -> Factuality:
    """The status that a governor gives, with what stands by the governor itself."""
    if status is EventStatus.ACTUAL:
        return _TAKEN_FOR_GRANTED
    if is_verb(governor) and is_negated(governor) and status in {EventStatus.PLANNED, EventStatus.REQUESTED}:
        return Factuality(EventStatus.NEGATED)
    is_object = governor.pos_ == "NOUN" and governor.dep_ in {"dobj", "nsubjpass"}
    if status is EventStatus.ALLEGED and is_object and governor.head.lemma_.lower() in _DISMISSING:
        return Factuality(EventStatus.DENIED)
    return Factuality(status)


def _shared_head(token: Token) -> tuple[str, Token] | None:
    """The slot and the governor that a token hangs on, also where it shares them with what it is joined to by "and"."""
    for _ in range(_REACH):
        if token.dep_ != "conj" or token.head == token:
            break
        if is_verb(token) and ((is_finite(token) and token.head.tag_ == "VB") or has_subject(token)):
            return None
        if is_verb(token) and not is_verb(token.head):
            return None
        token = token.head
    if token.head == token:
        return None
    head = token.head
    if token.dep_ in {"pobj", "pcomp"} and head.dep_ in {"prep", "agent", "prt", "advmod", "mark", "dative"}:
        preposition = head
        if preposition.head == preposition:
            return None
        if preposition.lower_ == "of" and preposition.head.lower_ == "short":  # "stopped short of"
            return "from", preposition.head.head
        governor = preposition.head
        if governor.dep_ == "prep" and governor.pos_ in {"ADP", "SCONJ", "ADV"} and governor.lower_ != "in":
            return "prepositions", governor
        return preposition.lower_, governor
    if token.dep_ in {"dobj", "nsubjpass"}:
        return "obj", head
    if token.dep_ in {"nsubj", "attr"}:
        is_small_clause = token.dep_ == "nsubj" and head.dep_ == "ccomp" and not is_verb(head)
        return ("subj", head.head if is_small_clause else head)
    if is_verb(token) and token.dep_ in {"xcomp", "ccomp", "advcl", "acl", "relcl", "csubj", "acomp"}:
        return _clause_slot(token), head
    return None


def _clause_slot(verb: Token) -> str:
    auxiliaries = {c.lower_ for c in verb.children if c.dep_ == "aux"}
    if verb.dep_ == "relcl":
        return "relative"
    if "to" in auxiliaries and verb.tag_ in {"VB", "VBN"}:
        return "purpose" if verb.dep_ == "advcl" else "inf"
    if verb.dep_ == "advcl":
        return "adverbial"
    if verb.tag_ == "VBG" and not auxiliaries - {"have", "having"}:
        return "ger" if verb.dep_ != "acl" else "participle"
    if verb.dep_ == "acl" and not is_finite(verb):
        return "participle"
    is_bare = verb.tag_ == "VB" or any(c.dep_ == "auxpass" and c.tag_ == "VB" for c in verb.children)
    # "insisted that the rebels withdraw": the subjunctive of a plural looks like a present
    is_bare = is_bare or (verb.tag_ == "VBP" and verb.head.lemma_.lower() in _WISHING and verb.head.tag_ == "VBD")
    if (is_bare and not auxiliaries) or "must" in auxiliaries or "should" in auxiliaries:
        return "wish"
    if verb.dep_ in {"xcomp", "ccomp"} and verb.tag_ == "VBN" and not auxiliaries and not _has_passive_auxiliary(verb):
        return "small"  # "want the minister arrested"
    return "clause"


def _has_passive_auxiliary(verb: Token) -> bool:
    return any(c.dep_ == "auxpass" for c in verb.children)


def _status_from(slot: str, governor: Token) -> str | None:
    table = load_factuality()
    if slot == "prepositions":
        return EventStatus.NEGATED if governor.lower_ in {"instead", "rather", "far"} else None
    if slot == "small":
        return table.get(("v", governor.lemma_.lower(), "obj"))
    if governor.pos_ in {"NOUN", "PROPN"}:
        return _status_from_noun(slot, governor)
    if governor.pos_ == "ADJ":
        return _status_from_adjective(slot, governor)
    if not is_verb(governor):
        return None
    lemma = governor.lemma_.lower()
    if lemma == "be" and slot == "inf":
        return EventStatus.PLANNED
    if slot in {"inf", "clause", "ger"} and lemma in {"be", "become", "look", "seem", "remain"}:
        adjective = next((c for c in governor.children if c.dep_ == "acomp"), None)
        if adjective is not None and (found := _status_from_adjective(slot, adjective)):
            return found
        if slot == "clause" and adjective is not None and is_negated(governor) and adjective.lemma_ in {"true", "correct"}:
            return EventStatus.NEGATED
    if slot == "subj" and lemma in {"be", "become", "look", "remain", "seem"}:
        told = next((c for c in governor.children if c.dep_ == "acomp"), None)
        if told is not None:
            return table.get(("a", told.lemma_.lower(), "subj"))
    if slot == "inf" and lemma == "go":
        return EventStatus.PLANNED if governor.tag_ == "VBG" else THROUGH
    if slot == "purpose":
        return EventStatus.PLANNED if lemma not in {"ask", "order", "urge", "call"} else EventStatus.REQUESTED
    particle = next((c.lower_ for c in governor.children if c.dep_ == "prt"), "")
    if slot in {"obj", "ger"} and (lemma, particle) in {("call", "off"), ("rule", "out"), ("put", "off")}:
        return EventStatus.PLANNED if lemma == "put" else EventStatus.NEGATED
    if slot in {"of", "to", "for"} and (found := _of_guilt(governor, lemma)):
        return found
    found = table.get(("v", lemma, slot))
    if found == EventStatus.PLANNED and slot == "inf" and lemma == "expect" and governor.tag_ not in {"VBN", "VBD"}:
        return found
    if lemma == "say" and slot == "wish":
        return None
    return found


def _of_guilt(governor: Token, lemma: str) -> str | None:
    """Acquitted, not guilty, wrongly convicted of: no more than an allegation."""
    words = {c.lower_ for c in governor.subtree if c.i < governor.i + 4}
    is_guilty = "guilty" in words
    if lemma == "plead" and is_guilty:
        return EventStatus.DENIED if "not" in words else None
    if lemma in _CONVICTING and words & _WRONGLY:
        return EventStatus.ALLEGED
    if lemma in {"find", "be"} and is_guilty and ("not" in words or is_negated(governor)):
        return EventStatus.ALLEGED
    return None


def _status_from_noun(slot: str, noun: Token) -> str | None:
    lemma = noun.lemma_.lower()
    is_denied_there = any(c.dep_ == "det" and c.lower_ == "no" for c in noun.children)
    if slot in {"clause", "of"} and is_denied_there and lemma in {"evidence", "indication", "proof", "sign"}:
        return EventStatus.ALLEGED
    if lemma == "conviction" and slot in {"for", "of"}:
        is_quashed = noun.dep_ in {"dobj", "nsubjpass"} and noun.head.lemma_.lower() in _CLEARING
        return EventStatus.ALLEGED if is_quashed else None
    return load_factuality().get(("n", lemma, slot))


def _status_from_adjective(slot: str, adjective: Token) -> str | None:
    lemma = adjective.lemma_.lower()
    if lemma == "guilty":
        is_cleared = any(c.dep_ == "neg" for c in adjective.children) or is_negated(adjective.head)
        is_pleaded = adjective.head.lemma_.lower() == "plead"
        if is_cleared:
            return EventStatus.DENIED if is_pleaded else EventStatus.ALLEGED
        return None
    return load_factuality().get(("a", lemma, slot))


def _own_status(token: Token, *, is_told: bool, is_trigger: bool) -> EventStatus | None:
    """What the words beside a verb or noun say of itself."""
    return (
        _own_status_of_verb(token, is_told=is_told) if is_verb(token) else _own_status_of_noun(token, is_trigger=is_trigger)
    )


def _own_status_of_verb(verb: Token, *, is_told: bool) -> EventStatus | None:
    if is_negated(verb) or _has_no_side(verb):
        is_focus = any(c.dep_ == "neg" and any(o.lower_ == "only" for o in verb.doc[c.i : c.i + 2]) for c in verb.children)
        if not is_focus:
            return EventStatus.NEGATED
    if verb.dep_ == "pcomp" and verb.head.lower_ in {"without", "instead"}:
        return EventStatus.NEGATED
    if verb.dep_ == "pcomp" and verb.head.lower_ == "from" and verb.head.head.lower_ == "far":
        return EventStatus.NEGATED
    if any(c.lower_ in _HEARSAY for c in verb.children):
        return EventStatus.ALLEGED
    if any(c.dep_ in {"mark", "advmod"} and c.lower_ in _CONDITIONS for c in verb.lefts):
        return EventStatus.HYPOTHETICAL
    first = next((c for c in verb.lefts if c.dep_ == "aux"), None)
    if first is not None and first.lower_ == "should" and verb.dep_ == "advcl":
        return EventStatus.HYPOTHETICAL  # "Should the parliament ..."
    auxiliaries = {c.lower_ for c in _auxiliaries(verb)}
    if auxiliaries & _FUTURE:
        return EventStatus.PLANNED
    if "would" in auxiliaries:
        is_past = "have" in auxiliaries
        return EventStatus.PLANNED if is_told and not is_past else EventStatus.HYPOTHETICAL
    if auxiliaries & _MODALS:
        return EventStatus.HYPOTHETICAL
    return None


def _auxiliaries(verb: Token) -> Iterator[Token]:
    """Of the verb, and of the one that it shares its auxiliaries with ("will meet and discuss")."""
    own = [c for c in verb.children if c.dep_ == "aux"]
    yield from own
    if (
        verb.dep_ == "conj"
        and not own
        and not has_subject(verb)
        and is_verb(verb.head)
        and verb.tag_ in {"VB", verb.head.tag_}
    ):
        yield from _auxiliaries(verb.head)


def _has_no_side(verb: Token) -> bool:
    """True for "no one was killed", "none of them", "killed nobody", "hardly anyone"."""
    for child in verb.children:
        if child.dep_ not in {"nsubj", "nsubjpass", "dobj", "expl"}:
            continue
        if child.dep_ == "dobj" and child.lower_ == "nothing":
            continue
        if child.lower_ in _NOBODY or (child.lower_ == "one" and _is_no(child)):
            return True
        if _is_no(child):
            return True
        # "hardly anyone", "not a single person", "neither driver"
        before = verb.doc[max(verb.sent.start, child.left_edge.i - 1) : child.i]
        if any(t.lower_ in {"hardly", "scarcely", "neither"} for t in before):
            return True
        if (
            child.dep_ != "dobj"
            and any(t.lower_ == "not" for t in before)
            and not any(t.lower_ in {"only", "all"} for t in before)
        ):
            return True
    return False


def _is_no(noun: Token) -> bool:
    return any(
        (c.dep_ in {"det", "neg", "advmod", "preconj"} and c.lower_ in {"no", "neither"}) for c in noun.lefts
    ) and not any(t.lower_ in {"fewer", "less", "more"} for t in noun.doc[noun.left_edge.i : noun.i])


def _own_status_of_noun(noun: Token, *, is_trigger: bool) -> EventStatus | None:
    if _is_no(noun):
        return EventStatus.NEGATED
    if noun.dep_ == "pobj" and noun.head.lower_ == "without":
        return EventStatus.NEGATED
    if not is_trigger:
        return None
    for child in noun.lefts:
        status = load_factuality().get(("a", child.lower_, "mod")) or load_factuality().get(
            ("a", child.lemma_.lower(), "mod")
        )
        if status is not None:
            return EventStatus(status)
        if child.dep_ == "det" and child.lower_ in _ANY:
            return (
                EventStatus.NEGATED if noun.dep_ == "pobj" and noun.head.lower_ == "without" else EventStatus.HYPOTHETICAL
            )
    verb = noun.head
    is_bare = not any(c.dep_ in {"det", "poss", "nummod"} for c in noun.lefts)
    is_subject = noun.dep_ in {"nsubj", "nsubjpass"} and is_bare and is_verb(verb)
    if is_subject and {c.lower_ for c in verb.children if c.dep_ == "aux"} & (_MODALS | {"would"}):
        return EventStatus.HYPOTHETICAL
    return None
