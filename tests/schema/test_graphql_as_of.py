"""Below `asOf` an archive answers as if nothing that was published later were in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from retrieval import Archive, ArticleInput
from schema import Limits, Schema, build_schema

Run = Callable[..., dict[str, Any]]

EARLY = [
    (
        "Turkey said that Greece attacked the port of Izmir on 14 June 2021. Mayor Elif Aksoy called for calm.",
        "2021-06-15",
        "The Bosphorus Post",
    ),
    (
        "Greece attacked the port of Izmir in June 2021, killing four people. Turkey closed the border on 15 June 2021.",
        "2021-06-16",
        "The Lake Gazette",
    ),
    ("Rebels attacked Timbuktu on 2 June 2021. Mali arrested two generals on 5 June 2021.", "2021-06-16", "The Sahel Sun"),
]
LATE = [
    (
        "The Greek government denied that Greece attacked the port of Izmir on 14 June 2021. Elif Aksoy resigned.",
        "2021-06-17",
        "The Attic Mail",
    ),
    (
        "Greece attacked the port of Izmir on 14 June 2021, killing nine people, the United Nations said.",
        "2021-06-20",
        "The Lake Gazette",
    ),
    ("Rebels attacked Timbuktu on 2 June 2021, the army of Mali said.", "2021-06-21", "The Niger Times"),
    ("Zorka Petrovic won the race in Izmir on 19 June 2021.", None, "The Undated"),
]

DEEP = """
fragment Words on Citation { text verified article { url publisher { name articleCount } } }
fragment Short on Event { id status title independentSourceCount confidence fatalities fatalitiesRange { low high }
  time { start end precision source text citation { ...Words } } place { name mentionCount } }
fragment Said on Claim { text stance attribution { sourceText source { name } citation { ...Words } } saidAt { text }
  contradicts { text } supports { text } event { ...Short } entities { name mentionCount } citation { ...Words } }
fragment Who on Entity { id name type mentionCount firstSeenAt lastSeenAt aliases { name count }
  articles { totalCount nodes { title url } } mentions { totalCount nodes { text citation { ...Words } } }
  events { totalCount nodes { ...Short } } claims { totalCount nodes { text } } quotations { totalCount }
  relatedEntities { articleCount pmi entity { name } }
  ... on Person { roles { title } } }
fragment Whole on Event { ...Short before { ...Short } after { ...Short }
  participants { role text count entity { ...Who } citation { ...Words } }
  citations { totalCount edges { status node { ...Words } } } claims { totalCount nodes { ...Said } }
  accounts { stance proposition independentSourceCount claims { ...Said } } }
query Deep($word: String!, $who: ID!, $event: ID!) {
  events(first: 50 AS_OF) { totalCount edges { cursor } nodes { ...Whole
    citations { nodes { article { title url events { nodes { ...Short } } claims { totalCount }
      story { title articleCount independentSourceCount firstPublishedAt lastPublishedAt medoidArticle { url }
        articles { totalCount nodes { url } } events { totalCount nodes { ...Short } } } } } } } }
  disputed: events(filter: {statuses: [DISPUTED]} AS_OF) { totalCount }
  many: events(filter: {minIndependentSources: 2} orderBy: {field: INDEPENDENT_SOURCES, direction: DESC} AS_OF) {
    nodes { ...Short } }
  claims(about: $word AS_OF) { totalCount nodes { ...Said } }
  said: claims(AS_OF) { totalCount nodes { ...Said } }
  ofEntity: timeline(subject: {entityId: $who} AS_OF) { totalCount edges { cursor } nodes { ...Whole } }
  ofEvent: timeline(subject: {eventId: $event} AS_OF) { totalCount nodes { ...Short } }
  ofWords: timeline(subject: {query: $word} AS_OF) { totalCount nodes { ...Short } }
  narrow: timeline(subject: {query: $word} range: {from: "2021-06-14", to: "2021-06-14"} AS_OF) { nodes { ...Short } }
  event(id: $event AS_OF) { ...Whole }
  entity(name: $word AS_OF) { ...Who }
  entities(first: 50 AS_OF) { totalCount nodes { ...Who } }
  stories(first: 50 AS_OF) { totalCount nodes { id title articleCount medoidArticle { url } } }
  ask(question: "Did Greece attack the port of Izmir?" AS_OF) { status text value { ... on BooleanValue { value } }
    statements { text citations { ...Words } } accounts { stance claims { ...Said } } }
  what: ask(question: "What happened on 14 June 2021?" AS_OF) { status
    value { ... on EventListValue { events { ...Whole } } } }
}
"""


def filled(archive: Archive, articles: Sequence[tuple[str, str | None, str]]) -> Archive:
    archive.ingest_articles(
        ArticleInput(text=f"News of {source} {number}\n\n{text}", url=f"u:{text}", published_at=published, publisher=source)
        for number, (text, published, source) in enumerate(articles)
    )
    return archive


def deep(respond: Run, schema: Schema, archive: Archive, as_of: str = "") -> Any:
    found = respond(schema, archive, '{ entity(name: "Greece") { id } events(first: 50) { nodes { id title } } }')["data"]
    greece = found["entity"]["id"]
    event = next(e["id"] for e in found["events"]["nodes"] if "Greece" in e["title"])
    document = re.sub(r"\(AS_OF\)", f"({as_of})" if as_of else "", DEEP).replace("AS_OF", as_of)
    response = respond(schema, archive, document, word="Izmir", who=greece, event=event)
    assert response["errors"] == []
    return response["data"]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return build_schema(Limits(depth=30, fields=5000, tokens=10_000, aliases=100, cost=10**9))


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("early") / "news.db") as opened:
        yield filled(opened, EARLY)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("both") / "news.db") as opened:
        yield filled(opened, EARLY + LATE)


def test_everything_below_as_of_is_as_in_an_archive_without_later_articles(
    respond: Run, schema: Schema, early: Archive, both: Archive
) -> None:
    expected = deep(respond, schema, early)
    found = deep(respond, schema, both, 'asOf: "2021-06-16"')
    today = deep(respond, schema, both)
    for name in expected:
        assert found[name] == expected[name], name
        assert found[name] != today[name], name
    assert (found["disputed"], today["disputed"]) == ({"totalCount": 0}, {"totalCount": 1})


def test_each_root_field_has_a_moment_of_its_own(respond: Run, schema: Schema, both: Archive) -> None:
    fields = "totalCount nodes { status title }"
    document = f"""{{ now: events(filter: {{statuses: [DISPUTED]}}) {{ {fields} }}
        then: events(first: 1, asOf: "2021-06-15") {{ {fields} }} none: events(asOf: "2021-06-14") {{ {fields} }} }}"""
    data = respond(schema, both, document)["data"]
    assert data["now"] == {"totalCount": 1, "nodes": [{"status": "DISPUTED", "title": "Greece attacked port in Izmir"}]}
    assert data["then"] == {"totalCount": 2, "nodes": [{"status": "ATTRIBUTED", "title": "Greece attacked port in Izmir"}]}
    assert data["none"] == {"totalCount": 0, "nodes": []}
