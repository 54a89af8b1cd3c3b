from __future__ import annotations

import pytest

from retrieval.ingestion.blocks import split_blocks
from retrieval.ingestion.credits import find_authors
from retrieval.models import BlockKind


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Tessa Orman and Will Drake", ("Tessa Orman", "Will Drake")),
        ("By IVO KANT, Staff Writer", ("Ivo Kant",)),
        ("(Reporting by Elio Marsh in Turin and Dag Wahl; Editing by Pia Norton)", ("Elio Marsh", "Dag Wahl")),
        ("Edited by Pia Norton", ()),
        ("Photo: Greta Sund/AFP", ()),
        ("REUTERS/Dario Falk", ()),
    ],
)
def test_authors_are_those_who_wrote(line: str, authors: tuple[str, ...]) -> None:
    text = f"Flood cuts off towns\n\n{line}\n\nThe river rose."
    blocks = split_blocks(text)
    assert [b.kind for b in blocks if b.span.slice(text) == line] == [BlockKind.BYLINE]
    assert find_authors(text, blocks) == authors


def test_a_credit_at_the_end_of_a_paragraph_is_cut_off() -> None:
    text = "Flood\n\nThe river rose. It fell later. (Reporting by Mina Sole; editing by Carl Teach)"
    assert [(b.kind, b.span.slice(text)) for b in split_blocks(text)][1:] == [
        (BlockKind.BODY, "The river rose. It fell later."),
        (BlockKind.BYLINE, "(Reporting by Mina Sole; editing by Carl Teach)"),
    ]
