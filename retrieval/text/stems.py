"""Stems: Snowball's English stemmer ("Porter2"), which tantivy applies to the terms of the index as well."""

from __future__ import annotations

from functools import lru_cache

import Stemmer

_STEMMER = Stemmer.Stemmer("english", 0)  # no cache of its own: `stem` has one, and is safe to call from many threads


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word in lower case, without a possessive ending."""
    return str(_STEMMER.stemWord(word.lower().replace("’", "'").removesuffix("'s")))
