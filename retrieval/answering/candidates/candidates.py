"""Spans that may answer, and what speaks for each. Scoring them is `retrieval.answering.reconciliation.scoring`'s business."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.answering.evidence.matching import Match
from retrieval.models import AnswerValue, Claim, Span


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSpan:
    """A span of the match's article that may answer.

    ``type_fit`` (0 to 1) is how surely it is of the asked type, ``role_fit`` (-1 to 1) whether it stands where the asked
    thing should beside the predicate, ``steps`` the arcs between the two. ``claim`` is the claim that it was taken from,
    ``is_read`` says that the span reader proposes it.
    """

    match: Match
    span: Span
    value: AnswerValue | None
    type_fit: float
    role_fit: float
    steps: int
    claim: Claim | None = None
    is_read: bool = False

    @property
    def text(self) -> str:
        """The words of the span."""
        return self.span.slice(self.match.sentence.facts.article.text)
