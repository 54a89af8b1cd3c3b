"""Questions with known answers: made-up news, and the seed article as annotated by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.evaluation.questions import score_question
from retrieval.models import AnswerStatus, ClaimStance

MADE_UP: list[dict[str, Any]] = json.loads((Path(__file__).parent / "made_up.json").read_text())["questions"]
# Floor of the seed's twenty questions; 20 on the day it was set.
SEED_FLOOR = 18


@pytest.mark.parametrize("expected", MADE_UP, ids=[row["question"] for row in MADE_UP])
def test_made_up_news_is_answered_rightly(made_up_archive: Archive, expected: dict[str, Any]) -> None:
    answer = made_up_archive.ask(expected["question"])
    scored = score_question(answer, expected)
    assert scored.right, (answer.status, answer.text, answer.confidence, scored)


def test_seed_questions_reach_the_floor(seed_archive: Archive, seed_questions: list[dict[str, Any]]) -> None:
    wrong = [row["question"] for row in seed_questions if not score_question(seed_archive.ask(row["question"]), row).right]
    assert len(seed_questions) - len(wrong) >= SEED_FLOOR, wrong


def test_seed_conflict_shows_both_sides_with_their_sources(
    seed_archive: Archive, seed_questions: list[dict[str, Any]]
) -> None:
    row = next(row for row in seed_questions if row["status"] == "CONFLICTING")
    answer = seed_archive.ask(row["question"])
    assert answer.status is AnswerStatus.CONFLICTING
    speakers = {a.stance: {c.attribution.source_text for c in a.claims} for a in answer.accounts}
    for account in row["accounts"]:
        said = " ".join(speakers[ClaimStance(account["stance"])])
        assert any(name in said for name in account["speakers"]), (account, speakers)
    reported = next(a for a in answer.accounts if a.stance is ClaimStance.REPORTED)
    via = reported.claims[0].attribution.via
    assert via is not None
    assert via.source_text == "two American military officials"


def test_seed_questions_without_an_answer_are_not_answered(
    seed_archive: Archive, seed_questions: list[dict[str, Any]]
) -> None:
    for row in seed_questions:
        if row["status"] == "NOT_FOUND":
            answer = seed_archive.ask(row["question"])
            assert answer.status is AnswerStatus.NOT_FOUND, (row["question"], answer.text)
