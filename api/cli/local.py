"""GraphQL without a server: ``dateline query``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import orjson

from api.http.execution import Outcome, execute, limits_of
from api.http.operation import Operation
from api.http.problems import Problem
from api.settings import Settings, SettingsError
from retrieval.archive import Archive
from schema import Context, Schema, build_schema


def run_operation(
    archive: Archive, settings: Settings, document: str, *, variables: str | None = None, name: str | None = None
) -> Mapping[str, object]:
    """The GraphQL response to ``document``; ``variables`` is a JSON object.

    Raises:
        SettingsError: ``variables`` is no JSON object.
    """
    values = _decode(variables)
    built = build_schema(limits=limits_of(settings))
    with ThreadPoolExecutor(settings.threads) as executor:
        context = Context(archive, executor, "local", can_write=settings.allow_writes)
        try:
            return asyncio.run(_run(built, Operation(document, values, name), context)).document
        except Problem as problem:
            return problem.document()


async def _run(schema: Schema, operation: Operation, context: Context) -> Outcome:
    outcome = execute(schema, operation, context)
    return outcome if isinstance(outcome, Outcome) else await outcome


def _decode(variables: str | None) -> dict[str, object] | None:
    if variables is None:
        return None
    try:
        values = orjson.loads(variables)
    except orjson.JSONDecodeError as error:
        raise SettingsError(f"--variables is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise SettingsError('--variables must be a JSON object, such as {"question": "Who ...?"}')
    return values
