"""How much a client may ask for in a minute, in the points of `schema.execution.cost`."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

RATE_LIMITED = "RATE_LIMITED"
WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Balance:
    """What a client has after a charge: points, of how many, and when all of them are there again."""

    limit: int
    remaining: int
    reset_at: datetime
    seconds_left: int
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """What the running operation costs, and the balance after it."""

    cost: int
    nodes: int
    balance: Balance


# Takes points from one client's budget.
Budget: TypeAlias = Callable[[int], Balance]


class Budgets:
    """The budgets of all clients: ``limit`` points each in every minute of the clock."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._window = 0
        self._spent: Counter[str] = Counter()

    def spend(self, client: str, points: int) -> Balance:
        """Take ``points``; where they are not there, take nothing and refuse."""
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window = window
            self._spent.clear()
        left = self._limit - self._spent[client]
        is_refused = points > left
        if not is_refused:
            self._spent[client] += points
            left -= points
        end = (window + 1) * WINDOW_SECONDS
        return Balance(self._limit, left, datetime.fromtimestamp(end, UTC), math.ceil(end - now), is_refused)
