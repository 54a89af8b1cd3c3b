"""What the catalog keeps counted: how often an entity is named, by which names, from when to when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, update

from retrieval.models import MentionKind
from retrieval.models.identity import fold
from retrieval.stores.sql.tables import aliases, article_entities, articles, entities

NAMING_KINDS = frozenset({MentionKind.NAME, MentionKind.ACRONYM, MentionKind.DEMONYM})


def refresh(connection: Connection, ids: Sequence[str]) -> None:
    """Name and first and last sighting of entities, from what is left or new in the archive."""
    seen = connection.execute(
        select(
            article_entities.c.entity_id,
            func.min(articles.c.published_at).label("first"),
            func.max(articles.c.published_at).label("last"),
        )
        .join_from(article_entities, articles)
        .where(article_entities.c.entity_id.in_(ids))
        .group_by(article_entities.c.entity_id)
    )
    for row in seen.all():
        connection.execute(
            update(entities).where(entities.c.id == row.entity_id).values(first_seen=row.first, last_seen=row.last)
        )
    rename(connection, ids)


def rename(connection: Connection, ids: Sequence[str]) -> None:
    """Call entities by the form that most articles call them by, the longest of equals."""
    rows = connection.execute(
        select(aliases.c.entity_id, aliases.c.name)
        .where(aliases.c.entity_id.in_(ids), aliases.c.naming_count > 0)
        .order_by(aliases.c.naming_count, func.length(aliases.c.name), aliases.c.name.desc())
    )
    for id_, name in {row.entity_id: row.name for row in rows}.items():
        connection.execute(update(entities).where(entities.c.id == id_, entities.c.name != name).values(name=name))


def add_mentions(connection: Connection, id_: str, *, mention_count: int, article_count: int) -> None:
    """Add to an entity's counts; negative numbers take away."""
    connection.execute(
        update(entities)
        .where(entities.c.id == id_)
        .values(
            mention_count=entities.c.mention_count + mention_count, article_count=entities.c.article_count + article_count
        )
    )


def add_aliases(connection: Connection, changed: Mapping[tuple[str, str], Sequence[int]]) -> None:
    """Add (mentions, articles that call the entity so) to the counts of (entity id, name)."""
    for (id_, name), (mention_count, naming_count) in sorted(changed.items()):
        found = connection.execute(
            update(aliases)
            .where(aliases.c.entity_id == id_, aliases.c.name == name)
            .values(
                mention_count=aliases.c.mention_count + mention_count, naming_count=aliases.c.naming_count + naming_count
            )
        ).rowcount
        if not found:
            connection.execute(
                insert(aliases).values(
                    entity_id=id_, name=name, folded=fold(name), mention_count=mention_count, naming_count=naming_count
                )
            )
