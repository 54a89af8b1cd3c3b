"""Fifty hostile requests: each is refused with a coded JSON error, in little time, and leaves nothing behind."""

from __future__ import annotations

import gc
import json
import tracemalloc
from dataclasses import dataclass, field
from time import process_time
from typing import Any

import pytest
from starlette.testclient import TestClient

MOST_SECONDS = 0.1
NEW = "application/graphql-response+json"


@dataclass(frozen=True)
class Attack:
    name: str
    body: bytes
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)


def query(name: str, document: str, variables: Any = None, status: int = 400) -> Attack:
    return Attack(name, json.dumps({"query": document, "variables": variables}).encode(), status)


def doubled(depth: int) -> str:
    fragments = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(depth))
    return "{ ...F0 } " + fragments + f" fragment F{depth} on Query {{ __typename }}"


def spread_in_fields(depth: int) -> str:
    fragments = " ".join(
        f"fragment F{i} on Article {{ passages {{ nodes {{ article {{ ...F{i + 1} }} }} }} }}" for i in range(depth)
    )
    return "{ articles { nodes { ...F0 } } } " + fragments + f" fragment F{depth} on Article {{ id }}"


BODIES = [
    Attack("an empty body", b""),
    Attack("a number", b"1"),
    Attack("null", b"null"),
    Attack("text", b'"{ __typename }"'),
    Attack("an empty list", b"[]"),
    Attack("a batch", b"[" + b",".join([b'{"query": "{ __typename }"}'] * 1000) + b"]"),
    Attack("a half object", b'{"query": "{ __typename }"'),
    Attack("two objects", b'{"query": "{ __typename }"}{}'),
    Attack("not a number", b"NaN"),
    Attack("invalid UTF-8", b'{"query": "\xff\xfe"}'),
    Attack("UTF-16", '{"query": "{ __typename }"}'.encode("utf-16")),
    Attack("a byte order mark", b'\xef\xbb\xbf{"query": "{ __typename }"}'),
    Attack("a lone surrogate", b'{"query": "\\ud800"}'),
    Attack("an overlong encoding", b'{"query": "\xc0\xaf"}'),
    Attack("deep lists", b"[" * 200_000),
    Attack("deep objects", b'{"variables":' * 20_000),
    Attack("deep variables", b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 2000 + b"]" * 2000 + b"}}"),
    Attack("no query", b"{}"),
    Attack("a query that is null", b'{"query": null}'),
    Attack("a query of blanks", b'{"query": "   "}'),
    Attack("a query that is an object", b'{"query": {"a": 1}}'),
    Attack("variables that are a list", b'{"query": "{ __typename }", "variables": []}'),
    Attack("an operation name that is a list", b'{"query": "{ __typename }", "operationName": []}'),
    Attack("too many bytes", b" " * 300_000, 413),
    Attack("a length that is a lie", b"{}", 400, {"content-length": "-5"}),
    Attack("no content type", b'{"query": "{ __typename }"}', 415, {"content-type": ""}),
    Attack("a form", b"query={ __typename }", 415, {"content-type": "application/x-www-form-urlencoded"}),
    Attack("plain text", b'{"query": "{ __typename }"}', 415, {"content-type": "text/plain"}),
    Attack("a file upload", b"--x\r\n\r\n--x--", 415, {"content-type": "multipart/form-data; boundary=x"}),
    Attack("a bomb", b"\x1f\x8b\x08" + b"\0" * 1000, 415, {"content-encoding": "gzip"}),
    Attack("another charset", b'{"query": "{ __typename }"}', 415, {"content-type": "application/json; charset=utf-7"}),
    Attack("nothing acceptable", b'{"query": "{ __typename }"}', 406, {"accept": "image/png"}),
    Attack("an endless list of what is acceptable", b'{"query": "{ __typename }"}', 406, {"accept": "a/b;q=0.1," * 6000}),
    Attack("another host", b'{"query": "{ __typename }"}', 400, {"host": "attacker.example"}),
]

