"""Positions in other units, and links to words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.enums import OffsetUnit
from schema.offsets import text_fragment, to_unit

TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS, st.integers(0, 30))
def test_utf16_and_utf8_positions_cut_the_encoded_text_where_code_points_cut_the_text(text: str, position: int) -> None:
    before = text[:position]
    utf16 = text.encode("utf-16-le")[: 2 * to_unit(text, len(before), OffsetUnit.UTF16)]
    utf8 = text.encode()[: to_unit(text, len(before), OffsetUnit.UTF8_BYTE)]
    assert utf16.decode("utf-16-le") == utf8.decode() == before
    assert to_unit(text, position, OffsetUnit.CODE_POINT) == position


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        pytest.param("US-led, say & go", "US%2Dled%2C%20say%20%26%20go", id="signs of the syntax are escaped"),
        pytest.param("café", "caf%C3%A9", id="as UTF-8"),
        pytest.param("one two\n\nthree four", "one%20two,three%20four", id="over a line's end: beginning and end"),
        pytest.param("  \n ", "", id="no words"),
    ],
)
def test_text_fragment_escapes_and_splits(words: str, fragment: str) -> None:
    assert text_fragment(words) == fragment


def test_long_words_are_given_by_beginning_and_end() -> None:
    words = " ".join(f"word{n}" for n in range(100))
    assert (
        text_fragment(words)
        == "word0%20word1%20word2%20word3%20word4%20word5,word94%20word95%20word96%20word97%20word98%20word99"
    )


def test_context_is_whole_words_of_the_same_line() -> None:
    assert (
        text_fragment("Utopia", "line\ncut off they met in ", " in 2001. It w\nnext")
        == "they%20met%20in-,Utopia,-in%202001.%20It"
    )


def test_context_of_another_line_is_left_out() -> None:
    assert text_fragment("Utopia", "they met\n", "\nnext line here") == "Utopia"
