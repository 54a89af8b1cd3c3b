"""Events of several articles"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tellings",
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("own_id", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=64), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("time_start", sa.BigInteger(), nullable=True),
        sa.Column("time_end", sa.BigInteger(), nullable=True),
        sa.Column("time_precision", sa.String(length=32), nullable=False),
        sa.Column("time_source", sa.String(length=32), nullable=False),
        sa.Column("time_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place_id", sa.String(length=16), nullable=True),
        sa.Column("fatalities", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("voices", sa.JSON(), nullable=False),
        sa.Column("deeds", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_tellings_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_tellings_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["place_id"], ["entities.id"], name=op.f("fk_tellings_place_id")),
        sa.ForeignKeyConstraint(["time_id"], ["times.id"], name=op.f("fk_tellings_time_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("event_id", "article_id", name=op.f("pk_tellings")),
    )
    op.create_index(op.f("ix_tellings_article_id"), "tellings", ["article_id"])
    op.create_index(op.f("ix_tellings_own_id"), "tellings", ["own_id"])
    op.create_index(op.f("ix_tellings_place_id"), "tellings", ["place_id"])
    op.create_index(op.f("ix_tellings_time_id"), "tellings", ["time_id"])
    op.create_index("ix_tellings_type_time", "tellings", ["type", "time_start"])
    op.create_table(
        "copies",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("root_id", sa.String(length=16), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("shingle_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_copies_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_copies")),
    )
    op.create_index(op.f("ix_copies_root_id"), "copies", ["root_id"])
    op.create_table(
        "copy_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_copy_bands_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("band", "article_id", name=op.f("pk_copy_bands")),
    )
    op.create_index(op.f("ix_copy_bands_article_id"), "copy_bands", ["article_id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decisions_entity_id"), "decisions", ["entity_id"])


def downgrade() -> None:
    for table in ("decisions", "copy_bands", "copies", "tellings"):
        op.drop_table(table)
