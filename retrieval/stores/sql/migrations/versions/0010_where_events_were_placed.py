"""Where the place and the time of an event were found, and which event an article is about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ADDED = ("place_source", "time_origin")


def upgrade() -> None:
    for table in ("events", "tellings"):
        for name in _ADDED:
            op.add_column(table, sa.Column(name, sa.String(length=32), nullable=True))
    op.add_column("tellings", sa.Column("is_main", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("tellings", "is_main")
    for table in ("events", "tellings"):
        for name in _ADDED:
            op.drop_column(table, name)
