"""The tables of the catalog.

Facts of an article go with it (ON DELETE CASCADE); an entity or event goes with its last fact. Columns named ``start`` and
``end`` are code points into ``articles.text``. Columns that copy a text ("text", "trigger_text") hold what stood there at
extraction: serving compares it with the stored article.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from retrieval.models import (
    AttributionKind,
    BlockKind,
    ClaimStance,
    DatePrecision,
    DateSource,
    DecisionKind,
    EntityType,
    EventStatus,
    EventType,
    MentionKind,
    ParticipantRole,
    PublicationSource,
)

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


def _enum(kind: type[StrEnum]) -> Enum:
    """Stored as text without a check constraint, so that a new member needs no migration."""
    return Enum(kind, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e])


# SQLite gives ids in order, and never again, only to an INTEGER primary key.
_Serial = BigInteger().with_variant(Integer, "sqlite")
_Id = String(16)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _serial() -> Column[int]:
    return Column("id", _Serial, primary_key=True, autoincrement=True)


def _article(**options: Any) -> Column[str]:
    return Column("article_id", _Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, **options)


def _entity(name: str = "entity_id", *, nullable: bool = True) -> Column[str]:
    return Column(name, _Id, ForeignKey("entities.id"), nullable=nullable, index=True)


def _span() -> tuple[Column[int], Column[int]]:
    return Column("start", Integer, nullable=False), Column("end", Integer, nullable=False)


articles = Table(
    "articles",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("publisher_id", _Id, index=True),
    Column("publisher", Text),
    Column("authors", JSON, nullable=False),
    Column("language", String(35), nullable=False),
    Column("published_at", Instant, index=True),
    Column("published_precision", _enum(DatePrecision), nullable=False),
    Column("published_source", _enum(PublicationSource), nullable=False),
    Column("published_start", Integer),
    Column("published_end", Integer),
    Column("ingested_at", Instant, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("extractor_version", Integer, nullable=False),
)

blocks = Table(
    "blocks", metadata, _serial(), _article(index=True), Column("kind", _enum(BlockKind), nullable=False), *_span()
)

passages = Table(
    "passages",
    metadata,
    _serial(),
    _article(),
    Column("position", Integer, nullable=False),
    *_span(),
    UniqueConstraint("article_id", "position"),
    sqlite_autoincrement=True,
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", _Serial, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("embedder", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

entities = Table(
    "entities",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("type", _enum(EntityType), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("country", String(2)),
    Column("mention_count", Integer, nullable=False, index=True),
    Column("article_count", Integer, nullable=False),
    Column("first_seen", Instant),
    Column("last_seen", Instant),
    UniqueConstraint("type", "key"),
)

aliases = Table(
    "aliases",
    metadata,
    _entity(nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True),
    Column("mention_count", Integer, nullable=False),
    # In how many articles this is the form that the entity is called by; the commonest of them is its name.
    Column("naming_count", Integer, nullable=False),
    UniqueConstraint("entity_id", "name"),
)

article_entities = Table(
    "article_entities",
    metadata,
    _article(primary_key=True),
    Column("entity_id", _Id, ForeignKey("entities.id"), primary_key=True, index=True),
    Column("name", Text, nullable=False),
    Column("mention_count", Integer, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    _serial(),
    _article(index=True),
    _entity(nullable=False),
    Column("kind", _enum(MentionKind), nullable=False),
    *_span(),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

times = Table(
    "times",
    metadata,
    _serial(),
    _article(index=True),
    *_span(),
    Column("text", Text, nullable=False),
    Column("time_start", Instant),
    Column("time_end", Instant),
    Column("precision", _enum(DatePrecision), nullable=False),
    Column("source", _enum(DateSource), nullable=False),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("type", _enum(EventType), nullable=False, index=True),
    Column("mode", String(64)),
    Column("status", _enum(EventStatus), nullable=False),
    Column("title", Text, nullable=False),
    # A copy of the time's interval, to filter and sort by; time_id is null where it fell back to the publication date.
    Column("time_start", Instant, index=True),
    Column("time_end", Instant),
    Column("time_precision", _enum(DatePrecision), nullable=False),
    Column("time_source", _enum(DateSource), nullable=False),
    Column("time_id", _Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    _entity("place_id"),
    Column("fatalities", Integer),
    Column("confidence", Float, nullable=False),
    Column("independent_source_count", Integer, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    _article(index=True),
    *_span(),
    Column("spans", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("stance", _enum(ClaimStance), nullable=False),
    Column("said_at_id", _Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    Column("event_id", _Id, ForeignKey("events.id", ondelete="SET NULL"), index=True),
    Column("parent_id", _Id),
    sqlite_autoincrement=True,
)

claim_entities = Table(
    "claim_entities",
    metadata,
    Column("claim_seq", _Serial, ForeignKey("claims.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entity_id", _Id, ForeignKey("entities.id"), primary_key=True, index=True),
)

attributions = Table(
    "attributions",
    metadata,
    Column("claim_seq", _Serial, ForeignKey("claims.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # 0 is the speaker, 1 whom the speaker cites, and so on
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("kind", _enum(AttributionKind), nullable=False),
    Column("source_text", Text, nullable=False),
    Column("source_start", Integer),
    Column("source_end", Integer),
    _entity(),
    Column("cue", Text),
    Column("cue_start", Integer),
    Column("cue_end", Integer),
)

event_mentions = Table(
    "event_mentions",
    metadata,
    _serial(),
    Column("event_id", _Id, ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    _article(index=True),
    *_span(),
    Column("trigger_text", Text, nullable=False),
    Column("sentence_start", Integer, nullable=False),
    Column("sentence_end", Integer, nullable=False),
    Column("status", _enum(EventStatus), nullable=False),
    Column("claim_id", _Id),
    sqlite_autoincrement=True,
)

participants = Table(
    "participants",
    metadata,
    _serial(),
    Column("event_id", _Id, ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    _article(index=True),
    Column("role", _enum(ParticipantRole), nullable=False),
    _entity(),
    *_span(),
    Column("text", Text, nullable=False),
    Column("people", Integer),
    sqlite_autoincrement=True,
)

# How each article tells of an event; the row in "events" is drawn from all of them. An article tells of an event at most
# once, so that (event_id, article_id) also finds that article's mentions, participants and claims of it.
tellings = Table(
    "tellings",
    metadata,
    Column("event_id", _Id, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    _article(primary_key=True, index=True),
    # The id that the event would have if no other article told of it.
    Column("own_id", _Id, nullable=False, index=True),
    Column("type", _enum(EventType), nullable=False),
    Column("mode", String(64)),
    Column("title", Text, nullable=False),
    Column("time_start", Instant),
    Column("time_end", Instant),
    Column("time_precision", _enum(DatePrecision), nullable=False),
    Column("time_source", _enum(DateSource), nullable=False),
    Column("time_id", _Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    _entity("place_id"),
    Column("fatalities", Integer),
    Column("confidence", Float, nullable=False),
    # [[status, voice]]: voice "" is the article's own.
    Column("voices", JSON, nullable=False),
    # Stems of the triggers, and of the other words of their sentences.
    Column("deeds", JSON, nullable=False),
    Column("words", JSON, nullable=False),
)

# Near-copies: articles with the same root were printed from one text. The agency is one that the article credits.
copies = Table(
    "copies",
    metadata,
    _article(primary_key=True),
    Column("root_id", _Id, nullable=False, index=True),
    Column("agency", String(64)),
    Column("signature", LargeBinary, nullable=False),
    Column("shingle_count", Integer, nullable=False),
)

copy_bands = Table(
    "copy_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    _article(primary_key=True, index=True),
)

# The log of what people decided about entities; it outlives the entities, so that later ingests respect it.
decisions = Table(
    "decisions",
    metadata,
    _serial(),
    Column("at", Instant, nullable=False),
    Column("kind", _enum(DecisionKind), nullable=False),
    Column("entity_id", _Id, nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    Column("undone_at", Instant),
    sqlite_autoincrement=True,
)

# What the archive knows of itself: "id" tells its search index from another archive's.
settings = Table("settings", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

# The outbox: what the search index (and any mirror) has still to take in, in order.
changes = Table(
    "changes",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("article_id", _Id, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# Keys that let callers of the server in; a key itself is nowhere, only its digest.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

# Articles that wait to be ingested, and what became of them.
jobs = Table(
    "jobs",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    Column("state", String(16), nullable=False, index=True),
    Column("total", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    sqlite_autoincrement=True,
)

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", _Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("article", JSON(none_as_null=True)),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(16)),
    Column("article_id", _Id),
    Column("revision", Integer),
    Column("reason", Text),
)

Index("ix_events_type_time", events.c.type, events.c.time_start)
Index("ix_tellings_type_time", tellings.c.type, tellings.c.time_start)
