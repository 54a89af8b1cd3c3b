"""Training questions: answers stand where they are said to, and unanswerable ones hold no answer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from retrieval.training.mixture import Mixture, read_training_questions
from retrieval.training.negatives import HardNegatives
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


def test_no_answer_of_the_question_is_left_in_a_changed_passage(questions: list[Question]) -> None:
    negatives = HardNegatives(questions)
    chance = random.Random(1)
    drawn = [(question, negatives.draw(question, chance)) for question in questions * 40]
    made = [(question, negative) for question, negative in drawn if negative is not None]
    assert len(made) > 60
    for question, negative in made:
        answer = question.passage[slice(*question.answers[0])]
        assert negative.answers == ()
        assert answer not in negative.passage or negative.text != question.text


@pytest.mark.data
def test_every_training_answer_stands_in_its_passage(data: Path) -> None:
    questions = read_training_questions(data / "reader_train")
    counts = {source: len(some) for source, some in questions.items()}
    assert counts == {"wiki": 6996, "reddit": 9803, "amazon": 9885, "qed": 1355, "timeqa": 1171}
    for question in (question for some in questions.values() for question in some):
        for start, end in question.answers:
            answer = question.passage[start:end]
            assert answer
            assert answer == answer.strip()


@pytest.mark.data
def test_the_mixture_holds_the_share_of_unanswerable_questions(data: Path) -> None:
    mixture = Mixture(read_training_questions(data / "reader_train"), chance=random.Random(5))
    drawn = [mixture.draw(unanswerable_share=0.3) for _ in range(600)]
    assert 0.2 < sum(not question.answers for question in drawn) / len(drawn) < 0.38
