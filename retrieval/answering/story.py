"""Questions about the story itself: "What happened? Where? Who did it?" asked of one article, or of one story."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.answering.arguments import TYPE_FITS
from retrieval.answering.happenings import Happening
from retrieval.answering.matching import match_sentence
from retrieval.answering.proposals import Proposal
from retrieval.answering.reading import Sentence, factual_blocks, iter_sentences
from retrieval.answering.reasons import propose_reasons
from retrieval.answering.scoring import Scored
from retrieval.answering.sources import AnswerSources
from retrieval.extraction.main_event import main_event_id
from retrieval.models import (
    AnswerType,
    ArticleFacts,
    ArticleFilter,
    DateValue,
    EntityValue,
    EventMention,
    MentionKind,
    ParticipantRole,
)
from retrieval.search.question_types import Form, Question, Role

_MOST_ARTICLES = 20
# How sure the part of the main event is that is asked for; set by hand. A later telling is less sure than the first.
_SURE, _LATER = 0.75, 0.6
_ACTORS = frozenset({ParticipantRole.ACTOR})


def is_about_story(question: Question, limited: ArticleFilter | None, matching: int) -> bool:
    """Whether the question only points at the story ("when did it happen?"), and one article or story is asked."""
    is_one = matching == 1 or (limited is not None and limited.story_id is not None)
    if not is_one or question.terms or question.focus_terms or question.dates or question.source:
        return False
    return question.form in {Form.EVENTS, Form.REASON} or (
        question.form is Form.ARGUMENT
        and question.answer_type in {AnswerType.PERSON, AnswerType.DATE, AnswerType.PLACE, AnswerType.OTHER}
    )


def tell_story(question: Question, sources: AnswerSources, limited: ArticleFilter | None) -> tuple[list[Happening], list[Scored]]:
    """The main event with the sentence that tells of it first, and what its tellings give for the asked part."""
    ids = sources.find_article_ids(limited, limit=_MOST_ARTICLES)
    facts = tuple(sources.load_facts(ids).values())
    main = main_event_id(facts)
    if main is None:
        return [], []
    tellings = [(f, m) for f in facts for m in f.event_mentions if m.event_id == main]
    parses = sources.load_parses([f.article.id for f, _ in tellings])
    told = [
        (article, mention, sentence)
        for article, mention in sorted(tellings, key=lambda pair: _place(*pair))
        if (sentence := _sentence(article, mention, parses.get(article.article.id, b""))) is not None
    ]
    happenings = [
        Happening(next(e for e in article.events if e.id == main), mention, match_sentence(question, sentence))
        for article, mention, sentence in told[:1]
    ]
    scored = [
        Scored(proposal, (_SURE if number == 0 else _LATER) * proposal.type_fit)
        for number, (article, mention, sentence) in enumerate(told)
        for proposal in _parts(question, article, mention, sentence)
    ]
    return happenings, scored


def _place(article: ArticleFacts, mention: EventMention) -> tuple[bool, str, int]:
    """Tellings of the text before those of its title, which leaves out most; the oldest article first."""
    title = factual_blocks(article.blocks)[0].span.contains(mention.trigger)
    return title, str(article.article.published.at or ""), mention.trigger.start


def _sentence(article: ArticleFacts, mention: EventMention, parses: bytes) -> Sentence | None:
    blocks = factual_blocks(article.blocks)
    number = next((n for n, block in enumerate(blocks) if block.span.contains(mention.trigger)), None)
    if number is None:
        return None
    return next((s for s in iter_sentences(article, [number], parses) if s.span.contains(mention.trigger)), None)


def _parts(question: Question, article: ArticleFacts, mention: EventMention, sentence: Sentence) -> Iterator[Proposal]:
    match = match_sentence(question, sentence)
    event = next(e for e in article.events if e.id == mention.event_id)
    if question.answer_type is AnswerType.DATE:
        for time in sentence.times:
            if time.span is not None and event.time.start is not None and time.start == event.time.start:
                yield Proposal(match, time.span, DateValue(time), 1.0, 1.0, 1)
    elif question.answer_type is AnswerType.PLACE:
        entities = {e.id: e for e in article.entities}
        for named in sentence.mentions:
            entity = entities.get(named.entity_id)
            if entity is None or named.kind is MentionKind.DEMONYM:
                continue
            fit = 1.0 if entity.id == event.place_id else 0.8 * (TYPE_FITS[AnswerType.PLACE].get(entity.type, 0) == 1)
            if fit > 0 and (event.place_id is None or entity.id == event.place_id):
                yield Proposal(match, named.span, EntityValue(entity), fit, 1.0, 1)
    elif question.answer_type is AnswerType.PERSON and question.asked_role is Role.SUBJECT:
        for participant in article.participants:
            if participant.event_id == event.id and participant.role in _ACTORS and sentence.span.contains(participant.span):
                yield Proposal(match, participant.span, None, 1.0, 1.0, 1)
    elif question.form is Form.REASON:
        for proposal in propose_reasons(question, match):
            yield Proposal(match, proposal.span, None, proposal.type_fit, 1.0, 1)

