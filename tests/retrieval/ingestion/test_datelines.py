from __future__ import annotations

import pytest

from retrieval.ingestion.blocks import split_blocks
from retrieval.ingestion.datelines import find_dateline
from retrieval.ingestion.passages import split_passages
from retrieval.models import BlockKind


@pytest.mark.parametrize(
    ("text", "dateline", "places", "agency"),
    [
        ("BUFFALO, N.Y., March 3, 2021 — The river rose.", "BUFFALO, N.Y., March 3, 2021 —", ["BUFFALO"], None),
        (
            "LOS ANGELES/NEW YORK (Reuters) - The tie",
            "LOS ANGELES/NEW YORK (Reuters) -",
            ["LOS ANGELES", "NEW YORK"],
            "Reuters",
        ),
        ("Washington, D.C. (AP) The senate", "Washington, D.C. (AP)", ["Washington"], "AP"),
        ("(AFP) — The senate", "(AFP) —", [], "AFP"),
        ("PARIS: The senate", None, [], None),
        ("European Union (EU) Leaders met", None, [], None),
        ("JOHN SMITH (AP) won the race", None, [], None),
        ("In May 3 - a cold day - it rained", None, [], None),
    ],
)
def test_the_dateline_that_a_report_opens_with(
    text: str, dateline: str | None, places: list[str], agency: str | None
) -> None:
    found = find_dateline(text)
    if dateline is None:
        assert found is None
        return
    assert found is not None
    assert (found.span.slice(text), [place.slice(text) for place in found.places]) == (dateline, places)
    assert (found.agency.slice(text) if found.agency else None) == agency


def test_a_dateline_is_a_block_of_its_own_and_searched_with_its_paragraph() -> None:
    text = "Flood\n\nOSLO (Reuters) - The river rose.\n\nIt fell later."
    blocks = split_blocks(text)
    assert [(b.kind, b.span.slice(text)) for b in blocks][1:3] == [
        (BlockKind.DATELINE, "OSLO (Reuters) -"),
        (BlockKind.BODY, "The river rose."),
    ]
    assert split_passages(text, blocks)[0].slice(text).startswith("OSLO (Reuters) - The river")


def test_further_down_only_an_agency_makes_a_dateline() -> None:
    text = "Round-up\n\nThe week in short.\n\nKYIV (AP) - Two towns voted.\n\nGENEVA - a city - voted."
    kinds = [block.kind for block in split_blocks(text)]
    assert kinds == [BlockKind.TITLE, BlockKind.BODY, BlockKind.DATELINE, BlockKind.BODY, BlockKind.BODY]
