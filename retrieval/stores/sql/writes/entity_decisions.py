"""What people decided about entities: the log, and how it changes what extraction found.

A decision names entities by type and normal form, as extraction does, so that it holds for articles to come as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from retrieval.models import DecisionKind, EntityDecision, EntityType, Span
from retrieval.models.found_facts import Extraction, FoundAttribution, FoundEntity
from retrieval.models.identity import fold, stable_id
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import decisions, entities


def identity_of(connection: Connection, id_: str) -> dict[str, Any] | None:
    """What a decision keeps of an entity; None if there is no such entity."""
    row = connection.execute(select(entities).where(entities.c.id == id_)).one_or_none()
    if row is None:
        return None
    return {"type": row.type.value, "key": row.key, "name": row.name, "country": row.country}


def split_identity(identity: Mapping[str, Any], aliases: Sequence[str]) -> dict[str, Any]:
    """The entity that is split off ``identity`` with some of its names."""
    name = max(aliases, key=len)
    key = f"{identity['key']} / {' / '.join(sorted({fold(alias) for alias in aliases}))}"
    return {"type": identity["type"], "key": key, "name": name, "country": None}


def id_of(identity: Mapping[str, Any]) -> str:
    """The id of an entity, which follows from its type and normal form."""
    return stable_id("entity", identity["type"], identity["key"])


def note_decision(
    connection: Connection, kind: DecisionKind, entity_id: str, detail: Mapping[str, Any], *, now: datetime
) -> int:
    """Write a line of the log; its number."""
    statement = insert(decisions).values(at=now, kind=kind, entity_id=entity_id, detail=dict(detail))
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])


def undo_decision(connection: Connection, number: int, *, now: datetime) -> EntityDecision | None:
    """Let a decision no longer hold; it as it was, None if there is none that holds by that number."""
    row = connection.execute(
        select(decisions).where(decisions.c.id == number, decisions.c.undone_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    connection.execute(update(decisions).where(decisions.c.id == number).values(undone_at=now))
    return make_decision(row)


def make_decision(row: Row[Any]) -> EntityDecision:
    """From a row of ``decisions``."""
    others = [*row.detail.get("merged", ()), *([row.detail["new"]] if "new" in row.detail else [])]
    return EntityDecision(
        id=row.id,
        at=row.at,
        kind=row.kind,
        entity_id=row.entity_id,
        other_ids=tuple(id_of(identity) for identity in others),
        aliases=tuple(row.detail.get("aliases", ())),
        wikidata_id=row.detail.get("wikidata_id"),
        undone_at=row.undone_at,
    )


def find_links(connection: Connection, entity_ids: Sequence[str]) -> dict[str, str]:
    """The Wikidata ids of entities that were linked."""
    found: dict[str, str] = {}
    for some in chunks(entity_ids):
        query = select(decisions).where(
            decisions.c.entity_id.in_(some), decisions.c.kind == DecisionKind.LINK, decisions.c.undone_at.is_(None)
        )
        found.update(
            (row.entity_id, row.detail["wikidata_id"]) for row in connection.execute(query.order_by(decisions.c.id))
        )
    return found


def decide(connection: Connection, facts: Extraction, text: str) -> Extraction:
    """``facts`` with the entities that the decisions of the log, in their order, make of those that were found."""
    query = select(decisions).where(
        decisions.c.kind.in_([DecisionKind.MERGE, DecisionKind.SPLIT]), decisions.c.undone_at.is_(None)
    )
    for row in connection.execute(query.order_by(decisions.c.id)):
        detail = row.detail
        if row.kind is DecisionKind.MERGE:
            facts = _merged(facts, [_key(identity) for identity in detail["merged"]], _entity(detail["into"]))
        else:
            facts = _split(facts, text, _key(detail["of"]), detail["aliases"], _entity(detail["new"]))
    return facts


def _key(identity: Mapping[str, Any]) -> tuple[str, str]:
    return identity["type"], identity["key"]


def _entity(identity: Mapping[str, Any]) -> FoundEntity:
    return FoundEntity(EntityType(identity["type"]), identity["name"], identity["key"], identity["country"])


def _merged(facts: Extraction, keys: Sequence[tuple[str, str]], into: FoundEntity) -> Extraction:
    if not any((entity.type.value, entity.key) in keys for entity in facts.entities):
        return facts
    return replace(facts, entities=tuple(into if (e.type.value, e.key) in keys else e for e in facts.entities))


def _split(facts: Extraction, text: str, key: tuple[str, str], aliases: Sequence[str], new: FoundEntity) -> Extraction:
    old = {number for number, entity in enumerate(facts.entities) if (entity.type.value, entity.key) == key}
    wanted = {fold(alias) for alias in aliases}
    moved = {m.span for m in facts.mentions if m.entity in old and fold(m.span.slice(text)) in wanted}
    if not moved:
        return facts
    number = len(facts.entities)
    is_emptied = all(m.span in moved for m in facts.mentions if m.entity in old)

    def at(entity: int | None, span: Span | None) -> int | None:
        if entity not in old:
            return entity
        inside = span is not None and any(span.contains(place) for place in moved)
        return number if inside or is_emptied else entity

    def said(link: FoundAttribution) -> FoundAttribution:
        via = None if link.via is None else said(link.via)
        return replace(link, entity=at(link.entity, link.source), via=via)

    return replace(
        facts,
        entities=(*facts.entities, new),
        mentions=tuple(replace(m, entity=number) if m.span in moved and m.entity in old else m for m in facts.mentions),
        claims=tuple(replace(claim, attribution=said(claim.attribution)) for claim in facts.claims),
        events=tuple(
            replace(
                event,
                participants=tuple(replace(p, entity=at(p.entity, p.span)) for p in event.participants),
                place=at(event.place, None),
            )
            for event in facts.events
        ),
        roles=tuple(
            replace(r, entity=number if at(r.entity, r.name) == number else r.entity, of=at(r.of, r.span))
            for r in facts.roles
        ),
    )
