"""What ``--json`` prints: the library's values under their own field names (see `retrieval.models`), as plain data.

- ingest: ``results`` (name, outcome, article_id, revision, reason), ``counts`` by outcome, ``seconds``
- remove: removed_ids, unknown, entity_count, event_count
- ask: the fields of `Answer`; each ``value`` has a ``type`` more; ``articles`` maps each cited article's id to its head
- search: ``hits`` (the fields of `Hit`, the article as its head), ``total``, ``has_next``
- entities, events, claims: ``items``, ``cursors`` (to pass to --after), ``has_next``, ``has_previous``
- reindex: ``passages``
- doctor: ``checks`` (name, status, detail, remedy), ``ok``

An article's head is id, url, title, source, published (at, precision), revision. Errors are never on standard output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from retrieval.archive import Archive
from retrieval.models import Answer, AnswerValue, Article, Citation, IngestOutcome, IngestResult, SearchResults

Document = Mapping[str, Any]  # JSON of the shapes above


def ingest_document(results: Sequence[IngestResult], *, seconds: float) -> Document:
    """What became of each article."""
    counts = {outcome.value: sum(r.outcome is outcome for r in results) for outcome in IngestOutcome}
    return {"results": results, "counts": counts, "seconds": round(seconds, 3)}


def answer_document(answer: Answer, articles: Mapping[str, Article]) -> Document:
    """An answer with the heads of the articles it cites."""
    return {
        **_fields(answer),
        "value": _tagged(answer.value),
        "candidates": [{**_fields(c), "value": _tagged(c.value)} for c in answer.candidates],
        "accounts": [{**_fields(a), "value": _tagged(a.value)} for a in answer.accounts],
        "articles": {id_: article_head(article) for id_, article in articles.items()},
    }


def search_document(results: SearchResults) -> Document:
    """Hits without the full text of their articles."""
    hits = [{**_fields(hit), "article": article_head(hit.article)} for hit in results.hits]
    return {"hits": hits, "total": results.total, "has_next": results.has_next}


def article_head(article: Article) -> Document:
    """An article without its text."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "source": article.source,
        "published": {"at": article.published.at, "precision": article.published.precision},
        "revision": article.revision,
    }


def cited_articles(archive: Archive, answer: Answer) -> dict[str, Article]:
    """Every article that an answer points into, by id."""
    return load_articles(archive, _article_ids(answer))


def load_articles(archive: Archive, ids: Iterable[str]) -> dict[str, Article]:
    """The articles of ``ids`` by id, without those that are gone."""
    wanted = list(dict.fromkeys(ids))
    return {id_: article for id_, article in zip(wanted, archive.load_articles(wanted), strict=True) if article}


def citations_of(answer: Answer) -> list[Citation]:
    """The citations of an answer's statements, each once, in order."""
    return list(dict.fromkeys(citation for statement in answer.statements for citation in statement.citations))


def _article_ids(answer: Answer) -> Iterator[str]:
    yield from (citation.article_id for citation in citations_of(answer))
    yield from (candidate.citation.article_id for candidate in answer.candidates)
    for account in answer.accounts:
        yield from (claim.article_id for claim in account.claims)
        yield from (citation.article_id for citation in account.citations)
    yield from (passage.article_id for passage in answer.closest_passages)


def _fields(value: Any) -> dict[str, Any]:  # any dataclass
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _tagged(value: AnswerValue | None) -> Document | None:
    return None if value is None else {"type": type(value).__name__, **_fields(value)}
