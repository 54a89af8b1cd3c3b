"""The type of a name by the whole archive: what one article takes for a person, many others may know to be a firm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sqlalchemy import Connection, select

from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.models import EntityType
from retrieval.models.found_facts import Extraction, FoundEntity
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import entities

# Persons and organisations are mistaken for each other; a team and the town that it is called after are both there.
_RIVALS = {EntityType.PERSON: EntityType.ORGANIZATION, EntityType.ORGANIZATION: EntityType.PERSON}
# The other type wins where so many articles have it, and so many times the mentions.
_FEWEST_ARTICLES, _MARGIN = 3, 3


def settle_types(connection: Connection, facts: Extraction) -> Extraction:
    """``facts`` with the type of each name, not known beforehand, that the archive's other articles nearly all give it.

    Articles stored before keep what they were given until they are read anew (`Curation.reextract`).
    """
    gazetteer = load_gazetteer()
    doubtful = {e.key: e for e in facts.entities if e.type in _RIVALS and gazetteer.lookup(e.key) is None}
    if not doubtful:
        return facts
    counts: dict[tuple[str, EntityType], tuple[int, int]] = {}
    columns = entities.c.key, entities.c.type, entities.c.article_count, entities.c.mention_count
    for some in chunks(sorted(doubtful)):
        query = select(*columns).where(entities.c.key.in_(some), entities.c.type.in_(_RIVALS))
        for row in connection.execute(query):
            counts[row.key, row.type] = row.article_count, row.mention_count
    mentioned = Counter(mention.entity for mention in facts.mentions)

    def settled(number: int, entity: FoundEntity) -> FoundEntity:
        if doubtful.get(entity.key) is not entity:
            return entity
        rival = _RIVALS[entity.type]
        article_count, mention_count = counts.get((entity.key, rival), (0, 0))
        own = counts.get((entity.key, entity.type), (0, 0))[1] + mentioned[number]
        is_beaten = article_count >= _FEWEST_ARTICLES and mention_count >= _MARGIN * own
        return replace(entity, type=rival) if is_beaten else entity

    return replace(facts, entities=tuple(settled(number, entity) for number, entity in enumerate(facts.entities)))
