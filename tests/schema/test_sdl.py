"""The printed schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
)
from graphql import (
    build_schema as build_from_sdl,
)

from schema import Schema, print_sdl

SDL = Path(__file__).parents[2] / "schema/schema.graphql"


def described(sdl: str) -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that can have a description, with it."""
    for name, kind in build_from_sdl(sdl).type_map.items():
        if name.startswith("__"):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", v.description) for value, v in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", f.description) for field, f in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, f in kind.fields.items():
                yield f"{name}.{field}", f.description
                yield from ((f"{name}.{field}({argument}:)", a.description) for argument, a in f.args.items())


def test_the_checked_in_schema_is_current() -> None:
    assert SDL.read_text(encoding="utf-8") == print_sdl()


def test_everything_has_a_description_that_is_a_sentence() -> None:
    found = dict(described(print_sdl()))
    assert len(found) > 300
    assert [name for name, text in found.items() if not text or not text.strip().endswith((".", "`"))] == []


def test_what_is_not_served_is_absent_rather_than_null() -> None:
    types = build_from_sdl(print_sdl()).type_map
    assert not {"ArticleFacets"} & types.keys()


def test_two_schemas_can_be_built(schema: Schema) -> None:
    assert schema.introspect()
