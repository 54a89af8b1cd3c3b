"""Which tokens are triggers: what a word must stand in to tell of something that happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Token

from retrieval.extraction.claims.cues import frames_of, withheld_stance
from retrieval.extraction.events.lexicon import Sense, aspect_object, is_of_class, noun_sense, resumed_sense, verb_sense
from retrieval.extraction.language.noun_phrases import (
    agent_of,
    has_subject,
    is_finite,
    is_passive,
    is_verb,
    object_of,
    subject_of,
)
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import EventType
from retrieval.text.word_sets import load_words

# Modals and attitudes turn a deed into the act of promising, threatening, asking or refusing it: PLOVER codes that act.
_COOPERATIVE = frozenset(
    {EventType.SUPPORT, EventType.AID, EventType.COOPERATE, EventType.CONCEDE, EventType.RETREAT, EventType.CONSULT}
)
_CONFLICT = frozenset({EventType.SANCTION, EventType.COERCE, EventType.ASSAULT, EventType.PROTEST})


def trigger_sense(token: Token) -> Sense | None:
    """The reading of a token that tells of an event, None for any other token."""
    if token.pos_ == "NOUN":
        return noun_sense(token)
    if not token.tag_.startswith("VB"):
        return None
    if not _tells(token):
        return None
    sense = verb_sense(token)
    if sense is None:
        return _obligation(token)
    if sense.type is EventType.ASSAULT and _is_natural(token):
        return None
    if sense.lemma == "demonstrate" and (is_passive(token) or _shows(token)):
        return None
    if token.dep_ == "xcomp" and token.head.lemma_.lower() in {"try", "attempt"} and sense.type is not EventType.ASSAULT:
        return None
    if sense.type is EventType.CONSULT and not _is_public(token):
        return None
    return _as_speech_act(token, sense)


def _shows(verb: Token) -> bool:
    """True for "demonstrated that ..." and "demonstrated its strength", which are no protests."""
    return any(c.dep_ in {"dobj", "ccomp"} and c.ent_type_ not in {"DATE", "TIME"} for c in verb.rights)


def _obligation(verb: Token) -> Sense | None:
    """What a state or organisation is said to have to do is demanded of it ("said that China must drop barriers")."""
    if (
        verb.dep_ != "ccomp"
        or not any(c.dep_ == "aux" and c.lower_ == "must" for c in verb.children)
        or not frames_of(verb.head)
    ):
        return None
    subject = subject_of(verb)
    if subject is None or not is_of_class(subject, frozenset({"places", "organisations"})):
        return None
    return Sense(verb.lemma_.lower(), frozenset(), frozenset(), frozenset(), EventType.REQUEST, None)


def _is_public(verb: Token) -> bool:
    """True when one who meets or visits stands for a state or an organisation: private visits are no consultation."""
    sides = [subject_of(verb), object_of(verb), agent_of(verb)]
    sides += [p for c in verb.rights if c.dep_ == "prep" and c.lower_ == "with" for p in c.children if p.dep_ == "pobj"]
    words = {t.lemma_.lower() for side in sides if side is not None for t in (side, *side.children)}
    if words & load_words("public_roles"):
        return True
    held = {t.lemma_.lower() for t in verb.subtree} & {
        "talks",
        "talk",
        "negotiation",
        "negotiate",
        "summit",
        "mediate",
        "mediation",
    }
    if held:
        return True
    return any(side is not None and side.ent_type_ in {"GPE", "NORP"} for side in (sides[0], sides[2]))


def resumed_type(noun: Token, last: EventType | None) -> EventType | None:
    """The type of "the resumption (of talks)": that of what is resumed, else that of what was resumed before."""
    of = next(
        (p for c in noun.rights if c.dep_ == "prep" and c.lower_ == "of" for p in c.children if p.dep_ == "pobj"), None
    )
    if of is None:
        return last
    sense = resumed_sense(of)
    return sense.type if sense is not None else None


def _is_natural(verb: Token) -> bool:
    actor = subject_of(verb) if not is_passive(verb) else None
    holders = [actor] if actor is not None else []
    holders += [
        p for c in verb.children if c.dep_ in {"agent", "prep"} and c.lower_ in {"by", "in", "when"} for p in c.children
    ]
    if any(is_of_class(holder, frozenset({"nature"})) for holder in holders):
        return True
    clauses = [c for c in verb.children if c.dep_ == "advcl"]
    if verb.tag_ == "VBG" and verb.dep_ == "advcl":
        clauses.append(verb.head)
    return any(c.lemma_.lower() in load_words("accident_verbs") for c in clauses)


def is_agentless(trigger: Token) -> bool:
    """True for "were killed" and ", killing five" without a doer."""
    return is_verb(trigger) and (is_passive(trigger) or trigger.tag_ == "VBG") and agent_of(trigger) is None


def tells_of_disaster(parsed: Sequence[ParsedBlock]) -> bool:
    """True when an article opens with an act of nature or an accident and no attack: its dead were killed by nobody."""
    opening = [token for block in parsed[:3] for token in block.doc if token.pos_ in {"NOUN", "PROPN", "VERB"}]
    if any(t.lemma_.lower() in load_words("family_strike") | load_words("attack_words") for t in opening):
        return False
    return any(t.lemma_.lower() in load_words("disaster_words") for t in opening)


def _tells(verb: Token) -> bool:
    """False for infinitives of purpose, participles that modify, gerund topics and verbs under trigger verbs."""
    has_to = any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)
    if verb.dep_ in {"amod", "compound", "nmod"}:
        return aspect_object(verb) is not None
    if verb.dep_ in {"csubj", "aux", "auxpass", "poss", "npadvmod"}:
        return False
    if verb.tag_ == "VBG" and verb.dep_ in {"nsubj", "pobj", "dobj", "nsubjpass", "attr", "appos"}:
        return False
    if verb.dep_ == "acl" and not (has_subject(verb) and is_finite(verb)):
        return False
    if withheld_stance(verb) is not None:
        return False
    if has_to and verb.dep_ in {"advcl", "relcl", "acl", "ROOT", "acomp", "attr", "dep"}:
        return False
    is_bare = verb.tag_ == "VB" and verb.dep_ == "ccomp" and not any(c.dep_ == "aux" for c in verb.children)
    if has_to or is_bare or verb.dep_ == "xcomp":
        head = verb.head
        lemma = head.lemma_.lower()
        if (
            lemma in load_words("asking_verbs")
            or lemma in load_words("aspect_verbs")
            or lemma in load_words("managing_verbs")
        ):
            return True
        if lemma in load_words("willing_adjectives") or lemma in {"try", "attempt"}:
            return True
        return lemma in load_words("planning_verbs") and verb_sense(head) is None
    if (
        verb.dep_ == "conj"
        and is_verb(verb.head)
        and verb.head.tag_ == "VB"
        and not any(c.dep_ in {"aux", "nsubj"} for c in verb.children)
    ):
        return _tells(verb.head)
    return True


def _as_speech_act(verb: Token, sense: Sense) -> Sense:
    auxiliaries = {c.lower_ for c in verb.children if c.dep_ == "aux"}
    if sense.lemma in load_words("family_resume"):
        return sense
    told = verb.dep_ == "ccomp" and not any(c.dep_ == "mark" and c.lower_ in {"whether", "if"} for c in verb.children)
    willing = verb.dep_ == "xcomp" and verb.head.lemma_.lower() in load_words("willing_adjectives")
    coming = willing or auxiliaries & {"will", "'ll", "wo", "shall"} or ("would" in auxiliaries and told)
    negated = any(c.dep_ == "neg" for c in verb.children)
    if coming and negated and sense.type in _COOPERATIVE:
        return replace(sense, type=EventType.REJECT, mode=None)
    if coming and not negated and sense.type in _COOPERATIVE:
        return replace(sense, type=EventType.AGREE, mode=None)
    if coming and not negated and sense.type in _CONFLICT:
        return replace(sense, type=EventType.THREATEN, mode=None)
    if "must" in auxiliaries and told:
        return replace(sense, type=EventType.REQUEST, mode=None)
    return sense
