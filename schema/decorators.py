"""Strawberry's decorators with the docstring as the description: readers of code and of schema see one text."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

import strawberry
from graphql.pyutils import Path

C = TypeVar("C", bound=type)

# Where a field's metadata have what loads it for many objects.
PRELOAD = "preload"


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def object_type(cls: C) -> C:
    """An object type described by its docstring."""
    made: C = strawberry.type(cls, description=_description(cls))
    return made


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def interface(cls: C) -> C:
    """An interface described by its docstring."""
    made: C = strawberry.interface(cls, description=_description(cls))
    return made


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(cls: C) -> C:
    """An input object described by its docstring."""
    made: C = strawberry.input(cls, description=_description(cls))
    return made


def resolver(function: Callable[..., Any]) -> Any:
    """A field that ``function`` resolves, described by its docstring."""
    return strawberry.field(function, description=_description(function))


@dataclass(frozen=True, slots=True)
class Preload:
    """``load(context, path, objects)`` puts a field's values into the ``attribute`` of a list's objects, None before."""

    load: Callable[[Any, Path, Sequence[Any]], Awaitable[None]]
    attribute: str


def preloaded(preload: Preload) -> Callable[[Callable[..., Any]], Any]:
    """A field that is loaded for all objects of a list at once; its resolver is asked where that has not been done."""

    def made(function: Callable[..., Any]) -> Any:
        return strawberry.field(function, description=_description(function), metadata={PRELOAD: preload})

    return made


def mutation(function: Callable[..., Any]) -> Any:
    """A mutation that ``function`` resolves, described by its docstring."""
    return strawberry.mutation(function, description=_description(function))


def subscription(function: Callable[..., Any]) -> Any:
    """A subscription that ``function`` generates, described by its docstring."""
    return strawberry.subscription(function, description=_description(function))


def _description(documented: Any) -> str:
    # A dataclass without a docstring gets its signature as one, so take only what the class itself says.
    text = vars(documented).get("__doc__") if inspect.isclass(documented) else documented.__doc__
    if not text:
        raise TypeError(f"{documented.__qualname__} has no docstring to describe it in the schema")
    return " ".join(inspect.cleandoc(text).split())
