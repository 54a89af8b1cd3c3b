"""How well an archive answers, and how well it knows when not to: `dateline evaluate --answers`."""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.archive import Archive
from retrieval.errors import InputError
from retrieval.evaluation.measures import area_under_roc, calibration_error, exact_match, normalised, word_f1
from retrieval.evaluation.metrics import Estimate, estimate, resample
from retrieval.evaluation.quizzes import GoldPlace, GoldQuestion, Quiz
from retrieval.models import MIN_CONFIDENCE, Answer, AnswerStatus, ArticleFilter, BooleanValue, Citation, IngestResult, Span

_MEANS = ("EM", "F1", "status")
_CITED = ("citation precision", "citation recall")
MEASURES = (*_MEANS, "abstention AUROC", "calibration error", *_CITED)
"""The names of the measures, in the order of a report."""
# An answer that shares half its words with a right one counts as right where only right or wrong is asked.
_RIGHT = 0.5


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Measures of some questions: all of them, those with or without an answer, or those of one type.

    ``statuses`` counts the answers by status. ``measures`` has those of `MEASURES` that the questions allow, each from 0
    to 1:

    - ``EM`` and ``F1``: of the words given, by the normalisation of SQuAD (Rajpurkar et al. 2016); of a CONFLICTING answer
      they are those of the surest side. Where nothing is to be found an answer scores 1 by being NOT_FOUND (SQuAD 2.0,
      Rajpurkar et al. 2018). Questions whose right answers are not known have neither.
    - ``status``: the share that is ANSWERED, NOT_FOUND or CONFLICTING as expected.
    - ``abstention AUROC``: the chance that a question with something to be found has the higher confidence than one
      without.
    - ``calibration error``: expected calibration error (ten bins) of the confidence, where right is that the best
      candidate, given or not, has an F1 of at least one half; without known answers, that the status is as expected.
    - ``citation precision``: which part of an answer's citations is right, over the questions whose answers or evidence
      are known and that were answered. A citation is right when it shares characters with a place where the answer or the
      evidence stands, or its text holds a right answer word by word.
    - ``citation recall``: the share of all the questions whose answers or evidence are known, answered or not, for which
      at least one citation is right.
    """

    name: str
    count: int
    statuses: Mapping[str, int]
    measures: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """Measures of one quiz: of all its questions first, then of those with and without an answer, then by type.

    The type is what the question was taken to ask for (``Answer.interpretation``).
    """

    quiz: str
    article_count: int
    question_count: int
    groups: tuple[AnswerGroup, ...]
    seconds_per_question: float


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer, marked: values by measure (those that it has), its confidence, and whether its best candidate is right.

    ``is_right`` is None where that cannot be told.
    """

    gold: GoldQuestion
    answer: Answer
    values: Mapping[str, float]
    is_right: bool | None


