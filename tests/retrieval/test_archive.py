from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import (
    Archive,
    ArchiveClosed,
    ArchiveNotFound,
    ArticleFilter,
    ArticleInput,
    CursorError,
    DatePrecision,
    IngestOutcome,
    IngestResult,
    InputError,
    PublicationSource,
)


def outcomes(results: list[IngestResult]) -> list[str]:
    return [result.outcome.value for result in results]


def test_a_folder_of_good_and_bad_files_gives_an_outcome_each(tmp_path: Path, seed_text: str) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "1.txt").write_text(seed_text)
    (folder / "2.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50)
    (folder / "3.txt").write_text("")
    (folder / "4.txt").write_bytes("Älteste Stadt brennt. Mehr dazu später.".encode("latin-1"))
    (folder / "5.txt").write_bytes(b"word " * 10_000_000)
    (folder / "6.md").write_text("# Flood in Ghent\n\nThe river rose on Monday, 4 May 2020. Two people were hurt.\n")
    seen: list[IngestResult] = []
    with Archive.open(tmp_path / "news.db") as archive:
        results = archive.ingest([folder], on_result=seen.append)
        assert outcomes(results) == ["ADDED", "REJECTED", "REJECTED", "REJECTED", "REJECTED", "ADDED"]
        assert seen == results
        for number, result in enumerate(results, 1):
            if result.outcome is IngestOutcome.REJECTED:
                assert result.reason is not None
                assert f"{number}.txt" in result.reason
        assert archive.corpus().article_count == 2
        again = archive.ingest([folder])
        assert outcomes(again) == ["UNCHANGED", "REJECTED", "REJECTED", "REJECTED", "REJECTED", "UNCHANGED"]


def test_a_changed_file_is_a_new_revision_and_its_old_text_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with Archive.open(tmp_path / "news.db") as archive:
        path.write_text("Fire in Bruges\n\nA warehouse burned down on Tuesday, the mayor said.\n")
        (first,) = archive.ingest([path])
        path.write_text("Fire in Bruges\n\nA brewery burned down on Tuesday, the mayor said.\n")
        (second,) = archive.ingest([path])
        assert (second.outcome, second.revision, second.article_id) == (IngestOutcome.REVISED, 2, first.article_id)
        assert archive.search("warehouse").hits == ()
        assert [hit.article.id for hit in archive.search("brewery").hits] == [first.article_id]


def test_the_raw_text_comes_back_character_for_character(tmp_path: Path) -> None:
    text = "Cafe\u0301 raid\r\n\r\nPolice “raided” a cafe\u0301 🙂 in\u00a0Liège.\r\nשלום\r\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    with Archive.open(tmp_path / "news.db") as archive:
        (result,) = archive.ingest([path])
        article = archive.article(result.article_id)
    assert article is not None
    assert article.text == text


def test_a_removed_article_is_gone_from_catalog_and_search(tmp_path: Path, seed_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        archive.ingest_articles([ArticleInput("A cat slept in Ghent all day.", url="https://example.org/cat")])
        removal = archive.remove(urls=[str(seed_path), "https://example.org/none"])
        assert len(removal.removed_ids) == 1
        assert removal.unknown == ("https://example.org/none",)
        assert removal.entity_count > 5
        assert removal.event_count > 5
        assert archive.search("coalition strike").hits == ()
        assert archive.corpus().article_count == 1
        assert archive.count_claims() == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (ArticleInput(" \n "), "empty"),
        (ArticleInput("a\0b"), "NUL"),
        (ArticleInput("a \ud800 b"), "surrogate"),
        (ArticleInput("Good text here.", published_at="the other day"), "the other day"),
        (ArticleInput("Good text here.", published_at="2020-02-31"), "2020-02-31"),
    ],
    ids=["empty", "nul", "surrogate", "no date", "no such day"],
)
def test_an_article_that_cannot_be_taken_in_is_rejected_and_the_rest_goes_on(
    tmp_path: Path, given: ArticleInput, message: str
) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        results = archive.ingest_articles([given, ArticleInput("A cat slept in Ghent.")])
        assert outcomes(results) == ["REJECTED", "ADDED"]
        assert message in (results[0].reason or "")


