"""Answers out of what was found: text, value, cited statements, candidates and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from retrieval.answering.accounts import build_side_accounts, build_value_accounts, standing_sides, tell_account
from retrieval.answering.agreement import ValueGroup, agreed, count_sources, find_replacements, find_rivals, group_values
from retrieval.answering.happenings import Happening, span_of, title_of
from retrieval.answering.matching import Match
from retrieval.answering.propositions import Side, Voice
from retrieval.answering.recency import newest_first, published_of, time_of, time_of_value
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
    Diagnostics,
    EventListValue,
    Passage,
    Span,
    TimeRef,
)
from retrieval.search.question_types import Form, Question

CANDIDATES = 5
_AS_SURE = 0.7
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
    """The surest value, when it is sure enough, or the values that sources conflict on."""
    if not scored:
        reason = AbstentionReason.LOW_CONFIDENCE if closest else AbstentionReason.NO_MATCHING_PASSAGE
        return abstain(question, reason, closest)
    groups = newest_first(question, group_values(question, scored), minimum)
    if not groups:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest)
    candidates = tuple(_candidate(group) for group in groups[:CANDIDATES])
    best = groups[0]
    if best.confidence < minimum:
        return abstain(
            question, AbstentionReason.LOW_CONFIDENCE, closest, candidates=candidates, confidence=best.confidence
        )
    if question.form is Form.HOLDER and _fits_several(groups, minimum):
        return abstain(
            question, AbstentionReason.AMBIGUOUS_QUESTION, closest, candidates=candidates, confidence=best.confidence
        )
    rivals = [] if best.best.proposal.wording else find_rivals(question, groups, minimum)
    sides = [best, *rivals]
    standing = [g for g, by in zip(sides, find_replacements([g.statements for g in sides]), strict=True) if by is None]
    if len(standing) > 1:
        return _answer(
            question,
            AnswerStatus.CONFLICTING,
            closest,
            text="; ".join(_tell_value(group) for group in standing),
            statements=tuple(_group_statement(group) for group in standing),
            candidates=candidates,
            accounts=build_value_accounts(sides),
            confidence=standing[0].confidence,
            as_of=published_of(standing[0]),
            occurred_at=time_of_value(standing[0]),
        )
    (best,) = standing
    return _answer(
        question,
        AnswerStatus.ANSWERED,
        closest,
        text=best.best.proposal.text,
        value=best.value,
        statements=(_group_statement(best),),
        candidates=candidates,
        accounts=build_value_accounts(sides) if rivals or count_sources(best.statements) > 1 else (),
        confidence=best.confidence,
        as_of=published_of(best),
        occurred_at=time_of_value(best),
    )


def _fits_several(groups: Sequence[ValueGroup], minimum: float) -> bool:
    """Whether the surest holds the office of one place and others as sure that of another: they conflict in nothing."""
    sure = [g for g in groups if g.confidence >= max(minimum, _AS_SURE * groups[0].confidence)]
    return len(sure) > 1 and all(group.best.proposal.wording for group in sure)


def answer_voices(question: Question, voices: Sequence[Voice], closest: tuple[Passage, ...], minimum: float) -> Answer:
    """Yes, no, or both sides when those who speak to the proposition disagree and none has taken it back."""
    decided = [v for v in voices if v.side in {Side.FOR, Side.AGAINST}]
    left_open = [v for v in voices if v.side is Side.OPEN]
    candidates = tuple(_voice_candidate(v) for v in [*decided, *left_open][:CANDIDATES])
    confidence = _agreement(decided)
    if not decided or confidence < minimum:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest, candidates=candidates, confidence=confidence)
    accounts = build_side_accounts(voices)
    standing = standing_sides(voices)
    if {Side.FOR, Side.AGAINST} <= standing:
        return _answer(
            question,
            AnswerStatus.CONFLICTING,
            closest,
            text="; ".join(tell_account(account) for account in accounts),
            statements=tuple(_side_statement(voices, side, confidence) for side in Side if side in standing),
            candidates=candidates,
            accounts=accounts,
            confidence=confidence,
            as_of=_published(decided[0].match),
            occurred_at=time_of(decided[0].match),
        )
    best = next(voice for voice in decided if voice.side in standing)
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
        as_of=_published(best.match),
        occurred_at=time_of(best.match),
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
        as_of=max((at for h in happenings if (at := _published(h.match)) is not None), default=None),
        occurred_at=happenings[0].event.time if happenings[0].event.time.span is not None else None,
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
    as_of: datetime | None = None,
    occurred_at: TimeRef | None = None,
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
        as_of=as_of,
        occurred_at=occurred_at,
    )


def _published(match: Match) -> datetime | None:
    return match.sentence.facts.article.published.at


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


def _group_statement(group: ValueGroup) -> AnswerStatement:
    """The best of a group's sentences, and the words of its other sources."""
    proposal = group.best.proposal
    said = _statement(proposal.match, proposal.span, group.confidence)
    sources = {group.statements[0].source}
    others = []
    for statement in group.statements:
        if statement.source not in sources:
            sources.add(statement.source)
            others.append(statement.citation)
    return AnswerStatement(said.text, (*said.citations, *others), said.support)


def _tell_value(group: ValueGroup) -> str:
    """A value and whose word it is."""
    first = group.statements[0]
    source = first.facts.article.source if first.claim is None else first.claim.attribution.source_text
    return f"{group.best.proposal.text} ({source})" if source else group.best.proposal.text


def _candidate(group: ValueGroup) -> AnswerCandidate:
    proposal = group.best.proposal
    claim = group.statements[0].claim
    return AnswerCandidate(
        text=proposal.text,
        value=group.value,
        score=round(group.confidence, 4),
        citation=_citation(proposal.match, proposal.span),
        attribution=claim.attribution if claim is not None else None,
        stance=claim.stance if claim is not None else None,
        occurred_at=time_of_value(group),
    )


def _voice_candidate(voice: Voice) -> AnswerCandidate:
    return AnswerCandidate(
        text=voice.text,
        value=BooleanValue(voice.side is Side.FOR) if voice.side is not Side.OPEN else None,
        score=round(_agreement([voice]) if voice.side is not Side.OPEN else 0.0, 4),
        citation=_citation(voice.match, voice.span),
        attribution=voice.claim.attribution if voice.claim is not None else None,
        stance=voice.claim.stance if voice.claim is not None else None,
        status=voice.status,
        occurred_at=time_of(voice.match),
    )


def _agreement(voices: Sequence[Voice]) -> float:
    """How sure the voices make it: the best coverage, a little more for every further independent source."""
    if not voices:
        return 0.0
    return agreed(logistic(6.0 * max(v.match.coverage for v in voices) - 3.6), count_sources([v.statement for v in voices]))


def _side_statement(voices: Sequence[Voice], side: Side, support: float) -> AnswerStatement:
    best = next(voice for voice in voices if voice.side is side)
    return _statement(best.match, best.span, support)
