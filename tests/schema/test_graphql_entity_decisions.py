"""Deciding what an entity is, over GraphQL; and what follows from several articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval import Archive, ArticleInput
from schema import Schema

Run = Callable[..., dict[str, Any]]

PAYLOAD = "{ decisionId entities { name mentionCount } userErrors { message code path } clientMutationId }"
MERGE = f"mutation ($i: MergeEntitiesInput!) {{ mergeEntities(input: $i) {PAYLOAD} }}"
SPLIT = f"mutation ($i: SplitEntityInput!) {{ splitEntity(input: $i) {PAYLOAD} }}"
LINK = f"mutation ($i: LinkEntityInput!) {{ linkEntity(input: $i) {PAYLOAD} }}"
UNDO = f"mutation ($i: UndoEntityDecisionInput!) {{ undoEntityDecision(input: $i) {PAYLOAD} }}"
ENTITY = "query ($name: String!) { entity(name: $name) { id name mentionCount wikidataId } }"


TEXTS = ["Rosa Quispe opened the bridge. Quispe was glad.", '"The bridge is safe," Rosa Kispe said. Kispe left for Quito.']


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that reads its articles with the extractor itself."""
    with Archive.open(tmp_path / "news.db") as opened:
        yield opened


@pytest.fixture
def run(respond: Run, schema: Schema, archive: Archive) -> Run:
    archive.ingest_articles([ArticleInput(text=f"News\n\n{t}", url=f"u:{t}", published_at="2021-06-16") for t in TEXTS])

    def run_one(document: str, **variables: Any) -> Any:
        response = respond(schema, archive, document, can_write=True, **variables)
        assert response["errors"] == []
        (payload,) = response["data"].values()
        return payload

    return run_one


def test_a_merge_is_logged_and_can_be_undone(run: Run) -> None:
    into, other = run(ENTITY, name="Rosa Quispe"), run(ENTITY, name="Rosa Kispe")
    done = run(MERGE, i={"intoId": into["id"], "fromIds": [other["id"]], "clientMutationId": "m"})
    assert (done["userErrors"], done["clientMutationId"]) == ([], "m")
    assert [entity["mentionCount"] for entity in done["entities"]] == [4]
    assert run(ENTITY, name="Rosa Kispe")["id"] == into["id"]
    undone = run(UNDO, i={"decisionId": done["decisionId"]})
    assert sorted(entity["name"] for entity in undone["entities"]) == ["Rosa Kispe", "Rosa Quispe"]
    again = run(UNDO, i={"decisionId": done["decisionId"]})
    assert (again["decisionId"], again["entities"]) == (None, [])
    assert again["userErrors"][0]["code"] == "INVALID"


def test_a_split_gives_both_entities(run: Run) -> None:
    whole = run(ENTITY, name="Rosa Kispe")
    done = run(SPLIT, i={"id": whole["id"], "aliases": ["Kispe"]})
    assert [(entity["name"], entity["mentionCount"]) for entity in done["entities"]] == [("Rosa Kispe", 1), ("Kispe", 1)]


def test_a_link_is_served_with_the_entity(run: Run) -> None:
    mayor = run(ENTITY, name="Rosa Quispe")
    assert mayor["wikidataId"] is None
    assert run(LINK, i={"id": mayor["id"], "wikidataId": "Q42"})["userErrors"] == []
    assert run(ENTITY, name="Rosa Quispe")["wikidataId"] == "Q42"


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        pytest.param(MERGE, {"intoId": "x", "fromIds": []}, id="no-id"),
        pytest.param(SPLIT, {"id": "x", "aliases": []}, id="no-entity"),
        pytest.param(LINK, {"id": "x", "wikidataId": "Q1"}, id="no-entity-to-link"),
        pytest.param(UNDO, {"decisionId": 7}, id="no-decision"),
    ],
)
def test_what_cannot_be_decided_is_an_error_of_the_input(run: Run, document: str, variables: dict[str, Any]) -> None:
    done = run(document, i=variables)
    assert (done["decisionId"], [error["code"] for error in done["userErrors"]]) == (None, ["INVALID"])


def test_deciding_needs_the_right_to_write(respond: Run, schema: Schema, archive: Archive) -> None:
    response = respond(schema, archive, UNDO, i={"decisionId": 1})
    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"]


