"""Haystack's filters as those of the catalog and of the search index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from haystack.dataclasses import Document
from haystack.errors import FilterError

from retrieval.models import ArticleFilter
from retrieval.stores.sql.queries.document_filters import (
    Comparison,
    DocumentFilter,
    FieldCondition,
    IdCondition,
    Logic,
    LogicCondition,
)
from retrieval.stores.sql.queries.document_values import MetadataValue, ValueKind, read_value

_COMPARISONS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in")
_DOCUMENT_FIELDS = frozenset(field.name for field in fields(Document)) - {"id"}
# Fields that the search index filters by itself, and the part of an `ArticleFilter` that says so.
_INDEXED = {"publisher": "publishers", "language": "languages", "article_id": "article_ids", "entity_ids": "entity_ids"}


def parse_filter(filters: Mapping[str, Any] | None) -> DocumentFilter | None:
    """A filter as Haystack writes it, for the catalog; None where there is none.

    Raises:
        FilterError: it is none, or cannot be a query.
    """
    if not filters:
        return None
    if not isinstance(filters, Mapping):
        raise FilterError(f"{filters!r} is no filter; give a dictionary with a field or with conditions")
    if "field" in filters:
        return _parse_comparison(filters)
    for key in ("operator", "conditions"):
        if key not in filters:
            raise FilterError(f"the filter {dict(filters)} has no {key!r}; see Haystack's guide to metadata filtering")
    if filters["operator"] not in list(Logic):
        raise FilterError(f"unknown operator {filters['operator']!r}; choose {', '.join(Logic)}")
    parts = [parse_filter(part) for part in filters["conditions"]]
    return LogicCondition(Logic(filters["operator"]), tuple(part for part in parts if part is not None))


def to_article_filter(filter_: DocumentFilter | None) -> ArticleFilter | None:
    """The filter as one that the search index knows; None where it is another.

    The index knows ``==`` and ``in`` for publisher, language, article_id and entity_ids, ``>=`` and ``<=`` for
    published_at, and AND.
    """
    if filter_ is None:
        return ArticleFilter()
    parts = filter_.conditions if isinstance(filter_, LogicCondition) and filter_.logic is Logic.AND else (filter_,)
    known: dict[str, Any] = {}
    for part in parts:
        found = _bound(part) or _members(part)
        if found is None or found[0] in known:
            return None
        known[found[0]] = found[1]
    return ArticleFilter(**known)


def _parse_comparison(condition: Mapping[str, Any]) -> DocumentFilter:
    for key in ("operator", "value"):
        if key not in condition:
            raise FilterError(f"the condition {dict(condition)} has no {key!r}; see Haystack's guide to metadata filtering")
    field, operator, value = condition["field"], condition["operator"], condition["value"]
    if operator not in _COMPARISONS:
        raise FilterError(f"unknown operator {operator!r} for {field}; choose {', '.join(_COMPARISONS)}")
    if field in _DOCUMENT_FIELDS:
        raise FilterError(f"documents cannot be filtered by {field!r}; filter by id or a field of meta, or use a retriever")
    if operator in {"in", "not in"}:
        if not isinstance(value, list):
            raise FilterError(f"operator {operator!r} for {field} takes a list, not {value!r}")
        among = LogicCondition(Logic.OR, tuple(_equal(field, member) for member in value))
        return among if operator == "in" else LogicCondition(Logic.NOT, (among,))
    if operator == "==":
        return _equal(field, value)
    if operator == "!=":
        return LogicCondition(Logic.NOT, (_equal(field, value),))
    if field == "id":
        raise FilterError(f"ids are not compared by {operator!r}; use ==, !=, in or not in")
    return FieldCondition(_path(field), Comparison(operator), _ordered(field, operator, value))


def _equal(field: str, value: object) -> DocumentFilter:
    if field == "id":
        return IdCondition(str(value))
    return FieldCondition(_path(field), Comparison.EQUAL, _value(field, value))


def _path(field: str) -> str:
    return field.removeprefix("meta.")


def _value(field: str, value: object) -> MetadataValue | None:
    try:
        return read_value(value)
    except TypeError as error:
        raise FilterError(
            f"the value {value!r} for {field} is no text, number, true or false, null, list or object"
        ) from error


def _ordered(field: str, operator: str, value: object) -> MetadataValue | None:
    kept = _value(field, value)
    if kept is not None and kept.number is None and kept.instant is None:
        raise FilterError(f"{field} {operator} {value!r}: only numbers and ISO 8601 dates have an order")
    return kept


def _bound(filter_: DocumentFilter) -> tuple[str, datetime] | None:
    if not isinstance(filter_, FieldCondition) or filter_.field != "published_at" or filter_.value is None:
        return None
    names = {Comparison.GREATER_OR_EQUAL: "published_from", Comparison.LESS_OR_EQUAL: "published_to"}
    name, instant = names.get(filter_.comparison), filter_.value.instant
    return None if name is None or instant is None else (name, instant)


def _members(filter_: DocumentFilter) -> tuple[str, tuple[str, ...]] | None:
    either = filter_.conditions if isinstance(filter_, LogicCondition) and filter_.logic is Logic.OR else (filter_,)
    names: set[str] = set()
    members: list[str] = []
    for part in either:
        if not isinstance(part, FieldCondition) or part.comparison is not Comparison.EQUAL or part.field not in _INDEXED:
            return None
        if part.value is None or part.value.kind is not ValueKind.TEXT or part.value.text is None:
            return None
        names.add(_INDEXED[part.field])
        members.append(part.value.text)
    return (names.pop(), tuple(members)) if len(names) == 1 else None
