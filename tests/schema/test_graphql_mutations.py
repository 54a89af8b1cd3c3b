"""Taking articles in and removing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from retrieval import Archive, ExtractionStage
from retrieval.extraction.stages import Stages
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle
from schema import Schema
from schema.ids import to_global

Run = Callable[..., dict[str, Any]]

INGEST = """mutation ($articles: [ArticleInput!]!) {
  ingestArticles(input: {articles: $articles, clientMutationId: "m1"}) {
    clientMutationId
    userErrors { message code path }
    results { index outcome article { title publishedAt publishedAtPrecision revision publisher { name } authors language }
              userErrors { message code path } }
  }
}"""

REMOVE = """mutation ($ids: [ID!], $urls: [URI!]) {
  removeArticles(input: {ids: $ids, urls: $urls}) {
    removedIds removedEntityCount removedEventCount userErrors { message code path } clientMutationId
  }
}"""

URL = "https://news.example/a"


@pytest.fixture
def change(respond: Run, schema: Schema, empty: Archive) -> Run:
    """The payload of a mutation on an empty archive that must not have errors."""

    def change_one(document: str, **variables: Any) -> dict[str, Any]:
        response = respond(schema, empty, document, can_write=True, **variables)
        assert response["errors"] == []
        (payload,) = response["data"].values()
        found: dict[str, Any] = payload
        return found

    return change_one


def article(text: str = "Ada Zorn met Bob Quux in Utopia in 2001.", **fields: Any) -> dict[str, Any]:
    return {"text": f"The title\n\n{text}", "url": URL} | fields


def outcomes(payload: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in payload["results"]]


def test_an_article_is_added_then_unchanged_then_revised(change: Run) -> None:
    assert outcomes(change(INGEST, articles=[article()])) == ["ADDED"]
    assert outcomes(change(INGEST, articles=[article()])) == ["UNCHANGED"]
    payload = change(INGEST, articles=[article("Something else.")])
    assert outcomes(payload) == ["REVISED"]
    assert payload["results"][0]["article"]["revision"] == 2


def test_what_is_given_with_an_article_is_kept(change: Run) -> None:
    given = article(
        publisher="The Daily Test", authors=["A. B."], language="en-GB", publishedAt="2020-01-17", title="The title"
    )
    payload = change(INGEST, articles=[given])
    assert payload["clientMutationId"] == "m1"
    assert payload["results"][0]["article"] == {
        "title": "The title",
        "publishedAt": "2020-01-17T00:00:00Z",
        "publishedAtPrecision": "DAY",
        "revision": 1,
        "publisher": {"name": "The Daily Test"},
        "authors": ["A. B."],
        "language": "en-GB",
    }


def test_an_instant_of_publication_is_precise_to_the_minute(change: Run) -> None:
    (result,) = change(INGEST, articles=[article(publishedAt="2020-01-17T14:03:00+01:00")])["results"]
    assert result["article"]["publishedAt"] == "2020-01-17T13:03:00Z"
    assert result["article"]["publishedAtPrecision"] == "MINUTE"


def test_a_rejected_article_says_why_and_the_rest_goes_on(change: Run) -> None:
    payload = change(INGEST, articles=[article(), {"text": "  "}, {"text": "lone \ud800"}])
    assert outcomes(payload) == ["ADDED", "REJECTED", "REJECTED"]
    rejected = payload["results"][1]
    assert rejected["index"] == 1
    assert rejected["article"] is None
    (problem,) = rejected["userErrors"]
    assert problem["path"] == ["input", "articles", "1"]
    assert problem["code"] == "INVALID"
    assert "the text is empty" in problem["message"]


@pytest.mark.parametrize(("count", "code"), [(0, "INVALID"), (101, "TOO_LARGE")])
def test_a_batch_has_a_size(change: Run, count: int, code: str) -> None:
    payload = change(INGEST, articles=[{"text": "x"}] * count)
    assert payload["results"] == []
    assert payload["userErrors"] == [
        {"message": f"{count} articles; give 1 to 100", "code": code, "path": ["input", "articles"]}
    ]


def test_removing_takes_away_what_only_that_article_told(change: Run, empty: Archive) -> None:
    change(INGEST, articles=[article()])
    found = empty.article(url=URL)
    assert found is not None
    id_ = to_global("Article", found.id)
    payload = change(REMOVE, ids=[id_, to_global("Article", "none"), "nonsense"], urls=["https://news.example/none"])
    assert payload["removedIds"] == [id_]
    assert payload["removedEntityCount"] == 3
    assert payload["removedEventCount"] == 1
    assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [
        ("INVALID", ["input", "ids", "2"]),
        ("NOT_FOUND", ["input", "ids", "1"]),
        ("NOT_FOUND", ["input", "urls", "0"]),
    ]
    assert empty.corpus().article_count == 0


def test_an_article_is_removed_by_url(change: Run) -> None:
    change(INGEST, articles=[article()])
    assert len(change(REMOVE, urls=[URL])["removedIds"]) == 1


def test_removing_nothing_is_a_user_error(change: Run) -> None:
    (problem,) = change(REMOVE)["userErrors"]
    assert problem == {"message": "nothing to remove; give ids or urls", "code": "INVALID", "path": ["input"]}


def test_a_later_mutation_of_one_request_sees_what_an_earlier_one_did(respond: Run, schema: Schema, empty: Archive) -> None:
    document = """mutation ($a: [ArticleInput!]!, $b: [ArticleInput!]!) {
      a: ingestArticles(input: {articles: $a}) { results { article { revision text } } }
      b: ingestArticles(input: {articles: $b}) { results { article { revision text } } }
    }"""
    response = respond(schema, empty, document, can_write=True, a=[article("One.")], b=[article("Two.")])
    revisions = [response["data"][name]["results"][0]["article"] for name in "ab"]
    assert [(found["revision"], found["text"]) for found in revisions] == [
        (1, "The title\n\nOne."),
        (2, "The title\n\nTwo."),
    ]


def test_a_citation_of_an_earlier_revision_is_no_longer_there(
    respond: Run, schema: Schema, change: Run, empty: Archive
) -> None:
    change(INGEST, articles=[article()])
    citation = respond(schema, empty, "{ events { nodes { citations { nodes { id } } } } }")
    id_ = citation["data"]["events"]["nodes"][0]["citations"]["nodes"][0]["id"]
    document = "query ($id: ID!) { node(id: $id) { ... on Citation { text } } }"
    assert respond(schema, empty, document, id=id_)["data"]["node"] == {"text": "Ada Zorn met Bob Quux in Utopia in 2001"}
    change(INGEST, articles=[article("Changed.")])
    assert respond(schema, empty, document, id=id_)["data"]["node"] is None


class FaultyExtractor:
    """Finds no facts, and its stage of claims fails where a text asks for it."""

    def extract_contained(self, articles: Sequence[PreparedArticle], stages: Sequence[Stages]) -> Iterator[Extraction]:
        for given, own in zip(articles, stages, strict=True):
            own.run(ExtractionStage.CLAIMS, lambda text=given.text: text.index("Bob"), instead=0)  # type: ignore[misc]
            yield Extraction()


def test_an_article_that_a_stage_fails_on_is_taken_in_with_a_warning(respond: Run, schema: Schema, empty: Archive) -> None:
    empty._extractor = FaultyExtractor()
    given = [article(), article("Nobody met.", url="https://news.example/b")]
    document = """mutation ($articles: [ArticleInput!]!) { ingestArticles(input: {articles: $articles}) {
      results { outcome warning userErrors { message } article { extraction { status failedStages } } } } }"""
    response = respond(schema, empty, document, can_write=True, articles=given)
    assert response["errors"] == []
    whole, lacking = response["data"]["ingestArticles"]["results"]
    assert whole == {
        "outcome": "ADDED",
        "warning": None,
        "userErrors": [],
        "article": {"extraction": {"status": "COMPLETE", "failedStages": []}},
    }
    assert lacking["warning"].startswith("stored without claims (ValueError at ")
    assert lacking["article"] == {"extraction": {"status": "PARTIAL", "failedStages": ["CLAIMS"]}}
    counted = respond(schema, empty, "{ corpus { articleCount incompleteArticleCount } }")
    assert counted["data"] == {"corpus": {"articleCount": 2, "incompleteArticleCount": 1}}
