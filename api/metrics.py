"""What Prometheus reads at ``/metrics``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from strawberry.extensions import ParserCache, ValidationCache

from api.access import Guard, address_of, key_of
from api.problems import Problem
from retrieval.archive import Archive
from retrieval.jobs import JobQueue

# Clients choose the names of operations: so many are told apart, the others are counted together.
_MOST_NAMES = 100
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._names: set[str] = set()
        self._requests = Counter(
            "dateline_requests", "GraphQL operations.", ("operation", "outcome"), registry=self.registry
        )
        self._seconds = Histogram(
            "dateline_request_seconds", "Time to answer.", ("operation",), buckets=_SECONDS, registry=self.registry
        )
        self._running = Gauge("dateline_running", "Operations that are running.", registry=self.registry)
        self._streams = Gauge("dateline_streams", "Streams of events that are open.", registry=self.registry)
        self._lag = Gauge("dateline_index_lag", "Changes that searches do not see yet.", registry=self.registry)
        self._articles = Gauge("dateline_articles", "Articles in the archive.", registry=self.registry)
        self._waiting = Gauge("dateline_queue_waiting", "Articles that wait to be ingested.", registry=self.registry)
        self._cached = Gauge(
            "dateline_cache_lookups",
            "Lookups of documents, by cache and result.",
            ("cache", "result"),
            registry=self.registry,
        )

    def count(self, operation: str, outcome: str, seconds: float) -> None:
        """Enter an operation by name: ``outcome`` is `ok`, `error` or the code of a refusal."""
        name = operation
        if name not in self._names:
            if len(self._names) < _MOST_NAMES:
                self._names.add(name)
            else:
                name = "other"
        self._requests.labels(name, outcome).inc()
        self._seconds.labels(name).observe(seconds)

    def page(self, archive: Archive, jobs: JobQueue, *, running: int, streams: int) -> bytes:
        """Everything, in Prometheus' text format. Reads the catalog."""
        self._running.set(running)
        self._streams.set(streams)
        self._lag.set(archive.index_lag())
        self._articles.set(archive.count_articles())
        self._waiting.set(jobs.count_waiting())
        for name, cached in (
            ("parse", ParserCache().cached_parse_document),
            ("validate", ValidationCache().cached_validate_document),
        ):
            info = cached.cache_info()  # type: ignore[attr-defined]
            self._cached.labels(name, "hit").set(info.hits)
            self._cached.labels(name, "miss").set(info.misses)
        return generate_latest(self.registry)


def metrics_page(page: Callable[[], bytes], guard: Callable[[], Guard]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint: open as long as the archive has no keys, then for admins."""

    async def endpoint(request: Request) -> Response:
        caller = await guard().identify(key_of(request.headers), address_of(request))
        if not caller.is_admin:
            raise Problem(403, "metrics take an API key with the admin scope")
        return Response(await asyncio.to_thread(page), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return endpoint
