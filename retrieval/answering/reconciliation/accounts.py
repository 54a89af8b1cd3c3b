"""Who says what about it: the sides of a question with yes or no, and the values that sources give."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answering.reconciliation.agreement import Statement, ValueGroup, count_sources, find_replacements
from retrieval.answering.reconciliation.yes_no import Side, SourceStance
from retrieval.models import Account, AnswerValue, Claim, ClaimStance, Span

_STANCES = {
    Side.AGAINST: ClaimStance.DENIED,
    Side.NO_INFORMATION: ClaimStance.NO_INFORMATION,
    Side.DECLINED: ClaimStance.DECLINED_TO_COMMENT,
}


def build_side_accounts(source_stances: Sequence[SourceStance]) -> tuple[Account, ...]:
    """One account a side, those for first; of ``source_stances``, best first, the best gives its side's words and stance."""
    accounts = []
    replaced = _replaced_sides(source_stances)
    for side in Side:
        held = [source_stance for source_stance in source_stances if source_stance.side is side]
        if held:
            first = held[0].claim
            stance = first.stance if first is not None and held[0].is_told else _STANCES.get(side) or _stance(first)
            said = [source_stance.statement for source_stance in held]
            accounts.append(_account(stance, held[0].text, said, by=replaced.get(side)))
    return tuple(sorted(accounts, key=lambda account: account.superseded_by is not None))


def standing_sides(source_stances: Sequence[SourceStance]) -> set[Side]:
    """The sides that someone still takes."""
    return {source_stance.side for source_stance in source_stances} - set(_replaced_sides(source_stances))


def _replaced_sides(source_stances: Sequence[SourceStance]) -> dict[Side, Statement]:
    """Yes and no, where all who said it have said the other since, by who did."""
    sides = (Side.FOR, Side.AGAINST)
    said = [[source_stance.statement for source_stance in source_stances if source_stance.side is side] for side in sides]
    return {side: by for side, by in zip(sides, find_replacements(said), strict=True) if by is not None}


def build_value_accounts(groups: Sequence[ValueGroup]) -> tuple[Account, ...]:
    """One account a value, in the order given, those that were replaced last."""
    replaced = find_replacements([group.statements for group in groups])
    accounts = [
        _account(
            _stance(group.statements[0].claim),
            _proposition(group),
            group.statements,
            value=group.value,
            by=by,
        )
        for group, by in zip(groups, replaced, strict=True)
    ]
    return tuple(sorted(accounts, key=lambda account: account.superseded_by is not None))


def _account(
    stance: ClaimStance,
    proposition: str,
    statements: Sequence[Statement],
    *,
    value: AnswerValue | None = None,
    by: Statement | None,
) -> Account:
    claims = {s.claim.id: s.claim for s in statements if s.claim is not None}
    return Account(
        stance=stance,
        proposition=proposition,
        claims=tuple(claims.values()),
        independent_source_count=count_sources(statements),
        value=value,
        citations=tuple(statement.citation for statement in statements),
        superseded_by=by.citation if by is not None else None,
    )


def _proposition(group: ValueGroup) -> str:
    """The claim's words where they hold the value, else the sentence."""
    proposal = group.best.proposal
    claim = group.statements[0].claim
    part: Span | None = None
    if claim is not None:
        part = next((span for span in claim.spans if span.contains(proposal.span)), None)
    return (part or proposal.match.sentence.span).slice(proposal.match.sentence.facts.article.text)


def _stance(claim: Claim | None) -> ClaimStance:
    """What its best voice does with it; who denies the opposite asserts it."""
    return claim.stance if claim is not None and claim.stance is not ClaimStance.DENIED else ClaimStance.ASSERTED


def tell_account(account: Account) -> str:
    """An account in one line, in its sources' own words."""
    if not account.claims:
        return account.proposition
    attribution = account.claims[0].attribution
    via = f" (citing {attribution.via.source_text})" if attribution.via is not None else ""
    if account.stance is ClaimStance.DECLINED_TO_COMMENT and attribution.cue:
        return f"{attribution.source_text}{via} {attribution.cue} {account.proposition}"
    return f"{attribution.source_text}{via}: {account.proposition}"
