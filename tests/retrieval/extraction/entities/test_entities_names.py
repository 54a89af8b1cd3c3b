"""Normal forms, the gazetteer, and names in questions."""

from __future__ import annotations

import pytest

from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.extraction.entities.names import folded, name_key
from retrieval.models import EntityType, MentionKind
from retrieval.questions.names import find_names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param("The Acme Widgets, Inc.", "acme widgets", id="suffix-and-article"),
        pytest.param("José Muñoz", "jose munoz", id="accents"),
        pytest.param("Jose\u0301 Mun\u0303oz", "jose munoz", id="decomposed"),
        pytest.param("U.S.", "us", id="dots"),
        pytest.param("Abu Mahdi al-Muhandis", "abu mahdi al muhandis", id="hyphen"),
        pytest.param("O’Brien’s", "obrien", id="possessive"),
        pytest.param("Владимир Й", "владимир й", id="other-script-keeps-marks"),
        pytest.param("!!!", "!!!", id="nothing-left"),
    ],
)
def test_key(name: str, key: str) -> None:
    assert name_key(name) == key


def test_folding_keeps_other_scripts() -> None:
    assert folded("Łódź й") == "Lodz й"


@pytest.mark.parametrize("name", ["US", "U.S.", "USA", "america", "United States of America"])
def test_gazetteer_knows_the_names_of_a_country(name: str) -> None:
    entry = load_gazetteer().lookup(name)
    assert entry is not None
    assert (entry.key, entry.country) == ("united states", "US")


def test_gazetteer_takes_the_longest_name() -> None:
    text = "The South Sudanese army left South Sudan."
    matches = list(load_gazetteer().find(text))
    assert [(m.span.slice(text), m.kind) for m in matches] == [
        ("South Sudanese", MentionKind.DEMONYM),
        ("South Sudan", MentionKind.NAME),
    ]


def test_gazetteer_stops_at_the_line_end() -> None:
    assert [m.entry.name for m in load_gazetteer().find("South\nSudan")] == ["Sudan"]


def test_gazetteer_minds_the_case() -> None:
    assert list(load_gazetteer().find("they polish turkey for us in china cups")) == []


def test_doubtful_names_are_marked() -> None:
    matches = {m.entry.name: m.is_sure for m in load_gazetteer().find("Jordan, Kenya, Reading, Chad")}
    assert matches == {"Jordan": False, "Kenya": True, "Reading": False, "Chad": False}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        pytest.param(
            "Who met Jane Doe in Paris?", [("Jane Doe", None), ("Paris", EntityType.PLACE)], id="person-and-place"
        ),
        pytest.param(
            "Did the US leave the anti-IS coalition?",
            [("US", EntityType.PLACE), ("IS", EntityType.ORGANIZATION)],
            id="acronyms",
        ),
        pytest.param("What did President Obama say?", [("Obama", None)], id="title"),
        pytest.param("Who wrote “the long road”?", [("the long road", None)], id="quotation"),
        pytest.param("Who shot J. R. Ewing's dog?", [("J. R. Ewing", None)], id="initials"),
        pytest.param("what happened to them?", [], id="none"),
        pytest.param("", [], id="empty"),
    ],
)
def test_names_in_questions(question: str, names: list[tuple[str, EntityType | None]]) -> None:
    found = find_names(question)
    assert [(name.text, name.type) for name in found] == names
    assert all(name.span.slice(question) == name.text for name in found)
