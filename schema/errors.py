"""What clients see of errors: every one has ``extensions.code``, and what was not meant for them is masked and logged."""

from __future__ import annotations

import logging
import re
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from retrieval import ArchiveError, ArchiveLocked, GeneratorMissing, InputError
from retrieval.errors import ArchiveDamaged

logger = logging.getLogger(__name__)

ARCHIVE_UNAVAILABLE = "ARCHIVE_UNAVAILABLE"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
TIMEOUT = "TIMEOUT"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"

_LONGEST_MESSAGE = 500
# What graphql-core guesses at from the names in the schema.
_SUGGESTION = re.compile(r" ?Did you mean [^?]*\?")


class Forbidden(Exception):
    """The request may not do this; the message says what it lacks."""


class SlowConsumer(Exception):
    """A subscriber takes its events in more slowly than they come."""


_CODES: tuple[tuple[type[Exception], str], ...] = (
    (InputError, BAD_USER_INPUT),
    (ArchiveLocked, "ARCHIVE_BUSY"),
    (GeneratorMissing, "GENERATIVE_NOT_CONFIGURED"),
    (Forbidden, "FORBIDDEN"),
    (SlowConsumer, "SLOW_CONSUMER"),
)


def code_errors(result: ExecutionResult, *, request_id: str | None, suggests: bool = True) -> ExecutionResult:
    """``result`` with a code at each of its errors, and without guesses at names in them unless ``suggests``."""
    is_refused = isinstance(result, PreExecutionError)
    if result.errors:
        result.errors = [
            coded(error, is_refused=is_refused, request_id=request_id, suggests=suggests) for error in result.errors
        ]
    return result


def coded_part(part: Any, *, request_id: str | None, suggests: bool = True) -> dict[str, Any]:
    """A part of an incremental response as clients get it, with a code at each of its errors."""

    def with_codes(value: Any) -> Any:
        if isinstance(value, GraphQLError):
            return coded(value, request_id=request_id, suggests=suggests).formatted
        if hasattr(value, "errors") and value.errors:
            return value.formatted | {"errors": [with_codes(error) for error in value.errors]}
        return value.formatted

    made: dict[str, Any] = with_codes(part)
    for name in ("incremental", "completed"):
        if parts := getattr(part, name, None):
            made[name] = [with_codes(one) for one in parts]
    return made


def coded(
    error: GraphQLError, *, is_refused: bool = False, request_id: str | None = None, suggests: bool = True
) -> GraphQLError:
    """``error`` with a code; ``is_refused`` says that the document never ran.

    The result is a new error: those of a cached validation are shared between requests and stay as they are.
    """
    if "code" in (error.extensions or {}):
        return error
    cause = _cause(error)
    if isinstance(cause, GraphQLSyntaxError):
        return _with(error, error.message, {"code": PARSE_FAILED})
    message = error.message if suggests else _SUGGESTION.sub("", error.message)
    if is_refused and error.original_error is None:
        return _with(error, message, {"code": VALIDATION_FAILED})
    for kind, code in _CODES:
        if isinstance(cause, kind):
            return _with(error, str(cause), {"code": code})
    if isinstance(cause, ArchiveError) and not isinstance(cause, ArchiveDamaged):
        # Its words are for who runs the server: they name files.
        logger.warning("request %s: %s", request_id, cause)
        return _with(error, "the archive cannot be used for now; try again later", {"code": ARCHIVE_UNAVAILABLE})
    if isinstance(cause, UnicodeEncodeError):
        return _with(error, "text is not valid Unicode: it holds a lone surrogate", {"code": BAD_USER_INPUT})
    if _is_about_input(error, cause):
        return _with(error, message, {"code": BAD_USER_INPUT})
    where = ".".join(map(str, error.path or ()))
    logger.error("internal error at %r in request %s", where, request_id, exc_info=cause)
    return _with(error, "internal error", {"code": INTERNAL_SERVER_ERROR, "requestId": request_id})


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_about_input(error: GraphQLError, cause: Exception) -> bool:
    """Whether graphql-core refused a variable (no path yet) or an argument (it names its nodes itself)."""
    if not isinstance(cause, GraphQLError):
        return False
    return error.path is None or (cause is not error and cause.nodes is not None)


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    if len(message) > _LONGEST_MESSAGE:  # it quotes what the client sent
        message = f"{message[:_LONGEST_MESSAGE]}…"
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, None, extensions)
