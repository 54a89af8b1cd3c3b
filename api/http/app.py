"""The server as a Starlette application."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.http.access import Caller, Guard
from api.http.execution import limits_of
from api.http.graphiql import graphiql_files, graphiql_page
from api.http.graphql import GraphQLEndpoint
from api.http.health import health, ready
from api.http.metrics import Metrics, metrics_page
from api.http.middleware import BodyLimit, First, HostCheck, RequestEdge, request_id
from api.http.persisted_documents import Documents
from api.http.problems import Problem, problem_response
from api.http.request_log import RequestLog
from api.http.streaming import Streams
from api.http.websockets import Sockets
from api.server.tracing import Traced, Tracing
from api.settings import Settings, archive_of
from retrieval.api_keys import KeyRing
from retrieval.archive import Archive
from retrieval.jobs import JobQueue
from schema import Budgets, ChangeFeed, Context, Observe, Schema, build_schema

# How long a thread runs before it lets others: a tenth of what is usual. A request takes several turns of the loop, and
# before each it may wait as long for every thread that answers a question.
_TURN_SECONDS = 0.0005
# How many objects are new before garbage is looked for among them: 700 are usual, and less than one page of a list, whose
# objects all outlive it. Lists take a fifth less so.
_NEW_OBJECTS = 20_000
# Of the threads that answer questions and search: with all cores busy the slowest lists take a third of what they took. At
# 10 they gain no more, since a thread that is kept waiting for long may hold the interpreter's lock.
_SLOW_NICENESS = 5
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

_COMMON = """
{
  articles(first: 2) { nodes { title url passages(first: 1) { nodes { text } } } totalCount pageInfo { endCursor } }
  entities(first: 2) { nodes { name type aliases { name } mentions(first: 1) { nodes { text } } } }
  events(first: 2) { nodes { title participants { text } citations(first: 1) { nodes { text } } } }
  claims(first: 2) { nodes { text } }
  searchPassages(query: "news", first: 2) { nodes { text } }
}
"""


def create_app(settings: Settings, *, archive: Archive | None = None) -> Starlette:
    """The application: ``/graphql``, GraphiQL at ``/`` where it is on, ``/health`` and ``/ready``.

    It opens the archive of ``settings`` when it starts and closes it when it stops; a given ``archive`` stays open.
    """
    state = _State(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, float]]:  # noqa: ARG001 - Starlette gives itself
        with (
            _made_to_serve(),
            ThreadPoolExecutor(settings.threads, thread_name_prefix="dateline") as executor,
            ThreadPoolExecutor(settings.slow_threads, "dateline-slow", initializer=_stand_back) as slow_executor,
        ):
            state.executor, state.slow_executor = executor, slow_executor
            with ExitStack() as stack:
                wait = settings.lock_timeout_seconds
                opened = archive or stack.enter_context(archive_of(settings))
                keys = stack.enter_context(KeyRing(opened.path, lock_timeout_seconds=wait))
                jobs = stack.enter_context(JobQueue(opened.path, lock_timeout_seconds=wait))
                if settings.warm_up:
                    await _warm_up(schema, Context(opened, executor, "warm-up", slow_executor=slow_executor))
                state.open(opened, keys, jobs)
                # For `api.server.uvicorn_protocols`, which gets no settings.
                yield {name: getattr(settings, name) for name in ("send_timeout_seconds", "receive_timeout_seconds")}
            if state.tracing is not None:
                await asyncio.to_thread(state.tracing.close)

    schema = build_schema(limits=limits_of(settings), introspection=settings.graphiql, defer=settings.defer)
    journal = RequestLog(schema, state.metrics, state.tracing)
    documents = Documents(settings.documents or None, only=settings.trusted_only)
    streams = Streams(settings.max_subscriptions, journal)
    endpoint = GraphQLEndpoint(
        schema,
        make_context=state.context,
        settings=settings,
        guard=state.guard,
        journal=journal,
        documents=documents,
        streams=streams,
        page=graphiql_page if settings.graphiql else None,
    )
    sockets = Sockets(
        schema,
        make_context=state.context,
        guard=state.guard,
        settings=settings,
        documents=documents,
        streams=streams,
        tracing=state.tracing,
    )
    routes: list[BaseRoute] = [
        WebSocketRoute("/graphql", sockets),
        Route("/health", health),
        Route("/ready", ready(state.opened)),
        Route("/metrics", metrics_page(state.metrics_page, state.guard)),
    ]
    if settings.graphiql:
        routes += [Route("/", _page), graphiql_files()]
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, endpoint, state.tracing),
        exception_handlers={HTTPException: _refused, Problem: _problem},
        lifespan=lifespan,
    )
    app.state.schema = schema
    return app


class _State:
    """What the application holds while it runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.budgets = Budgets(settings.rate_limit) if settings.rate_limit else None
        self.executor: ThreadPoolExecutor | None = None
        self.slow_executor: ThreadPoolExecutor | None = None
        self.archive: Archive | None = None
        self.jobs: JobQueue | None = None
        self.feed: ChangeFeed | None = None
        self.metrics = Metrics()
        self.tracing = Tracing() if settings.traces else None
        self._guard: Guard | None = None

    def metrics_page(self) -> bytes:
        archive = self.opened()
        assert self.jobs is not None, "it opens with the archive"
        return self.metrics.page(archive, self.jobs)

    def open(self, archive: Archive, keys: KeyRing, jobs: JobQueue) -> None:
        """Begin to serve."""
        self.archive = archive
        self.jobs = jobs
        self.feed = ChangeFeed(archive)
        self._guard = Guard(keys, anonymous_read=self.settings.anonymous_read, allow_writes=self.settings.allow_writes)

    def opened(self) -> Archive:
        if self.archive is None:
            raise _starting()
        return self.archive

    def guard(self) -> Guard:
        if self._guard is None:
            raise _starting()
        return self._guard

    def context(self, caller: Caller) -> Context:
        archive = self.opened()
        assert self.executor is not None, "the lifespan makes it"
        return Context(
            archive,
            self.executor,
            request_id.get(),
            can_write=caller.can_write,
            caller=caller.name,
            budget=partial(self.budgets.spend, caller.name) if self.budgets else None,
            jobs=self.jobs,
            feed=self.feed,
            observe=self._observe(),
            slow_executor=self.slow_executor,
        )

    def _observe(self) -> Observe:
        if self.tracing is None:
            return self.metrics.observe
        count, trace = self.metrics.observe, self.tracing.stages()

        def both(stage: str, seconds: float, *, ago: float = 0.0) -> None:
            count(stage, seconds)
            trace(stage, seconds, ago=ago)

        return both


