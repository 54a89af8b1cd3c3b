"""What an operation costs its client."""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.decorators import object_type
from schema.execution.budgets import Charge


@object_type
class RateLimit:
    """The points of a client: every operation costs some, and there are so many in a minute."""

    cost: int = strawberry.field(description="What this operation costs: 1, one for each 100 nodes, 100 for each `ask`.")
    limit: int = strawberry.field(description="How many points there are in a minute.")
    remaining: int = strawberry.field(description="How many are left after this operation.")
    node_count: int = strawberry.field(description="The most objects that the lists of this operation may hold.")
    reset_at: datetime = strawberry.field(description="When all of them are there again.")

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