QUERIES = [
    query("doubled fragments, 10 deep", doubled(10)),
    query("doubled fragments, 30 deep", doubled(30)),
    query("doubled fragments, 150 deep", doubled(150)),
    query("fragments through fields", spread_in_fields(12)),
    query("a circle of fragments", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
    query("a fragment that spreads itself", "{ ...A } fragment A on Query { ...A }"),
    query("a thousand aliases", "{ " + " ".join(f"a{n}: __typename" for n in range(900)) + " }"),
    query("ask under many aliases", "{ " + " ".join(f'a{n}: ask(question: "?") {{ text }}' for n in range(20)) + " }"),
    query("many root fields", "{ " + "__typename " * 100 + "}"),
    query("many fields", "{ corpus { " + "articleCount " * 600 + "} }"),
    query("many directives", "{ __typename " + "@include(if: true) " * 300 + "}"),
    query("unknown directives", "{ __typename " + "@a " * 6 + "}"),
    query("a deep selection", "{ a" * 500 + " }" * 500),
    query("a deep value", "{ node(id: " + "[" * 900 + "]" * 900 + ") { id } }"),
    query("too many tokens", "{ " + "a " * 3000 + "}"),
    query("a hundred thousand commas", "{ __typename } " + "," * 100_000 + "{"),
    query("a long comment", "#" + "x" * 200_000),
    query("a long name", "{ " + "a" * 200_000 + " }"),
    query("a long string", '{ node(id: "' + "a" * 200_000),
    query("pages in pages", "{ articles(first: 100) { nodes { mentions(first: 100) { nodes { entity { "
          "articles(first: 100) { nodes { id } } } } } } } }"),
    query("pages in pages by variable", "query ($n: Int) { articles(first: $n) { nodes { mentions(first: $n) { nodes { "
          "entity { articles(first: $n) { nodes { id } } } } } } } }", {"n": 100}),
    query("many operations", "query A { __typename } " * 200),
    query("a subscription to nothing", "subscription { nothing }"),
    query("a variable that is too much", "query ($n: Int!) { articles(first: $n) { totalCount } }", {"n": 10**30}),
    query("an input that is unknown", "query ($f: ArticleFilter) { articles(filter: $f) { totalCount } }", {"f": {"x": 1}}),
    query("field names that almost fit", "{ " + " ".join(f"article{n} {{ id }}" for n in range(20)) + " }"),
    query("conflicting fields", "{ " + " ".join(f"a: articles(first: {n}) {{ totalCount }}" for n in range(20)) + " }"),
]  # fmt: skip

ATTACKS = BODIES + QUERIES


def send(client: TestClient, attack: Attack) -> Any:
    headers = {"content-type": "application/json", "accept": NEW} | attack.headers
    return client.post("/graphql", content=attack.body, headers=headers)


def test_there_are_fifty() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 50


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_at_once(client: TestClient, attack: Attack) -> None:
    best = float("inf")
    for _ in range(3):
        started = process_time()
        response = send(client, attack)
        best = min(best, process_time() - started)
        assert response.status_code == attack.status, response.text[:500]
        assert response.headers["content-type"].partition(";")[0] in {NEW, "application/json"}
        for error in response.json()["errors"]:
            assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR"
            assert len(error["message"]) < 1000
    assert best < MOST_SECONDS


def test_attacks_leave_nothing_behind(client: TestClient) -> None:
    def attack_all() -> int:
        for attack in ATTACKS:
            send(client, attack)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        attack_all()
        before = attack_all()
        for _ in range(3):
            after = attack_all()
    finally:
        tracemalloc.stop()
    assert after - before < 500_000


@pytest.mark.parametrize("depth", [20, 50, 150])
def test_doubled_fragments_take_flat_time(client: TestClient, depth: int) -> None:
    def seconds(document: str) -> float:
        best = float("inf")
        for n in range(5):  # another text each time: none is in a cache
            started = process_time()
            send(client, query("", f"{document} # {n} {started}"))
            best = min(best, process_time() - started)
        return best

    # A document of the same length without a spread takes as long.
    plain = "{ " + " ".join(f"fragment_{n}: __typename" for n in range(2 * depth)) + " }"
    assert seconds(doubled(depth)) < 2 * seconds(doubled(10)) + 2 * seconds(plain)
