"""Questions altered so that their passage no longer answers them."""

from __future__ import annotations

import random

import pytest

from retrieval.answering.evidence.sentences import parse
from retrieval.training.alterations import Alteration, Alterations
from retrieval.training.antonyms import ANTONYMS
from retrieval.training.questions import Question

_PASSAGE = "Ada Brook won the first race in Lund on 4 May 1912. The mayor praised Carl Moe, who founded the northern club."


def altered(text: str, *others: str, passage: str = _PASSAGE) -> dict[Alteration, str]:
    questions = [Question(given, passage, ((0, 9),), "Races", "test") for given in (text, *others)]
    parsed = [parse(question.text) for question in questions]
    return Alterations(questions, parsed, chance=random.Random(1)).make(questions[0], parsed[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What did the mayor praise?", "What did the mayor not praise?"),
        ("Who won the first race?", "Who did not win the first race?"),
        ("What was the name of the club?", "What was not the name of the club?"),
    ],
)
def test_a_question_is_negated_at_its_verb(text: str, expected: str) -> None:
    assert altered(text, "Where is Oslo?", "Who is Ann Lee?")[Alteration.NEGATED] == expected


def test_a_negated_question_is_not_negated_again() -> None:
    assert Alteration.NEGATED not in altered("Who did not win the race?", "Who saw Ann Lee?")


def test_an_antonym_replaces_a_word_of_the_passage_that_lacks_it() -> None:
    assert altered("Who won the first race?", "Who saw Ann Lee?")[Alteration.ANTONYM] in {
        "Who won the last race?",
        "Who lost the first race?",
    }
    both = _PASSAGE + " Ann Lee lost the last race."
    assert Alteration.ANTONYM not in altered("Who won the first race?", "Who saw Ann Lee?", passage=both)


def test_another_verb_of_the_same_inflection_takes_the_main_verbs_place() -> None:
    made = altered("Who founded the club?", "Who burned the bridge in Oslo?", "Who is Ann Lee?")
    assert made[Alteration.VERB] == "Who burned the club?"


def test_another_name_is_one_that_the_passage_lacks() -> None:
    made = altered("Why did the mayor praise Carl Moe?", "When did the mayor meet Ann Lee?", "Where does Carl Moe live?")
    assert made[Alteration.NAME] == "Why did the mayor praise Ann Lee?"


def test_numbers_and_months_are_exchanged_for_others() -> None:
    made = altered("Who won the race of May 1912?", "Who saw Ann Lee?")
    assert made[Alteration.NUMBER].startswith("Who won the race of May ")
    assert "1912" not in made[Alteration.NUMBER]
    assert made[Alteration.TIME].endswith(" 1912?")
    assert "May" not in made[Alteration.TIME]


def test_who_did_it_and_to_whom_change_places() -> None:
    assert (
        altered("Who praised Carl Moe in May?", "Who saw Ann Lee?")[Alteration.REVERSED]
        == "Who did Carl Moe praise in May?"
    )


def test_every_antonym_is_one_both_ways() -> None:
    assert all(word in ANTONYMS[other] for word, others in ANTONYMS.items() for other in others)
