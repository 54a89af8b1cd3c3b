from __future__ import annotations

import pytest

from retrieval.evaluation.spoiling import Spoiler

QUESTIONS = [
    "Who designed the old bridge?",
    "Who burned the library?",
    "When did Maria Keller visit Berlin?",
    "When did Peter Novak reach Prague?",
    "What is the tallest tower?",
]


@pytest.fixture
def spoiler() -> Spoiler:
    return Spoiler(QUESTIONS)


def test_the_main_verb_gives_way_to_another_of_its_inflection(spoiler: Spoiler) -> None:
    assert spoiler.verb("Who designed the old bridge?") == "Who burned the old bridge?"


def test_a_verb_without_another_of_its_inflection_stays(spoiler: Spoiler) -> None:
    assert Spoiler(QUESTIONS[:1]).verb("Who designed the old bridge?") is None
    assert spoiler.verb("Who is designing the old bridge?") is None


def test_to_be_is_not_exchanged(spoiler: Spoiler) -> None:
    assert spoiler.verb("What is the tallest tower?") is None


def test_a_name_gives_way_to_another_of_its_kind(spoiler: Spoiler) -> None:
    assert spoiler.name("When did Maria Keller visit Berlin?") == "When did Peter Novak visit Berlin?"
    assert spoiler.name("Where does Berlin lie?") == "Where does Prague lie?"


def test_a_question_without_names_keeps_its_words(spoiler: Spoiler) -> None:
    assert spoiler.name("Who designed the old bridge?") is None


def test_the_same_seed_spoils_alike() -> None:
    one, other = (Spoiler(QUESTIONS, seed=3) for _ in range(2))
    for question in QUESTIONS:
        assert (one.verb(question), one.name(question)) == (other.verb(question), other.name(question))
