"""Cursors are text that clients can write: whatever stands in one, the answer is an error about it, and none of ours."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from retrieval import Archive
from schema import Context, Schema

# Of each connection a query; PLACE is where its cursor goes.
DOCUMENTS = {
    "Query.articles": "articles(first: 2, PLACE) EDGES",
    "Query.searchPassages": 'searchPassages(query: "Utopia", first: 2, PLACE) EDGES',
    "Query.entities": "entities(first: 2, PLACE) EDGES",
    "Query.entities by name": "entities(first: 2, orderBy: {field: NAME, direction: ASC}, PLACE) EDGES",
    "Query.events": "events(first: 2, PLACE) EDGES",
    "Query.events by confidence": "events(first: 2, orderBy: {field: CONFIDENCE, direction: DESC}, PLACE) EDGES",
    "Query.stories": "stories(first: 2, PLACE) EDGES",
    "Query.claims": "claims(first: 2, PLACE) EDGES",
    "Query.timeline": 'timeline(subject: {query: "Utopia"}, first: 2, PLACE) EDGES',
    "Article.passages": "articles(first: 1) { nodes { passages(PLACE) EDGES } }",
    "Article.mentions": "articles(first: 1) { nodes { mentions(PLACE) EDGES } }",
    "Article.events": "articles(first: 1) { nodes { events(PLACE) EDGES } }",
    "Article.claims": "articles(first: 1) { nodes { claims(PLACE) EDGES } }",
    "Article.quotations": "articles(first: 1) { nodes { quotations(PLACE) EDGES } }",
    "Publisher.articles": "articles(first: 1) { nodes { publisher { articles(PLACE) EDGES } } }",
    "Entity.mentions": "entities(first: 1) { nodes { mentions(PLACE) EDGES } }",
    "Entity.articles": "entities(first: 1) { nodes { articles(PLACE) EDGES } }",
    "Entity.events": "entities(first: 1) { nodes { events(PLACE) EDGES } }",
    "Entity.claims": 'entity(name: "Carl Jones") { claims(PLACE) EDGES }',
    "Entity.quotations": 'entity(name: "Carl Jones") { quotations(PLACE) EDGES }',
    "Event.citations": "events(first: 1) { nodes { citations(PLACE) EDGES } }",
    "Event.claims": "events { nodes { claims(PLACE) EDGES } }",
    "Story.articles": "stories(first: 1) { nodes { articles(PLACE) EDGES } }",
    "Story.events": "stories(first: 1) { nodes { events(PLACE) EDGES } }",
}
_FORGED: list[Any] = [
    2**63, 2**64 - 1, 2**70, -(2**63) - 1, -(2**70), True, False, None, 1e308, -1.5, 0.1, "", "x", "\x00", "9" * 400, [],
    [1], {}, {"a": 1}, [[[]]],
]  # fmt: skip


def _document(name: str, place: str) -> str:
    query = DOCUMENTS[name].replace("PLACE", place).replace("EDGES", "{ edges { cursor } }")
    return f"query ($c: String) {{ {query} }}"


def _cursors(value: Any) -> Iterator[str]:
    """Every cursor in a response."""
    if isinstance(value, dict):
        if isinstance(value.get("cursor"), str):
            yield value["cursor"]
        for inner in value.values():
            yield from _cursors(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cursors(inner)


def _text(values: Any) -> str:
    raw = json.dumps(values).encode()  # not orjson, which writes no integer past 64 bits
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _forged(cursor: str) -> Iterator[str]:
    """What one gets by changing a real cursor in one place to something that cannot stand there, and what is no cursor."""
    values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for place, real in enumerate(values):
        for other in _FORGED:
            read = orjson.loads(json.dumps(other))
            if place == 0 or type(read) is not type(real) or (isinstance(read, int) and abs(read) >= 2**63):
                yield _text([*values[:place], other, *values[place + 1 :]])
    yield from (_text(values[:count]) for count in range(len(values)))
    yield from (_text([*values, *more]) for more in ([0], [None, None]))
    yield from (_text(other) for other in (0, "x", None, {"0": values}, [values]))
    for raw in (b"", b"[", b"[NaN]", b"[Infinity, 1, 2]", b'["\\ud800"]', b"\xff", b"[" * 3000):
        yield base64.urlsafe_b64encode(raw).decode()
    yield from ("", "!", "=", "é", cursor[:-1] + "!", cursor + "A" * 5000, "🙂")


def test_every_connection_is_tried(schema: Schema) -> None:
    owners = [
        kind
        for kind in schema._schema.type_map.values()
        if isinstance(kind, GraphQLInterfaceType) or (isinstance(kind, GraphQLObjectType) and "Entity" not in
                                                       {one.name for one in kind.interfaces})
    ]  # fmt: skip
    fields = {f"{kind.name}.{name}" for kind in owners for name, field in kind.fields.items() if "after" in field.args}
    assert fields == {name.partition(" ")[0] for name in DOCUMENTS}


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, "after") for name in DOCUMENTS]
    + [(name, "before") for name in DOCUMENTS if name.startswith("Query.") and name != "Query.searchPassages"],
)
def test_a_forged_cursor_is_an_error_about_the_cursor(schema: Schema, archive: Archive, name: str, argument: str) -> None:
    (whole,) = asyncio.run(
        _responses(schema, archive, _document(name.replace("quotations", "claims"), "after: $c"), [None])
    )
    assert not whole.errors
    forged = list(_forged(next(_cursors(whole.data))))
    if name == "Query.searchPassages":
        forged = [cursor for cursor in forged if cursor]  # an empty one is as if none were given
    results = asyncio.run(_responses(schema, archive, _document(name, f"{argument}: $c"), forged))
    for cursor, result in zip(forged, results, strict=True):
        assert [error.extensions["code"] for error in result.errors or ()] == ["BAD_USER_INPUT"], cursor
        assert result.errors[0].message.startswith("cursor "), cursor


async def _responses(schema: Schema, archive: Archive, document: str, cursors: Sequence[str | None]) -> list[Any]:
    with ThreadPoolExecutor(2) as executor:
        return [
            await schema.execute(document, {"c": cursor}, context_value=Context(archive, executor, "request-1"))
            for cursor in cursors
        ]
