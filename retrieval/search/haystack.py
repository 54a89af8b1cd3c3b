"""The border to Haystack: an archive as a document store, and its search as a component and a pipeline.

Importing this module imports Haystack (half a second, 30 MB) with its telemetry off; a process that imports Haystack itself
before sets ``HAYSTACK_TELEMETRY_ENABLED=false``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from haystack import Pipeline, component, default_from_dict, default_to_dict
from haystack.dataclasses import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError
from haystack.utils.filters import document_matches_filter
from sqlalchemy import text

from retrieval.archive import Archive
from retrieval.embedding import DEFAULT_EMBEDDER
from retrieval.models import (
    ArticleFilter,
    DatePrecision,
    Hit,
    PublicationDate,
    PublicationSource,
    RetrievalMode,
    Span,
    Window,
)
from retrieval.models.found_facts import Extraction
from retrieval.models.identity import stable_id
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.engine import writing

# Kept beside the archive's own tables: what came in as a document goes out as the same document.
_TABLE = """CREATE TABLE IF NOT EXISTS haystack_documents (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE, document TEXT NOT NULL)"""
_FIELDS = {"source": "publishers", "language": "languages", "article_id": "article_ids", "entity_ids": "entity_ids"}


class DatelineDocumentStore:
    """A Haystack document store over an archive: its documents are the archive's passages.

    A document that is written becomes an article of one passage, with ``meta["title"]``, ``meta["source"]``,
    ``meta["language"]`` and ``meta["published_at"]`` (ISO 8601) as the article's own, and comes back as it was. Its
    embedding is kept, but searches use the archive's vectors. `filter_documents` compares every document; searches take
    the filters that the index knows: ``==``, ``in`` on source, language, article_id and entity_ids, ``>=`` and ``<=`` on
    published_at, AND.
    """

    def __init__(self, path: str, embedder: str | None = DEFAULT_EMBEDDER) -> None:
        self._path = path
        self._embedder = embedder
        self.archive = Archive.open(Path(path), embedder=embedder)
        with writing(self.archive._open_engine()) as connection:  # noqa: SLF001 -- a table of our own
            connection.execute(text(_TABLE))

    def to_dict(self) -> dict[str, Any]:
        """For Haystack's pipelines as YAML."""
        made: dict[str, Any] = default_to_dict(self, path=self._path, embedder=self._embedder)
        return made

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DatelineDocumentStore:
        """From `to_dict`."""
        made: DatelineDocumentStore = default_from_dict(cls, data)
        return made

    def close(self) -> None:
        """Let go of the archive's files."""
        self.archive.close()

    def count_documents(self) -> int:
        """How many documents there are."""
        query = """SELECT (SELECT count(*) FROM haystack_documents) + (SELECT count(*) FROM passages
            WHERE article_id NOT IN (SELECT article_id FROM haystack_documents))"""
        with self.archive.reading() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """The documents that pass a filter, in the order they came.

        Raises:
            FilterError: the filter makes no sense.
        """
        if filters and "operator" not in filters:
            raise FilterError(f"filter {filters} has no operator; see Haystack's documentation of metadata filtering")
        documents = list(self._iter_documents())
        return [document for document in documents if document_matches_filter(filters, document)] if filters else documents

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Store documents; how many were. Without a policy a duplicate is an error.

        Raises:
            DuplicateDocumentError: a document with that id is there.
            ValueError: these are no documents.
        """
        if not isinstance(documents, list) or not all(isinstance(document, Document) for document in documents):
            raise ValueError("write_documents takes a list of Haystack documents")
        fresh: dict[str, Document] = {}
        for document in documents:
            id_ = _article_id(document.id)
            if id_ in fresh or self.archive.article(id_):
                if policy is DuplicatePolicy.SKIP:
                    continue
                if policy is not DuplicatePolicy.OVERWRITE:
                    raise DuplicateDocumentError(f"document {document.id!r} is there already; choose a policy")
            fresh[id_] = document
        self.archive.store_prepared([(_prepare(document), Extraction()) for document in fresh.values()])
        insert = text("INSERT OR REPLACE INTO haystack_documents VALUES (:id, :document)")
        with writing(self.archive._open_engine()) as connection:  # noqa: SLF001 -- a table of our own
            for id_, document in fresh.items():
                packed = orjson.dumps(document.to_dict(flatten=False)).decode()
                connection.execute(insert, {"id": id_, "document": packed})
        return len(fresh)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete documents, those that were written here and not passages of articles; unknown ids are left out."""
        known = [id_ for id_ in map(_article_id, document_ids) if self.archive.article(id_)]
        if known:
            self.archive.remove(known)

    def search(
        self,
        query: str,
        *,
        top_k: int = 10,
        filters: dict[str, Any] | None = None,
        mode: RetrievalMode = RetrievalMode.HYBRID,
    ) -> list[Document]:
        """The best documents for a query, with their scores.

        Raises:
            FilterError: the index cannot filter so.
            InputError: the query is empty or too long.
        """
        found = self.archive.search(query, limit=top_k, filter=_to_filter(filters), mode=mode)
        written = self._load_written([hit.article.id for hit in found.hits])
        return [
            _with_score(written[h.article.id], h.score) if h.article.id in written else _from_hit(h) for h in found.hits
        ]

    def _load_written(self, article_ids: list[str]) -> dict[str, Document]:
        query = text("SELECT document FROM haystack_documents WHERE article_id = :id")
        with self.archive.reading() as connection:
            rows = {id_: connection.execute(query, {"id": id_}).scalar() for id_ in article_ids}
        return {id_: Document.from_dict(orjson.loads(row)) for id_, row in rows.items() if row}

    def _iter_documents(self) -> Iterator[Document]:
        with self.archive.reading() as connection:
            rows = connection.execute(text("SELECT article_id, document FROM haystack_documents ORDER BY rowid")).all()
        written = {row.article_id for row in rows}
        yield from (Document.from_dict(orjson.loads(row.document)) for row in rows)
        window: Window | None = Window(limit=500)
        while window:
            page = self.archive.articles(window=window)
            others = [article.id for article in page.items if article.id not in written]
            for facts in self.archive.load_facts(others).values():
                yield from (_from_passage(facts.article, passage) for passage in facts.passages)
            window = Window(limit=500, after=page.cursors[-1]) if page.has_next else None


