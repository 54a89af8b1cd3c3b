"""Dateline's answers as a component."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson
from haystack import component, default_from_dict, default_to_dict
from haystack.dataclasses import Document, GeneratedAnswer

from retrieval.errors import InputError
from retrieval.integrations.haystack.documents import restore_document
from retrieval.integrations.haystack.store import DatelineDocumentStore
from retrieval.models import MIN_CONFIDENCE, Account, Answer, AnswerStatus, AnswerValue, Citation, Span
from retrieval.stores.sql.documents import StoredDocument


@component
class DatelineAnswerer:
    """Answers questions from a `DatelineDocumentStore` as `Archive.ask` does: cited, both sides where sources conflict.

    One `GeneratedAnswer` a question. Its ``data`` is the text, empty where the archive does not tell; its documents are the
    passages cited, or else the closest ones. ``meta``, all of it as in JSON, holds

    - ``status`` (ANSWERED, CONFLICTING or NOT_FOUND), ``confidence`` (0 to 1), and ``abstention``, why there is no answer;
    - ``value``, the typed value with its ``type``, or None;
    - ``stance``, how the source of the best answer stands to it, None where the article says it in its own voice;
    - ``citations``, of which each has the exact ``text`` that stands at [start:end] of an article's text;
    - ``statements``, sentences of the answer with the numbers of their citations, and ``accounts``, the sides of a dispute.

    Example:
        >>> answerer = DatelineAnswerer(DatelineDocumentStore("news.db"))
        >>> (answer,) = answerer.run("Who resigned on Monday?")["answers"]
        >>> answer.data, answer.meta["citations"][0]["text"]
    """

    def __init__(
        self,
        document_store: DatelineDocumentStore,
        filters: dict[str, Any] | None = None,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> None:
        """An answer less sure than ``min_confidence`` is not given; ``filters`` hold where a run gives none.

        Raises:
            TypeError: ``document_store`` is another kind of store.
        """
        if not isinstance(document_store, DatelineDocumentStore):
            raise TypeError(f"document_store is {document_store!r}; give a DatelineDocumentStore")
        self.document_store = document_store
        self.filters = filters
        self.min_confidence = min_confidence

    @component.output_types(answers=list[GeneratedAnswer])
    def run(
        self, query: str, filters: dict[str, Any] | None = None, as_of: str | None = None
    ) -> dict[str, list[GeneratedAnswer]]:
        """The answer; ``as_of`` (ISO 8601) keeps to what had been published by then.

        Raises:
            FilterError: the filter is none, cannot be a query, or lets too many articles through.
            InputError: the question is empty or too long, or ``as_of`` is no date.
        """
        return {"answers": [self._ask(query, filters, as_of, threading.Event())]}

    @component.output_types(answers=list[GeneratedAnswer])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, as_of: str | None = None
    ) -> dict[str, list[GeneratedAnswer]]:
        """As `run`, in a thread, whose work ends soon after the caller is cancelled."""
        is_cancelled = threading.Event()
        try:
            return {"answers": [await asyncio.to_thread(self._ask, query, filters, as_of, is_cancelled)]}
        finally:
            is_cancelled.set()

    def to_dict(self) -> dict[str, Any]:
        """The component with its store, for YAML."""
        return default_to_dict(
            self, document_store=self.document_store, filters=self.filters, min_confidence=self.min_confidence
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DatelineAnswerer:
        """From `to_dict`."""
        return default_from_dict(cls, data)

    def _ask(
        self, query: str, filters: dict[str, Any] | None, as_of: str | None, is_cancelled: threading.Event
    ) -> GeneratedAnswer:
        answer = self.document_store.archive.ask(
            query,
            filter=self.document_store.article_filter(filters or self.filters),
            as_of=None if as_of is None else _read_moment(as_of),
            min_confidence=self.min_confidence,
            should_stop=is_cancelled.is_set,
        )
        citations = list(dict.fromkeys(c for statement in answer.statements for c in statement.citations))
        return GeneratedAnswer(
            data=answer.text or "",
            query=query,
            documents=self._find_documents(answer, citations),
            meta=_describe(answer, citations),
        )

    def _find_documents(self, answer: Answer, citations: Sequence[Citation]) -> list[Document]:
        cited = [(citation.article_id, citation.span) for citation in citations]
        if answer.status is AnswerStatus.NOT_FOUND:
            cited = [(passage.article_id, passage.span) for passage in answer.closest_passages]
        stored = self.document_store.passages_of(list(dict.fromkeys(id_ for id_, _ in cited)))
        return [restore_document(document) for document in stored if _is_cited(document, cited)]


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"as_of is {text!r}; give a date such as 2020-01-17 or 2020-01-17T14:03:00Z") from error
    return moment if moment.tzinfo else moment.astimezone()


def _is_cited(document: StoredDocument, cited: Sequence[tuple[str, Span]]) -> bool:
    span = Span(document.start, document.end)
    return any(id_ == document.article_id and place.overlaps(span) for id_, place in cited)


def _describe(answer: Answer, citations: Sequence[Citation]) -> dict[str, Any]:
    numbers = {citation: number for number, citation in enumerate(citations)}
    best = answer.candidates[0] if answer.candidates else None
    return {
        "status": answer.status.value,
        "confidence": answer.confidence,
        "abstention": None if answer.abstention is None else answer.abstention.value,
        "answer_type": answer.interpretation.answer_type.value,
        "value": _plain_value(answer.value),
        "stance": None if best is None or best.stance is None else best.stance.value,
        "citations": [_plain_citation(citation) for citation in citations],
        "statements": [
            {"text": one.text, "support": one.support, "citations": [numbers[citation] for citation in one.citations]}
            for one in answer.statements
        ],
        "accounts": [_plain_account(account) for account in answer.accounts],
    }


def _plain_citation(citation: Citation) -> dict[str, Any]:
    return {
        "article_id": citation.article_id,
        "revision": citation.revision,
        "start": citation.span.start,
        "end": citation.span.end,
        "text": citation.text,
        "verified": citation.verified,
    }


def _plain_account(account: Account) -> dict[str, Any]:
    sources = dict.fromkeys(claim.attribution.source_text for claim in account.claims if claim.attribution is not None)
    return {
        "stance": account.stance.value,
        "proposition": account.proposition,
        "value": _plain_value(account.value),
        "sources": list(sources),
        "independent_source_count": account.independent_source_count,
        "citations": [_plain_citation(citation) for citation in account.citations],
    }


def _plain_value(value: AnswerValue | None) -> dict[str, Any] | None:
    if value is None:
        return None
    plain: dict[str, Any] = orjson.loads(orjson.dumps({field.name: getattr(value, field.name) for field in fields(value)}))
    return {"type": type(value).__name__, **plain}