async def _warm_up(schema: Schema, context: Context) -> None:
    """Do once what is asked most: models are loaded then, statements compiled, connections open."""
    archive = context.archive
    threading.Thread(target=archive.read_ahead, name="read-ahead", daemon=True).start()
    loop = asyncio.get_running_loop()
    # There, since the threads that models start take their niceness from the one that loads them.
    await loop.run_in_executor(context.slow_executor, archive.embed_query, "news")
    await loop.run_in_executor(context.slow_executor, archive.ask, "What happened?")
    await schema.execute(_COMMON, context_value=context)
    # What lives as long as the process is no garbage: looking it all through takes a tenth of a second and more, in which
    # nothing is answered.
    gc.collect()
    gc.freeze()


@contextmanager
def _made_to_serve() -> Iterator[None]:
    """Let the event loop, and the threads of quick requests, wait less for those that answer questions, and for garbage."""
    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_TURN_SECONDS)
    gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        gc.set_threshold(*thresholds)


def _stand_back() -> None:
    """Let the system run everyone else before this thread. Only Linux gives threads a niceness of their own."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may not allow it, and it answers all the same
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _SLOW_NICENESS)


def _starting() -> Problem:
    return Problem(503, "the server is starting", headers={"Retry-After": "1"})


def _middleware(settings: Settings, endpoint: GraphQLEndpoint, tracing: Tracing | None) -> list[Middleware]:
    allowed = settings.allowed_hosts or (LOOPBACK_NAMES if settings.is_loopback else ("*",))
    stack = [Middleware(RequestEdge), Middleware(HostCheck, allowed=allowed)]
    if tracing is not None:
        stack.append(Middleware(Traced, tracing=tracing, path="/graphql"))
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type", "X-API-Key", "X-Request-ID"),
            expose_headers=("X-Request-ID", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
        )
        stack.append(cors)
    limit = settings.max_body_bytes
    stack.append(Middleware(First, path="/graphql", target=BodyLimit(endpoint, max_bytes=limit)))
    stack.append(Middleware(GZipMiddleware, minimum_size=1400, compresslevel=5))
    stack.append(Middleware(BodyLimit, max_bytes=limit))
    return stack


async def _page(request: Request) -> Response:  # noqa: ARG001 - a Starlette endpoint is given the request
    return graphiql_page()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = HTTPStatus(error.status_code).phrase.lower()
    problem = Problem(error.status_code, f"{request.method} {request.url.path}: {what}", headers=error.headers)
    return problem_response(problem)


async def _problem(request: Request, error: Exception) -> Response:  # noqa: ARG001 - as Starlette calls it
    assert isinstance(error, Problem)
    return problem_response(error)
