"""Model inputs: the answer's tokens are marked, however the passage is cropped."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tokenizers import Tokenizer

from retrieval.answering.evidence.span_reader import WEIGHTS
from retrieval.training.features import Features, padded
from retrieval.training.questions import Question

if not (WEIGHTS / "tokenizer.json").exists():
    pytest.skip("the reader's tokenizer is not in this tree", allow_module_level=True)

_FILLER = "Trees are pruned in winter. " * 30
_PASSAGE = f"{_FILLER}The bridge was designed by Brunel. {_FILLER}"
_START = _PASSAGE.index("Brunel")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))


@pytest.mark.parametrize("seed", range(6))
def test_a_cropped_passage_keeps_its_answer(tokenizer: Tokenizer, seed: int) -> None:
    question = Question("Who designed it?", _PASSAGE, ((_START, _START + 6),), "Bridges", "test")
    feature = Features(tokenizer).make(question, max_length=48, chance=random.Random(seed))
    assert feature is not None
    assert len(feature.ids) == 48
    marked = feature.ids[int(feature.start.argmax()) : int(feature.end.argmax()) + 1]
    assert tokenizer.decode(marked.tolist()) == "brunel"


def test_where_nothing_answers_the_first_token_is_marked(tokenizer: Tokenizer) -> None:
    question = Question("Who designed it?", _PASSAGE, (), "Bridges", "test")
    feature = Features(tokenizer).make(question, max_length=48, chance=random.Random(0))
    assert feature is not None
    assert feature.start[0] == feature.end[0] == 1.0


def test_annotators_share_the_target(tokenizer: Tokenizer) -> None:
    whole = _PASSAGE.index("designed by Brunel")
    answers = ((_START, _START + 6), (_START, _START + 6), (whole, _START + 6), (_START, _START + 6))
    question = Question("Who designed it?", _PASSAGE, answers, "Bridges", "test")
    feature = Features(tokenizer).make(question, max_length=64, chance=random.Random(2))
    assert feature is not None
    assert sorted(feature.start[feature.start > 0].tolist()) == [0.25, 0.75]
    assert float(feature.end.max()) == 1.0


def test_batches_are_padded_with_a_mask(tokenizer: Tokenizer) -> None:
    features = Features(tokenizer)
    chance = random.Random(0)
    short = features.make(Question("Who?", "Brunel.", ((0, 6),), "", ""), max_length=48, chance=chance)
    long = features.make(Question("Who?", _PASSAGE, (), "", ""), max_length=48, chance=chance)
    assert short is not None
    assert long is not None
    batch = padded([short, long])
    assert batch["ids"].shape == (2, 48)
    assert np.array_equal(batch["mask"].sum(1), [len(short.ids), 48])
