"""Running a GraphQL operation, for the server and for ``dateline query``."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.http.operation import Operation
from api.http.problems import Problem
from api.settings import Settings
from schema import Context, Limits, Schema

READS = (OperationType.QUERY,)
READS_AND_WRITES = (OperationType.QUERY, OperationType.MUTATION)
STREAMS = (OperationType.SUBSCRIPTION,)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A GraphQL response. ``is_request_error`` says that nothing was executed: the document holds no ``data`` then."""

    document: Mapping[str, object]
    is_request_error: bool


def limits_of(settings: Settings) -> Limits:
    """How large an operation may be."""
    return Limits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        fields=settings.max_fields,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        cost=settings.max_cost,
    )


def execute(
    schema: Schema, operation: Operation, context: Context, *, allowed: tuple[OperationType, ...] = READS_AND_WRITES
) -> Outcome | Awaitable[Outcome]:
    """Run one operation; awaitable only where it has something to wait for.

    Raises:
        Problem: 405 for a mutation where only reads are allowed.
    """
    try:
        result = schema.run(
            operation.query,
            variables=operation.variables,
            context=context,
            operation_name=operation.name,
            allowed=allowed,
        )
    except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError) as error:
        if isinstance(error, InvalidOperationTypeError) and error.operation_type is OperationType.MUTATION:
            raise Problem(405, "a mutation may not be a GET; use POST", headers={"Allow": "POST"}) from error
        return refusal_of(error)
    return _outcome(result) if isinstance(result, ExecutionResult) else _awaited(result)


async def _awaited(result: Awaitable[ExecutionResult]) -> Outcome:
    return _outcome(await result)


def _outcome(result: ExecutionResult) -> Outcome:
    errors = [error.formatted for error in result.errors or ()]
    # an error of execution has the path of the field that failed; parsing, validation and coercion of variables have none
    is_request_error = result.data is None and bool(errors) and not any("path" in error for error in errors)
    document: dict[str, object] = {"errors": errors} if errors else {}
    if not is_request_error:
        document["data"] = result.data
    return Outcome(document, is_request_error)


def refusal_of(error: Exception) -> Outcome:
    """The response to a document of which no operation can be run here."""
    if isinstance(error, CannotGetOperationTypeError):
        return _refused(error.as_http_error_reason())
    if isinstance(error, InvalidOperationTypeError):
        if error.operation_type is OperationType.SUBSCRIPTION:
            return _refused("a subscription takes Accept: text/event-stream, or a WebSocket (graphql-transport-ws)")
        return _refused("a mutation may not be a GET; use POST")
    return _refused("the document is empty")


def _refused(message: str) -> Outcome:
    return Outcome({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}, is_request_error=True)
