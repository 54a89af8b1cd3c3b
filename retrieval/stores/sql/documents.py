"""An archive's passages as documents, and what came in with those that were documents before.

Each function reads or writes inside a transaction that the caller opened.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Row,
    Select,
    Text,
    cast,
    func,
    insert,
    literal,
    null,
    select,
)

from retrieval.models.prepared import DocumentRecord
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.queries.document_filters import COLUMNS, DocumentFilter, build_condition, document_id
from retrieval.stores.sql.queries.document_values import MetadataValue, ValueKind, iter_values
from retrieval.stores.sql.tables import articles, document_values, documents, passages

_SOURCE: FromClause = passages.join(articles).outerjoin(documents, documents.c.article_id == articles.c.id)
_KINDS = {
    "published_at": ValueKind.TEXT,
    "revision": ValueKind.INTEGER,
    "start": ValueKind.INTEGER,
    "end": ValueKind.INTEGER,
}


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A passage with what its article says of itself. ``record`` is what came in with it, None where it came as an article.

    ``id`` is the name under which a document came in, else the article's id with the passage's position.
    """

    id: str
    passage_id: int
    article_id: str
    content: str
    start: int
    end: int
    title: str
    url: str | None
    publisher: str | None
    language: str
    published_at: datetime | None
    revision: int
    record: DocumentRecord | None


def write_document(connection: Connection, article_id: str, record: DocumentRecord) -> None:
    """Store what came in with an article that was just written."""
    embedding = None if record.embedding is None else array("d", record.embedding).tobytes()
    connection.execute(
        insert(documents).values(article_id=article_id, name=record.name, meta=dict(record.meta), embedding=embedding)
    )
    rows = [
        {
            "article_id": article_id,
            "path": path,
            "kind": value.kind.value,
            "text": value.text,
            "number": value.number,
            "instant": value.instant,
        }
        for path, value in iter_values(record.meta)
    ]
    if rows:
        connection.execute(insert(document_values), rows)


def find_documents(connection: Connection, filter_: DocumentFilter | None) -> list[StoredDocument]:
    """The documents that pass the filter, in the order in which they came."""
    query = _select().where(build_condition(filter_)).order_by(passages.c.id)
    return [_make(row) for row in connection.execute(query)]


def load_documents(connection: Connection, passage_ids: Sequence[int]) -> dict[int, StoredDocument]:
    """Documents by their passages' ids; those that are gone are left out."""
    found: dict[int, StoredDocument] = {}
    for some in chunks(list(passage_ids)):
        found.update((row.passage_id, _make(row)) for row in connection.execute(_select().where(passages.c.id.in_(some))))
    return found


def count_documents(connection: Connection, filter_: DocumentFilter | None) -> int:
    """How many documents pass the filter."""
    query = select(func.count()).select_from(_SOURCE).where(build_condition(filter_))
    return int(connection.execute(query).scalar_one())


def find_articles(connection: Connection, filter_: DocumentFilter | None, *, limit: int | None = None) -> list[str]:
    """The articles of the documents that pass the filter, at most ``limit`` of them."""
    query = select(articles.c.id).distinct().select_from(_SOURCE).where(build_condition(filter_)).limit(limit)
    return list(connection.execute(query).scalars())


def count_passages(connection: Connection, article_ids: Sequence[str]) -> int:
    """How many passages the articles have together."""
    total = 0
    for some in chunks(list(article_ids)):
        query = select(func.count()).where(passages.c.article_id.in_(some))
        total += int(connection.execute(query).scalar_one())
    return total


def find_fields(connection: Connection) -> dict[str, set[ValueKind]]:
    """The fields that documents have, each with the kinds of its values; those of an article where there is one."""
    fields: dict[str, set[ValueKind]] = {}
    for row in connection.execute(select(document_values.c.path, document_values.c.kind).distinct()):
        fields.setdefault(row.path, set()).add(ValueKind(row.kind))
    came_as_article = select(articles.c.id).where(articles.c.id.not_in(select(documents.c.article_id)))
    if connection.execute(came_as_article.limit(1)).first() is not None:
        fields.update({name: {_KINDS.get(name, ValueKind.TEXT)} for name in COLUMNS})
    return fields


