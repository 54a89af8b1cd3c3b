"""The queue of articles to ingest, and its worker."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from retrieval import Archive, ArchiveError, ArticleInput, IngestOutcome, IngestResult
from retrieval.ingest import OnResult
from retrieval.jobs import JobQueue, JobState, Worker
from retrieval.jobs.queue import MOST_ATTEMPTS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.db"


@pytest.fixture
def queue(path: Path) -> Iterator[JobQueue]:
    with JobQueue(path, create=True) as queue:
        yield queue


def articles(count: int) -> list[ArticleInput]:
    return [ArticleInput(f"Story {n}\n\nIt rained in Paris.", url=f"https://news.example/{n}") for n in range(count)]


def added(name: str) -> IngestResult:
    return IngestResult(name, IngestOutcome.ADDED, f"id{name}", 1)


def test_a_job_comes_back_as_it_was_given(queue: JobQueue) -> None:
    given = [
        ArticleInput("a", "title", "https://news.example/a", "2020-01-03", "The Test", ("A. B.",), "en-GB"),
        ArticleInput("b", published_at=datetime(2020, 1, 3, 12, tzinfo=UTC)),
    ]
    job = queue.add(given)
    assert (job.state, job.total, job.done) == (JobState.QUEUED, 2, 0)
    assert queue.take(10) == (job.id, [(0, given[0]), (1, given[1])])
    found = queue.find(job.id)
    assert found is not None
    assert found.state is JobState.RUNNING
    assert found.started_at is not None


def test_outcomes_finish_a_job(queue: JobQueue) -> None:
    job = queue.add(articles(3))
    assert queue.count_waiting() == 3
    queue.take(10)
    queue.record(job.id, [(0, added("0")), (2, IngestResult("2", IngestOutcome.REJECTED, reason="no text"))])
    found = queue.find(job.id)
    assert found is not None
    assert (found.state, found.done, found.rejected) == (JobState.RUNNING, 2, 1)
    assert found.estimated_finish(datetime.now(UTC)) is not None
    assert [item.position for item in queue.items(job.id, outcomes=[IngestOutcome.REJECTED])] == [2]
    queue.record(job.id, [(1, added("1"))])
    found = queue.find(job.id)
    assert found is not None
    assert found.state is JobState.SUCCEEDED
    assert found.finished_at is not None
    assert [item.article_id for item in queue.items(job.id)] == ["id0", "id1", None]
    assert queue.take(10) is None


def test_jobs_are_taken_in_order(queue: JobQueue) -> None:
    first, second = queue.add(articles(3)), queue.add(articles(1))
    taken = queue.take(2)
    assert taken is not None
    assert (taken[0], [position for position, _ in taken[1]]) == (first.id, [0, 1])
    queue.record(first.id, [(n, added(str(n))) for n in range(3)])
    taken = queue.take(2)
    assert taken is not None
    assert taken[0] == second.id


def test_what_was_not_finished_is_taken_again_alone_and_in_the_end_given_up(queue: JobQueue) -> None:
    job = queue.add(articles(2))
    taken = [queue.take(10) for _ in range(2 * MOST_ATTEMPTS - 1)]
    assert [len(items) for _, items in filter(None, taken)] == [2] + [1] * (2 * MOST_ATTEMPTS - 2)
    assert queue.take(10) is None
    assert {item.outcome for item in queue.items(job.id)} == {IngestOutcome.REJECTED}
    assert queue.find(job.id).state is JobState.SUCCEEDED  # type: ignore[union-attr]


def test_a_cancelled_job_keeps_what_was_done(queue: JobQueue) -> None:
    job = queue.add(articles(2))
    queue.take(1)
    queue.record(job.id, [(0, added("0"))])
    cancelled = queue.cancel(job.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.done) == (JobState.CANCELLED, 1)
    assert queue.take(10) is None
    queue.record(job.id, [(1, added("1"))])
    assert queue.find(job.id).state is JobState.CANCELLED  # type: ignore[union-attr]
    assert queue.cancel("none") is None


def test_jobs_that_are_over_can_be_forgotten(queue: JobQueue) -> None:
    over, waiting = queue.add(articles(1)), queue.add(articles(1))
    queue.cancel(over.id)
    assert queue.forget(datetime.now(UTC) - timedelta(days=1)) == 0
    assert queue.forget(datetime.now(UTC)) == 1
    assert [job and job.id for job in queue.load([over.id, waiting.id])] == [None, waiting.id]


def test_the_worker_ingests(path: Path, queue: JobQueue) -> None:
    job = queue.add([*articles(1), ArticleInput(" ")])
    with Archive.open(path) as archive:
        assert Worker(archive, queue).work_off() == 2
        assert archive.article(url="https://news.example/0") is not None
    assert [item.outcome for item in queue.items(job.id)] == [IngestOutcome.ADDED, IngestOutcome.REJECTED]


def test_there_is_one_worker_at_a_time(path: Path, queue: JobQueue) -> None:
    queue.add(articles(1))
    with Archive.open(path) as archive, FileLock(f"{path}.worker"), pytest.raises(Timeout):
        Worker(archive, queue).work_off()


def test_what_was_not_finished_waits_for_the_others(queue: JobQueue) -> None:
    job = queue.add(articles(4))
    queue.take(2)  # and its worker ends
    taken = [queue.take(10) for _ in range(3)]
    assert [[position for position, _ in items] for _, items in filter(None, taken)] == [[2, 3], [0], [1]]
    assert job.total == 4


def test_what_is_given_back_counts_as_not_taken(queue: JobQueue) -> None:
    job = queue.add(articles(2))
    for _ in range(MOST_ATTEMPTS + 2):
        taken = queue.take(10)
        assert taken is not None
        assert [position for position, _ in taken[1]] == [0, 1]
        queue.give_back(job.id, [0, 1])
    assert queue.count_waiting() == 2


class Faulty(Archive):
    """Cannot be written for a while; every article that it is given counts down."""

    faults = 0

    def ingest_articles(
        self, articles: Iterable[ArticleInput], *, workers: int = 1, on_result: OnResult | None = None
    ) -> list[IngestResult]:
        given = list(articles)
        if self.faults > 0:
            self.faults -= 1
            super().ingest_articles(given[:1], workers=workers, on_result=on_result)
            raise ArchiveError("no room left")
        return super().ingest_articles(given, workers=workers, on_result=on_result)


def test_a_worker_waits_out_what_no_article_is_to_blame_for(
    path: Path, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.jobs.worker._PAUSE_SECONDS", 0.01)
    job = queue.add(articles(5))
    with Faulty(path) as archive:
        archive.faults = 2 * MOST_ATTEMPTS
        assert Worker(archive, queue).work_off() == 5
        assert archive.corpus().article_count == 5
    # What was stored before each fault was told then, and is not read again.
    assert [item.outcome for item in queue.items(job.id)] == [IngestOutcome.ADDED] * 5


def test_a_worker_that_is_stopped_in_a_fault_gives_its_articles_back(
    path: Path, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.jobs.worker._PAUSE_SECONDS", 0.01)
    job = queue.add(articles(2))
    for _ in range(MOST_ATTEMPTS + 1):
        with Faulty(path) as archive:
            archive.faults = 10**6
            worker = Worker(archive, queue)
            timer = threading.Timer(0.3, worker.stop)
            timer.start()
            assert worker.work_off() == 0
            timer.join()
    found = queue.find(job.id)
    assert found is not None
    assert (found.done, found.rejected, queue.count_waiting()) == (0, 0, 2)
