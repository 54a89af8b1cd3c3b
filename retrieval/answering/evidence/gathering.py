"""What an answer may come from: passages found, what the reader makes of them, and the sentences worth parsing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.answering.evidence.matching import Match
from retrieval.answering.evidence.sentences import Sentence, bag_of, factual_blocks, iter_sentences
from retrieval.answering.evidence.sources import AnswerSources
from retrieval.answering.progress import Progress
from retrieval.models import ArticleFacts, ArticleFilter, AskStep, Block, Passage, PassagesFound, SearchResults, Span
from retrieval.questions.question import Form, Question, Term
from retrieval.search.rereading import blend
from retrieval.span_reader.reader import PassageReading, SpanReader
from retrieval.text.words import WordBag

PASSAGES = 20
# Of these the reader reads the first, a group at a time, until one answers and the newest group's others are far from it:
# where sources differ more than one answers, and it reads on.
_PASSAGES_READ = 12
_GROUP = 3
_ENOUGH = 4.0
_FAR = -6.0
_SPANS_PER_PASSAGE = 3
_SPANS = 10
_BLOCKS = 6
_BLOCKS_WITHOUT_READER = 14
_BLOCKS_FOR_SIDES = 24  # who declines to comment stands beside the matter, not in it
# Asked of claims and events, which the reader knows nothing of.
UNREAD_FORMS = frozenset({Form.YES_NO, Form.EVENTS, Form.SPEAKER, Form.SPEECH})
NO_MARGIN = -20.0


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article that the reader proposes, with its margin over "no answer"."""

    article_id: str
    span: Span
    margin: float


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was gathered for a question: passages in rank order, the facts of their articles, the sentences parsed.

    ``read`` holds the passages that the reader has read, ``places`` its best spans over all of them, best first.
    """

    results: SearchResults
    facts: tuple[ArticleFacts, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    read: tuple[tuple[Passage, PassageReading], ...] = ()
    places: tuple[Place, ...] = ()

    def rank(self, match: Match) -> int:
        """The rank of the passage that a sentence stands in; past the last for a sentence outside them."""
        article = match.sentence.facts.article.id
        spans = [(n, h.passage.span) for n, h in enumerate(self.results.hits) if h.article.id == article]
        return next((n for n, span in spans if span.overlaps(match.sentence.span)), len(self.results.hits))

    def margin(self, article_id: str, span: Span) -> float:
        """The reader's margin of any span; `NO_MARGIN` where it has not read it."""
        found = (
            reading.margin_of(span.start - passage.span.start, span.end - passage.span.start)
            for passage, reading in self.read
            if passage.article_id == article_id and passage.span.overlaps(span)
        )
        return max((margin for margin in found if margin > -math.inf), default=NO_MARGIN)

    @property
    def best_margin(self) -> float:
        """The margin of the reader's best span."""
        return self.places[0].margin if self.places else NO_MARGIN


def gather(
    question: Question,
    sources: AnswerSources,
    limited: ArticleFilter | None,
    reader: SpanReader | None,
    progress: Progress | None = None,
) -> Evidence:
    """Search, read, and parse what may answer ``question``; without a ``reader`` the rules' words choose what is parsed.

    With one, only the facts of the articles that are parsed are loaded.
    """
    entity_ids = tuple(entity.id for entity in question.interpretation.entities)
    progress = progress or Progress()
    with progress.timed(AskStep.SEARCH):
        results = sources.search(question.text, limit=PASSAGES, filter=limited, entity_ids=entity_ids)
    progress.tell(PassagesFound(tuple(hit.passage for hit in results.hits)))
    ids = tuple(dict.fromkeys(hit.article.id for hit in results.hits))
    with progress.timed(AskStep.FACTS):
        blocks = sources.load_blocks(ids)
        names = sources.find_names(ids, _asked_entities(question))
    with progress.timed(AskStep.READING):
        read = tuple(_read(question, results, reader, progress)) if reader is not None else ()
        places = tuple(_iter_places(read))[:_SPANS]
        results = _reranked(results, read)
    with progress.timed(AskStep.PARSING):
        chosen = _choose(question, results, blocks, names, places if reader is not None else None)
    with progress.timed(AskStep.FACTS):
        parsed = tuple(dict.fromkeys(place.article_id for place in chosen))
        facts = sources.load_facts(ids if reader is None else parsed)
        kept = sources.load_parses(parsed)
    with progress.timed(AskStep.PARSING):
        sentences = tuple(_parse(chosen, facts, kept, progress))
    return Evidence(results, tuple(facts.values()), sentences, read, places)


