"""The facade: an archive that is open."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from retrieval.citations import cite
from retrieval.embedding import DEFAULT_EMBEDDER, Embedder, open_embedder
from retrieval.errors import ArchiveClosed, ArchiveError, ArchiveLocked, IndexDamaged
from retrieval.extraction.pool import ReadingLimits
from retrieval.extraction.reading import ContainedExtractor
from retrieval.ingest import Intake
from retrieval.models import (
    MIN_CONFIDENCE,
    Answer,
    AnswerMode,
    Article,
    ArticleFilter,
    Citation,
    Removal,
    RetrievalMode,
    SearchResults,
    Span,
)
from retrieval.search.passage_search import PassageSearch
from retrieval.search.pipeline import RunSearch, run_search
from retrieval.stores.archive_vectors import ArchiveVectors
from retrieval.stores.index.local.checks import find_damaged_files, find_differences
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.stores.index.local.snapshot import IndexSnapshot
from retrieval.stores.index.sync import catch_up
from retrieval.stores.sql.engine import connect, parse_url, writing
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.stores.sql.writes.article_writes import remove_article
from retrieval.timelines import Timelines

if TYPE_CHECKING:
    from retrieval.answering.generation.generator import Generator
    from retrieval.answering.progress import OnStage, ShouldStop
    from retrieval.answering.stages import RunAsk
    from retrieval.span_reader.reader import SpanReader

T = TypeVar("T")

logger = logging.getLogger(__name__)

# How often a reader waits for the index to come where the catalog is, before it takes it as it stands.
_ATTEMPTS = 2


class Archive(Intake, Timelines):
    """A news archive: ingest articles, ask questions, read entities, events and claims.

    Safe to use from many threads. One writer at a time across processes: another waits up to the lock time-out, article by
    article. Everything that returns without an error is on disk.

    Example:
        >>> with Archive.open("news.db") as archive:
        ...     archive.ingest(["articles/"])
        ...     print(archive.ask("Who resigned?").text)
    """

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        create: bool = True,
        lock_timeout_seconds: float = 30.0,
        embedder: Embedder | str | Path | None = DEFAULT_EMBEDDER,
        embedder_threads: int | None = None,
        generator: Generator | None = None,
        search_pipeline: RunSearch | None = None,
        ask_pipeline: RunAsk | None = None,
        reading_limits: ReadingLimits | None = None,
    ) -> Self:
        """Open the archive at ``sqlite:///path/news.db`` or a plain path; its search index lies beside it.

        ``embedder`` makes the vectors for search by meaning, see `open_embedder`; with None, searches are lexical only.
        ``embedder_threads`` is the number of threads of its model. ``generator`` is the language model of `ask` in mode
        GENERATIVE, such as `retrieval.answering.generation.generator.ChatGenerator`. ``search_pipeline`` and
        ``ask_pipeline`` run the stages of `search` and `ask` in place of Dateline's own functions:
        `retrieval.integrations.haystack.SearchPipeline` and `AskPipeline` are Haystack pipelines with exchangeable parts.
        ``reading_limits`` bound the time and memory that extraction may take for one article.

        Raises:
            InputError: not such a URL.
            ArchiveNotFound: there is none, and ``create`` is false.
            ArchiveTooNew: a newer Dateline made it.
            ArchiveLocked: another process held it longer than ``lock_timeout_seconds``.
            ArchiveError: it is no archive, or cannot be used.
        """
        return cls(
            url,
            create=create,
            lock_timeout_seconds=lock_timeout_seconds,
            embedder=embedder,
            embedder_threads=embedder_threads,
            generator=generator,
            search_pipeline=search_pipeline,
            ask_pipeline=ask_pipeline,
            reading_limits=reading_limits,
        )

    def __init__(
        self,
        url: str | Path,
        *,
        create: bool = True,
        lock_timeout_seconds: float = 30.0,
        embedder: Embedder | str | Path | None = DEFAULT_EMBEDDER,
        embedder_threads: int | None = None,
        generator: Generator | None = None,
        search_pipeline: RunSearch | None = None,
        ask_pipeline: RunAsk | None = None,
        reading_limits: ReadingLimits | None = None,
    ) -> None:
        if isinstance(embedder, str | Path):
            embedder = open_embedder(embedder, threads=embedder_threads)
        parsed = parse_url(url)
        super().__init__(connect(parsed, create=create, lock_timeout_seconds=lock_timeout_seconds))
        self.path = Path(parsed.database or "")
        self._index = LocalIndex(
            self.path.with_name(self.path.name + ".index"),
            archive_id=self.archive_id(),
            lock_timeout_seconds=lock_timeout_seconds,
        )
        self._limits = reading_limits or ReadingLimits()
        self._vectors = ArchiveVectors(self._engine, self._reads, embedder, seconds_of=self._limits.seconds_of)
        self._searched = SearchQueries(self._reads)
        self._searches = PassageSearch(
            self._searched, self._vectors.embed_query, _load_reader, run=search_pipeline or run_search
        )
        # The state of the index that this thread keeps to, beside the read transaction that it is in.
        self._here = threading.local()
        self._generator = generator
        self._ask_pipeline = ask_pipeline
        self._write_guard = threading.Lock()
        # What finds facts in this process; None has another one do it, which can be stopped.
        self._extractor: ContainedExtractor | None = None

    def close(self) -> None:
        """Let go of the files; the archive cannot be used after."""
        self._closed = True
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # ------------------------------------------------------------ writing

    def remove(self, ids: Sequence[str] = (), *, urls: Sequence[str] = ()) -> Removal:
        """Take articles out by id, URL or file path, with the entities and events that only they supported.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        removed: list[str] = []
        unknown: list[str] = []
        entity_count = event_count = 0
        wanted: list[tuple[str, str | None]] = [(id_, id_) for id_ in ids]
        for url in urls:
            found = self.article(url=url) or self.article(url=Path(url).resolve().as_uri())
            wanted.append((url, found.id if found else None))
        for name, id_ in wanted:
            with self._write_guard, writing(self._open_engine()) as connection:
                pruned = remove_article(connection, id_, now=_now()) if id_ else None
            if pruned is None or id_ is None:
                unknown.append(name)
                continue
            removed.append(id_)
            entity_count += pruned.entity_count
            event_count += pruned.event_count
        self._index_stored()
        return Removal(tuple(removed), tuple(unknown), entity_count, event_count)

    def reindex(self, *, embed: bool = False, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Throw the search index away and build it from the catalog; the number of passages in it.

        Passages without a vector get one. ``embed`` makes all vectors again, with the embedder that the archive was opened
        with, in place of another's.

        Raises:
            ArchiveLocked: another process held the index longer than the time-out.
            EmbedderMismatch: another embedder made the vectors, and ``embed`` is false.
            EmbedderError: vectors cannot be made.
        """
        self._open_engine()
        with self._write_guard:
            if embed:
                self._vectors.replace(on_progress=on_progress)
            else:
                self._vectors.fill(on_progress=on_progress)
        self._index.clear()
        catch_up(self._present(), self._index, on_progress=on_progress)
        self._index.build_graphs()
        return self._index.passage_count()

    # ------------------------------------------------------------ asking

    def ask(
        self,
        question: str,
        *,
        mode: AnswerMode = AnswerMode.EXTRACTIVE,
        filter: ArticleFilter | None = None,  # noqa: A002
        as_of: datetime | None = None,
        min_confidence: float = MIN_CONFIDENCE,
        on_stage: OnStage | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Answer:
        """Answer a question from the archive, with citations, or say that it does not tell.

        ``as_of`` keeps to what had been published by then. An answer less sure than ``min_confidence`` (0 to 1) is not
        given. All that the answer rests on is of one state of the archive, as in `snapshot`. ``on_stage`` gets the
        interpretation, the passages, the candidates and the answer as each is known, in the thread that asks; the work ends
        soon after ``should_stop``, which may be called in another, is true. In mode GENERATIVE a language model words the
        answer, and what the articles do not support is left out.

        Raises:
            InputError: the question is empty or too long, or a value is out of range.
            GeneratorMissing: ``mode`` is GENERATIVE, and the archive was opened without a language model.
            AskCancelled: ``should_stop`` said so.
        """
        from retrieval.answering.answerer import Answerer  # noqa: PLC0415 -- the language model loads with the first use
        from retrieval.span_reader.reader import shared_reader  # noqa: PLC0415

        sources = self if as_of is None else self.at(as_of)

        def ask() -> Answer:
            return Answerer(sources, shared_reader(), self._generator, run=self._ask_pipeline).ask(
                question,
                mode=mode,
                filter=filter,
                as_of=as_of,
                now=_now(),
                min_confidence=min_confidence,
                on_stage=on_stage,
                should_stop=should_stop,
            )

        return sources._on_sound_index(ask)  # noqa: SLF001 -- of this same class

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filter: ArticleFilter | None = None,  # noqa: A002
        after: str | None = None,
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
        reread: bool = False,
    ) -> SearchResults:
        """Passages about ``query``, best first; ``after`` is the cursor of the last hit that was seen.

        Passages that name one of ``entity_ids`` rank higher. ``mode`` says whether they are found by words, by meaning, or
        by both. ``reread`` has the first passages found for a question read for the answer, and ranked by that too; it
        takes about as long as an answer.

        Raises:
            InputError: the query is empty or too long, or the limit out of range.
            CursorError: a cursor of another query.
            EmbedderMismatch: another embedder made the archive's vectors.
            EmbedderError: the query's vector cannot be made.
        """

        def search() -> SearchResults:
            given = self._published_by_then(self._with_articles(filter))
            return self._searches.search(
                query,
                self._here.index,
                limit=limit,
                filter_=given,
                after=after,
                entity_ids=entity_ids,
                mode=mode,
                reread=reread,
            )

        return self._on_sound_index(search)

    def search_by_vector(
        self,
        vector: NDArray[np.float32],
        *,
        limit: int = 10,
        filter: ArticleFilter | None = None,  # noqa: A002
    ) -> SearchResults:
        """Passages whose vectors are nearest to ``vector``, which the archive's embedder made; best first, no cursors.

        Raises:
            InputError: the limit is out of range, the archive has no vectors, or they have another length.
        """

        def search() -> SearchResults:
            given = self._published_by_then(self._with_articles(filter))
            return self._searches.search_by_vector(vector, self._here.index, limit=limit, filter_=given)

        return self._on_sound_index(search)

    def embed_query(self, query: str) -> NDArray[np.float32] | None:
        """The vector that a search for ``query`` goes by; None where the archive has no vectors.

        Raises:
            EmbedderMismatch: another embedder made the archive's vectors.
            EmbedderError: it cannot be made.
        """
        self._open_engine()
        return self._vectors.embed_query(query)

    def cite(self, article: Article, span: Span, *, expected: str | None = None, revision: int | None = None) -> Citation:
        """A checked citation of ``article``; ``expected`` is what stood there at extraction."""
        return cite(article, span, expected=expected, revision=revision)

    def read_ahead(self) -> None:
        """Have the search index read into the kernel's cache, for a process that will search much."""
        self._index.read_ahead()

    def index_revision(self) -> str:
        """The newest change that searches see."""
        if self._is_pinned:
            return str(self._here.index.state.sequence if self._here.index else 0)
        sequence = self._index.sequence  # first: both only grow
        return str(min(sequence, self.last_change()))  # a transaction may keep to an older state than the index's

    def index_lag(self) -> int:
        """How many changes the search index has still to take in."""
        last_change = self.last_change()
        return max(last_change - self._index.sequence, 0)  # it may have taken in later ones by now

    def indexed_passage_count(self) -> int:
        """How many passages the search index holds."""
        return self._index.passage_count()

    def retry_index(self) -> None:
        """Where the index could not be written when last tried, try again.

        Raises:
            ArchiveError: it still cannot.
        """
        if self._index.has_failed:
            self._catch_up()

    def index_problem(self) -> str | None:
        """How the index disagrees with the catalog, if it does; one that is behind catches up with the next search."""
        index = self._index.snapshot()  # first: both only grow
        with self.reading():
            last_change, passage_count = self.last_change(), self.count_passages()
        sequence, indexed_count = (index.state.sequence, index.passage_count()) if index else (0, 0)
        if sequence > last_change:
            return f"the index is {sequence - last_change} changes ahead of the catalog"
        if sequence == last_change and passage_count != indexed_count:
            return f"the index holds {indexed_count} passages and the catalog {passage_count}"
        return None

    def check_index(self) -> list[str]:
        """Everything in which the search index differs from the catalog, and its damaged files; empty where it is sound.

        It is brought up to date first. Reads all of it.

        Raises:
            ArchiveError: it cannot be read, or not be brought up to date.
        """
        with self.snapshot():
            index, state = self._here.index, self._searched.state()
            passage_ids, vector_ids = self.load_indexed_ids()
        if index is None:
            return [] if not passage_ids else ["there is no index"]
        if index.state.sequence != state.last_change:
            lag = state.last_change - index.state.sequence
            return [f"the index stands {lag} changes behind the catalog, and others write; look again"]
        folder = self.path.with_name(self.path.name + ".index")
        return [*find_damaged_files(folder), *find_differences(index, passage_ids, vector_ids)]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One state of the archive: all that this thread reads, searches and asks in it sees the same, whoever writes.

        The search index stands where the catalog does, unless others write without a pause: then searches may lack what
        came in last, and leave out what was removed. Do not write in it: it would not see what was written.

        Example:
            >>> with archive.snapshot():
            ...     answer = archive.ask("Who resigned?")
            ...     evidence = build_evidence(archive, answer, AskArguments())
        """
        if self._is_pinned:
            yield
            return
        for attempt in range(1, _ATTEMPTS + 1):
            self._catch_up()
            with self.reading():
                index = self._index.snapshot()
                sequence = index.state.sequence if index else 0
                if attempt < _ATTEMPTS and sequence != self._searched.state().last_change:
                    continue
                self._here.index, self._here.is_pinned = index, True
                try:
                    yield
                finally:
                    self._here.index, self._here.is_pinned = None, False
                return

    # ------------------------------------------------------------ how

    @property
    def _is_pinned(self) -> bool:
        return getattr(self._here, "is_pinned", False)

    def _on_sound_index(self, call: Callable[[], T]) -> T:
        """``call`` in a snapshot; once more where the index turns out to be damaged, when it has been built again."""
        if self._is_pinned:
            return call()
        damaged: IndexSnapshot | None = None
        try:
            with self.snapshot():
                damaged = self._here.index
                return call()
        except IndexDamaged as error:
            logger.warning("%s", error)
            if damaged is None:
                raise
            self._index.discard(damaged)
        with self.snapshot():
            return call()

    def _present(self) -> Self:
        """This archive as it stands now, of which `at` gave an earlier moment."""
        if self._moment is None:
            return self
        present = copy.copy(self)
        present._moment = None  # noqa: SLF001 -- of this same class
        return present

    def _writing(self) -> AbstractContextManager[Connection]:
        return writing(self._open_engine())

    def _with_articles(self, given: ArticleFilter | None) -> ArticleFilter | None:
        """A story as the articles that are in it now: the search index does not know of stories."""
        if given is None or given.story_id is None:
            return given
        members = self.article_ids_of(given.story_id)
        if given.article_ids:
            members = tuple(id_ for id_ in members if id_ in given.article_ids)
        # Of a story that is not there nothing is found; an empty tuple would mean no restriction.
        return replace(given, article_ids=members or ("",), story_id=None)

    def _published_by_then(self, given: ArticleFilter | None) -> ArticleFilter | None:
        if self._moment is None:
            return given
        base = given or ArticleFilter()
        return replace(base, published_to=min(base.published_to or self._moment.at, self._moment.at))

    def _catch_up(self) -> None:
        """Let searches see what is stored. Where another process is at it, it will take our changes in as well."""
        self._open_engine()
        # An older state of the catalog, which a transaction keeps to, is nothing to bring the index to.
        if not self._reads.is_open and self._searched.state().last_change != self._index.sequence:
            with suppress(ArchiveLocked):
                catch_up(self._present(), self._index)

    def _index_stored(self) -> None:
        """Bring the index to what was written. Where it cannot be, that is stored all the same: the next search tries."""
        try:
            self._catch_up()
        except ArchiveClosed:
            raise
        except ArchiveError as error:
            logger.warning("what was stored cannot be searched yet: %s", error)

    def _open_engine(self) -> Engine:
        if self._closed:
            raise ArchiveClosed(f"archive {self.path} was closed; open it again")
        return self._engine


def _load_reader() -> SpanReader:
    from retrieval.span_reader.reader import shared_reader  # noqa: PLC0415 -- loads with the first use

    return shared_reader()


def _now() -> datetime:
    return datetime.now(UTC)