@component
class DatelineRetriever:
    """Finds documents in a `DatelineDocumentStore`, by words, by meaning, or by both with Dateline's ranking."""

    def __init__(self, document_store: DatelineDocumentStore, mode: str = "HYBRID", top_k: int = 10) -> None:
        self.document_store = document_store
        self.mode = RetrievalMode(mode)
        self.top_k = top_k

    @component.output_types(documents=list[Document])
    def run(self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None) -> dict[str, list[Document]]:
        """The best documents for ``query``."""
        return {"documents": self.document_store.search(query, top_k=top_k or self.top_k, filters=filters, mode=self.mode)}

    def to_dict(self) -> dict[str, Any]:
        """For Haystack's pipelines as YAML."""
        made: dict[str, Any] = default_to_dict(
            self, document_store=self.document_store.to_dict(), mode=self.mode.value, top_k=self.top_k
        )
        return made

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DatelineRetriever:
        """From `to_dict`."""
        parameters = data["init_parameters"]
        parameters["document_store"] = DatelineDocumentStore.from_dict(parameters["document_store"])
        made: DatelineRetriever = default_from_dict(cls, data)
        return made


def build_search_pipeline(store: DatelineDocumentStore, *, top_k: int = 10) -> Pipeline:
    """Dateline's search as a pipeline: run it with ``{"retriever": {"query": ...}}``, and put a reader behind."""
    pipeline = Pipeline()
    pipeline.add_component("retriever", DatelineRetriever(store, top_k=top_k))
    return pipeline


def _article_id(document_id: str) -> str:
    return stable_id("article", f"haystack:{document_id}")


def _prepare(document: Document) -> PreparedArticle:
    content = document.content or ""
    body = content if content.strip() else document.id
    meta = document.meta
    digest = hashlib.sha256(body.encode()).hexdigest()
    whole = orjson.dumps(document.to_dict(flatten=False))
    published = _read_date(meta.get("published_at"))
    dated = PublicationDate(published, DatePrecision.DAY, PublicationSource.METADATA) if published else PublicationDate()
    source = meta.get("source")
    return PreparedArticle(
        key=f"haystack:{document.id}",
        url=None,
        title=str(meta.get("title") or ""),
        text=body,
        sha256=digest,
        fingerprint=hashlib.sha256(whole).hexdigest(),
        publisher=str(source) if source else None,
        authors=(),
        language=str(meta.get("language") or "en"),
        published=dated,
        blocks=(),
        passages=(Span(0, len(body)),) if content.strip() else (),
    )


def _read_date(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.astimezone()


def _from_hit(hit: Hit) -> Document:
    return _with_score(_from_passage(hit.article, hit.passage), hit.score)


def _from_passage(article: Any, passage: Any) -> Document:
    meta = {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "language": article.language,
        "published_at": article.published.at.isoformat() if article.published.at else None,
        "start": passage.span.start,
        "end": passage.span.end,
    }
    return Document(id=f"passage:{passage.id}", content=passage.text, meta=meta)


def _with_score(document: Document, score: float) -> Document:
    return Document(id=document.id, content=document.content, meta=document.meta, score=score)


def _to_filter(filters: dict[str, Any] | None) -> ArticleFilter | None:
    if not filters:
        return None
    values: dict[str, Any] = {}
    for condition in _flatten(filters):
        field = str(condition.get("field", "")).removeprefix("meta.")
        operator, value = condition.get("operator"), condition.get("value")
        if field in _FIELDS and operator in {"==", "in"}:
            values[_FIELDS[field]] = tuple(value) if operator == "in" and isinstance(value, list) else (str(value),)
        elif field == "published_at" and operator in {">=", "<="}:
            values["published_from" if operator == ">=" else "published_to"] = _read_date(value)
        else:
            raise FilterError(f"a search cannot filter by {condition}; filter {', '.join(_FIELDS)} or published_at")
    return ArticleFilter(**values)


def _flatten(filters: dict[str, Any]) -> list[dict[str, Any]]:
    if "field" in filters:
        return [filters]
    if filters.get("operator") != "AND":
        raise FilterError(f"a search cannot filter with {filters.get('operator')!r}; use AND")
    return [condition for part in filters.get("conditions", []) for condition in _flatten(part)]
