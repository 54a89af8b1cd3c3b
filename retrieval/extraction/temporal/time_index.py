"""The times of an article by place, so that a long article is not searched anew for each claim and trigger."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from retrieval.models import Span
from retrieval.models.found_facts import FoundTime


class TimeIndex:
    """Finds times inside a stretch of the text."""

    def __init__(self, times: Sequence[FoundTime]) -> None:
        self._times = times
        self._order = sorted(range(len(times)), key=lambda number: times[number].span.start)
        self._starts = [times[number].span.start for number in self._order]

    def within(self, span: Span) -> Iterator[tuple[int, FoundTime]]:
        """Number and time of each time that lies in ``span``."""
        first = bisect_left(self._starts, span.start)
        last = bisect_left(self._starts, span.end)
        for number in self._order[first:last]:
            if self._times[number].span.end <= span.end:
                yield number, self._times[number]
