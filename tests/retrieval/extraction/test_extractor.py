"""The stages composed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.models import Block, BlockKind, PublicationDate, Span
from retrieval.models.found_facts import Extraction


@dataclass(frozen=True)
class Item:
    text: str

    @property
    def published(self) -> PublicationDate:
        return PublicationDate()

    @property
    def blocks(self) -> list[Block]:
        return [Block(BlockKind.BODY, Span(*line.span())) for line in re.finditer(r"[^\n]+", self.text)]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def test_links_between_facts_are_positions(extractor: Extractor) -> None:
    facts = extractor.extract(Item("Maria Lopez said on Monday that Kenyan police killed two men in Nairobi."))
    assert facts.entities
    assert facts.claims
    assert all(mention.entity < len(facts.entities) for mention in facts.mentions)
    for claim in facts.claims:
        assert claim.attribution.entity is None or claim.attribution.entity < len(facts.entities)
        assert claim.said_at is None or claim.said_at < len(facts.times)


def test_many_are_as_one_by_one(extractor: Extractor) -> None:
    items = [Item("Anna Schmidt met John Key in Berlin."), Item(""), Item("The UN said 20 died in Kabul.")]
    assert list(extractor.extract_many(items)) == [extractor.extract(item) for item in items]


@pytest.mark.parametrize("text", ["", "\n \n", "😀 😀", "قال الرئيس أمس", "a\r\nb", "\u0301", "IS"], ids=repr)
def test_odd_texts_are_no_error(extractor: Extractor, text: str) -> None:
    assert isinstance(extractor.extract(Item(text)), Extraction)
