"""Haystack pipelines in the place of the plain functions that `Archive.search` and `Archive.ask` otherwise call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from haystack import Pipeline
from haystack.core.errors import (
    ComponentDeserializationError,
    ComponentError,
    DeserializationError,
    PipelineError,
    PipelineRuntimeError,
)

from retrieval.answering.stages import Answered, AskRequest
from retrieval.errors import InputError, RetrievalError
from retrieval.integrations.haystack.ask_stages import build_ask_pipeline
from retrieval.integrations.haystack.search_stages import build_search_pipeline
from retrieval.search.pipeline import Listing, SearchRequest

_OWN_MODULES = "retrieval.integrations.haystack.*"


class _StagePipeline:
    """A pipeline whose open inputs take a request and whose one open output of another kind is the result."""

    _takes: type
    _gives: type

    def __init__(self, pipeline: Pipeline) -> None:
        """Of the components' names nothing is asked.

        Raises:
            InputError: the pipeline has no input for the request, needs another, or has not one output of the kind.
        """
        self.pipeline = pipeline
        self._inputs: dict[str, list[str]] = {}
        missing = []
        for name, sockets in pipeline.inputs().items():
            for socket, described in sockets.items():
                if described["type"] is self._takes:
                    self._inputs.setdefault(name, []).append(socket)
                elif described["is_mandatory"]:
                    missing.append(f"{name}.{socket}")
        outputs = [
            (name, socket)
            for name, sockets in pipeline.outputs().items()
            for socket, described in sockets.items()
            if described["type"] is self._gives
        ]
        if not self._inputs or len(outputs) != 1:
            raise InputError(
                f"the pipeline has {len(self._inputs)} inputs of type {self._takes.__name__} and {len(outputs)} open"
                f" outputs of type {self._gives.__name__}; it needs at least one input and exactly one output"
            )
        if missing:
            raise InputError(f"the pipeline's input {missing[0]} is open; connect it, or give it a default")
        (self._output,) = outputs

    @classmethod
    def load(cls, path: str | Path, *, allowed_modules: Sequence[str] = ()) -> Self:
        """A pipeline as `haystack.Pipeline.dumps` wrote it to a file.

        A file makes objects of the classes that it names: only those of Haystack, of Dateline and of ``allowed_modules``
        (such as ``newsroom.rankers``) are made.

        Raises:
            InputError: the file cannot be read or is no such pipeline, or a module is not allowed.
        """
        try:
            text = Path(path).read_text("utf-8")
            pipeline = Pipeline.loads(text, allowed_modules=[_OWN_MODULES, *allowed_modules])
        except (
            OSError,
            ComponentDeserializationError,
            ComponentError,
            DeserializationError,
            PipelineError,
            AttributeError,
            ImportError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise InputError(f"pipeline {path} cannot be loaded: {error}") from error
        try:
            return cls(pipeline)
        except InputError as error:
            raise InputError(f"pipeline {path}: {error}") from error

    def _run(self, request: object) -> Any:
        data = {name: dict.fromkeys(sockets, request) for name, sockets in self._inputs.items()}
        name, socket = self._output
        try:
            outputs = self.pipeline.run(data)
        except PipelineRuntimeError as error:
            # What a stage raised says what is wrong; that it was raised in a stage does not.
            if isinstance(error.__cause__, RetrievalError):
                raise error.__cause__ from error
            raise
        result = outputs.get(name, {}).get(socket)
        if not isinstance(result, self._gives):
            raise InputError(f"the pipeline's output {name}.{socket} is {result!r}; give a {self._gives.__name__}")
        return result


class SearchPipeline(_StagePipeline):
    """A pipeline from a `SearchRequest` to a `Listing`, for ``Archive.open(search_pipeline=...)``.

    Example:
        >>> search = SearchPipeline.load("search.yaml", allowed_modules=["newsroom.rankers"])
        >>> archive = Archive.open("news.db", search_pipeline=search)
    """

    _takes, _gives = SearchRequest, Listing

    def __init__(self, pipeline: Pipeline | None = None) -> None:
        """Of ``pipeline``, or of Dateline's own stages."""
        super().__init__(build_search_pipeline() if pipeline is None else pipeline)

    def __call__(self, request: SearchRequest) -> Listing:
        """The list of one search.

        Raises:
            RetrievalError: as the stage that raised it.
            PipelineRuntimeError: a component failed otherwise.
        """
        listing: Listing = self._run(request)
        return listing


class AskPipeline(_StagePipeline):
    """A pipeline from an `AskRequest` to an `Answered`, for ``Archive.open(ask_pipeline=...)``."""

    _takes, _gives = AskRequest, Answered

    def __init__(self, pipeline: Pipeline | None = None) -> None:
        """Of ``pipeline``, or of Dateline's own stages."""
        super().__init__(build_ask_pipeline() if pipeline is None else pipeline)

    def __call__(self, request: AskRequest) -> Answered:
        """The answer to one question.

        Raises:
            RetrievalError: as the stage that raised it, `AskCancelled` among them.
            PipelineRuntimeError: a component failed otherwise.
        """
        answered: Answered = self._run(request)
        return answered
