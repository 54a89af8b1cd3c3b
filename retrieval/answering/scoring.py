"""How good an answer is: the one place that a reader model will replace.

The confidence is a logistic function of a few features. `SPAN_WEIGHTS` are fitted (see `retrieval.evaluation.confidence`),
`SPEECH_WEIGHTS` set by hand, since no set of questions on who said what was at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from retrieval.answering.proposals import Proposal
from retrieval.models import AnswerType
from retrieval.search.question_types import Form, Question

SPAN_WEIGHTS: Mapping[str, float] = {
    "offset": -2.58,
    "coverage": 0.91,
    "predicate": 0.53,
    "agreement": 0.53,
    "disagreement": 0.67,
    "no_predicate": -0.13,
    "type_fit": 0.94,
    "role_fit": 0.39,
    "closeness": 0.63,
    "proximity": 1.57,
    "date": 0.73,
    "rank": 0.83,
    "names": -1.34,
    "length": 0.05,
    "open": -1.56,
    "person": -0.66,
    "quantity": -0.42,
    "place": -0.69,
    "definition": -0.91,
    "reason": -0.42,
    "few_terms": -0.81,
}
SPEECH_WEIGHTS: Mapping[str, float] = {
    "offset": -8.0,
    "coverage": 6.0,
    "predicate": 1.6,
    "no_predicate": 1.6,
    "disagreement": 1.0,
    "type_fit": 2.2,
    "role_fit": 1.3,
    "closeness": 1.0,
    "date": 2.0,
    "rank": 0.4,
    "names": -2.5,
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A proposal with its confidence, between 0 and 1."""

    proposal: Proposal
    confidence: float


def score(question: Question, proposal: Proposal, *, rank: int) -> Scored:
    """The confidence that the proposal answers; ``rank`` counts its passage from 0."""
    is_span = question.form in {Form.ARGUMENT, Form.REASON, Form.DEFINITION}
    weights = SPAN_WEIGHTS if is_span else SPEECH_WEIGHTS
    values = features(question, proposal, rank=rank)
    return Scored(proposal, logistic(sum(weights.get(name, 0.0) * value for name, value in values.items())))


def features(question: Question, proposal: Proposal, *, rank: int) -> dict[str, float]:
    """What the confidence is made from, each about 0 to 1 in size."""
    match = proposal.match
    kind = question.answer_type
    is_open = kind is AnswerType.OTHER
    return {
        "offset": 1.0,
        "coverage": match.coverage,
        "predicate": match.predicate_credit,
        "agreement": match.agreement,
        "disagreement": min(0.0, match.agreement),
        "no_predicate": 1.0 if question.predicate is None else 0.0,
        "type_fit": proposal.type_fit,
        "role_fit": proposal.role_fit,
        "closeness": 1.0 / (1.0 + max(0, proposal.steps - 1) / 3),
        "proximity": _proximity(question, proposal),
        "date": (match.date_credit if match.date_credit is not None else 1.0) - 1,
        "rank": 1.0 / (1.0 + rank),
        "names": float(match.missing_names),
        "length": log(1 + len(proposal.text.split())) if is_open else 0.0,
        "open": 1.0 if is_open else 0.0,
        "person": 1.0 if kind in {AnswerType.PERSON, AnswerType.ORGANIZATION} else 0.0,
        "quantity": 1.0 if kind is AnswerType.QUANTITY else 0.0,
        "place": 1.0 if kind is AnswerType.PLACE else 0.0,
        "definition": 1.0 if question.form is Form.DEFINITION else 0.0,
        "reason": 1.0 if question.form is Form.REASON else 0.0,
        "few_terms": 1.0 / (1 + len(question.terms)),
    }


def _proximity(question: Question, proposal: Proposal) -> float:
    """How near the words of the question stand to the span, counted in tokens; 1 next to it, 0 when none is there."""
    match = proposal.match
    own = match.sentence.tokens_in(proposal.span)
    if not own:
        return 0.0
    first, last = own[0].i, own[-1].i
    best: dict[int, float] = {}
    for number, token in match.tokens:
        gap = max(first - token.i, token.i - last, 0)
        best[number] = max(best.get(number, 0.0), 1.0 / (1.0 + gap / 5))
    total = sum(term.weight for term in question.terms[: len(match.shares)])
    held = sum(question.terms[n].weight * value for n, value in best.items() if n < len(question.terms))
    return held / total if total else 0.0


def logistic(value: float) -> float:
    """1 / (1 + e^-value)."""
    return 1.0 / (1.0 + exp(-max(-50.0, min(50.0, value))))
