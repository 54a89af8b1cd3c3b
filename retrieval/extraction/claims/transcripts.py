"""Transcripts and interviews: paragraphs that name their speaker before a colon ("Ann Lee: ...", "Q: ...", "A: ...")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.extraction.entities.names import GIVEN_NAMES, PARTICLES, TITLES
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.ingestion.sentences import trimmed
from retrieval.models import Span
from retrieval.text.word_sets import load_words

_LABEL = re.compile(r"(?P<label>[^\W\d_][\w.'’ -]{0,40}?)(?:\s*\([^()\n]{1,40}\))?\s*:\s+(?=\S)")
_ASKING = load_words("interviewers")
_ANSWERING = frozenset({"a", "answer"})
_LONGEST_LABEL = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says in one paragraph; ``is_answer`` where the ``label`` only says that it is the answer ("A")."""

    block: int
    label: Span
    content: Span
    is_answer: bool


def find_turns(text: str, parsed: Sequence[ParsedBlock]) -> list[Turn]:
    """The turns of the speakers of a transcript, without questions; none where the article is no transcript.

    It is one where a labelled paragraph answers a question, or where such paragraphs follow each other and a label comes
    back or is a part ("Moderator").
    """
    labelled = [(number, match) for number, block in enumerate(parsed) if (match := _labelled(text, block)) is not None]
    if not _is_transcript(text, parsed, labelled):
        return []
    turns: list[Turn] = []
    by_block = dict(labelled)
    voices = {match["label"].casefold() for _, match in labelled}
    label, is_open = Span(0, 0), False
    for number in range(labelled[0][0], len(parsed)):
        block, match = parsed[number].block.span, by_block.get(number)
        if match is not None:
            name = match["label"].casefold()
            is_open = name not in _ASKING
            label = Span(match.start("label"), match.end("label"))
        elif number > labelled[-1][0] or len(voices) < 2:
            is_open = False  # an unlabelled paragraph is a question, or the reporter's own words again
        content = trimmed(text, match.end() if match is not None else block.start, block.end)
        if is_open and content is not None and not content.slice(text).rstrip("\"'”’").endswith("?"):
            turns.append(Turn(number, label, content, label.slice(text).casefold() in _ANSWERING))
    return turns


def _labelled(text: str, block: ParsedBlock) -> re.Match[str] | None:
    match = _LABEL.match(text, block.block.span.start, block.block.span.end)
    return match if match is not None and _is_label(match["label"]) else None


def _is_label(label: str) -> bool:
    """True for what names a speaker: a name of two words, with a title or in capitals, or a part in an interview."""
    words = label.replace("-", " ").split()
    lowered = label.casefold()
    if lowered in _ASKING or lowered in _ANSWERING:
        return True
    if not words or len(words) > _LONGEST_LABEL:
        return False
    if not all(word[0].isupper() or word.lower() in PARTICLES for word in words):
        return False
    has_title = words[0].casefold().rstrip(".") in TITLES
    return has_title or len(words) > 1 or words[0].title() in GIVEN_NAMES or (len(words) == 1 and label.isupper())


def _is_transcript(text: str, parsed: Sequence[ParsedBlock], labelled: Sequence[tuple[int, re.Match[str]]]) -> bool:
    if not labelled:
        return False
    counts = Counter(match["label"].casefold() for _, match in labelled)
    numbers = {number for number, _ in labelled}
    follows = any(number + 1 in numbers for number in numbers)
    names = [label for label in counts if label not in _ASKING and label not in _ANSWERING]
    asked = any(text[parsed[n - 1].block.span.start : parsed[n - 1].block.span.end].endswith("?") for n in numbers if n)
    has_parts = len(names) < len(counts)
    return asked if len(labelled) == 1 else asked or (follows and (max(counts.values()) > 1 or has_parts))
