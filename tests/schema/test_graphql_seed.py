"""From the seed article to a cited answer over GraphQL, with the real extraction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval import Archive
from schema import Schema

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("seed") / "news.db") as archive:
        archive.ingest([seed_path])
        yield archive


def test_the_seed_gives_both_sides_with_checked_citations(respond: Run, schema: Schema, seed: Archive) -> None:
    document = """query ($question: String!) { ask(question: $question) {
      status
      accounts { stance claims {
        citation { ...Cited }
        attribution { sourceText via { sourceText } citation { ...Cited } }
      } }
      statements { citations { ...Cited } }
      candidates { citation { ...Cited } }
    } }
    fragment Cited on Citation { text verified span { start end } passage { id } article { text } }"""
    question = "Have joint operations between Iraq and the coalition resumed?"
    response = respond(schema, seed, document, question=question)
    assert response["errors"] == []
    answer = response["data"]["ask"]
    assert answer["status"] == "CONFLICTING"
    said = {
        account["stance"]: " ".join(claim["attribution"]["sourceText"] for claim in account["claims"])
        for account in answer["accounts"]
    }
    assert "The New York Times" in " ".join(text for stance, text in said.items() if stance != "DENIED")
    assert "Khalaf" in said["DENIED"] or "Iraqi government" in said["DENIED"]
    cited = [found for found in walk(answer) if "span" in found]
    assert len(cited) > 5
    for citation in cited:
        assert citation["verified"]
        span = citation["span"]
        assert citation["article"]["text"][span["start"] : span["end"]] == citation["text"]


def walk(thing: Any) -> Iterator[dict[str, Any]]:
    if isinstance(thing, dict):
        yield thing
    for inner in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from walk(inner)


def test_everything_that_the_seed_gives_can_be_served(respond: Run, schema: Schema, seed: Archive) -> None:
    document = """{
      articles { nodes {
        discarded { reason text } passages { nodes { text next { index } previous { index } } }
        mentions(first: 100) { nodes {
          kind text entity { name type aliases { name count } ... on Person { roles { title isFormer mentionCount
            organization { name } citation { verified } citations(first: 2) { verified } } } }
          citation { deepLink verified } } }
        events(first: 100) { nodes { type mode quadClass status title place { name } confidence fatalities
          injured injuredRange { low high } fatalitiesRange { low high }
          time { start end text citation { verified } }
          participants { role text count entity { name } citation { verified } }
          citations { edges { status trigger { start(unit: UTF16) } node { verified } } } claims { nodes { text } } } }
        claims(first: 100) { nodes { text stance saidAt { text } event { title } entities { name } citation { verified }
          attribution { kind cue source { name } citation { verified } via { sourceText citation { verified } } } } }
      } }
      corpus { firstPublishedAt indexRevision }
    }"""
    response = respond(schema, seed, document)
    assert response["errors"] == []
    (article,) = response["data"]["articles"]["nodes"]
    assert all(article[name]["nodes"] for name in ("passages", "mentions", "events", "claims"))
    assert all(found["verified"] for found in walk(article) if "verified" in found)
