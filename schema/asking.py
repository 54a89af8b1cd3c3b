"""A question that runs in another thread and ends with the one who asked it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from functools import partial
from typing import Protocol

from retrieval.models import Answer, AskStage
from schema.context import Context


class Ask(Protocol):
    """`Archive.ask` with everything given but these."""

    def __call__(self, **how: object) -> Answer:
        """The answer."""


async def ask_once(context: Context, ask: Ask) -> Answer:
    """The answer; where this is cancelled, the work ends soon after."""
    stopped = threading.Event()
    try:
        answer = await context.timed("ask", partial(ask, should_stop=stopped.is_set))
    finally:
        stopped.set()
    _observe_parts(context, answer)
    return answer


async def follow_stages(context: Context, ask: Ask) -> AsyncGenerator[AskStage, None]:
    """The stages as they are reached; where this is closed, the work ends soon after."""
    loop = asyncio.get_running_loop()
    stages: asyncio.Queue[AskStage | None] = asyncio.Queue()
    stopped = threading.Event()

    def tell(stage: AskStage) -> None:
        loop.call_soon_threadsafe(stages.put_nowait, stage)

    work = asyncio.ensure_future(context.timed("ask", partial(ask, on_stage=tell, should_stop=stopped.is_set)))
    work.add_done_callback(lambda _: stages.put_nowait(None))
    try:
        while (stage := await stages.get()) is not None:
            yield stage
        _observe_parts(context, await work)
    finally:
        stopped.set()
        work.cancel()


def _observe_parts(context: Context, answer: Answer) -> None:
    retrieval, reading = answer.diagnostics.retrieval_milliseconds / 1000, answer.diagnostics.reading_milliseconds / 1000
    context.observe("retrieval", retrieval, ago=reading)
    context.observe("reading", reading)
