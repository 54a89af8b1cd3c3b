"""The kinds of thing that are found by id: how each is loaded and what it is served as.

The types lead to one another in circles; they find each other here, by name, so that their modules need not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from strawberry.dataloader import DataLoader

from retrieval import Archive
from schema.context import Context


@dataclass(frozen=True, slots=True)
class Kind:
    """``make`` forms what is served; ``load`` gives the library's values in the keys' order, None for what has no id."""

    make: Callable[[Any], Any]
    load: Callable[[Archive, Sequence[Any]], Sequence[Any]] | None


_KINDS: dict[str, Kind] = {}


def register(
    name: str, *, make: Callable[[Any], Any], load: Callable[[Archive, Sequence[Any]], Sequence[Any]] | None = None
) -> None:
    """Let ``name`` be found. Called once by the module of the type."""
    _KINDS[name] = Kind(make, load)


def maker(name: str) -> Callable[[Any], Any]:
    """What forms a ``name`` from the library's value."""
    return _KINDS[name].make


def loader(context: Context, name: str) -> DataLoader[Any, Any]:
    """The request's loader of ``name`` by key; it gives None for an unknown key."""
    kind = _KINDS[name]
    if kind.load is None:
        raise LookupError(f"a {name} is not found by id")
    return context.loaders.each(("kind", name), partial(kind.load, context.archive), kind.make)


def find(context: Context, name: str, key: str | int | tuple[Any, ...]) -> Awaitable[Any]:
    """The ``name`` with that key, or None."""
    return loader(context, name).load(key)
