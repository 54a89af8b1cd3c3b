"""Named sets of words that the rules use, from ``lexicons/words.tsv``."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _sets() -> dict[str, frozenset[str]]:
    table = files("retrieval.extraction").joinpath("lexicons/words.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(words.split()) for name, words in rows}


def load_words(name: str) -> frozenset[str]:
    """The set called ``name``, all lower case.

    Raises:
        KeyError: the table has no such set.
    """
    return _sets()[name]
