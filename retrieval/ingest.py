"""Taking articles in: reading, extracting, storing."""

from __future__ import annotations

import hashlib
import logging
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from retrieval.entity_curation import Curation
from retrieval.errors import ArticleRejected, RetrievalError
from retrieval.extraction.pool import ExtractionPool, ReadingLimits, shared_process
from retrieval.extraction.reading import ContainedExtractor, Read, Unread, read_articles
from retrieval.extraction.stages import failure_of
from retrieval.ingestion.readers import iter_paths, read_article, source_name
from retrieval.models import ArticleInput, ExtractionStage, IngestOutcome, IngestResult, StageFailure
from retrieval.models.found_facts import EXTRACTOR_VERSION, Extraction
from retrieval.models.prepared import PreparedArticle, with_failure
from retrieval.stores.archive_vectors import ArchiveVectors, MadeVectors
from retrieval.stores.sql.engine import writing
from retrieval.stores.sql.writes.article_writes import Written, find_fingerprints, find_unchanged, write_article

logger = logging.getLogger(__name__)

# Articles that are parsed together: the parser is faster on many blocks at once.
_BATCH = 16
# Batches that are read by other processes while one is stored.
_AHEAD = 3
# While a long ingest runs, what it has stored can be found after this many seconds.
_INDEX_EVERY_SECONDS = 10.0

OnResult = Callable[[IngestResult], None]


