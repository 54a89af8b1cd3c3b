"""``/health``: the process is up. ``/ready``: the archive opens and its index agrees with its catalog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.metrics import Metrics
from retrieval.archive import Archive
from retrieval.errors import RetrievalError

# An archive that takes longer to look at, such as one that is locked, serves nobody now.
_PATIENCE_SECONDS = 2.0


async def health(request: Request) -> Response:  # noqa: ARG001 - a Starlette endpoint is given the request
    """200 as long as the process answers."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """The endpoint that answers 200, or 503 with the reason. However many ask, the archive is looked at once at a time."""

    def __init__(self, archive: Callable[[], Archive], metrics: Metrics) -> None:
        self._archive = archive
        self._metrics = metrics
        self._look: asyncio.Task[str | None] | None = None

    async def endpoint(self, request: Request) -> Response:  # noqa: ARG002 - a Starlette endpoint is given the request
        """Whether operations can be served."""
        archive = self._archive()
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(asyncio.to_thread(_find_problem, archive))
        try:
            problem = await asyncio.wait_for(asyncio.shield(self._look), _PATIENCE_SECONDS)
        except TimeoutError:
            problem = f"the archive does not answer within {_PATIENCE_SECONDS:g} seconds"
        if problem is None:
            return JSONResponse({"status": "ok"})
        self._metrics.count_unready()
        return JSONResponse({"status": "unavailable", "reason": problem}, 503)


def _find_problem(archive: Archive) -> str | None:
    try:
        archive.check_tables()
        archive.retry_index()
        return archive.index_problem()
    except RetrievalError as error:
        return str(error)
