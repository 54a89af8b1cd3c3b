"""How far a question is, and whether anyone still wants its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from retrieval.errors import AskCancelled
from retrieval.models import AskStage

OnStage = Callable[[AskStage], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells ``on_stage`` what becomes known, and stops the work when ``should_stop`` says so.

    What takes long calls `check` between its parts: each block that is parsed, each group of passages that a model reads.
    """

    on_stage: OnStage | None = None
    should_stop: ShouldStop | None = None

    def check(self) -> None:
        """Raise `AskCancelled` when the answer is no longer wanted."""
        if self.should_stop is not None and self.should_stop():
            raise AskCancelled("the question was cancelled")

    def tell(self, stage: AskStage) -> None:
        """A stage is reached.

        Raises:
            AskCancelled: the answer is no longer wanted.
        """
        self.check()
        if self.on_stage is not None:
            self.on_stage(stage)


SILENT = Progress()
"""Tells no one, and never stops."""
