"""Training questions: answers stand where they are said to, and unanswerable ones hold no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.training.mixture import SHARES, read_training_questions
from retrieval.training.negatives import HardNegatives, telling_sentences
from retrieval.training.questions import Question


def _question(text: str, passage: str, answer: str) -> Question:
    start = passage.index(answer)
    return Question(text, passage, ((start, start + len(answer)),), "Bridges", "test")


@pytest.fixture
def questions() -> list[Question]:
    rest = "It carries trains between the two counties, and a toll was taken there for many years. " * 2
    return [
        _question(
            "Who designed the Tamar bridge in 1859?", f"The Tamar bridge of 1859 was designed by Brunel. {rest}", "Brunel"
        ),
        _question(
            "Who designed the Forth bridge in 1890?", f"The Forth bridge of 1890 was designed by Fowler. {rest}", "Fowler"
        ),
        _question("What does the Severn bridge carry?", f"The Severn bridge carries a road. {rest}", "a road"),
    ]


def test_a_hard_negative_is_another_passage_without_an_answer(questions: list[Question]) -> None:
    passages = [question.passage + " " * 200 for question in questions]
    negatives = HardNegatives(passages)
    found = [negatives.find(question, count=2) for question in questions]
    assert any(found)
    for question, numbers in zip(questions, found, strict=True):
        answer = question.passage[slice(*question.answers[0])]
        assert all(answer not in passages[number] for number in numbers)


def test_only_the_sentences_that_tell_are_taken_out(questions: list[Question]) -> None:
    for question in questions:
        ((start, end),) = telling_sentences(question, least_left=20)
        assert question.passage[start:end].startswith("The ")
        assert question.passage[slice(*question.answers[0])] not in question.passage[:start] + question.passage[end:]


def test_nothing_is_taken_out_where_too_little_would_be_left(questions: list[Question]) -> None:
    assert telling_sentences(questions[0], least_left=2000) == []


@pytest.mark.data
def test_every_training_answer_stands_in_its_passage(data: Path) -> None:
    questions = read_training_questions(data)
    counts = {source: len(some) for source, some in questions.items()}
    assert counts == {
        "wiki": 6996,
        "reddit": 9803,
        "amazon": 9885,
        "qed": 1355,
        "timeqa": 1171,
        "squad": 15707,
        "nq": 2655,
        "qamr": 26000,
        "qasrl": 32741,
        "qanom": 8000,
        "policy": 3000,
    }
    assert set(counts) == set(SHARES)
    for question in (question for some in questions.values() for question in some):
        for start, end in question.answers:
            answer = question.passage[start:end]
            assert answer
            assert answer == answer.strip()
