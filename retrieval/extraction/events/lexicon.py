"""Which words can tell of an event, and of which PLOVER type.

The types and modes are those of the PLOVER ontology (Open Event Data Alliance, manual draft 0.8, 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from spacy.tokens import Token

from retrieval.extraction.language.noun_phrases import object_of, subject_of
from retrieval.models import EventType
from retrieval.text.word_sets import load_words

_PRONOUN_CLASSES = {"persons": frozenset(["he", "she", "him", "her", "they", "them", "who", "whom", "we", "us", "i", "me"])}
_ENTITY_CLASSES = {
    "PERSON": "persons",
    "NORP": "persons",
    "GPE": "places",
    "LOC": "places",
    "FAC": "places",
    "ORG": "organisations",
}
_MODIFIERS = frozenset({"compound", "amod", "nmod"})
# What a strike, attack, raid ... is made with, by the modifier that says so.
_MEANS = {
    "air": "aerial",
    "aerial": "aerial",
    "airstrike": "aerial",
    "drone": "drone",
    "missile": "heavy-weapons",
    "rocket": "heavy-weapons",
    "mortar": "heavy-weapons",
    "artillery": "heavy-weapons",
    "suicide": "suicide-attack",
    "bomb": "explosives",
    "car": "explosives",
    "roadside": "explosives",
    "grenade": "explosives",
    "arson": "seize",
    "knife": "beat",
    "gun": "firearms",
    "chemical": "unconventional",
    "terror": "raid",
    "terrorist": "raid",
    "military": "raid",
    "precision": "aerial",
    "retaliatory": "raid",
}
_LABOUR = frozenset(
    [
        "general",
        "hunger",
        "labour",
        "labor",
        "rail",
        "train",
        "bus",
        "transport",
        "tube",
        "pilot",
        "nationwide",
        "hour",
        "day",
        "union",
        "worker",
    ]
)
# Noun triggers that need one of these prepositions, since alone they are as often a topic, a thing or a state.
_NEEDS = {
    "call": {"for"},
    "appeal": {"for", "to"},
    "request": {"for", "to"},
    "demand": {"for", "that"},
    "release": {"of"},
    "ban": {"on"},
    "freeze": {"on", "of"},
    "halt": {"to", "of", "in"},
    "pause": {"in", "of"},
    "suspension": {"of"},
    "cancellation": {"of"},
    "discontinuation": {"of"},
    "execution": {"of"},
    "seizure": {"of"},
    "retreat": {"from", "of"},
    "shooting": {"of", "in", "at", "by"},
    "torture": {"of", "by"},
    "cooperation": {"between"},
    "collaboration": {"between"},
    "mediation": {"between", "by"},
    "fighting": {"between", "with", "in", "near"},
    "meeting": {"with", "between"},
    "talks": {"with", "between"},
    "talk": {"with", "between"},
    "negotiation": {"with", "between"},
    "summit": {"with", "between"},
    "visit": {"to", "by"},
    "investigation": {"into", "of"},
    "probe": {"into"},
    "inquiry": {"into"},
    "threat": {"to", "of", "against"},
    "crackdown": {"on"},
    "siege": {"of"},
    "blockade": {"of"},
    "annexation": {"of"},
    "occupation": {"of"},
    "deployment": {"of"},
    "withdrawal": {"of", "from"},
    "detention": {"of"},
    "surrender": {"of"},
    "resignation": {"of"},
    "rally": {"against", "in", "for", "by"},
    "unrest": {"in"},
    "refusal": {"to"},
    "rejection": {"of"},
    "veto": {"of", "on"},
    "rape": {"of"},
    "imprisonment": {"of"},
    "criticism": {"of", "by", "from"},
    "demonstration": {"against", "in", "by", "for", "over", "at", "outside"},
}
_GENERIC = frozenset(["any", "such", "more", "most", "many", "every", "future", "possible", "potential", "further"])
_SPEECH_ACTS = frozenset({EventType.REQUEST, EventType.THREATEN, EventType.REJECT, EventType.ACCUSE})
_BOMB_NOUNS = frozenset({"explosion", "blast"})


@dataclass(frozen=True, slots=True)
class Sense:
    """One reading of a word: what it needs beside it, and the type and mode that it then has."""

    lemma: str
    needs: frozenset[str]
    objects: frozenset[str]
    subjects: frozenset[str]
    type: EventType
    mode: str | None
    is_aspect: bool = False


@lru_cache(maxsize=1)
def load_senses() -> dict[tuple[str, str], tuple[Sense, ...]]:
    """Senses by lemma and part of speech (``v`` or ``n``), the most specific first."""
    table = files("retrieval.extraction").joinpath("lexicons/event_triggers.tsv").read_text(encoding="utf-8")
    senses: dict[tuple[str, str], list[Sense]] = {}
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        lemma, pos, needs, objects, subjects, kind, mode = ("" if cell == "-" else cell for cell in line.split("\t"))
        is_aspect = kind == "ASPECT"
        sense = Sense(
            lemma,
            frozenset(filter(None, needs.split("|"))),
            frozenset(filter(None, objects.split("|"))),
            frozenset(filter(None, subjects.split("|"))),
            EventType.OTHER if is_aspect else EventType(kind),
            mode or None,
            is_aspect,
        )
        senses.setdefault((lemma, pos), []).append(sense)
    return {key: tuple(value) for key, value in senses.items()}


def aspect_object(verb: Token) -> Token | None:
    """The drones of "continued flying drones", which parsers read as flying drones that are continued."""
    if verb.tag_ != "VBG" or verb.dep_ != "amod" or verb.head.dep_ != "dobj":
        return None
    governor = verb.head.head
    is_next = governor.i == verb.i - 1 and governor.lemma_.lower() in load_words("aspect_verbs")
    return verb.head if is_next else None


def is_of_class(token: Token, classes: frozenset[str]) -> bool:
    """True when a noun (or a modifier of it, "*peace* mission") belongs to one of the named classes."""
    lemma = token.lemma_.lower()
    by_entity = _ENTITY_CLASSES.get(token.ent_type_)
    if by_entity in classes or (by_entity == "places" and "organisations" in classes):
        return True
    words = {lemma, token.lower_}
    is_person = lemma in load_words("class_persons")
    if not is_person:
        carried = {c.lemma_.lower() for c in token.lefts if c.dep_ in _MODIFIERS}
        words |= carried if lemma in load_words("carrier_nouns") else set()
    for name in classes:
        if words & load_words("class_" + name) or token.lower_ in _PRONOUN_CLASSES.get(name, ()):
            return True
    if token.lower_ in {"they", "it", "them", "these", "those"}:
        return any(is_of_class(t, classes) for t in _named_before(token))
    if lemma in load_words("measure_nouns") or token.pos_ == "NUM":
        inner = next(
            (p for c in token.rights if c.dep_ == "prep" and c.lower_ == "of" for p in c.children if p.dep_ == "pobj"), None
        )
        return is_of_class(inner, classes) if inner is not None else token.pos_ == "NUM" and "persons" in classes
    return False


def _named_before(pronoun: Token) -> list[Token]:
    """What "they", "it" and "them" may point back to: the last argument nouns before, in the sentence or clause."""
    nouns = [
        t
        for t in pronoun.doc[pronoun.sent.start : pronoun.i]
        if t.pos_ == "NOUN" and t.dep_ in {"dobj", "nsubj", "nsubjpass"}
    ]
    return nouns[-2:]


def verb_sense(verb: Token) -> Sense | None:
    """The first sense of a verb whose needs are met."""
    senses = load_senses().get((verb.lemma_.lower(), "v"))
    if senses is None:
        return None
    for sense in senses:
        beside = _beside(verb, sense.needs)
        if sense.needs and beside is None:
            continue
        if sense.objects:
            noun = _complement(beside) if beside is not None and beside.dep_ != "prt" else None
            noun = noun or object_of(verb) or aspect_object(verb)
            if noun is None or not is_of_class(noun, sense.objects):
                continue
        if sense.subjects:
            subject = subject_of(verb)
            if subject is None or not is_of_class(subject, sense.subjects):
                continue
        return _of_aspect(verb, sense) if sense.is_aspect else sense
    return None


def noun_sense(noun: Token) -> Sense | None:
    """The sense of a noun that tells of an event; None for topics, things and modifiers."""
    senses = load_senses().get((noun.lemma_.lower(), "n")) or load_senses().get((noun.lower_, "n"))
    if senses is None or noun.pos_ != "NOUN" or noun.dep_ in _MODIFIERS:
        return None
    sense = senses[0]
    modifiers = {c.lemma_.lower() for c in noun.lefts if c.dep_ in _MODIFIERS}
    if sense.lemma == "strike":
        return _strike(noun, sense, modifiers)
    if sense.lemma in _BOMB_NOUNS and not modifiers & load_words("class_bombs"):
        return None
    if "cyber" in modifiers or "heart" in modifiers or "panic" in modifiers:
        return None
    if sense.type is EventType.ASSAULT:
        mode = next((_MEANS[m] for m in sorted(modifiers) if m in _MEANS), sense.mode)
        sense = _with_mode(sense, mode)
    return sense


def needs_met(noun: Token) -> bool:
    """True when a noun trigger has the complement that makes it a happening, not a topic."""
    if any(c.lower_ in _GENERIC for c in noun.lefts) or _is_charge(noun):
        return False
    needs = _NEEDS.get(noun.lemma_.lower()) or _NEEDS.get(noun.lower_)
    if needs is None:
        return True
    if any(c.dep_ == "poss" for c in noun.lefts) and noun.lemma_ not in {"call", "release", "talk", "cooperation"}:
        return True
    beside = {c.lower_ for c in noun.rights if c.dep_ in {"prep", "agent"}}
    beside |= {c.lower_ for r in noun.rights if r.dep_ in {"acl", "relcl", "advcl"} for c in r.lefts}
    return bool(beside & needs)


def _is_charge(noun: Token) -> bool:
    """True for the murder of "charged with murder", "a conviction for assault"."""
    if noun.dep_ != "pobj" or any(c.dep_ == "poss" for c in noun.lefts):
        return False
    return noun.head.head.lemma_.lower() in load_words("charging_words")


def _strike(noun: Token, sense: Sense, modifiers: set[str]) -> Sense | None:
    if modifiers & _LABOUR:
        return _with_mode(sense, "hunger" if "hunger" in modifiers else "boycott", EventType.PROTEST)
    for modifier in ("drone", "air", "missile", "rocket", "artillery", "precision", "military", "retaliatory"):
        if modifier in modifiers:
            return _with_mode(sense, _MEANS[modifier])
    if any(c.dep_ == "prep" and c.lower_ in {"on", "against", "at"} for c in noun.rights):
        return _with_mode(sense, "aerial")
    # "these strikes": whatever strikes were told of before; merging finds them.
    return sense if any(c.lower_ in {"the", "these", "those", "this", "that"} for c in noun.lefts) else None


def _resumed(kind: EventType, mode: str | None = None) -> Sense:
    return Sense("resume", frozenset(), frozenset(), frozenset(), kind, mode)


def _with_mode(sense: Sense, mode: str | None, kind: EventType | None = None) -> Sense:
    return Sense(sense.lemma, sense.needs, sense.objects, sense.subjects, kind or sense.type, mode)


def _beside(verb: Token, needs: frozenset[str]) -> Token | None:
    for child in verb.children:
        if "to_inf" in needs and child.dep_ in {"xcomp", "ccomp", "advcl"} and _is_near_infinitive(child, verb):
            return child
        if "that" in needs and child.dep_ == "ccomp" and child.i > verb.i:
            return child
        if "should" in needs and child.dep_ == "ccomp" and child.i > verb.i and _is_wanted(child):
            return child
        if child.dep_ in {"prt", "prep", "advmod", "dative"} and child.lower_ in needs:
            noun = _complement(child)
            if noun is None or noun.ent_type_ not in {"DATE", "TIME"}:
                return child
        if child.dep_ == "agent" and "by" in needs:
            return child
    if "out_of" in needs:
        return next((c for c in verb.children if c.lower_ == "out"), None)
    return None


def _is_near_infinitive(infinitive: Token, verb: Token) -> bool:
    """True for "asked them to go", not for a purpose behind a comma or for "called him to say"."""
    if infinitive.tag_ != "VB" or not any(c.lower_ == "to" and c.dep_ == "aux" for c in infinitive.children):
        return False
    if infinitive.dep_ == "advcl" and verb.lemma_.lower() not in {"ask", "order", "urge"}:
        return False
    return infinitive.i > verb.i and not any(t.text in {",", '"', ":"} for t in infinitive.doc[verb.i : infinitive.i])


def _is_wanted(clause: Token) -> bool:
    """True for a clause that says what ought to be ("insisted that he resign", "... must go")."""
    auxiliaries = {c.lower_ for c in clause.children if c.dep_ == "aux"}
    return bool(auxiliaries & {"must", "should"}) or (clause.tag_ == "VB" and not auxiliaries)


def _complement(preposition: Token) -> Token | None:
    return next((c for c in preposition.children if c.dep_ == "pobj"), None)


def _of_aspect(verb: Token, sense: Sense) -> Sense | None:
    """The type that "resume", "launch", "hold" ... take from what is resumed, launched, held."""
    thing = object_of(verb) or (subject_of(verb) if sense.mode == "resume" else None)
    if thing is None or any(c.dep_ == "xcomp" for c in verb.children):
        return None
    if sense.mode == "resume":
        return resumed_sense(thing)
    inner = noun_sense(thing)
    if (
        inner is None
        or inner.is_aspect
        or (inner.type in _SPEECH_ACTS and verb.lemma_.lower() not in {"make", "launch", "renew"})
    ):
        return None
    return _with_mode(inner, inner.mode)


def resumed_sense(thing: Token) -> Sense | None:
    """What it is to resume ``thing``: joint work is cooperation, talks are consultation, any deed is itself."""
    joint = any(c.lower_ in {"joint", "combined"} for c in thing.lefts)
    if joint or is_of_class(thing, frozenset({"cooperation", "operations", "exercises"})):
        return _resumed(EventType.COOPERATE)
    if is_of_class(thing, frozenset({"talks"})):
        return _resumed(EventType.CONSULT, "talks")
    if is_of_class(thing, frozenset({"aid"})):
        return _resumed(EventType.AID)
    inner = noun_sense(thing)
    return None if inner is None or inner.is_aspect else _with_mode(inner, inner.mode)
