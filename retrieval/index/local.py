"""The embedded search index: tantivy, and the vectors, in a folder beside the archive.

The index is derived. One commit of tantivy holds an update's passages, the number of the newest change taken in, and the
list of the segments of vectors: what a reader sees is always one state. It can be brought up to date, or thrown away and
built again.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from tantivy import Document, FieldType, Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, SearchResult

from retrieval.errors import ArchiveError, ArchiveLocked
from retrieval.index.analysis import WORDS, QueryTerms, build_analyzer, find_acronyms
from retrieval.index.segments import SegmentNote, VectorRow
from retrieval.index.vectors import VectorFilter, VectorHit, VectorSnapshot, VectorWriter, pack_notes, unpack_notes
from retrieval.models import ArticleFilter

# Counts up when the fields or the analysis change: an index of another format is built again.
FORMAT = 2
_HEAP_BYTES = 64_000_000
# A long query is cut to its rarest words: the others hardly change the order, and each costs time.
_MAX_WORDS = 64
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
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """What one commit of the index holds: changes up to ``sequence``, and vectors of ``embedder``."""

    sequence: int = 0
    embedder: str | None = None
    segments: tuple[SegmentNote, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A passage found, with its BM25 score over its words and those of its title and source."""

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
        self._opened: _Opened | None = None
        self._stamp = 0
        self._graphs: threading.Thread | None = None
        folder.parent.mkdir(parents=True, exist_ok=True)

    @property
    def sequence(self) -> int:
        """The newest change that the index has taken in; 0 where there is no index."""
        opened = self._current()
        return 0 if opened is None else opened.state.sequence

    @property
    def embedder(self) -> str | None:
        """What made the vectors in the index; None where there are none."""
        opened = self._current()
        return None if opened is None or not opened.state.segments else opened.state.embedder

    def passage_count(self) -> int:
        """How many passages can be found."""
        opened = self._current()
        if opened is None:
            return 0
        result = opened.index.searcher().search(Query.term_query(self._schema, "kind", "passage"), limit=1)
        return _count(result)

    def vector_count(self) -> int:
        """How many vectors the index holds, those of articles that are gone and not yet swept among them."""
        opened = self._current()
        return 0 if opened is None else opened.vectors.size

    def clear(self) -> None:
        """Throw the index away; the next update builds it from nothing."""
        with self._hold(), self._guard:
            self._opened = None
            shutil.rmtree(self._folder, ignore_errors=True)

    def update(
        self,
        *,
        sequence: int,
        article_ids: Iterable[str],
        passages: Iterable[IndexedPassage],
        after: int,
        embedder: str | None = None,
    ) -> bool:
        """Replace all passages of ``article_ids`` by ``passages`` and note ``sequence``, in one commit.

        False, and nothing done, where the index no longer stands at ``after``: another process was faster. ``embedder``
        made the passages' vectors.

        Raises:
            ArchiveLocked: another process held the index longer than the time-out.
        """
        ids = list(article_ids)
        with self._hold(), self._guard:
            opened = self._open_or_create()
            if opened.state.sequence != after:
                return False
            index = opened.index
            vectors = VectorWriter(self._folder / "vectors")
            rows: list[VectorRow] = []
            try:
                self._sweep(index)
                writer: IndexWriter = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
                for id_ in ids:
                    writer.delete_documents_by_term("article_id", id_)
                for passage in passages:
                    writer.add_document(_make_document(passage))
                    if passage.vector is not None:
                        rows.append(_make_row(passage))
                notes = vectors.update(opened.vectors, sequence=sequence, article_ids=ids, rows=rows)
                state = IndexState(sequence, embedder or opened.state.embedder, notes)
                writer.delete_documents_by_term("kind", "state")
                writer.add_document(_make_state(state))
                writer.commit()
                writer.wait_merging_threads()
                # Readers may still be opening the state before this one.
                vectors.collect_garbage((*notes, *opened.state.segments))
                index.reload()
                self._opened = self._look(index)
            except (ValueError, OSError, RuntimeError) as error:
                raise ArchiveError(f"search index {self._folder} cannot be written: {error}") from error
            self._stamp = self._read_stamp()
            return True

    def snapshot(self) -> IndexSnapshot | None:
        """The newest state, to be searched any number of times; None where there is no index."""
        opened = self._current()
        return None if opened is None else IndexSnapshot(self._schema, opened)

    def search(
        self,
        terms: QueryTerms,
        *,
        filter_: ArticleFilter | None,
        limit: int,
        offset: int = 0,
        named_ids: Sequence[str] = (),
    ) -> tuple[list[IndexHit], int]:
        """As `IndexSnapshot.search`, in the newest state."""
        snapshot = self.snapshot()
        if snapshot is None:
            return [], 0
        return snapshot.search(terms, filter_=filter_, limit=limit, offset=offset, named_ids=named_ids)

    def build_graphs(self, *, wait: bool = True) -> None:
        """Give large segments of vectors the graphs that they lack, or let a thread do so. One process at a time."""
        opened = self._current()
        if opened is None or not opened.vectors.wants_graphs():
            return
        if not wait:
            if self._graphs is None or not self._graphs.is_alive():
                self._graphs = threading.Thread(target=self._build_graphs, args=(opened,), name="graphs", daemon=True)
                self._graphs.start()
            return
        self._build_graphs(opened)

    # ------------------------------------------------------------ how

    def _sweep(self, index: Index) -> None:
        """Delete the lists of deleted documents that a writer left when it was killed before its commit.

        The next writer would give its own the same name, and tantivy will not write over a file.
        """
        index.reload()
        meta = orjson.loads((self._folder / "meta.json").read_bytes())
        known = set()
        for segment in meta["segments"]:
            if segment["deletes"]:
                known.add(f"{segment['segment_id'].replace('-', '')}.{segment['deletes']['opstamp']}.del")
        for path in self._folder.glob("*.del"):
            if path.name not in known:
                path.unlink(missing_ok=True)

    def _build_graphs(self, opened: _Opened) -> None:
        lock = FileLock(str(self._folder) + ".graphs.lock", timeout=0)
        try:
            with lock:
                built = opened.vectors.build_graphs()
        except (Timeout, OSError, RuntimeError):  # another process is at it, or the segment was merged away meanwhile
            return
        if built:
            with self._guard:
                self._opened, self._stamp = None, 0

    def _current(self) -> _Opened | None:
        """The index at its newest commit."""
        with self._guard:
            stamp = self._read_stamp()
            if stamp == 0:
                self._opened = None
                return None
            if self._opened is None:
                self._opened = self._open()
            elif stamp != self._stamp:
                self._opened = self._reopen(self._opened)
            self._stamp = stamp
            return self._opened

    def _reopen(self, opened: _Opened) -> _Opened | None:
        try:
            opened.index.reload()
            return self._look(opened.index)
        except (ValueError, OSError):
            return self._open()

    def _look(self, index: Index) -> _Opened:
        """The state that the index stands at. Segments that were open stay open."""
        state = _read_state(index, self._schema)
        before = self._opened.vectors if self._opened else None
        return _Opened(index, state, VectorSnapshot(self._folder / "vectors", state.segments, before=before))

    def _read_stamp(self) -> int:
        try:
            return (self._folder / "meta.json").stat().st_mtime_ns
        except OSError:
            return 0

    def _open(self) -> _Opened | None:
        """The index on disk; None where it is of another format or damaged, and so has to be built again."""
        for _ in range(3):  # a writer may be sweeping the files of the state we have just read
            stamp = self._read_stamp()
            try:
                if (self._folder / "format").read_text() != self._mark:
                    return None
                index = Index(self._schema, path=str(self._folder), reuse=True)
                index.register_tokenizer(WORDS, build_analyzer())
                index.config_reader("manual", 1)
                index.reload()
                self._opened = None
                return self._look(index)
            except (ValueError, OSError):
                if stamp == self._read_stamp():
                    return None
        return None

    def _open_or_create(self) -> _Opened:
        opened = None
        if self._read_stamp():
            opened = self._reopen(self._opened) if self._opened else self._open()
        if opened is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            try:
                self._folder.mkdir(parents=True)
                index = Index(self._schema, path=str(self._folder), reuse=False)
                (self._folder / "format").write_text(self._mark)
            except (ValueError, OSError) as error:
                raise ArchiveError(f"search index {self._folder} cannot be made: {error}") from error
            index.register_tokenizer(WORDS, build_analyzer())
            index.config_reader("manual", 1)
            opened = _Opened(index, IndexState(), VectorSnapshot(self._folder / "vectors", ()))
        self._opened = opened
        return opened

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


