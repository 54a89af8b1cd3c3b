"""Stored articles read anew by another version of the extractor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Archive, ArticleInput, Window
from retrieval.extraction import extractor

TEXTS = [
    "Gunmen killed Judge Omar Haddad in Tripoli on Monday, the interior ministry said.",
    "The killing of Judge Omar Haddad by gunmen in Tripoli on Monday led to marches across the town.",
    '"We will not leave," Mayor Rosa Quispe said on Tuesday. Peru expelled three diplomats.',
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db") as opened:
        given = [ArticleInput(text=f"News\n\n{t}", url=f"u:{t}", published="2021-06-16") for t in TEXTS]
        opened.ingest_articles(given)
        yield opened


def everything(archive: Archive) -> list[object]:
    window = Window(limit=100)
    articles = archive.articles(window=window).items
    events = archive.events(window=window).items
    return [
        articles,
        events,
        archive.entities(window=window).items,
        [(claim.id, claim.text, claim.event_id) for claim in archive.claims(window=window).items],
        [sorted(t.event_id for t in f.event_mentions) for f in archive.load_facts([a.id for a in articles]).values()],
    ]


def test_facts_of_this_version_are_left_alone(archive: Archive) -> None:
    assert archive.reextract() == 0


def test_unchanged_facts_keep_their_ids(archive: Archive) -> None:
    before = everything(archive)
    assert archive.reextract(every=True) == 3
    assert [sorted(map(str, part)) for part in everything(archive) if isinstance(part, (list, tuple))] == [
        sorted(map(str, part)) for part in before if isinstance(part, (list, tuple))
    ]
    assert archive.search("diplomats").total == 1


def test_an_interrupted_run_goes_on_where_it_stopped(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "EXTRACTOR_VERSION", extractor.EXTRACTOR_VERSION + 1)
    monkeypatch.setattr("retrieval.entity_curation._BATCH", 1)

    def stop_after_two(done: int, total: int) -> None:
        assert total == 3
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.reextract(on_progress=stop_after_two)
    seen: list[tuple[int, int]] = []
    assert archive.reextract(on_progress=lambda done, total: seen.append((done, total))) == 1
    assert seen == [(1, 1)]
    assert archive.reextract() == 0
