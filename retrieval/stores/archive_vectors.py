"""The vectors of one archive: made for passages and queries, stored in the catalog, of one embedder only."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from retrieval.embedding.embedder import Embedder
from retrieval.errors import WeightsError
from retrieval.extraction.stages import failure_of
from retrieval.models import ExtractionStage, StageFailure
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.engine import writing
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.stores.sql.transactions import ReadTransactions
from retrieval.stores.sql.vector_rows import (
    check_embedder,
    check_made_by,
    clear_vector_failures,
    drop_vectors,
    find_bare,
    iter_passage_texts,
    note_articles,
    store_vectors,
)

_BATCH = 256
# An embedder that took too long so often in a row is not asked again until the archive is opened anew.
_MOST_HUNG = 3
# Limits are of processor time; a thread's own cannot be told, and the machine may do much else.
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class MadeVectors:
    """The vectors of an article's passages; none where there is no embedder, or where it failed."""

    vectors: tuple[bytes, ...]
    failure: StageFailure | None = None


class ArchiveVectors:
    """Makes and stores vectors. ``embedder`` None: none are made, and searches go by words.

    ``seconds_of`` says how much processor time the vectors of so many characters may take.
    """

    def __init__(
        self,
        engine: Engine,
        reads: ReadTransactions,
        embedder: Embedder | None,
        *,
        seconds_of: Callable[[int], float] = lambda _: 60.0,
    ) -> None:
        self._engine = engine
        self._reads = reads
        self._catalog = SearchQueries(reads)
        self._embedder = embedder
        self._seconds_of = seconds_of
        self._hung_count = 0
        self._remember = lru_cache(maxsize=256)(self._embed_one)

    @property
    def name(self) -> str | None:
        """What makes the vectors."""
        return self._embedder.name if self._embedder else None

    def check(self) -> None:
        """Make sure that new vectors can stand beside the archive's.

        Raises:
            EmbedderMismatch: another embedder made those.
        """
        if self._embedder:
            with self._reads.open() as connection:
                check_embedder(connection, self._embedder.name)

    def make(self, articles: Sequence[PreparedArticle]) -> list[list[bytes]]:
        """For each article the vectors of its passages, as the catalog stores them.

        Raises:
            EmbedderError: they cannot be made.
        """
        texts = [span.slice(article.text) for article in articles for span in article.passages]
        made = iter(self._pack(texts))
        return (
            [[next(made) for _ in article.passages] for article in articles] if self._embedder else [[] for _ in articles]
        )

    def make_contained(self, articles: Sequence[PreparedArticle]) -> list[MadeVectors]:
        """As `make`; where the embedder fails on an article, or takes too long, the others have theirs all the same.

        Raises:
            WeightsError: the model's files are missing or damaged, which is no article's fault.
        """
        together = self._try(articles) if articles else []
        if isinstance(together, list):
            return together
        if len(articles) == 1:
            return [MadeVectors((), together)]
        return [self.make_contained([article])[0] for article in articles]

    def retry(self, article_id: str) -> bool:
        """Make the vectors that an article lacks; whether it has them now.

        Raises:
            EmbedderMismatch: another embedder made the archive's vectors.
        """
        if self._embedder is None:
            return False
        with self._engine.connect() as connection:
            texts = dict(iter_passage_texts(connection, article_ids=[article_id], bare=True))
        packed = self._watched(list(texts.values()))
        if isinstance(packed, StageFailure):
            return False
        self._store(dict(zip(texts, packed, strict=True)), [article_id])
        return True

    def _try(self, articles: Sequence[PreparedArticle]) -> list[MadeVectors] | StageFailure:
        if self._embedder is None:
            return [MadeVectors(()) for _ in articles]
        packed = self._watched([span.slice(article.text) for article in articles for span in article.passages])
        if isinstance(packed, StageFailure):
            return packed
        made = iter(packed)
        return [MadeVectors(tuple(next(made) for _ in article.passages)) for article in articles]

    def _watched(self, texts: Sequence[str]) -> list[bytes] | StageFailure:
        """The vectors of texts, or why there are none. A thread that takes too long is left to itself: an embedder waits
        for its endpoint, or computes without the interpreter's lock.
        """
        if self._hung_count >= _MOST_HUNG:
            return StageFailure(ExtractionStage.VECTORS, f"not tried: the embedder took too long {_MOST_HUNG} times")
        result: queue.SimpleQueue[list[bytes] | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                result.put(self._pack(texts))
            except Exception as error:  # noqa: BLE001 -- handed to the thread that waits
                result.put(error)

        threading.Thread(target=work, name="embedding", daemon=True).start()
        seconds = _PATIENCE * self._seconds_of(sum(map(len, texts)))
        try:
            packed = result.get(timeout=seconds)
        except queue.Empty:
            self._hung_count += 1
            return StageFailure(ExtractionStage.VECTORS, f"it took over {seconds:.0f} s")
        self._hung_count = 0
        if isinstance(packed, WeightsError):
            raise packed
        return failure_of(ExtractionStage.VECTORS, packed) if isinstance(packed, Exception) else packed

    def _store(self, made: Mapping[int, bytes], article_ids: Sequence[str]) -> int:
        assert self._embedder is not None
        with writing(self._engine) as connection:
            stored = store_vectors(connection, made, embedder=self._embedder.name)
            clear_vector_failures(connection, article_ids)
            note_articles(connection, article_ids, kind="EMBEDDED", now=datetime.now(UTC))
        return stored

    def embed_query(self, query: str) -> NDArray[np.float32] | None:
        """The vector of a query; None where the archive has no vectors, or no embedder was given.

        Raises:
            EmbedderMismatch: another embedder made the archive's vectors.
            EmbedderError: it cannot be made.
        """
        if self._embedder is None:
            return None
        made_by = self._catalog.state().embedder
        if made_by is None:
            return None
        check_made_by(made_by, self._embedder.name)
        return self._remember(query)

    def fill(self, *, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make the vectors of all passages that have none; how many were made."""
        if self._embedder is None:
            return 0
        self.check()
        done = 0
        while True:
            with self._reads.open() as connection:
                bare = find_bare(connection, limit=_BATCH)
                texts = dict(iter_passage_texts(connection, article_ids=bare, bare=True))
            if not bare:
                return done
            made = dict(zip(texts, self._pack(list(texts.values())), strict=True))
            done += self._store(made, bare)
            if on_progress:
                on_progress(done, done + (len(bare) == _BATCH))

    def replace(self, *, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make all vectors again, with this embedder, in place of another's; how many were made.

        All are made before one is written: the archive has one embedder's vectors at every moment.
        """
        if self._embedder is None:
            return 0
        made: dict[int, bytes] = {}
        with self._reads.open() as connection:
            texts = dict(iter_passage_texts(connection))
        ids = list(texts)
        for first in range(0, len(ids), _BATCH):
            some = ids[first : first + _BATCH]
            made.update(zip(some, self._pack([texts[id_] for id_ in some]), strict=True))
            if on_progress:
                on_progress(len(made), len(ids))
        with writing(self._engine) as connection:
            drop_vectors(connection)
            stored = store_vectors(connection, made, embedder=self._embedder.name)
            note_articles(connection, None, kind="EMBEDDED", now=datetime.now(UTC))
        return stored + self.fill()

    def _embed_one(self, query: str) -> NDArray[np.float32]:
        assert self._embedder is not None
        vector: NDArray[np.float32] = self._embedder.embed([query])[0]
        return vector

    def _pack(self, texts: Sequence[str]) -> list[bytes]:
        if self._embedder is None or not texts:
            return []
        unique = list(dict.fromkeys(texts))  # an article may say the same thing a thousand times
        vectors = self._embedder.embed(unique).astype(np.float16)
        packed = {text: vector.tobytes() for text, vector in zip(unique, vectors, strict=True)}
        return [packed[text] for text in texts]