def find_values(
    connection: Connection,
    field: str,
    filter_: DocumentFilter | None = None,
    *,
    containing: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[MetadataValue], int]:
    """The different values of a field in the documents that pass the filter, in order, and how many there are.

    ``containing`` keeps texts that hold it, without regard to case.
    """
    if containing is not None and _KINDS.get(field, ValueKind.TEXT) is not ValueKind.TEXT:
        return [], 0
    query = _select_values(field, filter_)
    if containing is not None:
        query = query.where(func.lower(query.selected_columns.text).contains(containing.lower(), autoescape=True))
    total = int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())
    columns = query.selected_columns
    rows = connection.execute(query.order_by(columns.text, columns.number, columns.kind).offset(offset).limit(limit))
    return [_read_value(row) for row in rows], total


def find_range(connection: Connection, field: str) -> tuple[MetadataValue, MetadataValue] | None:
    """The least and the greatest of a field's numbers, of its texts where it has no numbers; None where it has neither."""
    values = _select_values(field, None).subquery()
    for column in (values.c.number, values.c.text):
        ends = []
        for order in (column.asc(), column.desc()):
            row = connection.execute(select(values).where(column.is_not(None)).order_by(order).limit(1)).first()
            ends += [] if row is None else [_read_value(row)]
        if ends:
            return ends[0], ends[1]
    return None


def _select() -> Select[Any]:
    # SQL counts characters from 1
    content = func.substr(articles.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
    return select(
        passages.c.id.label("passage_id"),
        passages.c.position,
        passages.c.start,
        passages.c.end,
        content.label("content"),
        articles.c.id.label("article_id"),
        articles.c.title,
        articles.c.url,
        articles.c.publisher,
        articles.c.language,
        articles.c.published_at,
        articles.c.revision,
        documents.c.name,
        documents.c.meta,
        documents.c.embedding,
    ).select_from(_SOURCE)


def _select_values(field: str, filter_: DocumentFilter | None) -> Select[Any]:
    """Rows of kind, text and number, all different."""
    if field in COLUMNS:
        kind = _KINDS.get(field, ValueKind.TEXT)
        column: ColumnElement[Any] = COLUMNS[field]
        is_number = kind is ValueKind.INTEGER
        parts = (
            literal(kind.value).label("kind"),
            (cast(null(), Text) if is_number else column).label("text"),
            (column if is_number else cast(null(), Float)).label("number"),
        )
        return select(*parts).select_from(_SOURCE).where(column.is_not(None), build_condition(filter_)).distinct()
    values = document_values.c
    query = select(values.kind, values.text, values.number).where(values.path == field).distinct()
    if filter_ is not None:
        passing = select(articles.c.id).select_from(_SOURCE).where(build_condition(filter_))
        query = query.where(values.article_id.in_(passing))
    return query


def _make(row: Row[Any]) -> StoredDocument:
    return StoredDocument(
        id=document_id(row.article_id, row.position) if row.name is None else row.name,
        passage_id=row.passage_id,
        article_id=row.article_id,
        content=row.content,
        start=row.start,
        end=row.end,
        title=row.title,
        url=row.url,
        publisher=row.publisher,
        language=row.language,
        published_at=row.published_at,
        revision=row.revision,
        record=None if row.name is None else _read_record(row.name, row.meta, row.embedding),
    )


def _read_record(name: str, meta: Mapping[str, Any], embedding: bytes | None) -> DocumentRecord:
    numbers = None if embedding is None else tuple(array("d", embedding))
    return DocumentRecord(name, meta, numbers)


def _read_value(row: Row[Any]) -> MetadataValue:
    text = row.text.isoformat() if isinstance(row.text, datetime) else row.text
    return MetadataValue(ValueKind(row.kind), text, row.number)