class CitationJudge:
    """Tells which citations show an answer; holds the texts of the articles that it has been asked about."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._texts: dict[str, str] = {}

    def is_right(self, citation: Citation, gold: GoldQuestion) -> bool:
        """Whether the citation stands where an answer or evidence does, or holds an answer."""
        said = f" {normalised(citation.text)} "
        if any(f" {normalised(answer)} " in said for answer in gold.answers):
            return True
        text = self._text(citation.article_id)
        return any(span.overlaps(citation.span) for place in gold.places for span in _iter_places(place, text))

    def _text(self, article_id: str) -> str:
        if article_id not in self._texts:
            (article,) = self._archive.load_articles([article_id])
            self._texts[article_id] = article.text if article is not None else ""
        return self._texts[article_id]


def _iter_places(place: GoldPlace, text: str) -> Iterator[Span]:
    for found in re.finditer(re.escape(place.context), text):
        yield Span(found.start() + place.span.start, found.start() + place.span.end)


def evaluate_answers(
    quiz: Quiz,
    *,
    archive: Archive | None = None,
    own_article: bool = False,
    min_confidence: float = MIN_CONFIDENCE,
    on_result: Callable[[IngestResult], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> AnswerReport:
    """Ask every question of a quiz and compare with what is expected.

    The quiz's articles are put into an archive of their own, and each question is asked of all of them, or, with
    ``own_article``, of its own alone; or ``archive`` is asked. Answers less sure than ``min_confidence`` are not given.

    Raises:
        InputError: a question has no article, and there is no ``archive``; or an article cannot be taken in, or a question
            or ``min_confidence`` not be asked.
    """
    if archive is not None:
        if own_article:
            raise InputError("which articles of a given archive are the questions' own is not known; leave one of both out")
        return _evaluate(archive, quiz, [None] * len(quiz.questions), min_confidence, on_progress)
    if any(question.article is None for question in quiz.questions):
        raise InputError(f"{quiz.name} has questions without an article; give the archive that holds their answers")
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "quiz.db") as built:
        results = built.ingest_articles(quiz.articles, on_result=on_result)
        ids = [_taken_in(result) for result in results]
        owners = [ids[q.article] if own_article and q.article is not None else None for q in quiz.questions]
        return _evaluate(built, quiz, owners, min_confidence, on_progress)


def _taken_in(result: IngestResult) -> str:
    if result.article_id is None:
        raise InputError(f"{result.name} cannot be taken in: {result.reason}")
    return result.article_id


def _evaluate(
    archive: Archive,
    quiz: Quiz,
    owners: Sequence[str | None],
    min_confidence: float,
    on_progress: Callable[[int, int], None] | None,
) -> AnswerReport:
    judge = CitationJudge(archive)
    marked = []
    seconds = 0.0
    for number, (question, owner) in enumerate(zip(quiz.questions, owners, strict=True), 1):
        limits = ArticleFilter(article_ids=(owner,)) if owner is not None else None
        started = time.perf_counter()
        answer = archive.ask(question.text, filter=limits, min_confidence=min_confidence)
        seconds += time.perf_counter() - started
        marked.append(mark(question, answer, judge))
        if on_progress is not None:
            on_progress(number, len(quiz.questions))
    count = archive.count_articles()
    return AnswerReport(quiz.name, count, len(marked), tuple(_iter_groups(marked)), seconds / max(1, len(marked)))


def mark(gold: GoldQuestion, answer: Answer, judge: CitationJudge) -> Marked:
    """Compare one answer with what is expected."""
    values = {"status": float(answer.status is gold.status)}
    if gold.status is AnswerStatus.NOT_FOUND:
        values["EM"] = values["F1"] = values["status"]
    elif gold.answers:
        given = [] if answer.status is AnswerStatus.NOT_FOUND else _wordings(answer)
        values["EM"] = max((exact_match(text, gold.answers) for text in given), default=0.0)
        values["F1"] = max((word_f1(text, gold.answers) for text in given), default=0.0)
    if gold.answers or gold.places:
        citations = {(c.article_id, c.span): c for statement in answer.statements for c in statement.citations}
        shown = [judge.is_right(citation, gold) for citation in citations.values()]
        if shown:
            values["citation precision"] = sum(shown) / len(shown)
        values["citation recall"] = float(any(shown))
    return Marked(gold, answer, values, _is_right(gold, answer))


def _is_right(gold: GoldQuestion, answer: Answer) -> bool | None:
    if gold.status is AnswerStatus.NOT_FOUND:
        return False
    if gold.answers:
        return any(word_f1(text, gold.answers) >= _RIGHT for text in _wordings(answer))
    return answer.status is gold.status if gold.status is AnswerStatus.CONFLICTING else None


def _wordings(answer: Answer) -> list[str]:
    """The words of the surest candidate, or of the answer where it has none; a yes or no also as such."""
    is_one = answer.status is AnswerStatus.ANSWERED and answer.text is not None
    texts = [answer.text or ""] if is_one or not answer.candidates else [answer.candidates[0].text]
    if isinstance(answer.value, BooleanValue):
        texts.append("yes" if answer.value.value else "no")
    return texts


def _iter_groups(marked: Sequence[Marked]) -> Iterator[AnswerGroup]:
    yield _measure("all", marked)
    lacking = [one for one in marked if one.gold.status is AnswerStatus.NOT_FOUND]
    if 0 < len(lacking) < len(marked):
        yield _measure("answerable", [one for one in marked if one.gold.status is not AnswerStatus.NOT_FOUND])
        yield _measure("unanswerable", lacking)
    types = Counter(one.answer.interpretation.answer_type for one in marked)
    for kind, _ in types.most_common():
        yield _measure(kind.value, [one for one in marked if one.answer.interpretation.answer_type is kind])


def _measure(name: str, marked: Sequence[Marked]) -> AnswerGroup:
    found = {}
    for measure in (*_MEANS, *_CITED):
        values = [one.values[measure] for one in marked if measure in one.values]
        if values:
            found[measure] = estimate(values)
    confidence = np.array([one.answer.confidence for one in marked])
    is_answerable = np.array([one.gold.status is not AnswerStatus.NOT_FOUND for one in marked])
    if not math.isnan(area_under_roc(confidence, is_answerable)):
        found["abstention AUROC"] = resample(
            lambda drawn: area_under_roc(confidence[drawn], is_answerable[drawn]), len(marked)
        )
    told = [one for one in marked if one.is_right is not None]
    if told:
        sure = np.array([one.answer.confidence for one in told])
        right = np.array([bool(one.is_right) for one in told])
        found["calibration error"] = resample(lambda drawn: calibration_error(sure[drawn], right[drawn]), len(told))
    statuses = Counter(one.answer.status.value for one in marked)
    return AnswerGroup(name, len(marked), dict(statuses), {key: found[key] for key in MEASURES if key in found})
