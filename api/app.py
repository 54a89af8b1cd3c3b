"""The server as a Starlette application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.execution import limits_of
from api.graphiql import graphiql_files, graphiql_page
from api.graphql import GraphQLEndpoint
from api.health import health, ready
from api.middleware import BodyLimit, HostCheck, RequestEdge, request_id
from api.problems import Problem, problem_response
from api.settings import Settings
from retrieval.archive import Archive
from schema import Context, build_schema

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def create_app(settings: Settings, *, archive: Archive | None = None) -> Starlette:
    """The application: ``/graphql``, GraphiQL at ``/`` where it is on, ``/health`` and ``/ready``.

    It opens the archive of ``settings`` when it starts and closes it when it stops; a given ``archive`` stays open.
    """
    state = _State(archive)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - Starlette gives itself
        with ThreadPoolExecutor(settings.threads, thread_name_prefix="dateline") as executor:
            state.executor = executor
            if archive is not None:
                yield
                return
            with Archive.open(settings.archive, lock_timeout_seconds=settings.lock_timeout_seconds) as opened:
                state.archive = opened
                yield

    schema = build_schema(limits=limits_of(settings), introspection=settings.graphiql)
    endpoint = GraphQLEndpoint(
        schema,
        make_context=lambda: state.context(can_write=settings.allow_writes),
        settings=settings,
        page=graphiql_page if settings.graphiql else None,
    )
    routes: list[BaseRoute] = [
        Route("/graphql", endpoint),
        Route("/health", health),
        Route("/ready", ready(state.opened)),
    ]
    if settings.graphiql:
        routes += [Route("/", _page), graphiql_files()]
    return Starlette(
        routes=routes,
        middleware=_middleware(settings),
        exception_handlers={HTTPException: _refused, Problem: _problem},
        lifespan=lifespan,
    )


class _State:
    """What the application holds while it runs."""

    def __init__(self, archive: Archive | None) -> None:
        self.archive = archive
        self.executor: ThreadPoolExecutor | None = None

    def opened(self) -> Archive:
        if self.archive is None:
            raise Problem(503, "the server is starting", headers={"Retry-After": "1"})
        return self.archive

    def context(self, *, can_write: bool) -> Context:
        archive = self.opened()
        assert self.executor is not None, "the lifespan makes it"
        return Context(archive, self.executor, request_id.get(), can_write=can_write)


def _middleware(settings: Settings) -> list[Middleware]:
    allowed = settings.allowed_hosts or (LOOPBACK_NAMES if settings.is_loopback else ("*",))
    stack = [Middleware(RequestEdge), Middleware(HostCheck, allowed=allowed)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Content-Type", "X-Request-ID"),
            expose_headers=("X-Request-ID", "Retry-After"),
        )
        stack.append(cors)
    stack.append(Middleware(BodyLimit, max_bytes=settings.max_body_bytes))
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
