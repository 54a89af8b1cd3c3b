from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import Archive, ArchiveError
from retrieval.models import DatePrecision, PublicationDate, PublicationSource, Span
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.queries.search_queries import SearchQueries

TEXT = "Café “Å” 🙂 burned.\n\nThe mayor resigned."


def prepared(number: int, published: PublicationDate) -> PreparedArticle:
    return PreparedArticle(
        key=f"k{number}", url=f"https://a.example/{number}", title=f"Title {number}", text=TEXT, sha256="0" * 64,
        fingerprint=f"{number}", publisher="De Stem", authors=("An Ö", "B"), language="nl", published=published,
        blocks=(), passages=(Span(0, 18), Span(20, len(TEXT))),
    )  # fmt: skip


def test_what_searches_read_is_what_lookups_read(tmp_path: Path) -> None:
    at = datetime(1965, 3, 1, 12, 30, 0, 5, tzinfo=UTC)
    dated = PublicationDate(at, DatePrecision.DAY, PublicationSource.METADATA, Span(0, 4))
    with Archive.open(tmp_path / "a.db", embedder=None) as archive:
        archive.store_prepared([(prepared(1, dated), Extraction()), (prepared(2, PublicationDate()), Extraction())])
        catalog = SearchQueries(archive._engine)
        found = catalog.load_passages([4, 1, 99, 2, 3])
        passages = archive.load_passages([1, 2, 3, 4])
        articles = archive.load_articles([p.article_id for p in passages if p])
        assert [found[id_] for id_ in (1, 2, 3, 4)] == list(zip(passages, articles, strict=True))
        candidates = catalog.load_candidates([4, 99, 1])
        assert [c.passage_id for c in candidates] == [4, 1]
        assert [c.text for c in candidates] == ["The mayor resigned.", TEXT[:18]]
        assert [c.published for c in candidates] == [None, at]
        assert (catalog.state().last_change, catalog.state().embedder) == (archive.last_change(), None)


def test_a_damaged_file_is_an_error_for_people(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", embedder=None) as archive:
        archive._engine.dispose()
        (tmp_path / "a.db").write_bytes(b"no database" * 1000)
        with pytest.raises(ArchiveError, match=r"a\.db"):
            SearchQueries(archive._engine).state()
