"""How far a question is, and whether anyone still wants its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from retrieval.errors import AskCancelled
from retrieval.models import AskStage, AskStep, StepTime

OnStage = Callable[[AskStage], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells ``on_stage`` what becomes known, stops the work when ``should_stop`` says so, and notes what time it took.

    What takes long calls `check` between its parts: each block that is parsed, each group of passages that a model reads.
    """

    on_stage: OnStage | None = None
    should_stop: ShouldStop | None = None
    _seconds: dict[AskStep, float] = field(default_factory=dict)

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

    @contextmanager
    def timed(self, step: AskStep) -> Iterator[None]:
        """Count the time inside to a step, which may be taken more than once."""
        started = perf_counter()
        try:
            yield
        finally:
            self._seconds[step] = self._seconds.get(step, 0.0) + perf_counter() - started

    def step_times(self) -> tuple[StepTime, ...]:
        """The time of each step so far."""
        total = sum(self._seconds.values()) or 1.0
        return tuple(
            StepTime(step, self._seconds[step] * 1000, self._seconds[step] / total)
            for step in AskStep
            if step in self._seconds
        )
