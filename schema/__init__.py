"""The GraphQL schema over the library."""

from schema.budgets import Budgets, Charge
from schema.context import Context, Observe
from schema.feed import ChangeFeed
from schema.limits import Limits
from schema.sdl import Schema, build_schema, print_schema, print_sdl

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
