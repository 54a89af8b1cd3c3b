"""Pages as Relay connections. A page is loaded when a field of it is selected; counting is a call of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Generic, TypeAlias, TypeVar

import strawberry

from retrieval import InputError
from retrieval.models import Page, Window
from schema.decorators import object_type, resolver
from schema.loaders import Loaders

DEFAULT_PAGE = 20
MAX_PAGE = 100

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="How many from the start, 0 to 100; 20 where neither `first` nor `last` is given."),
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only what follows this cursor, which this same list gave.")
]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many from the end, 0 to 100; not together with `first`.")
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only what comes before this cursor, which this same list gave.")
]


def page_size(name: str, value: int) -> int:
    """``value``, given as argument ``name``, when it is a size that a page may have.

    Raises:
        InputError: it is negative or above `MAX_PAGE`.
    """
    if not 0 <= value <= MAX_PAGE:
        raise InputError(f"{name}: {value} is out of range; give 0 to {MAX_PAGE}")
    return value


def window(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window that a connection's arguments ask for; an argument that is absent or null sets no bound.

    Raises:
        InputError: ``first`` and ``last`` together, or a size out of range.
    """
    first, last = _given(first), _given(last)
    after, before = _given(after), _given(before)
    if first is not None and last is not None:
        raise InputError(f"first: {first} and last: {last} cannot be combined; give one of them")
    if last is not None:
        return Window(limit=page_size("last", last), after=after, before=before, backward=True)
    limit = DEFAULT_PAGE if first is None else page_size("first", first)
    return Window(limit=limit, after=after, before=before)


def _given(value: V | None) -> V | None:
    return None if value is strawberry.UNSET else value


@object_type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last edge; null on an empty page.")


@object_type
class Edge(Generic[T]):
    """One place in a list."""

    cursor: str = strawberry.field(
        description="Opaque; give it as `after` or `before` with the same filter and order to go on from here."
    )
    node: T = strawberry.field(description="What stands here.")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A page's edges, ready to be served."""

    edges: list[Edge[T]]
    page_info: PageInfo


def to_slice(make: Callable[[V], T], page: Page[V]) -> Slice[T]:
    """``page`` with ``make`` applied to its items."""
    edges = [Edge(cursor=cursor, node=make(item)) for cursor, item in zip(page.cursors, page.items, strict=True)]
    return Slice(edges, page_info(page.cursors, has_next=page.has_next, has_previous=page.has_previous))


def page_info(cursors: tuple[str, ...], *, has_next: bool, has_previous: bool) -> PageInfo:
    """The PageInfo of the page whose edges have ``cursors``."""
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


@object_type
class Connection(Generic[T]):
    """A page of a list that may be long; ask for more with `pageInfo.endCursor` as `after`."""

    # May be called any number of times: a request's loaders remember.
    load: strawberry.Private[Callable[[], Awaitable[Slice[T]]]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolver
    async def edges(self) -> list[Edge[T]]:
        """The page's items, each with its cursor."""
        return (await self.load()).edges

    @resolver
    async def nodes(self) -> list[T]:
        """The page's items alone."""
        return [edge.node for edge in (await self.load()).edges]

    @resolver
    async def page_info(self) -> PageInfo:
        """Whether there is more, and the cursors to get it."""
        return (await self.load()).page_info

    @resolver
    async def total_count(self) -> int:
        """How many items the whole list has. Counted only when selected."""
        return await self.count()


def nested_connection(
    loaders: Loaders,
    name: Hashable,
    owner: K,
    *,
    load: Callable[[Sequence[K]], Mapping[K, Page[V]]],
    count: Callable[[Sequence[K]], Mapping[K, int]],
    make: Callable[[V], T],
) -> Connection[T]:
    """The list of ``owner``, loaded together with those of all other owners under ``name``, which holds the arguments."""

    def form(_: K, page: Page[V]) -> Slice[T]:
        loaders.spend(len(page.items))
        return to_slice(make, page)

    pages = loaders.owned(("page", name), load, form)
    counts = loaders.owned(("count", name), count, lambda _, number: number)
    return Connection(load=partial(pages.load, owner), count=partial(counts.load, owner))


def root_connection(
    loaders: Loaders, name: Hashable, *, load: Callable[[], Page[V]], count: Callable[[], int], make: Callable[[V], T]
) -> Connection[T]:
    """A list that nothing owns; ``name`` holds the arguments."""
    return nested_connection(
        loaders, ("root", name), "", load=lambda _: {"": load()}, count=lambda _: {"": count()}, make=make
    )
