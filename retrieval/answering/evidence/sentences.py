"""Sentences of retrieved articles, parsed, with the stored facts that stand in each."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from retrieval.extraction.language.parsing import parse_text
from retrieval.extraction.language.stored_parses import unpack_parse
from retrieval.models import FACTUAL_BLOCKS, ArticleFacts, Block, Mention, Span, TimeRef
from retrieval.text.words import WordBag

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A parsed sentence. ``block`` is the number of its block among the article's factual blocks.

    ``starts`` are where its tokens start in the article.
    """

    facts: ArticleFacts
    block: int
    offset: int
    tokens: TokenSpan
    span: Span
    mentions: tuple[Mention, ...]
    times: tuple[TimeRef, ...]
    starts: tuple[int, ...]

    @property
    def text(self) -> str:
        """The sentence as it stands in the article."""
        return self.span.slice(self.facts.article.text)

    def place(self, tokens: Token | TokenSpan) -> Span:
        """Where tokens stand in the article."""
        if isinstance(tokens, Token):
            return Span(self.offset + tokens.idx, self.offset + tokens.idx + len(tokens))
        return Span(self.offset + tokens.start_char, self.offset + tokens.end_char)

    def tokens_in(self, span: Span) -> list[Token]:
        """The sentence's tokens that overlap ``span``."""
        first = bisect_right(self.starts, span.start)
        last = bisect_left(self.starts, span.end)
        before = self.tokens[first - 1] if 0 < first <= last else None
        reaches = before is not None and span.start < self.offset + before.idx + len(before)
        return list(self.tokens[first - reaches : last])

    def head_of(self, span: Span) -> Token | None:
        """The token of ``span`` that the others hang on; None when none is here."""
        tokens = self.tokens_in(span)
        return next((t for t in tokens if t.head not in tokens or t.head == t), tokens[-1] if tokens else None)


@lru_cache(maxsize=1024)
def parse(text: str) -> Doc:
    """The parse of a text, without names; the last 1,024 are kept."""
    return parse_text(text)


def factual_blocks(blocks: Iterable[Block]) -> list[Block]:
    """The blocks that carry facts, in order."""
    return [block for block in blocks if block.kind in FACTUAL_BLOCKS]


def words_of(text: str) -> list[str]:
    """The words of a stretch of text, for matching without a parse."""
    return _WORD.findall(text)


@lru_cache(maxsize=4096)
def bag_of(text: str) -> WordBag:
    """The words of a block; the last 4,096 are kept."""
    return WordBag(words_of(text))


def iter_sentences(facts: ArticleFacts, numbers: Iterable[int], parses: bytes = b"") -> Iterator[Sentence]:
    """The sentences of the factual blocks with these numbers; a block that is not among the kept ``parses`` is parsed."""
    blocks = factual_blocks(facts.blocks)
    for number in numbers:
        block = blocks[number]
        text = block.span.slice(facts.article.text)
        doc = unpack_parse(parses, text) or parse(text)
        for tokens in doc.sents:
            span = Span(block.span.start + tokens.start_char, block.span.start + tokens.end_char)
            if not tokens.text.strip():
                continue
            yield Sentence(
                facts=facts,
                block=number,
                offset=block.span.start,
                tokens=tokens,
                span=_trimmed(span, facts.article.text),
                mentions=tuple(m for m in facts.mentions if span.contains(m.span)),
                times=tuple(t for t in facts.times if t.span is not None and span.contains(t.span)),
                starts=tuple(block.span.start + token.idx for token in tokens),
            )


def _trimmed(span: Span, text: str) -> Span:
    part = span.slice(text)
    return Span(span.start + len(part) - len(part.lstrip()), span.end - len(part) + len(part.rstrip()))
