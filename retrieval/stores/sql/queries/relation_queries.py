"""What follows from facts of several articles: who says that an event happened and who that it did not, which claims speak
for and against each other, what entities are named together, and what happened when.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from retrieval.models import (
    Account,
    Claim,
    ClaimRelations,
    DateSource,
    EntityType,
    Event,
    EventFilter,
    EventOrder,
    EventStatus,
    Page,
    Passage,
    RelatedEntity,
    Span,
    Window,
)
from retrieval.models.identity import fold
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.queries.filters import filter_events, order_events
from retrieval.stores.sql.queries.list_queries import ListQueries
from retrieval.stores.sql.queries.parent_lists import Parent, find_pairs
from retrieval.stores.sql.rows import make_claims, make_event, select_claims, select_events
from retrieval.stores.sql.tables import (
    article_entities,
    articles,
    claims,
    copies,
    entities,
    event_mentions,
    event_reports,
    events,
)

# An event inside a claim that is ACTUAL all the same is taken for granted there, not claimed.
_AFFIRMED = frozenset({EventStatus.ATTRIBUTED, EventStatus.ALLEGED})
_NEGATIVE = frozenset({EventStatus.DENIED, EventStatus.NEGATED})
_FIRST = Window()


@dataclass(frozen=True, slots=True)
class TimelineSubject:
    """What a timeline is of: events of an entity, those that the articles telling of an event tell of too, those that the
    articles of a story tell of, or those of ``event_ids``; every given part must hold.
    """

    entity_id: str | None = None
    event_id: str | None = None
    story_id: str | None = None
    event_ids: tuple[str, ...] | None = None
    time_from: datetime | None = None
    time_to: datetime | None = None


class RelationQueries(ListQueries):
    """Reads that compare what articles say."""

    def load_accounts(self, event_ids: Sequence[str]) -> Mapping[str, tuple[Account, ...]]:
        """By event: what is claimed for it, then what is claimed against it, each with everyone on that side.

        An event that nobody makes a claim about has no accounts. The article's own voice is no account.
        """
        sides = self._sides(event_ids)
        roots = self._roots({claim.article_id for each in sides.values() for claims in each for claim in claims})
        return {
            id_: tuple(_account(side, roots) for side in sides[id_] if side) if id_ in sides else () for id_ in event_ids
        }

    def load_claim_relations(self, claim_ids: Sequence[str]) -> Mapping[str, ClaimRelations]:
        """By claim: the claims of other sources about the same event, on the other side of it and on the same one."""
        known = {claim.id: claim for claim in self.load_claims(claim_ids) if claim}
        told: dict[str, set[str]] = defaultdict(set)
        with self.reading() as connection:
            for some in chunks(claim_ids):
                query = select(event_mentions.c.claim_id, event_mentions.c.event_id)
                for row in connection.execute(query.where(event_mentions.c.claim_id.in_(some))):
                    told[row.claim_id].add(row.event_id)
        sides = self._sides(sorted({id_ for ids in told.values() for id_ in ids}))
        roots = self._roots({claim.article_id for each in sides.values() for claims in each for claim in claims})
        return {
            id_: _relations(known[id_], [sides[e] for e in sorted(told[id_]) if e in sides], roots)
            if id_ in known
            else ClaimRelations()
            for id_ in claim_ids
        }

    def _sides(self, event_ids: Sequence[str]) -> dict[str, tuple[list[Claim], list[Claim]]]:
        """By event: the claims that it happened, and those that it did not."""
        status_of: dict[str, dict[str, EventStatus]] = defaultdict(dict)
        with self.reading() as connection:
            for some in chunks(event_ids):
                query = select(event_mentions).where(
                    event_mentions.c.event_id.in_(some), event_mentions.c.claim_id.is_not(None)
                )
                for row in connection.execute(query.order_by(event_mentions.c.id)):
                    status_of[row.event_id].setdefault(row.claim_id, row.status)
        every = sorted({claim_id for some in status_of.values() for claim_id in some})
        known = {claim.id: claim for claim in self.load_claims(every) if claim}
        sides: dict[str, tuple[list[Claim], list[Claim]]] = {}
        for event_id, statuses in status_of.items():
            pair: tuple[list[Claim], list[Claim]] = ([], [])
            for claim_id, status in statuses.items():
                if claim_id in known and (status in _AFFIRMED or status in _NEGATIVE):
                    pair[status in _NEGATIVE].append(known[claim_id])
            sides[event_id] = pair
        return sides

    def _roots(self, article_ids: set[str]) -> dict[str, str]:
        """The root of each article's near-copies."""
        found: dict[str, str] = {}
        with self.reading() as connection:
            for some in chunks(sorted(article_ids)):
                query = select(copies.c.article_id, copies.c.root_id).where(copies.c.article_id.in_(some))
                found.update((row.article_id, row.root_id) for row in connection.execute(query))
        return found

    def related_entities(
        self, ids: Sequence[str], *, limit: int = 20, types: Sequence[EntityType] = ()
    ) -> Mapping[str, tuple[RelatedEntity, ...]]:
        """By entity: those that the same articles name, those of most articles first, of equals the more telling ones.

        ``pmi`` is the pointwise mutual information in bits (Church and Hanks, 1990): how much likelier an article that
        names one is to name the other too.
        """
        mine, theirs = article_entities.alias("mine"), article_entities.alias("theirs")
        together = func.count().label("together")
        made: dict[str, tuple[RelatedEntity, ...]] = {}
        with self.reading() as connection:
            total = connection.execute(select(func.count()).select_from(articles)).scalar_one()
            counts = {entity.id: entity.article_count for entity in self.load_entities(ids) if entity}
            for id_ in ids:
                query = (
                    select(theirs.c.entity_id, together)
                    .join_from(mine, theirs, mine.c.article_id == theirs.c.article_id)
                    .join(entities, entities.c.id == theirs.c.entity_id)
                    .where(mine.c.entity_id == id_, theirs.c.entity_id != id_)
                    .group_by(theirs.c.entity_id, entities.c.article_count)
                    .order_by(together.desc(), entities.c.article_count, theirs.c.entity_id)
                    .limit(limit)
                )
                if types:
                    query = query.where(entities.c.type.in_(types))
                rows = connection.execute(query).all()
                named = {entity.id: entity for entity in self.load_entities([row.entity_id for row in rows]) if entity}
                made[id_] = tuple(
                    RelatedEntity(
                        named[row.entity_id],
                        row.together,
                        math.log2(row.together * total / (counts[id_] * named[row.entity_id].article_count)),
                    )
                    for row in rows
                    if row.entity_id in named and id_ in counts
                )
        return made

    def load_neighbours(self, event_ids: Sequence[str], *, after: bool, limit: int = 5) -> Mapping[str, tuple[Event, ...]]:
        """By event: those that the same articles tell of and that ended before it began (``after``: began after it
        ended), nearest first. Only events with a date of their own have any.
        """
        dated = events.c.time_source != DateSource.PUBLICATION_DATE_FALLBACK
        made: dict[str, tuple[Event, ...]] = {}
        with self.reading() as connection:
            for event in self.load_events(event_ids):
                if event is None:
                    continue
                time = event.time
                if time.source is DateSource.PUBLICATION_DATE_FALLBACK or time.start is None or time.end is None:
                    continue
                beside = event_reports.alias("beside")
                near = (
                    select(event_reports.c.event_id)
                    .join(beside, beside.c.article_id == event_reports.c.article_id)
                    .where(beside.c.event_id == event.id)
                )
                where = events.c.time_start > time.end if after else events.c.time_end < time.start
                order = (events.c.time_start, events.c.id) if after else (events.c.time_end.desc(), events.c.id)
                query = select_events().where(events.c.id.in_(near), dated, where).order_by(*order).limit(limit)
                made[event.id] = tuple(make_event(row) for row in connection.execute(query))
        return {id_: made.get(id_, ()) for id_ in event_ids}

    def find_timeline(self, subject: TimelineSubject, *, window: Window = _FIRST) -> Page[Event]:
        """The events of ``subject`` that have a time, earliest first."""
        return self._page(_timeline(subject), order_events(EventOrder.TIME, descending=False), window, make_event)

    def count_timeline(self, subject: TimelineSubject) -> int:
        """How many events `find_timeline` has in all."""
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(_timeline(subject).subquery())).scalar_one())

    def events_told_in(self, found: Sequence[Passage]) -> tuple[str, ...]:
        """The ids of the events that sentences of these passages tell of."""
        spans: dict[str, list[Span]] = defaultdict(list)
        for passage in found:
            spans[passage.article_id].append(passage.span)
        told: dict[str, None] = {}
        with self.reading() as connection:
            for some in chunks(sorted(spans)):
                query = select(event_mentions).where(event_mentions.c.article_id.in_(some)).order_by(event_mentions.c.id)
                for row in connection.execute(query):
                    if any(span.start <= row.start < span.end for span in spans[row.article_id]):
                        told[row.event_id] = None
        return tuple(told)

    def claims_made_in(self, found: Sequence[Passage]) -> tuple[Claim, ...]:
        """The claims whose words begin in these passages."""
        spans: dict[str, list[Span]] = defaultdict(list)
        for passage in found:
            spans[passage.article_id].append(passage.span)
        made: list[Claim] = []
        with self.reading() as connection:
            for some in chunks(sorted(spans)):
                query = select_claims().where(claims.c.article_id.in_(some)).order_by(claims.c.seq)
                rows = [
                    row
                    for row in connection.execute(query)
                    if any(span.start <= row.start < span.end for span in spans[row.article_id])
                ]
                made.extend(make_claims(connection, rows))
        return tuple(made)


