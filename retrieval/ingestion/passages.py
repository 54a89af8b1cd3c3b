"""Passages: the sentence-aligned stretches of an article that are searched and cited."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from retrieval.ingestion.sentences import split_sentences, trimmed
from retrieval.models import Block, BlockKind, Span

# Scripts without spaces still need a size: this many characters in a row count as a word.
_CHARACTERS_PER_WORD = 12
# A sentence is looked at in stretches of this many characters a word, so that a text without an end takes linear time.
_LONG_WORD = 40
_WORD = re.compile(r"\S+\s*")
_CLAUSE_END = re.compile(r"(?<=[;:,—–،、，；])\s+|(?<=[、，；])")


def split_passages(text: str, blocks: Iterable[Block], *, max_sentences: int = 3, max_words: int = 120) -> tuple[Span, ...]:
    """The passages of an article, in reading order and disjoint.

    A passage holds up to ``max_sentences`` whole sentences and ``max_words`` words; short paragraphs that follow each
    other share one, a long paragraph is cut into even parts, a sentence over the limit is cut at a clause or a space. The
    standfirst stands by itself. No passage reaches over a block that is not body, and together they hold every character
    of the body. A dateline that a paragraph opens with is searched with it: it says where all of that was.
    """
    passages: list[Span] = []
    for kind, group in groupby(_with_datelines(text, blocks), key=lambda block: block.kind):
        if kind is BlockKind.BODY:
            paragraphs = [_sentences(text, block.span, max_words) for block in group]
            passages.extend(_pack(text, paragraphs, max_sentences, max_words))
        elif kind is BlockKind.STANDFIRST:
            paragraphs = [_sentences(text, block.span, max_words) for block in group]
            passages.extend(span for sentences in paragraphs for span in _pack(text, [sentences], max_sentences, max_words))
    return tuple(passages)


def _with_datelines(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    dateline: Block | None = None
    for block in blocks:
        if block.kind is BlockKind.DATELINE:
            if dateline is not None:
                yield dateline
            dateline = block
            continue
        if dateline is not None and block.kind in {BlockKind.BODY, BlockKind.STANDFIRST}:
            between = text[dateline.span.end : block.span.start]
            if between.isspace() and len(between.splitlines()) == 1 and not between.endswith("\n"):
                yield Block(block.kind, Span(dateline.span.start, block.span.end))
                dateline = None
                continue
        if dateline is not None:
            yield dateline
            dateline = None
        yield block


def count_words(text: str) -> int:
    """Words between spaces; a very long one counts as several, so that scripts without spaces have a size too."""
    return sum(
        1 + (len(word) - 1) // _CHARACTERS_PER_WORD if len(word) > 2 * _CHARACTERS_PER_WORD else 1 for word in text.split()
    )


def _pack(text: str, paragraphs: list[list[Span]], max_sentences: int, max_words: int) -> Iterator[Span]:
    open_sentences: list[Span] = []
    for sentences in paragraphs:
        if open_sentences and not _fits(text, [*open_sentences, *sentences], max_sentences, max_words):
            yield Span(open_sentences[0].start, open_sentences[-1].end)
            open_sentences = []
        if _fits(text, sentences, max_sentences, max_words):
            open_sentences += sentences
            continue
        *whole, open_sentences = _parts(text, sentences, max_sentences, max_words)
        for part in whole:
            yield Span(part[0].start, part[-1].end)
    if open_sentences:
        yield Span(open_sentences[0].start, open_sentences[-1].end)


def _parts(text: str, sentences: list[Span], max_sentences: int, max_words: int) -> list[list[Span]]:
    """One paragraph in parts of about equal number of sentences, each within the limits."""
    count = -(-len(sentences) // max_sentences)
    size = -(-len(sentences) // count)
    parts: list[list[Span]] = [[]]
    for sentence in sentences:
        if parts[-1] and not _fits(text, [*parts[-1], sentence], size, max_words):
            parts.append([])
        parts[-1].append(sentence)
    return parts


def _fits(text: str, sentences: list[Span], max_sentences: int, max_words: int) -> bool:
    if len(sentences) > max_sentences:
        return False
    return count_words(text[sentences[0].start : sentences[-1].end]) <= max_words


def _sentences(text: str, span: Span, max_words: int) -> list[Span]:
    return [piece for sentence in split_sentences(text, span) for piece in _pieces(text, sentence, max_words)]


def _pieces(text: str, sentence: Span, max_words: int) -> Iterator[Span]:
    """``sentence`` whole, or cut into pieces of at most ``max_words`` words where it is longer."""
    start = sentence.start
    while True:
        reach = min(sentence.end, start + _LONG_WORD * max_words)
        if reach == sentence.end and count_words(text[start:reach]) <= max_words:
            break
        limit = _word_limit(text, start, reach, max_words, is_cut=reach < sentence.end)
        clauses = [match.end() for match in _CLAUSE_END.finditer(text, start, limit)]
        cut = clauses[-1] if clauses and clauses[-1] > start + (limit - start) // 2 else limit
        if piece := trimmed(text, start, cut):
            yield piece
        start = cut
    if piece := trimmed(text, start, sentence.end):
        yield piece


def _word_limit(text: str, start: int, end: int, max_words: int, *, is_cut: bool) -> int:
    """The last place up to ``end`` where a piece of at most ``max_words`` words from ``start`` can stop.

    ``is_cut`` says that the text goes on after ``end``, so that the last word may be half of one.
    """
    words = 0
    last = start
    for match in _WORD.finditer(text, start, end):
        words += count_words(match[0])
        if words > max_words or (is_cut and match.end() == end):
            break
        last = match.end()
    if last > start:
        return last
    last = min(end, start + _CHARACTERS_PER_WORD * max_words)
    while start + 1 < last < end and unicodedata.combining(text[last]):
        last -= 1
    return last
