"""Parses of an article's blocks, kept with its facts: who asks need not wait for the parser.

Kept is what the parser decided (tags, features, heads, dependencies, lemmas, names), as compressed JSON of about 3.5 bytes
a token. The tokens themselves are made anew from the text, which takes a hundredth of the time of a parse.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache

import orjson
from spacy.tokens import Doc

from retrieval.extraction.language.parsing import ParsedBlock, split_text

# A lemma that is the token as it stands, or in lower case; from here on the place of another.
_AS_IS, _LOWER, _OTHER = 0, 1, 2


def pack_parses(text: str, parsed: Iterable[ParsedBlock]) -> bytes:
    """The parses of blocks of ``text``, with their names, for `unpack_parse`."""
    kinds: dict[tuple[str, ...], int] = {}
    lemmas: dict[str, int] = {}
    blocks = {}
    for piece in parsed:
        numbers, heads, forms = [], [], []
        for token in piece.doc:
            kind = (token.tag_, token.pos_, str(token.morph), token.dep_)
            numbers.append(kinds.setdefault(kind, len(kinds)))
            heads.append(token.head.i - token.i)
            lemma, word = token.lemma_, token.text
            if lemma == word:
                forms.append(_AS_IS)
            elif lemma == word.lower():
                forms.append(_LOWER)
            else:
                forms.append(lemmas.setdefault(lemma, len(lemmas) + _OTHER))
        names = [(name.start, name.end, name.label_) for name in piece.doc.ents]
        blocks[_key(piece.block.span.slice(text))] = (numbers, heads, forms, names)
    return zlib.compress(orjson.dumps({"kinds": list(kinds), "lemmas": list(lemmas), "blocks": blocks}), 9)


# Those who ask come back to the same articles; so many parses take about 50 MB.
@lru_cache(maxsize=1024)
def unpack_parse(packed: bytes, text: str) -> Doc | None:
    """The parse of a block, as `parse_text` and `name_text` make it; None where it is not among those that were packed."""
    try:
        kept = orjson.loads(zlib.decompress(packed))
        numbers, heads, forms, names = kept["blocks"][_key(text)]
        kinds, lemmas = kept["kinds"], kept["lemmas"]
    except (zlib.error, ValueError, KeyError):
        return None
    tokens = split_text(text)
    if len(tokens) != len(numbers):  # another version of the tokenizer
        return None
    words = [token.text for token in tokens]
    tags, poses, morphs, deps = zip(*(kinds[number] for number in numbers), strict=True) if numbers else ((),) * 4
    inside = ["O"] * len(words)
    for start, end, label in names:
        inside[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return Doc(
        tokens.vocab,
        words=words,
        spaces=[bool(token.whitespace_) for token in tokens],
        tags=list(tags),
        pos=list(poses),
        morphs=list(morphs),
        deps=list(deps),
        heads=[at + head for at, head in enumerate(heads)],
        lemmas=[_lemma(word, form, lemmas) for word, form in zip(words, forms, strict=True)],
        ents=inside,
    )


def _lemma(word: str, form: int, lemmas: list[str]) -> str:
    return word if form == _AS_IS else word.lower() if form == _LOWER else lemmas[form - _OTHER]


def _key(text: str) -> str:
    """Tells the blocks of one article apart, and a text from another that came in its place."""
    return f"{zlib.crc32(text.encode()):08x}{len(text):x}"
