"""The facade: an archive that is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from retrieval.citations import cite
from retrieval.embedding import DEFAULT_EMBEDDER, Embedder, open_embedder
from retrieval.errors import ArchiveClosed, ArchiveLocked
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
from retrieval.stores.archive_vectors import ArchiveVectors
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.stores.index.sync import catch_up
from retrieval.stores.sql.engine import connect, parse_url, writing
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.stores.sql.writes.article_writes import remove_article
from retrieval.timelines import Timelines

if TYPE_CHECKING:
    from retrieval.answering.evidence.span_reader import SpanReader
    from retrieval.answering.generation.generator import Generator
    from retrieval.answering.progress import OnStage, ShouldStop
    from retrieval.extraction.extractor import Extractor


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
    ) -> Self:
        """Open the archive at ``sqlite:///path/news.db`` or a plain path; its search index lies beside it.

        ``embedder`` makes the vectors that searches by meaning need: see `open_embedder`; None makes none, and searches go
        by words alone. ``embedder_threads`` are those of its model. ``generator`` is the language model of `ask` in mode
        GENERATIVE, such as `retrieval.answering.generation.generator.ChatGenerator`.

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
        self._vectors = ArchiveVectors(self._engine, embedder)
        self._searched = SearchQueries(self._engine)
        self._searches = PassageSearch(self._searched, self._index, self._vectors.embed_query, _load_reader)
        self._generator = generator
        self._write_guard = threading.Lock()
        self._extractor: Extractor | None = None

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
        self._catch_up()
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
        catch_up(self, self._index, on_progress=on_progress)
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
        given. ``on_stage`` gets the interpretation, the passages, the candidates and the answer as each is known, in the
        thread that asks; the work ends soon after ``should_stop``, which may be called in another, is true. In mode
        GENERATIVE a language model words the answer, and what the articles do not support is left out.

        Raises:
            InputError: the question is empty or too long, or a value is out of range.
            GeneratorMissing: ``mode`` is GENERATIVE, and the archive was opened without a language model.
            AskCancelled: ``should_stop`` said so.
        """
        from retrieval.answering.answerer import Answerer  # noqa: PLC0415 -- the language model loads with the first use
        from retrieval.answering.evidence.span_reader import shared_reader  # noqa: PLC0415

        self._catch_up()
        sources = self if as_of is None else self.at(as_of)
        return Answerer(sources, shared_reader(), self._generator).ask(
            question,
            mode=mode,
            filter=filter,
            as_of=as_of,
            min_confidence=min_confidence,
            on_stage=on_stage,
            should_stop=should_stop,
        )

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
        self._catch_up()
        filter = self._published_by_then(self._with_articles(filter))  # noqa: A001
        return self._searches.search(
            query, limit=limit, filter_=filter, after=after, entity_ids=entity_ids, mode=mode, reread=reread
        )

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
        return str(self._index.sequence)

    def index_lag(self) -> int:
        """How many changes the search index has still to take in."""
        indexed = self._index.sequence  # first: both only grow
        return self.last_change() - indexed

    def indexed_passage_count(self) -> int:
        """How many passages the search index holds."""
        return self._index.passage_count()

    # ------------------------------------------------------------ how

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
        if self._searched.state().last_change != self._index.sequence:
            with suppress(ArchiveLocked):
                catch_up(self, self._index)

    def _open_engine(self) -> Engine:
        if self._closed:
            raise ArchiveClosed(f"archive {self.path} was closed; open it again")
        return self._engine


def _load_reader() -> SpanReader:
    from retrieval.answering.evidence.span_reader import shared_reader  # noqa: PLC0415 -- loads with the first use

    return shared_reader()


def _now() -> datetime:
    return datetime.now(UTC)
