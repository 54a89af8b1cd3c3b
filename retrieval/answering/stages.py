"""What passes between the stages of an answer, which `Answerer` takes one after the other.

Each value holds the one before it, so that a stage takes one. `retrieval.integrations.haystack` runs the same stages as the
components of a pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from retrieval.answering.evidence.gathering import Evidence
from retrieval.answering.progress import Progress
from retrieval.models import Answer, AnswerMode, ArticleFilter
from retrieval.models.sharing import Shared
from retrieval.questions.question import Question
from retrieval.span_reader.reader import SpanReader

if TYPE_CHECKING:
    from retrieval.answering.answerer import Answerer


@dataclass(frozen=True, slots=True, eq=False)
class AskRequest(Shared):
    """A question to ``answerer`` with all that limits its answer; ``filter`` leaves out what came after ``as_of``."""

    answerer: Answerer
    question: str
    mode: AnswerMode
    filter: ArticleFilter | None
    as_of: datetime | None
    now: datetime | None
    min_confidence: float
    reader: SpanReader
    progress: Progress


@dataclass(frozen=True, slots=True, eq=False)
class Interpreted(Shared):
    """A question that was understood."""

    request: AskRequest
    question: Question


@dataclass(frozen=True, slots=True, eq=False)
class Gathered(Shared):
    """The evidence for a question; ``article_count`` is that of the articles that the filter lets through."""

    interpreted: Interpreted
    evidence: Evidence
    article_count: int


@dataclass(frozen=True, slots=True, eq=False)
class Answered(Shared):
    """An answer, which has its question and diagnostics still to get, with the evidence that it was drawn from."""

    gathered: Gathered
    answer: Answer


RunAsk = Callable[[AskRequest], Answered]
"""What makes an answer: `retrieval.answering.answerer.run_ask`, or a pipeline of the same stages."""
