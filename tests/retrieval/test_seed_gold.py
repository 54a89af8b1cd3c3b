"""The seed article against its hand-made annotation: floors of what the README gives as facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retrieval import Archive, ArticleFacts
from retrieval.evaluation.gold import score_claims, score_events, score_mentions, score_persons, score_times


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> ArticleFacts:
    with Archive.open(tmp_path_factory.mktemp("seed") / "news.db") as archive:
        (result,) = archive.ingest([seed_path])
        return archive.load_facts([result.article_id or ""])[result.article_id or ""]


def test_all_persons_are_found_with_all_their_mentions_and_no_other(facts: ArticleFacts, seed_gold: dict[str, Any]) -> None:
    score = score_persons(facts, seed_gold)
    assert (score.found, score.right) == (4, score.predicted)


def test_mentions(facts: ArticleFacts, seed_gold: dict[str, Any]) -> None:
    score = score_mentions(facts, seed_gold)
    assert score.precision >= 0.95
    assert score.recall >= 0.9


def test_times(facts: ArticleFacts, seed_gold: dict[str, Any]) -> None:
    score = score_times(facts, seed_gold)
    assert (score.found, score.predicted) == (10, 10)


def test_claims(facts: ArticleFacts, seed_gold: dict[str, Any]) -> None:
    score = score_claims(facts, seed_gold)
    assert score.found >= 20
    assert score.predicted - score.right <= 3


def test_events(facts: ArticleFacts, seed_gold: dict[str, Any]) -> None:
    score = score_events(facts, seed_gold)
    assert score.found >= 12
    assert score.precision >= 0.85
