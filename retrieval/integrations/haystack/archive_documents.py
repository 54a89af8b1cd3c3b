"""An archive's passages as documents."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from haystack.dataclasses import Document
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError

from retrieval.archive import Archive
from retrieval.embedding import DEFAULT_EMBEDDER
from retrieval.errors import InputError
from retrieval.integrations.haystack.documents import article_id_of, prepare_document, restore_document
from retrieval.integrations.haystack.filters import parse_filter, to_article_filter
from retrieval.models import ArticleFilter, Hit, IngestOutcome, RetrievalMode
from retrieval.models.found_facts import Extraction
from retrieval.stores.sql.documents import (
    StoredDocument,
    count_documents,
    count_passages,
    find_articles,
    find_documents,
    find_fields,
    find_range,
    find_values,
    load_documents,
)
from retrieval.stores.sql.queries.document_filters import DocumentFilter, is_of_articles
from retrieval.stores.sql.queries.document_values import ValueKind

# A search that the index cannot filter by itself is filtered by the ids of so many articles at most.
_MOST_ARTICLES = 10_000
_PAGE = 100
_TYPES = {ValueKind.INTEGER: "int", ValueKind.REAL: "float", ValueKind.BOOLEAN: "boolean"}


class ArchiveDocuments:
    """The passages of an archive, read, written and searched as documents: the synchronous half of a document store."""

    def __init__(self, path: str, embedder: str | None = DEFAULT_EMBEDDER, *, extract_facts: bool = True) -> None:
        """The archive at ``path``, made where there is none.

        ``embedder`` is as in `Archive.open`: None makes no vectors, and searches go by words. With ``extract_facts``
        entities, claims and events are found in what is written, as `DatelineAnswerer` needs them.
        """
        self.path = path
        self.embedder = embedder
        self.extract_facts = extract_facts
        self._guard = threading.Lock()
        self._archive: Archive | None = None

    @property
    def archive(self) -> Archive:
        """The archive, open.

        Raises:
            ArchiveError: it cannot be opened.
        """
        with self._guard:
            if self._archive is None:
                self._archive = Archive.open(self.path, embedder=self.embedder)
            return self._archive

    def close(self) -> None:
        """Let go of the archive's files; the next use opens them again."""
        with self._guard:
            if self._archive is not None:
                self._archive.close()
                self._archive = None

    # ------------------------------------------------------------ reading

    def count_documents(self) -> int:
        """How many documents there are."""
        return self._count(None)

    def count_documents_by_filter(self, filters: dict[str, Any]) -> int:
        """How many documents pass a filter.

        Raises:
            FilterError: it is none, or cannot be a query.
        """
        return self._count(parse_filter(filters))

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """The documents that pass a filter, in the order in which they came.

        Raises:
            FilterError: it is none, or cannot be a query.
        """
        return [restore_document(stored) for stored in self._find(parse_filter(filters))]

    def get_metadata_fields_info(self) -> dict[str, dict[str, str]]:
        """The fields of the documents' metadata with their types: keyword, int, float or boolean."""
        with self.archive.reading() as connection:
            kinds = find_fields(connection)
        return {field: {"type": _type_of(found)} for field, found in kinds.items()}

    def get_metadata_field_min_max(self, metadata_field: str) -> dict[str, Any]:
        """The least and greatest value of a field under "min" and "max": of its numbers, or else of its texts."""
        with self.archive.reading() as connection:
            found = find_range(connection, metadata_field.removeprefix("meta."))
        return {"min": None, "max": None} if found is None else {"min": found[0].plain, "max": found[1].plain}

    def get_metadata_field_unique_values(
        self,
        metadata_field: str,
        search_term: str | None = None,
        from_: int = 0,
        size: int = 10,
        filters: dict[str, Any] | None = None,
    ) -> tuple[list[Any], int]:
        """The different values of a field, ``size`` of them from number ``from_`` on, and how many there are.

        ``search_term`` keeps texts that hold it, without regard to case.

        Raises:
            FilterError: the filter is none, or cannot be a query.
        """
        field, filter_ = metadata_field.removeprefix("meta."), parse_filter(filters)
        with self.archive.reading() as connection:
            values, total = find_values(connection, field, filter_, containing=search_term, offset=from_, limit=size)
        return [value.plain for value in values], total

    def count_unique_metadata_by_filter(self, filters: dict[str, Any], metadata_fields: list[str]) -> dict[str, int]:
        """How many different values each of the fields has in the documents that pass a filter.

        Raises:
            FilterError: it is none, or cannot be a query.
        """
        filter_ = parse_filter(filters)
        with self.archive.reading() as connection:
            return {
                field: find_values(connection, field.removeprefix("meta."), filter_, limit=0)[1]
                for field in metadata_fields
            }

    # ------------------------------------------------------------ writing

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Store documents, each in one transaction; how many were written. Without a policy a duplicate is an error.

        Raises:
            ValueError: these are no documents, or one holds what an archive does not keep; nothing is written then.
            DuplicateDocumentError: a document is there, or given twice, and the policy is NONE or FAIL.
            ArchiveLocked: another process was writing for longer than the lock time-out; what came before it is stored.
        """
        if not isinstance(documents, list) or not all(isinstance(document, Document) for document in documents):
            raise ValueError("write_documents takes a list of Haystack documents")
        overwrites, skips = policy is DuplicatePolicy.OVERWRITE, policy is DuplicatePolicy.SKIP
        known = self._find_known(documents)
        wanted: dict[str, Document] = {}
        for document in documents:
            if document.id in known or document.id in wanted:
                if skips:
                    continue
                if not overwrites:
                    raise _duplicate(document.id)
            wanted[document.id] = document
        facts = None if self.extract_facts else Extraction()
        prepared = [(prepare_document(document), facts) for document in wanted.values()]
        results = self.archive.store_prepared(prepared, replace=overwrites)
        if overwrites:
            return len(documents)
        written = [result.outcome is not IngestOutcome.UNCHANGED for result in results]
        if not skips and not all(written):
            # another process wrote it since we looked
            raise _duplicate(list(wanted)[written.index(False)])
        return sum(written)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Take documents out; unknown ids are passed over.

        Raises:
            DocumentStoreError: one is a passage of an article, which goes whole: with `Archive.remove`, or by a filter.
        """
        self._remove(self._find_ids(document_ids))

    def delete_by_filter(self, filters: dict[str, Any]) -> int:
        """Take out the documents that pass a filter; how many they were.

        Raises:
            FilterError: the filter is none, or cannot be a query.
            DocumentStoreError: it lets through some passages of an article only; nothing is taken out then.
        """
        return self._remove(self._find(parse_filter(filters)))

    def delete_all_documents(self) -> None:
        """Take everything out of the archive, the articles that were ingested too."""
        with self.archive.reading() as connection:
            ids = find_articles(connection, None)
        self.archive.remove(ids)

    def update_by_filter(self, filters: dict[str, Any], meta: dict[str, Any]) -> int:
        """Put ``meta`` into the metadata of the documents that pass a filter; how many they were.

        Raises:
            FilterError: the filter is none, or cannot be a query.
            DocumentStoreError: one is a passage of an article, whose metadata come from its ingest; none is changed then.
            ValueError: ``meta`` holds what an archive does not keep.
        """
        stored = self._find(parse_filter(filters))
        for document in stored:
            if document.record is None:
                raise DocumentStoreError(
                    f"document {document.id!r} is a passage of an article; ingest the article again to change its metadata"
                )
        documents = [restore_document(document) for document in stored]
        changed = [
            Document(id=one.id, content=one.content, meta={**one.meta, **meta}, embedding=one.embedding)
            for one in documents
        ]
        return self.write_documents(changed, DuplicatePolicy.OVERWRITE)

    # ------------------------------------------------------------ searching

    def bm25_retrieval(self, query: str, filters: dict[str, Any] | None = None, top_k: int = 10) -> list[Document]:
        """The best documents by words, with their BM25 scores.

        Raises:
            FilterError: the filter is none, cannot be a query, or lets too many articles through.
            InputError: the query is empty or too long.
        """
        return self._search(query, filters, top_k, RetrievalMode.LEXICAL)

    def hybrid_retrieval(self, query: str, filters: dict[str, Any] | None = None, top_k: int = 10) -> list[Document]:
        """The best documents by words and by meaning, as `Archive.search` ranks them, with scores from 0 to 1.

        Raises:
            FilterError: as in `bm25_retrieval`.
            InputError: as in `bm25_retrieval`.
            EmbedderError: the query's vector cannot be made.
        """
        return self._search(query, filters, top_k, RetrievalMode.HYBRID)

    def embedding_retrieval(
        self, query_embedding: list[float], filters: dict[str, Any] | None = None, top_k: int = 10
    ) -> list[Document]:
        """The documents nearest to a vector of the store's embedder, with their cosines.

        Raises:
            FilterError: as in `bm25_retrieval`.
            InputError: the vector has another length than the archive's, or there are none.
        """
        vector = np.asarray(query_embedding, np.float32)
        if vector.ndim != 1 or not np.isfinite(vector).all():
            raise InputError("query_embedding is no list of finite numbers; embed the query with DatelineTextEmbedder")
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        filter_ = self.article_filter(filters)
        return self._restore(self.archive.search_by_vector(vector, limit=top_k, filter=filter_).hits)

    def article_filter(self, filters: dict[str, Any] | None) -> ArticleFilter | None:
        """A filter as `Archive.search` and `Archive.ask` take it; None where there is none.

        What the search index cannot filter by itself becomes the ids of the articles that the catalog finds.

        Raises:
            FilterError: the filter is none, cannot be a query, or lets too many articles through.
        """
        filter_ = parse_filter(filters)
        if filter_ is None:
            return None
        indexed = to_article_filter(filter_)
        if indexed is not None:
            return indexed
        if not is_of_articles(filter_):
            raise FilterError("a retriever filters by articles; take the condition on id, start or end off the filter")
        with self.archive.reading() as connection:
            ids = find_articles(connection, filter_, limit=_MOST_ARTICLES + 1)
        if len(ids) > _MOST_ARTICLES:
            raise FilterError(
                f"the filter lets more than {_MOST_ARTICLES:,} articles through, too many for a search; narrow it, or"
                " filter by publisher, language, article_id, entity_ids or published_at, joined by AND"
            )
        # Of no articles nothing is found; an empty tuple would mean no restriction.
        return ArticleFilter(article_ids=tuple(ids) or ("",))

    def passages_of(self, article_ids: Sequence[str]) -> list[StoredDocument]:
        """The documents of articles, in the order in which they came."""
        among = {"field": "article_id", "operator": "in", "value": list(article_ids)}
        return self._find(parse_filter(among)) if article_ids else []

    # ------------------------------------------------------------ how

    def _count(self, filter_: DocumentFilter | None) -> int:
        with self.archive.reading() as connection:
            return count_documents(connection, filter_)

    def _find(self, filter_: DocumentFilter | None) -> list[StoredDocument]:
        with self.archive.reading() as connection:
            return find_documents(connection, filter_)

    def _find_ids(self, document_ids: Sequence[str]) -> list[StoredDocument]:
        return self._find(parse_filter({"field": "id", "operator": "in", "value": list(document_ids)}))

    def _find_known(self, documents: Sequence[Document]) -> set[str]:
        ids = {article_id_of(document.id): document.id for document in documents}
        return {ids[article.id] for article in self.archive.load_articles(list(ids)) if article is not None}

    def _remove(self, stored: Sequence[StoredDocument]) -> int:
        ids = list(dict.fromkeys(document.article_id for document in stored))
        with self.archive.reading() as connection:
            whole = count_passages(connection, ids)
        if whole != len(stored):
            raise DocumentStoreError(
                f"{len(stored)} documents are {len(ids)} articles with {whole} passages, and an article goes whole;"
                " name all of its passages, or take it out with Archive.remove"
            )
        self.archive.remove(ids)
        return len(stored)

    def _search(self, query: str, filters: dict[str, Any] | None, top_k: int, mode: RetrievalMode) -> list[Document]:
        filter_ = self.article_filter(filters)
        hits: list[Hit] = []
        after = None
        while len(hits) < top_k:
            limit = min(top_k - len(hits), _PAGE)
            page = self.archive.search(query, limit=limit, filter=filter_, after=after, mode=mode)
            hits.extend(page.hits)
            if not page.has_next or not page.hits:
                break
            after = page.hits[-1].cursor
        return self._restore(hits)

    def _restore(self, hits: Sequence[Hit]) -> list[Document]:
        with self.archive.reading() as connection:
            stored = load_documents(connection, [hit.passage.id for hit in hits])
        return [restore_document(stored[h.passage.id], score=h.score) for h in hits if h.passage.id in stored]


def _duplicate(name: str) -> DuplicateDocumentError:
    return DuplicateDocumentError(f"document {name!r} is there already; choose the policy SKIP or OVERWRITE")


def _type_of(kinds: set[ValueKind]) -> str:
    if kinds == {ValueKind.INTEGER, ValueKind.REAL}:
        return "float"
    return _TYPES.get(next(iter(kinds)), "keyword") if len(kinds) == 1 else "keyword"
