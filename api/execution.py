"""Running a GraphQL operation, for the server and for ``dateline query``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLError, OperationDefinitionNode, parse
from strawberry import Schema
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from api.operation import Operation
from api.problems import Problem
from api.settings import Settings
from schema import Context, Limits

READS = (OperationType.QUERY,)
READS_AND_WRITES = (OperationType.QUERY, OperationType.MUTATION)

_OPERATION = re.compile(r"\b(?:query|mutation|subscription)\b")


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
    )


async def execute(
    schema: Schema, operation: Operation, context: Context, *, allowed: tuple[OperationType, ...] = READS_AND_WRITES
) -> Outcome:
    """Run one operation.

    Raises:
        Problem: 405 for a mutation where only reads are allowed.
    """
    if operation.name is None and _has_several_operations(operation.query):
        return _refused("the document has several operations; name the one to run in operationName")
    try:
        result = await schema.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            allowed_operation_types=allowed,
        )
    except InvalidOperationTypeError as error:
        if error.operation_type is OperationType.MUTATION:
            raise Problem(405, "a mutation may not be a GET; use POST", headers={"Allow": "POST"}) from error
        return _refused("subscriptions are not served here")
    except MissingQueryError:
        return _refused("the document is empty")
    except CannotGetOperationTypeError as error:
        return _refused(error.as_http_error_reason())
    errors = [error.formatted for error in result.errors or ()]
    # an error of execution has the path of the field that failed; parsing, validation and coercion of variables have none
    is_request_error = result.data is None and bool(errors) and not any("path" in error for error in errors)
    document: dict[str, object] = {"errors": errors} if errors else {}
    if not is_request_error:
        document["data"] = result.data
    if result.extensions:
        document["extensions"] = result.extensions
    return Outcome(document, is_request_error)


def _has_several_operations(document: str) -> bool:
    """Strawberry would run the first; GraphQL wants it named (specification, section 6.1)."""
    if len(_OPERATION.findall(document)) < 2:
        return False
    try:
        definitions = parse(document, no_location=True, max_tokens=10_000).definitions
    except GraphQLError:
        return False  # reported when it is run
    return sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1


def _refused(message: str) -> Outcome:
    return Outcome({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}, is_request_error=True)
