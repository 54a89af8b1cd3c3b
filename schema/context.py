"""What a request's resolvers share."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import ParamSpec, Protocol, TypeVar, cast

import strawberry
from graphql.pyutils import Path

from retrieval import Archive, InputError
from retrieval.jobs import JobQueue
from schema.errors import Forbidden
from schema.execution.budgets import Budget, Charge
from schema.feed import ChangeFeed
from schema.loaders import Loaders

audit = logging.getLogger("dateline.audit")

P = ParamSpec("P")
T = TypeVar("T")


class Observe(Protocol):
    """Takes how long a stage took that ended just now, or so many seconds ``ago``."""

    def __call__(self, stage: str, seconds: float, *, ago: float = 0.0) -> None:
        """Enter it."""


def _unobserved(stage: str, seconds: float, *, ago: float = 0.0) -> None:
    pass


@dataclass(slots=True)
class Context:
    """One for each operation. ``executor`` bounds how many archive calls run at once; ``can_write`` permits mutations.

    ``budget`` takes what the operation costs from its client's points; then ``charge`` tells what became of them.
    ``caller`` is for the audit log; ``observe`` takes the seconds of a stage; ``slow_executor`` runs what takes long, so
    that it does not hold up the rest. Only a server has ``jobs`` in the background and a ``feed`` of changes.
    """

    archive: Archive
    executor: Executor
    request_id: str
    can_write: bool = False
    caller: str = "local"
    budget: Budget | None = None
    jobs: JobQueue | None = None
    feed: ChangeFeed | None = None
    observe: Observe = _unobserved
    slow_executor: Executor | None = None
    charge: Charge | None = field(init=False, default=None)
    loaders: Loaders = field(init=False)
    # By moment, and by the name of the root field in the response.
    _then: dict[datetime, Context] = field(init=False, default_factory=dict)
    _below: dict[str | int, Context] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.forget()

    def run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """``call`` in the executor: the archive blocks, and would stop the whole server on its event loop."""
        return self._run_in(self.executor, partial(call, *args, **kwargs))

    async def timed(self, stage: str, call: Callable[[], T]) -> T:
        """As `run`, of a call that takes long; observed as ``stage``."""
        started = perf_counter()
        try:
            return await self._run_in(self.slow_executor or self.executor, call)
        finally:
            self.observe(stage, perf_counter() - started)

    def _run_in(self, executor: Executor, call: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(executor, contextvars.copy_context().run, call)

    def forget(self) -> None:
        """Begin with empty loaders, as after a write: what they hold may have changed."""
        self.loaders = Loaders(self.run)
        self._then.clear()

    def go_back(self, path: Path, moment: datetime | None) -> None:
        """Let the root field at ``path`` and all below it see the archive as it stood at ``moment``, if one is given."""
        if moment is None:
            return
        then = self._then.get(moment)
        if then is None:
            then = self._then[moment] = copy.copy(self)
            then.archive = self.archive.at(moment)
            then.loaders = self.loaders.beside()
        self._below[_root(path)] = then

    def below(self, path: Path) -> Context:
        """The context of the field at ``path``."""
        return self._below.get(_root(path), self) if self._below else self

    def require_write(self, action: str) -> None:
        """Raise `Forbidden` unless this request may write; the audit log has who did or tried what."""
        fields = {"action": action, "caller": self.caller, "request_id": self.request_id, "allowed": self.can_write}
        audit.info("%s by %s", action if self.can_write else f"refused {action}", self.caller, extra=fields)
        if not self.can_write:
            raise Forbidden("this request may not change the archive; use a key with the write scope")

    def require_jobs(self) -> JobQueue:
        """The queue of jobs, or `InputError` where nothing works in the background."""
        if self.jobs is None:
            raise InputError("there is no background worker here; use a server, or wait: true")
        return self.jobs

    def require_feed(self) -> ChangeFeed:
        """The feed of changes, or `InputError` where there is none."""
        if self.feed is None:
            raise InputError("subscriptions are not served here; use a server")
        return self.feed


class Info(strawberry.Info[Context, None]):
    """What a resolver is told. All fields below a root field that was given a moment see the archive as it stood then."""

    @property
    def context(self) -> Context:
        """What the request's resolvers share."""
        shared = cast("Context", self._raw_info.context)
        return shared.below(self._raw_info.path)


def _root(path: Path) -> str | int:
    while path.prev is not None:
        path = path.prev
    return path.key
