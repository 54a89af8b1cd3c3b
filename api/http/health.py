"""``/health``: the process is up. ``/ready``: the archive opens and its index agrees with its catalog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.cli.doctor import index_problem
from retrieval.archive import Archive
from retrieval.errors import RetrievalError


async def health(request: Request) -> Response:  # noqa: ARG001 - a Starlette endpoint is given the request
    """200 as long as the process answers."""
    return JSONResponse({"status": "ok"})


def ready(archive: Callable[[], Archive]) -> Callable[[Request], object]:
    """An endpoint that answers 200, or 503 with the reason."""

    async def endpoint(request: Request) -> Response:  # noqa: ARG001 - a Starlette endpoint is given the request
        try:
            problem = await asyncio.to_thread(index_problem, archive())
        except RetrievalError as error:
            problem = str(error)
        if problem:
            return JSONResponse({"status": "unavailable", "reason": problem}, 503)
        return JSONResponse({"status": "ok"})

    return endpoint
