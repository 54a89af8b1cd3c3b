"""From a question to a cited answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from retrieval.answering.arguments import propose
from retrieval.answering.assembly import (
    abstain,
    answer_events,
    answer_proposals,
    answer_voices,
)
from retrieval.answering.generative import write_answer
from retrieval.answering.generator import Generator
from retrieval.answering.happenings import collect_happenings
from retrieval.answering.matching import Match, match_sentence
from retrieval.answering.progress import SILENT, OnStage, Progress, ShouldStop
from retrieval.answering.proposals import Proposal
from retrieval.answering.propositions import collect_voices
from retrieval.answering.reading import Sentence, factual_blocks, iter_sentences, words_of
from retrieval.answering.reasons import propose_reasons
from retrieval.answering.roles import propose_definitions, propose_holders
from retrieval.answering.scoring import Scored, score
from retrieval.answering.sources import AnswerSources
from retrieval.answering.speech import propose_complements, propose_contents, propose_speakers
from retrieval.errors import GeneratorMissing, InputError
from retrieval.models import (
    AbstentionReason,
    Answer,
    AnswerFound,
    AnswerMode,
    ArticleFacts,
    ArticleFilter,
    CandidatesFound,
    Diagnostics,
    Passage,
    PassagesFound,
    QuestionUnderstood,
    RetrievalMode,
    SearchResults,
    Span,
)
from retrieval.search.question import understand
from retrieval.search.question_types import Form, Question
from retrieval.search.words import is_stop_word, similarity

MODEL = "extractive-rules-1"
PASSAGES = 20
_BLOCKS_READ = 14
_BLOCKS_READ_FOR_SIDES = 24  # who declines to comment stands beside the matter, not in it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was retrieved for a question: passages in rank order, the facts of their articles, and the sentences read."""

    results: SearchResults
    facts: tuple[ArticleFacts, ...]
    sentences: tuple[Sentence, ...]

    def rank(self, match: Match) -> int:
        """The rank of the passage that a sentence stands in; past the last for a sentence outside them."""
        article = match.sentence.facts.article.id
        spans = [(n, h.passage.span) for n, h in enumerate(self.results.hits) if h.article.id == article]
        return next((n for n, span in spans if span.overlaps(match.sentence.span)), len(self.results.hits))


