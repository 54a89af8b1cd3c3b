"""Mistakes in a mutation's input, given back as data."""

from __future__ import annotations

import strawberry

from schema.decorators import object_type
from schema.enums import UserErrorCode


@object_type
class UserError:
    """A problem in the input that the user can correct."""

    message: str = strawberry.field(description="What is wrong, and how to correct it.")
    code: UserErrorCode = strawberry.field(description="The kind of error.")
    path: list[str] | None = strawberry.field(description="The path to the argument, from the outermost name inwards.")
