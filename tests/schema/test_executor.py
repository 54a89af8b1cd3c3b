"""The executor's short cuts against graphql-core's own executor: same data, same errors, whatever comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse

from schema.decorators import Preload, object_type, preloaded, resolver
from schema.execution.execution import Schema

loads: list[int] = []


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


async def _load_tags(context: Any, _path: Any, things: Sequence[Thing]) -> None:
    loads.append(len(things))
    if context is not None:
        raise RuntimeError("the load failed")
    for thing in things:
        thing.known_tags = [Tag(name=f"{thing.name}-{n}") for n in range(2)]


@object_type
class Tag:
    """A tag."""

    name: str = strawberry.field(description="Its name.")


@object_type
class Thing:
    """A thing."""

    known_tags: strawberry.Private[list[Tag] | None] = None
    name: str = strawberry.field(description="Required text.")
    note: str | None = strawberry.field(description="Text.", default=None)
    size: int = strawberry.field(description="A 32-bit integer.", default=1)
    weight: float = strawberry.field(description="A finite number.", default=0.5)
    is_new: bool = strawberry.field(description="A truth.", default=True)
    colour: Colour = strawberry.field(description="An enum.", default=Colour.RED)
    at: datetime | None = strawberry.field(description="A time.", default=None)
    inner: Tag | None = strawberry.field(description="An object.", default=None)
    required: Tag | None = strawberry.field(description="An object.", default=None)

    @preloaded(Preload(_load_tags, "known_tags"))
    def tags(self) -> list[Tag]:
        """Loaded for all things of a list."""
        if self.known_tags is None:
            return [Tag(name="alone")]
        return self.known_tags


things: list[Any] = []


@object_type
class Query:
    """The root."""

    @resolver
    def things(self) -> list[Thing | None]:
        """All."""
        return things

    @resolver
    async def later(self) -> list[Thing]:
        """All, awaited."""
        return things


SCHEMA = Schema(Query)
ALL = "{ things { n: name note size weight isNew colour at inner { name __typename } __typename } }"


def check(document: str) -> None:
    """The same data, and errors in the same places, as graphql-core's own executor gives."""

    async def core() -> ExecutionResult:
        found = execute(SCHEMA._schema, parse(document))
        return found if isinstance(found, ExecutionResult) else await found

    def shown(result: Any) -> Any:
        return result.data, sorted(str(error.path) for error in result.errors or ())

    assert shown(asyncio.run(SCHEMA.execute(document))) == shown(asyncio.run(core()))


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"note": "x", "size": -(2**31), "weight": -1.0, "is_new": False, "colour": Colour.BLUE},
        {"at": datetime(2020, 1, 3, tzinfo=UTC), "inner": Tag(name="a")},
        {"name": None},
        {"name": 5},
        {"size": 2**31},
        {"size": True},
        {"size": 1.0},
        {"size": "x"},
        {"weight": float("nan")},
        {"weight": 2},
        {"is_new": None},
        {"colour": "green"},
        {"colour": "red"},
        {"at": "yesterday"},
        {"inner": Tag(name=None)},  # type: ignore[arg-type]
        {"inner": "no tag"},
        {"note": ValueError("an error as a value")},
    ],
)
def test_values_come_out_as_graphql_core_has_them(made: dict[str, Any]) -> None:
    things[:] = [Thing(name="first"), Thing(**({"name": "second"} | made)), None, Thing(name="last")]
    check(ALL)
    check("{ later { name } }")


def test_names_are_in_the_order_of_the_selection() -> None:
    things[:] = [Thing(name="a"), Thing(name="b")]
    found = asyncio.run(
        SCHEMA.execute("{ things { size tags { name } b: name ...F a: name } } fragment F on Thing { note }")
    )
    assert found.data is not None
    assert list(found.data["things"][0]) == ["size", "tags", "b", "note", "a"]


def test_skipped_fields_are_left_out() -> None:
    things[:] = [Thing(name="a"), Thing(name="b")]
    loads.clear()
    found = asyncio.run(SCHEMA.execute("{ things { name tags @skip(if: true) { name } size @include(if: false) } }"))
    assert found.data == {"things": [{"name": "a"}, {"name": "b"}]}
    assert loads == []


def test_a_field_of_a_list_is_loaded_once() -> None:
    things[:] = [Thing(name="a"), Thing(name="b"), Thing(name="c")]
    loads.clear()
    found = asyncio.run(SCHEMA.execute("{ things { x: tags { name } y: tags { name } } }"))
    assert found.errors is None
    assert found.data is not None
    assert found.data["things"][2]["y"] == [{"name": "c-0"}, {"name": "c-1"}]
    assert loads == [3]


def test_where_the_load_fails_each_field_is_resolved_by_itself() -> None:
    things[:] = [Thing(name="a"), Thing(name="b")]
    found = asyncio.run(SCHEMA.execute("{ things { tags { name } } }", context_value=SimpleNamespace(budget=None)))
    assert found.errors is None
    assert found.data == {"things": [{"tags": [{"name": "alone"}]}] * 2}


def test_documents_that_are_remembered_are_not_long_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.execution.document_cache._MOST_CHARACTERS", 100)
    schema = Schema(Query)
    for n in range(20):
        schema.preparation.prepare(f"{{ a{n}: __typename }}")
    assert 80 < sum(map(len, schema.preparation._remembered)) == schema.preparation._characters <= 100


def test_documents_are_remembered_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.execution.document_cache._MOST_REMEMBERED", 3)
    schema = Schema(Query)
    for n in (1, 2, 3, 1, 4, 1, 2):
        asyncio.run(schema.execute(f"{{ x{n}: __typename }}"))
    assert (schema.preparation.hits, schema.preparation.misses) == (2, 5)
    assert len(schema.preparation._remembered) == 3
