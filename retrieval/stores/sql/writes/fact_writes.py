"""Writing one article's facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table, insert, select, update

from retrieval.linking.event_coreference import EventProfile, Role, deeds_of, stems
from retrieval.models import Block, DatePrecision, DateSource, EventStatus, Span
from retrieval.models.found_facts import Extraction, FoundAttribution, FoundEntity, FoundEvent, FoundPrincipal
from retrieval.models.identity import fold, stable_id
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.rows import casualty_columns
from retrieval.stores.sql.tables import (
    article_entities,
    attributions,
    blocks,
    claim_entities,
    claims,
    entities,
    event_mentions,
    event_reports,
    events,
    mentions,
    parses,
    participants,
    passages,
    roles,
    story_articles,
    times,
)
from retrieval.stores.sql.writes.entity_counts import NAMING_KINDS, add_aliases, add_mentions, rename
from retrieval.stores.sql.writes.event_writes import find_matching_event, unique_id, write_aggregates
from retrieval.stores.sql.writes.near_duplicate_writes import add_copy

_EnterStory = Callable[[Connection, str, str, Sequence[Block]], None]


def entity_id(entity: FoundEntity) -> str:
    """The id of an entity that an article names: the same in every article."""
    return stable_id("entity", entity.type, entity.key)


class FactWriter:
    """Writes one article's facts, turning positions in the `Extraction` into ids.

    ``enter_story`` puts the article into its story: when its entities are written, since they lead to it, and before its
    events are, since articles of one story tell of the same ones.
    """

    def __init__(
        self, connection: Connection, article: PreparedArticle, facts: Extraction, *, enter_story: _EnterStory
    ) -> None:
        self._connection = connection
        self._article = article
        self._facts = facts
        self._enter_story = enter_story
        self._story: str | None = None
        self._entity_ids = [entity_id(entity) for entity in facts.entities]
        self._named = {self._entity_ids[mention.entity] for mention in facts.mentions}
        self._ordinals: Counter[tuple[str, ...]] = Counter()

    def write(self) -> None:
        """Write everything."""
        self._write_layout()
        self.write_facts()

    def write_facts(self) -> None:
        """Write all but blocks and passages."""
        add_copy(self._connection, self._article)
        self._write_entities()
        self._enter_story(self._connection, self._article.id, self._article.text, self._article.blocks)
        self._story = self._connection.execute(
            select(story_articles.c.story_id).where(story_articles.c.article_id == self._article.id)
        ).scalar()
        time_ids = self._write_times()
        claim_ids = self._claim_ids()
        event_ids = self._write_events(time_ids, claim_ids)
        self._write_claims(time_ids, claim_ids, event_ids)
        self._write_roles()
        if self._facts.parses:
            self._all(parses, [{"article_id": self._article.id, "data": self._facts.parses}])

    def _slice(self, span: Span) -> str:
        return span.slice(self._article.text)

    def _all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        kept = list(rows)
        if kept:
            self._connection.execute(insert(table), kept)

    def _entity(self, number: int | None) -> str | None:
        """The entity's id; None where no mention shows it, since then nothing would be cited."""
        if number is None or self._entity_ids[number] not in self._named:
            return None
        return self._entity_ids[number]

    def _serial(self, statement: Insert) -> int:
        key = self._connection.execute(statement).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _fact_id(self, kind: str, *parts: str) -> str:
        """The same for the same words in the same article, wherever in it they stand."""
        ordinal = self._ordinals[kind, *parts]
        self._ordinals[kind, *parts] += 1
        return stable_id(kind, self._article.id, *parts, ordinal)

    def _write_layout(self) -> None:
        id_ = self._article.id
        self._all(
            blocks,
            ({"article_id": id_, "kind": b.kind, "start": b.span.start, "end": b.span.end} for b in self._article.blocks),
        )
        self._all(
            passages,
            (
                {"article_id": id_, "position": position, "start": span.start, "end": span.end}
                for position, span in enumerate(self._article.passages)
            ),
        )

    def _write_entities(self) -> None:
        facts, id_ = self._facts, self._article.id
        counts: Counter[str] = Counter(self._entity_ids[m.entity] for m in facts.mentions)
        found = {eid: entity for eid, entity in zip(self._entity_ids, facts.entities, strict=True) if counts[eid]}
        known: set[str] = set()
        for some in chunks(sorted(found)):
            known.update(self._connection.execute(select(entities.c.id).where(entities.c.id.in_(some))).scalars())
        self._all(
            entities,
            (
                {
                    "id": eid,
                    "type": entity.type,
                    "key": entity.key,
                    "name": entity.name,
                    "country": entity.country,
                    "mention_count": 0,
                    "article_count": 0,
                    "first_seen": self._article.published.at,
                    "last_seen": self._article.published.at,
                }
                for eid, entity in found.items()
                if eid not in known
            ),
        )
        self._all(
            article_entities,
            (
                {"article_id": id_, "entity_id": eid, "name": entity.name, "mention_count": counts[eid]}
                for eid, entity in found.items()
            ),
        )
        ordered = sorted(facts.mentions, key=lambda m: (m.span, m.entity))
        self._all(
            mentions,
            (
                {
                    "article_id": id_,
                    "entity_id": self._entity_ids[m.entity],
                    "kind": m.kind,
                    "start": m.span.start,
                    "end": m.span.end,
                    "text": self._slice(m.span),
                }
                for m in ordered
            ),
        )
        changed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for mention in facts.mentions:
            if mention.kind in NAMING_KINDS:
                changed[self._entity_ids[mention.entity], self._slice(mention.span)][0] += 1
        for eid, entity in found.items():
            changed[eid, entity.name][1] += 1
            add_mentions(self._connection, eid, mention_count=counts[eid], article_count=1)
        add_aliases(self._connection, changed)
        self._widen(sorted(known))
        rename(self._connection, sorted(found))

    def _widen(self, known: Sequence[str]) -> None:
        at = self._article.published.at
        if at is None:
            return
        for some in chunks(known):
            mine = entities.c.id.in_(some)
            unseen_before = entities.c.first_seen.is_(None) | (entities.c.first_seen > at)
            unseen_after = entities.c.last_seen.is_(None) | (entities.c.last_seen < at)
            self._connection.execute(update(entities).where(mine, unseen_before).values(first_seen=at))
            self._connection.execute(update(entities).where(mine, unseen_after).values(last_seen=at))

    def _write_roles(self) -> None:
        self._all(
            roles,
            (
                {
                    "article_id": self._article.id,
                    "entity_id": self._entity_ids[role.entity],
                    "title": role.title,
                    "is_former": role.is_former,
                    "of_id": self._entity(role.of),
                    "start": role.span.start,
                    "end": role.span.end,
                    "text": self._slice(role.span),
                }
                for role in self._facts.roles
            ),
        )

    def _write_times(self) -> list[int]:
        ids: list[int] = []
        for time in self._facts.times:
            result = self._serial(
                insert(times).values(
                    article_id=self._article.id,
                    start=time.span.start,
                    end=time.span.end,
                    text=self._slice(time.span),
                    time_start=time.start,
                    time_end=time.end,
                    precision=time.precision,
                    source=time.source,
                )
            )
            ids.append(result)
        return ids

    def _claim_ids(self) -> list[str]:
        return [
            self._fact_id("claim", claim.stance, claim.attribution.source_text, self._slice(claim.span))
            for claim in self._facts.claims
        ]

    def _write_events(self, time_ids: Sequence[int], claim_ids: Sequence[str]) -> list[str]:
        ids: list[str] = []
        for number, event in enumerate(self._facts.events):
            first = event.triggers[0]
            own_id = self._fact_id("event", event.type, self._slice(first.span), self._slice(first.sentence))
            row, account = self._event_report_row(event, time_ids), self._account(event)
            home = find_matching_event(self._connection, account, article_id=self._article.id, taken=ids)
            id_ = home or unique_id(self._connection, own_id)
            if home is None:
                drawn = row | {"status": event.status, "independent_source_count": 1}
                self._connection.execute(insert(events).values(id=id_, **drawn))
            ids.append(id_)
            self._connection.execute(
                insert(event_reports).values(
                    event_id=id_,
                    article_id=self._article.id,
                    own_id=own_id,
                    voices=self._voices(event),
                    deeds=sorted(account.deeds),
                    words=sorted(account.words),
                    is_main=number == self._facts.main_event,
                    **row,
                )
            )
            self._write_places(id_, event, claim_ids)
        write_aggregates(self._connection, ids)
        return ids

    def _write_places(self, id_: str, event: FoundEvent, claim_ids: Sequence[str]) -> None:
        """Where an event is told of, and who takes part."""
        article_id = self._article.id
        self._all(
            event_mentions,
            (
                {
                    "event_id": id_,
                    "article_id": article_id,
                    "start": trigger.span.start,
                    "end": trigger.span.end,
                    "trigger_text": self._slice(trigger.span),
                    "sentence_start": trigger.sentence.start,
                    "sentence_end": trigger.sentence.end,
                    "status": trigger.status,
                    "claim_id": None if trigger.claim is None else claim_ids[trigger.claim],
                }
                for trigger in event.triggers
            ),
        )
        self._all(
            participants,
            (
                {
                    "event_id": id_,
                    "article_id": article_id,
                    "role": p.role,
                    "entity_id": self._entity(p.entity),
                    "start": p.span.start,
                    "end": p.span.end,
                    "text": self._slice(p.span),
                    "people": p.count,
                }
                for p in event.participants
            ),
        )

    def _account(self, event: FoundEvent) -> EventProfile:
        """What the event is compared by with those that other articles tell of."""
        found = self._facts.entities
        roles = [
            Role(id_, found[p.entity].type, p.role, found[p.entity].country is not None)
            for p in event.participants
            if p.entity is not None and (id_ := self._entity(p.entity))
        ]
        place_id = self._entity(event.place)
        place = None
        if event.place is not None and place_id is not None:
            country = found[event.place].country
            place = (place_id, country, country is not None)
        time = self._facts.times[event.time] if event.time is not None else None
        at = self._article.published.at
        is_dated = time is not None and time.start is not None
        triggers = [self._slice(trigger.span) for trigger in event.triggers]
        # "No one was killed in the attack" tells of an attack, not of a killing.
        done = [t for t in event.triggers if t.status is not EventStatus.NEGATED] or event.triggers
        deeds = deeds_of([self._slice(t.span) for t in done], event.mode)
        return EventProfile(
            type=event.type,
            start=time.start if time is not None and is_dated else at,
            end=time.end if time is not None and is_dated else at,
            is_dated=is_dated,
            roles=tuple(roles),
            place=place,
            fatalities=event.killed.number if event.killed else None,
            deeds=deeds,
            words=stems(self._slice(trigger.sentence) for trigger in event.triggers) - stems(triggers),
            story=self._story,
        )

    def _event_report_row(self, event: FoundEvent, time_ids: Sequence[int]) -> dict[str, Any]:
        row: dict[str, Any] = {
            "type": event.type,
            "mode": event.mode,
            "title": event.title,
            "place_id": self._entity(event.place),
            "place_source": event.place_source if self._entity(event.place) else None,
            "time_origin": None,
            **casualty_columns("fatalities", event.killed),
            **casualty_columns("injured", event.injured),
            "confidence": event.confidence,
        }
        if event.time is not None and self._facts.times[event.time].start is not None:
            time = self._facts.times[event.time]
            return row | {
                "time_start": time.start,
                "time_end": time.end,
                "time_precision": time.precision,
                "time_source": time.source,
                "time_id": time_ids[event.time],
                "time_origin": event.time_origin,
            }
        published = self._article.published
        return row | {
            "time_start": published.at,
            "time_end": published.at,
            "time_precision": published.precision if published.at else DatePrecision.UNKNOWN,
            "time_source": DateSource.PUBLICATION_DATE_FALLBACK,
            "time_id": None,
        }

    def _voices(self, event: FoundEvent) -> list[list[str]]:
        """How each place vouches for it, and who does: "" for the article in its own voice."""
        voices = []
        for trigger in event.triggers:
            voice = ""
            if trigger.claim is not None:
                speaker = self._facts.claims[trigger.claim].attribution
                known = self._entity(speaker.entity)
                voice = f"entity:{known}" if known else f"words:{fold(speaker.source_text)}"
            voices.append([trigger.status.value, voice])
        return voices

    def _write_claims(self, time_ids: Sequence[int], claim_ids: Sequence[str], event_ids: Sequence[str]) -> None:
        told: dict[int, str] = {}
        for event, id_ in zip(self._facts.events, event_ids, strict=True):
            for trigger in event.triggers:
                if trigger.claim is not None:
                    told.setdefault(trigger.claim, id_)
        for number, claim in enumerate(self._facts.claims):
            result = self._serial(
                insert(claims).values(
                    id=claim_ids[number],
                    article_id=self._article.id,
                    start=claim.span.start,
                    end=claim.span.end,
                    spans=[[span.start, span.end] for span in claim.spans],
                    text=self._slice(claim.span),
                    stance=claim.stance,
                    said_at_id=None if claim.said_at is None else time_ids[claim.said_at],
                    event_id=told.get(number),
                    parent_id=None if claim.parent is None else claim_ids[claim.parent],
                )
            )
            seq = result
            self._all(attributions, self._links(seq, claim.attribution))
            inside = {
                self._entity_ids[m.entity] for m in self._facts.mentions if any(s.contains(m.span) for s in claim.spans)
            }
            self._all(claim_entities, ({"claim_seq": seq, "entity_id": eid} for eid in sorted(inside)))

    def _principal(self, principal: FoundPrincipal | None) -> dict[str, Any]:
        return {
            "principal_text": principal.text if principal else None,
            "principal_start": principal.span.start if principal else None,
            "principal_end": principal.span.end if principal else None,
            "principal_id": self._entity(principal.entity) if principal else None,
        }

    def _links(self, seq: int, attribution: FoundAttribution) -> Iterable[dict[str, Any]]:
        depth, link = 0, attribution
        while True:
            yield {
                "claim_seq": seq,
                "depth": depth,
                "kind": link.kind,
                "source_text": link.source_text,
                "source_start": link.source.start if link.source else None,
                "source_end": link.source.end if link.source else None,
                "entity_id": self._entity(link.entity),
                "cue": self._slice(link.cue) if link.cue else None,
                "cue_start": link.cue.start if link.cue else None,
                "cue_end": link.cue.end if link.cue else None,
                **self._principal(link.on_behalf_of),
            }
            if link.via is None:
                return
            depth, link = depth + 1, link.via
