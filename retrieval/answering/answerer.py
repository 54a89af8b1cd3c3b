"""From a question to a cited answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from retrieval.answering.candidates.arguments import propose
from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.event_answers import find_event_matches
from retrieval.answering.candidates.reader_candidates import propose_readings
from retrieval.answering.candidates.reasons import propose_reasons
from retrieval.answering.candidates.roles import propose_definitions, propose_holders
from retrieval.answering.candidates.speech import propose_complements, propose_contents, propose_speakers
from retrieval.answering.evidence.gathering import UNREAD_FORMS, Evidence, gather
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sources import AnswerSources
from retrieval.answering.evidence.span_reader import SpanReader
from retrieval.answering.generation.generative import write_answer
from retrieval.answering.generation.generator import Generator
from retrieval.answering.progress import OnStage, Progress, ShouldStop
from retrieval.answering.reconciliation.assembly import (
    abstain,
    answer_events,
    answer_from_stances,
    answer_proposals,
)
from retrieval.answering.reconciliation.scoring import score
from retrieval.answering.reconciliation.source_constraint import told_by
from retrieval.answering.reconciliation.yes_no import collect_stances
from retrieval.errors import GeneratorMissing, InputError
from retrieval.models import (
    MIN_CONFIDENCE,
    AbstentionReason,
    Answer,
    AnswerFound,
    AnswerMode,
    AnswerStatus,
    ArticleFilter,
    AskStep,
    CandidatesFound,
    Diagnostics,
    Passage,
    PassagesFound,
    QuestionUnderstood,
    SearchResults,
)
from retrieval.questions.interpretation import is_asking, understand
from retrieval.questions.question import Form, Question

# Such a question may have been misread, and have a span for its answer: where the rules are less sure than `_SURE` of what
# they find, and the reading is surer than they, and than the least that is answered with, by `_CLEARLY`.
READ_AFTER_ALL = frozenset({Form.SPEECH, Form.SPEAKER, Form.EVENTS})
_SURE, _CLEARLY = 0.7, 0.1
# "Did it rise or fall?" is answered by one of both, not by yes or no.
_CHOICE = re.compile(r"\bor\b(?! not\b)", re.IGNORECASE)
MODEL = "extractive-reader-2"
_RETRIEVAL = frozenset({AskStep.INTERPRETATION, AskStep.SEARCH, AskStep.FACTS})


class Answerer:
    """Answers questions from ``sources``; holds no state between questions but cached parses."""

    def __init__(self, sources: AnswerSources, reader: SpanReader, generator: Generator | None = None) -> None:
        self._sources = sources
        self._reader = reader
        self._generator = generator

    def ask(
        self,
        question: str,
        *,
        mode: AnswerMode = AnswerMode.EXTRACTIVE,
        filter: ArticleFilter | None = None,  # noqa: A002 -- the name that the facade and the schema give it
        as_of: datetime | None = None,
        min_confidence: float = MIN_CONFIDENCE,
        on_stage: OnStage | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Answer:
        """The answer, or why there is none. ``as_of`` leaves out what had not been published by then.

        ``on_stage`` gets each stage as it is reached, the answer too; the work ends soon after ``should_stop`` is true.

        Raises:
            InputError: the question is empty or too long, or ``min_confidence`` is outside 0 to 1.
            GeneratorMissing: ``mode`` is GENERATIVE, and there is no language model.
            AskCancelled: ``should_stop`` said so.
        """
        if not 0.0 <= min_confidence <= 1.0:
            raise InputError(f"min_confidence is {min_confidence}; give a number from 0 to 1")
        if mode is AnswerMode.GENERATIVE and self._generator is None:
            raise GeneratorMissing(
                "mode GENERATIVE needs a language model: set DATELINE_LLM_BASE_URL and DATELINE_LLM_MODEL,"
                " or open the archive with a generator"
            )
        progress = Progress(on_stage, should_stop)
        with progress.timed(AskStep.INTERPRETATION):
            asked = understand(question, resolve=self._sources.resolve_names, anchor=as_of)
        progress.tell(QuestionUnderstood(asked.interpretation))
        limited = _published_by(filter, as_of)
        reader = None if asked.form in UNREAD_FORMS else self._reader
        matching = self._sources.count_articles(limited)
        if matching == 0:
            evidence = Evidence(SearchResults((), 0, has_next=False))
            progress.tell(PassagesFound(()))
        else:
            evidence = gather(asked, self._sources, limited, reader, progress)
        answer = self._answer(asked, evidence, limited, matching, min_confidence, progress)
        if _may_be_misread(asked, answer):
            reading = self._read_after_all(asked, limited, min_confidence, progress)
            if reading.status is AnswerStatus.ANSWERED and _is_surer(asked, reading, answer):
                answer = reading
        progress.tell(CandidatesFound(answer.candidates))
        if mode is AnswerMode.GENERATIVE and self._generator is not None:
            hits = evidence.results.hits
            with progress.timed(AskStep.GENERATION):
                answer = write_answer(answer, asked, hits, self._generator, minimum=min_confidence, check=progress.check)
        steps = progress.step_times()
        answer = replace(
            answer,
            question=question,
            diagnostics=Diagnostics(
                passages_considered=len(evidence.results.hits),
                articles_matching_filter=matching,
                retrieval_milliseconds=sum(time.milliseconds for time in steps if time.step in _RETRIEVAL),
                reading_milliseconds=sum(time.milliseconds for time in steps if time.step not in _RETRIEVAL),
                model=MODEL,
                index_revision=self._sources.index_revision(),
                steps=steps,
            ),
        )
        progress.tell(AnswerFound(answer))
        return answer

    def _answer(
        self,
        question: Question,
        evidence: Evidence,
        limited: ArticleFilter | None,
        matching: int,
        minimum: float,
        progress: Progress,
    ) -> Answer:
        closest = _closest(evidence.results)
        if matching == 0 and limited is not None:
            return abstain(question, AbstentionReason.FILTER_EXCLUDES_ALL, closest)
        if question.form is Form.KEYWORDS and not is_asking(question.text):
            return abstain(question, AbstentionReason.QUESTION_NOT_UNDERSTOOD, closest)
        if not evidence.sentences:
            return abstain(question, AbstentionReason.NO_MATCHING_PASSAGE, closest)
        if question.form is Form.YES_NO:
            with progress.timed(AskStep.PROPOSALS):
                source_stances = collect_stances(question, evidence.sentences, evidence.facts)
            with progress.timed(AskStep.ASSEMBLY):
                return answer_from_stances(question, source_stances, closest, minimum)
        if question.form is Form.EVENTS:
            with progress.timed(AskStep.PROPOSALS):
                event_matches = find_event_matches(question, evidence.sentences, evidence.facts)
            with progress.timed(AskStep.ASSEMBLY):
                return answer_events(question, event_matches, closest, minimum)
        with progress.timed(AskStep.PROPOSALS):
            scored = [score(question, p, evidence) for p in propose_all(question, evidence)]
            if question.source and question.form is not Form.SPEECH:
                scored = told_by(question, scored)
        with progress.timed(AskStep.ASSEMBLY):
            return answer_proposals(question, scored, closest, minimum)

    def _read_after_all(
        self,
        question: Question,
        limited: ArticleFilter | None,
        minimum: float,
        progress: Progress,
    ) -> Answer:
        """The reader's answer to a question that was taken for one about speech or events, and perhaps is none."""
        evidence = gather(question, self._sources, limited, self._reader, progress)
        with progress.timed(AskStep.PROPOSALS):
            matches = [match_sentence(question, sentence) for sentence in evidence.sentences]
            scored = [score(question, p, evidence) for p in propose_readings(question, evidence.places, matches)]
        with progress.timed(AskStep.ASSEMBLY):
            return answer_proposals(question, scored, _closest(evidence.results), minimum)


