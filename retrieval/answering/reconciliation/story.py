"""Questions about the story itself: "What happened? Where? Who did it?" asked of one article, or of one story."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.answering.candidates.arguments import TYPE_FITS, clause_span
from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.event_answers import EventMatch
from retrieval.answering.candidates.reasons import propose_reasons
from retrieval.answering.evidence.grammar import arguments
from retrieval.answering.evidence.main_event import main_event_id
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sentences import Sentence, factual_blocks, iter_sentences
from retrieval.answering.evidence.sources import AnswerSources
from retrieval.answering.reconciliation.scoring import Scored
from retrieval.models import (
    AnswerType,
    ArticleFacts,
    ArticleFilter,
    BlockKind,
    DateValue,
    EntityValue,
    EventMention,
    MentionKind,
)
from retrieval.questions.question import Form, Question, Role

_MOST_ARTICLES = 20
_MOST_TELLINGS = 5
# How sure the part of the main event is that is asked for; set by hand. A later telling is less sure than the first.
_SURE, _LATER = 0.75, 0.6


def is_about_story(question: Question, limited: ArticleFilter | None, matching: int) -> bool:
    """Whether the question only points at the story ("when did it happen?"), and one article or story is asked."""
    is_one = matching == 1 or (limited is not None and limited.story_id is not None)
    if not is_one or question.terms or question.focus_terms or question.dates or question.source:
        return False
    return question.form in {Form.EVENTS, Form.REASON} or (
        question.form is Form.ARGUMENT
        and question.answer_type in {AnswerType.PERSON, AnswerType.DATE, AnswerType.PLACE, AnswerType.OTHER}
    )


def tell_story(
    question: Question, sources: AnswerSources, limited: ArticleFilter | None
) -> tuple[list[EventMatch], list[Scored]]:
    """The main event with the sentence that tells of it, and what that sentence gives for the asked part.

    Where no event of the archive is told in the title or the first paragraph, the first sentence tells the story.
    """
    ids = sources.find_article_ids(limited, limit=_MOST_ARTICLES)
    facts = tuple(sources.load_facts(ids).values())
    parses = sources.load_parses(ids)
    main = main_event_id(facts)
    told = [(article, mention) for article in facts for mention in article.event_mentions if mention.event_id == main]
    event_matches: list[EventMatch] = []
    scored: list[Scored] = []
    told.sort(key=lambda pair: _place(*pair))
    event_reports: list[tuple[ArticleFacts, EventMention | None]] = [*told[:_MOST_TELLINGS]]
    if not told or _place(*told[0])[0]:
        event_reports.extend((article, None) for article in facts[:1])  # the title leaves out when, where and by whom
    for article, mention in event_reports:
        sentence = _sentence(article, mention, parses.get(article.article.id, b""))
        if sentence is None:
            continue
        match = match_sentence(question, sentence)
        verb = _verb_of_story(sentence, mention)
        if mention is not None and not event_matches:
            event = next(e for e in article.events if e.id == mention.event_id)
            event_matches.append(EventMatch(event, mention, match))
        sure = _SURE if not scored else _LATER
        scored.extend(Scored(p, sure * p.type_fit) for p in _parts(question, match, verb))
    return event_matches, scored


def _place(article: ArticleFacts, mention: EventMention) -> tuple[bool, str, int]:
    """Tellings of the text before those of its title, which leaves out most; the oldest article first."""
    title = factual_blocks(article.blocks)[0].span.contains(mention.trigger)
    return title, str(article.article.published.at or ""), mention.trigger.start


def _sentence(article: ArticleFacts, mention: EventMention | None, parses: bytes) -> Sentence | None:
    """The sentence of a telling; without one the first of the text."""
    blocks = factual_blocks(article.blocks)
    bodies = [n for n, block in enumerate(blocks) if block.kind is BlockKind.BODY]
    if mention is None:
        return next(iter_sentences(article, bodies[:1], parses), None)
    number = next((n for n, block in enumerate(blocks) if block.span.contains(mention.trigger)), None)
    if number is None:
        return None
    return next((s for s in iter_sentences(article, [number], parses) if s.span.contains(mention.trigger)), None)


def _verb_of_story(sentence: Sentence, mention: EventMention | None) -> Token:
    """The verb that tells the story: the event's, else the sentence's own, below "said" what is said."""
    token = sentence.head_of(mention.trigger) if mention is not None else None
    while token is not None and token.pos_ != "VERB" and token.head != token:
        token = token.head
    if token is not None and token.pos_ == "VERB":
        return token
    root = sentence.tokens.root
    said = [c for c in root.children if c.dep_ == "ccomp" and c.pos_ == "VERB"]
    return said[0] if said and root.lemma_ in {"say", "report", "announce", "tell", "confirm"} else root


def _parts(question: Question, match: Match, verb: Token) -> Iterator[CandidateSpan]:
    sentence = match.sentence
    if question.form is Form.EVENTS:
        yield CandidateSpan(match, clause_span(match, verb), None, 1.0, 1.0, 1)
    elif question.form is Form.REASON:
        for proposal in propose_reasons(question, match):
            yield CandidateSpan(match, proposal.span, None, proposal.type_fit, 1.0, 1)
    elif question.answer_type is AnswerType.DATE:
        for time in sentence.times:
            if time.span is not None:
                yield CandidateSpan(match, time.span, DateValue(time), 1.0, 1.0, 1)
    elif question.answer_type is AnswerType.PLACE:
        yield from _places(match)
    elif question.answer_type is AnswerType.PERSON and question.asked_role is Role.SUBJECT:
        for word, role, _ in arguments(verb):
            if role is Role.SUBJECT and word.pos_ != "PRON":
                chunk = next((c for c in sentence.tokens.noun_chunks if c.root == word), None)
                yield CandidateSpan(match, sentence.place(chunk if chunk is not None else word), None, 1.0, 1.0, 1)


def _places(match: Match) -> Iterator[CandidateSpan]:
    entities = {e.id: e for e in match.sentence.facts.entities}
    for mention in match.sentence.mentions:
        entity = entities.get(mention.entity_id)
        is_place = entity is not None and TYPE_FITS[AnswerType.PLACE].get(entity.type, 0.0) == 1
        if entity is not None and is_place and mention.kind is not MentionKind.DEMONYM:
            yield CandidateSpan(match, mention.span, EntityValue(entity), 1.0, 1.0, 1)
