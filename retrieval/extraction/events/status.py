"""How a place of the text vouches for an event."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from retrieval.extraction.claims.contents import PRESUPPOSING
from retrieval.extraction.events.factuality import read_factuality
from retrieval.extraction.language.noun_phrases import is_verb
from retrieval.models import ClaimStance, EventStatus, Span
from retrieval.models.found_facts import FoundClaim

_BY_STANCE = {
    ClaimStance.ASSERTED: EventStatus.ATTRIBUTED,
    ClaimStance.REPORTED: EventStatus.ATTRIBUTED,
    ClaimStance.BELIEVED: EventStatus.ATTRIBUTED,
    ClaimStance.ALLEGED: EventStatus.ALLEGED,
    ClaimStance.DENIED: EventStatus.DENIED,
    ClaimStance.REQUESTED: EventStatus.REQUESTED,
    ClaimStance.PROMISED: EventStatus.PLANNED,
    ClaimStance.DECLINED_TO_COMMENT: EventStatus.HYPOTHETICAL,
    ClaimStance.NO_INFORMATION: EventStatus.HYPOTHETICAL,
}
_UNREAL_STANCES = frozenset({ClaimStance.DENIED, ClaimStance.REQUESTED, ClaimStance.PROMISED})


def innermost_claim(place: Span, claims: Sequence[FoundClaim]) -> int | None:
    """The number of the smallest claim whose content holds ``place``."""
    best: tuple[int, int] | None = None
    for number, claim in enumerate(claims):
        for span in claim.spans:
            if span.contains(place) and (best is None or span.end - span.start < best[0]):
                best = (span.end - span.start, number)
    return best[1] if best is not None else None


def status_of(trigger: Token, claim: FoundClaim | None) -> EventStatus:
    """The status that the words around ``trigger`` and the claim that holds it give.

    What stands under "after", "since", "when" or "despite", and what is taken for granted inside a noun phrase, is not what
    one denies or demands.
    """
    read = read_factuality(trigger, is_told=claim is not None)
    if read.status is EventStatus.PLANNED and claim is not None and claim.stance is ClaimStance.DENIED:
        return EventStatus.DENIED  # "denies reports that talks will resume"
    if read.status is not None:
        return read.status
    if claim is None:
        return EventStatus.ACTUAL
    if claim.stance in _UNREAL_STANCES:
        is_given = read.is_presupposed or _is_presupposed(trigger) or (not is_verb(trigger) and _is_definite(trigger))
        return EventStatus.ACTUAL if is_given else _BY_STANCE[claim.stance]
    return _BY_STANCE[claim.stance]


def _is_presupposed(trigger: Token) -> bool:
    token = trigger
    while token.head != token:
        if token.dep_ == "advcl" and any(c.dep_ in {"mark", "advmod"} and c.lower_ in PRESUPPOSING for c in token.lefts):
            return True
        if token.dep_ == "prep" and token.lower_ in {"after", "since", "despite", "following"}:
            return True
        token = token.head
    return False


def _is_definite(noun: Token) -> bool:
    return any(c.lower_ in {"the", "this", "that", "these", "those"} or c.dep_ == "poss" for c in noun.lefts)
