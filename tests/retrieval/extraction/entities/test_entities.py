"""Entities of invented news sentences: kinds of mention, nesting, resolution inside an article, and what is no entity."""

from __future__ import annotations

import re

import pytest

from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.language.parsing import parse_blocks
from retrieval.models import Block, BlockKind, EntityType, MentionKind, Span
from retrieval.models.found_facts import FoundEntity, FoundMention


def found(text: str) -> tuple[list[FoundEntity], list[FoundMention]]:
    blocks = [Block(BlockKind.BODY, Span(*line.span())) for line in re.finditer(r"[^\n]+", text)]
    return find_entities(text, list(parse_blocks(text, blocks)))


def named(text: str) -> dict[str, tuple[EntityType, list[str]]]:
    """Entity name -> type and the texts of its mentions."""
    entities, mentions = found(text)
    return {
        entity.name: (entity.type, [m.span.slice(text) for m in mentions if m.entity == number])
        for number, entity in enumerate(entities)
    }


def kinds(text: str) -> dict[str, MentionKind]:
    return {mention.span.slice(text): mention.kind for mention in found(text)[1]}


def people(text: str) -> set[str]:
    return {name for name, (kind, _) in named(text).items() if kind is EntityType.PERSON}


def test_surname_joins_the_full_name() -> None:
    text = "Maria Lopez opened the talks in Vienna. Lopez said the delegates had agreed. Reporters asked Ms Lopez about it."
    assert named(text)["Maria Lopez"] == (EntityType.PERSON, ["Maria Lopez", "Lopez", "Lopez"])


def test_surname_of_two_people_stays_by_itself() -> None:
    text = "John Baker met his brother Peter Baker in London. Baker said nothing afterwards."
    entities = named(text)
    assert entities["John Baker"][1] == ["John Baker"]
    assert entities["Peter Baker"][1] == ["Peter Baker"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("President Emmanuel Macron arrived on Monday.", "Emmanuel Macron", id="president"),
        pytest.param("Kenyan General Daniel Otieno led the troops.", "Daniel Otieno", id="demonym-and-rank"),
        pytest.param("Secretary of State Antony Blinken said talks would go on.", "Antony Blinken", id="office"),
        pytest.param("Officials blamed Kim Jong-un for the launch.", "Kim Jong-un", id="hyphen"),
        pytest.param("The minister, Ludwig van der Berg, resigned.", "Ludwig van der Berg", id="particles"),
    ],
)
def test_person_goes_without_titles(text: str, name: str) -> None:
    assert people(text) == {name}


def test_office_is_no_organization() -> None:
    text = "Secretary of State Antony Blinken said talks would go on."
    assert [name for name, (kind, _) in named(text).items() if kind is EntityType.ORGANIZATION] == []


def test_acronym_that_the_article_introduces_is_the_long_name() -> None:
    text = "The Coastal Fisheries Board (CFB) closed two ports. The CFB said stocks were low."
    kind, mentions = named(text)["Coastal Fisheries Board"]
    assert kind is EntityType.ORGANIZATION
    assert mentions == ["Coastal Fisheries Board", "CFB", "CFB"]
    assert kinds(text)["CFB"] is MentionKind.ACRONYM


def test_demonym_is_a_mention_of_its_country() -> None:
    text = "Two Kenyan ministers flew to Kenya with Kenyans from abroad."
    entities, mentions = found(text)
    assert [(e.name, e.type, e.country) for e in entities] == [("Kenya", EntityType.PLACE, "KE")]
    assert [m.kind for m in mentions] == [MentionKind.DEMONYM, MentionKind.NAME, MentionKind.DEMONYM]


def test_government_holds_the_demonym() -> None:
    text = "The Peruvian government rejected the report."
    assert named(text) == {
        "Peruvian government": (EntityType.ORGANIZATION, ["Peruvian government"]),
        "Peru": (EntityType.PLACE, ["Peruvian"]),
    }


def test_government_has_one_key_however_it_is_written() -> None:
    keys = {found(text)[0][0].key for text in ("The US government agreed.", "The American government agreed.")}
    assert keys == {"united states government"}


def test_coalition_is_named_by_leader_and_enemy_and_then_definite() -> None:
    text = "A Saudi-led coalition bombed Sanaa. The anti-Houthi coalition denied it. The coalition has no base there."
    kind, mentions = named(text)["Saudi-led coalition"]
    assert kind is EntityType.ORGANIZATION
    assert mentions == ["Saudi-led coalition", "anti-Houthi coalition", "The coalition"]
    assert kinds(text)["The coalition"] is MentionKind.NOMINAL


def test_coalition_that_nobody_introduced_is_no_entity() -> None:
    assert "The coalition" not in kinds("The coalition lost its majority in the vote.")


def test_airport_is_a_facility_and_holds_the_city() -> None:
    text = "Soldiers guarded Nairobi airport overnight."
    assert named(text) == {
        "Nairobi airport": (EntityType.FACILITY, ["Nairobi airport"]),
        "Nairobi": (EntityType.PLACE, ["Nairobi"]),
    }


@pytest.mark.parametrize("name", ["IS", "ISIS", "Daesh", "Islamic State"])
def test_names_of_a_known_group_have_one_key(name: str) -> None:
    entities, _ = found(f"Fighters of {name} took the village.")
    assert [(e.name, e.key) for e in entities] == [("Islamic State", "islamic state")]


