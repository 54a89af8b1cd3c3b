"""What a search reads of the catalog, straight from SQLite's driver.

A search makes three small queries. Through SQLAlchemy each costs up to a millisecond of Python; as statements that the
driver keeps prepared they cost ten microseconds and the reading of the rows. Each is one statement, and so sees one state
of the archive. They are SQLite's own: another database needs others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine

from retrieval.models import Article, DatePrecision, Passage, PublicationDate, PublicationSource, Span
from retrieval.models.ranking import Candidate
from retrieval.stores.sql.columns import EPOCH
from retrieval.stores.sql.engine import translate

_STATE = "SELECT (SELECT max(seq) FROM changes), (SELECT value FROM settings WHERE name = 'embedder')"
_CANDIDATES = """
    SELECT p.id, p.article_id, p.start, p."end", substr(a.text, max(p.start - ?1, 0) + 1, p."end" - p.start + 2 * ?1),
        a.title, a.publisher, a.published_at
    FROM json_each(?2) AS wanted JOIN passages AS p ON p.id = wanted.value JOIN articles AS a ON a.id = p.article_id"""
_PASSAGES = """
    SELECT p.id, p.position, p.start, p."end", a.id, a.url, a.title, a.text, a.sha256, a.publisher, a.authors, a.language,
        a.published_at, a.published_precision, a.published_source, a.published_start, a.published_end, a.ingested_at,
        a.revision
    FROM json_each(?) AS wanted JOIN passages AS p ON p.id = wanted.value JOIN articles AS a ON a.id = p.article_id"""

# So many characters before and after a passage are read with it: about two sentences.
_AROUND = 400


@dataclass(frozen=True, slots=True)
class CatalogState:
    """The newest change, and what made the vectors; None where there are none."""

    last_change: int
    embedder: str | None


class SearchQueries:
    """Reads for searches. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self) -> CatalogState:
        """How far the catalog is."""
        last_change, embedder = self._read(_STATE)[0]
        return CatalogState(last_change or 0, embedder)

    def load_candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """What ranking wants of passages, in the order of ``ids``; unknown ones are left out."""
        found = {row[0]: _make_candidate(*row) for row in self._read(_CANDIDATES, _AROUND, orjson.dumps(ids).decode())}
        return [found[id_] for id_ in ids if id_ in found]

    def load_passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles, by id; unknown ones are left out."""
        articles: dict[str, Article] = {}
        found: dict[int, tuple[Passage, Article]] = {}
        for row in self._read(_PASSAGES, orjson.dumps(ids).decode()):
            id_, position, start, end, article_id, *columns = row
            article = articles.get(article_id)
            if article is None:
                article = articles[article_id] = _make_article(article_id, *columns)
            found[id_] = (Passage(id_, article_id, position, Span(start, end), article.text[start:end]), article)
        return found

    def _read(self, statement: str, *parameters: object) -> Sequence[Any]:
        try:
            pooled = self._engine.raw_connection()
            try:
                cursor = pooled.cursor()
                cursor.execute(statement, parameters)
                rows = list(cursor.fetchall())
                cursor.close()
            finally:
                pooled.close()
        except sqlite3.DatabaseError as error:
            raise translate(error, Path(self._engine.url.database or "")) from error
        return rows


def _make_candidate(
    id_: int, article_id: str, start: int, end: int, text: str, title: str, source: str | None, published_at: int | None
) -> Candidate:
    lead = min(start, _AROUND)
    before, after = text[:lead], text[lead + end - start :][:_AROUND]
    # A word that is cut in two is none.
    around = before.partition(" ")[2] if lead < start else before, after.rpartition(" ")[0] or after
    return Candidate(id_, article_id, text[lead : lead + end - start], title, source, _instant(published_at), around)


def _make_article(
    id_: str,
    url: str | None,
    title: str,
    text: str,
    sha256: str,
    publisher: str | None,
    authors: str,
    language: str,
    published_at: int | None,
    precision: str,
    source: str,
    start: int | None,
    end: int | None,
    ingested_at: int,
    revision: int,
) -> Article:
    span = None if start is None or end is None else Span(start, end)
    return Article(
        id=id_,
        url=url,
        title=title,
        text=text,
        sha256=sha256,
        source=publisher,
        authors=tuple(orjson.loads(authors)),
        language=language,
        published=PublicationDate(_instant(published_at), DatePrecision(precision), PublicationSource(source), span),
        ingested_at=EPOCH + timedelta(microseconds=ingested_at),
        revision=revision,
    )


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)
