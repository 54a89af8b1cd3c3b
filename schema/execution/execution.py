"""The schema itself: built once for its limits, and printed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Any

import strawberry
from graphql import (
    ASTValidationRule,
    ExperimentalIncrementalExecutionResults,
    GraphQLError,
    GraphQLStreamDirective,
    NoSchemaIntrospectionCustomRule,
    experimental_execute_incrementally,
    subscribe,
)
from graphql import (
    ExecutionResult as CoreResult,
)
from graphql import (
    OperationType as CoreOperationType,
)
from graphql.pyutils import AwaitableOrValue
from strawberry.exceptions import MissingQueryError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.printer import print_schema as strawberry_print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.context import Info
from schema.errors import TIMEOUT, code_errors, coded_part
from schema.execution.cost import charge
from schema.execution.document_cache import Preparation, Prepared
from schema.execution.executor import Executor, Shapes, WholeExecutor
from schema.execution.limits import Limits, limits_rule
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import DATE_TIME, URI, URI_SCALAR
from schema.subscription import Subscription
from schema.types.entities import Organization, OtherEntity, Person, Place
from schema.types.provenance import Citation

DEFAULT_LIMITS = Limits()


class Schema(strawberry.Schema):
    """Strawberry's schema, run by `schema.execution.executor` from documents that are prepared once, with coded errors.

    Strawberry's own run takes a stack of context managers around each of its steps; here there are none.
    """

    def __init__(
        self, query: type, *, limits: Limits = DEFAULT_LIMITS, rules: Iterable[type[ASTValidationRule]] = (), **how: Any
    ) -> None:
        super().__init__(query, **how)
        # A page is loaded at once: to send its items one by one would only cost. So there is no `@stream`.
        self._schema.directives = tuple(one for one in self._schema.directives if one is not GraphQLStreamDirective)
        self.preparation = Preparation(self._schema, (limits_rule(limits), *rules), max_tokens=limits.tokens)
        self.max_cost = limits.cost
        self.shapes = Shapes(self._schema)

    def run(
        self,
        query: str | None,
        *,
        variables: dict[str, Any] | None = None,
        context: Any = None,
        root: Any = None,
        operation_name: str | None = None,
        allowed: Iterable[OperationType] | None = None,
    ) -> AwaitableOrValue[ExecutionResult]:
        """Run one operation; awaitable only where a resolver is. Every error of the result has its code.

        Raises:
            MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError: there is none to run.
        """
        request_id = getattr(context, "request_id", None)
        prepared = self._prepare(query, variables, context, operation_name, allowed)
        if isinstance(prepared, PreExecutionError):
            return code_errors(prepared, request_id=request_id)
        result = self._start(experimental_execute_incrementally, prepared, variables, context, root, operation_name)
        if isinstance(result, CoreResult):
            return code_errors(ExecutionResult(result.data, result.errors), request_id=request_id)

        async def awaited() -> ExecutionResult:
            found = await result
            return code_errors(ExecutionResult(found.data, found.errors), request_id=request_id)

        return awaited()

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # noqa: ARG002 - Strawberry's signature
    ) -> ExecutionResult:
        """As `run`, awaited."""
        result = self.run(
            query,
            variables=variable_values,
            context=context_value,
            root=root_value,
            operation_name=operation_name,
            allowed=allowed_operation_types,
        )
        return result if isinstance(result, ExecutionResult) else await result

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,  # noqa: ARG002 - Strawberry's signature
        allowed_operation_types: Iterable[OperationType] | None = None,
        *,
        in_parts: bool = False,
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[Any, None]:
        """Run one operation and give its results: each an `ExecutionResult`.

        ``in_parts`` lets what is marked with `@defer` come later: then there are parts of a result, as JSON objects.
        What is no subscription ends after ``timeout_seconds``, with an error.

        Raises:
            MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError: there is none to run.
        """
        prepared = self._prepare(query, variable_values, context_value, operation_name, allowed_operation_types)
        executor = Executor if in_parts else WholeExecutor
        results = self._results(prepared, variable_values, context_value, root_value, operation_name, executor)
        if timeout_seconds is None or self._is_subscription(prepared, operation_name):
            return results
        return _in_time(results, timeout_seconds)

    def _prepare(
        self,
        query: str | None,
        variables: dict[str, Any] | None,
        context: Any,
        operation_name: str | None,
        allowed: Iterable[OperationType] | None,
    ) -> Prepared | PreExecutionError:
        """The document, or why its operation is not run."""
        if not query:
            raise MissingQueryError
        prepared = self.preparation.prepare(query)
        if prepared.document is None:
            return PreExecutionError(data=None, errors=list(prepared.errors))
        operation = prepared.operation(operation_name)
        if operation is None:
            if operation_name is None and len(prepared.operations) > 1:
                message = "the document has several operations; name the one to run in operationName"
                error = GraphQLError(message, extensions={"code": "BAD_REQUEST"})
                return PreExecutionError(data=None, errors=[error])
            raise CannotGetOperationTypeError(operation_name)
        kind = OperationType[operation.operation.name]
        if allowed is not None and kind not in allowed:
            raise InvalidOperationTypeError(kind)
        if prepared.errors:
            return PreExecutionError(data=None, errors=list(prepared.errors))
        cost = self.preparation.cost(prepared, operation, variables or {})
        if refused := charge(cost, self.max_cost, context):
            return PreExecutionError(data=None, errors=[refused])
        return prepared

    def _is_subscription(self, prepared: Prepared | PreExecutionError, name: str | None) -> bool:
        operation = prepared.operation(name) if isinstance(prepared, Prepared) else None
        return operation is not None and operation.operation is CoreOperationType.SUBSCRIPTION

    def _start(
        self,
        how: Callable[..., Any],
        prepared: Prepared,
        variables: dict[str, Any] | None,
        context: Any,
        root: Any,
        operation_name: str | None,
        executor: type[Executor] = WholeExecutor,
    ) -> Any:
        return how(
            self._schema,
            prepared.document,
            root_value=root,
            context_value=context,
            variable_values=variables,
            operation_name=operation_name,
            is_awaitable=optimized_is_awaitable,
            executor_class=executor,
            shapes=self.shapes,
        )

    async def _results(
        self,
        prepared: Prepared | PreExecutionError,
        variables: dict[str, Any] | None,
        context: Any,
        root: Any,
        name: str | None,
        executor: type[Executor],
    ) -> AsyncGenerator[Any, None]:
        request_id = getattr(context, "request_id", None)
        if isinstance(prepared, PreExecutionError):
            yield code_errors(prepared, request_id=request_id)
            return
        operation = prepared.operation(name)
        assert operation is not None, "it is prepared"
        how = subscribe if operation.operation is CoreOperationType.SUBSCRIPTION else experimental_execute_incrementally
        result = self._start(how, prepared, variables, context, root, name, executor)
        if optimized_is_awaitable(result):
            result = await result
        if isinstance(result, CoreResult):
            # A subscription that could not begin has no data at all.
            made = PreExecutionError if how is subscribe else ExecutionResult
            yield code_errors(made(result.data, result.errors), request_id=request_id)
        elif isinstance(result, ExperimentalIncrementalExecutionResults):
            yield coded_part(result.initial_result, request_id=request_id)
            async with aclosing(result.subsequent_results) as parts:
                async for part in parts:
                    yield coded_part(part, request_id=request_id)
        else:
            try:
                async with aclosing(result) as results:
                    async for event in results:
                        yield code_errors(ExecutionResult(event.data, event.errors), request_id=request_id)
            except Exception as error:  # noqa: BLE001 - graphql-core catches those of resolvers, not those of a source
                located = GraphQLError(str(error), original_error=error)
                yield code_errors(ExecutionResult(None, [located]), request_id=request_id)


async def _in_time(results: AsyncGenerator[Any, None], seconds: float) -> AsyncGenerator[Any, None]:
    """The results, and an error in place of those that come later than that."""
    end = asyncio.get_running_loop().time() + seconds
    async with aclosing(results):
        while True:
            try:
                async with asyncio.timeout_at(end):
                    result = await anext(results)
            except StopAsyncIteration:
                return
            except TimeoutError:
                message = f"the operation ran longer than {seconds:g} seconds; ask for less"
                yield ExecutionResult(None, [GraphQLError(message, extensions={"code": TIMEOUT})])
                return
            yield result


def build_schema(limits: Limits = DEFAULT_LIMITS, *, introspection: bool = True, defer: bool = False) -> Schema:
    """The schema, refusing queries over ``limits`` and, where ``introspection`` is false, questions about itself.

    ``defer`` adds the directive of that name.
    """
    return Schema(
        Query,
        limits=limits,
        rules=() if introspection else (NoSchemaIntrospectionCustomRule,),
        mutation=Mutation,
        subscription=Subscription,
        types=[Person, Organization, Place, OtherEntity, Citation],
        config=StrawberryConfig(
            info_class=Info,
            scalar_map={datetime: DATE_TIME, URI: URI_SCALAR},
            disable_field_suggestions=not introspection,
            enable_experimental_incremental_execution=defer,
        ),
    )


def print_schema(schema: Schema) -> str:
    """``schema`` in the schema definition language."""
    return strawberry_print_schema(schema) + "\n"


def print_sdl() -> str:
    """The schema as checked in at ``schema/schema.graphql``."""
    return print_schema(build_schema())
