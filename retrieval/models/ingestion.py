"""What came of taking articles in or out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retrieval.models.extraction import StageFailure


class IngestOutcome(StrEnum):
    """What became of one article."""

    ADDED = "ADDED"
    UNCHANGED = "UNCHANGED"
    REVISED = "REVISED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class IngestResult:
    """One article's outcome. ``name`` is its path, URL or place in the batch.

    ``failures`` are the stages of its reading that failed. ``reason`` says why it was rejected, or what it lacks.
    """

    name: str
    outcome: IngestOutcome
    article_id: str | None = None
    revision: int | None = None
    reason: str | None = None
    failures: tuple[StageFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """What a removal took away."""

    removed_ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    entity_count: int = 0
    event_count: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """The size of an archive; ``index_revision`` is the change sequence that the index has reached.

    ``incomplete_article_count`` are the articles that a stage of extraction failed on.
    """

    article_count: int
    passage_count: int
    entity_count: int
    event_count: int
    claim_count: int
    first_published: datetime | None
    last_published: datetime | None
    index_revision: str
    incomplete_article_count: int = 0
