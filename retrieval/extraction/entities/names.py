"""Names as words: normal forms that join articles, titles and given names, and the names that a question holds."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files


def _lines(name: str) -> list[str]:
    text = (files("retrieval.extraction") / "lexicons" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _word_lists() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for line in _lines("name_words.tsv"):
        name, _, words = line.partition("\t")
        lists.setdefault(name, set()).update(words.split())
    return {name: frozenset(words) for name, words in lists.items()}


# The lists of lexicons/name_words.tsv by name.
WORDS = _word_lists()
# Words before a person's name that are no part of it.
TITLES = WORDS["title"]
PARTICLES = WORDS["particle"]
_SUFFIXES = WORDS["name_suffix"]
_DETERMINERS = frozenset({"the", "a", "an"})
_KEEP_JOINED = re.compile(r"(?<=\w)['’`.](?=\w)|(?<=\w)['’`.](?=\s|$)")
_NOT_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """``text`` without the accents of Latin letters ("Muñoz" -> "Munoz"); other scripts stay as they are."""
    if text.isascii():
        return text
    parts = []
    for character in text:
        plain = unicodedata.normalize("NFKD", character)
        if plain[0].isascii():
            parts.append("".join(c for c in plain if not unicodedata.combining(c)))
        elif not (unicodedata.combining(character) and parts and parts[-1].isascii()):
            parts.append(character)
    return "".join(parts).replace("ı", "i").replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("Ø", "O")


def _given_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in _lines("given_names.txt"):
        sex, _, rest = line.partition(" ")
        for name in rest.split():
            names[name] = "" if names.get(name, sex) != sex else sex
    demonyms = {demonym for line in _lines("countries.tsv") for demonym in line.split("\t")[3].split("|")}
    for line in _lines("locale_names.txt"):
        sex, _, rest = line.partition(" ")
        for name in rest.split():
            for form in {name, folded(name)} - demonyms:  # without its accent Germán is no name before "Chancellor"
                names.setdefault(form, sex.replace("u", ""))
    return names


def _surnames() -> frozenset[str]:
    words = {name for line in _lines("surnames.txt") for name in line.partition(" ")[2].split()}
    return frozenset(form for name in words for form in (name, folded(name)))


# Surnames; many are common words or places, too.
SURNAMES = _surnames()
# Given name -> "f", "m", or "" where both are usual.
GIVEN_NAMES = _given_names()


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """The normal form of a name: no case, accents, punctuation, leading article, possessive or corporate suffix.

    >>> name_key("The Acme Widgets, Inc.")
    'acme widgets'
    """
    text = re.sub(r"['’]s$", "", unicodedata.normalize("NFC", name).strip())
    text = _KEEP_JOINED.sub("", folded(text)).casefold()
    words = _NOT_WORD.sub(" ", text).split()
    if len(words) > 1 and words[0] in _DETERMINERS:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    return " ".join(words) or name.casefold().strip()