@dataclass(frozen=True, slots=True)
class _Opened:
    """The index as it was opened: tantivy's part, what its newest commit says, and the vectors of that commit."""

    index: Index
    state: IndexState
    vectors: VectorSnapshot


class IndexSnapshot:
    """One state of the index. Reads only, from many threads."""

    def __init__(self, schema: Schema, opened: _Opened) -> None:
        self._schema = schema
        self._searcher = opened.index.searcher()
        self._vectors = opened.vectors
        self.state = opened.state

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
        if not (terms.words or terms.acronyms or terms.phrases or named_ids):
            return [], 0
        result = self._searcher.search(self._build_query(terms, filter_, named_ids), limit=max(limit, 1), offset=offset)
        return self._hits(result)[:limit], _count(result)

    def score(self, terms: QueryTerms, passage_ids: Sequence[int], *, named_ids: Sequence[str] = ()) -> dict[int, float]:
        """The score of those of the passages that share a term with the query."""
        if not passage_ids or not (terms.words or terms.acronyms or terms.phrases or named_ids):
            return {}
        # One term each, since a set of terms is sought through the whole dictionary.
        ids = (Query.term_query(self._schema, "passage_id", id_) for id_ in passage_ids)
        among = Query.boolean_query([(Occur.Should, query) for query in ids])
        query = Query.boolean_query(
            [
                (Occur.Must, self._build_terms(terms, named_ids)),
                (Occur.Must, Query.const_score_query(among, 0.0)),
            ]
        )
        result = self._searcher.search(query, limit=len(passage_ids), count=False)
        return {hit.passage_id: hit.score for hit in self._hits(result)}

    def nearest(self, vector: NDArray[np.float32], *, filter_: ArticleFilter | None, limit: int) -> list[VectorHit]:
        """The passages whose vectors are nearest to ``vector``, best first."""
        return self._vectors.search(vector, limit=limit, filter_=_vector_filter(filter_))

    def similarities(self, vector: NDArray[np.float32], passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The cosine of each passage's vector with ``vector``; NaN where it has none."""
        return self._vectors.similarities(vector, passage_ids)

    def vectors(self, passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The passages' vectors, NaN where there is none."""
        return self._vectors.vectors(passage_ids)

    def frequencies(self, words: Sequence[str]) -> tuple[list[int], int]:
        """In how many passages each of the terms stands, and how many there are, removed ones not yet swept too."""
        return [self._searcher.doc_freq("words", word) for word in words], self._searcher.num_docs

    # ------------------------------------------------------------ how

    def _hits(self, result: SearchResult) -> list[IndexHit]:
        if not result.hits:
            return []
        ids = self._searcher.fast_field_values("passage_id", [address for _, address in result.hits])
        return [IndexHit(int(id_ or 0), float(score)) for id_, (score, _) in zip(ids, result.hits, strict=True)]

    def _build_query(self, terms: QueryTerms, filter_: ArticleFilter | None, named_ids: Sequence[str]) -> Query:
        must: list[tuple[Occur, Query]] = [(Occur.Must, self._build_terms(terms, named_ids))]
        must.extend((Occur.Must, Query.const_score_query(part, 0.0)) for part in self._build_filters(filter_))
        return must[0][1] if len(must) == 1 else Query.boolean_query(must)

    def _build_terms(self, terms: QueryTerms, named_ids: Sequence[str]) -> Query:
        schema = self._schema
        words: Sequence[str] = terms.words
        if len(words) > _MAX_WORDS:
            words = sorted(words, key=lambda word: self._searcher.doc_freq("words", word) or 2**62)[:_MAX_WORDS]
        should: list[tuple[Occur, Query]] = [
            (Occur.Should, Query.term_query(schema, "words", word, "freq")) for word in words
        ]
        for acronym in terms.acronyms:
            term = Query.term_query(schema, "acronyms", acronym)
            should.append((Occur.Should, Query.boost_query(term, _ACRONYM_BOOST)))
        for phrase in terms.phrases:
            parts: list[str | tuple[int, str]] = list(phrase)
            should.append((Occur.Should, Query.boost_query(Query.phrase_query(schema, "words", parts), _PHRASE_BOOST)))
        for id_ in named_ids:
            named = Query.const_score_query(Query.term_query(schema, "named_ids", id_), _NAMED_SCORE)
            should.append((Occur.Should, named))
        return Query.boolean_query(should)

    def _build_filters(self, filter_: ArticleFilter | None) -> Iterable[Query]:
        if filter_ is None:
            return
        for field, wanted in _filter_values(filter_).items():
            if wanted:
                yield Query.term_set_query(self._schema, field, list(wanted))
        if filter_.published_from or filter_.published_to:
            lower = _seconds(filter_.published_from)
            upper = _seconds(filter_.published_to)
            yield Query.range_query(self._schema, "published", FieldType.Integer, lower, upper)


def _filter_values(filter_: ArticleFilter) -> dict[str, Sequence[str]]:
    return {
        "publisher": filter_.publishers,
        "language": filter_.languages,
        "article_id": filter_.article_ids,
        "entity_ids": filter_.entity_ids,
        "event_types": [type_.value for type_ in filter_.event_types],
    }


def _vector_filter(filter_: ArticleFilter | None) -> VectorFilter | None:
    if filter_ is None:
        return None
    groups = []
    for field, wanted in _filter_values(filter_).items():
        if wanted:
            name = "article" if field == "article_id" else field
            groups.append(tuple((name, value) for value in wanted))
    return VectorFilter(tuple(groups), _seconds(filter_.published_from), _seconds(filter_.published_to))


def _build_schema() -> Schema:
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


def _make_document(passage: IndexedPassage) -> Document:
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


def _make_row(passage: IndexedPassage) -> VectorRow:
    assert passage.vector is not None
    labels = [("language", passage.language)]
    labels += [("publisher", passage.source)] if passage.source else []
    labels += [("entity_ids", id_) for id_ in passage.entity_ids]
    labels += [("event_types", type_) for type_ in passage.event_types]
    return VectorRow(passage.id, passage.article_id, _seconds(passage.published), tuple(labels), passage.vector)


def _make_state(state: IndexState) -> Document:
    document = Document()
    document.add_text("kind", "state")
    document.add_text("state", f"{state.sequence}\n{state.embedder or ''}\n{pack_notes(state.segments)}")
    return document


def _read_state(index: Index, schema: Schema) -> IndexState:
    searcher = index.searcher()
    hits = searcher.search(Query.term_query(schema, "kind", "state"), limit=1).hits
    if not hits:
        return IndexState()
    packed = searcher.doc(hits[0][1]).get_first("state")
    assert isinstance(packed, str)
    sequence, embedder, notes = packed.split("\n", 2)
    return IndexState(int(sequence), embedder or None, unpack_notes(notes))


def _count(result: SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.astimezone(UTC).timestamp())
