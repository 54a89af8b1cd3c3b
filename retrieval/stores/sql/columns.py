"""Kinds of columns that the tables of the catalog are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Enum, ForeignKey, Integer, MetaData, String, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as whole microseconds since 1970: sorts and compares alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To microseconds."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From microseconds."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def stored_enum(kind: type[StrEnum]) -> Enum:
    """Stored as text without a check constraint, so that a new member needs no migration."""
    return Enum(kind, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e])


# SQLite gives ids in order, and never again, only to an INTEGER primary key.
Serial = BigInteger().with_variant(Integer, "sqlite")
Id = String(16)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def serial() -> Column[int]:
    """A primary key that counts up."""
    return Column("id", Serial, primary_key=True, autoincrement=True)


def article_id(**options: Any) -> Column[str]:
    """The article that a row goes with."""
    return Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, **options)


def entity_id(name: str = "entity_id", *, nullable: bool = True) -> Column[str]:
    """An entity that a row names."""
    return Column(name, Id, ForeignKey("entities.id"), nullable=nullable, index=True)


def span() -> tuple[Column[int], Column[int]]:
    """Where a row stands in its article's text."""
    return Column("start", Integer, nullable=False), Column("end", Integer, nullable=False)


def casualty_counts() -> tuple[Column[int], ...]:
    """How many people an event killed and injured, each with its bounds."""
    return tuple(Column(f"{fate}{bound}", Integer) for fate in ("fatalities", "injured") for bound in ("", "_low", "_high"))