def _asked_words(question: Question) -> tuple[Term, ...]:
    return (*question.terms, *question.focus_terms, *question.source)


def _asked_entities(question: Question) -> tuple[str, ...]:
    return tuple({id_ for term in _asked_words(question) for id_ in term.entities})


def _read(
    question: Question, results: SearchResults, reader: SpanReader, progress: Progress
) -> Iterator[tuple[Passage, PassageReading]]:
    passages = [hit.passage for hit in results.hits[:_PASSAGES_READ]]
    remaining = iter(passages)
    groups = reader.iter_passages(
        question.text, [p.text for p in passages], per_passage=_SPANS_PER_PASSAGE, group_size=_GROUP
    )
    best = -math.inf
    for group in groups:
        progress.check()
        for reading in group:
            yield next(remaining), reading
        margins = sorted(reading.margin for reading in group)
        if margins[-1] > best:
            best = margins.pop()
        if best >= _ENOUGH and all(margin < _FAR for margin in margins):
            return


def _reranked(results: SearchResults, read: Sequence[tuple[Passage, PassageReading]]) -> SearchResults:
    """The passages in another order: those that answer come before those that only share words with the question."""
    chances = {passage.id: reading.readings[0].confidence for passage, reading in read if reading.readings}
    hits = sorted(results.hits, key=lambda hit: -blend(hit.score, chances.get(hit.passage.id, 0.0)))
    return replace(results, hits=tuple(hits))


def _iter_places(read: Sequence[tuple[Passage, PassageReading]]) -> list[Place]:
    places = [
        Place(passage.article_id, Span(passage.span.start + found.start, passage.span.start + found.end), found.margin)
        for passage, reading in read
        for found in reading.readings
    ]
    return sorted(places, key=lambda place: -place.margin)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The block of that number among the factual blocks of an article, as it stood when it was chosen."""

    article_id: str
    revision: int
    number: int


def _choose(
    question: Question,
    results: SearchResults,
    blocks: Mapping[str, Sequence[Block]],
    names: Mapping[str, Sequence[Span]],
    places: Sequence[Place] | None,
) -> list[_Chosen]:
    """The blocks that the best spans stand in, and those that share most with the question.

    Only a few: what is not kept parsed takes long to parse, and all take their time to look through.
    """
    ranked: list[tuple[float, _Chosen]] = []
    words = _asked_words(question)
    for article in {hit.article.id: hit.article for hit in results.hits}.values():
        hits = [(n, hit.passage.span) for n, hit in enumerate(results.hits) if hit.article.id == article.id]
        own_places = [(n, p.span) for n, p in enumerate(places or ()) if p.article_id == article.id]
        for number, block in enumerate(factual_blocks(blocks[article.id])):
            rank = next((n for n, span in hits if span.overlaps(block.span)), None)
            place = next((n for n, span in own_places if span.overlaps(block.span)), None)
            bag = bag_of(block.span.slice(article.text))
            shared = sum(t.weight * _shares(t, bag) for t in words)
            named = any(block.span.contains(span) for span in names[article.id])
            worth = shared + 0.8 * named + (0.0 if rank is None else 1.0 / (1 + rank))
            if place is not None:
                worth += 10.0 / (1 + place)
            if worth > 0.5 or (not words and rank is not None):
                ranked.append((worth, _Chosen(article.id, article.revision, number)))
    ranked.sort(key=lambda item: -item[0])
    return [chosen for _, chosen in ranked[: _block_limit(question, places)]]


def _parse(
    chosen: Iterable[_Chosen], facts: Mapping[str, ArticleFacts], kept: Mapping[str, bytes], progress: Progress
) -> Iterator[Sentence]:
    """The sentences of the blocks. An article that was changed meanwhile is left out."""
    for block in chosen:
        progress.check()
        article = facts.get(block.article_id)
        if article is not None and article.article.revision == block.revision:
            yield from iter_sentences(article, [block.number], kept.get(block.article_id, b""))


def _block_limit(question: Question, places: Sequence[Place] | None) -> int:
    if question.form is Form.YES_NO:
        return _BLOCKS_FOR_SIDES
    return _BLOCKS_WITHOUT_READER if places is None else _BLOCKS


def _shares(term: Term, bag: WordBag) -> float:
    found = bag.similarity(term.lemma)
    return found if found == 1 or term.text == term.lemma else max(found, bag.similarity(term.text.split()[-1]))
