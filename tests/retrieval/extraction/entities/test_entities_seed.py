"""Entities of the seed article against its gold, as floors."""

from __future__ import annotations

import re
from typing import Any

import pytest

from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.language.parsing import parse_blocks
from retrieval.models import FACTUAL_BLOCKS, Block, BlockKind, EntityType, Span
from retrieval.models.found_facts import FoundEntity, FoundMention

_TYPES = {"PERSON": "PERSON", "ORG": "ORGANIZATION", "GPE": "PLACE", "LOC": "PLACE", "FAC": "FACILITY"}


@pytest.fixture(scope="module")
def blocks(seed_text: str, seed_gold: dict[str, Any]) -> list[Block]:
    marked = [Block(BlockKind(name.upper()), Span(*span)) for name, span in seed_gold["blocks"].items()]
    lines = [Span(*line.span()) for line in re.finditer(r"[^\n]+", seed_text)]
    body = [Block(BlockKind.BODY, line) for line in lines if not any(b.span.overlaps(line) for b in marked)]
    return [block for block in sorted(marked + body, key=lambda b: b.span) if block.kind in FACTUAL_BLOCKS]


@pytest.fixture(scope="module")
def seed(seed_text: str, blocks: list[Block]) -> tuple[list[FoundEntity], list[FoundMention]]:
    return find_entities(seed_text, list(parse_blocks(seed_text, blocks)))


def test_mentions_of_blocks_with_facts(
    seed: tuple[list[FoundEntity], list[FoundMention]], seed_gold: dict[str, Any], blocks: list[Block]
) -> None:
    entities, mentions = seed
    gold = {
        (mention["start"], mention["end"], _TYPES[entity["type"]])
        for entity in seed_gold["entities"]
        for mention in entity["mentions"]
        if any(block.span.start <= mention["start"] < block.span.end for block in blocks)
    }
    found = {(m.span.start, m.span.end, entities[m.entity].type.value) for m in mentions}
    assert len(gold & found) / len(found) >= 0.95
    assert len(gold & found) / len(gold) >= 0.96


def test_each_gold_entity_is_one_entity(
    seed: tuple[list[FoundEntity], list[FoundMention]], seed_gold: dict[str, Any]
) -> None:
    number = {(m.span.start, m.span.end): m.entity for m in seed[1]}
    found = 0
    for entity in seed_gold["entities"]:
        numbers = {number[m["start"], m["end"]] for m in entity["mentions"] if (m["start"], m["end"]) in number}
        assert len(numbers) <= 1, entity["name"]
        found += len(numbers)
    assert found >= len(seed_gold["entities"]) - 1


def test_all_persons_with_all_names_and_no_wrong_person(
    seed: tuple[list[FoundEntity], list[FoundMention]], seed_gold: dict[str, Any]
) -> None:
    entities, mentions = seed
    gold = {
        entity["name"]: [(m["start"], m["end"]) for m in entity["mentions"]]
        for entity in seed_gold["entities"]
        if entity["type"] == "PERSON"
    }
    found: dict[str, list[tuple[int, int]]] = {}
    for mention in mentions:
        entity = entities[mention.entity]
        if entity.type is EntityType.PERSON:
            found.setdefault(entity.name, []).append((mention.span.start, mention.span.end))
    assert found == gold
