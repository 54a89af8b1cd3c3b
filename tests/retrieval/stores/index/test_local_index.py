from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import ArchiveLocked, ArticleFilter, EventType
from retrieval.stores.index.local.documents import IndexedPassage
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.text.analysis import analyze_query


def passage(
    number: int, text: str, *, article: str = "a1", source: str | None = None, year: int | None = None
) -> IndexedPassage:
    return IndexedPassage(
        id=number,
        article_id=article,
        text=text,
        title=f"Title of {article}",
        source=source,
        language="en",
        published=datetime(year, 1, 1, tzinfo=UTC) if year else None,
        entity_ids=(f"e{number}",),
        named_ids=(f"e{number}",),
        event_types=("ASSAULT",) if "attack" in text else (),
    )


def found(index: LocalIndex, query: str, filter_: ArticleFilter | None = None) -> list[int]:
    hits, total = index.search(analyze_query(query), filter_=filter_, limit=10)
    assert total == len(hits)
    return [hit.passage_id for hit in hits]


@pytest.fixture
def index(tmp_path: Path) -> LocalIndex:
    index = LocalIndex(tmp_path / "i", archive_id="one", lock_timeout_seconds=0.2)
    passages = [
        passage(1, "IS fighters attacked the town", source="The Daily Post", year=2019),
        passage(2, "This is about the town; it is about us", article="a2", year=2020),
        passage(3, "US troops left; the attack ended", article="a3", source="Herald"),
    ]
    assert index.update(sequence=3, article_ids=["a1", "a2", "a3"], passages=passages, after=0)
    return index


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("IS", [1]),
        ("US", [3]),
        ("is", [1, 2]),
        ("attacking", [3, 1]),
        ("Herald", [3]),
        ("a2", [2]),
        ("nothing of the kind", []),
        ("it", [2]),
    ],
)
def test_words_find_passages(index: LocalIndex, query: str, ids: list[int]) -> None:
    assert sorted(found(index, query)) == sorted(ids)


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        (ArticleFilter(publishers=("Herald",)), [3]),
        (ArticleFilter(publishers=("herald",)), []),
        (ArticleFilter(published_from=datetime(2019, 6, 1, tzinfo=UTC)), [2]),
        (ArticleFilter(published_to=datetime(2019, 6, 1, tzinfo=UTC)), [1]),
        (ArticleFilter(entity_ids=("e1", "e3")), [1, 3]),
        (ArticleFilter(event_types=(EventType.ASSAULT,), article_ids=("a1", "a2")), [1]),
        (ArticleFilter(languages=("fr",)), []),
    ],
    ids=str,
)
def test_filters_restrict(index: LocalIndex, filter_: ArticleFilter, ids: list[int]) -> None:
    assert sorted(found(index, "town troops", filter_)) == ids


def test_an_update_replaces_an_articles_passages(index: LocalIndex) -> None:
    index.update(sequence=4, article_ids=["a1"], passages=[passage(9, "The village slept")], after=3)
    assert found(index, "fighters") == []
    assert found(index, "village") == [9]
    assert (index.sequence, index.passage_count()) == (4, 3)


def test_an_update_of_another_state_does_nothing(index: LocalIndex) -> None:
    assert not index.update(sequence=9, article_ids=["a1"], passages=[], after=2)
    assert (index.sequence, index.passage_count()) == (3, 3)


def test_a_reader_in_the_same_folder_sees_the_newest_commit(index: LocalIndex, tmp_path: Path) -> None:
    reader = LocalIndex(tmp_path / "i", archive_id="one")
    assert found(reader, "village") == []
    index.update(sequence=4, article_ids=[], passages=[passage(9, "The village slept", article="a9")], after=3)
    assert found(reader, "village") == [9]


def test_another_archives_index_counts_as_none(index: LocalIndex, tmp_path: Path) -> None:
    assert index.sequence == 3
    other = LocalIndex(tmp_path / "i", archive_id="two")
    assert (other.sequence, found(other, "town")) == (0, [])


@pytest.mark.parametrize("damage", ["meta", "format", "all"])
def test_a_damaged_index_counts_as_none_and_is_built_again(index: LocalIndex, tmp_path: Path, damage: str) -> None:
    assert index.sequence == 3
    for path in (tmp_path / "i").iterdir():
        if damage == "all" or (damage == "meta" and path.name == "meta.json"):
            path.write_bytes(path.read_bytes()[:20])
        if damage == "format" and path.name == "format":
            path.unlink()
    other = LocalIndex(tmp_path / "i", archive_id="one")
    assert other.sequence == 0
    assert other.update(sequence=1, article_ids=["a1"], passages=[passage(1, "The town")], after=0)
    assert found(other, "town") == [1]


def test_a_cleared_index_finds_nothing(index: LocalIndex) -> None:
    index.clear()
    assert (index.sequence, found(index, "town"), index.passage_count()) == (0, [], 0)


HOLD = """
import sys
from pathlib import Path
from retrieval.stores.index.local.local_index import LocalIndex
with LocalIndex(Path(sys.argv[1]), archive_id="one")._hold():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_waits_and_then_gets_a_clear_error(index: LocalIndex, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "i")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ArchiveLocked, match="held by another process"):
            index.update(sequence=4, article_ids=[], passages=[], after=3)
        assert sorted(found(index, "town")) == [1, 2]
        holder.communicate("")
    assert index.update(sequence=4, article_ids=[], passages=[], after=3)
