"""Answers that a language model words and the passages must support."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

from retrieval.answering.generation.generator import Generator
from retrieval.answering.generation.llm_prompt import INSTRUCTIONS, build_task, is_instruction, read_draft
from retrieval.answering.generation.support import Supported, check_statement
from retrieval.citations import cite
from retrieval.errors import GeneratorError
from retrieval.models import Answer, AnswerStatement, AnswerStatus, Citation, Generation, GenerationFailure, Hit
from retrieval.questions.question import Question

PASSAGES = 10
# What a statement that is fully supported is worth where the extractive answer says nothing. Set by hand: no data to fit it
# on, so below what extraction reaches when it is sure.
_TRUST = 0.75


def write_answer(
    extractive: Answer,
    question: Question,
    hits: Sequence[Hit],
    generator: Generator,
    *,
    minimum: float,
    check: Callable[[], None],
) -> Answer:
    """The answer as ``generator`` words it from the first passages, or ``extractive`` with the reason why not.

    A statement without support is dropped and counted; each of the others cites the exact words. Where sources conflict the
    accounts stay, and a side that no statement cites keeps its extractive statement.

    The confidence is ``s = 0.75 * support`` (the mean over the statements) where extraction found no answer. Where the
    statements rest on the same words as the extractive answer, of confidence ``e``, the two count as independent witnesses:
    ``1 - (1 - e)(1 - s)``. Where they rest on others, one of the two is wrong: ``s * (1 - e / 2)``. Below ``minimum``, or
    below an extractive answer on other words, the answer is the extractive one.
    """
    sent = hits[:PASSAGES]
    generation = Generation(generator.model)
    if not sent:
        return _failed(extractive, generation, GenerationFailure.NO_PASSAGES)
    if any(is_instruction(f"{hit.article.title}\n{hit.passage.text}") for hit in sent):
        return _failed(extractive, generation, GenerationFailure.INSTRUCTED)
    try:
        draft = read_draft(generator.write(INSTRUCTIONS, build_task(question.text, sent), check=check))
    except GeneratorError as error:
        return _failed(extractive, generation, error.failure)
    supported = [found for s in draft.statements if (found := check_statement(s, question, sent)) is not None]
    count = len(draft.statements)
    generation = replace(generation, statement_count=count, dropped_count=count - len(supported))
    if any(is_instruction(statement.text) for statement in draft.statements):
        return _failed(extractive, generation, GenerationFailure.INSTRUCTED)
    if not supported:
        return _failed(extractive, generation, GenerationFailure.UNSUPPORTED)
    written = [_statement(found) for found in dict.fromkeys(supported)]
    agrees = _overlap(written, extractive.statements)
    confidence = _confidence(supported, extractive, agrees=agrees)
    if confidence < minimum or (not agrees and confidence < extractive.confidence and extractive.text is not None):
        return _failed(extractive, generation, GenerationFailure.LESS_SURE)
    status = AnswerStatus.ANSWERED
    if extractive.status is AnswerStatus.CONFLICTING:
        status = AnswerStatus.CONFLICTING
        written += [side for side in extractive.statements if not _overlap(written, [side])]
    return replace(
        extractive,
        status=status,
        text=" ".join(statement.text for statement in written),
        value=extractive.value if agrees else None,
        statements=tuple(written),
        confidence=round(confidence, 4),
        abstention=None,
        generation=generation,
    )


def _failed(extractive: Answer, generation: Generation, failure: GenerationFailure) -> Answer:
    return replace(extractive, generation=replace(generation, failure=failure))


def _statement(found: Supported) -> AnswerStatement:
    citations: list[Citation] = []
    for place in found.quoted:
        article = place.hit.article
        citations.append(cite(article, place.span, expected=place.span.slice(article.text)))
    return AnswerStatement(found.text, tuple(citations), found.support)


def _confidence(supported: Sequence[Supported], extractive: Answer, *, agrees: bool) -> float:
    own = _TRUST * fmean(found.support for found in supported)
    if extractive.text is None:
        return own
    if agrees:
        return 1 - (1 - extractive.confidence) * (1 - own)
    return own * (1 - extractive.confidence / 2)


def _overlap(first: Sequence[AnswerStatement], second: Sequence[AnswerStatement]) -> bool:
    """Whether a citation of ``first`` shares characters with one of ``second``."""
    return any(
        one.article_id == other.article_id and one.span.overlaps(other.span)
        for one in _citations(first)
        for other in _citations(second)
    )


def _citations(statements: Sequence[AnswerStatement]) -> list[Citation]:
    return [citation for statement in statements for citation in statement.citations]
