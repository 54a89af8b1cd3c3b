"""The GraphQL schema over the library."""

from schema.context import Context, Observe
from schema.execution.budgets import Budgets, Charge
from schema.execution.execution import Schema, build_schema, print_schema, print_sdl
from schema.execution.limits import Limits
from schema.feed import ChangeFeed

__all__ = [
    "Budgets",
    "ChangeFeed",
    "Charge",
    "Context",
    "Limits",
    "Observe",
    "Schema",
    "build_schema",
    "print_schema",
    "print_sdl",
]
