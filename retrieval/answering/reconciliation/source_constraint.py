"""Answers that a question wants from one source: "according to the ministry, how many"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

from retrieval.answering.candidates.speech import source_fit
from retrieval.answering.reconciliation.agreement import state
from retrieval.answering.reconciliation.scoring import Scored, logistic
from retrieval.questions.question import Question

# In log-odds, set by hand: what the source itself says, and a sentence that does not speak of the source at all.
_OWN_WORDS = 1.5
_NOT_ITS_WORDS = -3.0
_IS_SOURCE = 0.6


def told_by(question: Question, scored: Sequence[Scored]) -> list[Scored]:
    """The proposals, surer where the source that the question names says so, hardly possible where it is not spoken of.

    The source may be the one who wrote the article, too.
    """
    return [replace(item, confidence=_shifted(item.confidence, _weight(question, item))) for item in scored]


def _weight(question: Question, item: Scored) -> float:
    said = state(item)
    writer = said.facts.article.source or ""
    if any(term.text.casefold() in writer.casefold() for term in question.source if term.is_head):
        return 0.0
    if said.claim is not None and source_fit(question.source, said.claim.attribution) >= _IS_SOURCE:
        return _OWN_WORDS
    sentence = item.proposal.match.sentence.text.casefold()
    return 0.0 if any(t.text.casefold() in sentence for t in question.source if t.is_head) else _NOT_ITS_WORDS


def _shifted(confidence: float, weight: float) -> float:
    sure = min(max(confidence, 1e-6), 1 - 1e-6)
    return logistic(log(sure / (1 - sure)) + weight)
