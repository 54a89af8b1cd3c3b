"""The names in a short question, found without a language model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.extraction.entities.names import PARTICLES, TITLES, WORDS, name_key
from retrieval.extraction.language.parsing import straight
from retrieval.models import EntityType, Span

_WORD = re.compile(r"(?:[^\W\d_]\.)+(?![^\W_])|[^\W_]+(?:['&.-](?!s\b)[^\W_]+)*")
_QUOTED = re.compile(r'"([^"]{2,60})"')
_FUNCTION_WORDS = WORDS["function"]


@dataclass(frozen=True, slots=True)
class NameInQuestion:
    """A name in a question: where it stands, its normal form, and its type where it is a known name."""

    span: Span
    text: str
    key: str
    type: EntityType | None = None


def find_names(question: str) -> list[NameInQuestion]:
    """The names in a question, in reading order: known names, runs of capitalised words, quoted words.

    Example: ``find_names("Who met Jane Doe in Paris?")`` gives "Jane Doe" (type None) and "Paris" (PLACE).
    """
    text = straight(question)
    known = {match.span: match for match in load_gazetteer().find(text)}
    runs = [run for run in _runs(text) if not any(span.contains(run) for span in known)]
    found: list[NameInQuestion] = []
    for span in [*runs, *known, *(Span(*match.span(1)) for match in _QUOTED.finditer(text))]:
        if any(span.overlaps(other.span) for other in found):
            continue
        entry = known[span].entry if span in known else None
        words = span.slice(question)
        found.append(NameInQuestion(span, words, entry.key if entry else name_key(words), entry.type if entry else None))
    return sorted(found, key=lambda name: name.span)


def _runs(text: str) -> Iterator[Span]:
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        is_next = bool(run) and text[run[-1].end() : word.start()] == " "
        if run and not is_next:
            yield from _run(run)
            run = []
        is_upper = word.group()[0].isupper() and (word.group().casefold() not in _FUNCTION_WORDS or word.group().isupper())
        if is_upper or (run and word.group() in PARTICLES):
            run.append(word)
        elif run:
            yield from _run(run)
            run = []
    yield from _run(run)


def _run(words: list[re.Match[str]]) -> Iterator[Span]:
    while len(words) > 1 and (words[0].group().casefold() in TITLES or load_gazetteer().demonym(words[0].group())):
        words = words[1:]
    while words and words[-1].group() in PARTICLES:
        words = words[:-1]
    if words and words[0].group().casefold() not in {"i", "a"}:
        yield Span(words[0].start(), words[-1].end())
