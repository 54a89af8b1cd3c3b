from __future__ import annotations

import pytest

from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.entities.roles import find_roles
from retrieval.extraction.language.parsing import parse_blocks
from retrieval.models import Block, BlockKind, Span


def roles_in(text: str) -> set[tuple[str, str]]:
    parsed = list(parse_blocks(text, [Block(BlockKind.BODY, Span(0, len(text)))]))
    entities, mentions = find_entities(text, parsed)
    found = find_roles(parsed, entities=entities, mentions=mentions)
    for role in found:
        assert " ".join(role.span.slice(text).split()).endswith(role.title)
    return {(entities[role.entity].name, role.title) for role in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Defense Secretary Robert Hale met Jane Moore.", {("Robert Hale", "Defense Secretary")}),
        ("Minister of Education Maria Rossi resigned.", {("Maria Rossi", "Minister of Education")}),
        ("Spanish Prime Minister Pedro Alonso spoke in Madrid.", {("Pedro Alonso", "Prime Minister")}),
        (
            "Sarah Klein, the director of the Hoover Institute, said it.",
            {("Sarah Klein", "director of the Hoover Institute")},
        ),
        ("The mayor of Boston, Henry Adams, was late.", {("Henry Adams", "mayor of Boston")}),
        ("Henry Adams was elected mayor of Boston in May.", {("Henry Adams", "mayor of Boston")}),
        ("Henry Adams is the president of France.", {("Henry Adams", "president of France")}),
        ("Henry Adams is not the president of France.", set()),
        ("Mr. Henry Adams met Mrs. Jane Moore.", set()),
        ("Henry Adams, the director and Jane Moore met in Boston.", set()),
        ("According to Henry Adams, a detective was hurt in Boston.", set()),
    ],
)
def test_a_role_is_of_the_person_that_the_words_give_it_to(text: str, expected: set[tuple[str, str]]) -> None:
    assert roles_in(text) == expected


def test_the_title_of_the_one_named_next_is_not_that_of_the_one_before() -> None:
    found = roles_in("Robert Hale, Defense Secretary Jane Moore and Senator Henry Adams met in Boston.")
    assert found == {("Jane Moore", "Defense Secretary"), ("Henry Adams", "Senator")}


def test_a_former_role_and_its_country_are_told_apart_from_the_title() -> None:
    text = "Former U.S. Ambassador Robert Hale met Jane Moore, Toyota's chief executive."
    parsed = list(parse_blocks(text, [Block(BlockKind.BODY, Span(0, len(text)))]))
    entities, mentions = find_entities(text, parsed)
    ambassador, executive = find_roles(parsed, entities=entities, mentions=mentions)
    assert (ambassador.title, ambassador.is_former) == ("Ambassador", True)
    assert ambassador.of is not None
    assert entities[ambassador.of].country == "US"
    assert executive.of is not None
    assert (entities[executive.of].name, executive.is_former) == ("Toyota", False)
