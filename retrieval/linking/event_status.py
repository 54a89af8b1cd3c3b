"""One status for an event that several places tell of."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.models import EventStatus

_STRENGTH = (
    EventStatus.ACTUAL,
    EventStatus.ATTRIBUTED,
    EventStatus.ALLEGED,
    EventStatus.PLANNED,
    EventStatus.REQUESTED,
    EventStatus.HYPOTHETICAL,
    EventStatus.DENIED,
    EventStatus.NEGATED,
)
_AFFIRMED = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.ALLEGED})
_NEGATIVE = frozenset({EventStatus.DENIED, EventStatus.NEGATED})


def overall_status(statuses: Iterable[tuple[EventStatus, str | None]]) -> EventStatus:
    """One status for an event told of at several places, each with the name of who vouches for it (None: the narrator).

    DISPUTED when one says that it happened and somebody else that it did not.
    """
    told = list(statuses)
    affirmed = {who for status, who in told if status in _AFFIRMED}
    negative = {who for status, who in told if status in _NEGATIVE}
    if affirmed and negative and (affirmed != negative or len(affirmed) > 1):
        return EventStatus.DISPUTED
    present = {status for status, _ in told}
    return next(status for status in _STRENGTH if status in present)
