"""Questions made from sentences: what is asked for is what answers."""

from __future__ import annotations

import pytest

from retrieval.answering.evidence.sentences import parse
from retrieval.evaluation.news_questions import make_questions


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Police arrested two men in Lund on Friday.", "What arrested two men in Lund?", "Police"),
        ("The army shelled the village on 4 May 2021.", "When did the army shell the village?", "4 May 2021"),
        ("The old bridge was closed by the council in March 2020.", "When was the old bridge closed?", "March 2020"),
        ("Seven miners were rescued from the pit.", "How many miners were rescued from the pit?", "Seven"),
    ],
)
def test_a_part_of_the_clause_is_asked_for(sentence: str, question: str, answer: str) -> None:
    made = {one.text: one.answer for one in make_questions(parse(sentence))}
    assert made.get(question) == answer, made


@pytest.mark.parametrize(
    "sentence", ["He was arrested in Lund.", "The mayor did not resign in May.", "She said it was late."]
)
def test_pronouns_negations_and_speech_make_no_question_of_who(sentence: str) -> None:
    assert not any(one.text.startswith(("Who", "What")) for one in make_questions(parse(sentence)))
