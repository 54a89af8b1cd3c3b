"""The schema itself: built once for its limits, and printed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Any

import strawberry
from graphql import ASTValidationRule, GraphQLError, NoSchemaIntrospectionCustomRule
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.printer import print_schema as strawberry_print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.cost import CostGate, Pricing
from schema.errors import code_errors
from schema.limits import Limits, limits_rule
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import DATE_TIME, URI, URI_SCALAR
from schema.subscription import Subscription
from schema.types.entities import Organization, OtherEntity, Person, Place
from schema.types.provenance import Citation

DEFAULT_LIMITS = Limits()


class Schema(strawberry.Schema):
    """Strawberry's schema with coded errors. Logging is left to `schema.errors`: most errors are the client's, no news."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run one operation; every error of the result has its code."""
        result = await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )
        return code_errors(result, request_id=getattr(context_value, "request_id", None))

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> AsyncGenerator[Any, None]:
        """Run one operation and give its results; every error of theirs has its code."""
        results = await super().stream(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )
        return _coded(results, getattr(context_value, "request_id", None))


async def _coded(results: Any, request_id: str | None) -> AsyncGenerator[ExecutionResult, None]:
    try:
        async with aclosing(results):
            async for result in results:
                yield code_errors(result, request_id=request_id)
    except GraphQLError as error:  # ParserCache lets a syntax error through
        yield code_errors(PreExecutionError(data=None, errors=[error]), request_id=request_id)


def build_schema(limits: Limits = DEFAULT_LIMITS, *, introspection: bool = True) -> Schema:
    """The schema, refusing queries over ``limits`` and, where ``introspection`` is false, questions about itself."""
    rules: list[type[ASTValidationRule]] = [limits_rule(limits)]
    if not introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    made = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Person, Organization, Place, OtherEntity, Citation],
        config=StrawberryConfig(
            scalar_map={datetime: DATE_TIME, URI: URI_SCALAR}, disable_field_suggestions=not introspection
        ),
        # Factories, and the rules one list: a rule made for each request would defeat the validation cache.
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=limits.tokens),
            lambda: AddValidationRules(rules),
            ParserCache,
            ValidationCache,
            lambda: CostGate(pricing, limits.cost),
        ],
    )
    pricing = Pricing(made._schema)  # noqa: SLF001 - as Strawberry's printer has it: there is no public name
    return made


def print_schema(schema: Schema) -> str:
    """``schema`` in the schema definition language."""
    return strawberry_print_schema(schema) + "\n"


def print_sdl() -> str:
    """The schema as checked in at ``schema/schema.graphql``."""
    return print_schema(build_schema())
