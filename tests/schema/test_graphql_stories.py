"""Stories over GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., dict[str, Any]]


def test_a_story_leads_to_its_articles_and_events_and_back(run: Run) -> None:
    story = run(
        "{ stories(first: 1, filter: {minArticles: 2}, orderBy: {field: ARTICLE_COUNT, direction: DESC}) { nodes {"
        " id title firstPublishedAt lastPublishedAt articleCount independentSourceCount medoidArticle { id title }"
        " articles(first: 10) { totalCount nodes { id story { id } } } events(first: 10) { totalCount nodes { id } } } } }"
    )["stories"]["nodes"][0]
    assert story["articles"]["totalCount"] == story["articleCount"] == len(story["articles"]["nodes"])
    assert story["independentSourceCount"] == 1  # all of one publisher
    assert story["title"] == story["medoidArticle"]["title"]
    assert {article["story"]["id"] for article in story["articles"]["nodes"]} == {story["id"]}
    assert story["firstPublishedAt"] <= story["lastPublishedAt"]
    again = run("query ($id: ID!) { node(id: $id) { id } story(id: $id) { title } }", id=story["id"])
    assert again == {"node": {"id": story["id"]}, "story": {"title": story["title"]}}


def test_lists_are_narrowed_to_a_story(run: Run) -> None:
    story = run("{ stories { nodes { id articleCount events { totalCount } } } }")["stories"]["nodes"][0]
    found = run(
        "query ($id: ID!) { articles(filter: {storyId: $id}) { totalCount } events(filter: {storyId: $id}) { totalCount }"
        ' searchPassages(query: "cold", filter: {storyId: $id}) { totalCount }'
        " timeline(subject: {storyId: $id}) { totalCount } }",
        id=story["id"],
    )
    assert found["articles"]["totalCount"] == story["articleCount"]
    assert found["events"]["totalCount"] == found["timeline"]["totalCount"] == story["events"]["totalCount"]
    assert found["searchPassages"]["totalCount"] == story["articleCount"]
