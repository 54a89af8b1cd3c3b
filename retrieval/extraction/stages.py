"""Stages of extraction, run one by one: timed, announced, and kept from stopping the others."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from retrieval.models import ExtractionStage, StageFailure

T = TypeVar("T")

OnStage = Callable[[ExtractionStage], None]


class Stages:
    """Runs the stages of one article's extraction.

    ``seconds``, where given, is filled with the time of each by its name in lower case; ``on_stage`` is told which one
    begins. ``failed`` are stages that are not run, and why. A stage that raises does so to the caller, unless the stages
    are ``is_contained``: then it is noted in `failures`, and the article goes on without what it would have given.
    """

    def __init__(
        self,
        seconds: dict[str, float] | None = None,
        *,
        on_stage: OnStage | None = None,
        failed: Mapping[ExtractionStage, StageFailure] | None = None,
        is_contained: bool = False,
    ) -> None:
        self._seconds = seconds
        self._on_stage = on_stage
        self._failed = dict(failed or {})
        self._is_contained = is_contained

    @property
    def failures(self) -> tuple[StageFailure, ...]:
        """The stages that failed so far, in their order."""
        return tuple(self._failed[stage] for stage in ExtractionStage if stage in self._failed)

    def wants(self, stage: ExtractionStage) -> bool:
        """Whether the stage is to be run."""
        return stage not in self._failed

    def run(self, stage: ExtractionStage, find: Callable[[], T], *, instead: T) -> T:
        """What ``find`` gives, or ``instead`` where the stage failed."""
        if stage in self._failed:
            return instead
        if self._on_stage:
            self._on_stage(stage)
        begin = time.perf_counter()
        try:
            found = find()
        except Exception as error:
            if not self._is_contained:
                raise
            self.fail(failure_of(stage, error))
            return instead
        if self._seconds is not None:
            self._seconds[stage.value.lower()] = time.perf_counter() - begin
        return found

    def fail(self, failure: StageFailure) -> None:
        """Note that a stage failed."""
        self._failed.setdefault(failure.stage, failure)


def failure_of(stage: ExtractionStage, error: BaseException) -> StageFailure:
    """What went wrong and where. The error's own message is left out: it may quote the article."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return StageFailure(stage, f"{type(error).__name__}{place}")
