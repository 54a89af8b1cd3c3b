"""The values in a document's metadata, as the catalog keeps and compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

# A whole date at least: "2025" alone is a number or a name.
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([Tt ]|$)")


class ValueKind(StrEnum):
    """The kinds of values that JSON knows; JSON are lists and objects."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    REAL = "REAL"
    BOOLEAN = "BOOLEAN"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """A value as text (TEXT, and JSON with sorted keys) or number; ``instant`` is set where the text is an ISO 8601 date.

    A date without an offset is taken to be in UTC.
    """

    kind: ValueKind
    text: str | None = None
    number: float | None = None
    instant: datetime | None = None

    @property
    def plain(self) -> Any:
        """The value as it was given."""
        if self.kind is ValueKind.JSON:
            return orjson.loads(self.text or "null")
        if self.number is None:
            return self.text
        kinds = {ValueKind.BOOLEAN: bool, ValueKind.INTEGER: int}
        return kinds.get(self.kind, float)(self.number)


def read_value(value: object) -> MetadataValue | None:
    """A value of JSON, or a datetime, for the catalog; None for null.

    Raises:
        TypeError: it is none.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return MetadataValue(ValueKind.BOOLEAN, number=float(value))
    if isinstance(value, int):
        return MetadataValue(ValueKind.INTEGER, number=float(value))
    if isinstance(value, float):
        return MetadataValue(ValueKind.REAL, number=value)
    if isinstance(value, datetime):
        return MetadataValue(ValueKind.TEXT, text=value.isoformat(), instant=_aware(value))
    if isinstance(value, str):
        return MetadataValue(ValueKind.TEXT, text=value, instant=read_instant(value))
    if isinstance(value, list | dict):
        return MetadataValue(ValueKind.JSON, text=orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode())
    raise TypeError(f"{value!r} is no value of JSON")


def read_instant(text: str) -> datetime | None:
    """The instant that an ISO 8601 date means; None for anything else."""
    if not _ISO_DATE.match(text):
        return None
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def iter_values(meta: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, MetadataValue]]:
    """Every value with its path, those inside objects ("author.name") beside the objects themselves; no nulls."""
    for name, value in meta.items():
        path = f"{prefix}{name}"
        kept = read_value(value)
        if kept is not None:
            yield path, kept
        if isinstance(value, dict):
            yield from iter_values(value, f"{path}.")


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
