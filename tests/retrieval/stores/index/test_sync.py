from __future__ import annotations

from pathlib import Path

from retrieval.archive import Archive
from retrieval.models import ArticleInput
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.stores.index.sync import catch_up


class _Overtaken(Archive):
    """An archive into which another one writes right after it was asked for its newest change."""

    writer: Archive

    def last_change(self) -> int:
        newest = super().last_change()
        self.writer.ingest_articles([ArticleInput(f"Report {newest}. A dog barked in Ghent.", url=f"u:{newest}")])
        return newest


def test_an_index_that_another_writer_brings_further_meanwhile_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Archive.open(path) as writer, _Overtaken.open(path) as archive:
        writer.ingest_articles([ArticleInput("Report. A cat slept in Ghent.", url="u:cat")])
        archive.writer = writer
        index = LocalIndex(Path(f"{path}.index"), archive_id=_mark_of(path))
        held = index.passage_count()
        assert held == 1
        taken = catch_up(archive, index)
        assert taken == 0
        assert index.passage_count() == 2
        assert writer.search("cat").hits


def _mark_of(path: Path) -> str:
    return Path(f"{path}.index/format").read_text().split(" ", 1)[1]
