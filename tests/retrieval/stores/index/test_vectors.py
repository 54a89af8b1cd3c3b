from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval import ArticleFilter, EventType
from retrieval.stores.index.local import vectors as module
from retrieval.stores.index.local.documents import IndexedPassage
from retrieval.stores.index.local.local_index import LocalIndex

CHANCE = np.random.default_rng(1)
UNIT = CHANCE.standard_normal((4000, 32)).astype(np.float32)
UNIT /= np.linalg.norm(UNIT, axis=1, keepdims=True)


def passage(number: int) -> IndexedPassage:
    """Four passages an article; its publisher, year and entities follow from its number."""
    article = number // 4
    return IndexedPassage(
        id=number + 1,
        article_id=f"a{article}",
        text=f"text {number}",
        title="",
        source=f"p{article % 3}",
        language="en",
        published=datetime(2000 + article % 20, 1, 1, tzinfo=UTC) if article % 7 else None,
        entity_ids=(f"e{article % 5}", "all"),
        named_ids=(),
        event_types=("ASSAULT",) if article % 2 else (),
        vector=UNIT[number].astype(np.float16).tobytes(),
    )


def exact(query: NDArray[np.float32], numbers: list[int], limit: int) -> list[int]:
    scores = UNIT[numbers].astype(np.float16).astype(np.float32) @ query
    return [numbers[n] + 1 for n in np.argsort(-scores)[:limit]]


def nearest(index: LocalIndex, query: NDArray[np.float32], filter_: ArticleFilter | None = None) -> list[int]:
    snapshot = index.snapshot()
    assert snapshot is not None
    return [hit.passage_id for hit in snapshot.nearest(query, filter_=filter_, limit=10)]


@pytest.fixture
def index(tmp_path: Path) -> LocalIndex:
    """Ten updates, then some articles removed and one replaced: several segments, some with gaps."""
    index = LocalIndex(tmp_path / "i", archive_id="one")
    for turn in range(10):
        numbers = range(turn * 400, turn * 400 + 400)
        ids = {passage(n).article_id for n in numbers}
        assert index.update(sequence=turn + 1, article_ids=ids, passages=map(passage, numbers), after=turn, embedder="x")
    gone = [f"a{n}" for n in range(0, 1000, 13)]
    assert index.update(sequence=11, article_ids=gone, passages=[], after=10)
    return index


LEFT = [n for n in range(4000) if n // 4 % 13]


def test_a_search_is_exact_and_finds_nothing_that_is_gone(index: LocalIndex) -> None:
    for row in range(0, 4000, 97):
        assert nearest(index, UNIT[row]) == exact(UNIT[row], LEFT, 10)


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        (ArticleFilter(publishers=("p1",)), lambda a: a % 3 == 1),
        (ArticleFilter(publishers=("p1", "p2"), entity_ids=("e3",)), lambda a: a % 3 > 0 and a % 5 == 3),
        (ArticleFilter(event_types=(EventType.ASSAULT,)), lambda a: a % 2 == 1),
        (ArticleFilter(article_ids=("a5", "a13", "none")), lambda a: a == 5),
        (ArticleFilter(published_from=datetime(2010, 1, 1, tzinfo=UTC)), lambda a: a % 7 > 0 and a % 20 >= 10),
        (ArticleFilter(published_to=datetime(2004, 6, 1, tzinfo=UTC)), lambda a: a % 7 > 0 and a % 20 <= 4),
        (ArticleFilter(languages=("fr",)), lambda _: False),
    ],
    ids=["publisher", "publishers and entity", "event type", "articles", "from", "to", "language"],
)
def test_a_filtered_search_is_exact(index: LocalIndex, filter_: ArticleFilter, passes: Callable[[int], bool]) -> None:
    numbers = [n for n in LEFT if passes(n // 4)]
    assert nearest(index, UNIT[7], filter_) == exact(UNIT[7], numbers, 10)


def test_few_segments_hold_many_updates_and_no_file_is_left_behind(index: LocalIndex, tmp_path: Path) -> None:
    snapshot = index.snapshot()
    assert snapshot is not None
    names = {note.name for note in snapshot.state.segments}
    assert len(names) <= 6
    for turn in (12, 13):
        index.update(sequence=turn, article_ids=[], passages=[], after=turn - 1)
    assert {path.name.split(".")[0] for path in (tmp_path / "i" / "vectors").iterdir()} == names


def test_graphs_find_what_a_scan_finds_and_filters_stay_exact(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRAPH_FROM", 1000)
    monkeypatch.setattr(module, "GRAPH_SEGMENT_FROM", 500)
    index.build_graphs()
    assert list((tmp_path / "i" / "vectors").glob("*.hnsw"))
    other = LocalIndex(tmp_path / "i", archive_id="one")
    wanted = [set(exact(UNIT[row], LEFT, 10)) for row in range(0, 4000, 97)]
    found = [set(nearest(other, UNIT[row])) for row in range(0, 4000, 97)]
    assert np.mean([len(w & f) / 10 for w, f in zip(wanted, found, strict=True)]) > 0.97
    one = [n for n in LEFT if n // 4 % 3 == 1]
    assert nearest(other, UNIT[7], ArticleFilter(publishers=("p1",))) == exact(UNIT[7], one, 10)
    assert other.update(sequence=12, article_ids=["a1"], passages=[], after=11)
    assert not {5, 6, 7, 8} & set(nearest(other, UNIT[5]))


@pytest.mark.parametrize("damage", ["truncate", "flip", "lose"])
def test_damaged_vectors_make_the_index_count_as_none(index: LocalIndex, tmp_path: Path, damage: str) -> None:
    assert index.sequence == 11
    path = max((tmp_path / "i" / "vectors").glob("*.flat"), key=lambda p: p.stat().st_size)
    raw = bytearray(path.read_bytes())
    if damage == "truncate":
        path.write_bytes(raw[:-100])
    elif damage == "flip":
        raw[len(raw) // 2] ^= 1
        path.unlink()
        path.write_bytes(raw)
    else:
        path.unlink()
    other = LocalIndex(tmp_path / "i", archive_id="one")
    assert (other.sequence, other.snapshot()) == (0, None)


def test_vectors_of_passages_are_read_by_id(index: LocalIndex) -> None:
    snapshot = index.snapshot()
    assert snapshot is not None
    found = snapshot.vectors([8, 1, 9999])
    assert np.allclose(found[0], UNIT[7], atol=1e-3)
    assert np.isnan(found[1:]).all()  # of an article that is gone, and of none


def test_graphs_that_are_waited_for_are_there(index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRAPH_FROM", 1000)
    monkeypatch.setattr(module, "GRAPH_SEGMENT_FROM", 500)
    before = nearest(index, UNIT[7])
    index.build_graphs(wait=False)
    index.build_graphs()
    snapshot = index.snapshot()
    assert snapshot is not None
    assert not snapshot._vectors.wants_graphs()
    assert any(segment.has_graph for segment in snapshot._vectors.segments)
    assert len(set(nearest(index, UNIT[7])) & set(before)) >= 9
