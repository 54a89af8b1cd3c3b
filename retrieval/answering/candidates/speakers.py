"""Whose words they are: the asked speaker's own, or those of somebody who speaks for or beside that one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.evidence.phrases import is_title
from retrieval.answering.evidence.sentences import words_of
from retrieval.models import (
    AnswerType,
    ArticleFacts,
    Attribution,
    AttributionKind,
    BlockKind,
    Claim,
    EntityType,
    MentionKind,
)
from retrieval.questions.lexicon import FOCUS_TYPES
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import is_stop_word, similarity

# "Mr Ames's lawyers", "an aide to Mr Ames": who speaks is the noun, for the name beside it.
_POSSESSOR = re.compile(r"^(?P<whose>.+?)(?:['’]s?|s['’])\s+(?:own\s+)?(?P<noun>[\w-]+(?: [\w-]+)*)")
_FOR = re.compile(r"^(?P<noun>(?:\w+[\s-])*?\w+) (?:for|to|of|at|in|from) (?P<whose>.+)$")
_SINGULAR = frozenset({"he", "she"})


def source_fit(terms: Sequence[Term], attribution: Attribution) -> float:
    """How far the speaker of a claim is the one that ``terms`` name: 1 by entity, else the share of words that agree."""
    if not terms:
        return 1.0
    ids = {entity for term in terms for entity in term.entities}
    named = [term for term in terms if term.is_name]
    if attribution.source_entity_id in ids and len(terms) == len(named):
        return 1.0
    words = [w for w in words_of(attribution.source_text) if not is_stop_word(w)]
    shares = []
    for term in terms:
        by_word = max((max(similarity(term.lemma, w), similarity(term.text, w)) for w in words), default=0.0)
        in_name = any(w.lower() in term.text.lower().split() for w in words)
        shares.append(max(by_word, float(in_name), 0.9 * float(attribution.source_entity_id in term.entities)))
    weights = [2.0 if term.is_head else 1.0 for term in terms]
    return sum(c * w for c, w in zip(shares, weights, strict=True)) / sum(weights)


def own_fit(fit: float, terms: Sequence[Term], claim: Claim, facts: ArticleFacts) -> float:
    """``fit`` of a claim's speaker to the asked one, 0 where it is only by a person's name in the phrase for somebody else.

    Aides, lawyers and offices speak for a person and are not that person; a party's spokesman gives the party's words.
    """
    said = claim.attribution
    if fit == 0 or not terms:
        return fit
    if _is_anothers(terms, said, facts) or _is_of_last_speaker(terms, said, facts) or _is_namesake(terms, said):
        return 0.0
    return fit


def _is_namesake(terms: Sequence[Term], said: Attribution) -> bool:
    """Whether the speaker has the asked last name and another first name."""
    named = [w for term in terms if term.is_name for w in words_of(term.text) if not is_title(w)]
    words = [w for w in words_of(said.source_text) if w[:1].isupper() and not is_title(w)]
    if len(named) < 2 or len(words) < 2 or words[-1] != named[-1]:
        return False
    return words[-2] not in named and len(words[-2]) > 1


def _is_anothers(terms: Sequence[Term], said: Attribution, facts: ArticleFacts) -> bool:
    """Whether the asked person only stands in the phrase for the speaker, as whose aide or lawyer that one speaks."""
    heads = [t for t in terms if t.is_head and (t.is_name or FOCUS_TYPES.get(t.lemma) is AnswerType.PERSON)]
    if not heads or _is_body(terms, facts):
        return False
    for pattern in (_POSSESSOR, _FOR):
        parts = pattern.match(said.source_text)
        if parts is None or any(w[:1].isupper() for w in words_of(parts["noun"])[-1:]):
            continue
        whose = [w for w in words_of(parts["whose"]) if not is_stop_word(w)]
        noun = words_of(parts["noun"])
        is_asked = any(_has(whose, word) for term in heads for word in words_of(term.text))
        if is_asked and not any(_has(noun, t.lemma) for t in terms if not t.is_name and t.is_head):
            return True
    return False


def _has(words: Iterable[str], word: str) -> bool:
    return any(similarity(word, other) == 1 for other in words)


def _is_body(terms: Sequence[Term], facts: ArticleFacts) -> bool:
    """Whether the asked one is a party, a ministry, a country: what its people say is its word."""
    asked = {id_ for term in terms for id_ in term.entities}
    kinds = {e.type for e in facts.entities if e.id in asked}
    return bool(kinds) and EntityType.PERSON not in kinds


def _is_of_last_speaker(terms: Sequence[Term], said: Attribution, facts: ArticleFacts) -> bool:
    """Whether "he" or "she" is another: the last to speak before, where the asked one was not named since."""
    span = said.source_span
    if span is None or said.source_text.lower() not in _SINGULAR:
        return False
    asked = {id_ for term in terms for id_ in term.entities}
    people = {e.id for e in facts.entities if e.type is EntityType.PERSON}
    spoke = [
        a
        for a in (claim.attribution for claim in facts.claims)
        if a.source_span is not None and a.source_span.end <= span.start and a.source_text.lower() not in _SINGULAR
    ]
    last = max(spoke, key=lambda a: a.source_span.start if a.source_span is not None else -1, default=None)
    if last is None or last.source_span is None or not asked:
        return False
    since = [
        m
        for m in facts.mentions
        if m.kind is MentionKind.NAME and last.source_span.end <= m.span.start < span.start and m.entity_id in people
    ]
    inside = [m.entity_id for m in facts.mentions if last.source_span.contains(m.span) and m.entity_id in people]
    speaker = last.source_entity_id if last.source_entity_id in people else next(iter(inside), None)
    near = facts.article.text.count("\n\n", last.source_span.end, span.start) <= 1
    is_another = speaker is not None and speaker not in asked
    return near and is_another and not any(m.entity_id in asked for m in since if not _is_inside(m.span.start, facts))


def _is_inside(place: int, facts: ArticleFacts) -> bool:
    """Whether a name stands in what somebody says: spoken about, not speaking."""
    return any(part.start <= place < part.end for claim in facts.claims for part in claim.spans)


def is_headline(claim: Claim, facts: ArticleFacts) -> bool:
    """Whether a claim stands in the title or what stands under it: the article's own words for what it tells below."""
    return any(block.kind is not BlockKind.BODY and block.span.contains(claim.span) for block in facts.blocks)


