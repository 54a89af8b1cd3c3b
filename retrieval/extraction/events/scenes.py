"""Where and when an event took place that its own clause gives no place or time: its sentence, the lead, the dateline.

What stands farther off is weaker evidence, so that each place and time carries where it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from retrieval.extraction.claims.cues import frames_of
from retrieval.extraction.claims.speakers import EntityLinker
from retrieval.extraction.language.noun_phrases import governing_verb, is_verb
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.temporal.time_index import TimeIndex
from retrieval.models import BlockKind, DatePrecision, EntityType, FactOrigin, MentionKind, Span
from retrieval.models.found_facts import FoundMention, FoundTime

_LOCATIVE = frozenset({"across", "around", "at", "in", "inside", "near", "off", "outside", "within"})
_PLACES = frozenset({EntityType.FACILITY, EntityType.PLACE})
_LEAD_SENTENCES = 3
# "KABUL, March 3 (AP) --", "Paris (Reuters) -": a place in front of a dash at the beginning of a body.
_DATELINE = re.compile(r"[^.\n]{0,80}?(?:\([^)\n]{2,40}\)\s*)?(?:--|[-–—])\s")
_FINE = frozenset({DatePrecision.MINUTE, DatePrecision.DAY})
_APART = frozenset({"after", "before", "since", "until"})
# How many blocks of a body the time of its lead is carried on to.
_CARRIED_BLOCKS = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """What the opening of an article gives: entity and time numbers, None where it gives none."""

    lead_place: int | None
    dateline_place: int | None
    lead_time: int | None
    lead_time_end: int
    first_body: int

    def place(self) -> tuple[int, FactOrigin] | None:
        """The place of the lead, else that of the dateline."""
        if self.lead_place is not None:
            return self.lead_place, FactOrigin.LEAD
        return (self.dateline_place, FactOrigin.DATELINE) if self.dateline_place is not None else None

    def time_at(self, block: int, *, start: int) -> int | None:
        """The time of the lead for what is told after it, at character ``start``, and near to it."""
        is_near = block - self.first_body < _CARRIED_BLOCKS
        return self.lead_time if is_near and self.lead_time_end <= start else None


def read_scene(text: str, parsed: Sequence[ParsedBlock], linker: EntityLinker, times: TimeIndex) -> Scene:
    """Read off the first sentences of the body, and off the title where they name no place."""
    bodies = [n for n, block in enumerate(parsed) if block.block.kind is BlockKind.BODY]
    first = bodies[0] if bodies else 0
    opening = [parsed[n] for n in bodies[:_LEAD_SENTENCES]]
    titles = [block for block in parsed if block.block.kind in {BlockKind.TITLE, BlockKind.STANDFIRST}]
    places = [m for block in opening[:2] for m in _located(block, linker)] or [
        m for block in titles for m in _located(block, linker)
    ]
    towns = [m for m in places if linker.entities[m.entity].country is None]
    lead_place = (towns or places)[0].entity if places else None
    number, end = _lead_time(opening, times)
    return Scene(lead_place, _dateline_place(text, parsed, linker), number, end, first)


def place_in_sentence(parsed: ParsedBlock, trigger: Token, linker: EntityLinker) -> int | None:
    """The place nearest to a trigger that its sentence says something is "in", "at", "near"."""
    sentence = parsed.span(trigger.sent)
    at = parsed.span(trigger).start
    found = [m for m in _located(parsed, linker) if sentence.contains(m.span)]
    # A town says more than a country; a building is in it.
    nearest = min(
        found,
        key=lambda m: (
            linker.entities[m.entity].country is not None,
            linker.entities[m.entity].type is EntityType.FACILITY,
            abs(m.span.start - at),
        ),
        default=None,
    )
    return nearest.entity if nearest is not None else None


def time_in_sentence(parsed: ParsedBlock, trigger: Token, times: TimeIndex) -> int | None:
    """The only time of a sentence, where it does not date what somebody said or did before or after."""
    inside = [(n, time) for n, time in times.within(parsed.span(trigger.sent)) if time.start is not None]
    if len(inside) != 1:
        return None
    number, time = inside[0]
    span = parsed.doc.char_span(
        time.span.start - parsed.block.span.start, time.span.end - parsed.block.span.start, alignment_mode="expand"
    )
    if span is None:
        return None
    verb = governing_verb(span.root)
    if verb is None or any(t.lower_ in _APART for t in (span.root.head, *span.lefts)):
        return None
    if verb == trigger or verb in trigger.subtree:
        return number
    # What a preposition holds is another event: "bombed a bridge on Monday in revenge for the shelling of ..."
    is_clause = not any(a.dep_ == "prep" for a in trigger.ancestors if verb in a.ancestors)
    is_above = (verb in trigger.ancestors and is_clause) or (verb.dep_ == "conj" and verb.head == trigger)
    return number if is_above and frames_of(verb) is None else None


def has_time(parsed: ParsedBlock, trigger: Token, times: TimeIndex) -> bool:
    """True where the sentence gives any time: what it does not date is not dated by the lead either."""
    return next(times.within(parsed.span(trigger.sent)), None) is not None


def is_simple_past(trigger: Token) -> bool:
    """True for "killed" and "were killed", not for "had killed", "has killed", "kills"."""
    verb = trigger if is_verb(trigger) else governing_verb(trigger)
    if verb is None:
        return True
    auxiliaries = [c for c in verb.children if c.dep_ in {"aux", "auxpass"}]
    if any(c.lower_ in {"had", "has", "have"} for c in auxiliaries):
        return False
    return (
        verb.tag_ == "VBD" or any(c.tag_ == "VBD" for c in auxiliaries) or (verb.tag_ in {"VBG", "VBN"} and not auxiliaries)
    )


def _located(parsed: ParsedBlock, linker: EntityLinker) -> Iterator[FoundMention]:
    for mention in linker.mentions_in(parsed.block.span):
        if linker.entities[mention.entity].type not in _PLACES or mention.kind is MentionKind.DEMONYM:
            continue
        start = mention.span.start - parsed.block.span.start
        span = parsed.doc.char_span(start, mention.span.end - parsed.block.span.start, alignment_mode="expand")
        if span is None:
            continue
        token: Token = span.root
        for _ in range(3):
            if token.dep_ == "pobj" and token.head.lower_ in _LOCATIVE:
                yield mention
                break
            if token.dep_ == "pobj" and token.head.lower_ == "of":
                token = token.head.head
            elif token.dep_ in {"appos", "compound", "conj", "nmod"}:
                token = token.head
            else:
                break


def _dateline_place(text: str, parsed: Sequence[ParsedBlock], linker: EntityLinker) -> int | None:
    for block in parsed:
        if block.block.kind is not BlockKind.BODY:
            continue
        match = _DATELINE.match(block.block.span.slice(text))
        if match is None:
            return None
        start = block.block.span.start
        head = Span(start, start + match.end())
        found = (m for m in linker.mentions_in(head) if linker.entities[m.entity].type is EntityType.PLACE)
        first = next(found, None)
        return first.entity if first is not None and first.span.start - start < 3 else None
    return None


def _lead_time(opening: Sequence[ParsedBlock], times: TimeIndex) -> tuple[int | None, int]:
    for block in opening[:2]:
        for sentence in list(block.doc.sents)[:2]:
            for number, time in times.within(block.span(sentence)):
                if _is_day(time):
                    return number, time.span.end
    return None, 0


def _is_day(time: FoundTime) -> bool:
    return time.start is not None and time.precision in _FINE
