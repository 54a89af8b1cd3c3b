"""The vectors of one archive: made for passages and queries, stored in the catalog, of one embedder only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from retrieval.embedding.embedder import Embedder
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.engine import writing
from retrieval.stores.sql.queries.search_queries import SearchQueries
from retrieval.stores.sql.vector_rows import (
    check_embedder,
    check_made_by,
    drop_vectors,
    find_bare,
    iter_passage_texts,
    note_articles,
    store_vectors,
)

_BATCH = 256


class ArchiveVectors:
    """Makes and stores vectors. ``embedder`` None: none are made, and searches go by words."""

    def __init__(self, engine: Engine, embedder: Embedder | None) -> None:
        self._engine = engine
        self._catalog = SearchQueries(engine)
        self._embedder = embedder
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
            with self._engine.connect() as connection:
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
            with self._engine.connect() as connection:
                bare = find_bare(connection, limit=_BATCH)
            if not bare:
                return done
            with self._engine.connect() as connection:
                texts = dict(iter_passage_texts(connection, article_ids=bare, bare=True))
            made = dict(zip(texts, self._pack(list(texts.values())), strict=True))
            with writing(self._engine) as connection:
                stored = store_vectors(connection, made, embedder=self._embedder.name)
                note_articles(connection, bare, kind="EMBEDDED", now=datetime.now(UTC))
            done += stored
            if on_progress:
                on_progress(done, done + (len(bare) == _BATCH))

    def replace(self, *, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make all vectors again, with this embedder, in place of another's; how many were made.

        All are made before one is written: the archive has one embedder's vectors at every moment.
        """
        if self._embedder is None:
            return 0
        made: dict[int, bytes] = {}
        with self._engine.connect() as connection:
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
        return [vector.tobytes() for vector in self._embedder.embed(texts).astype(np.float16)]
