"""Tellings: every place of an article where a trigger tells of an event, before the tellings of one event are joined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Token

from retrieval.extraction.events.arguments import ORDINALS, ArgumentReader, Arguments
from retrieval.extraction.events.casualties import exact, find_casualty_count
from retrieval.extraction.events.lexicon import (
    Sense,
    needs_met,
)
from retrieval.extraction.events.status import innermost_claim, status_of
from retrieval.extraction.events.titles import title_of
from retrieval.extraction.events.triggers import is_agentless, resumed_type, tells_of_disaster, trigger_sense
from retrieval.extraction.language.noun_phrases import is_passive, is_verb
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import BlockKind, CasualtyCount, EventStatus, EventType, ParticipantRole, Span
from retrieval.models.found_facts import FoundClaim
from retrieval.text.word_sets import load_words

_FAMILIES = ("kill", "strike", "capture", "resume", "pause", "arrest", "protest", "talks", "release", "withdraw")


@dataclass(frozen=True, slots=True)
class EventReport:
    """One trigger with what its own words say. ``number`` is its place in the article, ``token`` that in its block."""

    number: int
    block: int
    token: int
    trigger: Span
    sentence: Span
    type: EventType
    mode: str | None
    family: str
    arguments: Arguments
    status: EventStatus
    claim: int | None
    title: str
    confidence: float
    killed: CasualtyCount | None
    injured: CasualtyCount | None
    is_noun: bool
    is_definite: bool
    is_plural: bool
    is_headline: bool
    is_weak: bool
    ordinal: bool
    is_passive: bool

    def entities(self, role: ParticipantRole | None = None) -> set[int]:
        """Entity numbers of the participants, of one role or of all but the actor (None)."""
        chosen = (
            p for p in self.arguments.participants if (p.role is role if role else p.role is not ParticipantRole.ACTOR)
        )
        return {p.entity for p in chosen if p.entity is not None}


def find_event_reports(
    text: str, parsed: Sequence[ParsedBlock], claims: Sequence[FoundClaim], reader: ArgumentReader
) -> Iterator[tuple[EventReport, Token]]:
    """Tellings with their trigger tokens, in reading order."""
    number = 0
    placed = sorted((span.start, n) for n, claim in enumerate(claims) for span in claim.spans)
    is_disaster = tells_of_disaster(parsed)
    last_resumed: EventType | None = None
    for place, block in enumerate(parsed):
        span = block.block.span
        first, last = bisect_left(placed, (span.start, -1)), bisect_left(placed, (span.end, -1))
        nearby = [(n, claims[n]) for n in dict.fromkeys(n for _, n in placed[first:last])]
        for token in block.doc:
            sense = trigger_sense(token)
            if is_disaster and sense is not None and sense.mode in {"kill", "injure"} and is_agentless(token):
                continue
            if sense is not None and sense.is_aspect:
                kind = resumed_type(token, last_resumed)
                sense = replace(sense, type=kind, mode=None, is_aspect=False) if kind is not None else None
            if sense is None:
                continue
            if token.lemma_.lower() in load_words("family_resume"):
                last_resumed = sense.type
            yield _telling(text, block, place, token, sense, nearby, reader, number), token
            number += 1


def _telling(
    text: str,
    block: ParsedBlock,
    place: int,
    token: Token,
    sense: Sense,
    nearby: Sequence[tuple[int, FoundClaim]],
    reader: ArgumentReader,
    number: int,
) -> EventReport:
    trigger = block.span(token)
    inner = innermost_claim(trigger, [claim for _, claim in nearby])
    claim = nearby[inner][0] if inner is not None else None
    family = _family(token, sense)
    arguments = reader.read(block, token, claim=claim, has_victims=sense.type is EventType.ASSAULT)
    if arguments.time is None and claim is not None and _is_dated_by_cue(block, token, reader.claims[claim]):
        arguments = replace(arguments, time=reader.claims[claim].said_at)
    status = status_of(token, reader.claims[claim] if claim is not None else None)
    if sense.type in {EventType.AGREE, EventType.THREATEN, EventType.REJECT, EventType.REQUEST} and token.dep_ != "xcomp":
        status = _speech_act_status(token, sense, status)
    is_noun = not is_verb(token)
    determiners = {c.lower_ for c in token.lefts}
    sentence = block.span(token.sent)
    is_attack = sense.type is EventType.ASSAULT and (family in {"kill", "strike"} or sense.mode == "injure")
    return EventReport(
        number=number,
        block=place,
        token=token.i,
        trigger=trigger,
        sentence=sentence,
        type=sense.type,
        mode=_mode(token, sense),
        family=family,
        arguments=arguments,
        status=status,
        claim=claim,
        title=title_of(text, block, token, arguments, reader.linker),
        confidence=_confidence(arguments, status, is_noun=is_noun),
        killed=_casualty_count("killed", sentence.slice(text), _victims(arguments, reader) if family == "kill" else None)
        if is_attack
        else None,
        injured=_casualty_count(
            "injured", sentence.slice(text), _victims(arguments, reader) if sense.mode == "injure" else None
        )
        if is_attack
        else None,
        is_noun=is_noun,
        is_definite=bool(determiners & {"the", "this", "that", "these", "those"}),
        is_plural=token.tag_ == "NNS",
        is_headline=block.block.kind in {BlockKind.TITLE, BlockKind.STANDFIRST},
        is_weak=not (needs_met(token) and _has_evidence(token, arguments)) if is_noun else _lacks_sides(arguments, sense),
        ordinal=_has_ordinal_subject(token),
        is_passive=not is_noun and is_passive(token),
    )


def _speech_act_status(token: Token, sense: Sense, status: EventStatus) -> EventStatus:
    """A promise, threat, refusal or demand is itself a fact, also where what is promised is still to come."""
    if status is EventStatus.PLANNED and sense.type is not EventType.REQUEST and sense.lemma not in {"agree", "threaten"}:
        return status
    if (
        status is EventStatus.NEGATED
        and sense.type is EventType.REJECT
        and not any(c.dep_ == "neg" for c in token.children)
    ):
        return EventStatus.ACTUAL
    return status


def _family(token: Token, sense: Sense) -> str:
    lemma = token.lemma_.lower()
    for name in _FAMILIES:
        if lemma in load_words("family_" + name):
            return name
    return sense.type.value + ":" + lemma[:5]


def _mode(token: Token, sense: Sense) -> str | None:
    if sense.type is not EventType.REQUEST or sense.mode is not None:
        return sense.mode
    words = {t.lemma_.lower() for t in token.subtree}
    for mode in ("yield", "meet", "assist", "change"):
        if words & load_words("request_" + mode):
            return mode
    return None


def _is_dated_by_cue(block: ParsedBlock, token: Token, claim: FoundClaim) -> bool:
    """What is going on at the time of saying is dated by it ("said on May 2 that it was closing the port")."""
    if claim.said_at is None or claim.attribution.cue is None or token.dep_ != "ccomp" or token.tag_ != "VBG":
        return False
    return block.span(token.head) == claim.attribution.cue


def _has_ordinal_subject(token: Token) -> bool:
    verb = token if is_verb(token) else token.head
    if not is_verb(verb) or (not is_verb(token) and token.dep_ != "attr"):
        return False
    subject = next((c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
    return subject is not None and subject.lower_ in ORDINALS


def _has_evidence(noun: Token, arguments: Arguments) -> bool:
    """True for a noun with an argument, a number or an article that brings it up as something new that happened."""
    if arguments.participants or arguments.time is not None or arguments.place is not None:
        return True
    return any(c.dep_ in {"compound", "nummod"} for c in noun.lefts) and noun.dep_ != "pobj"


def _lacks_sides(arguments: Arguments, sense: Sense) -> bool:
    """True for a verb without any participant, or a demand or promise by nobody."""
    if sense.type in {EventType.REQUEST, EventType.AGREE, EventType.THREATEN}:
        return not any(p.role is ParticipantRole.ACTOR for p in arguments.participants)
    return not arguments.participants


def _casualty_count(fate: str, sentence: str, victims: int | None) -> CasualtyCount | None:
    """The number of the trigger's own victims, with the bounds that the sentence gives it; else the sentence's number."""
    told = find_casualty_count(sentence, fate)
    if victims is None or (told is not None and told.number == victims):
        return told
    return exact(victims)


def _victims(arguments: Arguments, reader: ArgumentReader) -> int | None:
    total = 0
    for participant in arguments.participants:
        if participant.role is not ParticipantRole.VICTIM:
            continue
        if participant.count is not None:
            total += participant.count
        elif participant.entity is not None and reader.linker.entities[participant.entity].type.value == "PERSON":
            total += 1
        elif participant.count is None and len(arguments.participants) <= 2:
            return None
    return total or None


def _confidence(arguments: Arguments, status: EventStatus, *, is_noun: bool) -> float:
    """Plain evidence: a verb before a noun, each argument, a date; what nobody says has happened counts less."""
    roles = {p.role for p in arguments.participants}
    score = 0.4 if is_noun else 0.5
    score += 0.15 * (ParticipantRole.ACTOR in roles) + 0.15 * bool(
        roles - {ParticipantRole.ACTOR, ParticipantRole.INSTRUMENT}
    )
    score += 0.1 * (arguments.time is not None) + 0.05 * (arguments.place is not None)
    if status not in {EventStatus.ACTUAL, EventStatus.ATTRIBUTED}:
        score -= 0.1
    return round(min(score, 0.95), 2)