class Answerer:
    """Answers questions from ``sources``; holds no state between questions but cached parses."""

    def __init__(self, sources: AnswerSources, generator: Generator | None = None) -> None:
        self._sources = sources
        self._generator = generator

    def ask(
        self,
        question: str,
        *,
        mode: AnswerMode = AnswerMode.EXTRACTIVE,
        filter: ArticleFilter | None = None,  # noqa: A002 -- the name that the facade and the schema give it
        as_of: datetime | None = None,
        min_confidence: float = 0.5,
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
        started = perf_counter()
        asked = understand(question, resolve=self._sources.resolve_names, anchor=as_of)
        progress.tell(QuestionUnderstood(asked.interpretation))
        limited = _published_by(filter, as_of)
        matching = self._sources.count_articles(limited)
        if matching == 0:
            evidence = Evidence(SearchResults((), 0, has_next=False), (), ())
            progress.tell(PassagesFound(()))
        else:
            evidence = self.retrieve(asked, limited, progress)
        retrieved = perf_counter()
        answer = self._answer(asked, evidence, limited, matching, min_confidence)
        progress.tell(CandidatesFound(answer.candidates))
        if mode is AnswerMode.GENERATIVE and self._generator is not None:
            hits = evidence.results.hits
            answer = write_answer(answer, asked, hits, self._generator, minimum=min_confidence, check=progress.check)
        answer = replace(
            answer,
            question=question,
            diagnostics=Diagnostics(
                passages_considered=len(evidence.results.hits),
                articles_matching_filter=matching,
                retrieval_milliseconds=(retrieved - started) * 1000,
                reading_milliseconds=(perf_counter() - retrieved) * 1000,
                model=MODEL,
                index_revision=self._sources.index_revision(),
            ),
        )
        progress.tell(AnswerFound(answer))
        return answer

    def retrieve(self, question: Question, limited: ArticleFilter | None, progress: Progress = SILENT) -> Evidence:
        """The passages, facts and parsed sentences that an answer to ``question`` may come from."""
        words = [*question.interpretation.keywords, *(t.text for t in question.source)]
        query = " ".join(dict.fromkeys(words)) or question.text
        ids = tuple(entity.id for entity in question.interpretation.entities)
        # by words: the weights of the confidence were fitted on such ranks
        results = self._sources.search(query, limit=PASSAGES, filter=limited, entity_ids=ids, mode=RetrievalMode.LEXICAL)
        progress.tell(PassagesFound(tuple(hit.passage for hit in results.hits)))
        loaded = self._sources.load_facts(tuple(dict.fromkeys(hit.article.id for hit in results.hits)))
        facts = tuple(loaded.values())
        return Evidence(results, facts, tuple(_read(question, results, loaded.values(), progress)))

    def _answer(
        self, question: Question, evidence: Evidence, limited: ArticleFilter | None, matching: int, minimum: float
    ) -> Answer:
        closest = _closest(evidence.results)
        if matching == 0 and limited is not None:
            return abstain(question, AbstentionReason.FILTER_EXCLUDES_ALL, closest)
        if question.form is Form.KEYWORDS:
            return abstain(question, AbstentionReason.QUESTION_NOT_UNDERSTOOD, closest)
        if not evidence.sentences:
            return abstain(question, AbstentionReason.NO_MATCHING_PASSAGE, closest)
        if question.form is Form.YES_NO:
            return answer_voices(question, collect_voices(question, evidence.sentences, evidence.facts), closest, minimum)
        if question.form is Form.EVENTS:
            happenings = collect_happenings(question, evidence.sentences, evidence.facts)
            return answer_events(question, happenings, closest, minimum)
        scored = [score(question, p, rank=evidence.rank(p.match)) for p in propose_all(question, evidence)]
        return answer_proposals(question, _distinct(scored), closest, minimum)


def propose_all(question: Question, evidence: Evidence) -> list[Proposal]:
    """Every span of the evidence that may answer, for all forms but YES_NO and EVENTS."""
    sentences, facts = evidence.sentences, evidence.facts
    if question.form is Form.SPEAKER:
        return list(propose_speakers(question, sentences, facts))
    matches = [match_sentence(question, sentence) for sentence in sentences]
    if question.form is Form.SPEECH:
        return [*propose_contents(question, sentences, facts), *propose_complements(question, matches)]
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


def _read(
    question: Question, results: SearchResults, facts: Iterable[ArticleFacts], progress: Progress
) -> Iterable[Sentence]:
    """The sentences of the blocks that share most with the question: parsing is what costs, so only those are parsed."""
    ranked: list[tuple[float, ArticleFacts, int]] = []
    words = [*question.terms, *question.focus_terms, *question.source]
    for article in facts:
        hits = [(n, hit.passage.span) for n, hit in enumerate(results.hits) if hit.article.id == article.article.id]
        for number, block in enumerate(factual_blocks(article)):
            rank = next((n for n, span in hits if span.overlaps(block.span)), None)
            own = {w for w in words_of(block.span.slice(article.article.text)) if not is_stop_word(w)}
            shared = sum(t.weight * _shares(t.text, t.lemma, own) for t in words)
            named = any(m.entity_id in t.entities and block.span.contains(m.span) for t in words for m in article.mentions)
            worth = shared + 0.8 * named + (0.0 if rank is None else 1.0 / (1 + rank))
            if worth > 0.5 or (not words and rank is not None):
                ranked.append((worth, article, number))
    ranked.sort(key=lambda item: -item[0])
    limit = _BLOCKS_READ_FOR_SIDES if question.form is Form.YES_NO else _BLOCKS_READ
    for _, article, number in ranked[:limit]:
        progress.check()
        yield from iter_sentences(article, [number])


def _shares(text: str, lemma: str, words: set[str]) -> float:
    parts = text.split()
    return max((max(similarity(lemma, w), similarity(parts[-1], w)) for w in words), default=0.0)


def _closest(results: SearchResults) -> tuple[Passage, ...]:
    return tuple(hit.passage for hit in results.hits[:3])


def _distinct(scored: Sequence[Scored]) -> list[Scored]:
    """The best proposal of each span and of each wording, best first."""
    kept: list[Scored] = []
    seen: set[tuple[str, Span]] = set()
    texts: set[str] = set()
    for item in sorted(scored, key=lambda s: -s.confidence):
        place = (item.proposal.match.sentence.facts.article.id, item.proposal.span)
        wording = item.proposal.text.lower()
        if place in seen or wording in texts:
            continue
        seen.add(place)
        texts.add(wording)
        kept.append(item)
    return kept
