"""What Prometheus reads at ``/metrics``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import Guard, address_of, key_of
from api.http.problems import Problem
from api.settings import figures_folder
from retrieval.archive import Archive
from retrieval.jobs import JobQueue
from schema.execution.document_cache import Preparation

# Clients choose the names of operations: so many are told apart, the others are counted together.
_MOST_NAMES = 100
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process; its page has those of all processes of the server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._names: set[str] = set()
        self._requests = Counter(
            "dateline_requests", "GraphQL operations.", ("operation", "outcome"), registry=self._registry
        )
        self._seconds = Histogram(
            "dateline_request_seconds", "Time to answer.", ("operation",), buckets=_SECONDS, registry=self._registry
        )
        self._stages = Histogram(
            "dateline_stage_seconds",
            "Time of a stage: search, ask, and in it retrieval and reading.",
            ("stage",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.running = Gauge(
            "dateline_running", "Operations that are running.", registry=self._registry, multiprocess_mode="livesum"
        )
        self.streams = Gauge(
            "dateline_streams", "Streams that are open.", registry=self._registry, multiprocess_mode="livesum"
        )
        lookups = Counter(
            "dateline_cache_lookups",
            "Lookups of documents that were parsed and validated before.",
            ("result",),
            registry=self._registry,
        )
        self._hit, self._miss = lookups.labels("hit"), lookups.labels("miss")
        self._hits = self._misses = 0
        self._children: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def count(self, operation: str, outcome: str, seconds: float) -> None:
        """Enter an operation by name: ``outcome`` is `ok`, `error` or the code of a refusal."""
        name = operation
        if name not in self._names:
            if len(self._names) < _MOST_NAMES:
                self._names.add(name)
            else:
                name = "other"
        found = self._children.get((name, outcome))
        if found is None:  # to look up a child by its labels takes longer than to count
            found = self._requests.labels(name, outcome), self._seconds.labels(name)
            self._children[name, outcome] = found
        found[0].inc()
        found[1].observe(seconds)

    def observe(self, stage: str, seconds: float, *, ago: float = 0.0) -> None:  # noqa: ARG002 - as `schema.Observe` has it
        """Enter how long a stage took."""
        self._stages.labels(stage).observe(seconds)

    def count_lookups(self, documents: Preparation) -> None:
        """Enter the lookups since the last call."""
        if documents.hits != self._hits:
            self._hit.inc(documents.hits - self._hits)
            self._hits = documents.hits
        if documents.misses != self._misses:
            self._miss.inc(documents.misses - self._misses)
            self._misses = documents.misses

    def page(self, archive: Archive, jobs: JobQueue) -> bytes:
        """Everything, in Prometheus' text format. Reads the catalog."""
        registry = self._registry
        if folder := figures_folder():
            _forget_dead(Path(folder))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_Catalog(archive, jobs))


class _Catalog(Collector):
    """What the archive tells at the time of asking: the same in each process."""

    def __init__(self, archive: Archive, jobs: JobQueue) -> None:
        self._archive = archive
        self._jobs = jobs

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        lag, waiting = self._archive.index_lag(), self._jobs.count_waiting()
        yield GaugeMetricFamily("dateline_index_lag", "Changes that searches do not see yet.", lag)
        yield GaugeMetricFamily("dateline_articles", "Articles in the archive.", self._archive.count_articles())
        yield GaugeMetricFamily("dateline_queue_waiting", "Articles that wait to be ingested.", waiting)


def _forget_dead(folder: Path) -> None:
    """Take what processes that are gone were running out of the sums; what they had counted stays."""
    for path in folder.glob("gauge_livesum_*.db"):
        number = path.stem.rpartition("_")[2]
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)


def metrics_page(page: Callable[[], bytes], guard: Callable[[], Guard]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint: open as long as the archive has no keys, then for admins."""

    async def endpoint(request: Request) -> Response:
        caller = await guard().identify(key_of(request.headers), address_of(request))
        if not caller.is_admin:
            raise Problem(403, "metrics take an API key with the admin scope")
        return Response(await asyncio.to_thread(page), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return endpoint
