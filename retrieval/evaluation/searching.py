"""How well search finds what it should: `dateline evaluate`."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from retrieval.archive import Archive
from retrieval.embedding import DEFAULT_EMBEDDER, Embedder
from retrieval.evaluation.collections import Collection, CollectionPassage
from retrieval.evaluation.metrics import Estimate, measure, summarize
from retrieval.models import ArticleFilter, DatePrecision, Hit, PublicationDate, PublicationSource, RetrievalMode, Span
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle

_DEPTH = 100
_BATCH = 64


@dataclass(frozen=True, slots=True)
class SearchReport:
    """Measures of one collection in one mode, and the mean seconds a query took."""

    collection: str
    mode: RetrievalMode
    passage_count: int
    query_count: int
    measures: dict[str, Estimate]
    seconds_per_query: float


class IdKeys:
    """Tells which of the collection's passages a hit is, in an archive that was built from it."""

    def __init__(self, keys: Mapping[tuple[str, int], str]) -> None:
        self._keys = keys
        self._articles = {id_: article_id for (article_id, _), id_ in keys.items()}

    def find(self, hit: Hit) -> str:
        """The id of the hit's passage in the collection."""
        return self.name(hit.article.id, hit.passage.index)

    def name(self, article_id: str, index: int) -> str:
        """The same by the passage's article and its place in it."""
        return self._keys[article_id, index]

    def limit_to(self, collection: Collection, group: str) -> ArticleFilter:
        """The filter for a group of passages."""
        member = next(passage for passage in collection.passages if passage.group == group)
        return ArticleFilter(article_ids=(self._articles[member.id],))


class TextKeys:
    """The same in an archive that was made otherwise: what holds a passage's text, or is held by it, is that passage."""

    def __init__(self, collection: Collection) -> None:
        self._texts = [(_squeeze(passage.text), passage.id) for passage in collection.passages]

    def find(self, hit: Hit) -> str:
        """The id of the hit's passage in the collection; the hit's own where it is none of them."""
        text = _squeeze(hit.passage.text)
        return next((id_ for given, id_ in self._texts if text in given or given in text), f"passage:{hit.passage.id}")

    def limit_to(self, collection: Collection, group: str) -> None:  # noqa: ARG002 -- as IdKeys
        """No filter: which articles the group became is not known."""
        return


def evaluate_search(
    collection: Collection,
    *,
    modes: Sequence[RetrievalMode] = tuple(RetrievalMode),
    archive: Archive | None = None,
    embedder: Embedder | str | Path | None = DEFAULT_EMBEDDER,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[SearchReport]:
    """Search for every query of a collection and compare with what is relevant, once a mode.

    The collection is put into an archive of its own, or ``archive`` already holds it: then a passage found counts as the
    collection's passage that holds its text, or is held by it.
    """
    if archive is not None:
        return [_evaluate(archive, collection, mode, TextKeys(collection), on_progress) for mode in modes]
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(Path(folder) / "collection.db", embedder=embedder) as built,
    ):
        keys = build_archive(built, collection)
        return [_evaluate(built, collection, mode, keys, on_progress) for mode in modes]


def build_archive(archive: Archive, collection: Collection) -> IdKeys:
    """Put a collection into an archive, its passages as they are, without extraction of facts."""
    groups: dict[str, list[CollectionPassage]] = {}
    for passage in collection.passages:
        groups.setdefault(passage.group or passage.id, []).append(passage)
    prepared = [(members, _prepare(group, members)) for group, members in groups.items()]
    keys: dict[tuple[str, int], str] = {}
    for first in range(0, len(prepared), _BATCH):
        batch = prepared[first : first + _BATCH]
        articles = [article for _, article in batch]
        archive.store_prepared([(article, Extraction()) for article in articles])
        for members, article in batch:
            keys.update(((article.id, place), member.id) for place, member in enumerate(members))
    return IdKeys(keys)


def _evaluate(
    archive: Archive,
    collection: Collection,
    mode: RetrievalMode,
    keys: IdKeys | TextKeys,
    on_progress: Callable[[int, int], None] | None,
) -> SearchReport:
    measured = []
    archive.search("warm up", mode=mode)
    started = time.perf_counter()
    for number, query in enumerate(collection.queries, 1):
        limits = keys.limit_to(collection, query.among) if query.among is not None else None
        found = archive.search(query.text, limit=_DEPTH, filter=limits, mode=mode)
        ranked = list(dict.fromkeys(keys.find(hit) for hit in found.hits))
        measured.append(measure(ranked, query.relevant, query.supports))
        if on_progress:
            on_progress(number, len(collection.queries))
    seconds = (time.perf_counter() - started) / max(1, len(collection.queries))
    counts = len(collection.passages), len(collection.queries)
    return SearchReport(collection.name, mode, *counts, summarize(measured), seconds)


def _prepare(group: str, members: Sequence[CollectionPassage]) -> PreparedArticle:
    """One article of a group's passages, each a paragraph; the first passage's title, source and date are its own."""
    spans, start = [], 0
    for member in members:
        spans.append(Span(start, start + len(member.text)))
        start += len(member.text) + 2
    text = "\n\n".join(member.text for member in members)
    digest = hashlib.sha256(text.encode()).hexdigest()
    first = members[0]
    at = datetime.fromisoformat(first.published) if first.published else None
    dated = PublicationDate(at, DatePrecision.DAY, PublicationSource.METADATA) if at else PublicationDate()
    return PreparedArticle(
        key=f"collection:{group}",
        url=None,
        title=first.title,
        text=text,
        sha256=digest,
        fingerprint=digest,
        publisher=first.source,
        authors=(),
        language="en",
        published=dated,
        blocks=(),
        passages=tuple(spans),
    )


def _squeeze(text: str) -> str:
    return " ".join(text.split())
