from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval import InputError, RetrievalMode
from retrieval.evaluation.collections import read_multihop, read_squad, read_wice
from retrieval.evaluation.metrics import average_precision, estimate, measure, ndcg, reciprocal_rank
from retrieval.evaluation.reports import read_collection, render_json, render_table
from retrieval.evaluation.searching import SearchReport, evaluate_search

RANKED, RELEVANT = ["a", "b", "c", "d"], {"b", "d", "z"}


def test_measures_by_hand() -> None:
    assert reciprocal_rank(RANKED, RELEVANT, 10) == 1 / 2
    assert average_precision(RANKED, RELEVANT) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert ndcg(RANKED, RELEVANT, 10) == pytest.approx((0.63093 + 0.43068) / (1 + 0.63093 + 0.5), abs=1e-4)
    named = measure(RANKED, RELEVANT)
    assert (named["recall@1"], named["recall@4"], named["hit@1"]) == (0, 2 / 3, 0)
    assert measure(RANKED, RELEVANT, supports=[{"z"}, {"b"}])["recall@4"] == 1


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    found = estimate([0, 1] * 50)
    assert found.low < found.mean == 0.5 < found.high
    assert found == estimate([0, 1] * 50)


LINES = [
    {"question": "What burned?", "answers": ["brewery"], "article": "A brewery burned in Ghent.\n\nShares rose on Monday."},
    {"question": "Who resigned?", "answers": "Peeters", "article": "The mayor, Anna Peeters, resigned."},
]


def test_a_jsonl_file_is_evaluated_in_every_mode(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)))
    reports = evaluate_search(read_collection(path))
    assert [(r.mode, r.passage_count, r.query_count) for r in reports] == [(mode, 3, 2) for mode in RetrievalMode]
    assert reports[2].measures["hit@1"].mean == 1
    assert "MRR@10" in render_table(reports)
    assert json.loads(render_json(reports))[0]["measures"]["MAP"]["mean"] > 0


@pytest.mark.parametrize(("name", "content"), [("a.txt", ""), ("a.json", "{}"), ("a.jsonl", "{}"), ("b.jsonl", "")])
def test_files_that_hold_no_collection_are_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError):
        read_collection(tmp_path / name)


def means(report: SearchReport) -> dict[str, float]:
    return {name: found.mean for name, found in report.measures.items()}


@pytest.mark.data
def test_xquad_floors(data: Path) -> None:
    modes = (RetrievalMode.LEXICAL, RetrievalMode.HYBRID)
    words, both = map(means, evaluate_search(read_squad(data / "reader_dev" / "xquad.en.json"), modes=modes))
    assert both["hit@1"] >= 0.958
    assert both["MRR@10"] >= 0.975
    assert both["recall@20"] >= 0.998
    assert all(both[name] >= words[name] for name in words)


@pytest.mark.data
def test_multihop_floors(data: Path) -> None:
    modes = (RetrievalMode.LEXICAL, RetrievalMode.HYBRID)
    words, both = map(means, evaluate_search(read_multihop(data / "multihoprag_500"), modes=modes))
    assert both["recall@4"] >= 0.78
    assert both["recall@10"] >= 0.90
    assert all(both[name] >= words[name] for name in words)


@pytest.mark.data
def test_wice_is_read_whole(data: Path) -> None:
    collection = read_wice(data / "wice" / "dev.jsonl")
    assert (len(collection.passages), len(collection.queries)) == (41_700, 319)


@pytest.mark.data
def test_wice_is_found_better_both_ways_than_by_words(data: Path) -> None:
    # Its first pages: all 349 take two minutes to embed, and `retrieval.evaluation.ranking` measures them.
    whole = read_wice(data / "wice" / "dev.jsonl")
    groups = {str(n) for n in range(20)}
    some = replace(
        whole,
        passages=tuple(passage for passage in whole.passages if passage.group in groups),
        queries=tuple(query for query in whole.queries if query.among in groups),
    )
    words, both = map(means, evaluate_search(some, modes=(RetrievalMode.LEXICAL, RetrievalMode.HYBRID)))
    assert all(both[name] >= words[name] for name in words)
