"""The tables of the catalog.

Facts of an article go with it (ON DELETE CASCADE); an entity or event goes with its last fact. Columns named ``start`` and
``end`` are code points into ``articles.text``. Columns that copy a text ("text", "trigger_text") hold what stood there at
extraction: serving compares it with the stored article.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
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
from retrieval.stores.sql.columns import (
    Id,
    Instant,
    Serial,
    article_id,
    casualty_counts,
    entity_id,
    metadata,
    serial,
    span,
    stored_enum,
)

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("publisher_id", Id, index=True),
    Column("publisher", Text),
    Column("authors", JSON, nullable=False),
    Column("language", String(35), nullable=False),
    Column("published_at", Instant, index=True),
    Column("published_precision", stored_enum(DatePrecision), nullable=False),
    Column("published_source", stored_enum(PublicationSource), nullable=False),
    Column("published_start", Integer),
    Column("published_end", Integer),
    Column("ingested_at", Instant, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("extractor_version", Integer, nullable=False),
)

blocks = Table(
    "blocks", metadata, serial(), article_id(index=True), Column("kind", stored_enum(BlockKind), nullable=False), *span()
)

passages = Table(
    "passages",
    metadata,
    serial(),
    article_id(),
    Column("position", Integer, nullable=False),
    *span(),
    UniqueConstraint("article_id", "position"),
    sqlite_autoincrement=True,
)

parses = Table("parses", metadata, article_id(primary_key=True), Column("data", LargeBinary, nullable=False))

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", Serial, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("embedder", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

entities = Table(
    "entities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("type", stored_enum(EntityType), nullable=False, index=True),
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
    entity_id(nullable=False),
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
    article_id(primary_key=True),
    Column("entity_id", Id, ForeignKey("entities.id"), primary_key=True, index=True),
    Column("name", Text, nullable=False),
    Column("mention_count", Integer, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    serial(),
    article_id(index=True),
    entity_id(nullable=False),
    Column("kind", stored_enum(MentionKind), nullable=False),
    *span(),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What articles call people: a title, and the organisation or country that it is in.
roles = Table(
    "roles",
    metadata,
    serial(),
    article_id(index=True),
    entity_id(nullable=False),
    Column("title", Text, nullable=False),
    Column("is_former", Boolean, nullable=False),
    entity_id("of_id"),
    *span(),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

times = Table(
    "times",
    metadata,
    serial(),
    article_id(index=True),
    *span(),
    Column("text", Text, nullable=False),
    Column("time_start", Instant),
    Column("time_end", Instant),
    Column("precision", stored_enum(DatePrecision), nullable=False),
    Column("source", stored_enum(DateSource), nullable=False),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("type", stored_enum(EventType), nullable=False, index=True),
    Column("mode", String(64)),
    Column("status", stored_enum(EventStatus), nullable=False),
    Column("title", Text, nullable=False),
    # A copy of the time's interval, to filter and sort by; time_id is null where it fell back to the publication date.
    Column("time_start", Instant, index=True),
    Column("time_end", Instant),
    Column("time_precision", stored_enum(DatePrecision), nullable=False),
    Column("time_source", stored_enum(DateSource), nullable=False),
    Column("time_id", Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    entity_id("place_id"),
    *casualty_counts(),
    Column("confidence", Float, nullable=False),
    Column("independent_source_count", Integer, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    article_id(index=True),
    *span(),
    Column("spans", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("stance", stored_enum(ClaimStance), nullable=False),
    Column("said_at_id", Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    Column("event_id", Id, ForeignKey("events.id", ondelete="SET NULL"), index=True),
    Column("parent_id", Id),
    sqlite_autoincrement=True,
)

claim_entities = Table(
    "claim_entities",
    metadata,
    Column("claim_seq", Serial, ForeignKey("claims.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("entity_id", Id, ForeignKey("entities.id"), primary_key=True, index=True),
)

attributions = Table(
    "attributions",
    metadata,
    Column("claim_seq", Serial, ForeignKey("claims.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # 0 is the speaker, 1 whom the speaker cites, and so on
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("kind", stored_enum(AttributionKind), nullable=False),
    Column("source_text", Text, nullable=False),
    Column("source_start", Integer),
    Column("source_end", Integer),
    entity_id(),
    Column("cue", Text),
    Column("cue_start", Integer),
    Column("cue_end", Integer),
)

event_mentions = Table(
    "event_mentions",
    metadata,
    serial(),
    Column("event_id", Id, ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    article_id(index=True),
    *span(),
    Column("trigger_text", Text, nullable=False),
    Column("sentence_start", Integer, nullable=False),
    Column("sentence_end", Integer, nullable=False),
    Column("status", stored_enum(EventStatus), nullable=False),
    Column("claim_id", Id),
    sqlite_autoincrement=True,
)

participants = Table(
    "participants",
    metadata,
    serial(),
    Column("event_id", Id, ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    article_id(index=True),
    Column("role", stored_enum(ParticipantRole), nullable=False),
    entity_id(),
    *span(),
    Column("text", Text, nullable=False),
    Column("people", Integer),
    sqlite_autoincrement=True,
)

# How each article tells of an event; the row in "events" is drawn from all of them. An article tells of an event at most
# once, so that (event_id, article_id) also finds that article's mentions, participants and claims of it.
event_reports = Table(
    "tellings",
    metadata,
    Column("event_id", Id, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    article_id(primary_key=True, index=True),
    # The id that the event would have if no other article told of it.
    Column("own_id", Id, nullable=False, index=True),
    Column("type", stored_enum(EventType), nullable=False),
    Column("mode", String(64)),
    Column("title", Text, nullable=False),
    Column("time_start", Instant),
    Column("time_end", Instant),
    Column("time_precision", stored_enum(DatePrecision), nullable=False),
    Column("time_source", stored_enum(DateSource), nullable=False),
    Column("time_id", Serial, ForeignKey("times.id", ondelete="SET NULL"), index=True),
    entity_id("place_id"),
    *casualty_counts(),
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
    article_id(primary_key=True),
    Column("root_id", Id, nullable=False, index=True),
    Column("agency", String(64)),
    Column("signature", LargeBinary, nullable=False),
    Column("shingle_count", Integer, nullable=False),
)

copy_bands = Table(
    "copy_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    article_id(primary_key=True, index=True),
)

# An article is in one story; a story goes with its last article. The row is drawn from its articles.
stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("medoid_id", Id, nullable=False),
    Column("first_published", Instant),
    Column("last_published", Instant, index=True),
    Column("article_count", Integer, nullable=False, index=True),
    Column("independent_source_count", Integer, nullable=False),
)

story_articles = Table(
    "story_articles",
    metadata,
    article_id(primary_key=True),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False, index=True),
    # {stem: how often} of the words that say most of the article.
    Column("words", JSON, nullable=False),
)

# In how many articles' sketches a stem is: what it is worth.
story_words = Table(
    "story_words",
    metadata,
    Column("word", String(16), primary_key=True),
    Column("article_count", Integer, nullable=False),
)

# The log of what people decided about entities; it outlives the entities, so that later ingests respect it.
decisions = Table(
    "decisions",
    metadata,
    serial(),
    Column("at", Instant, nullable=False),
    Column("kind", stored_enum(DecisionKind), nullable=False),
    Column("entity_id", Id, nullable=False, index=True),
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
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("article_id", Id, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# Keys that let callers of the server in; a key itself is nowhere, only its digest.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
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
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
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
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("article", JSON(none_as_null=True)),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(16)),
    Column("article_id", Id),
    Column("revision", Integer),
    Column("reason", Text),
)

Index("ix_events_type_time", events.c.type, events.c.time_start)
Index("ix_tellings_type_time", event_reports.c.type, event_reports.c.time_start)
