"""Pairs of entities that may be one, for people to decide on."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, select

from retrieval.extraction.entities.namesakes import bucket_keys, likeness
from retrieval.models import DecisionKind, EntityType, Likeness
from retrieval.stores.sql.tables import decisions, entities

# A bucket with more entities than this holds a name too common to say anything ("Li").
_LARGEST_BUCKET = 40
_SUGGESTED = (EntityType.PERSON, EntityType.ORGANIZATION, EntityType.GROUP)
_ONE_KIND = {EntityType.GROUP: EntityType.ORGANIZATION}


def find_suggestions(connection: Connection, *, entity_id: str | None, limit: int) -> list[tuple[str, str, Likeness]]:
    """Pairs (the more mentioned first) and why, the most mentioned pairs first; without those that were refused.

    Only names that share a word are compared, so that the cost grows with the entities, not with their square.
    """
    columns = entities.c.id, entities.c.type, entities.c.key, entities.c.mention_count
    buckets: dict[tuple[EntityType, str], list[Any]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(entities.c.type.in_(_SUGGESTED))):
        kind = _ONE_KIND.get(row.type, row.type)
        for key in bucket_keys(kind, row.key):
            buckets[kind, key].append(row)
    refused = _refused(connection)
    found: dict[frozenset[str], tuple[int, str, str, Likeness]] = {}
    for (kind, _), rows in buckets.items():
        if not 1 < len(rows) <= _LARGEST_BUCKET or (entity_id and all(row.id != entity_id for row in rows)):
            continue
        for pair in combinations(rows, 2):
            more, less = sorted(pair, key=lambda row: (-row.mention_count, row.id))
            ids = frozenset((more.id, less.id))
            if len(ids) < 2 or ids in refused or (entity_id and entity_id not in ids):
                continue
            if (why := likeness(kind, more.key, less.key)) is not None:
                found[ids] = (more.mention_count + less.mention_count, more.id, less.id, why)
    ranked = sorted(found.values(), key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [(more, less, why) for _, more, less, why in ranked[:limit]]


def _refused(connection: Connection) -> set[frozenset[str]]:
    query = select(decisions.c.entity_id, decisions.c.detail).where(
        decisions.c.kind == DecisionKind.REFUSAL, decisions.c.undone_at.is_(None)
    )
    return {frozenset((row.entity_id, row.detail["other"])) for row in connection.execute(query)}
