"""What queries give, over a real archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from retrieval import Archive, ArticleInput
from schema import Schema
from schema.ids import to_global

Run = Callable[..., dict[str, Any]]

# A list, where it hangs, and what tells its items apart.
LISTS = [
    pytest.param("articles", "id", id="articles"),
    pytest.param("entities", "id", id="entities"),
    pytest.param("entities(orderBy: {field: NAME, direction: ASC})", "id", id="entities by name"),
    pytest.param("entities(orderBy: {field: LAST_SEEN_AT, direction: DESC})", "id", id="entities by last sight"),
    pytest.param("events", "id", id="events"),
    pytest.param("events(orderBy: {field: CONFIDENCE, direction: DESC})", "id", id="events by confidence"),
    pytest.param("events(orderBy: {field: INDEPENDENT_SOURCES, direction: ASC})", "id", id="events by sources"),
    pytest.param("articles(orderBy: {field: INGESTED_AT, direction: ASC})", "id", id="articles by ingestion"),
    pytest.param("claims", "id", id="claims"),
    pytest.param("stories", "id", id="stories"),
]


def page(run: Run, field: str, arguments: str, key: str) -> dict[str, Any]:
    name, _, given = field.rstrip(")").partition("(")
    inside = ", ".join(part for part in (given, arguments) if part)
    document = f"{{ {name}({inside}) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}"
    data = run(document + f" edges {{ cursor node {{ {key} }} }} nodes {{ {key} }} }} }}")
    found: dict[str, Any] = data[name]
    return found


@pytest.mark.parametrize(("field", "key"), LISTS)
def test_pages_forward_and_backward_hold_the_whole_list_once(run: Run, field: str, key: str) -> None:
    whole = [node[key] for node in page(run, field, "first: 100", key)["nodes"]]
    assert len(whole) == len(set(whole)) == page(run, field, "first: 0", key)["totalCount"]
    forward: list[str] = []
    arguments = "first: 2"
    while True:
        got = page(run, field, arguments, key)
        forward += [edge["node"][key] for edge in got["edges"]]
        assert [edge["cursor"] for edge in got["edges"]][-1] == got["pageInfo"]["endCursor"]
        if not got["pageInfo"]["hasNextPage"]:
            break
        arguments = f'first: 2, after: "{got["pageInfo"]["endCursor"]}"'
    assert forward == whole
    backward: list[str] = []
    arguments = "last: 3"
    while True:
        got = page(run, field, arguments, key)
        backward = [node[key] for node in got["nodes"]] + backward
        if not got["pageInfo"]["hasPreviousPage"]:
            break
        arguments = f'last: 3, before: "{got["pageInfo"]["startCursor"]}"'
    assert backward == whole


def test_a_page_stays_in_place_while_articles_are_added(respond: Run, schema: Schema, empty: Archive) -> None:
    def texts(*days: int) -> list[ArticleInput]:
        return [
            ArticleInput(f"Title {day}\n\nSomething new was found here today.", published_at=f"2020-01-{day:02}")
            for day in days
        ]

    empty.ingest_articles(texts(1, 2, 3, 4))
    document = "query ($after: String) { articles(first: 2, after: $after) { nodes { title } pageInfo { endCursor } } }"
    before = respond(schema, empty, document)["data"]["articles"]
    empty.ingest_articles(texts(9, 8))
    after = respond(schema, empty, document, after=before["pageInfo"]["endCursor"])["data"]["articles"]
    titles = [node["title"] for node in before["nodes"] + after["nodes"]]
    assert titles == ["Title 4", "Title 3", "Title 2", "Title 1"]


def test_the_default_page_has_twenty(respond: Run, schema: Schema, empty: Archive) -> None:
    text = " ".join(f"Person {chr(65 + n)}bcde{chr(97 + n)} came." for n in range(25))
    empty.ingest_articles([ArticleInput(f"Title\n\n{text}")])
    data = respond(schema, empty, "{ entities { nodes { id } totalCount } }")["data"]["entities"]
    assert len(data["nodes"]) == 20
    assert data["totalCount"] == 25


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ('articles(filter: {publishers: ["The Daily Test"]})', 5),
        ('articles(filter: {publishers: ["Another"]})', 0),
        ('articles(filter: {languages: ["en"], eventTypes: [CONSULT]})', 5),
        ("articles(filter: {eventTypes: [ASSAULT]})", 0),
        ('articles(filter: {publishedAt: {from: "2020-01-04", to: "2020-01-05"}})', 2),
        ('articles(filter: {publishedAt: {to: "2020-01-04T23:00:00+01:00"}})', 2),
        ("entities(filter: {types: [PLACE]})", 1),
        ('entities(filter: {name: "carl jones"})', 1),
        ("entities(filter: {minMentions: 5})", 3),
        ("events(filter: {types: [CONSULT], quadClasses: [VERBAL_COOPERATION]})", 10),
        ('events(filter: {time: {from: "2001-06-01", to: "2002-01-01"}})', 4),
        ("events(filter: {minIndependentSources: 9})", 0),
        ("claims(filter: {stances: [DENIED]})", 5),
        ("claims(filter: {kinds: [DIRECT_QUOTATION]})", 0),
        ("claims(filter: {kinds: [INDIRECT_SPEECH]})", 10),
        ('claims(filter: {saidAt: {from: "2020-01-06"}})', 4),
        ('claims(filter: {saidAt: {to: "2020-01-03"}, stances: [DENIED]})', 1),
    ],
)
def test_filters_keep_what_they_say(run: Run, field: str, count: int) -> None:
    name = field.partition("(")[0]
    assert run(f"{{ {field} {{ totalCount nodes {{ __typename }} }} }}")[name]["totalCount"] == count


def test_filters_take_the_ids_that_entities_have(run: Run) -> None:
    place = run('{ entity(name: "utopia") { __typename id name type ... on Place { countryCode } } }')["entity"]
    assert place == {"__typename": "Place", "id": place["id"], "name": "Utopia", "type": "PLACE", "countryCode": "UT"}
    person = run('{ entity(name: "Ada Zornc") { id } }')["entity"]["id"]
    document = """query ($place: ID!, $person: ID!) {
      a: articles(filter: {entityIds: [$person]}) { totalCount }
      b: events(filter: {placeId: $place}) { totalCount }
      c: events(filter: {participantIds: [$person]}) { totalCount }
      d: claims(filter: {sourceIds: [$person]}) { totalCount nodes { id } }
    }"""
    counts = run(document, place=place["id"], person=person)
    assert [counts[name]["totalCount"] for name in "abcd"] == [1, 10, 2, 0]


@pytest.mark.parametrize(
    "field",
    [
        "articles(first: 1) { nodes { id __typename } }",
        "articles(first: 1) { nodes { id: publisher { id __typename } } }",
        "articles(first: 1) { nodes { id: passages(first: 1) { nodes { id __typename } } } }",
        "entities(first: 1) { nodes { id __typename } }",
        "events(first: 1) { nodes { id __typename } }",
        "claims(first: 1) { nodes { id __typename } }",
        "claims(first: 1) { nodes { id: citation { id __typename } } }",
    ],
)
def test_a_node_is_found_again_by_its_id(run: Run, field: str) -> None:
    found: Any = run(f"{{ {field} }}")
    while set(found) != {"id", "__typename"}:
        found = next(iter(found.values()))
        found = found[0] if isinstance(found, list) else found
    assert run("query ($id: ID!) { node(id: $id) { id __typename } }", id=found["id"])["node"] == found


@pytest.mark.parametrize(
    "key", ["Article:x", "Entity:x", "Event:x", "Claim:x", "Publisher:x", "Passage:99999", "Citation:x:1:0:5"]
)
def test_an_unknown_node_is_null_and_no_error(run: Run, key: str) -> None:
    assert run("query ($id: ID!) { node(id: $id) { id } }", id=to_global(*key.split(":", 1)))["node"] is None


def test_nodes_run_parallel_to_their_ids(respond: Run, schema: Schema, archive: Archive, run: Run) -> None:
    known = run("{ articles(first: 1) { nodes { id } } }")["articles"]["nodes"][0]["id"]
    ids = [known, to_global("Article", "x"), "nonsense", known]
    response = respond(schema, archive, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert response["data"]["nodes"] == [{"id": known}, None, None, {"id": known}]
    (error,) = response["errors"]
    assert error["path"] == ["nodes", 2]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("unit", "encoding", "width"), [("CODE_POINT", "utf-32-le", 4), ("UTF16", "utf-16-le", 2), ("UTF8_BYTE", "utf-8", 1)]
)
def test_every_span_and_citation_cuts_the_article_text(run: Run, unit: str, encoding: str, width: int) -> None:
    place = f"text span {{ start(unit: {unit}) end(unit: {unit}) }}"
    cited = f"citation {{ verified {place} }}"
    data = run(
        f"""{{ articles {{ nodes {{ text
          discarded {{ {place} }}
          passages {{ nodes {{ {place} }} }}
          mentions(first: 100) {{ nodes {{ {cited} }} }}
          claims {{ nodes {{ {cited} attribution {{ {cited} }} }} }}
          events {{ nodes {{
            time {{ {cited} }} participants {{ {cited} }} citations {{ nodes {{ verified {place} }} }}
          }} }}
        }} }} }}"""
    )
    seen = 0
    for article in data["articles"]["nodes"]:
        encoded = article["text"].encode(encoding)
        stack: list[Any] = [value for key, value in article.items() if key != "text"]
        while stack:
            thing = stack.pop()
            stack.extend(thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else [])
            if isinstance(thing, dict) and "span" in thing:
                seen += 1
                start, end = thing["span"]["start"] * width, thing["span"]["end"] * width
                assert encoded[start:end].decode(encoding) == thing["text"]
                assert thing.get("verified", True)
    assert seen > 100


def test_a_citation_stands_between_its_prefix_and_suffix(run: Run) -> None:
    fields = "text mentions { nodes { citation { text prefix suffix } } }"
    for article in run(f"{{ articles {{ nodes {{ {fields} }} }} }}")["articles"]["nodes"]:
        for mention in article["mentions"]["nodes"]:
            cited = mention["citation"]
            assert cited["prefix"] + cited["text"] + cited["suffix"] in article["text"]
            assert max(len(cited["prefix"]), len(cited["suffix"])) <= 40


def test_a_link_to_words_that_are_not_alone_gives_their_context(run: Run) -> None:
    document = "{ articles(last: 1) { nodes { mentions { nodes { citation { text deepLink } } } } } }"
    nodes = run(document)["articles"]["nodes"][0]["mentions"]["nodes"]
    links = [node["citation"]["deepLink"] for node in nodes]
    base = "https://news.example/0#:~:text="
    assert links[0] == base + "Ada%20Zorna,-met%20Bob%20Quuxa"
    assert base + "Carl%20Jones" in links
    assert len(set(links)) == len(links)


def test_what_was_discarded_is_listed_with_the_reason(run: Run) -> None:
    article = run("{ articles(last: 1) { nodes { discarded { reason text } } } }")["articles"]["nodes"][0]
    assert article["discarded"] == [
        {"reason": "DATELINE", "text": "3 January, 2020"},
        {"reason": "BOILERPLATE", "text": "Follow us on Twitter"},
    ]


def test_an_article_is_found_by_its_url(run: Run) -> None:
    article = run(
        '{ article(url: "https://news.example/3") { title publishedAt publishedAtPrecision revision publisher { name } } }'
    )
    assert article["article"] == {
        "title": "Story 3 of the café 🙂",
        "publishedAt": "2020-01-06T00:00:00Z",
        "publishedAtPrecision": "DAY",
        "revision": 1,
        "publisher": {"name": "The Daily Test"},
    }
    assert run('{ article(url: "https://news.example/none") { id } }')["article"] is None


def test_search_pages_through_its_hits(run: Run) -> None:
    document = """query ($after: String) { searchPassages(query: "cold met", first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { rank score lexicalScore highlights { start end } node { text span { start } article { text } } } } }"""
    first = run(document)["searchPassages"]
    second = run(document, after=first["pageInfo"]["endCursor"])["searchPassages"]
    assert [edge["rank"] for edge in first["edges"] + second["edges"]] == [1, 2, 3, 4]
    assert first["pageInfo"]["hasNextPage"]
    edge = first["edges"][0]
    words = {edge["node"]["article"]["text"][span["start"] : span["end"]] for span in edge["highlights"]}
    assert words == {"cold", "met"}


def test_numbers_beyond_32_bits_are_null_rather_than_an_error(run: Run) -> None:
    participants = run("{ events(first: 1) { nodes { participants(roles: [RECIPIENT]) { role text count } } } }")
    (participant,) = participants["events"]["nodes"][0]["participants"]
    assert participant["role"] == "RECIPIENT"
    assert participant["count"] is None


def test_the_corpus_counts_everything(run: Run) -> None:
    assert run("{ corpus { articleCount passageCount eventCount claimCount firstPublishedAt lastPublishedAt } }")[
        "corpus"
    ] == {
        "articleCount": 5,
        "passageCount": 10,
        "eventCount": 10,
        "claimCount": 10,
        "firstPublishedAt": "2020-01-03T00:00:00Z",
        "lastPublishedAt": "2020-01-07T00:00:00Z",
    }
