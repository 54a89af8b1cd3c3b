"""How sure an answer is.

The confidence is a logistic function of what the span reader and the rules make of a span. `SPAN_WEIGHTS` are fitted (by
`retrieval.evaluation.confidence`, which writes the file they stand in), `SPEECH_WEIGHTS` set by hand, since no set of
questions on who said what was at hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.reader_candidates import MISTYPED
from retrieval.answering.evidence.gathering import Evidence
from retrieval.answering.evidence.matching import SAME_BLOCK, Match
from retrieval.models import AnswerType
from retrieval.questions.question import Form, Question
from retrieval.text.words import is_light

WEIGHTS = Path(__file__).parents[2] / "weights" / "answers.json"
SPAN_WEIGHTS: Mapping[str, float] = json.loads(WEIGHTS.read_text("utf-8"))
# Of the rules alone, fitted before there was a reader, which takes a name for what something is.
DEFINITION_WEIGHTS: Mapping[str, float] = {
    "offset": -3.49,
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


# Below this the rules say of a number that it counts something else.
_COUNTED = 0.3
# What the fitted weights are for. Who holds a role is a span too, but its rules are surer than the words around it.
SPAN_FORMS = frozenset({Form.ARGUMENT, Form.REASON, Form.KEYWORDS})


@dataclass(frozen=True, slots=True)
class Scored:
    """A proposal with its confidence, between 0 and 1."""

    proposal: CandidateSpan
    confidence: float


def score(question: Question, proposal: CandidateSpan, evidence: Evidence) -> Scored:
    """The confidence that the proposal answers."""
    if proposal.is_read or question.form in SPAN_FORMS:
        weights = SPAN_WEIGHTS
    else:
        weights = DEFINITION_WEIGHTS if question.form is Form.DEFINITION else SPEECH_WEIGHTS
    values = features(question, proposal, evidence)
    return Scored(proposal, logistic(sum(weights.get(name, 0.0) * value for name, value in values.items())))


def features(question: Question, proposal: CandidateSpan, evidence: Evidence) -> dict[str, float]:
    """What the confidence is made from, each about 0 to 1 in size; margins are a tenth of the reader's."""
    match = proposal.match
    rank = evidence.rank(match)
    margin = evidence.margin(match.sentence.facts.article.id, proposal.span)
    kind = question.answer_type
    is_open = kind is AnswerType.OTHER
    return {
        "offset": 1.0,
        "margin": max(-2.0, min(2.0, margin / 10)),
        "gap": max(-2.0, (margin - evidence.best_margin) / 10),
        "best": 1.0 if margin >= evidence.best_margin else 0.0,
        "coverage": match.coverage,
        "predicate": match.predicate_credit,
        "agreement": match.agreement,
        "disagreement": min(0.0, match.agreement),
        "no_predicate": 1.0 if question.predicate is None else 0.0,
        "other_act": 1.0 if _is_other_act(question, proposal) else 0.0,
        "untold_act": 1.0 if is_open and question.form is Form.ARGUMENT and _is_untold(question, match) else 0.0,
        "displaced": 1.0 if match.is_displaced else 0.0,
        "type_fit": 0.0 if is_open else proposal.type_fit,
        "open_fit": proposal.type_fit if is_open else 0.0,
        "mistyped": 1.0 if not is_open and proposal.type_fit <= MISTYPED else 0.0,
        "miscounted": 1.0 if kind is AnswerType.QUANTITY and proposal.type_fit < _COUNTED else 0.0,
        "role_fit": proposal.role_fit,
        "closeness": 1.0 / (1.0 + max(0, proposal.steps - 1) / 3),
        "proximity": _proximity(question, proposal),
        "date": (match.date_credit if match.date_credit is not None else 1.0) - 1,
        "rank": 1.0 / (1.0 + rank),
        "names": float(match.missing_names),
        "length": log(1 + len(proposal.text.split())) if is_open else 0.0,
        "open": 1.0 if is_open else 0.0,
        "person": 1.0 if kind in {AnswerType.PERSON, AnswerType.ORGANIZATION} else 0.0,
        "definition": 1.0 if question.form is Form.DEFINITION else 0.0,
        "few_terms": 1.0 / (1 + len(question.terms)),
    }


def _is_other_act(question: Question, proposal: CandidateSpan) -> bool:
    """Whether who, when, where or how many is asked of an act that the sentence does not tell of."""
    is_typed = question.answer_type is not AnswerType.OTHER and question.form not in {Form.DEFINITION, Form.REASON}
    if not is_typed:
        return False
    if question.predicate is not None:
        return proposal.match.predicate_credit == 0
    shares = zip(question.terms, proposal.match.shares, strict=False)
    return any(share < SAME_BLOCK for term, share in shares if term.lemma == question.attribute)


def _is_untold(question: Question, match: Match) -> bool:
    """Whether the sentence has no word for the asked act; "be", "have" and "do" are no act."""
    predicate = question.predicate
    return predicate is not None and not is_light(predicate.lemma) and match.predicate_credit == 0


def _proximity(question: Question, proposal: CandidateSpan) -> float:
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
