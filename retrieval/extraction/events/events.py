"""Events: what happened, or is said, asked or planned to, with everyone and everything in it."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from retrieval.extraction.claims.speakers import EntityLinker
from retrieval.extraction.events.arguments import ArgumentReader
from retrieval.extraction.events.casualties import joined
from retrieval.extraction.events.confidence import confidence_of, features_of
from retrieval.extraction.events.event_reports import EventReport, find_event_reports
from retrieval.extraction.events.merging import Cluster, merge_event_reports
from retrieval.extraction.events.scenes import Scene, read_scene
from retrieval.extraction.events.titles import shorten
from retrieval.extraction.events.trigger_links import linked_pairs
from retrieval.extraction.language.noun_phrases import is_verb, subject_of
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.temporal.time_index import TimeIndex
from retrieval.linking.event_status import overall_status
from retrieval.models import CasualtyCount, EventStatus, EventType, FactOrigin, ParticipantRole
from retrieval.models.found_facts import (
    FoundClaim,
    FoundEntity,
    FoundEvent,
    FoundMention,
    FoundParticipant,
    FoundRole,
    FoundTime,
    FoundTrigger,
)

_PLAIN_MODES = frozenset({None, "kill", "injure", "raid", "strike"})
_FACTUAL = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED})
# Deeds have a place and a time, which the opening of an article gives; words may be said anywhere.
_LOCATED = frozenset(
    {
        EventType.AID,
        EventType.ASSAULT,
        EventType.COERCE,
        EventType.CONSULT,
        EventType.MOBILIZE,
        EventType.OTHER,
        EventType.PROTEST,
        EventType.RETREAT,
    }
)
_RANK: dict[FactOrigin | None, int] = {origin: rank for rank, origin in enumerate(FactOrigin)} | {None: len(FactOrigin)}
# How many blocks back "the first" and "the second" may point.
_ORDINAL_REACH = 3


def find_events(
    text: str,
    parsed: Sequence[ParsedBlock],
    *,
    entities: Sequence[FoundEntity],
    mentions: Sequence[FoundMention],
    times: Sequence[FoundTime],
    claims: Sequence[FoundClaim],
    roles: Sequence[FoundRole] = (),
) -> list[FoundEvent]:
    """The events of an article in reading order, each with every place that tells of it.

    An event without a time of its own has none: the caller falls back on the publication date, and says so.
    """
    linker = EntityLinker(text, entities, mentions, roles)
    for block in parsed:
        linker.note_subjects(block)
    reader = ArgumentReader(linker, TimeIndex(times), claims)
    found = list(find_event_reports(text, parsed, claims, reader))
    scene = read_scene(text, parsed, linker, reader.times)
    event_reports = [event_report for event_report, _ in found]
    clusters = merge_event_reports(event_reports, _links(found), _members(found), entities=entities, times=times)
    return [_event(cluster, claims, entities, scene) for cluster in clusters]


def _links(found: Sequence[tuple[EventReport, Token]]) -> list[tuple[int, int]]:
    by_block: dict[int, dict[int, tuple[int, Token, EventType]]] = {}
    for event_report, token in found:
        by_block.setdefault(event_report.block, {})[event_report.token] = (event_report.number, token, event_report.type)
    return [pair for triggers in by_block.values() for pair in linked_pairs(triggers)]


def _members(found: Sequence[tuple[EventReport, Token]]) -> dict[int, int]:
    """Which tellings are one of a plural told of before: "The first killed ...", "two strikes and one that killed"."""
    members: dict[int, int] = {}
    plural: EventReport | None = None
    for event_report, token in found:
        if event_report.is_noun and event_report.is_plural and not event_report.is_weak:
            plural = event_report
            continue
        if plural is None or event_report.block - plural.block > _ORDINAL_REACH or event_report.type is not plural.type:
            continue
        subject = subject_of(token) if is_verb(token) else None
        is_one = subject is not None and subject.lower_ == "one" and event_report.block == plural.block
        if event_report.ordinal or is_one:
            members[event_report.number] = plural.number
    return members


def _event(cluster: Cluster, claims: Sequence[FoundClaim], entities: Sequence[FoundEntity], scene: Scene) -> FoundEvent:
    event_reports = cluster.event_reports
    own = [t for t in event_reports if t.number != cluster.group] or event_reports
    best = max(own, key=lambda t: (t.status in {EventStatus.ACTUAL, EventStatus.ATTRIBUTED}, t.confidence, -t.number))
    time, time_origin = _time_of(event_reports, best, scene)
    place, place_source = _place_of(event_reports, best, scene, entities)
    killed = [t.killed for t in own if t.killed is not None]
    injured = [t.injured for t in own if t.injured is not None]
    features = features_of(best, event_reports)
    return FoundEvent(
        type=best.type,
        mode=_mode((*own, *event_reports), best),
        status=overall_status((t.status, _voucher(t, claims, entities)) for t in event_reports),
        title=_title(best, event_reports, entities),
        triggers=tuple(FoundTrigger(t.trigger, t.sentence, t.status, t.claim) for t in event_reports),
        participants=_participants(event_reports, best),
        time=time,
        place=place,
        killed=_joined(killed),
        injured=_joined(injured),
        confidence=confidence_of(features),
        features=features,
        place_source=place_source,
        time_origin=time_origin,
    )


def _place_of(
    event_reports: Sequence[EventReport], best: EventReport, scene: Scene, entities: Sequence[FoundEntity]
) -> tuple[int | None, FactOrigin | None]:
    """The place that is told nearest to a trigger, of equals a town or a building before a country."""
    told = [(t.arguments.place, t.arguments.place_source) for t in event_reports if t.arguments.place is not None]
    found = min(told, key=lambda pair: (_RANK[pair[1]], entities[pair[0]].country is not None), default=None)
    if found is not None and found[1] is FactOrigin.CLAUSE:
        return found
    opening = scene.place() if best.type in _LOCATED else None
    return found or opening or (None, None)


def _time_of(event_reports: Sequence[EventReport], best: EventReport, scene: Scene) -> tuple[int | None, FactOrigin | None]:
    """The time that is told nearest to a trigger, of equals by the surest telling; else that of the lead."""
    dated = [t for t in event_reports if t.arguments.time is not None]
    found = min(dated, key=lambda t: (_RANK[t.arguments.time_origin], -t.confidence), default=None)
    if found is not None:
        return found.arguments.time, found.arguments.time_origin
    if best.type in _LOCATED and best.status in _FACTUAL and any(t.is_carried for t in event_reports):
        number = scene.time_at(best.block, start=best.trigger.start)
        return number, FactOrigin.LEAD if number is not None else None
    return None, None


def _joined(casualty_counts: Sequence[CasualtyCount]) -> CasualtyCount | None:
    """The largest number that an article gives, with the bounds of all."""
    return (
        CasualtyCount(max(casualty_count.number for casualty_count in casualty_counts), *joined(casualty_counts))
        if casualty_counts
        else None
    )


def _mode(event_reports: Sequence[EventReport], best: EventReport) -> str | None:
    """The most telling mode: the means of an attack before the bare fact that it killed or was one."""
    modes = [t.mode for t in event_reports if t.mode not in _PLAIN_MODES]
    return modes[0] if modes else best.mode


def _title(best: EventReport, event_reports: Sequence[EventReport], entities: Sequence[FoundEntity]) -> str:
    """The best telling's title, with an actor that only another telling names."""
    if best.is_noun or any(p.role is ParticipantRole.ACTOR for p in best.arguments.participants) or best.is_passive:
        return best.title
    actor = next((e for t in event_reports for e in sorted(t.entities(ParticipantRole.ACTOR))), None)
    return best.title if actor is None else shorten(f"{best.title} by {entities[actor].name}")


def _voucher(event_report: EventReport, claims: Sequence[FoundClaim], entities: Sequence[FoundEntity]) -> str | None:
    if event_report.claim is None:
        return None
    attribution = claims[event_report.claim].attribution
    if attribution.entity is not None:
        return entities[attribution.entity].key
    return attribution.source_text.casefold()


def _participants(event_reports: Sequence[EventReport], best: EventReport) -> tuple[FoundParticipant, ...]:
    """The participants of the best telling, then those that other tellings add, one of each role and entity or words."""
    kept: dict[tuple[ParticipantRole, object], FoundParticipant] = {}
    for event_report in (best, *event_reports):
        for participant in event_report.arguments.participants:
            same: object = participant.entity if participant.entity is not None else participant.span
            if participant.entity is None and event_report is not best and _adds_nothing(participant, kept):
                continue
            kept.setdefault((participant.role, same), participant)
    return tuple(kept.values())


def _adds_nothing(participant: FoundParticipant, kept: dict[tuple[ParticipantRole, object], FoundParticipant]) -> bool:
    """True for one more wording without a name or number where the role is filled already."""
    return participant.count is None and any(role is participant.role for role, _ in kept)
