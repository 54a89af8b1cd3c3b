"""Batching: one archive call for each level of a query, however many parents the level has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from retrieval import InputError

# Serving so many takes a few seconds, in which the server does nothing else.
MAX_ITEMS = 25_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


class Run(Protocol):
    """Runs a blocking call elsewhere, as `schema.context.Context.run` does."""

    def __call__(self, call: Callable[[list[K]], list[T]], keys: list[K], /) -> Awaitable[list[T]]:
        """The call's result."""


class Loaders:
    """A request's loaders, each made at its first use. The ``name`` given with a loader tells it from every other one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._spent = [0]

    def beside(self) -> Loaders:
        """Empty loaders of the same response."""
        made = Loaders(self._run)
        made._spent = self._spent
        return made

    def spend(self, items: int) -> None:
        """Count ``items`` of a page towards what one response may hold: pages nested in pages multiply.

        Raises:
            InputError: it holds more than `MAX_ITEMS`.
        """
        self._spent[0] += items
        if self._spent[0] > MAX_ITEMS:
            raise InputError(f"the response would hold more than {MAX_ITEMS:,} items; ask for fewer or smaller pages")

    def each(
        self, name: Hashable, load: Callable[[Sequence[K]], Sequence[V | None]], make: Callable[[V], T]
    ) -> DataLoader[K, T | None]:
        """Things by key: ``load`` gives them in the keys' order, None for an unknown one; ``make`` forms what is served."""

        def batch(keys: list[K]) -> list[T | None]:
            return [None if value is None else make(value) for value in load(keys)]

        return self._loader(name, lambda keys: self._run(batch, keys))

    def owned(
        self, name: Hashable, load: Callable[[Sequence[K]], Mapping[K, V]], make: Callable[[K, V], T]
    ) -> DataLoader[K, T]:
        """What each owner has: ``load`` gives it by owner; ``make`` forms what is served from the owner and that."""

        def batch(keys: list[K]) -> list[T]:
            found = load(keys)
            return [make(key, found[key]) for key in keys]

        return self._loader(name, lambda keys: self._run(batch, keys))

    def many(self, name: Hashable, load: Callable[[list[K]], Awaitable[list[T]]]) -> DataLoader[K, T]:
        """A loader whose ``load`` runs on the event loop and uses other loaders."""
        return self._loader(name, load)

    def _loader(self, name: Hashable, load: Callable[[list[K]], Awaitable[list[T]]]) -> DataLoader[K, T]:
        loader: DataLoader[K, T] | None = self._loaders.get(name)
        if loader is None:
            loader = self._loaders[name] = DataLoader(load_fn=load)
        return loader
