"""Answers out of what was found: text, value, cited statements, candidates and accounts."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answering.happenings import Happening, span_of, title_of
from retrieval.answering.matching import Match
from retrieval.answering.propositions import Side, Voice, build_accounts, source_key
from retrieval.answering.scoring import Scored, logistic
from retrieval.citations import cite
from retrieval.models import (
    AbstentionReason,
    Account,
    Answer,
    AnswerCandidate,
    AnswerStatement,
    AnswerStatus,
    AnswerValue,
    BooleanValue,
    Citation,
    Claim,
    ClaimStance,
    Diagnostics,
    EventListValue,
    Passage,
    Span,
)
from retrieval.search.question_types import Question

CANDIDATES = 5
_NO_DIAGNOSTICS = Diagnostics(0, 0, 0.0, 0.0, "", "")


def abstain(
    question: Question,
    reason: AbstentionReason,
    closest: tuple[Passage, ...],
    *,
    candidates: tuple[AnswerCandidate, ...] = (),
    confidence: float = 0.0,
) -> Answer:
    """No answer, the reason, and what came closest."""
    return _answer(
        question, AnswerStatus.NOT_FOUND, closest, abstention=reason, candidates=candidates, confidence=confidence
    )


def answer_proposals(question: Question, scored: Sequence[Scored], closest: tuple[Passage, ...], minimum: float) -> Answer:
    """The best proposal, when it is sure enough; ``scored`` is best first."""
    if not scored:
        reason = AbstentionReason.LOW_CONFIDENCE if closest else AbstentionReason.NO_MATCHING_PASSAGE
        return abstain(question, reason, closest)
    candidates = tuple(_candidate(item) for item in scored[:CANDIDATES])
    best = scored[0]
    if best.confidence < minimum:
        return abstain(
            question, AbstentionReason.LOW_CONFIDENCE, closest, candidates=candidates, confidence=best.confidence
        )
    proposal = best.proposal
    return _answer(
        question,
        AnswerStatus.ANSWERED,
        closest,
        text=proposal.text,
        value=proposal.value,
        statements=(_statement(proposal.match, proposal.span, best.confidence),),
        candidates=candidates,
        confidence=best.confidence,
    )


def answer_voices(question: Question, voices: Sequence[Voice], closest: tuple[Passage, ...], minimum: float) -> Answer:
    """Yes, no, or both sides when those who speak to the proposition disagree."""
    sides = {voice.side for voice in voices}
    decided = [v for v in voices if v.side in {Side.FOR, Side.AGAINST}]
    candidates = tuple(_voice_candidate(v) for v in decided[:CANDIDATES])
    confidence = _agreement(decided)
    if not decided or confidence < minimum:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest, candidates=candidates, confidence=confidence)
    accounts = build_accounts(voices)
    if {Side.FOR, Side.AGAINST} <= sides:
        return _answer(
            question,
            AnswerStatus.CONFLICTING,
            closest,
            text="; ".join(_told(account) for account in accounts),
            statements=tuple(_side_statement(voices, side, confidence) for side in Side if side in sides),
            candidates=candidates,
            accounts=accounts,
            confidence=confidence,
        )
    best = decided[0]
    return _answer(
        question,
        AnswerStatus.ANSWERED,
        closest,
        text=best.text,
        value=BooleanValue(best.side is Side.FOR),
        statements=(_statement(best.match, best.span, confidence),),
        candidates=candidates,
        accounts=accounts,
        confidence=confidence,
    )


def answer_events(
    question: Question, happenings: Sequence[Happening], closest: tuple[Passage, ...], minimum: float
) -> Answer:
    """The events found, each with the sentence that tells of it."""
    if not happenings:
        reason = AbstentionReason.LOW_CONFIDENCE if closest else AbstentionReason.NO_MATCHING_PASSAGE
        return abstain(question, reason, closest)
    confidence = max(0.3 + 0.6 * h.match.coverage for h in happenings) if question.terms else 0.7
    if confidence < minimum:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest, confidence=confidence)
    statements: dict[tuple[str, Span], AnswerStatement] = {}
    for happening in happenings:
        key = (happening.mention.article_id, span_of(happening))
        statements.setdefault(key, _statement(happening.match, happening.mention.trigger, confidence))
    return _answer(
        question,
        AnswerStatus.ANSWERED,
        closest,
        text=title_of(happenings),
        value=EventListValue(tuple(h.event for h in happenings)),
        statements=tuple(statements.values()),
        confidence=confidence,
    )


def _answer(
    question: Question,
    status: AnswerStatus,
    closest: tuple[Passage, ...],
    *,
    text: str | None = None,
    value: AnswerValue | None = None,
    statements: tuple[AnswerStatement, ...] = (),
    candidates: tuple[AnswerCandidate, ...] = (),
    accounts: tuple[Account, ...] = (),
    confidence: float = 0.0,
    abstention: AbstentionReason | None = None,
) -> Answer:
    return Answer(
        question=question.text,
        status=status,
        text=text,
        value=value,
        statements=statements,
        candidates=candidates,
        accounts=accounts,
        confidence=round(confidence, 4),
        abstention=abstention,
        closest_passages=closest,
        interpretation=question.interpretation,
        diagnostics=_NO_DIAGNOSTICS,
    )


def _citation(match: Match, span: Span) -> Citation:
    article = match.sentence.facts.article
    return cite(article, span, expected=span.slice(article.text))


def _statement(match: Match, span: Span, support: float) -> AnswerStatement:
    """The sentence that holds the answer, citing first the answer's own words, then the sentence."""
    sentence = match.sentence
    own = _citation(match, span)
    if not sentence.span.contains(span):
        return AnswerStatement(own.text, (own,), round(support, 4))
    citations = (own,) if span == sentence.span else (own, _citation(match, sentence.span))
    return AnswerStatement(sentence.text, citations, round(support, 4))


