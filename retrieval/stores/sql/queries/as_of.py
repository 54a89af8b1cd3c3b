"""The catalog as it stood at a moment: as if nothing that was published later, or without a date, were in it.

Reads need not know of it. Each of their statements gets the tables that they name from common table expressions in front
of it, which hold what had been published by then: a name of a common table expression goes before that of a table. Rows
that are drawn from several articles (events, stories) are drawn anew where some of those articles are later ones; what the
catalog keeps counted of entities is counted anew.

Not undone are revisions of an article's text, of which the catalog keeps the last, and what people decided about entities.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, event, text
from sqlalchemy.engine import default

from retrieval.stores.sql.columns import Instant
from retrieval.stores.sql.tables import events, stories
from retrieval.stores.sql.writes.entity_counts import NAMING_KINDS
from retrieval.stores.sql.writes.event_writes import aggregate_events
from retrieval.stores.sql.writes.story_writes import aggregate_stories

# Tables whose rows go with one article.
_OWNED = (
    "article_entities",
    "blocks",
    "claims",
    "event_mentions",
    "mentions",
    "parses",
    "participants",
    "passages",
    "roles",
    "story_articles",
    "tellings",
    "times",
)
_ARTICLES = "articles AS NOT MATERIALIZED (SELECT * FROM main.articles WHERE published_at <= {moment})"
_PART = (
    "{name} AS NOT MATERIALIZED (SELECT * FROM main.{name} AS own WHERE EXISTS"
    " (SELECT 1 FROM main.articles AS a WHERE a.id = own.article_id AND a.published_at <= {moment}))"
)
# The root of a group of copies is the first that came in.
_COPIES = """copies AS NOT MATERIALIZED (
    SELECT own.article_id,
        (SELECT c.article_id FROM main.copies AS c JOIN articles AS a ON a.id = c.article_id WHERE c.root_id = own.root_id
            ORDER BY c.article_id <> c.root_id, a.ingested_at, c.article_id LIMIT 1) AS root_id,
        own.agency, own.signature, own.shingle_count
    FROM main.copies AS own JOIN articles ON articles.id = own.article_id)"""
_ENTITIES = """entities AS NOT MATERIALIZED (
    SELECT own.id, own.type, own."key",
        (SELECT n.name FROM article_entities AS n WHERE n.entity_id = own.id
            GROUP BY n.name ORDER BY count(*) DESC, length(n.name) DESC, n.name LIMIT 1) AS name,
        own.country,
        (SELECT sum(n.mention_count) FROM article_entities AS n WHERE n.entity_id = own.id) AS mention_count,
        (SELECT count(*) FROM article_entities AS n WHERE n.entity_id = own.id) AS article_count,
        (SELECT min(a.published_at) FROM main.article_entities AS n JOIN articles AS a ON a.id = n.article_id
            WHERE n.entity_id = own.id) AS first_seen,
        (SELECT max(a.published_at) FROM main.article_entities AS n JOIN articles AS a ON a.id = n.article_id
            WHERE n.entity_id = own.id) AS last_seen
    FROM main.entities AS own WHERE EXISTS (SELECT 1 FROM article_entities AS n WHERE n.entity_id = own.id))"""
_ALIASES = """aliases AS NOT MATERIALIZED (
    SELECT counted.* FROM (
        SELECT own.entity_id, own.name, own.folded,
            (SELECT count(*) FROM mentions AS m
                WHERE m.entity_id = own.entity_id AND m.text = own.name AND m.kind IN ({kinds})) AS mention_count,
            (SELECT count(*) FROM article_entities AS n
                WHERE n.entity_id = own.entity_id AND n.name = own.name) AS naming_count
        FROM main.aliases AS own) AS counted
    WHERE counted.mention_count > 0 OR counted.naming_count > 0)"""
# What later articles changed, and what they alone tell of, is not read from the table.
_DRAWN = """{name} AS NOT MATERIALIZED (
    SELECT {columns} FROM main.{name} AS own
    WHERE EXISTS (SELECT 1 FROM {parts} AS part WHERE part.{key} = own.id)
        AND own.id NOT IN (SELECT json_extract(r.value, '$[0]') FROM drawn, json_each(drawn.rows, '$.{name}') AS r)
    UNION ALL SELECT {cells} FROM drawn, json_each(drawn.rows, '$.{name}') AS r)"""
_CHANGED = """
    SELECT DISTINCT late.{key} FROM main.{parts} AS late JOIN main.articles AS a ON a.id = late.article_id
    WHERE (a.published_at > {moment} OR a.published_at IS NULL)
        AND EXISTS (SELECT 1 FROM {parts} AS early WHERE early.{key} = late.{key})"""


# Drawn table, the table of its parts, the parts' key of it, and what draws it.
_DRAWS: tuple[tuple[Table, str, str, Callable[[Connection, Sequence[str]], dict[str, dict[str, Any]]]], ...] = (
    (events, "tellings", "event_id", aggregate_events),
    (stories, "story_articles", "story_id", aggregate_stories),
)


class AsOfView:
    """The catalog as it stood at ``at``. Safe to use from many threads."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._number = Instant().process_bind_param(at, default.DefaultDialect())
        kinds = ", ".join(f"'{kind}'" for kind in sorted(NAMING_KINDS))
        self._plain = [
            _ARTICLES.format(moment=self._number),
            *(_PART.format(name=name, moment=self._number) for name in _OWNED),
            _COPIES,
            _ENTITIES,
            _ALIASES.format(kinds=kinds),
        ]
        drawn = (_DRAWN.format(**_columns(table), parts=parts, key=key) for table, parts, key, _ in _DRAWS)
        self._whole = ["drawn AS MATERIALIZED (SELECT ? AS rows)", *self._plain, *drawn]
        self._guard = threading.Lock()
        self._rows: str | None = None

    def show(self, connection: Connection) -> None:
        """Let all that is read from ``connection`` from now on be read so."""
        shown = _Shown(self._plain)
        event.listen(connection, "before_cursor_execute", shown.rewrite, retval=True)
        with self._guard:
            if self._rows is None:
                self._rows = self._draw(connection)
        shown.tables, shown.values = self._whole, (self._rows,)

    def _draw(self, connection: Connection) -> str:
        """The events and stories that some later article changed, as JSON."""
        rows: dict[str, list[list[Any]]] = {}
        for table, parts, key, draw in _DRAWS:
            changed = text(_CHANGED.format(parts=parts, key=key, moment=self._number))
            found = draw(connection, sorted(connection.execute(changed).scalars()))
            rows[str(table.name)] = [_stored(connection, table, {"id": id_} | row) for id_, row in found.items()]
        return orjson.dumps(rows).decode()


class _Shown:
    """The tables that statements of a connection get in front, with the values of their parameters."""

    def __init__(self, tables: Sequence[str]) -> None:
        self.tables = tables
        self.values: tuple[str, ...] = ()

    def rewrite(
        self, _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        """Called by SQLAlchemy before each statement."""
        words = statement.lstrip()
        if words.startswith("SELECT"):
            return f"WITH {', '.join(self.tables)} {words}", (*self.values, *parameters)
        if words.startswith("WITH "):
            return f"WITH {', '.join(self.tables)}, {words.removeprefix('WITH ')}", (*self.values, *parameters)
        return statement, parameters


def _columns(table: Table) -> dict[str, str]:
    names = [f'"{column.name}"' for column in table.columns]
    return {
        "name": table.name,
        "columns": ", ".join(f"own.{name}" for name in names),
        "cells": ", ".join(f"json_extract(r.value, '$[{n}]') AS {name}" for n, name in enumerate(names)),
    }


def _stored(connection: Connection, table: Table, row: Mapping[str, Any]) -> list[Any]:
    """The row as the database holds it, in the order of the table's columns."""
    cells: list[Any] = []
    for column in table.columns:
        bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        cells.append(bind(row[column.name]) if bind else row[column.name])
    return cells
