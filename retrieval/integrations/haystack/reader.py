"""Dateline's span reader as an extractive reader."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

from haystack import component, default_from_dict, default_to_dict
from haystack.dataclasses import Document, ExtractedAnswer

from retrieval.span_reader.reader import Reading, SpanReader, shared_reader


@component
class DatelineExtractiveReader:
    """Finds the spans of documents that answer a question, with calibrated scores.

    A score is the probability that the document answers the question with this span. Runs offline: the int8 model is in the
    package.

    Example:
        >>> reader = DatelineExtractiveReader(top_k=1, no_answer=False)
        >>> reader.run("Who won?", [Document(content="The cup went to Ajax.")])["answers"][0].data
        'Ajax'
    """

    def __init__(
        self,
        weights: str | None = None,
        *,
        top_k: int = 10,
        score_threshold: float | None = None,
        answers_per_document: int = 2,
        no_answer: bool = True,
        threads: int = 2,
    ) -> None:
        """``weights`` is the folder of another reader than the package's, which runs on so many ``threads``.

        Answers scored below ``score_threshold`` (0 to 1) are left out. With ``no_answer`` the last answer is one without
        data, whose score is the probability that none of the documents answers.

        Raises:
            ValueError: ``top_k`` or ``answers_per_document`` is less than 1.
        """
        if top_k < 1 or answers_per_document < 1:
            raise ValueError(f"top_k is {top_k} and answers_per_document {answers_per_document}; give at least 1")
        self.weights = weights
        self.top_k = top_k
        self.score_threshold = score_threshold
        self.answers_per_document = answers_per_document
        self.no_answer = no_answer
        self.threads = threads
        self._reader: SpanReader | None = None

    def warm_up(self) -> None:
        """Load the model.

        Raises:
            WeightsError: its files are missing or are not the ones its manifest names.
        """
        if self._reader is None:
            own = self.weights is None and self.threads == 2
            folder = {} if self.weights is None else {"folder": Path(self.weights)}
            self._reader = shared_reader() if own else SpanReader.load(**folder, threads=self.threads)

    @component.output_types(answers=list[ExtractedAnswer])
    def run(
        self,
        query: str,
        documents: list[Document],
        top_k: int | None = None,
        score_threshold: float | None = None,
        no_answer: bool | None = None,
    ) -> dict[str, list[ExtractedAnswer]]:
        """The best answers, best first. ``document_offset`` points into the document's content.

        Where the document is a passage of an archive, ``meta`` has the article's id and the offsets in its text.

        Raises:
            ValueError: ``top_k`` is less than 1.
            WeightsError: the model cannot be loaded.
        """
        wanted = self.top_k if top_k is None else top_k
        if wanted < 1:
            raise ValueError(f"top_k is {wanted}; give at least 1")
        self.warm_up()
        assert self._reader is not None
        read = [document for document in documents if (document.content or "").strip()]
        groups = self._reader.iter_passages(query, [d.content or "" for d in read], per_passage=self.answers_per_document)
        readings = sorted(
            (reading for group in groups for passage in group for reading in passage.readings),
            key=lambda reading: (-reading.confidence, -reading.margin, reading.passage, reading.start),
        )
        least = self.score_threshold if score_threshold is None else score_threshold
        kept = [reading for reading in readings if least is None or reading.confidence >= least]
        answers = [_answer(query, read[reading.passage], reading) for reading in kept[:wanted]]
        if self.no_answer if no_answer is None else no_answer:
            answers.append(ExtractedAnswer(query=query, score=_no_answer(readings)))
        return {"answers": answers}

    @component.output_types(answers=list[ExtractedAnswer])
    async def run_async(
        self,
        query: str,
        documents: list[Document],
        top_k: int | None = None,
        score_threshold: float | None = None,
        no_answer: bool | None = None,
    ) -> dict[str, list[ExtractedAnswer]]:
        """As `run`, in a thread."""
        return await asyncio.to_thread(self.run, query, documents, top_k, score_threshold, no_answer)

    def to_dict(self) -> dict[str, Any]:
        """The component for YAML."""
        return default_to_dict(
            self,
            weights=self.weights,
            top_k=self.top_k,
            score_threshold=self.score_threshold,
            answers_per_document=self.answers_per_document,
            no_answer=self.no_answer,
            threads=self.threads,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DatelineExtractiveReader:
        """From `to_dict`."""
        return default_from_dict(cls, data)


def _answer(query: str, document: Document, reading: Reading) -> ExtractedAnswer:
    meta: dict[str, Any] = {"margin": reading.margin}
    start = document.meta.get("start")
    if "article_id" in document.meta and isinstance(start, int):
        meta |= {
            "article_id": document.meta["article_id"],
            "start": start + reading.start,
            "end": start + reading.end,
        }
    return ExtractedAnswer(
        query=query,
        score=reading.confidence,
        data=(document.content or "")[reading.start : reading.end],
        document=document,
        document_offset=ExtractedAnswer.Span(reading.start, reading.end),
        meta=meta,
    )


def _no_answer(readings: Sequence[Reading]) -> float:
    """The probability that no document answers, each by its best span, as if they were independent of each other."""
    best: dict[int, float] = {}
    for reading in readings:
        best[reading.passage] = max(best.get(reading.passage, 0.0), reading.confidence)
    return prod(1 - confidence for confidence in best.values())
