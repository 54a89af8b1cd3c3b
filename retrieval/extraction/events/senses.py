"""Whether a word of violence is meant as one: who attacks the budget, storms to the title or takes a beating hurts nobody.

Told apart by what actor and object are, by what else the sentence tells of, and by whether the article tells of violence at
all. What is told of a body or a thing that can be hit is violence; of plans, words, prices and matches it is a figure of
speech.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from retrieval.extraction.events.arguments import ORDINALS
from retrieval.extraction.events.lexicon import Sense, is_of_class
from retrieval.extraction.language.noun_phrases import agent_of, coordinated, is_passive, is_verb, object_of, subject_of
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import EventType
from retrieval.text.word_sets import load_words

_BODIES = frozenset({"persons", "troops", "police", "attackers", "crowds", "workers", "hostages", "refugees", "diplomats"})
_THINGS = frozenset(
    {"aircraft", "bombs", "computers", "gatherings", "places", "property", "roads", "ships", "targets", "weapons"}
)
_ATTACKERS = frozenset({"aircraft", "attackers", "bombs", "police", "protests", "troops", "weapons"})
_NAMED = frozenset({"FAC", "GPE", "LOC", "NORP", "ORG", "PERSON"})
_COMPLEMENTS = frozenset({"against", "at", "into", "of", "on", "upon"})
_REASONS = frozenset({"as", "for", "over"})
_SCORE = re.compile(r"\b\d{1,3}\s?[-–]\s?\d{1,3}\b")
# So many different words of violence make an article one that tells of it.
_VIOLENT_FROM = 3
_DONE_BY_SOMEBODY = frozenset(EventType) - {EventType.ASSAULT, EventType.COERCE, EventType.OTHER}
_AUTHORITY = frozenset({"attackers", "organisations", "places", "police", "troops"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What an article as a whole tells of."""

    is_violent: bool

    @classmethod
    def of(cls, parsed: Sequence[ParsedBlock]) -> Setting:
        """Read off all its blocks."""
        words = load_words("violence_words")
        found = {t.lemma_.lower() for block in parsed for t in block.doc if t.lemma_.lower() in words}
        return cls(len(found) >= _VIOLENT_FROM)


def is_meant(trigger: Token, sense: Sense, setting: Setting) -> bool:
    """False for a figure of speech, a match or a quarrel in words that has the form of an assault or of coercion."""
    if sense.type is EventType.ASSAULT:
        return _is_violence(trigger, sense, setting)
    if sense.type is EventType.COERCE:
        return _is_coercion(trigger, sense)
    if sense.type is EventType.PROTEST and _is_sport(trigger.sent):
        return False  # a player rallies, a coach demonstrates
    actor = _actor(trigger) if is_verb(trigger) else None
    if actor is None:
        return True
    if actor.lower_ == "you":
        return False
    if sense.lemma in load_words("family_resume"):
        return True
    return sense.type not in _DONE_BY_SOMEBODY or not _is_abstract(actor)  # growth calls for nothing


def _is_violence(trigger: Token, sense: Sense, setting: Setting) -> bool:
    lemma = sense.lemma
    if lemma in load_words("peace_words"):  # a ceasefire that is broken
        return True
    actor = _actor(trigger)
    if actor is not None and actor.lower_ == "you":
        return False  # a game, a recipe, a rule
    told = _words_of_violence(trigger)
    if actor is not None and (
        _is_abstract(actor) or (actor.lower_ in {"it", "this", "that"} and is_verb(trigger) and not told)
    ):
        return False
    sides = [actor] if actor is not None else list(_sides(trigger))
    is_by_force = any(
        is_of_class(side, _ATTACKERS) or side.lemma_.lower() in load_words("violence_words") for side in sides
    )
    objects = list(_objects(trigger))
    if objects and all(_is_abstract(thing) for thing in objects):
        return False
    if not is_verb(trigger) and {c.lower_ for c in trigger.lefts} & load_words("figurative_modifiers"):
        return False
    if not told and _is_fiction(trigger):
        return False
    is_hard = lemma in load_words("hard_violence")
    if not is_hard and not is_by_force and not told and _is_sport(trigger.sent):
        return False
    if is_hard:
        return True
    if lemma in {"attack", "hit", "strike", "target"} and is_verb(trigger) and not is_by_force and not told:
        if any(c.dep_ in {"prep", "mark"} and c.lower_ in _REASONS for c in trigger.rights):
            return False  # attacked the bank over its rates
        if any(thing.ent_type_ in {"ORG", "PERSON"} or is_of_class(thing, _BODIES) for thing in objects) and not _is_state(
            actor
        ):
            return is_passive(trigger)  # attacked in words, as far as is told
    if lemma in load_words("killing_verbs"):
        return _is_killing(trigger, actor, objects, told=told, is_violent=setting.is_violent)
    if is_by_force or told or (_is_state(actor) and any(_is_state(thing) for thing in objects)):
        return True
    if lemma in load_words("forceful_verbs") or (is_verb(trigger) and not objects):
        return False
    if not is_verb(trigger) and any(_is_suffered(trigger, thing) for thing in objects):
        return True
    is_thing = any(thing.ent_type_ == "" and is_of_class(thing, _THINGS) for thing in objects)
    return is_thing or (setting.is_violent and (bool(objects) or not is_verb(trigger))) or sense.mode in _TELLING_MODES


