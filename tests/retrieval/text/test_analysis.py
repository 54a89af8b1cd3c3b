from __future__ import annotations

import random
import re

import pytest

from retrieval.text.analysis import analyze_query, find_acronyms, find_highlights, split_words, stem


@pytest.mark.parametrize(
    ("query", "words", "acronyms"),
    [
        ("Who was killed in the strikes?", ("kill", "strike"), ()),
        ("What is IS?", (), ("IS",)),
        ("who", ("who",), ()),
        ("to be or not to be", ("to", "be", "or", "not"), ()),
        ("US troops in the U.S.", ("troop",), ("US",)),
        ("café naïveté", ("cafe", "naivet"), ()),
        ("WHO IS IN CHARGE HERE", ("charg",), ()),
        ("🙂", (), ()),
    ],
)
def test_a_query_keeps_the_words_that_tell(query: str, words: tuple[str, ...], acronyms: tuple[str, ...]) -> None:
    terms = analyze_query(query)
    assert (terms.words, terms.acronyms) == (words, acronyms)


def test_a_quoted_phrase_is_a_phrase() -> None:
    assert analyze_query('the "joint operations" had').phrases == ((stem("joint"), stem("operations")),)
    assert analyze_query("the “joint operations” had").phrases == ((stem("joint"), stem("operations")),)


@pytest.mark.parametrize(
    ("text", "acronyms"),
    [
        ("the anti-IS coalition of the U.S. and the UK", ["IS", "US", "UK"]),
        ("MAN BITES DOG IN THE PARK", []),
        ("A man", []),
        ("G20 and F-16 and iPhone", ["G20"]),
    ],
)
def test_words_in_capitals_are_acronyms(text: str, acronyms: list[str]) -> None:
    assert find_acronyms(text) == acronyms


def test_highlights_are_the_places_of_the_words() -> None:
    text = "é IS struck, it is said; strikes at U.S. bases"
    spans = find_highlights(text, analyze_query("Did IS strike the US?"), offset=100)
    assert [text[span.start - 100 : span.end - 100] for span in spans] == ["IS", "strikes", "U.S."]


def test_words_are_runs_of_letters_digits_and_underscores() -> None:
    chance = random.Random(5)
    signs = [chr(code) for code in range(0x2000)] + list("“”’—…日本語🙂\ud800²Ⅷ_ \u2028")
    for _ in range(300):
        text = "".join(chance.choices(signs, k=60)) + "".join(chance.choices("aé_ 1-’.\n", k=60))
        assert split_words(text) == re.findall(r"\w+", text)


def test_a_highlight_is_a_whole_word() -> None:
    text = "strike strikeout re-strike strike_x éstrike strike"
    spans = find_highlights(text, analyze_query("strike"))
    assert [(span.start, span.end) for span in spans] == [(0, 6), (20, 26), (27, 35), (44, 50)]
