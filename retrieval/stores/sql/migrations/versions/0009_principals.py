"""Whom the source of a claim speaks for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attributions", sa.Column("principal_text", sa.Text(), nullable=True))
    op.add_column("attributions", sa.Column("principal_start", sa.Integer(), nullable=True))
    op.add_column("attributions", sa.Column("principal_end", sa.Integer(), nullable=True))
    op.add_column("attributions", sa.Column("principal_id", sa.String(length=16), nullable=True))


def downgrade() -> None:
    for name in ("principal_id", "principal_end", "principal_start", "principal_text"):
        op.drop_column("attributions", name)
