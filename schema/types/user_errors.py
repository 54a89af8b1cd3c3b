"""Mistakes in a mutation's input, given back as data."""

from __future__ import annotations

import strawberry

from schema.decorators import object_type
from schema.enums import UserErrorCode


@object_type
class UserError:
    """Something in the input that the user can put right."""

    message: str = strawberry.field(description="What is wrong and what to do.")
    code: UserErrorCode = strawberry.field(description="What kind of mistake it is.")
    path: list[str] | None = strawberry.field(description="Where in the arguments it is, from the outermost name inwards.")