def _candidate(item: Scored) -> AnswerCandidate:
    proposal = item.proposal
    claim = proposal.claim or _claim_holding(proposal.match, proposal.span)
    return AnswerCandidate(
        text=proposal.text,
        value=proposal.value,
        score=round(item.confidence, 4),
        citation=_citation(proposal.match, proposal.span),
        attribution=claim.attribution if claim is not None else None,
        stance=claim.stance if claim is not None else None,
    )


def _claim_holding(match: Match, span: Span) -> Claim | None:
    """The innermost claim whose words hold the span."""
    claims = match.sentence.facts.claims
    holding = [c for c in claims if any(part.contains(span) for part in c.spans)]
    return min(holding, key=lambda c: c.span.end - c.span.start, default=None)


def _voice_candidate(voice: Voice) -> AnswerCandidate:
    return AnswerCandidate(
        text=voice.text,
        value=BooleanValue(voice.side is Side.FOR),
        score=round(_agreement([voice]), 4),
        citation=_citation(voice.match, voice.span),
        attribution=voice.claim.attribution if voice.claim is not None else None,
        stance=voice.claim.stance if voice.claim is not None else None,
    )


def _agreement(voices: Sequence[Voice]) -> float:
    """How sure the voices make it: the best coverage, a little more for every further independent source."""
    if not voices:
        return 0.0
    sources = len({source_key(voice) for voice in voices})
    return logistic(6.0 * max(v.match.coverage for v in voices) - 3.6 + 0.3 * (min(sources, 4) - 1))


def _side_statement(voices: Sequence[Voice], side: Side, support: float) -> AnswerStatement:
    best = next(voice for voice in voices if voice.side is side)
    return _statement(best.match, best.span, support)


def _told(account: Account) -> str:
    """A side in one line, in its sources' own words."""
    if not account.claims:
        return account.proposition
    attribution = account.claims[0].attribution
    via = f" (citing {attribution.via.source_text})" if attribution.via is not None else ""
    if account.stance is ClaimStance.DECLINED_TO_COMMENT and attribution.cue:
        return f"{attribution.source_text}{via} {attribution.cue} {account.proposition}"
    return f"{attribution.source_text}{via}: {account.proposition}"
