from __future__ import annotations

import pytest

from retrieval.extraction.claims.claims import find_claims
from retrieval.extraction.claims.quotations import find_quotations
from retrieval.extraction.language.parsing import parse_blocks
from retrieval.models import AttributionKind, Block, BlockKind, Span


def lines(text: str) -> list[Block]:
    blocks: list[Block] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(BlockKind.BODY, Span(start, start + len(line))))
        start += len(line) + 1
    return blocks


def spoken(text: str) -> list[tuple[str, str, bool]]:
    parsed = list(parse_blocks(text, lines(text)))
    claims = find_claims(text, parsed, entities=[], mentions=[], times=[])
    direct = [c for c in claims if c.attribution.kind is AttributionKind.DIRECT_QUOTATION]
    return [
        (" | ".join(s.slice(text) for s in c.spans), c.attribution.source_text, c.attribution.source is None)
        for c in direct
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('He said "no" and "yes".', ['"no"', '"yes"'], id="straight"),
        pytest.param("He said “no” and “yes”.", ["“no”", "“yes”"], id="curly"),
        pytest.param("‘It’s not mine,’ he said.", ["‘It’s not mine,’"], id="single-with-an-apostrophe"),
        pytest.param("The workers' strike and the band's tour.", [], id="apostrophes-quote-nothing"),
        pytest.param(
            '"One goes on\n"and ends here," he said.', ['"One goes on', '"and ends here,"'], id="open-at-block-end"
        ),
        pytest.param("“One goes on\nand ends here,” he said.", ["“One goes on", "and ends here,”"], id="no-second-opening"),
        pytest.param("«Never,» she said.", ["«Never,»"], id="guillemets"),
    ],
)
def test_quotation_marks_are_paired(text: str, expected: list[str]) -> None:
    assert [q.span.slice(text) for q in find_quotations(text, lines(text))] == expected


def test_a_cue_in_the_middle_joins_both_halves() -> None:
    text = '"We lost everything," said Anna Schmidt, a shopkeeper. "The water came at night."'
    assert spoken(text) == [('"We lost everything," | "The water came at night."', "Anna Schmidt", False)]


def test_a_quotation_without_cue_is_carried_by_the_last_speaker() -> None:
    text = '"We lost everything," said Anna Schmidt.\n"We will rebuild."'
    assert spoken(text)[1] == ('"We will rebuild."', "Anna Schmidt", True)


def test_a_quotation_whose_cue_comes_later_takes_it_from_there() -> None:
    text = '"Nobody warned us."\n"And nobody came to help us," said Anna Schmidt.'
    assert [source for _, source, _ in spoken(text)] == ["Anna Schmidt", "Anna Schmidt"]


def test_an_open_quotation_goes_on_in_the_next_block() -> None:
    text = 'Anna Schmidt said: "Nobody warned us about the dam.\n"And nobody came to help."'
    assert spoken(text) == [('"Nobody warned us about the dam. | "And nobody came to help."', "Anna Schmidt", False)]


def test_a_single_term_in_marks_is_not_speech() -> None:
    assert spoken('The so-called "dark fleet" sailed on.') == []


def test_quoted_words_keep_their_marks_as_written() -> None:
    text = "“The dam is safe,” the engineer insisted."
    assert spoken(text) == [("“The dam is safe,”", "the engineer", False)]


def test_a_quoted_sentence_goes_on_with_the_speaker_just_before_it() -> None:
    text = 'A doctor said soldiers had blocked the road. "They told us it was too late."'
    assert spoken(text) == [('"They told us it was too late."', "A doctor", True)]
