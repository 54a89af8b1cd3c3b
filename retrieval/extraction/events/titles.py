"""Short plain titles for events, made of the words and names that tell of them."""

from __future__ import annotations

from spacy.tokens import Token

from retrieval.extraction.claims.speakers import PRONOUNS, EntityLinker
from retrieval.extraction.events.arguments import Arguments, aim_of
from retrieval.extraction.language.noun_phrases import is_passive, is_verb, object_of, phrase_range
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import ParticipantRole, Span

MAX_TITLE = 80
_DROPPED = ("the ", "a ", "an ", "its ", "their ", "his ", "her ", "our ", "these ", "those ")


def title_of(text: str, parsed: ParsedBlock, trigger: Token, arguments: Arguments, linker: EntityLinker) -> str:
    """Actor, trigger phrase and recipient in at most `MAX_TITLE` characters, cut at a word."""
    if not is_verb(trigger):
        start, end = phrase_range(trigger)
        words = _plain(parsed.span(parsed.doc[start:end]).slice(text))
        if " " in words:
            return shorten(words)
        patient = _name(text, arguments, None, linker)
        return shorten(f"{words} of {patient}" if patient else words)
    actor = _name(text, arguments, ParticipantRole.ACTOR, linker) or _name(
        text, arguments, ParticipantRole.INSTRUMENT, linker
    )
    patient = _name(text, arguments, None, linker)
    words = trigger.text
    particle = next((c.text for c in trigger.rights if c.dep_ == "prt"), "")
    phrase = f"{words} {particle}".strip()
    if is_passive(trigger):
        return shorten(" ".join(filter(None, (patient, phrase, f"by {actor}" if actor else ""))))
    aim = aim_of(trigger)
    thing = object_of(trigger) if aim is not None else None
    if aim is not None and thing is not None and patient:
        return shorten(" ".join(filter(None, (actor, phrase, _words(text, parsed, thing), aim.text, patient))))
    preposition = "" if any(c.dep_ == "dobj" for c in trigger.rights) else _preposition(trigger)
    wanted = next((c for c in trigger.rights if c.dep_ == "prep" and c.lower_ == "for"), None)
    if not patient and wanted is not None:
        noun = next((c for c in wanted.children if c.dep_ == "pobj"), None)
        preposition, patient = "for", _words(text, parsed, noun) if noun is not None else ""
    return shorten(" ".join(filter(None, (actor, phrase, preposition if patient else "", patient))))


def _words(text: str, parsed: ParsedBlock, noun: Token) -> str:
    start, end = phrase_range(noun, prepositions=False)
    return _plain(parsed.span(parsed.doc[start:end]).slice(text))


def shorten(title: str) -> str:
    """The title in one line, cut at a word."""
    flat = " ".join(title.split())
    if len(flat) > MAX_TITLE:
        flat = flat[: MAX_TITLE + 1].rsplit(" ", 1)[0].rstrip(",;:")
    return flat[:1].upper() + flat[1:]


def _preposition(verb: Token) -> str:
    return next((c.text for c in verb.rights if c.dep_ == "prep" and c.lower_ in {"on", "against", "at", "with", "to"}), "")


def _name(text: str, arguments: Arguments, role: ParticipantRole | None, linker: EntityLinker) -> str:
    for participant in arguments.participants:
        is_wanted = (
            participant.role is role if role else participant.role in {ParticipantRole.RECIPIENT, ParticipantRole.VICTIM}
        )
        if not is_wanted:
            continue
        words = participant.span.slice(text)
        if words.lower() in PRONOUNS or _is_name_of(participant.span, participant.entity, linker):
            return linker.entities[participant.entity].name if participant.entity is not None else ""
        return _plain(words)
    return ""


def _is_name_of(span: Span, entity: int | None, linker: EntityLinker) -> bool:
    """True when the words are little more than a mention of the entity, so that its full name says the same."""
    mention = linker.mention_at(span)
    if entity is None or mention is None or mention.entity != entity:
        return False
    return span.end - span.start <= mention.span.end - mention.span.start + 5


def _plain(words: str) -> str:
    lowered = words.lower()
    return next((words[len(d) :] for d in _DROPPED if lowered.startswith(d)), words)
