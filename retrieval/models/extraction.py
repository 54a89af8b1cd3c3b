"""How far an article could be read: the stages between its text and its facts, and those that failed on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExtractionStage(StrEnum):
    """A step on the way from a text to its facts, in the order in which they are taken."""

    BLOCKS = "BLOCKS"
    PARSE = "PARSE"
    ENTITIES = "ENTITIES"
    TIMES = "TIMES"
    ROLES = "ROLES"
    CLAIMS = "CLAIMS"
    EVENTS = "EVENTS"
    PACKING = "PACKING"
    LINKING = "LINKING"
    VECTORS = "VECTORS"


class ExtractionStatus(StrEnum):
    """Whether an article has all its facts."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class StageFailure:
    """A stage that gave nothing for an article; ``reason`` says why in a few words, none of them the article's."""

    stage: ExtractionStage
    reason: str

    def __str__(self) -> str:
        return f"{self.stage.value.lower()} ({self.reason})"


# Without these an article has no fact at all.
_ALL_FACTS = frozenset({ExtractionStage.PARSE, ExtractionStage.LINKING})


def extraction_status(failed_stages: tuple[ExtractionStage, ...]) -> ExtractionStatus:
    """What it means for an article that these stages failed on it."""
    if not failed_stages:
        return ExtractionStatus.COMPLETE
    return ExtractionStatus.FAILED if _ALL_FACTS & set(failed_stages) else ExtractionStatus.PARTIAL