def test_a_city_has_coordinates_and_a_quotation_its_speaker(run: Run) -> None:
    city = run(
        '{ entity(name: "Quito") { ... on Place { geonameId countryCode coordinates { latitude } candidates { name } } } }'
    )
    assert (city["geonameId"], city["countryCode"]) == ("3652462", "EC")
    assert city["coordinates"]["latitude"] == pytest.approx(-0.2, abs=0.1)
    assert [place["name"] for place in city["candidates"]] == ["Quito"]
    fields = "quotations { totalCount nodes { text parts speaker { name } citation { verified } } }"
    speaker = run(f'{{ entity(name: "Rosa Kispe") {{ {fields} }} }}')
    (quotation,) = speaker["quotations"]["nodes"]
    assert (quotation["parts"], quotation["speaker"]["name"]) == (["The bridge is safe"], "Rosa Kispe")
    assert quotation["citation"]["verified"] is True
    related = run('{ entity(name: "Quito") { relatedEntities(first: 1) { entity { name } articleCount pmi } } }')
    assert related["relatedEntities"] == [{"entity": {"name": "Rosa Kispe"}, "articleCount": 1, "pmi": 1.0}]


def test_a_timeline_is_of_one_subject(respond: Run, schema: Schema, archive: Archive) -> None:
    archive.ingest_articles(
        [ArticleInput(text="News\n\nMali arrested two generals on 5 June 2021.", published_at="2021-06-16")]
    )
    page = "{ totalCount nodes { title time { text } } }"
    found = respond(schema, archive, f'{{ timeline(subject: {{query: "generals"}}) {page} }}')
    assert found["errors"] == []
    assert [event["time"]["text"] for event in found["data"]["timeline"]["nodes"]] == ["5 June 2021"]
    assert found["data"]["timeline"]["totalCount"] == 1
    for wrong in ("{}", '{query: "a", eventId: "b"}', '{query: ""}'):
        assert respond(schema, archive, f"{{ timeline(subject: {wrong}) {page} }}")["errors"] != []


def test_a_suggestion_is_refused_and_another_accepted(respond: Run, schema: Schema, archive: Archive) -> None:
    texts = ["Harlan T. Moore opened the bridge. Moore was glad.", "Hal Moore closed the bridge on Monday."]
    archive.ingest_articles([ArticleInput(text=f"News\n\n{t}", url=f"u:{t}", published_at="2021-06-16") for t in texts])

    def run_one(document: str, **variables: Any) -> Any:
        response = respond(schema, archive, document, can_write=True, **variables)
        assert response["errors"] == []
        (payload,) = response["data"].values()
        return payload

    asked = "{ entitySuggestions { into { id name } other { id name } likeness } }"
    (found,) = run_one(asked)
    assert (found["into"]["name"], found["other"]["name"], found["likeness"]) == (
        "Harlan T. Moore",
        "Hal Moore",
        "GIVEN_NAME",
    )
    pair = {"intoId": found["into"]["id"], "otherId": found["other"]["id"]}
    refuse = f"mutation ($i: RefuseEntitySuggestionInput!) {{ refuseEntitySuggestion(input: $i) {PAYLOAD} }}"
    accept = f"mutation ($i: AcceptEntitySuggestionInput!) {{ acceptEntitySuggestion(input: $i) {PAYLOAD} }}"
    refused = run_one(refuse, i=pair)
    assert (refused["userErrors"], run_one(asked)) == ([], [])
    run_one(UNDO, i={"decisionId": refused["decisionId"]})
    assert [entity["name"] for entity in run_one(accept, i=pair)["entities"]] == ["Harlan T. Moore"]
    assert run_one(asked) == []


def test_a_split_quotation_serves_its_parts_and_a_text_without_the_words_between(
    respond: Run, schema: Schema, archive: Archive
) -> None:
    text = 'Tour\n\n"We agreed," said Ann Lee\'s lawyer. "They left."'
    archive.ingest_articles([ArticleInput(text=text, url="u:split", published_at="2021-06-16")])
    document = """{ claims { nodes { text parent { id } spans { start end } citation { text verified }
        attribution { sourceText onBehalfOf { text citation { text verified } entity { name } } } } } }"""
    response = respond(schema, archive, document)
    (claim,) = response["data"]["claims"]["nodes"]
    assert claim["text"] == '"We agreed," "They left."'
    assert [text[span["start"] : span["end"]] for span in claim["spans"]] == ['"We agreed,"', '"They left."']
    assert claim["citation"] == {"text": text.split("\n\n")[1], "verified": True}
    assert claim["attribution"]["onBehalfOf"]["citation"] == {"text": "Ann Lee", "verified": True}