def _is_suffered(noun: Token, thing: Token) -> bool:
    """True for "the beating of a prisoner", where an "attack on" one may be one in words."""
    is_of = any(c.lower_ == "of" and thing in c.children for c in noun.rights)
    return is_of and is_of_class(thing, _BODIES)


def _sides(noun: Token) -> Iterator[Token]:
    """Police and miners, of clashes between them."""
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ in {"between", "with"}:
            yield from (t for c in child.children if c.dep_ == "pobj" for t in coordinated(c))


_TELLING_MODES = frozenset(
    {"aerial", "drone", "explosives", "firearms", "heavy-weapons", "suicide-attack", "unconventional"}
)


def _is_killing(trigger: Token, actor: Token | None, objects: Sequence[Token], *, told: bool, is_violent: bool) -> bool:
    """People killed or hurt, by somebody or in an attack."""
    if objects and all(is_of_class(thing, frozenset({"animals"})) for thing in objects):
        return False
    if (
        actor is None
        or actor in objects
        or actor.lower_ in ORDINALS
        or (actor.lemma_.lower() == "fire" and is_passive(trigger))
    ):
        return True
    return _is_somebody(actor) or is_of_class(actor, _ATTACKERS | {"attacks"}) or (told and is_violent)


def _is_coercion(trigger: Token, sense: Sense) -> bool:
    objects = list(_objects(trigger))
    actor = _actor(trigger)
    if actor is not None and actor.lower_ in {"you", "it", "that", "this", "which"} and is_verb(trigger):
        return False
    if actor is not None and sense.mode == "arrest" and is_verb(trigger) and _is_abstract(actor):
        return False
    if objects and all(_is_abstract(thing) for thing in objects) and sense.mode in {"arrest", "seize"}:
        return False
    if is_verb(trigger) and trigger.tag_ == "VBG" and trigger.dep_ in {"prep", "advcl"} and trigger.lower_ == "barring":
        return False
    if (
        _is_sport(trigger.sent)
        and not _words_of_violence(trigger)
        and not (actor is not None and is_of_class(actor, _ATTACKERS))
    ):
        return False
    if sense.lemma in {"hold", "capture", "seize", "take"} and is_verb(trigger) and sense.mode == "arrest":
        is_by_force = actor is not None and actor not in objects and is_of_class(actor, _AUTHORITY)
        words = {t.lemma_.lower() for t in trigger.sent} | {t.lower_ for t in trigger.sent}
        return is_by_force or bool(words & load_words("custody_words")) or sense.needs == frozenset({"into"})
    if sense.mode == "restrict" and actor is not None and is_verb(trigger) and not is_passive(trigger):
        return _is_somebody(actor)
    return True


def _is_fiction(trigger: Token) -> bool:
    """True where a book, a film or a game tells of it."""
    return any(t.dep_ in {"nsubj", "pobj"} and t.lemma_.lower() in load_words("fiction_words") for t in trigger.sent)


def _actor(trigger: Token) -> Token | None:
    if is_verb(trigger):
        return agent_of(trigger) if is_passive(trigger) else subject_of(trigger)
    for child in trigger.children:
        if child.dep_ == "poss":
            return child
        if child.dep_ in {"prep", "agent"} and child.lower_ == "by":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return next((c for c in trigger.lefts if c.dep_ in {"compound", "amod"} and is_of_class(c, _ATTACKERS)), None)


def _objects(trigger: Token) -> Iterator[Token]:
    thing = object_of(trigger) if is_verb(trigger) else None
    if thing is not None:
        yield from coordinated(thing)
        return
    for child in trigger.rights:
        if child.dep_ == "prep" and child.lower_ in _COMPLEMENTS:
            yield from (
                t for c in child.children if c.dep_ == "pobj" for t in coordinated(c) if t.ent_type_ not in {"DATE", "TIME"}
            )


def _is_state(noun: Token | None) -> bool:
    return noun is not None and noun.ent_type_ in {"GPE", "NORP"}


def _is_somebody(noun: Token) -> bool:
    if noun.ent_type_ in _NAMED or noun.pos_ in {"PRON", "NUM", "PROPN"}:
        return True
    return is_of_class(noun, _BODIES | {"organisations", "places"})


def _is_abstract(noun: Token) -> bool:
    """A common noun for nothing that can be hit or held: a plan, a word, a price."""
    if noun.pos_ != "NOUN" or noun.ent_type_ in _NAMED or noun.lower_ in load_words("measure_nouns"):
        return False
    lemma = noun.lemma_.lower()
    if lemma in load_words("abstract_nouns"):
        return True
    if is_of_class(noun, _BODIES | _THINGS | {"attacks", "organisations"}) or lemma in load_words("violence_words"):
        return False
    return lemma.endswith(("tion", "sion", "ment", "ness", "ity", "ism", "ance", "ence", "ship", "acy", "dom"))


def _words_of_violence(trigger: Token) -> bool:
    words = load_words("violence_words")
    return any(t.i != trigger.i and t.lemma_.lower() in words and t.lemma_ != trigger.lemma_ for t in trigger.sent)


def _is_sport(sentence: Iterable[Token] | Doc) -> bool:
    words = [token.lower_ for token in sentence]
    return any(word in load_words("sport_terms") for word in words) or bool(_SCORE.search(" ".join(words)))
