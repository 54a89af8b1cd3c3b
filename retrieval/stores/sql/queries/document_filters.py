"""Filters of documents as SQL: conditions on passages, their articles, and the metadata that came with documents.

A field is one of an article or passage (`COLUMNS`, for every document) or else a path into the metadata of those that came
in as documents. A value that is missing differs from every value, and is neither more nor less than any.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from retrieval.stores.sql.queries.document_values import MetadataValue, ValueKind
from retrieval.stores.sql.tables import article_entities, articles, document_values, documents, passages

COLUMNS: dict[str, ColumnElement[Any]] = {
    "article_id": articles.c.id,
    "title": articles.c.title,
    "url": articles.c.url,
    "publisher": articles.c.publisher,
    "language": articles.c.language,
    "published_at": articles.c.published_at,
    "revision": articles.c.revision,
    "start": passages.c.start,
    "end": passages.c.end,
}
# In these the passages of one article differ.
_PASSAGE_FIELDS = frozenset({"start", "end"})
_NUMBERS = frozenset({"revision", "start", "end"})


class Comparison(StrEnum):
    """How a field is compared with a value."""

    EQUAL = "=="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="


class Logic(StrEnum):
    """How conditions are joined; NOT holds where not all of them do."""

    AND = "AND"
    OR = "OR"
    NOT = "NOT"


@dataclass(frozen=True, slots=True)
class IdCondition:
    """The document of this id: the name under which it came in, or else as `document_id` makes it."""

    id: str


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """``field``, such as "title" or "author.name", compared with ``value``.

    Only EQUAL may be compared with None, which is "missing".
    """

    field: str
    comparison: Comparison
    value: MetadataValue | None


@dataclass(frozen=True, slots=True)
class LogicCondition:
    """Conditions joined."""

    logic: Logic
    conditions: tuple[DocumentFilter, ...]


DocumentFilter = IdCondition | FieldCondition | LogicCondition


def document_id(article_id: str, position: int) -> str:
    """The id of an article's passage as a document."""
    return f"{article_id}:{position}"


def build_condition(filter_: DocumentFilter | None) -> ColumnElement[bool]:
    """The filter as a condition on passages joined with articles, and with documents where there is one."""
    if filter_ is None:
        return true()
    if isinstance(filter_, LogicCondition):
        parts = [build_condition(part) for part in filter_.conditions]
        if filter_.logic is Logic.OR:
            return or_(false(), *parts)
        together = and_(true(), *parts)
        return not_(together) if filter_.logic is Logic.NOT else together
    if isinstance(filter_, IdCondition):
        return _has_id(filter_.id)
    if filter_.field == "entity_ids":
        return _names_entity(filter_)
    if filter_.field in COLUMNS:
        return _compare_column(filter_)
    return _compare_metadata(filter_)


def is_of_articles(filter_: DocumentFilter | None) -> bool:
    """Whether the filter lets all passages of an article through or none."""
    if filter_ is None:
        return True
    if isinstance(filter_, LogicCondition):
        return all(is_of_articles(part) for part in filter_.conditions)
    return isinstance(filter_, FieldCondition) and filter_.field not in _PASSAGE_FIELDS


def _has_id(wanted: str) -> ColumnElement[bool]:
    article_id, _, position = wanted.rpartition(":")
    named = and_(documents.c.name.is_not(None), documents.c.name == wanted)
    if not position.isdecimal():
        return named
    passage = and_(documents.c.name.is_(None), articles.c.id == article_id, passages.c.position == int(position))
    return or_(named, passage)


def _names_entity(filter_: FieldCondition) -> ColumnElement[bool]:
    named = exists().where(article_entities.c.article_id == articles.c.id).correlate(articles)
    if filter_.comparison is not Comparison.EQUAL:
        return false()
    return not_(named) if filter_.value is None else named.where(article_entities.c.entity_id == filter_.value.text)


def _compare_column(filter_: FieldCondition) -> ColumnElement[bool]:
    column, value = COLUMNS[filter_.field], filter_.value
    if value is None:
        return column.is_(None) if filter_.comparison is Comparison.EQUAL else false()
    wanted: object = value.text if value.kind is ValueKind.TEXT else None
    if filter_.field == "published_at":
        wanted = value.instant
    elif filter_.field in _NUMBERS:
        wanted = value.number
    elif filter_.comparison is not Comparison.EQUAL:
        return false()  # texts are not compared by size
    if wanted is None:
        return false()
    return and_(column.is_not(None), _compare(column, filter_.comparison, wanted))


def _compare_metadata(filter_: FieldCondition) -> ColumnElement[bool]:
    values, value = document_values.c, filter_.value
    here = select(values.article_id).where(values.path == filter_.field)
    if value is None:
        return articles.c.id.not_in(here) if filter_.comparison is Comparison.EQUAL else false()
    matches: list[ColumnElement[bool]] = []
    if value.number is not None:
        matches.append(_compare(values.number, filter_.comparison, value.number))
    if value.instant is not None:
        matches.append(_compare(values.instant, filter_.comparison, value.instant))
    if value.text is not None and filter_.comparison is Comparison.EQUAL:
        matches.append(and_(values.kind == value.kind, values.text == value.text))
    return articles.c.id.in_(here.where(or_(false(), *matches)))


def _compare(column: ColumnElement[Any], comparison: Comparison, value: object) -> ColumnElement[bool]:
    conditions: dict[Comparison, ColumnElement[bool]] = {
        Comparison.EQUAL: column == value,
        Comparison.GREATER: column > value,
        Comparison.GREATER_OR_EQUAL: column >= value,
        Comparison.LESS: column < value,
        Comparison.LESS_OR_EQUAL: column <= value,
    }
    return conditions[comparison]
