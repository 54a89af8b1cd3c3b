"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("publisher_id", sa.String(length=16), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_precision", sa.String(length=32), nullable=False),
        sa.Column("published_source", sa.String(length=32), nullable=False),
        sa.Column("published_start", sa.Integer(), nullable=True),
        sa.Column("published_end", sa.Integer(), nullable=True),
        sa.Column("ingested_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("extractor_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("key", name=op.f("uq_articles_key")),
    )
    op.create_index(op.f("ix_articles_ingested_at"), "articles", ["ingested_at"], unique=False)
    op.create_index(op.f("ix_articles_published_at"), "articles", ["published_at"], unique=False)
    op.create_index(op.f("ix_articles_publisher_id"), "articles", ["publisher_id"], unique=False)
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_changes_article_id"), "changes", ["article_id"], unique=False)
    op.create_table(
        "entities",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=True),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("type", "key", name=op.f("uq_entities_type_key")),
    )
    op.create_index(op.f("ix_entities_mention_count"), "entities", ["mention_count"], unique=False)
    op.create_index(op.f("ix_entities_name"), "entities", ["name"], unique=False)
    op.create_index(op.f("ix_entities_type"), "entities", ["type"], unique=False)
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "aliases",
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("naming_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_aliases_entity_id")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_aliases_entity_id_name")),
    )
    op.create_index(op.f("ix_aliases_entity_id"), "aliases", ["entity_id"], unique=False)
    op.create_index(op.f("ix_aliases_folded"), "aliases", ["folded"], unique=False)
    op.create_table(
        "article_entities",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_entities_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_article_entities_entity_id")),
        sa.PrimaryKeyConstraint("article_id", "entity_id", name=op.f("pk_article_entities")),
    )
    op.create_index(op.f("ix_article_entities_entity_id"), "article_entities", ["entity_id"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_blocks_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_article_id"), "blocks", ["article_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_mentions_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_mentions_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mentions_article_id"), "mentions", ["article_id"], unique=False)
    op.create_index(op.f("ix_mentions_entity_id"), "mentions", ["entity_id"], unique=False)
    op.create_table(
        "passages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_passages_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("article_id", "position", name=op.f("uq_passages_article_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "times",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("time_start", sa.BigInteger(), nullable=True),
        sa.Column("time_end", sa.BigInteger(), nullable=True),
        sa.Column("precision", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_times_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_times")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_times_article_id"), "times", ["article_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("time_start", sa.BigInteger(), nullable=True),
        sa.Column("time_end", sa.BigInteger(), nullable=True),
        sa.Column("time_precision", sa.String(length=32), nullable=False),
        sa.Column("time_source", sa.String(length=32), nullable=False),
        sa.Column("time_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place_id", sa.String(length=16), nullable=True),
        sa.Column("fatalities", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("independent_source_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["entities.id"], name=op.f("fk_events_place_id")),
        sa.ForeignKeyConstraint(["time_id"], ["times.id"], name=op.f("fk_events_time_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_place_id"), "events", ["place_id"], unique=False)
    op.create_index(op.f("ix_events_time_id"), "events", ["time_id"], unique=False)
    op.create_index(op.f("ix_events_time_start"), "events", ["time_start"], unique=False)
    op.create_index(op.f("ix_events_type"), "events", ["type"], unique=False)
    op.create_index("ix_events_type_time", "events", ["type", "time_start"], unique=False)
    op.create_table(
        "vectors",
        sa.Column("passage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"], name=op.f("fk_vectors_passage_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_vectors")),
    )
    op.create_table(
        "claims",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stance", sa.String(length=32), nullable=False),
        sa.Column("said_at_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("event_id", sa.String(length=16), nullable=True),
        sa.Column("parent_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_claims_article_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_claims_event_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["said_at_id"], ["times.id"], name=op.f("fk_claims_said_at_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_claims")),
        sa.UniqueConstraint("id", name=op.f("uq_claims_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_claims_article_id"), "claims", ["article_id"], unique=False)
    op.create_index(op.f("ix_claims_event_id"), "claims", ["event_id"], unique=False)
    op.create_index(op.f("ix_claims_said_at_id"), "claims", ["said_at_id"], unique=False)
    op.create_table(
        "event_mentions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("trigger_text", sa.Text(), nullable=False),
        sa.Column("sentence_start", sa.Integer(), nullable=False),
        sa.Column("sentence_end", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("claim_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_event_mentions_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_mentions_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_mentions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_mentions_article_id"), "event_mentions", ["article_id"], unique=False)
    op.create_index(op.f("ix_event_mentions_event_id"), "event_mentions", ["event_id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_participants_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_participants_entity_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_participants_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_participants_article_id"), "participants", ["article_id"], unique=False)
    op.create_index(op.f("ix_participants_entity_id"), "participants", ["entity_id"], unique=False)
    op.create_index(op.f("ix_participants_event_id"), "participants", ["event_id"], unique=False)
    op.create_table(
        "attributions",
        sa.Column("claim_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("depth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=True),
        sa.Column("source_end", sa.Integer(), nullable=True),
        sa.Column("entity_id", sa.String(length=16), nullable=True),
        sa.Column("cue", sa.Text(), nullable=True),
        sa.Column("cue_start", sa.Integer(), nullable=True),
        sa.Column("cue_end", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["claim_seq"], ["claims.seq"], name=op.f("fk_attributions_claim_seq"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_attributions_entity_id")),
        sa.PrimaryKeyConstraint("claim_seq", "depth", name=op.f("pk_attributions")),
    )
    op.create_index(op.f("ix_attributions_entity_id"), "attributions", ["entity_id"], unique=False)
    op.create_table(
        "claim_entities",
        sa.Column("claim_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_seq"], ["claims.seq"], name=op.f("fk_claim_entities_claim_seq"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_claim_entities_entity_id")),
        sa.PrimaryKeyConstraint("claim_seq", "entity_id", name=op.f("pk_claim_entities")),
    )
    op.create_index(op.f("ix_claim_entities_entity_id"), "claim_entities", ["entity_id"], unique=False)
    # 128 random bits that tell this archive from any other
    op.execute("INSERT INTO settings (name, value) VALUES ('id', lower(hex(randomblob(16))))")


def downgrade() -> None:
    op.drop_index(op.f("ix_claim_entities_entity_id"), table_name="claim_entities")
    op.drop_table("claim_entities")
    op.drop_index(op.f("ix_attributions_entity_id"), table_name="attributions")
    op.drop_table("attributions")
    op.drop_index(op.f("ix_participants_event_id"), table_name="participants")
    op.drop_index(op.f("ix_participants_entity_id"), table_name="participants")
    op.drop_index(op.f("ix_participants_article_id"), table_name="participants")
    op.drop_table("participants")
    op.drop_index(op.f("ix_event_mentions_event_id"), table_name="event_mentions")
    op.drop_index(op.f("ix_event_mentions_article_id"), table_name="event_mentions")
    op.drop_table("event_mentions")
    op.drop_index(op.f("ix_claims_said_at_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_event_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_article_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_table("vectors")
    op.drop_index("ix_events_type_time", table_name="events")
    op.drop_index(op.f("ix_events_type"), table_name="events")
    op.drop_index(op.f("ix_events_time_start"), table_name="events")
    op.drop_index(op.f("ix_events_time_id"), table_name="events")
    op.drop_index(op.f("ix_events_place_id"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_times_article_id"), table_name="times")
    op.drop_table("times")
    op.drop_table("passages")
    op.drop_index(op.f("ix_mentions_entity_id"), table_name="mentions")
    op.drop_index(op.f("ix_mentions_article_id"), table_name="mentions")
    op.drop_table("mentions")
    op.drop_index(op.f("ix_blocks_article_id"), table_name="blocks")
    op.drop_table("blocks")
    op.drop_index(op.f("ix_article_entities_entity_id"), table_name="article_entities")
    op.drop_table("article_entities")
    op.drop_index(op.f("ix_aliases_folded"), table_name="aliases")
    op.drop_index(op.f("ix_aliases_entity_id"), table_name="aliases")
    op.drop_table("aliases")
    op.drop_table("settings")
    op.drop_index(op.f("ix_entities_type"), table_name="entities")
    op.drop_index(op.f("ix_entities_name"), table_name="entities")
    op.drop_index(op.f("ix_entities_mention_count"), table_name="entities")
    op.drop_table("entities")
    op.drop_index(op.f("ix_changes_article_id"), table_name="changes")
    op.drop_table("changes")
    op.drop_index(op.f("ix_articles_publisher_id"), table_name="articles")
    op.drop_index(op.f("ix_articles_published_at"), table_name="articles")
    op.drop_index(op.f("ix_articles_ingested_at"), table_name="articles")
    op.drop_table("articles")
