"""What changes in the archive, for subscriptions: from the catalog's outbox, so that each process sees every change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from retrieval import Archive, ArchiveError
from retrieval.errors import ArchiveClosed
from schema.errors import SlowConsumer

logger = logging.getLogger(__name__)

# A subscriber that lets so many changes pass is dropped. Nothing is kept for one that is slow: it has its place only.
MOST_CHANGES_BEHIND = 1000


class Run(Protocol):
    """Runs a blocking call elsewhere, as `schema.context.Context.run` does."""

    def __call__(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """The call's result."""


class ChangeFeed:
    """The changes of an archive. However many subscribers it has, it asks for the newest once in ``interval`` seconds."""

    def __init__(self, archive: Archive, *, interval: float = 0.5) -> None:
        self.interval = interval
        self._archive = archive
        self._newest: asyncio.Future[int] | None = None
        self._asked_at = 0.0

    async def follow(self, run: Run) -> AsyncIterator[list[str]]:
        """The ids of articles that were added, revised or removed from now on: a list whenever there are any.

        Raises:
            SlowConsumer: the subscriber was busy while more than `MOST_CHANGES_BEHIND` changes came.
        """
        place = await self._load_newest(run)
        while True:
            await asyncio.sleep(self.interval)
            try:
                newest = await self._load_newest(run)
                behind = newest - place
                if behind > MOST_CHANGES_BEHIND:
                    raise SlowConsumer(f"{behind} changes came while you took in the last ones; subscribe again")
                if behind <= 0:
                    continue
                changes = await run(self._archive.load_changes, after=place, limit=MOST_CHANGES_BEHIND)
            except ArchiveClosed:
                raise
            except ArchiveError as error:  # nothing is lost: what came meanwhile is told when it can be read again
                logger.warning("changes cannot be read; trying again: %s", error)
                continue
            place = changes[-1][0]
            yield list(dict.fromkeys(article for _, article in changes))

    async def _load_newest(self, run: Run) -> int:
        now = asyncio.get_running_loop().time()
        if self._newest is None or now - self._asked_at >= self.interval / 2 or self._newest.cancelled():
            self._asked_at = now
            self._newest = asyncio.ensure_future(run(self._archive.last_change))
        # One subscriber that leaves must not take the answer away from the others.
        return await asyncio.shield(self._newest)
