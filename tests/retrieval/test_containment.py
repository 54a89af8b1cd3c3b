"""Articles that a stage of reading fails on: they are stored without what it finds, and the others go on."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection

from retrieval import Archive, ArticleInput, ExtractionStage, IngestOutcome, IngestResult, RetrievalMode
from retrieval.embedding.embedder import Vectors
from retrieval.extraction.pool import ReadingLimits, ReadingProcess
from retrieval.extraction.process import make_extractor
from retrieval.jobs import JobQueue, JobState, Worker
from retrieval.models.found_facts import Extraction
from retrieval.stores.sql.writes import article_writes as writing
from retrieval.stores.sql.writes import entity_decisions as decisions

LIMITS = ReadingLimits(seconds=2.0, memory_megabytes=1200)
SENTENCE = 'Mayor Ann Lee said two men were killed in Oslo on Monday. "It is sad," she told reporters.'
READ_STAGES = ("blocks", "parse", "entities", "times", "roles", "claims", "events", "packing")


def faulty(stage: str, how: str) -> ArticleInput:
    text = f"News of the day\n\n{SENTENCE} Fault: {stage} {how} came to Zwolle."
    return ArticleInput(text, url=f"u:{stage} {how}", published_at="2024-01-03")


def healthy(number: int) -> ArticleInput:
    return ArticleInput(f"News {number}\n\n{SENTENCE}", url=f"u:{number}", published_at="2024-01-03")


def stages_of(result: IngestResult) -> list[str]:
    return [failure.stage.lower() for failure in result.failures]


@pytest.fixture(scope="module")
def reading() -> Iterator[ReadingProcess]:
    process = ReadingProcess(LIMITS)
    yield process
    process.close()


@pytest.fixture
def archive(tmp_path: Path, reading: ReadingProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.syspath_prepend(Path(__file__).parent / "extraction")
    made = importlib.import_module("faulty_stages").make_extractor
    monkeypatch.setattr("retrieval.extraction.process.make_extractor", made)
    monkeypatch.setattr("retrieval.ingest.shared_process", lambda _: reading)
    with Archive.open(tmp_path / "news.db", reading_limits=LIMITS) as opened:
        yield opened


@pytest.mark.parametrize("how", ["raise", "recurse", "hang", "exhaust"])
def test_an_article_lacks_what_the_stage_that_fails_on_it_finds_and_the_others_lack_nothing(
    archive: Archive, how: str
) -> None:
    articles = [healthy(0), *(faulty(stage, how) for stage in READ_STAGES), healthy(1)]
    results = archive.ingest_articles(articles)
    assert [result.outcome for result in results] == [IngestOutcome.ADDED] * len(articles)
    assert [stages_of(result) for result in results] == [[], *([stage] for stage in READ_STAGES), []]
    assert all(f"stored without {stage} (" in (results[n].reason or "") for n, stage in enumerate(READ_STAGES, 1))
    assert "own words" not in "".join(result.reason or "" for result in results)
    ids = [result.article_id or "" for result in results]
    assert archive.search("Zwolle", limit=20).total == len(READ_STAGES)
    (hit, *_) = archive.search("Zwolle").hits
    assert archive.cite(hit.article, hit.passage.span).verified
    assert hit.article == archive.article(hit.article.id)
    stored = archive.load_articles(ids)
    assert [[stage.lower() for stage in one.failed_stages] for one in stored if one] == list(map(stages_of, results))
    assert archive.corpus().incomplete_article_count == len(READ_STAGES)
    facts = archive.load_facts(ids)
    whole, without = facts[ids[0]], dict(zip(READ_STAGES, ids[1:-1], strict=True))
    assert whole.claims
    assert whole.event_mentions
    assert not facts[without["parse"]].mentions
    assert not facts[without["claims"]].claims
    assert facts[without["claims"]].event_mentions
    assert not facts[without["events"]].event_mentions
    assert len(facts[without["events"]].claims) == len(facts[without["blocks"]].claims) >= len(whole.claims)


def test_a_second_reading_of_what_failed_makes_it_whole(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [healthy(0), *(faulty(stage, "raise") for stage in READ_STAGES)]
    results = archive.ingest_articles(articles)
    assert archive.reextract(failed=True) == len(READ_STAGES)
    assert archive.corpus().incomplete_article_count == len(READ_STAGES)
    fresh = ReadingProcess(LIMITS)
    monkeypatch.setattr("retrieval.extraction.process.make_extractor", make_extractor)
    monkeypatch.setattr("retrieval.ingest.shared_process", lambda _: fresh)
    with closing(fresh):
        assert archive.reextract(failed=True) == len(READ_STAGES)
    assert archive.corpus().incomplete_article_count == 0
    ids = [result.article_id or "" for result in results]
    facts = archive.load_facts(ids)
    assert len({len(facts[id_].claims) for id_ in ids[1:]}) == 1
    assert archive.search("Zwolle", limit=20).total == len(READ_STAGES)


def test_several_processes_contain_faults_as_one_does(archive: Archive) -> None:
    articles = [healthy(n) for n in range(10)]
    articles[3], articles[7] = faulty("claims", "die"), faulty("events", "raise")
    results = archive.ingest_articles(articles, workers=2)
    assert [result.name for result in results] == [article.url for article in articles]
    assert [stages_of(result) for result in results] == [[], [], [], ["claims"], [], [], [], ["events"], [], []]


def test_the_worker_of_jobs_contains_faults(archive: Archive) -> None:
    with JobQueue(archive.path) as queue:
        job = queue.add([healthy(0), faulty("claims", "die"), healthy(1)])
        assert Worker(archive, queue).work_off() == 3
        found = queue.find(job.id)
        assert found is not None
        assert (found.state, found.done, found.rejected) == (JobState.SUCCEEDED, 3, 0)
        reasons = [item.reason or "" for item in queue.items(job.id)]
    assert [reason.partition(" (")[0] for reason in reasons] == ["", "stored without claims", ""]


class FaultyEmbedder:
    """Makes no vector of a text that names Zwolle, in one of several ways."""

    name = "faulty"
    dimensions = 3

    def __init__(self, how: str) -> None:
        self.how = how

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any("Zwolle" in text for text in texts):
            if self.how == "hang":
                threading.Event().wait()
            elif self.how:
                raise {"raise": IndexError, "recurse": RecursionError, "exhaust": MemoryError}[self.how]
        return np.tile(np.array([1, 0, 0], np.float32), (len(texts), 1))


@pytest.mark.parametrize("how", ["raise", "recurse", "hang", "exhaust"])
def test_an_article_that_the_embedder_fails_on_is_found_by_its_words(
    reading: ReadingProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("retrieval.ingest.shared_process", lambda _: reading)
    embedder = FaultyEmbedder(how)
    limits = ReadingLimits(seconds=0.5)
    with Archive.open(tmp_path / "other.db", embedder=embedder, reading_limits=limits) as opened:
        results = opened.ingest_articles([healthy(0), faulty("nothing", "wrong"), healthy(1)])
        assert [result.outcome for result in results] == [IngestOutcome.ADDED] * 3
        assert [stages_of(result) for result in results] == [[], ["vectors"], []]
        assert opened.search("Zwolle", mode=RetrievalMode.LEXICAL).total == 1
        embedder.how = ""
        assert opened.reextract(failed=True) == 1
        assert opened.corpus().incomplete_article_count == 0
        assert opened.reindex() == opened.corpus().passage_count


@pytest.mark.parametrize("error", [IndexError, RecursionError, MemoryError])
def test_an_article_whose_facts_cannot_be_linked_is_stored_without(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    decide = decisions.decide

    def decide_or_fail(connection: Connection, facts: Extraction, text: str) -> Extraction:
        if "Zwolle" in text and facts.entities:
            raise error
        return decide(connection, facts, text)

    monkeypatch.setattr(writing, "decide", decide_or_fail)
    results = archive.ingest_articles([healthy(0), faulty("nothing", "wrong"), healthy(1)])
    assert [stages_of(result) for result in results] == [[], ["linking"], []]
    (stored,) = archive.load_articles([results[1].article_id or ""])
    assert stored is not None
    assert stored.failed_stages == (ExtractionStage.LINKING,)
    assert archive.search("Zwolle").total == 1
    monkeypatch.setattr(writing, "decide", decide)
    assert archive.reextract(failed=True) == 1
    assert archive.corpus().incomplete_article_count == 0


def test_a_reader_that_fails_rejects_its_file_alone(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        tmp_path.joinpath(f"{name}.txt").write_text(SENTENCE)

    def fail(_: str) -> None:
        raise RecursionError

    names = [str(tmp_path / f"{name}.txt") for name in "abc"]
    archive.ingest(names[:1])
    monkeypatch.setattr("retrieval.ingestion.readers.text.parse_front_matter", fail)
    (result,) = archive.ingest(names[1:2])
    assert result.outcome is IngestOutcome.REJECTED
    assert "its reader failed (RecursionError" in (result.reason or "")
