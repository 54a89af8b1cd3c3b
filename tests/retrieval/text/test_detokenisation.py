"""Natural spacing for tokenised text."""

from __future__ import annotations

import pytest

from retrieval.text.detokenisation import detokenise


@pytest.mark.parametrize(
    ("tokenised", "natural"),
    [
        ("It won , then lost .", "It won, then lost."),
        ("She said `` no '' .", 'She said "no".'),
        ("a two - year term", "a two-year term"),
        ("( 1916 , 1940 -- 1942 )", "(1916, 1940–1942)"),
        ("the capital 's mayor did n't", "the capital's mayor didn't"),
        ("John F . Kennedy , Jr .", "John F. Kennedy, Jr."),
        ("it cost $ 5 ( 3 % ) .", "it cost $5 (3%)."),
        ("plain text stays as it is.", "plain text stays as it is."),
    ],
    ids=["commas", "quotes", "hyphens", "brackets and ranges", "clitics", "initials", "signs", "natural"],
)
def test_it_restores_natural_spacing(tokenised: str, natural: str) -> None:
    assert detokenise(tokenised)[0] == natural


def test_offsets_are_carried_along() -> None:
    tokenised = "In 1901 , Wilhelm Conrad Röntgen ( of Germany ) won `` it '' ."
    natural, moved = detokenise(tokenised)
    assert len(moved) == len(tokenised) + 1
    for word in ("Wilhelm Conrad Röntgen", "Germany", "won", "it"):
        start = tokenised.index(word)
        assert natural[moved[start] : moved[start + len(word)]] == word
