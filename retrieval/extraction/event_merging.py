"""Joining the tellings of one happening inside an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retrieval.extraction.event_tellings import Telling
from retrieval.extraction.facts import FoundEntity, FoundTime
from retrieval.models import EntityType, EventType, ParticipantRole

# Both sides do these, so that another actor is no other event.
_SYMMETRIC = frozenset({EventType.COOPERATE, EventType.CONSULT, EventType.AGREE})
_NEAR_BLOCKS = 3
# How many events of a type back a retelling is looked for, so that a very long text takes no square of its length.
_REACH = 200


@dataclass(slots=True)
class Cluster:
    """The tellings of one event so far, and what they say together."""

    tellings: list[Telling] = field(default_factory=list)
    persons: set[int] = field(default_factory=set)
    themes: set[str] = field(default_factory=set)
    actors: set[int] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    times: set[int] = field(default_factory=set)
    group: int | None = None

    def add(self, telling: Telling, entities: Sequence[FoundEntity]) -> None:
        """Take one more telling in."""
        self.tellings.append(telling)
        self.families.add(telling.family)
        self.actors |= telling.entities(ParticipantRole.ACTOR)
        self.persons |= {e for e in telling.entities() if entities[e].type is EntityType.PERSON}
        for participant in telling.arguments.participants:
            if participant.role is ParticipantRole.VICTIM and participant.count is not None:
                self.counts.add(participant.count)
        if telling.arguments.theme is not None:
            self.themes.add(telling.arguments.theme)
        if telling.arguments.time is not None:
            self.times.add(telling.arguments.time)

    @property
    def is_weak(self) -> bool:
        """True when nothing but bare nouns tells of it."""
        return all(t.is_weak for t in self.tellings)

    @property
    def is_headline(self) -> bool:
        """True when it is only told of in title or standfirst so far."""
        return all(t.is_headline for t in self.tellings)


def merge_tellings(
    tellings: Sequence[Telling],
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
    components = [_cluster(numbers, tellings, members, entities) for numbers in _components(len(tellings), links)]
    for cluster in sorted(components, key=lambda c: (c.is_weak, c.tellings[0].number)):
        kind = cluster.tellings[0].type
        candidates = sorted(by_type[kind][-_REACH:], key=lambda old: _distance(cluster, old))
        home = next((old for old in candidates if _same(cluster, old, times)), None)
        if home is not None:
            for telling in cluster.tellings:
                home.add(telling, entities)
            home.group = home.group if home.group is not None else cluster.group
        elif not cluster.is_weak:
            clusters.append(cluster)
            by_type[kind].append(cluster)
    return _without_groups(clusters)


def _without_groups(clusters: list[Cluster]) -> list[Cluster]:
    numbers = {t.number: cluster for cluster in clusters for t in cluster.tellings}
    dissolved: list[Cluster] = []
    for cluster in clusters:
        if cluster.group is None:
            continue
        plural = numbers.get(cluster.group)
        if plural is None or plural is cluster:
            continue
        cluster.tellings.extend(plural.tellings)
        if plural not in dissolved:
            dissolved.append(plural)
    kept = [c for c in clusters if c not in dissolved]
    for cluster in kept:
        cluster.tellings.sort(key=lambda t: t.number)
    return sorted(kept, key=lambda c: c.tellings[0].number)


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
    numbers: Sequence[int], tellings: Sequence[Telling], members: dict[int, int], entities: Sequence[FoundEntity]
) -> Cluster:
    cluster = Cluster()
    for number in numbers:
        cluster.add(tellings[number], entities)
        cluster.group = members.get(number, cluster.group)
    return cluster


def _distance(new: Cluster, old: Cluster) -> tuple[bool, int]:
    """What was told of last comes first; what is only told of later comes after all that was told of before."""
    number = new.tellings[0].number
    before = [number - t.number for t in old.tellings if t.number < number]
    return (False, min(before)) if before else (True, min(t.number - number for t in old.tellings))


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
    is_symmetric = new.tellings[0].type in _SYMMETRIC or "resume" in new.families & old.families
    return bool(new.actors and old.actors and not new.actors & old.actors and not is_symmetric)


def _evidence(new: Cluster, old: Cluster) -> bool:
    family = bool(new.families & old.families)
    if new.persons & old.persons:
        return family or new.tellings[0].type is EventType.ASSAULT
    bare = not new.themes and not new.persons
    noun = new.tellings[0]
    is_near = abs(noun.block - old.tellings[-1].block) <= _NEAR_BLOCKS
    if bare and noun.is_noun and (noun.is_definite or noun.is_weak):
        if not family and not any(t.number < noun.number for t in old.tellings):
            return False  # "the attack" points back
        if noun.is_plural and not any(t.is_plural for t in old.tellings):
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
