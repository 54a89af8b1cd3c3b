"""Names that are known beforehand: countries and their demonyms, large cities, regions, agencies, armed and other groups.

The lexicons and their sources stand in ``lexicons/``. Matching needs no language model, so questions can use it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Generic, TypeVar

from retrieval.extraction.entities.names import GIVEN_NAMES, WORDS, folded, name_key
from retrieval.models import EntityType, MentionKind, Span

T = TypeVar("T")

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_ACRONYM = re.compile(r"(?:[A-Z]\.?){2,6}")
# Cities below this many thousands of people are known only where the sentence speaks of a place.
_SURE_CITY_THOUSANDS = 900
# Names of places that are as often surnames, given names or plain words.
_AMBIGUOUS = WORDS["ambiguous"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A known name. ``key`` is the normal form that joins articles; ``country`` a country's ISO 3166-1 alpha-2 code."""

    type: EntityType
    name: str
    key: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a text where a known name stands; ``is_sure`` is False where the name is often something else."""

    span: Span
    entry: Entry
    kind: MentionKind
    is_sure: bool


@dataclass(slots=True)
class _Node(Generic[T]):
    """A node of a trie; ``value`` is set where a name ends."""

    children: dict[str, _Node[T]] = field(default_factory=dict)
    value: T | None = None


class NameTrie(Generic[T]):
    """Names with a value each, found in a text word by word, with case, longest first."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, name: str, value: T) -> None:
        """Add a name; one that is already there keeps its value."""
        node = self._root
        for token in _TOKEN.findall(name):
            node = node.children.setdefault(token, _Node())
        if node.value is None:
            node.value = value

    def find(self, text: str) -> Iterator[tuple[Span, T]]:
        """Every name in ``text``, not overlapping, in reading order. A name does not go on over a line's end."""
        tokens = list(_TOKEN.finditer(text))
        texts = [match.group() for match in tokens]
        position = 0
        while position < len(tokens):
            node = self._root.children.get(texts[position])
            end, ahead = position, position
            found: T | None = None
            while node is not None:
                if node.value is not None:
                    end, found = ahead, node.value
                ahead += 1
                if ahead >= len(tokens) or "\n" in text[tokens[ahead - 1].end() : tokens[ahead].start()]:
                    break
                node = node.children.get(texts[ahead])
            if found is None:
                position += 1
                continue
            yield Span(tokens[position].start(), tokens[end].end()), found
            position = end + 1


def _rows(name: str) -> Iterator[list[str]]:
    text = (files("retrieval.extraction") / "lexicons" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield [*line.split("\t"), "", ""]


def _split(field: str) -> list[str]:
    return [part for part in field.split("|") if part]


class Gazetteer:
    """All known names, found case-sensitively and longest first."""

    def __init__(self) -> None:
        self._trie: NameTrie[tuple[Entry, MentionKind, bool]] = NameTrie()
        self._by_key: dict[str, Entry] = {}
        self._demonyms: dict[str, Entry] = {}
        for code, name, names, demonyms, *_ in _rows("countries.tsv"):
            self._add_place(Entry(EntityType.PLACE, name, name_key(name), code), _split(names), _split(demonyms))
        for name, names, demonyms, *_ in _rows("places.tsv"):
            self._add_place(Entry(EntityType.PLACE, name, name_key(name)), _split(names), _split(demonyms))
        for kind, name, names, *_ in _rows("organizations.tsv"):
            entry = Entry(EntityType(kind), name, name_key(name))
            for form in (name, *_split(names)):
                self._add(form, entry)
        for name, _country, _number, thousands, *_ in _rows("cities.tsv"):
            plain = folded(name)
            entry = Entry(EntityType.PLACE, plain, name_key(plain))
            for form in dict.fromkeys((name, plain)):
                self._add(form, entry, is_sure=int(thousands) >= _SURE_CITY_THOUSANDS and len(form) > 4)

    def _add_place(self, entry: Entry, names: list[str], demonyms: list[str]) -> None:
        for form in (entry.name, *names):
            self._add(form, entry)
        for form in demonyms:
            self._demonyms.setdefault(form, entry)
            self._add(form, entry, kind=MentionKind.DEMONYM)

    def _add(self, form: str, entry: Entry, *, kind: MentionKind | None = None, is_sure: bool = True) -> None:
        if kind is None:
            kind = MentionKind.ACRONYM if _ACRONYM.fullmatch(form) else MentionKind.NAME
            self._by_key.setdefault(name_key(form), entry)
        doubtful = form in _AMBIGUOUS or (" " not in form and form in GIVEN_NAMES)
        self._trie.add(form, (entry, kind, is_sure and not doubtful))  # the first wins: a country before a city of its name

    def find(self, text: str) -> Iterator[Match]:
        """Every known name in ``text``, longest match first at each place, not overlapping, in reading order."""
        for span, (entry, kind, is_sure) in self._trie.find(text):
            yield Match(span, entry, kind, is_sure)

    def lookup(self, name: str) -> Entry | None:
        """The known thing that ``name`` (any case) is a name of, or None. Demonyms are not names."""
        return self._by_key.get(name_key(name))

    def demonym(self, word: str) -> Entry | None:
        """The place whose demonym ``word`` is, or None."""
        return self._demonyms.get(word)


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """The gazetteer of this package; read once."""
    return Gazetteer()
