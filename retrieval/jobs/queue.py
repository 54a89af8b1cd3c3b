"""The queue: jobs of articles, kept in the catalog so that they outlive every process."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, literal, select, update
from sqlalchemy.exc import OperationalError

from retrieval.models import ArticleInput, IngestOutcome, IngestResult
from retrieval.stores.sql.columns import Instant
from retrieval.stores.sql.engine import connect, parse_url, translate, writing
from retrieval.stores.sql.tables import job_items, jobs

MOST_ATTEMPTS = 3
_GIVEN_UP = f"the worker ended {MOST_ATTEMPTS} times while reading it; see the server's log"


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come of it."""
        return self in {JobState.SUCCEEDED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Job:
    """Articles to take in. ``done`` of ``total`` have an outcome; ``rejected`` of those could not be taken in."""

    id: str
    state: JobState
    total: int
    done: int
    rejected: int
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def estimated_finish(self, now: datetime) -> datetime | None:
        """When it will be done at its pace so far; None where there is none yet, or where it is over."""
        if self.state is not JobState.RUNNING or self.started_at is None or not self.done:
            return None
        return now + (now - self.started_at) / self.done * (self.total - self.done)


@dataclass(frozen=True, slots=True)
class JobItem:
    """An article of a job by its ``position`` in it, from 0; no ``outcome`` yet where it waits."""

    position: int
    outcome: IngestOutcome | None = None
    article_id: str | None = None
    revision: int | None = None
    reason: str | None = None


class JobQueue:
    """The jobs of an archive. Safe to use from many threads and processes."""

    def __init__(self, url: str | Path, *, create: bool = False, lock_timeout_seconds: float = 30.0) -> None:
        """Open the queue of the archive at ``url``.

        Raises:
            ArchiveError: as `Archive.open` does.
        """
        self._engine = connect(parse_url(url), create=create, lock_timeout_seconds=lock_timeout_seconds)
        self.path = Path(self._engine.url.database or "")

    def close(self) -> None:
        """Let go of the files."""
        self._engine.dispose()

    def __enter__(self) -> JobQueue:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def add(self, articles: Sequence[ArticleInput]) -> Job:
        """A new job, which is on disk when this returns."""
        id_ = secrets.token_hex(8)
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(
                insert(jobs).values(id=id_, state=JobState.QUEUED.value, total=len(articles), created_at=now)
            )
            rows = [
                {"job_id": id_, "position": n, "attempts": 0, "article": _encode(article)}
                for n, article in enumerate(articles)
            ]
            if rows:
                connection.execute(insert(job_items), rows)
        return Job(id_, JobState.QUEUED, len(articles), 0, 0, now)

    def load(self, ids: Sequence[str]) -> list[Job | None]:
        """The jobs with these ids, None for one that is not there."""
        with self._reading() as connection:
            found = {job.id: job for job in map(_job, connection.execute(_with_counts().where(jobs.c.id.in_(set(ids)))))}
        return [found.get(id_) for id_ in ids]

    def find(self, id_: str) -> Job | None:
        """One job."""
        return self.load([id_])[0]

    def items(self, id_: str, *, outcomes: Sequence[IngestOutcome] = ()) -> list[JobItem]:
        """The job's articles that have an outcome, in order; of ``outcomes`` where any are given."""
        wanted = [outcome.value for outcome in outcomes or IngestOutcome]
        statement = (
            select(job_items)
            .where(job_items.c.job_id == id_, job_items.c.outcome.in_(wanted))
            .order_by(job_items.c.position)
        )
        with self._reading() as connection:
            return [
                JobItem(row.position, IngestOutcome(row.outcome), row.article_id, row.revision, row.reason)
                for row in connection.execute(statement)
            ]

    def cancel(self, id_: str) -> Job | None:
        """Stop a job: what is taken in stays, what waits is dropped. A job that is over stays as it is."""
        with writing(self._engine) as connection:
            waiting = [JobState.QUEUED.value, JobState.RUNNING.value]
            connection.execute(
                update(jobs)
                .where(jobs.c.id == id_, jobs.c.state.in_(waiting))
                .values(state=JobState.CANCELLED.value, finished_at=datetime.now(UTC))
            )
        return self.find(id_)

    def count_waiting(self) -> int:
        """How many articles wait."""
        statement = (
            select(func.count())
            .select_from(job_items.join(jobs))
            .where(jobs.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value]), job_items.c.outcome.is_(None))
        )
        with self._reading() as connection:
            return int(connection.execute(statement).scalar() or 0)

    def forget(self, before: datetime) -> int:
        """Remove the jobs that were over by then; how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(jobs).where(jobs.c.finished_at < before)).rowcount

    # ------------------------------------------------------------ for the worker

    def take(self, limit: int) -> tuple[str, list[tuple[int, ArticleInput]]] | None:
        """The next articles of the oldest job that is not over, and their positions; None where nothing waits.

        There is one worker at a time: what one did not finish, the next takes again. What did not get finished is taken
        alone, and after `MOST_ATTEMPTS` it is REJECTED, so that an article that kills its worker does not stop the others.
        """
        waiting = [JobState.QUEUED.value, JobState.RUNNING.value]
        with writing(self._engine) as connection:
            while True:
                found = connection.execute(
                    select(jobs.c.id).where(jobs.c.state.in_(waiting)).order_by(jobs.c.seq).limit(1)
                ).first()
                if found is None:
                    return None
                connection.execute(
                    update(jobs)
                    .where(jobs.c.id == found.id)
                    .values(
                        state=JobState.RUNNING.value,
                        started_at=func.coalesce(jobs.c.started_at, literal(datetime.now(UTC), Instant)),
                    )
                )
                connection.execute(
                    update(job_items)
                    .where(_waits(found.id), job_items.c.attempts >= MOST_ATTEMPTS)
                    .values(outcome=IngestOutcome.REJECTED.value, article=None, reason=_GIVEN_UP)
                )
                rows = connection.execute(
                    select(job_items.c.position, job_items.c.article, job_items.c.attempts)
                    .where(_waits(found.id))
                    .order_by(job_items.c.attempts.desc(), job_items.c.position)
                    .limit(limit)
                ).all()
                if not rows:
                    self._finish(connection, found.id)
                    continue
                taken = rows[:1] if rows[0].attempts else rows
                connection.execute(
                    update(job_items)
                    .where(job_items.c.job_id == found.id, job_items.c.position.in_([row.position for row in taken]))
                    .values(attempts=job_items.c.attempts + 1)
                )
                return found.id, [(row.position, _decode(row.article)) for row in taken]

    def record(self, id_: str, results: Sequence[tuple[int, IngestResult]]) -> None:
        """What became of articles. Their texts are dropped from the queue, and a job without others is over."""
        with writing(self._engine) as connection:
            for position, result in results:
                connection.execute(
                    update(job_items)
                    .where(job_items.c.job_id == id_, job_items.c.position == position)
                    .values(
                        article=None,
                        outcome=result.outcome.value,
                        article_id=result.article_id,
                        revision=result.revision,
                        reason=result.reason,
                    )
                )
            left = connection.execute(
                select(func.count()).where(job_items.c.job_id == id_, job_items.c.outcome.is_(None))
            ).scalar()
            if not left:
                self._finish(connection, id_)

    def _finish(self, connection: Connection, id_: str) -> None:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == id_, jobs.c.state == JobState.RUNNING.value)
            .values(state=JobState.SUCCEEDED.value, finished_at=datetime.now(UTC))
        )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise translate(error, self.path) from error


def _waits(id_: str) -> ColumnElement[bool]:
    return and_(job_items.c.job_id == id_, job_items.c.outcome.is_(None))


def _with_counts() -> Select[Any]:
    done = select(func.count()).where(job_items.c.job_id == jobs.c.id, job_items.c.outcome.is_not(None))
    rejected = select(func.count()).where(
        job_items.c.job_id == jobs.c.id, job_items.c.outcome == IngestOutcome.REJECTED.value
    )
    return select(jobs, done.scalar_subquery().label("done"), rejected.scalar_subquery().label("rejected"))


def _job(row: Row[Any]) -> Job:
    return Job(
        row.id, JobState(row.state), row.total, row.done, row.rejected, row.created_at, row.started_at, row.finished_at
    )


def _encode(article: ArticleInput) -> dict[str, Any]:
    fields = asdict(article)
    if isinstance(article.published, datetime):
        fields["published"] = {"at": article.published.isoformat()}
    return fields


def _decode(fields: dict[str, Any]) -> ArticleInput:
    published = fields["published"]
    if isinstance(published, dict):
        published = datetime.fromisoformat(published["at"])
    return ArticleInput(**fields | {"published": published, "authors": tuple(fields["authors"])})
