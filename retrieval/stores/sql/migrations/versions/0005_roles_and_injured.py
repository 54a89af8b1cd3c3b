"""Roles of people, and how many an event injured"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ADDED = ("fatalities_low", "fatalities_high", "injured", "injured_low", "injured_high")


def upgrade() -> None:
    for table in ("events", "tellings"):
        for name in _ADDED:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "roles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_former", sa.Boolean(), nullable=False),
        sa.Column("of_id", sa.String(length=16), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_roles_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_roles_entity_id")),
        sa.ForeignKeyConstraint(["of_id"], ["entities.id"], name=op.f("fk_roles_of_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sqlite_autoincrement=True,
    )
    for name in ("article_id", "entity_id", "of_id"):
        op.create_index(op.f(f"ix_roles_{name}"), "roles", [name])


def downgrade() -> None:
    op.drop_table("roles")
    for table in ("events", "tellings"):
        for name in _ADDED:
            op.drop_column(table, name)
