"""Stages of extraction that failed on an article"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("failed_stages", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_articles_failed_stages", "articles", ["id"], sqlite_where=sa.text("failed_stages != ''"))


def downgrade() -> None:
    op.drop_index("ix_articles_failed_stages", "articles")
    op.drop_column("articles", "failed_stages")
