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
from pathlib import Path

import orjson
from filelock import FileLock, Timeout
from tantivy import Index, IndexWriter, Query

from retrieval.errors import ArchiveError, ArchiveLocked
from retrieval.models import ArticleFilter
from retrieval.stores.index.local.documents import (
    FORMAT,
    IndexedPassage,
    IndexState,
    build_schema,
    make_document,
    make_row,
    make_state,
    read_state,
)
from retrieval.stores.index.local.page_cache import read_ahead
from retrieval.stores.index.local.snapshot import IndexHit, IndexSnapshot, count_hits
from retrieval.stores.index.local.vector_segments import VectorRow
from retrieval.stores.index.local.vectors import VectorSnapshot, VectorWriter
from retrieval.text.analysis import WORDS, QueryTerms, build_analyzer

_HEAP_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class _Opened:
    """The index as it was opened: tantivy's part, what its newest commit says, and the vectors of that commit."""

    index: Index
    state: IndexState
    vectors: VectorSnapshot


class LocalIndex:
    """A search index in a folder. Many readers, one writer at a time across processes."""

    def __init__(self, folder: Path, *, archive_id: str, lock_timeout_seconds: float = 30.0) -> None:
        self._folder = folder
        self._mark = f"{FORMAT} {archive_id}"
        self._timeout = lock_timeout_seconds
        self._lock = FileLock(str(folder) + ".lock", timeout=lock_timeout_seconds)
        self._guard = threading.Lock()
        self._schema = build_schema()
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
        return count_hits(result)

    def vector_count(self) -> int:
        """How many vectors the index holds, those of articles that are gone and not yet swept among them."""
        opened = self._current()
        return 0 if opened is None else opened.vectors.size

    def read_ahead(self) -> None:
        """Have the files read into the kernel's cache."""
        read_ahead(self._folder)

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
                    writer.add_document(make_document(passage))
                    if passage.vector is not None:
                        rows.append(make_row(passage))
                notes = vectors.update(opened.vectors, sequence=sequence, article_ids=ids, rows=rows)
                state = IndexState(sequence, embedder or opened.state.embedder, notes)
                writer.delete_documents_by_term("kind", "state")
                writer.add_document(make_state(state))
                writer.commit()
                writer.wait_merging_threads()
                # Readers may still be opening the state before this one.
                vectors.collect_garbage((*notes, *opened.state.segments))
                index.reload()
                self._opened = self._look(index)
            except (ValueError, OSError, RuntimeError) as error:
                raise self._explain(error) from error
            self._stamp = self._read_stamp()
            return True

    def snapshot(self) -> IndexSnapshot | None:
        """The newest state, to be searched any number of times; None where there is no index."""
        opened = self._current()
        return (
            None if opened is None else IndexSnapshot(self._schema, opened.index.searcher(), opened.vectors, opened.state)
        )

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
        if wait and self._graphs is not None:
            self._graphs.join()
        opened = self._current()
        if opened is None or not opened.vectors.wants_graphs():
            return
        if wait:
            self._build_graphs(opened)
        elif self._graphs is None or not self._graphs.is_alive():
            self._graphs = threading.Thread(target=self._build_graphs, args=(opened,), name="graphs", daemon=True)
            self._graphs.start()

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
        state = read_state(index, self._schema)
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
                raise self._explain(error) from error
            index.register_tokenizer(WORDS, build_analyzer())
            index.config_reader("manual", 1)
            opened = _Opened(index, IndexState(), VectorSnapshot(self._folder / "vectors", ()))
        self._opened = opened
        return opened

    def _explain(self, error: Exception) -> ArchiveError:
        """Why the index cannot be written. Nothing is lost: the catalog has what it lacks."""
        free = shutil.disk_usage(self._folder.parent).free
        remedy = "free some disk space" if free < _HEAP_BYTES else "make its folder writable"
        return ArchiveError(
            f"search index {self._folder} cannot be written: {remedy}, and it catches up with the next search ({error})"
        )

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
