"""CPU a request of the server, beside graphql-core's own: ``python -m tests.benchmarks.server``, or ``make bench``.

The lowest decile of many runs, in milliseconds of this process' CPU time; what is compared runs in turns: (a) a cached
one-field query over HTTP (ASGI, in process) and graphql-core executing it parsed and validated; (b) 100 entities of 8
fields through the schema and graphql-core on the same data; (c) `ask` through the server and by the library. Then, by the
clock, how long a server of one process takes to say that it is well while 20 clients ask.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import httpx2
import orjson
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    execute,
    parse,
    validate,
)
from starlette.types import Message

from api.cli.sample import SAMPLE_QUESTION
from api.http.app import create_app
from api.settings import Settings
from retrieval import Archive, ArticleInput
from schema import Context, build_schema
from tests.benchmarks.soak import ASK, Server

SEEDS = Path(__file__).parents[2] / "seeds"
FIELDS = "id name type mentionCount firstSeenAt lastSeenAt __typename aliases { name }"
LIST = f"{{ entities(first: 100) {{ nodes {{ {FIELDS} }} }} }}"
PLAIN = "{ things { id name type mentionCount firstSeenAt lastSeenAt __typename aliases { name } } }"


async def least(call: Callable[[], Awaitable[Any]], times: int) -> float:
    """The least milliseconds of CPU of so many calls."""
    best = float("inf")
    for _ in range(times):
        started = process_time()
        await call()
        best = min(best, process_time() - started)
    return best * 1000


def lowest_deciles(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Of both halves what a tenth was under: the least of all varies by more than they differ."""
    first, second = (quantiles(taken, n=10)[0] for taken in zip(*pairs, strict=True))
    return first, second


def plain_schema(things: list[dict[str, Any]]) -> GraphQLSchema:
    """graphql-core over dictionaries."""
    alias = GraphQLObjectType("Alias", {"name": GraphQLField(GraphQLString)})
    thing = GraphQLObjectType(
        "Thing",
        {
            name: GraphQLField(GraphQLInt if name == "mentionCount" else GraphQLString)
            for name in ("id", "name", "type", "mentionCount", "firstSeenAt", "lastSeenAt")
        }
        | {"aliases": GraphQLField(GraphQLList(alias))},
    )
    query = {
        "things": GraphQLField(GraphQLList(thing), args={"first": GraphQLArgument(GraphQLInt)}, resolve=lambda *_: things),
        "word": GraphQLField(GraphQLString, resolve=lambda *_: "x"),
    }
    return GraphQLSchema(GraphQLObjectType("Query", query))


async def measure(archive: Archive, times: int) -> dict[str, float]:
    """All figures."""
    app = create_app(Settings(allowed_hosts=("*",), rate_limit=0), archive=archive)

    async def post(body: bytes) -> bytes:
        sent: list[Message] = []
        inbox = [{"type": "http.request", "body": body, "more_body": False}]
        never = asyncio.Event()

        async def receive() -> Message:
            if inbox:
                return inbox.pop()
            await never.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await app(scope, receive, send)
        return b"".join(message.get("body", b"") for message in sent)

    found: dict[str, float] = {}
    async with app.router.lifespan_context(app):
        one = orjson.dumps({"query": "{ __typename }"})
        word, core_word = parse("{ word }"), plain_schema([])
        assert not validate(core_word, word)

        async def core_one() -> Any:
            return execute(core_word, word)

        # In turns: the machine's pace changes by more than what is measured.
        ones = [(await least(lambda: post(one), 10), await least(core_one, 10)) for _ in range(times // 2)]
        found["one field, HTTP"], found["one field, graphql-core"] = lowest_deciles(ones)
        listing = orjson.dumps({"query": LIST})
        response = orjson.loads(await post(listing))
        things = response["data"]["entities"]["nodes"]
        found["list, HTTP"] = await least(lambda: post(listing), times)
        ask = orjson.dumps({"query": f'{{ ask(question: "{SAMPLE_QUESTION}") {{ status text }} }}'})
        await post(ask)

        async def library() -> Any:
            return archive.ask(SAMPLE_QUESTION)

        pairs = [(await least(lambda: post(ask), 1), await least(library, 1)) for _ in range(3 * times)]
        found["ask, server"], found["ask, library"] = lowest_deciles(pairs)

        schema, plain, everything = build_schema(), plain_schema(things), parse(PLAIN)
        assert not validate(plain, everything)

        async def core_list() -> Any:
            return execute(plain, everything)

        with ThreadPoolExecutor(2) as executor:

            async def own_list() -> Any:
                return await schema.execute(LIST, context_value=Context(archive, executor, "bench"))

            lists = [(await least(own_list, 2), await least(core_list, 2)) for _ in range(times)]
        found["list, schema"], found["list, graphql-core"] = lowest_deciles(lists)
    found["entities"] = len(things)
    return found


async def measure_health(address: str, people: list[str], times: int) -> dict[str, float]:
    """How long a server takes to say that it is well while 20 clients ask it one question after another."""
    taken: list[float] = []
    async with httpx2.AsyncClient(base_url=address, timeout=120) as http:

        async def ask(number: int) -> None:
            chance = random.Random(number)
            while len(taken) < times:
                variables = {"text": f"Where did {chance.choice(people)} meet {chance.choice(people)}?"}
                await http.post("/graphql", json={"query": ASK, "variables": variables})

        asking = [asyncio.create_task(ask(number)) for number in range(20)]
        await asyncio.sleep(1)
        while len(taken) < times:
            started = perf_counter()
            await http.get("/health")
            taken.append((perf_counter() - started) * 1000)
            await asyncio.sleep(0.02)
        await asyncio.gather(*asking)
    cuts = quantiles(taken, n=100, method="inclusive")
    return {"health while 20 ask, p50": cuts[49], "health while 20 ask, p99": cuts[98]}


def main() -> None:
    """Print the figures and the ratios as JSON."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "news.db") as archive:
        archive.ingest([SEEDS])
        names = [f"{a}{b}" for a in ("Ali", "Ben", "Cal", "Dan", "Eve") for b in ("ster", "ton", "field", "worth")]
        pairs = [f"{first} {last}" for first in names for last in ("Abbot", "Baker", "Carter", "Dexter", "Eastman")]
        archive.ingest_articles(
            [ArticleInput(f"Meeting {n}\n\n{name} visited Paris on Monday.") for n, name in enumerate(pairs)]
        )
        found = asyncio.run(measure(archive, times))
        with Server(archive.path, 1).running() as server:
            found |= asyncio.run(measure_health(server.address, pairs, times))
    found |= {
        "ratio one field": found["one field, HTTP"] / found["one field, graphql-core"],
        "ratio list": found["list, schema"] / found["list, graphql-core"],
        "ratio ask": found["ask, server"] / found["ask, library"],
    }
    print(json.dumps({name: round(value, 4) for name, value in found.items()}, indent=2))


if __name__ == "__main__":
    main()
