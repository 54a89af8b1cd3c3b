"""What an operation costs its client."""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.decorators import object_type
from schema.execution.budgets import Charge


@object_type
class RateLimit:
    """The rate limit of a client, in points per minute. Every operation costs points."""

    cost: int = strawberry.field(
        description="The cost of this operation: 1, plus 1 for each 100 nodes, plus 100 for each `ask`."
    )
    limit: int = strawberry.field(description="The points that a client may spend in a minute.")
    remaining: int = strawberry.field(description="The points left in this minute after this operation.")
    node_count: int = strawberry.field(
        description="The maximum number of objects that the lists of this operation may return."
    )
    reset_at: datetime = strawberry.field(description="The time at which all points are available again.")

    @classmethod
    def of(cls, charge: Charge) -> RateLimit:
        """From what was charged."""
        left = charge.balance
        return cls(
            cost=charge.cost,
            limit=left.limit,
            remaining=left.remaining,
            node_count=charge.nodes,
            reset_at=left.reset_at,
        )