@dataclass(frozen=True, slots=True)
class _Item:
    """One article on its way in: to be read, or rejected for a reason."""

    name: str
    unread: Unread | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Articles on their way in together; ``read`` are those that could be read, when they are asked for."""

    items: Sequence[_Item]
    read: Iterator[Read]


class Intake(Curation):
    """The part of an archive that takes articles in."""

    _vectors: ArchiveVectors
    _extractor: ContainedExtractor | None
    _limits: ReadingLimits

    @abstractmethod
    def _open_engine(self) -> Engine: ...

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        published_at: str | datetime | None = None,
        publisher: str | None = None,
        workers: int = 1,
        on_result: OnResult | None = None,
    ) -> list[IngestResult]:
        """Take in files, folders and globs; ``-`` is standard input. One result a file, in order.

        ``published_at`` overrules the articles' own dates; ``publisher`` is that of articles that name none. A file that
        cannot be read is REJECTED with the reason, and the rest goes on. So it does where a stage of extraction fails on an
        article, in whatever way: it is stored without the facts of that stage, and its result says so. ``workers`` is the
        number of processes that read the articles.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out; what was reported is stored.
        """

        def items() -> Iterator[_Item]:
            for path in iter_paths(paths):
                name = source_name(path)
                try:
                    article = read_article(path)
                except ArticleRejected as error:
                    yield _Item(name, None, str(error))
                except Exception as error:  # noqa: BLE001 -- what a file does to its reader stops no other
                    failure = failure_of(ExtractionStage.BLOCKS, error)
                    yield _Item(name, None, f"{name}: its reader failed ({failure.reason}); report it with the file")
                else:
                    yield _Item(name, Unread(article, published_at, publisher))

        return self._ingest(items(), on_result, workers)

    def ingest_articles(
        self, articles: Iterable[ArticleInput], *, workers: int = 1, on_result: OnResult | None = None
    ) -> list[IngestResult]:
        """Take in articles; otherwise as `ingest`."""
        items = (_Item(given.url or f"article {n}", Unread(given)) for n, given in enumerate(articles, 1))
        return self._ingest(items, on_result, workers)

    def load_models(self) -> None:
        """Load the models that ingesting takes, for which the first article would wait otherwise.

        Raises:
            MissingDependency: no language model is installed.
            EmbedderError: the embedder cannot be loaded.
        """
        (read,) = self._read([Unread(ArticleInput("It rained."))])
        if read.article is not None:
            self._vectors.make([read.article])

    def store_prepared(
        self, items: Sequence[tuple[PreparedArticle, Extraction | None]], *, replace: bool = True
    ) -> list[IngestResult]:
        """Take in articles that are cut already, as they are; each is on disk when this returns.

        The facts of those that come without any are found here. Without ``replace`` a stored article with the same key
        stays as it is, and its outcome is UNCHANGED. Searches see the articles with the next search.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out.
            EmbedderMismatch: another embedder made the archive's vectors.
            EmbedderError: vectors cannot be made.
        """
        self._open_engine()
        self._vectors.check()
        results = []
        made = self._vectors.make([article for article, _ in items])
        missing = iter(self._read([Unread(article) for article, facts in items if facts is None]))
        for (given, known), vectors in zip(items, made, strict=True):
            article, facts = (given, known) if known is not None else _whole(given, next(missing))
            written = self._write(article, facts, vectors, replace=replace)
            results.append(IngestResult(article.key, written.outcome, written.article_id, written.revision))
        return results

    def _ingest(self, items: Iterator[_Item], on_result: OnResult | None, workers: int) -> list[IngestResult]:
        results: list[IngestResult] = []
        indexed_at = time.monotonic()
        self._open_engine()
        try:
            with ExtractionPool(workers, self._limits) if workers > 1 and not self._extractor else nullcontext() as pool:
                for batch in self._batches(items, pool):
                    for result in self._store(batch):
                        results.append(result)
                        if on_result:
                            on_result(result)
                    if time.monotonic() - indexed_at > _INDEX_EVERY_SECONDS:
                        self._index_stored()
                        indexed_at = time.monotonic()
        finally:
            self._index_stored()
        return results

    def _batches(self, items: Iterator[_Item], pool: ExtractionPool | None) -> Iterator[_Batch]:
        """Batches in order; with a pool the next ones are read while one is stored."""
        waiting: deque[_Batch] = deque()
        while some := list(islice(items, _BATCH)):
            unread = self._with_fingerprints([item.unread for item in some if item.unread])
            waiting.append(_Batch(some, pool.read(unread) if pool else iter(self._read(unread))))
            if pool is None or len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _with_fingerprints(self, items: Sequence[Unread]) -> list[Unread]:
        """The articles with what is stored of each, so that what has not changed need not be read for facts."""
        keys = [_key(item.given) for item in items]
        with self.reading() as connection:
            stored = find_fingerprints(connection, keys)
        return [replace(item, fingerprint=stored.get(key)) for item, key in zip(items, keys, strict=True)]

    def _store(self, batch: _Batch) -> Iterator[IngestResult]:
        read = [next(batch.read) if item.unread else Read(None, reason=item.reason) for item in batch.items]
        fresh = [one.article for one in read if one.article and one.facts]
        if fresh:
            self._vectors.check()
        made = iter(self._vectors.make_contained(fresh))
        for item, one in zip(batch.items, read, strict=True):
            if one.article is None:
                yield _rejected(item, one.reason)
            elif one.facts is None:
                yield self._known(item, one.article)
            else:
                yield self._stored(item.name, one.article, one.facts, next(made))

    def _known(self, item: _Item, article: PreparedArticle) -> IngestResult:
        with self.reading() as connection:
            written = find_unchanged(connection, article)
        if written is not None:
            return IngestResult(item.name, written.outcome, written.article_id, written.revision)
        assert item.unread is not None  # removed, or changed, since it was looked up
        (read,) = self._read([replace(item.unread, fingerprint=None)])
        if read.article is None or read.facts is None:
            return _rejected(item, read.reason)
        return self._store_read(item.name, read.article, read.facts)

    def _store_read(self, name: str, article: PreparedArticle, facts: Extraction) -> IngestResult:
        (made,) = self._vectors.make_contained([article])
        return self._stored(name, article, facts, made)

    def _stored(self, name: str, article: PreparedArticle, facts: Extraction, made: MadeVectors) -> IngestResult:
        """Write an article; where its facts cannot be written, without them."""
        vectors = made.vectors
        if made.failure is not None:
            article = with_failure(article, made.failure)
        try:
            written = self._write(article, facts, vectors)
        except (RetrievalError, OperationalError):
            raise  # the archive's own fault, which every article would meet
        except Exception as error:
            logger.warning("an article is stored without facts", exc_info=True)
            article = with_failure(article, failure_of(ExtractionStage.LINKING, error))
            written = self._write(article, Extraction(), vectors)
        reason = f"stored without {', '.join(map(str, article.failures))}" if article.failures else None
        return IngestResult(name, written.outcome, written.article_id, written.revision, reason, article.failures)

    def _write(
        self, article: PreparedArticle, facts: Extraction, vectors: Sequence[bytes], *, replace: bool = True
    ) -> Written:
        with self._write_guard, writing(self._open_engine()) as connection:
            return write_article(
                connection,
                article,
                facts,
                now=_now(),
                extractor_version=EXTRACTOR_VERSION,
                vectors=vectors,
                embedder=self._vectors.name,
                replace=replace,
            )

    def _read(self, items: Sequence[Unread]) -> list[Read]:
        extractor = self._extractor
        if extractor is not None:
            return list(read_articles(items, lambda: extractor))
        return shared_process(self._limits).read(items) if items else []


def _key(given: ArticleInput | PreparedArticle) -> str:
    """What the article is known by; of a text that is none, nothing that is stored."""
    if isinstance(given, PreparedArticle):
        return given.key
    return given.url or f"sha256:{hashlib.sha256(given.text.encode(errors='replace')).hexdigest()}"


def _whole(article: PreparedArticle, read: Read) -> tuple[PreparedArticle, Extraction]:
    """The article and its facts; where it could not be read at all, none."""
    if read.article is not None:
        return read.article, read.facts or Extraction()
    return with_failure(article, StageFailure(ExtractionStage.PARSE, read.reason or "it cannot be read")), Extraction()


def _rejected(item: _Item, reason: str | None) -> IngestResult:
    said = reason if item.unread is None else f"{item.name}: {reason}"
    return IngestResult(item.name, IngestOutcome.REJECTED, reason=said)


def _now() -> datetime:
    return datetime.now(UTC)
