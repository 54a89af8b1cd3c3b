"""Stories"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("medoid_id", sa.String(length=16), nullable=False),
        sa.Column("first_published", sa.BigInteger(), nullable=True),
        sa.Column("last_published", sa.BigInteger(), nullable=True),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("independent_source_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    op.create_index(op.f("ix_stories_last_published"), "stories", ["last_published"])
    op.create_index(op.f("ix_stories_article_count"), "stories", ["article_count"])
    op.create_table(
        "story_articles",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_story_articles_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_articles_story_id")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_story_articles")),
    )
    op.create_index(op.f("ix_story_articles_story_id"), "story_articles", ["story_id"])
    op.create_table(
        "story_words",
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_story_words")),
    )


def downgrade() -> None:
    for table in ("story_words", "story_articles", "stories"):
        op.drop_table(table)
