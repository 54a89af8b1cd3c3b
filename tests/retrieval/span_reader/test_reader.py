"""The span reader with the weights that the library ships."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest

from retrieval.errors import WeightsError
from retrieval.span_reader.reader import WEIGHTS, SpanReader

if not (WEIGHTS / "reader.onnx").exists():
    pytest.skip("the reader's weights are not in this tree", allow_module_level=True)

_CUP = "The 1954 cup final was played in Bern. Hungary, the favourites, lost 3-2 to West Germany before 60,000 people."
_BRIDGE = "The bridge over the Tamar was opened in May 1859 by Prince Albert, and designed by Isambard Kingdom Brunel."
_ORCHARD = "Apple trees are pruned in late winter, before the buds swell, so that wounds close quickly."


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader.load(threads=1)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who designed the bridge?", "Isambard Kingdom Brunel"),
        ("When was the bridge over the Tamar opened?", "May 1859"),
        ("Who opened the bridge over the Tamar?", "Prince Albert"),
    ],
    ids=["who designed", "when", "who opened"],
)
def test_it_reads_the_answer_at_exact_offsets(reader: SpanReader, question: str, answer: str) -> None:
    passages = [_CUP, _BRIDGE, _ORCHARD]
    best = reader.read(question, passages, top_k=1)[0]
    assert passages[best.passage][best.start : best.end] == answer


def test_the_passage_that_answers_ranks_first(reader: SpanReader) -> None:
    scores = reader.score_passages("Where was the 1954 cup final played?", [_ORCHARD, _BRIDGE, _CUP])
    assert scores.index(max(scores)) == 2


def test_a_passage_that_does_not_answer_gets_less_confidence(reader: SpanReader) -> None:
    question = "Who designed the bridge over the Tamar?"
    found = reader.read(question, [_BRIDGE], top_k=1)[0]
    missed = reader.read(question, [_ORCHARD], top_k=1)[0]
    assert found.confidence > 0.5 > missed.confidence


def test_an_answer_far_into_a_long_passage_is_found(reader: SpanReader) -> None:
    passage = " ".join([_ORCHARD] * 30 + [_BRIDGE] + [_ORCHARD] * 10)
    best = reader.read("Who designed the bridge over the Tamar?", [passage], top_k=1)[0]
    assert passage[best.start : best.end].endswith("Isambard Kingdom Brunel")  # how long a span it takes is not the point


def test_readings_of_a_passage_do_not_overlap(reader: SpanReader) -> None:
    passage = " ".join([_CUP, _BRIDGE, _ORCHARD] * 8)
    readings = sorted(reader.read("Who?", [passage], per_passage=6), key=lambda reading: reading.start)
    assert len(readings) == 6
    assert all(before.end <= after.start for before, after in itertools.pairwise(readings))


def test_a_passage_scores_alike_alone_and_among_others(reader: SpanReader) -> None:
    question = "Who designed the bridge?"
    alone = reader.score_passages(question, [_BRIDGE])[0]
    among = reader.score_passages(question, [_CUP, _BRIDGE, _ORCHARD * 6])[1]
    assert among == pytest.approx(alone, abs=0.6)  # int8 activations share one scale in a batch


def test_offsets_count_code_points(reader: SpanReader) -> None:
    passage = "🌉🌉 Übrigens: “The bridge was designed by Zoë Ångström”, wrote the naïve café-owner."
    best = reader.read("Who designed the bridge?", [passage], top_k=1)[0]
    assert "Ångström" in passage[best.start : best.end]


def test_reading_stops_when_the_first_passages_decide(reader: SpanReader) -> None:
    passages = [_BRIDGE] * 20
    readings = reader.read("Who designed the bridge?", passages, top_k=100, per_passage=1, enough=-100.0)
    assert len(readings) == 16


def test_no_passages_give_no_readings(reader: SpanReader) -> None:
    assert reader.read("Who?", []) == []


def test_a_passage_without_words_cannot_answer(reader: SpanReader) -> None:
    assert reader.read("Who?", ["", " \n"]) == []
    assert reader.score_passages("Who?", [""]) == [float("-inf")]


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "reader")
    model = tmp_path / "reader" / "reader.onnx"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    with pytest.raises(WeightsError, match=r"reader\.onnx has SHA-256"):
        SpanReader.load(tmp_path / "reader")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest\.json cannot be read"):
        SpanReader.load(tmp_path)


def test_the_model_card_tells_the_released_file() -> None:
    manifest = json.loads((WEIGHTS / "manifest.json").read_text("utf-8"))
    assert manifest["model_sha256"] in (WEIGHTS / "README.md").read_text("utf-8")