def _may_be_misread(question: Question, answer: Answer) -> bool:
    if question.form is Form.YES_NO:
        return _CHOICE.search(question.text) is not None and answer.status is not AnswerStatus.CONFLICTING
    is_told = answer.status is not AnswerStatus.NOT_FOUND or answer.abstention is AbstentionReason.LOW_CONFIDENCE
    return question.form in READ_AFTER_ALL and is_told and answer.confidence < _SURE


def _is_surer(question: Question, reading: Answer, answer: Answer) -> bool:
    if question.form is Form.YES_NO:
        return True
    return reading.confidence >= max(answer.confidence, MIN_CONFIDENCE) + _CLEARLY


def propose_all(question: Question, evidence: Evidence) -> list[CandidateSpan]:
    """Every span of the evidence that may answer, for all forms but YES_NO and EVENTS."""
    sentences, facts = evidence.sentences, evidence.facts
    if question.form is Form.SPEAKER:
        return list(propose_speakers(question, sentences, facts))
    matches = [match_sentence(question, sentence) for sentence in sentences]
    ruled = _propose_by_rules(question, evidence, matches)
    return [*ruled, *propose_readings(question, evidence.places, matches, ruled)]


def _propose_by_rules(question: Question, evidence: Evidence, matches: Sequence[Match]) -> list[CandidateSpan]:
    sentences, facts = evidence.sentences, evidence.facts
    if question.form is Form.SPEECH:
        return [*propose_contents(question, sentences, facts), *propose_complements(question, matches)]
    if question.form is Form.KEYWORDS:
        return []
    if question.form is Form.HOLDER:
        return list(propose_holders(question, matches))
    if question.form is Form.DEFINITION:
        return list(propose_definitions(question, matches))
    propose_one = propose_reasons if question.form is Form.REASON else propose
    return [p for match in matches for p in propose_one(question, match)]


def _published_by(given: ArticleFilter | None, as_of: datetime | None) -> ArticleFilter | None:
    if as_of is None:
        return given
    base = given or ArticleFilter()
    until = as_of if base.published_to is None else min(base.published_to, as_of)
    return replace(base, published_to=until)


def _closest(results: SearchResults) -> tuple[Passage, ...]:
    return tuple(hit.passage for hit in results.hits[:3])
