"""Joining the tellings of one happening inside an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retrieval.extraction.events.event_reports import EventReport
from retrieval.models import EntityType, EventType, ParticipantRole
from retrieval.models.found_facts import FoundEntity, FoundTime

# Both sides do these, so that another actor is no other event.
_SYMMETRIC = frozenset({EventType.COOPERATE, EventType.CONSULT, EventType.AGREE})
_NEAR_BLOCKS = 3
# How many events of a type back a retelling is looked for, so that a very long text takes no square of its length.
_REACH = 200


@dataclass(slots=True)
class Cluster:
    """The tellings of one event so far, and what they say together."""

    event_reports: list[EventReport] = field(default_factory=list)
    persons: set[int] = field(default_factory=set)
    themes: set[str] = field(default_factory=set)
    actors: set[int] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    times: set[int] = field(default_factory=set)
    group: int | None = None

    def add(self, event_report: EventReport, entities: Sequence[FoundEntity]) -> None:
        """Take one more telling in."""
        self.event_reports.append(event_report)
        self.families.add(event_report.family)
        self.actors |= event_report.entities(ParticipantRole.ACTOR)
        self.persons |= {e for e in event_report.entities() if entities[e].type is EntityType.PERSON}
        for participant in event_report.arguments.participants:
            if participant.role is ParticipantRole.VICTIM and participant.count is not None:
                self.counts.add(participant.count)
        if event_report.arguments.theme is not None:
            self.themes.add(event_report.arguments.theme)
        if event_report.arguments.time is not None:
            self.times.add(event_report.arguments.time)

    @property
    def is_weak(self) -> bool:
        """True when nothing but bare nouns tells of it."""
        return all(t.is_weak for t in self.event_reports)

    @property
    def is_headline(self) -> bool:
        """True when it is only told of in title or standfirst so far."""
        return all(t.is_headline for t in self.event_reports)


def merge_event_reports(
    event_reports: Sequence[EventReport],
    links: Iterable[tuple[int, int]],
    members: dict[int, int],
    *,
    entities: Sequence[FoundEntity],
    times: Sequence[FoundTime],
) -> list[Cluster]:
    """Clusters in reading order, one an event.

    ``links`` are pairs of one happening; ``members`` maps a telling to the plural telling ("two air strikes") that it is
    one of. A plural that has members is told with each of them, not by itself.
    """
    clusters: list[Cluster] = []
    by_type: dict[EventType, list[Cluster]] = defaultdict(list)
    components = [_cluster(numbers, event_reports, members, entities) for numbers in _components(len(event_reports), links)]
    for cluster in sorted(components, key=lambda c: (c.is_weak, c.event_reports[0].number)):
        kind = cluster.event_reports[0].type
        candidates = sorted(by_type[kind][-_REACH:], key=lambda old: _distance(cluster, old))
        home = next((old for old in candidates if _same(cluster, old, times)), None)
        if home is not None:
            for event_report in cluster.event_reports:
                home.add(event_report, entities)
            home.group = home.group if home.group is not None else cluster.group
        elif not cluster.is_weak:
            clusters.append(cluster)
            by_type[kind].append(cluster)
    return _without_groups(clusters)


def _without_groups(clusters: list[Cluster]) -> list[Cluster]:
    numbers = {t.number: cluster for cluster in clusters for t in cluster.event_reports}
    dissolved: list[Cluster] = []
    for cluster in clusters:
        if cluster.group is None:
            continue
        plural = numbers.get(cluster.group)
        if plural is None or plural is cluster:
            continue
        cluster.event_reports.extend(plural.event_reports)
        if plural not in dissolved:
            dissolved.append(plural)
    kept = [c for c in clusters if c not in dissolved]
    for cluster in kept:
        cluster.event_reports.sort(key=lambda t: t.number)
    return sorted(kept, key=lambda c: c.event_reports[0].number)


def _components(count: int, links: Iterable[tuple[int, int]]) -> list[list[int]]:
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in links:
        parent[max(root(one), root(other))] = min(root(one), root(other))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[root(number)].append(number)
    return list(groups.values())


def _cluster(
    numbers: Sequence[int], event_reports: Sequence[EventReport], members: dict[int, int], entities: Sequence[FoundEntity]
) -> Cluster:
    cluster = Cluster()
    for number in numbers:
        cluster.add(event_reports[number], entities)
        cluster.group = members.get(number, cluster.group)
    return cluster


def _distance(new: Cluster, old: Cluster) -> tuple[bool, int]:
    """What was told of last comes first; what is only told of later comes after all that was told of before."""
    number = new.event_reports[0].number
    before = [number - t.number for t in old.event_reports if t.number < number]
    return (False, min(before)) if before else (True, min(t.number - number for t in old.event_reports))


def _same(new: Cluster, old: Cluster, times: Sequence[FoundTime]) -> bool:
    return not _conflict(new, old, times) and _evidence(new, old)


def _conflict(new: Cluster, old: Cluster, times: Sequence[FoundTime]) -> bool:
    if new.times and old.times and all(_disjoint(times[a], times[b]) for a in new.times for b in old.times):
        return True
    if new.persons and old.persons:
        return not new.persons & old.persons
    if new.group is not None and old.group is not None:
        return True
    if new.themes and old.themes and not new.themes & old.themes:
        return True
    if new.counts and old.counts and not new.counts & old.counts:
        return True
    if (new.persons and old.counts) or (new.counts and old.persons):
        return True
    is_symmetric = new.event_reports[0].type in _SYMMETRIC or "resume" in new.families & old.families
    return bool(new.actors and old.actors and not new.actors & old.actors and not is_symmetric)


def _evidence(new: Cluster, old: Cluster) -> bool:
    family = bool(new.families & old.families)
    if new.persons & old.persons:
        return family or new.event_reports[0].type is EventType.ASSAULT
    bare = not new.themes and not new.persons
    noun = new.event_reports[0]
    is_near = abs(noun.block - old.event_reports[-1].block) <= _NEAR_BLOCKS
    if bare and noun.is_noun and (noun.is_definite or noun.is_weak):
        if not family and not any(t.number < noun.number for t in old.event_reports):
            return False  # "the attack" points back
        if noun.is_plural and not any(t.is_plural for t in old.event_reports):
            return False
        return family or (is_near and noun.is_definite and noun.type is EventType.ASSAULT)
    if not family:
        return False
    if new.themes & old.themes:
        return True
    if new.is_headline or old.is_headline:
        return (
            bool(new.actors & old.actors)
            or (bare and not new.actors)
            or (not old.themes and not old.persons and not old.actors)
        )
    return False


def _disjoint(one: FoundTime, other: FoundTime) -> bool:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return one.end < other.start or other.end < one.start
