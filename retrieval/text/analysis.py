"""How text becomes the terms of the search index, and a query the same terms.

Every word is kept, lower-cased, without accents and stemmed (Porter's English stemmer). A word in capitals is indexed a
second time as it stands: ``IS`` and ``US`` are names, which lower-casing would fold into two of the commonest words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from retrieval.models import Span

WORDS = "words"  # the analyzer's name in the index

# Words too common to tell passages apart; left out of a query that has any other.
STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do does
    doing during each few for from further had has have having he her here hers him his how i if in into is it its itself
    just me more most my no nor not now of off on once only or other our out over own same she should so some such than
    that the their theirs them then there these they this those through to too under until up us very was we were what when
    where which while who whom whose why will with would you your""".split()  # noqa: SIM905 -- reads better than a hundred quoted words
)

# A longer word is not indexed.
_MAX_LETTERS = 80
# Words whose stems are remembered, about 25 MB of them; then all are forgotten.
_REMEMBERED = 200_000
_ACRONYM = re.compile(r"(?<![\w.])(?:[A-Z](?:\.[A-Z])+\.?|[A-Z][A-Z0-9]{1,7})(?!\w)")
_WORD = re.compile(r"\w+")
_GAPS = bytes(code if code > 127 or chr(code).isalnum() or code == ord("_") else ord(" ") for code in range(256))


def build_analyzer() -> TextAnalyzer:
    """The analyzer of the text fields; the same for text and query."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_MAX_LETTERS))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("English"))
        .build()
    )


@lru_cache(maxsize=1)
def _analyzer() -> TextAnalyzer:
    return build_analyzer()


def stem(word: str) -> str:
    """The term of one word; empty where the index would drop it."""
    terms = _analyzer().analyze(word)
    return terms[0] if terms else ""


def find_acronyms(text: str) -> list[str]:
    """The words of ``text`` in capitals, without full stops; none where most words are (a headline in capitals)."""
    found = [match.group().replace(".", "") for match in _ACRONYM.finditer(text)]
    words = _WORD.findall(text)
    return [] if len(words) > 3 and len(found) > len(words) / 2 else found


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """A query as the index sees it: ``words`` are stems, ``acronyms`` stand in capitals, ``phrases`` stood in quotes."""

    words: tuple[str, ...]
    acronyms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]


def analyze_query(query: str) -> QueryTerms:
    """The terms of a query, each once. Stop words go, unless there is nothing else."""
    acronyms = tuple(dict.fromkeys(find_acronyms(query)))
    capitals = {acronym.casefold() for acronym in acronyms}
    plain = query.replace(".", "") if any("." in m.group() for m in _ACRONYM.finditer(query)) else query
    words = [word for word in _WORD.findall(plain) if word.casefold() not in capitals]
    event_report = [word for word in words if word.casefold() not in STOP_WORDS]
    kept = event_report or ([] if acronyms else words)
    terms = tuple(dict.fromkeys(term for term in map(STEMS.__getitem__, kept) if term))
    quoted = re.findall(r'["“]([^"“”]{2,200})["”]', query)
    phrases = (tuple(t for t in map(STEMS.__getitem__, _WORD.findall(phrase)) if t) for phrase in quoted)
    return QueryTerms(terms, acronyms, tuple(dict.fromkeys(phrase for phrase in phrases if len(phrase) > 1)))


class Highlighter:
    """Finds the words of a query in texts."""

    def __init__(self, terms: QueryTerms) -> None:
        self._stems = {*terms.words, *(term for phrase in terms.phrases for term in phrase)}
        self._capitals = frozenset(terms.acronyms)

    def find(self, text: str, *, offset: int = 0) -> tuple[Span, ...]:
        """Where the words stand in ``text``; ``offset`` is the place of its first character."""
        words = {word for word in set(split_words(text)) if STEMS[word] in self._stems}
        found = {place for word in words for place in _find_word(text, word)}
        if self._capitals:
            acronyms = _ACRONYM.finditer(text)
            found |= {(m.start(), m.end()) for m in acronyms if m.group().replace(".", "") in self._capitals}
        return tuple(Span(start + offset, end + offset) for start, end in sorted(found))


def find_highlights(text: str, terms: QueryTerms, *, offset: int = 0) -> tuple[Span, ...]:
    """Where the words of a query stand in one text; ``offset`` is the place of its first character."""
    return Highlighter(terms).find(text, offset=offset)


class StemTable(dict[str, str]):
    """The stem of every word looked up. A search looks up thousands, and a dictionary answers without a call."""

    def __missing__(self, word: str) -> str:
        if len(word) > _MAX_LETTERS:
            return ""
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[word] = stem(word)
        return found


STEMS = StemTable()


def split_words(text: str) -> list[str]:
    r"""The words of ``text`` as they stand: runs of letters, digits and underscores.

    What ``\w+`` finds, in a fifth of the time: a search splits a hundred passages.
    """
    if not text.isascii():
        for sign in set(text):
            if sign > "\x7f" and not sign.isalnum():
                text = text.replace(sign, " ")
    return text.encode().translate(_GAPS).decode().split()


def _find_word(text: str, word: str) -> Iterator[tuple[int, int]]:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and _is_wordly(text[start - 1])) and not (end < len(text) and _is_wordly(text[end])):
            yield start, end
        start = text.find(word, end)


def _is_wordly(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
