"""Reading articles: from what was given to what can be stored, whatever fails on the way.

This is what a reading process does (`retrieval.extraction.process`), and this one where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from retrieval.errors import ArticleRejected
from retrieval.extraction.stages import Stages, failure_of
from retrieval.ingestion.pipeline import prepare_article, prepare_plainly
from retrieval.models import ArticleInput, ExtractionStage, StageFailure
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle

# What facts found anew do not change.
_OF_LAYOUT = frozenset({ExtractionStage.BLOCKS, ExtractionStage.VECTORS})

OnArticle = Callable[[int, ExtractionStage], None]


class ContainedExtractor(Protocol):
    """What finds the facts; see `retrieval.extraction.extractor.Extractor`."""

    def extract_contained(self, articles: Sequence[PreparedArticle], stages: Sequence[Stages]) -> Iterator[Extraction]:
        """The facts of each article, with the stages of each."""
        ...


@dataclass(frozen=True, slots=True)
class Unread:
    """An article to read: as it was given, or as it is stored.

    ``fingerprint`` is that of the stored one with the same key: where it has not changed, no facts are looked for.
    ``failed`` are stages that are not tried again.
    """

    given: ArticleInput | PreparedArticle
    published_at: str | datetime | None = None
    publisher: str | None = None
    fingerprint: str | None = None
    failed: Mapping[ExtractionStage, StageFailure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading an article: ``article``, which says what failed, and its ``facts``, None where it is stored with
    the same content already; or the ``reason`` for which it is rejected.
    """

    article: PreparedArticle | None
    facts: Extraction | None = None
    reason: str | None = None


def read_articles(
    items: Sequence[Unread], extractor: Callable[[], ContainedExtractor], *, on_article: OnArticle | None = None
) -> Iterator[Read]:
    """What came of each, in order. ``on_article`` is told which article comes to which stage, by its number.

    ``extractor`` is called when the first facts are looked for.
    """
    prepared = [_prepare(number, item, on_article) for number, item in enumerate(items)]
    fresh = [
        number
        for number, (item, read) in enumerate(zip(items, prepared, strict=True))
        if read.article is not None and read.article.fingerprint != item.fingerprint
    ]
    stages = [
        Stages(
            on_stage=partial(on_article, number) if on_article else None,
            failed=dict(items[number].failed),
            is_contained=True,
        )
        for number in fresh
    ]
    articles = [article for number in fresh if (article := prepared[number].article)]
    found = iter(zip(fresh, stages, extractor().extract_contained(articles, stages), strict=True) if fresh else ())
    for number, read in enumerate(prepared):
        if read.article is None or number not in fresh:
            yield read
            continue
        _, own, facts = next(found)
        failures = {failure.stage: failure for failure in (*read.article.failures, *own.failures)}
        yield Read(replace(read.article, failures=tuple(failures.values())), facts)


def _prepare(number: int, item: Unread, on_article: OnArticle | None) -> Read:
    if isinstance(item.given, PreparedArticle):
        kept = tuple(failure for failure in item.given.failures if failure.stage in _OF_LAYOUT)
        return Read(replace(item.given, failures=kept))
    failure = item.failed.get(ExtractionStage.BLOCKS)
    try:
        if failure is None:
            if on_article:
                on_article(number, ExtractionStage.BLOCKS)
            try:
                return Read(prepare_article(item.given, published_at=item.published_at, publisher=item.publisher))
            except ArticleRejected:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a text does to the rules: it is stored without them
                failure = failure_of(ExtractionStage.BLOCKS, error)
        return Read(prepare_plainly(item.given, failure, published_at=item.published_at, publisher=item.publisher))
    except ArticleRejected as error:
        return Read(None, reason=str(error))
    except Exception as error:  # noqa: BLE001 -- no text at all, then
        return Read(None, reason=f"it cannot be read: {failure_of(ExtractionStage.BLOCKS, error).reason}")