@pytest.mark.parametrize("name", ["the US", "the U.S.", "the United States", "America"])
def test_names_of_a_country_have_one_key(name: str) -> None:
    entities, _ = found(f"Ministers flew to {name} on Monday.")
    assert [(e.name, e.key, e.country) for e in entities] == [("United States", "united states", "US")]


def test_stressed_verb_is_no_group() -> None:
    assert found("This IS a problem, the mayor said.")[0] == []


def test_capitals_hide_short_acronyms() -> None:
    assert found("GIVE US MORE TIME, STRIKERS TELL THE COUNCIL")[0] == []


def test_headline_takes_names_that_the_body_confirms() -> None:
    text = "Mayor Hansen Opens New Harbour Bridge\nErik Hansen opened the bridge. Hansen thanked the builders."
    assert named(text)["Erik Hansen"] == (EntityType.PERSON, ["Hansen", "Erik Hansen", "Hansen"])


def test_headline_alone_names_nobody() -> None:
    assert people("Angry Farmers Block Busy Roads Around Lisbon") == set()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("On Monday the council met. In January it had failed.", id="dates"),
        pytest.param("Police said five people died. Officials gave no names.", id="common-nouns"),
        pytest.param("About 5,200 troops left on 3 May at 10 pm.", id="numbers"),
        pytest.param("Read more at https://example.org/News or @handle #Tag.", id="links"),
    ],
)
def test_no_names_no_entities(text: str) -> None:
    assert found(text)[0] == []


def test_place_is_no_person() -> None:
    assert people("Paris was quiet. Lagos and Nairobi were not, said residents of Berlin.") == set()


def test_newspaper_is_one_mention_and_no_city() -> None:
    assert named("The New York Times reported the deal.") == {
        "The New York Times": (EntityType.ORGANIZATION, ["The New York Times"])
    }


def test_surname_alone_keeps_its_own_key() -> None:
    entities, _ = found("Mr Okafor said the road was closed.")
    assert [(e.type, e.key) for e in entities] == [(EntityType.PERSON, "okafor")]


def test_mentions_lie_in_the_text_and_do_not_cross() -> None:
    text = "Ángela Muñoz — “la jefa” — met the U.S.-led coalition\u00a0in São Paulo 😀. Muñoz left."
    entities, mentions = found(text)
    assert mentions
    for mention in mentions:
        assert mention.span.slice(text).strip() == mention.span.slice(text) != ""
        assert 0 <= mention.entity < len(entities)
    for one in mentions:
        for other in mentions:
            assert not one.span.overlaps(other.span) or one.span.contains(other.span) or other.span.contains(one.span)


@pytest.mark.parametrize("text", ["", "\n\n", "😀", "مرحبا بالعالم", "北京发生爆炸。", "e\u0301"], ids=repr)
def test_other_scripts_are_no_error(text: str) -> None:
    assert found(text) == ([], [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("LISBON (Reuters) - Fishermen met on Monday.", "LISBON", id="agency"),
        pytest.param("BOISE, Idaho — Fishermen met on Monday.", "BOISE", id="state"),
        pytest.param("NAIROBI, Sept 3 (AP) — Fishermen met on Monday.", "NAIROBI", id="date"),
        pytest.param("OSLO — Norsk Fisk Co. fell on Monday.", "OSLO", id="company-after-it"),
    ],
)
def test_a_dateline_names_a_place(text: str, place: str) -> None:
    entities, mentions = found(text)
    assert [entities[m.entity].type for m in mentions if m.span.slice(text) == place] == [EntityType.PLACE]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Oakfield Zed boss Peter Brown met the staff.", "Oakfield Zed", id="boss"),
        pytest.param("The news pleased Kolbert manager John Reeves.", "Kolbert", id="manager"),
        pytest.param("Shares in Varden Energy ASA fell by a tenth.", "Varden Energy ASA", id="corporate-form"),
    ],
)
def test_whoever_has_a_boss_or_a_corporate_form_is_an_organization(text: str, name: str) -> None:
    assert named(text)[name][0] is EntityType.ORGANIZATION


def test_a_surname_with_a_hyphen_is_its_bearer() -> None:
    text = "Chief Executive Ingrid Holm-Dahl met the union. Holm-Dahl's plans were told to the staff."
    assert named(text)["Ingrid Holm-Dahl"] == (EntityType.PERSON, ["Ingrid Holm-Dahl", "Holm-Dahl"])
    assert people(text) == {"Ingrid Holm-Dahl"}


def test_a_party_and_a_state_are_no_name() -> None:
    assert all("Wash" not in name for name in named("Sen. Maria Lopez, D-Wash., said on Monday that she would vote."))


def test_a_title_in_capitals_names_whom_the_text_names() -> None:
    text = "POLICE ARREST THREE AFTER LOPEZ THREAT IN NAIROBI\nMaria Lopez was threatened in Nairobi on Monday."
    assert named(text)["Nairobi"][1] == ["NAIROBI", "Nairobi"]


def test_a_river_is_a_place() -> None:
    assert named("The Kosi river rose above the mark.")["Kosi"][0] is EntityType.PLACE