def only_own(question: Question, proposals: Iterable[CandidateSpan]) -> list[CandidateSpan]:
    """The proposals for what someone said that lie in no other's words: a reader takes the nearest quotation."""
    asked = question.terms_of(Role.SUBJECT)
    kept = []
    for proposal in proposals:
        facts = proposal.match.sentence.facts
        around = [c for c in facts.claims if any(part.overlaps(proposal.span) for part in c.spans)]
        speakers = [
            1.0
            if _is_last_named(asked, c.attribution, facts)
            else own_fit(source_fit(asked, c.attribution), asked, c, facts)
            for c in around
        ]
        if speakers and max(speakers) < _OWN:
            continue
        if not speakers and _is_anothers_sentence(asked, proposal):
            continue
        is_said = proposal.match.predicate_credit >= _SAME_ACT or _is_quoted(proposal)
        is_told = is_said and _tells_of(question, proposal)
        if not speakers and proposal.claim is None and not is_told:
            continue
        kept.append(proposal)
    return kept


def _is_anothers_sentence(asked: Sequence[Term], proposal: CandidateSpan) -> bool:
    """Whether others speak in the sentence, and not the asked one: its verb of speaking is theirs."""
    sentence = proposal.match.sentence
    claims = [claim for claim in sentence.facts.claims if sentence.span.overlaps(claim.span)]
    fits = [own_fit(source_fit(asked, c.attribution), asked, c, sentence.facts) for c in claims]
    return bool(fits) and max(fits) < _OWN


_OWN = 0.5
_SAME_ACT = 0.8


def _is_last_named(terms: Sequence[Term], said: Attribution, facts: ArticleFacts) -> bool:
    """Whether a pronoun whose speaker the archive does not know follows upon the asked person's name."""
    asked = {id_ for term in terms for id_ in term.entities}
    span = said.source_span
    if span is None or said.source_entity_id is not None or said.source_text.lower() not in _SINGULAR:
        return False
    people = {e.id for e in facts.entities if e.type is EntityType.PERSON}
    before = [
        m for m in facts.mentions if m.kind is MentionKind.NAME and m.entity_id in people and m.span.end <= span.start
    ]
    return bool(before) and max(before, key=lambda m: m.span.start).entity_id in asked


def _is_quoted(proposal: CandidateSpan) -> bool:
    """Whether the words stand right inside quotation marks."""
    text = proposal.match.sentence.facts.article.text
    around = text[max(0, proposal.span.start - 1) : proposal.span.start] + text[proposal.span.end : proposal.span.end + 2]
    return any(mark in around for mark in '"“”„«»')


def _tells_of(question: Question, proposal: CandidateSpan) -> bool:
    """Whether the sentence names the asked one outside what is proposed."""
    match = proposal.match
    numbers = [n for n, term in enumerate(question.terms) if term.role is Role.SUBJECT and term.is_head]
    if not numbers:
        return True
    inside = {t.i for t in match.sentence.tokens_in(proposal.span)}
    return any(token.i not in inside for n in numbers for token in match.tokens_of(n))


def quoted_first(claim: Claim, facts: ArticleFacts) -> float:
    """How good an example of somebody's words a claim is: a quotation, then reported words, then a headline."""
    if is_headline(claim, facts):
        return 0.8
    return 1.0 if claim.attribution.kind is AttributionKind.DIRECT_QUOTATION else 0.95