def test_dates_say_where_they_come_from(tmp_path: Path, seed_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        archive.ingest_articles(
            [
                ArticleInput("A cat slept.", url="u:1"),
                ArticleInput("A cat slept.", url="u:2", published_at=datetime(2020, 5, 1, 12, 30, tzinfo=UTC)),
            ]
        )
        dates = {a.url: a.published for a in archive.articles().items}
    seed = dates[seed_path.resolve().as_uri()]
    assert (seed.at, seed.precision) == (datetime(2020, 1, 17, tzinfo=UTC), DatePrecision.DAY)
    assert seed.source is PublicationSource.DATELINE
    assert (dates["u:1"].at, dates["u:1"].precision) == (None, DatePrecision.UNKNOWN)
    assert (dates["u:2"].precision, dates["u:2"].source) == (DatePrecision.MINUTE, PublicationSource.METADATA)


def test_hits_come_in_order_with_exact_highlights_and_go_on_after_a_cursor(tmp_path: Path, seed_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        everything = archive.search("coalition operations", limit=50)
        assert everything.total == len(everything.hits)
        scores = [hit.score for hit in everything.hits]
        assert scores == sorted(scores, reverse=True)
        for hit in everything.hits:
            words = {span.slice(hit.article.text).lower() for span in hit.highlights}
            assert words <= {"coalition", "operations", "operational"}
            assert all(hit.passage.span.contains(span) for span in hit.highlights)
        first = archive.search("coalition operations", limit=2)
        rest = archive.search("coalition operations", limit=50, after=first.hits[-1].cursor)
        assert first.has_next
        assert first.hits + rest.hits == everything.hits
        with pytest.raises(CursorError, match="another search"):
            archive.search("something else", after=first.hits[-1].cursor)
        before = ArticleFilter(published_to=datetime(2019, 1, 1, tzinfo=UTC))
        assert archive.search("coalition", filter=before).hits == ()


@pytest.mark.parametrize(("query", "message"), [("", "empty"), (" \n", "empty"), ("x" * 10_001, "10,001")])
def test_a_query_that_cannot_be_searched_is_refused(tmp_path: Path, query: str, message: str) -> None:
    with Archive.open(tmp_path / "news.db") as archive, pytest.raises(InputError, match=message):
        archive.search(query)


@pytest.mark.parametrize("query", ["who", "🙂", '"', "AND OR NOT", "a:b^2~*?[x", "ÿ" * 10_000, "日本"])
def test_an_odd_query_is_searched_as_words(tmp_path: Path, seed_path: Path, query: str) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        assert archive.search(query).total >= 0


def test_a_lost_index_is_built_again_by_itself(tmp_path: Path, seed_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        expected = archive.search("coalition").hits
    for path in [p for p in (tmp_path / "news.db.index").rglob("*") if p.is_file()]:
        path.unlink()
    with Archive.open(tmp_path / "news.db") as archive:
        assert archive.search("coalition").hits == expected
        assert archive.reindex() == archive.corpus().passage_count
        assert archive.search("coalition").hits == expected


def test_a_closed_archive_says_so(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        pass
    with pytest.raises(ArchiveClosed, match="open it again"):
        archive.corpus()
    with pytest.raises(ArchiveClosed, match="open it again"):
        archive.ingest_articles([ArticleInput("A cat slept.")])
    with pytest.raises(ArchiveNotFound):
        Archive.open(tmp_path / "none.db", create=False)


def test_many_threads_read_while_one_writes(tmp_path: Path, seed_path: Path) -> None:
    failures: list[BaseException] = []
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        stop = threading.Event()

        def read() -> None:
            try:
                while not stop.is_set():
                    assert archive.search("coalition").hits
                    assert archive.entities().items
                    archive.load_facts([article.id for article in archive.articles().items])
            except BaseException as error:  # noqa: BLE001 -- handed to the test
                failures.append(error)

        threads = [threading.Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        archive.ingest_articles(
            [ArticleInput(f"Story {n}. A cat slept in Ghent on Monday.", url=f"u:{n}") for n in range(20)]
        )
        stop.set()
        for thread in threads:
            thread.join()
        assert archive.corpus().article_count == 21
    assert failures == []


def test_two_threads_that_write_both_succeed(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:

        def write(name: str) -> None:
            archive.ingest_articles(
                [ArticleInput(f"Story {n} of {name}. A cat slept.", url=f"{name}:{n}") for n in range(10)]
            )

        threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert archive.corpus().article_count == 20
        assert archive.search("cat", limit=50).total == 20


def test_a_reader_in_another_process_sees_what_a_writer_stored(tmp_path: Path, seed_path: Path) -> None:
    program = (
        "import sys; from retrieval import Archive\n"
        "with Archive.open(sys.argv[1]) as archive: archive.ingest([sys.argv[2]])"
    )
    with Archive.open(tmp_path / "news.db") as archive:
        assert archive.search("coalition").hits == ()
        subprocess.run([sys.executable, "-c", program, tmp_path / "news.db", seed_path], check=True)
        assert archive.search("coalition").total > 3
