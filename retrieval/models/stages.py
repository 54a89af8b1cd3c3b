"""What is known on the way to an answer, in the order in which it becomes known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from retrieval.models.answers import Answer, AnswerCandidate, Interpretation
from retrieval.models.articles import Passage


@dataclass(frozen=True, slots=True)
class QuestionUnderstood:
    """First: how the question was understood."""

    interpretation: Interpretation


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """Second: the passages that will be read for an answer, best first."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class CandidatesFound:
    """Third: what may answer, best first. A model that writes the answer has yet to be asked."""

    candidates: tuple[AnswerCandidate, ...]


@dataclass(frozen=True, slots=True)
class AnswerFound:
    """Last: the answer, as `ask` returns it."""

    answer: Answer


AskStage: TypeAlias = QuestionUnderstood | PassagesFound | CandidatesFound | AnswerFound
"""A step on the way to an answer: each comes once, in this order."""
