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
from retrieval.answering.candidates.roles import is_misread_holder, propose_definitions, propose_holders
from retrieval.answering.candidates.speakers import only_own
from retrieval.answering.candidates.speech import propose_complements, propose_contents, propose_speakers
from retrieval.answering.evidence.gathering import UNREAD_FORMS, Evidence, gather
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sources import AnswerSources
from retrieval.answering.generation.generative import write_answer
from retrieval.answering.generation.generator import Generator
from retrieval.answering.progress import OnStage, Progress, ShouldStop
from retrieval.answering.reconciliation.assembly import (
    abstain,
    answer_events,
    answer_from_stances,
    answer_proposals,
)
from retrieval.answering.reconciliation.changes import demote_changed
from retrieval.answering.reconciliation.scoring import score
from retrieval.answering.reconciliation.source_constraint import told_by
from retrieval.answering.reconciliation.story import is_about_story, tell_story
from retrieval.answering.reconciliation.yes_no import collect_stances
from retrieval.answering.stages import Answered, AskRequest, Gathered, Interpreted, RunAsk
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
from retrieval.questions.times import moment_of
from retrieval.span_reader.reader import SpanReader

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

    def __init__(
        self,
        sources: AnswerSources,
        reader: SpanReader,
        generator: Generator | None = None,
        *,
        run: RunAsk | None = None,
    ) -> None:
        """``run`` takes the stages of an answer in their order; None calls one after the other, as `run_ask` does."""
        self._sources = sources
        self._reader = reader
        self._generator = generator
        self._run = run or run_ask

    def ask(
        self,
        question: str,
        *,
        mode: AnswerMode = AnswerMode.EXTRACTIVE,
        filter: ArticleFilter | None = None,  # noqa: A002 -- the name that the facade and the schema give it
        as_of: datetime | None = None,
        now: datetime | None = None,
        min_confidence: float = MIN_CONFIDENCE,
        on_stage: OnStage | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Answer:
        """The answer, or why there is none. ``as_of`` leaves out what had not been published by then.

        "This week" and the like count from ``as_of``, else from ``now`` or the newest article, as `moment_of` says.

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
        limited = _published_by(filter, as_of)
        request = AskRequest(self, question, mode, limited, as_of, now, min_confidence, self._reader, progress)
        answered = self._run(request)
        steps = progress.step_times()
        answer = replace(
            answered.answer,
            question=question,
            diagnostics=Diagnostics(
                passages_considered=len(answered.gathered.evidence.results.hits),
                articles_matching_filter=answered.gathered.article_count,
                retrieval_milliseconds=sum(time.milliseconds for time in steps if time.step in _RETRIEVAL),
                reading_milliseconds=sum(time.milliseconds for time in steps if time.step not in _RETRIEVAL),
                model=MODEL,
                index_revision=self._sources.index_revision(),
                steps=steps,
            ),
        )
        progress.tell(AnswerFound(answer))
        return answer

    def interpret(self, request: AskRequest) -> Interpreted:
        """The first stage: the question is understood."""
        progress = request.progress
        with progress.timed(AskStep.INTERPRETATION):
            newest = self._sources.last_published(request.filter)
            moment = moment_of(as_of=request.as_of, now=request.now, newest=newest)
            asked = understand(request.question, resolve=self._sources.resolve_names, anchor=request.as_of, moment=moment)
        progress.tell(QuestionUnderstood(asked.interpretation))
        return Interpreted(request, asked)

    def gather(self, interpreted: Interpreted) -> Gathered:
        """The second stage: passages are found and read, and the facts of their articles loaded."""
        request, asked = interpreted.request, interpreted.question
        reader = None if asked.form in UNREAD_FORMS else request.reader
        matching = self._sources.count_articles(request.filter)
        if matching == 0:
            evidence = Evidence(SearchResults((), 0, has_next=False))
            request.progress.tell(PassagesFound(()))
        else:
            evidence = gather(asked, self._sources, request.filter, reader, request.progress)
        return Gathered(interpreted, evidence, matching)

    def answer(self, gathered: Gathered) -> Answered:
        """The third stage: the extractive answer, or why there is none."""
        asked, request = gathered.interpreted.question, gathered.interpreted.request
        progress = request.progress
        minimum = request.min_confidence
        if is_about_story(asked, request.filter, gathered.article_count):
            answer = self._tell_story(asked, gathered.evidence, request.filter, minimum, progress)
        else:
            answer = self._answer(asked, gathered.evidence, request.filter, gathered.article_count, minimum, progress)
        if _may_be_misread(asked, answer):
            reading = self._read_after_all(asked, request, progress)
            if reading.status is AnswerStatus.ANSWERED and _is_surer(asked, reading, answer):
                answer = reading
        progress.tell(CandidatesFound(answer.candidates))
        return Answered(gathered, answer)

    def write(self, answered: Answered) -> Answered:
        """The last stage: in mode GENERATIVE a language model words the answer; else it stays as it is."""
        interpreted = answered.gathered.interpreted
        request = interpreted.request
        if request.mode is not AnswerMode.GENERATIVE or self._generator is None:
            return answered
        hits = answered.gathered.evidence.results.hits
        with request.progress.timed(AskStep.GENERATION):
            answer = write_answer(
                answered.answer,
                interpreted.question,
                hits,
                self._generator,
                minimum=request.min_confidence,
                check=request.progress.check,
            )
        return replace(answered, answer=answer)

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
            scored = demote_changed(question, [score(question, p, evidence) for p in propose_all(question, evidence)])
            if question.source and question.form is not Form.SPEECH:
                scored = told_by(question, scored)
        with progress.timed(AskStep.ASSEMBLY):
            return answer_proposals(question, scored, closest, minimum)

    def _tell_story(
        self, question: Question, evidence: Evidence, limited: ArticleFilter | None, minimum: float, progress: Progress
    ) -> Answer:
        """The answer to a question that only points at the story that the asked articles tell."""
        closest = _closest(evidence.results)
        with progress.timed(AskStep.PROPOSALS):
            event_matches, scored = tell_story(question, self._sources, limited)
        with progress.timed(AskStep.ASSEMBLY):
            if question.form is Form.EVENTS and event_matches:
                return answer_events(question, event_matches, closest, minimum)
            return answer_proposals(question, scored, closest, minimum)

    def _read_after_all(
        self,
        question: Question,
        request: AskRequest,
        progress: Progress,
    ) -> Answer:
        """The reader's answer to a question that was taken for one about speech or events, and perhaps is none."""
        evidence = gather(question, self._sources, request.filter, request.reader, progress)
        with progress.timed(AskStep.PROPOSALS):
            matches = [match_sentence(question, sentence) for sentence in evidence.sentences]
            read = list(propose_readings(question, evidence.places, matches))
            if question.form is Form.SPEECH:
                read = only_own(question, read)
            scored = [score(question, p, evidence) for p in read]
        with progress.timed(AskStep.ASSEMBLY):
            return answer_proposals(question, scored, _closest(evidence.results), request.min_confidence)


def _may_be_misread(question: Question, answer: Answer) -> bool:
    if question.form is Form.YES_NO:
        return _CHOICE.search(question.text) is not None and answer.status is not AnswerStatus.CONFLICTING
    is_told = answer.status is not AnswerStatus.NOT_FOUND or answer.abstention is AbstentionReason.LOW_CONFIDENCE
    return question.form in READ_AFTER_ALL and is_told and answer.confidence < _SURE


def _is_surer(question: Question, reading: Answer, answer: Answer) -> bool:
    if question.form is Form.YES_NO:
        return True
    return reading.confidence >= max(answer.confidence, MIN_CONFIDENCE) + _CLEARLY


def run_ask(request: AskRequest) -> Answered:
    """The stages of an answer, one after the other."""
    answerer = request.answerer
    return answerer.write(answerer.answer(answerer.gather(answerer.interpret(request))))


def propose_all(question: Question, evidence: Evidence) -> list[CandidateSpan]:
    """Every span of the evidence that may answer, for all forms but YES_NO and EVENTS."""
    sentences, facts = evidence.sentences, evidence.facts
    if question.form is Form.SPEAKER:
        return list(propose_speakers(question, sentences, facts))
    matches = [match_sentence(question, sentence) for sentence in sentences]
    ruled = _propose_by_rules(question, evidence, matches)
    read = propose_readings(question, evidence.places, matches, ruled)
    if question.form is Form.HOLDER:
        read = (p for p in read if not is_misread_holder(question, p))
    return [*ruled, *read]


def _propose_by_rules(question: Question, evidence: Evidence, matches: Sequence[Match]) -> list[CandidateSpan]:
    sentences, facts = evidence.sentences, evidence.facts
    if question.form is Form.SPEECH:
        return [
            *propose_contents(question, sentences, facts),
            *only_own(question, propose_complements(question, matches)),
        ]
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
