"""Articles' passages as Haystack's documents, and documents as articles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from haystack.dataclasses import Document

from retrieval.errors import InputError
from retrieval.ingestion.publication import publication_date
from retrieval.models import Article, Block, BlockKind, Passage, PublicationDate, PublicationSource, Span
from retrieval.models.identity import stable_id
from retrieval.models.prepared import DocumentRecord, PreparedArticle
from retrieval.stores.sql.documents import StoredDocument
from retrieval.stores.sql.queries.document_filters import document_id

_LARGEST = 2**63


def article_id_of(document_name: str) -> str:
    """The id of the article that a document becomes."""
    return stable_id("article", _key(document_name))


def make_document(article: Article, passage: Passage, *, score: float | None = None) -> Document:
    """A passage of an article as a document; its offsets in the article's text are ``meta["start"]`` and ``["end"]``."""
    meta = _meta(
        article_id=article.id,
        revision=article.revision,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        language=article.language,
        published_at=article.published.at,
        start=passage.span.start,
        end=passage.span.end,
    )
    return Document(id=document_id(article.id, passage.index), content=passage.text, meta=meta, score=score)


def restore_document(stored: StoredDocument, *, score: float | None = None) -> Document:
    """A stored document as it was written, or else a passage as `make_document` gives it."""
    record = stored.record
    if record is not None:
        embedding = None if record.embedding is None else list(record.embedding)
        return Document(id=stored.id, content=stored.content, meta=dict(record.meta), embedding=embedding, score=score)
    meta = _meta(
        article_id=stored.article_id,
        revision=stored.revision,
        title=stored.title,
        url=stored.url,
        publisher=stored.publisher,
        language=stored.language,
        published_at=stored.published_at,
        start=stored.start,
        end=stored.end,
    )
    return Document(id=stored.id, content=stored.content, meta=meta, score=score)


def prepare_document(document: Document) -> PreparedArticle:
    """A document as an article of one block and one passage, with title, url, publisher, language and published_at of its
    metadata as the article's own.

    Raises:
        ValueError: it has no text, or holds what an archive does not keep.
    """
    content, name = document.content, document.id
    if not content or not content.strip():
        raise ValueError(f"document {name!r} has no text; an archive keeps texts, so give it a content")
    if "\0" in content or not _is_text(content) or not _is_text(name):
        raise ValueError(f"document {name!r} holds a NUL character or half a surrogate pair; give whole text")
    if document.blob is not None or document.sparse_embedding is not None:
        raise ValueError(f"document {name!r} has a blob or a sparse embedding; an archive keeps neither, so take them off")
    _check_meta(name, document.meta)
    record = DocumentRecord(name, document.meta, None if document.embedding is None else tuple(document.embedding))
    whole = Span(0, len(content))
    fingerprint = hashlib.sha256(orjson.dumps([content, record], option=orjson.OPT_SORT_KEYS))
    return PreparedArticle(
        key=_key(name),
        url=_text(document, "url"),
        title=_text(document, "title") or "",
        text=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        fingerprint=fingerprint.hexdigest(),
        publisher=_text(document, "publisher"),
        authors=(),
        language=_text(document, "language") or "en",
        published=_published(document),
        blocks=(Block(BlockKind.BODY, whole),),
        passages=(whole,),
        document=record,
    )


def _key(document_name: str) -> str:
    return f"haystack:{document_name}"


def _meta(*, published_at: datetime | None, **fields: object) -> dict[str, Any]:
    return {**fields, "published_at": None if published_at is None else published_at.isoformat()}


def _published(document: Document) -> PublicationDate:
    given = _text(document, "published_at")
    if given is None:
        return PublicationDate()
    try:
        stated = publication_date(document.content or "", (), given=given)
    except InputError as error:
        raise ValueError(f"document {document.id!r}: {error}") from error
    return replace(stated, source=PublicationSource.METADATA)


def _text(document: Document, field: str) -> str | None:
    value = document.meta.get(field)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"document {document.id!r} has meta {field}={value!r}; give a text, or another name to the field")
    return value or None


def _check_meta(name: str, value: object, path: str = "meta") -> None:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str) or not _is_text(key):
                raise ValueError(f"document {name!r} has the key {key!r} in {path}; keys are texts")
            _check_meta(name, member, f"{path}.{key}")
    elif isinstance(value, list):
        for member in value:
            _check_meta(name, member, path)
    elif isinstance(value, str):
        if not _is_text(value):
            raise ValueError(f"document {name!r} has half a surrogate pair in {path}; give whole text")
    elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise ValueError(f"document {name!r} has {path}={value}, which takes more than 64 bits; give it as text")
    elif not isinstance(value, bool | int | float | None):
        raise ValueError(
            f"document {name!r} has {path}={value!r}; give text, numbers, true or false, null, lists or objects"
        )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
