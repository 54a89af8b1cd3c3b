"""The embedded search index: tantivy in a folder beside the archive.

The index is derived. It holds the number of the newest change it has taken in, in the same commit as that change's
passages, so that it can always be brought up to date, or thrown away and built again.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from tantivy import Document, FieldType, Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, SearchResult

from retrieval.errors import ArchiveError, ArchiveLocked
from retrieval.index.analysis import WORDS, QueryTerms, build_analyzer, find_acronyms
from retrieval.models import ArticleFilter

# Counts up when the fields or the analysis change: an index of another format is built again.
FORMAT = 1
_HEAP_BYTES = 64_000_000
_TEXT_BOOSTS = {"text": 1.0, "title": 0.5, "source": 0.25}
_PHRASE_BOOST = 2.0
_ACRONYM_BOOST = 1.5
_NAMED_SCORE = 1.0


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


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A passage found, with its BM25 score summed over the fields."""

    passage_id: int
    score: float


class LocalIndex:
    """A search index in a folder. Many readers, one writer at a time across processes."""

    def __init__(self, folder: Path, *, archive_id: str, lock_timeout_seconds: float = 30.0) -> None:
        self._folder = folder
        self._mark = f"{FORMAT} {archive_id}"
        self._timeout = lock_timeout_seconds
        self._lock = FileLock(str(folder) + ".lock", timeout=lock_timeout_seconds)
        self._guard = threading.Lock()
        self._schema = _build_schema()
        self._index: Index | None = None
        self._stamp = 0
        folder.parent.mkdir(parents=True, exist_ok=True)

    @property
    def sequence(self) -> int:
        """The newest change that the index has taken in; 0 where there is no index."""
        index = self._current()
        return 0 if index is None else _read_sequence(index, self._schema)

    def passage_count(self) -> int:
        """How many passages can be found."""
        index = self._current()
        if index is None:
            return 0
        result = index.searcher().search(Query.term_query(self._schema, "kind", "passage"), limit=1)
        return _count(result)

    def clear(self) -> None:
        """Throw the index away; the next update builds it from nothing."""
        with self._hold(), self._guard:
            self._index = None
            shutil.rmtree(self._folder, ignore_errors=True)

    def update(self, *, sequence: int, article_ids: Iterable[str], passages: Iterable[IndexedPassage], after: int) -> bool:
        """Replace all passages of ``article_ids`` by ``passages`` and note ``sequence``, in one commit.

        False, and nothing done, where the index no longer stands at ``after``: another process was faster.

        Raises:
            ArchiveLocked: another process held the index longer than the time-out.
        """
        with self._hold(), self._guard:
            index = self._open_or_create()
            index.reload()
            if _read_sequence(index, self._schema) != after:
                return False
            writer: IndexWriter = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            try:
                for id_ in article_ids:
                    writer.delete_documents_by_term("article_id", id_)
                for passage in passages:
                    writer.add_document(_make_document(passage))
                writer.delete_documents_by_term("kind", "state")
                state = Document()
                state.add_text("kind", "state")
                state.add_integer("sequence", sequence)
                writer.add_document(state)
                writer.commit()
                writer.wait_merging_threads()
            except (ValueError, OSError) as error:
                raise ArchiveError(f"search index {self._folder} cannot be written: {error}") from error
            index.reload()
            self._stamp = self._read_stamp()
            return True

    def search(
        self,
        terms: QueryTerms,
        *,
        filter_: ArticleFilter | None,
        limit: int,
        offset: int = 0,
        named_ids: Sequence[str] = (),
    ) -> tuple[list[IndexHit], int]:
        """Passages with any of the terms, best first, and how many there are; naming one of ``named_ids`` scores too."""
        index = self._current()
        if index is None or not (terms.words or terms.acronyms or terms.phrases or named_ids):
            return [], 0
        searcher = index.searcher()
        result = searcher.search(self._build_query(terms, filter_, named_ids), limit=limit, offset=offset)
        documents = [(score, searcher.doc(address)) for score, address in result.hits]
        hits = [IndexHit(_integer(document, "passage_id"), float(score)) for score, document in documents]
        return hits, _count(result)

    # ------------------------------------------------------------ how

    def _build_query(self, terms: QueryTerms, filter_: ArticleFilter | None, named_ids: Sequence[str]) -> Query:
        schema = self._schema
        should: list[tuple[Occur, Query]] = []
        for field, boost in _TEXT_BOOSTS.items():
            found = (Query.term_query(schema, field, word, "freq") for word in terms.words)
            should.extend((Occur.Should, Query.boost_query(term, boost)) for term in found)
        for acronym in terms.acronyms:
            term = Query.term_query(schema, "acronyms", acronym)
            should.append((Occur.Should, Query.boost_query(term, _ACRONYM_BOOST)))
        for phrase in terms.phrases:
            words: list[str | tuple[int, str]] = list(phrase)
            should.append((Occur.Should, Query.boost_query(Query.phrase_query(schema, "text", words), _PHRASE_BOOST)))
        for id_ in named_ids:
            named = Query.const_score_query(Query.term_query(schema, "named_ids", id_), _NAMED_SCORE)
            should.append((Occur.Should, named))
        must: list[tuple[Occur, Query]] = [(Occur.Must, Query.boolean_query(should))]
        must.extend((Occur.Must, Query.const_score_query(part, 0.0)) for part in self._build_filters(filter_))
        return Query.boolean_query(must)

    def _build_filters(self, filter_: ArticleFilter | None) -> Iterable[Query]:
        if filter_ is None:
            return
        values: dict[str, Sequence[str]] = {
            "publisher": filter_.publishers,
            "language": filter_.languages,
            "article_id": filter_.article_ids,
            "entity_ids": filter_.entity_ids,
            "event_types": [type_.value for type_ in filter_.event_types],
        }
        for field, wanted in values.items():
            if wanted:
                yield Query.term_set_query(self._schema, field, list(wanted))
        if filter_.published_from or filter_.published_to:
            lower = _seconds(filter_.published_from)
            upper = _seconds(filter_.published_to)
            yield Query.range_query(self._schema, "published", FieldType.Integer, lower, upper)

    def _current(self) -> Index | None:
        """The index at its newest commit."""
        with self._guard:
            stamp = self._read_stamp()
            if stamp == 0:
                self._index = None
                return None
            if self._index is None:
                self._index = self._open()
            elif stamp != self._stamp:
                self._index.reload()
            self._stamp = stamp
            return self._index

    def _read_stamp(self) -> int:
        try:
            return (self._folder / "meta.json").stat().st_mtime_ns
        except OSError:
            return 0

    def _open(self) -> Index | None:
        """The index on disk; None where it is of another format or damaged, and so has to be built again."""
        try:
            if (self._folder / "format").read_text() != self._mark:
                return None
            index = Index(self._schema, path=str(self._folder), reuse=True)
            index.register_tokenizer(WORDS, build_analyzer())
            index.config_reader("manual", 1)
            index.reload()
            _read_sequence(index, self._schema)
        except (ValueError, OSError):
            return None
        return index

    def _open_or_create(self) -> Index:
        index = self._index or (self._open() if self._read_stamp() else None)
        if index is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            try:
                self._folder.mkdir(parents=True)
                index = Index(self._schema, path=str(self._folder), reuse=False)
                (self._folder / "format").write_text(self._mark)
            except (ValueError, OSError) as error:
                raise ArchiveError(f"search index {self._folder} cannot be made: {error}") from error
            index.register_tokenizer(WORDS, build_analyzer())
            index.config_reader("manual", 1)
        self._index = index
        return index

    @contextmanager
    def _hold(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise ArchiveLocked(
                f"search index {self._folder} was held by another process for over {self._timeout:g} seconds; try again"
            ) from error
        except OSError as error:
            raise ArchiveError(f"search index {self._folder} cannot be locked: {error.strerror}") from error
        try:
            yield
        finally:
            self._lock.release()


def _build_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("sequence", stored=True)
    builder.add_integer_field("passage_id", stored=True)
    builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
    for field in _TEXT_BOOSTS:
        builder.add_text_field(field, tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("acronyms", tokenizer_name="raw", index_option="freq")
    builder.add_integer_field("published", indexed=True, fast=True)
    for field in ("publisher", "language", "entity_ids", "named_ids", "event_types"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _make_document(passage: IndexedPassage) -> Document:
    document = Document()
    document.add_text("kind", "passage")
    document.add_integer("passage_id", passage.id)
    document.add_text("article_id", passage.article_id)
    document.add_text("text", passage.text)
    document.add_text("title", passage.title)
    for acronym in find_acronyms(passage.text):
        document.add_text("acronyms", acronym)
    document.add_text("language", passage.language)
    if passage.source:
        document.add_text("source", passage.source)
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


def _read_sequence(index: Index, schema: Schema) -> int:
    searcher = index.searcher()
    hits = searcher.search(Query.term_query(schema, "kind", "state"), limit=1).hits
    return _integer(searcher.doc(hits[0][1]), "sequence") if hits else 0


def _count(result: SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs


def _integer(document: Document, field: str) -> int:
    value = document.get_first(field)
    assert isinstance(value, int)
    return value


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.astimezone(UTC).timestamp())
