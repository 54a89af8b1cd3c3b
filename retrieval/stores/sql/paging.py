"""Keyset paging: a page is found by the sort key and id of its neighbour, never by counting rows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from retrieval.errors import CursorError, InputError
from retrieval.models import Page, Window

MAX_LIMIT = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ordering:
    """How a list is sorted: by ``key``, which is never null, ties by ``id``. ``name`` marks the list's cursors."""

    name: str
    key: ColumnElement[Any]
    id: ColumnElement[Any]
    descending: bool = False


def find_page(
    connection: Connection, statement: Select[Any], ordering: Ordering, window: Window, make: Callable[[Row[Any]], T]
) -> Page[T]:
    """One window of ``statement``'s rows.

    Raises:
        CursorError: a cursor of another list or order.
        InputError: a limit outside 0 to `MAX_LIMIT`.
    """
    query = _bounded(statement, ordering, window)
    directions = _directions(ordering, window)
    rows = connection.execute(query.order_by(*directions).limit(window.limit + 1)).all()
    return _page(rows, ordering, window, make)


def find_pages(
    connection: Connection,
    statement: Select[Any],
    ordering: Ordering,
    window: Window,
    make: Callable[[Row[Any]], T],
    *,
    parent: ColumnElement[str],
    parents: Sequence[str],
) -> dict[str, Page[T]]:
    """The same window of each parent's list, in one statement; every parent is a key."""
    place = func.row_number().over(partition_by=parent, order_by=_directions(ordering, window)).label("page_place")
    inner = _bounded(statement.where(parent.in_(parents)), ordering, window)
    ranked = inner.add_columns(parent.label("page_parent"), place).subquery()
    query = select(ranked).where(ranked.c.page_place <= window.limit + 1).order_by(ranked.c.page_place)
    by_parent: dict[str, list[Row[Any]]] = {id_: [] for id_ in parents}
    for row in connection.execute(query):
        by_parent[row.page_parent].append(row)
    return {id_: _page(rows, ordering, window, make) for id_, rows in by_parent.items()}


def chunks(ids: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """``ids`` in pieces that fit a statement's parameters."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _bounded(statement: Select[Any], ordering: Ordering, window: Window) -> Select[Any]:
    if not 0 <= window.limit <= MAX_LIMIT:
        raise InputError(f"limit {window.limit} is out of range; give 0 to {MAX_LIMIT}")
    query = statement.add_columns(ordering.key.label("page_key"), ordering.id.label("page_id"))
    if window.after is not None:
        query = query.where(_beyond(ordering, _decode(window.after, ordering), forward=True))
    if window.before is not None:
        query = query.where(_beyond(ordering, _decode(window.before, ordering), forward=False))
    return query


def _beyond(ordering: Ordering, place: tuple[Any, Any], *, forward: bool) -> ColumnElement[bool]:
    key, id_ = place
    if forward != ordering.descending:
        return or_(ordering.key > key, and_(ordering.key == key, ordering.id > id_))
    return or_(ordering.key < key, and_(ordering.key == key, ordering.id < id_))


def _directions(ordering: Ordering, window: Window) -> list[ColumnElement[Any]]:
    if ordering.descending != window.backward:
        return [ordering.key.desc(), ordering.id.desc()]
    return [ordering.key.asc(), ordering.id.asc()]


def _page(rows: Sequence[Row[Any]], ordering: Ordering, window: Window, make: Callable[[Row[Any]], T]) -> Page[T]:
    more = len(rows) > window.limit
    kept = list(rows[: window.limit])
    if window.backward:
        kept.reverse()
    cursors = tuple(_encode(ordering, row.page_key, row.page_id) for row in kept)
    return Page(
        items=tuple(make(row) for row in kept),
        cursors=cursors,
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else window.after is not None,
    )


def _encode(ordering: Ordering, key: Any, id_: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_mark(ordering), key, id_])).decode().rstrip("=")


def _decode(cursor: str, ordering: Ordering) -> tuple[Any, Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mark, key, id_ = orjson.loads(raw)
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorError(f"cursor {cursor[:80]!r} is not one of ours; use a cursor that this list gave") from error
    if mark != _mark(ordering) or not isinstance(key, int | float | str) or not isinstance(id_, int | str):
        raise CursorError(f"cursor {cursor[:80]!r} belongs to another list or order; use one that this list gave")
    return key, id_


def _mark(ordering: Ordering) -> str:
    return ordering.name + ("-" if ordering.descending else "+")
