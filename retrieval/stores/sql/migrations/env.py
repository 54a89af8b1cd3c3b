"""Alembic's entry: runs migrations on the connection that `retrieval.stores.sql.engine` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

import retrieval.stores.sql.tables  # noqa: F401 -- its tables enter the metadata
from retrieval.stores.sql.columns import Instant, metadata


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name the plain types, so that they stay as they are when our types change."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_item=_render, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
