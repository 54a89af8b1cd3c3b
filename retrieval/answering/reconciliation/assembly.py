"""Answers out of what was found: text, value, cited statements, candidates and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from retrieval.answering.candidates.event_answers import EventMatch, span_of, title_of
from retrieval.answering.evidence.matching import Match
from retrieval.answering.reconciliation.accounts import (
    build_side_accounts,
    build_value_accounts,
    standing_sides,
    tell_account,
)
from retrieval.answering.reconciliation.agreement import (
    ValueGroup,
    agreed,
    count_sources,
    find_replacements,
    find_rivals,
    group_values,
)
from retrieval.answering.reconciliation.recency import newest_first, published_of, time_of, time_of_value
from retrieval.answering.reconciliation.scoring import Scored, logistic
from retrieval.answering.reconciliation.yes_no import Side, SourceStance
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
from retrieval.questions.question import Form, Question

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
    groups = newest_first(question, group_values(question, scored), minimum)
    if not groups:  # nothing was proposed, or nothing but stop words
        reason = AbstentionReason.LOW_CONFIDENCE if closest else AbstentionReason.NO_MATCHING_PASSAGE
        return abstain(question, reason, closest)
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
    rivals = [] if best.wording else find_rivals(question, groups, minimum)
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
        text=best.text,
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
    return len(sure) > 1 and all(group.wording for group in sure)


def answer_from_stances(
    question: Question, source_stances: Sequence[SourceStance], closest: tuple[Passage, ...], minimum: float
) -> Answer:
    """Yes, no, or both sides when those who speak to the proposition disagree and none has taken it back."""
    decided = [v for v in source_stances if v.side in {Side.FOR, Side.AGAINST}]
    left_open = [v for v in source_stances if v.side is Side.OPEN]
    candidates = tuple(_stance_candidate(v) for v in [*decided, *left_open][:CANDIDATES])
    confidence = _agreement(decided)
    if not decided or confidence < minimum:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest, candidates=candidates, confidence=confidence)
    accounts = build_side_accounts(source_stances)
    standing = standing_sides(source_stances)
    if {Side.FOR, Side.AGAINST} <= standing:
        return _answer(
            question,
            AnswerStatus.CONFLICTING,
            closest,
            text="; ".join(tell_account(account) for account in accounts),
            statements=tuple(_side_statement(source_stances, side, confidence) for side in Side if side in standing),
            candidates=candidates,
            accounts=accounts,
            confidence=confidence,
            as_of=_published(decided[0].match),
            occurred_at=time_of(decided[0].match),
        )
    best = next(source_stance for source_stance in decided if source_stance.side in standing)
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
    question: Question, event_matches: Sequence[EventMatch], closest: tuple[Passage, ...], minimum: float
) -> Answer:
    """The events found, each with the sentence that tells of it."""
    if not event_matches:
        reason = AbstentionReason.LOW_CONFIDENCE if closest else AbstentionReason.NO_MATCHING_PASSAGE
        return abstain(question, reason, closest)
    confidence = max(0.3 + 0.6 * h.match.coverage for h in event_matches) if question.terms else 0.7
    if confidence < minimum:
        return abstain(question, AbstentionReason.LOW_CONFIDENCE, closest, confidence=confidence)
    statements: dict[tuple[str, Span], AnswerStatement] = {}
    for event_match in event_matches:
        key = (event_match.mention.article_id, span_of(event_match))
        statements.setdefault(key, _statement(event_match.match, event_match.mention.trigger, confidence))
    return _answer(
        question,
        AnswerStatus.ANSWERED,
        closest,
        text=title_of(event_matches),
        value=EventListValue(tuple(h.event for h in event_matches)),
        statements=tuple(statements.values()),
        confidence=confidence,
        as_of=max((at for h in event_matches if (at := _published(h.match)) is not None), default=None),
        occurred_at=event_matches[0].event.time if event_matches[0].event.time.span is not None else None,
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
    source = first.facts.article.publisher if first.claim is None else first.claim.attribution.source_text
    return f"{group.text} ({source})" if source else group.text


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


def _stance_candidate(source_stance: SourceStance) -> AnswerCandidate:
    return AnswerCandidate(
        text=source_stance.text,
        value=BooleanValue(source_stance.side is Side.FOR) if source_stance.side is not Side.OPEN else None,
        score=round(_agreement([source_stance]) if source_stance.side is not Side.OPEN else 0.0, 4),
        citation=_citation(source_stance.match, source_stance.span),
        attribution=source_stance.claim.attribution if source_stance.claim is not None else None,
        stance=source_stance.claim.stance if source_stance.claim is not None else None,
        status=source_stance.status,
        occurred_at=time_of(source_stance.match),
    )


def _agreement(source_stances: Sequence[SourceStance]) -> float:
    """How sure the voices make it: the best coverage, a little more for every further independent source."""
    if not source_stances:
        return 0.0
    return agreed(
        logistic(6.0 * max(v.match.coverage for v in source_stances) - 3.6),
        count_sources([v.statement for v in source_stances]),
    )


def _side_statement(source_stances: Sequence[SourceStance], side: Side, support: float) -> AnswerStatement:
    best = next(source_stance for source_stance in source_stances if source_stance.side is side)
    return _statement(best.match, best.span, support)
