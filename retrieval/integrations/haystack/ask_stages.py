"""The stages of an answer as components: the question understood, the evidence gathered, and the answer found.

What passes between them is described in `retrieval.answering.stages`; a component of your own that takes and gives the same
can stand in the place of any of them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from haystack import Pipeline, component, default_from_dict, default_to_dict

from retrieval.answering.stages import Answered, AskRequest, Gathered, Interpreted
from retrieval.span_reader.reader import SpanReader


@component
class QuestionInterpreter:
    """Understands the question: what it asks for, whom and when it names."""

    @component.output_types(interpreted=Interpreted)
    def run(self, request: AskRequest) -> dict[str, Interpreted]:
        """The question as it is understood."""
        return {"interpreted": request.answerer.interpret(request)}


@component
class EvidenceGatherer:
    """Finds passages by the archive's search, reads them, and loads the facts of their articles.

    ``weights`` is the folder of another span reader than the archive's.
    """

    def __init__(self, weights: str | None = None) -> None:
        self.weights = weights
        self._reader: SpanReader | None = None

    def warm_up(self) -> None:
        """Load the reader, where another is named.

        Raises:
            WeightsError: its files are missing or are not the ones its manifest names.
        """
        if self.weights is not None and self._reader is None:
            self._reader = SpanReader.load(Path(self.weights))

    @component.output_types(gathered=Gathered)
    def run(self, interpreted: Interpreted) -> dict[str, Gathered]:
        """The evidence."""
        self.warm_up()
        if self._reader is not None:
            interpreted = replace(interpreted, request=replace(interpreted.request, reader=self._reader))
        return {"gathered": interpreted.request.answerer.gather(interpreted)}

    def to_dict(self) -> dict[str, Any]:
        """The component for YAML."""
        return default_to_dict(self, weights=self.weights)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> EvidenceGatherer:
        """From `to_dict`."""
        return default_from_dict(cls, data)


@component
class AnswerFinder:
    """Finds the answer in the evidence, or says why there is none; in mode GENERATIVE the language model words it.

    The last of the components: each costs a quarter of a millisecond of Haystack's, and most answers are not reworded. A
    component of your own that takes and gives an `Answered` can stand behind it.
    """

    @component.output_types(answered=Answered)
    def run(self, gathered: Gathered) -> dict[str, Answered]:
        """The answer."""
        answerer = gathered.interpreted.request.answerer
        return {"answered": answerer.write(answerer.answer(gathered))}


def build_ask_pipeline() -> Pipeline:
    """Dateline's own way to an answer as a pipeline; `AskPipeline` runs it for an archive."""
    pipeline = Pipeline()
    pipeline.add_component("interpreter", QuestionInterpreter())
    pipeline.add_component("gatherer", EvidenceGatherer())
    pipeline.add_component("finder", AnswerFinder())
    pipeline.connect("interpreter.interpreted", "gatherer.interpreted")
    pipeline.connect("gatherer.gathered", "finder.gathered")
    return pipeline