def _timeline(subject: TimelineSubject) -> Select[Any]:
    event_report = event_reports.c
    within = select(event_report.event_id)
    if subject.entity_id is not None:
        pairs = find_pairs("events", Parent.ENTITY, [subject.entity_id])
        within = within.where(event_report.event_id.in_(select(pairs.c.child)))
    if subject.event_id is not None:
        beside = event_reports.alias("beside")
        within = within.where(
            event_report.article_id.in_(select(beside.c.article_id).where(beside.c.event_id == subject.event_id))
        )
    if subject.story_id is not None:
        told = find_pairs("events", Parent.STORY, [subject.story_id])
        within = within.where(event_report.event_id.in_(select(told.c.child)))
    if subject.event_ids is not None:
        within = within.where(event_report.event_id.in_(subject.event_ids))
    spread = filter_events(EventFilter(time_from=subject.time_from, time_to=subject.time_to))
    return select_events().where(events.c.id.in_(within), events.c.time_start.is_not(None), *spread)


def _account(side: Sequence[Claim], roots: Mapping[str, str]) -> Account:
    """The side in the words of its first claim; its stance is the commonest one on it."""
    stances = Counter(claim.stance for claim in side)
    return Account(stances.most_common(1)[0][0], side[0].text, tuple(side), len({_source(claim, roots) for claim in side}))


def _source(claim: Claim, roots: Mapping[str, str]) -> str:
    """Who claims it: a named source anywhere, an unnamed one within the copies of one text."""
    attribution = claim.attribution
    root = roots.get(claim.article_id, claim.article_id)
    return attribution.source_entity_id or f"{root}:{fold(attribution.source_text)}"


def _relations(claim: Claim, sides: Sequence[tuple[list[Claim], list[Claim]]], roots: Mapping[str, str]) -> ClaimRelations:
    mine = _source(claim, roots)
    against: dict[str, Claim] = {}
    beside: dict[str, Claim] = {}
    for affirmed, denied in sides:
        same, other = (affirmed, denied) if any(one.id == claim.id for one in affirmed) else (denied, affirmed)
        if not any(one.id == claim.id for one in same):
            continue
        against |= {one.id: one for one in other if _source(one, roots) != mine}
        beside |= {one.id: one for one in same if _source(one, roots) != mine}
    return ClaimRelations(tuple(against.values()), tuple(one for id_, one in beside.items() if id_ not in against))
