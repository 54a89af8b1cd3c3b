"""Refusals below GraphQL, as JSON in GraphQL's own error shape."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "REQUEST_TIMEOUT",
    413: "PAYLOAD_TOO_LARGE",
    414: "URI_TOO_LONG",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    431: "HEADERS_TOO_LARGE",
    500: "INTERNAL_SERVER_ERROR",
    503: "OVERLOADED",
    504: "TIMEOUT",
}


_LONGEST_MESSAGE = 500


class Problem(Exception):
    """A request that is refused before, or instead of, running: ``status``, a message with the remedy, and a code."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        # It may quote what the client sent.
        self.message = message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
        self.code = code or CODES.get(status, "BAD_REQUEST")
        self.headers = dict(headers or {})

    def document(self, *, request_id: str | None = None) -> dict[str, object]:
        """``{"errors": [{"message", "extensions": {"code", "requestId"?}}]}``."""
        extensions = {"code": self.code}
        if request_id is not None:
            extensions["requestId"] = request_id
        return {"errors": [{"message": self.message, "extensions": extensions}]}


def problem_response(problem: Problem, *, media_type: str = "application/json", request_id: str | None = None) -> Response:
    """The problem's document with its status."""
    body = orjson.dumps(problem.document(request_id=request_id))
    return Response(
        body,
        problem.status,
        media_type=f"{media_type}; charset=utf-8",
        headers={"Cache-Control": "no-store", **problem.headers},
    )
