"""What the index holds: the fields of tantivy's documents, one a passage and one for the state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tantivy import Document, Index, Query, Schema, SchemaBuilder

from retrieval.stores.index.local.vector_segments import SegmentNote, VectorRow
from retrieval.stores.index.local.vectors import pack_notes, unpack_notes
from retrieval.text.analysis import WORDS, find_acronyms

# Counts up when the fields or the analysis change: an index of another format is built again.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage as the index takes it in; ``named_ids`` are its own entities, ``entity_ids`` its article's."""

    id: int
    article_id: str
    text: str
    title: str
    source: str | None
    language: str
    published: datetime | None
    entity_ids: tuple[str, ...]
    named_ids: tuple[str, ...]
    event_types: tuple[str, ...]
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """What one commit of the index holds: changes up to ``sequence``, and vectors of ``embedder``."""

    sequence: int = 0
    embedder: str | None = None
    segments: tuple[SegmentNote, ...] = ()


def build_schema() -> Schema:
    """The fields of the index."""
    builder = SchemaBuilder()
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
    # Title and source beside each passage's words: a question often names them, and BM25 weighs them together.
    builder.add_text_field("words", tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("acronyms", tokenizer_name="raw", index_option="freq")
    builder.add_integer_field("published", indexed=True, fast=True)
    for field in ("publisher", "language", "entity_ids", "named_ids", "event_types"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    return builder.build()


def make_document(passage: IndexedPassage) -> Document:
    """A passage's document."""
    document = Document()
    document.add_text("kind", "passage")
    document.add_integer("passage_id", passage.id)
    document.add_text("article_id", passage.article_id)
    parts = [part for part in (passage.title, passage.source, passage.text) if part]
    document.add_text("words", "\n".join(parts))
    for acronym in dict.fromkeys(acronym for part in parts for acronym in find_acronyms(part)):
        document.add_text("acronyms", acronym)
    document.add_text("language", passage.language)
    if passage.source:
        document.add_text("publisher", passage.source)
    if passage.published:
        document.add_integer("published", int(passage.published.timestamp()))
    for id_ in passage.entity_ids:
        document.add_text("entity_ids", id_)
    for id_ in passage.named_ids:
        document.add_text("named_ids", id_)
    for type_ in passage.event_types:
        document.add_text("event_types", type_)
    return document


def make_row(passage: IndexedPassage) -> VectorRow:
    """The row of a passage that has a vector."""
    assert passage.vector is not None
    labels = [("language", passage.language)]
    labels += [("publisher", passage.source)] if passage.source else []
    labels += [("entity_ids", id_) for id_ in passage.entity_ids]
    labels += [("event_types", type_) for type_ in passage.event_types]
    return VectorRow(passage.id, passage.article_id, seconds(passage.published), tuple(labels), passage.vector)


def make_state(state: IndexState) -> Document:
    """The document of the state; there is one."""
    document = Document()
    document.add_text("kind", "state")
    document.add_text("state", f"{state.sequence}\n{state.embedder or ''}\n{pack_notes(state.segments)}")
    return document


def read_state(index: Index, schema: Schema) -> IndexState:
    """The state that the index's newest commit holds.

    Raises:
        ValueError: it cannot be read.
    """
    searcher = index.searcher()
    hits = searcher.search(Query.term_query(schema, "kind", "state"), limit=1).hits
    if not hits:
        return IndexState()
    packed = searcher.doc(hits[0][1]).get_first("state")
    assert isinstance(packed, str)
    sequence, embedder, notes = packed.split("\n", 2)
    return IndexState(int(sequence), embedder or None, unpack_notes(notes))


def seconds(instant: datetime | None) -> int | None:
    """An instant as the index stores it: whole seconds since 1970."""
    return None if instant is None else int(instant.astimezone(UTC).timestamp())
