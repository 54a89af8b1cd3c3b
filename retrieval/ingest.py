"""Taking articles in: reading, extracting, storing."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from retrieval.entity_curation import Curation
from retrieval.errors import ArticleRejected
from retrieval.extraction.pool import ExtractionPool
from retrieval.ingestion.pipeline import prepare_article
from retrieval.ingestion.readers import iter_paths, read_article, source_name
from retrieval.models import ArticleInput, IngestOutcome, IngestResult
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.archive_vectors import ArchiveVectors
from retrieval.stores.sql.engine import writing
from retrieval.stores.sql.writes.article_writes import Written, find_unchanged, write_article

if TYPE_CHECKING:
    from retrieval.extraction.extractor import Extractor

# Articles that are parsed together: the parser is faster on many blocks at once.
_BATCH = 16
# Batches that are read by other processes while one is stored.
_AHEAD = 3
# While a long ingest runs, what it has stored can be found after this many seconds.
_INDEX_EVERY_SECONDS = 10.0

OnResult = Callable[[IngestResult], None]


@dataclass(frozen=True, slots=True)
class _Item:
    """One article on its way in: ready, or rejected for a reason."""

    name: str
    article: PreparedArticle | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Articles on their way in together; ``facts`` are those of the ``fresh`` ones, found when they are asked for."""

    items: Sequence[_Item]
    known: Sequence[Written | None]
    fresh: Sequence[PreparedArticle]
    facts: Iterator[Extraction]


class Intake(Curation):
    """The part of an archive that takes articles in."""

    _vectors: ArchiveVectors
    _extractor: Extractor | None

    @abstractmethod
    def _open_engine(self) -> Engine: ...

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        published: str | datetime | None = None,
        source: str | None = None,
        workers: int = 1,
        on_result: OnResult | None = None,
    ) -> list[IngestResult]:
        """Take in files, folders and globs; ``-`` is standard input. One result a file, in order.

        ``published`` overrules the articles' own dates; ``source`` names the source of those that do not. A file that
        cannot be taken in is REJECTED with the reason, and the rest goes on. With several ``workers`` so many processes
        find the facts (call it under ``if __name__ == "__main__"`` then: they import the main module).

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
                    continue
                yield _prepare(name, article, published=published, source=source)

        return self._ingest(items(), on_result, workers)

    def ingest_articles(
        self, articles: Iterable[ArticleInput], *, workers: int = 1, on_result: OnResult | None = None
    ) -> list[IngestResult]:
        """Take in articles; otherwise as `ingest`."""
        items = (_prepare(given.url or f"article {n}", given) for n, given in enumerate(articles, 1))
        return self._ingest(items, on_result, workers)

    def store_prepared(self, items: Sequence[tuple[PreparedArticle, Extraction]]) -> list[IngestResult]:
        """Take in articles that are cut and read already, as they are; each is on disk when this returns.

        Searches see them with the next search.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out.
            EmbedderMismatch: another embedder made the archive's vectors.
            EmbedderError: vectors cannot be made.
        """
        self._open_engine()
        self._vectors.check()
        results = []
        made = self._vectors.make([article for article, _ in items])
        for (article, facts), vectors in zip(items, made, strict=True):
            written = self._write(article, facts, vectors)
            results.append(IngestResult(article.key, written.outcome, written.article_id, written.revision))
        return results

    def _ingest(self, items: Iterator[_Item], on_result: OnResult | None, workers: int) -> list[IngestResult]:
        results: list[IngestResult] = []
        indexed_at = time.monotonic()
        try:
            with ExtractionPool(workers) if workers > 1 else nullcontext() as pool:
                for batch in self._read(items, pool):
                    for result in self._store(batch):
                        results.append(result)
                        if on_result:
                            on_result(result)
                    if time.monotonic() - indexed_at > _INDEX_EVERY_SECONDS:
                        self._catch_up()
                        indexed_at = time.monotonic()
        finally:
            self._catch_up()
        return results

    def _read(self, items: Iterator[_Item], pool: ExtractionPool | None) -> Iterator[_Batch]:
        """Batches in order; with a pool the next ones are read while one is stored."""
        waiting: deque[_Batch] = deque()
        while some := list(islice(items, _BATCH)):
            with self.reading() as connection:
                known = [find_unchanged(connection, item.article) if item.article else None for item in some]
            fresh = [item.article for item, written in zip(some, known, strict=True) if item.article and not written]
            facts = self._extract(fresh) if pool is None else pool.extract(fresh, instead=self._extract)
            waiting.append(_Batch(some, known, fresh, facts))
            if pool is None or len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _store(self, batch: _Batch) -> Iterator[IngestResult]:
        if batch.fresh:
            self._vectors.check()
        extracted = zip(batch.fresh, batch.facts, self._vectors.make(batch.fresh), strict=True)
        for item, unchanged in zip(batch.items, batch.known, strict=True):
            if item.article is None:
                yield IngestResult(item.name, IngestOutcome.REJECTED, reason=item.reason)
                continue
            written = unchanged
            if written is None:
                article, facts, vectors = next(extracted)
                written = self._write(article, facts, vectors)
            yield IngestResult(item.name, written.outcome, written.article_id, written.revision)

    def _write(self, article: PreparedArticle, facts: Extraction, vectors: Sequence[bytes]) -> Written:
        from retrieval.extraction.extractor import EXTRACTOR_VERSION  # noqa: PLC0415 -- spaCy

        with self._write_guard, writing(self._open_engine()) as connection:
            return write_article(
                connection,
                article,
                facts,
                now=_now(),
                extractor_version=EXTRACTOR_VERSION,
                vectors=vectors,
                embedder=self._vectors.name,
            )

    def _extract(self, articles: Sequence[PreparedArticle]) -> Iterator[Extraction]:
        if not articles:
            return
        if self._extractor is None:
            from retrieval.extraction.extractor import Extractor  # noqa: PLC0415 -- spaCy

            self._extractor = Extractor()
        yield from self._extractor.extract_many(articles)


def _prepare(
    name: str, given: ArticleInput, *, published: str | datetime | None = None, source: str | None = None
) -> _Item:
    try:
        return _Item(name, prepare_article(given, published=published, source=source))
    except ArticleRejected as error:
        return _Item(name, None, f"{name}: {error}")


def _now() -> datetime:
    return datetime.now(UTC)
