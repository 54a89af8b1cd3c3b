"""Questions as arrays: what is made of them, kept, and drawn."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from retrieval.span_reader.reader import WEIGHTS
from retrieval.training.alterations import Alteration
from retrieval.training.examples import Examples
from retrieval.training.features import CLS, Draws, padded
from retrieval.training.mixture import Share
from retrieval.training.preparation import load_tokenizer, make_examples
from retrieval.training.questions import Question

if not (WEIGHTS / "tokenizer.json").exists():
    pytest.skip("the reader's tokenizer is not in this tree", allow_module_level=True)

_FILLER = "Trees are pruned in winter. " * 30
_PASSAGE = f"{_FILLER}The bridge was designed by Brunel. {_FILLER}"
_START = _PASSAGE.index("Brunel")
_OTHER = "Much was written about who designed the bridge, and about the trees beside it, by those who saw them. " * 4


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer()


@pytest.fixture(scope="module")
def examples(tokenizer: Tokenizer) -> Examples:
    wiki = [
        Question("Who designed the bridge?", _PASSAGE, ((_START, _START + 6), (_START - 3, _START + 6)), "Bridges", "wiki"),
        Question("Who painted the boat of Ann Lee?", _OTHER, (), "Boats", "wiki"),
        Question("When did Carl Moe arrive?", "Nobody knows when Carl Moe came to Lund.", (), "People", "wiki"),
    ]
    return make_examples({"wiki": wiki, "nq": []}, tokenizer, chance=random.Random(3))


def draws(examples: Examples, *, unanswerable: float, seed: int = 0) -> Draws:
    shares = {"wiki": Share(1.0, unanswerable), "nq": Share(1.0, unanswerable)}
    return Draws(examples, shares, chance=np.random.default_rng(seed))


def test_spans_are_the_tokens_of_the_answers(examples: Examples, tokenizer: Tokenizer) -> None:
    passage = examples.passages[examples.passage[0]]
    spans = examples.spans[0].reshape(-1, 2)
    assert [tokenizer.decode(passage[first : last + 1].tolist()) for first, last in spans] == ["brunel", "by brunel"]


def test_a_passage_without_its_telling_tokens_does_not_tell(examples: Examples, tokenizer: Tokenizer) -> None:
    ((first, end),) = examples.telling[0].reshape(-1, 2)
    told = examples.passages[examples.passage[0]]
    assert tokenizer.decode(told[first:end].tolist()) == "the bridge was designed by brunel."


def test_negatives_are_passages_without_an_answer(examples: Examples) -> None:
    assert examples.negatives[0].tolist() == [examples.passage[1], -1, -1, -1, -1, -1]


def test_altered_questions_are_kept_by_kind(examples: Examples, tokenizer: Tokenizer) -> None:
    negated = examples.altered[Alteration.NEGATED]
    assert tokenizer.decode(negated[0].tolist()) == "who did not design the bridge?"
    assert len(negated[1]) == 0


def test_examples_are_read_as_they_were_saved(examples: Examples, tmp_path: Path) -> None:
    examples.save(tmp_path / "examples.npz")
    again = Examples.load(tmp_path / "examples.npz")
    assert again.sources == examples.sources
    assert np.array_equal(again.negatives, examples.negatives)
    assert [again.questions[n].tolist() for n in range(3)] == [examples.questions[n].tolist() for n in range(3)]
    assert set(again.altered) == set(Alteration)


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_passage_keeps_its_answer(examples: Examples, tokenizer: Tokenizer, seed: int) -> None:
    some = draws(examples, unanswerable=0.0, seed=seed)
    drawn = [some.draw(max_length=48) for _ in range(3)]
    feature = next(feature for feature in drawn if len(feature.spans))
    assert len(feature) == 48
    assert {tokenizer.decode(feature.passage[a : b + 1].tolist()) for a, b in feature.spans} <= {"brunel", "by brunel"}


def test_what_is_made_unanswerable_has_no_span(examples: Examples) -> None:
    some = draws(examples, unanswerable=1.0)
    assert not any(len(some.draw(max_length=300).spans) for _ in range(30))


def test_student_and_teacher_read_the_same_tokens(examples: Examples) -> None:
    some = draws(examples, unanswerable=0.0)
    batch = padded([some.draw(max_length=48) for _ in range(3)])
    for row in range(3):
        length = int(batch["mask"][row].sum())
        asked = int((batch["types"][row, :length] == 0).sum()) - 2
        taught = np.delete(batch["teacher_ids"][row], asked + 2)
        same = np.r_[1 : asked + 1, asked + 2 : length - 1]
        assert np.array_equal(taught[same], batch["ids"][row, same] + 4)
        assert batch["teacher_mask"][row].sum() == length + 1


def test_annotators_share_the_target_and_none_has_the_first_token(examples: Examples) -> None:
    some = draws(examples, unanswerable=0.0)
    batch = padded([some.draw(max_length=300) for _ in range(3)])
    assert np.allclose(batch["start"].sum(1), 1)
    assert np.allclose(batch["end"].sum(1), 1)
    answered = int(np.flatnonzero(batch["start"][:, 0] == 0)[0])
    assert sorted(batch["start"][answered][batch["start"][answered] > 0].tolist()) == [0.5, 0.5]
    assert batch["ids"][:, 0].tolist() == [CLS] * 3
