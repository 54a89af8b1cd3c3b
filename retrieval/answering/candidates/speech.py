"""Proposals from claims: what a source says, and which source says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Token

from retrieval.answering.candidates.arguments import TYPE_FITS, clause_span
from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.lexicon import fits_focus
from retrieval.answering.evidence.grammar import arguments, is_negated
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sentences import Sentence, words_of
from retrieval.models import (
    ArticleFacts,
    Attribution,
    AttributionKind,
    Claim,
    ClaimStance,
    Entity,
    EntityValue,
    Mention,
    MentionKind,
    QuotationValue,
    Span,
)
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import is_stop_word, similarity, word_set

DENIALS = word_set("deny reject dispute refute contradict")
_ANYONE = word_set("source people person side party official authority speaker witness")
_PRONOUNS = word_set("he she they it we i who")
# What opens a clause that hangs on behind a comma and can be left off.
_AFTERTHOUGHTS = word_set(
    "which who whom where despite although though while whereas as after following amid because since including with even"
)


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


def match_claim(question: Question, claim: Claim, sentences: Sequence[Sentence], terms: Sequence[Term]) -> Match | None:
    """The match of ``terms`` with a claim's own words; None when its sentences were not read."""
    best: Match | None = None
    for sentence in sentences:
        if sentence.facts.article.id != claim.article_id or not sentence.span.overlaps(claim.span):
            continue
        match = match_sentence(question, sentence, terms)
        inside = tuple(item for item in match.tokens if _within(sentence, item[1], claim))
        held = {number for number, _ in inside}
        shares = tuple(c if n in held else min(c, 0.5) for n, c in enumerate(match.shares))
        weight = sum(t.weight for t in terms)
        coverage = sum(t.weight * c for t, c in zip(terms, shares, strict=True)) / weight if weight else 1.0
        predicates = tuple(token for n, token in inside if terms[n].role is Role.PREDICATE)
        match = replace(match, tokens=inside, shares=shares, coverage=coverage, predicates=predicates)
        if best is None or match.coverage > best.coverage:
            best = match
    return best


def _within(sentence: Sentence, token: Token, claim: Claim) -> bool:
    place = sentence.place(token)
    return any(span.contains(place) for span in claim.spans)


# ---------------------------------------------------------------- what did X say


def propose_contents(
    question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]
) -> Iterator[CandidateSpan]:
    """The words of claims by the source that the question names, about what it names."""
    speaker = question.terms_of(Role.SUBJECT)
    topic = tuple(t for t in question.terms if t.role not in {Role.SUBJECT, Role.PREDICATE})
    outer = question.source
    for article in facts:
        claims = {claim.id: claim for claim in article.claims}
        for claim in article.claims:
            fit = source_fit(speaker, claim.attribution) * _told_by(outer, claim, claims)
            if fit < 0.5 or claim.stance is ClaimStance.DECLINED_TO_COMMENT:
                continue
            match = match_claim(question, claim, sentences, topic)
            if match is None:
                continue
            cue = cue_fit(question, claim)
            yield CandidateSpan(
                match=replace(match, predicate_credit=1.0 if cue > 0.5 else 0.0),
                span=content_span(question, match, claim),
                value=QuotationValue(claim),
                type_fit=fit,
                role_fit=cue,
                steps=1,
                claim=claim,
            )


def _told_by(outer: Sequence[Term], claim: Claim, claims: dict[str, Claim]) -> float:
    """How surely the source of "according to X" tells of the claim: as its own speaker, or round the claim it stands in."""
    if not outer:
        return 1.0
    best = source_fit(outer, claim.attribution)
    parent = claims.get(claim.parent_id or "")
    if parent is None:
        parent = next((c for c in claims.values() if c.id != claim.id and c.span.contains(claim.span)), None)
    if parent is not None:
        best = max(best, source_fit(outer, parent.attribution))
    return best


def cue_fit(question: Question, claim: Claim) -> float:
    """How far a claim's cue is the question's verb."""
    if question.predicate is None or claim.attribution.cue is None:
        return 0.5
    cue = claim.attribution.cue.split()[0]
    if question.predicate.lemma in {"say", "tell", "think", "state", "claim"}:
        return 1.0 if similarity(question.predicate.lemma, cue) else 0.7
    return max(similarity(question.predicate.lemma, _lemma(cue)), similarity(question.predicate.lemma, cue))


_IRREGULAR = {"said": "say", "told": "tell", "thought": "think", "says": "say"}


def _lemma(cue: str) -> str:
    return _IRREGULAR.get(cue.lower(), cue.lower())


def content_span(question: Question, match: Match, claim: Claim) -> Span:
    """A claim's words without quotation marks, and without what hangs on behind a comma."""
    text = match.sentence.facts.article.text
    span = _unquoted(claim.spans[0] if claim.attribution.kind is AttributionKind.DIRECT_QUOTATION else claim.span, text)
    if not match.sentence.span.contains(span):
        return span
    tokens = match.sentence.tokens_in(span)
    heads = [t for t in tokens if t.head not in tokens or t.head == t]
    verb = next((t for t in heads if t.pos_ in {"VERB", "AUX"}), heads[0] if heads else None)
    if verb is None:
        return span
    start = span.start
    if question.text.rstrip(" ?").endswith("to do") and verb.pos_ == "VERB":
        start = match.sentence.place(verb).start
    end = span.end
    for token in tokens:
        previous = match.sentence.tokens.doc[token.i - 1] if token.i > 0 else token
        follows_comma = previous.text == "," and token.lower_ in _AFTERTHOUGHTS
        is_background = token.lower_ in {"after", "following", "despite"} and token.dep_ in {"prep", "mark"}
        if token.i > verb.i + (2 if follows_comma else 6) and (follows_comma or is_background):
            end = match.sentence.place(previous).start if follows_comma else match.sentence.place(previous).end
            break
    return _unquoted(Span(start, end), text)


def _unquoted(span: Span, text: str) -> Span:
    part = span.slice(text)
    closed = part.rstrip(" \n\"”’'»,.;")
    opened = closed.lstrip(" \n\"“‘'«")
    if not opened:
        return span
    start = span.start + len(closed) - len(opened)
    return Span(start, start + len(opened))


def propose_complements(question: Question, matches: Sequence[Match]) -> Iterator[CandidateSpan]:
    """What follows the asked verb in its own sentence, for speech that is no stored claim."""
    for match in (_on_topic(question, m) for m in matches):
        for predicate in match.predicates:
            subjects = [w for w, role, _ in arguments(predicate) if role is Role.SUBJECT]
            asked = {t.i for n, t in match.tokens if question.terms[n].role is Role.SUBJECT}
            is_pronoun = any(s.pos_ == "PRON" for s in subjects)
            if question.terms_of(Role.SUBJECT) and not (asked or is_pronoun):
                continue
            if asked and not any(asked & {t.i for t in [s, *s.children]} for s in subjects):
                continue
            for word, role, _ in arguments(predicate):
                if role is Role.OBJECT and word.dep_ in {"ccomp", "xcomp", "advcl"} and not is_negated(predicate):
                    yield CandidateSpan(match, clause_span(match, word), None, 0.7, 1.0, 1)


def _on_topic(question: Question, match: Match) -> Match:
    """The match as far as it covers what was spoken of, not who spoke."""
    held = [
        (term.weight, share)
        for term, share in zip(question.terms, match.shares, strict=True)
        if term.role not in {Role.SUBJECT, Role.PREDICATE}
    ]
    total = sum(weight for weight, _ in held)
    return replace(match, coverage=sum(w * s for w, s in held) / total) if total else match


# ---------------------------------------------------------------- who said that


def propose_speakers(
    question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]
) -> Iterator[CandidateSpan]:
    """The sources of claims whose words are the asked ones, with the asked stance."""
    topic = tuple(t for t in question.terms if t.role is not Role.PREDICATE)
    verb = question.predicate.lemma if question.predicate is not None else "say"
    for article in facts:
        for claim in article.claims:
            match = match_claim(question, claim, sentences, topic)
            if match is None or claim.attribution.source_span is None:
                continue
            stance = stance_fit(verb, question, claim, match)
            if stance <= 0:
                continue
            span, entity = speaker_of(article, claim.attribution)
            fit = _speaker_type(question, entity, span.slice(article.article.text))
            if fit <= 0 or span.overlaps(claim.span):
                continue
            value = EntityValue(entity) if entity is not None else None
            predicates = (match.sentence.tokens.root,)
            yield CandidateSpan(
                replace(match, predicates=predicates, predicate_credit=1.0), span, value, fit, stance, 1, claim
            )


def stance_fit(verb: str, question: Question, claim: Claim, match: Match) -> float:
    """How far a claim does with its words what ``verb`` asks for: 0 where it says what another verb would."""
    content_verbs = [t for _, t in match.tokens if t.pos_ in {"VERB", "AUX"} and question.terms_of(Role.EMBEDDED)]
    if not content_verbs:
        inside = [
            t
            for t in match.sentence.tokens
            if _within(match.sentence, t, claim) and t.pos_ in {"VERB", "AUX"} and t.dep_ != "aux"
        ]
        content_verbs = inside[:1]
    negated = any(is_negated(token) for token in content_verbs)
    if verb in DENIALS:
        return 1.0 if claim.stance is ClaimStance.DENIED else 0.6 if negated else 0.0
    if claim.stance in {ClaimStance.DENIED, ClaimStance.DECLINED_TO_COMMENT, ClaimStance.NO_INFORMATION}:
        return 0.0
    asked_negated = any(t.lower_ in {"not", "n't", "never"} for t in _words(question))
    if negated is not asked_negated:
        return 0.0
    return 0.6 + 0.4 * min(1.0, cue_fit(question, claim))


def _words(question: Question) -> list[Token]:
    from retrieval.answering.evidence.sentences import parse  # noqa: PLC0415 -- only a negated question needs it

    return list(parse(question.text))


def _speaker_type(question: Question, entity: Entity | None, text: str) -> float:
    fits = TYPE_FITS.get(question.answer_type, {})
    if question.focus is not None and question.focus not in _ANYONE:
        if entity is None:
            return 0.7 if similarity(question.focus, text.rsplit(maxsplit=1)[-1]) else 0.0
        return fits.get(entity.type, 0.0) * fits_focus(question.focus, entity, text)
    if entity is None:
        return 0.8
    return max(fits.get(entity.type, 0.5), 0.8)


def speaker_of(article: ArticleFacts, attribution: Attribution) -> tuple[Span, Entity | None]:
    """Where a source is named: its own words, or for a pronoun the entity's nearest name before it."""
    entity = next((e for e in article.entities if e.id == attribution.source_entity_id), None)
    span = attribution.source_span
    if span is None:
        raise ValueError("an attribution without a span names no one")
    if span.slice(article.article.text).lower() in _PRONOUNS and entity is not None:
        names: list[Mention] = [m for m in article.mentions if m.entity_id == entity.id and m.kind is MentionKind.NAME]
        before = [m for m in names if m.span.end <= span.start]
        if names:
            return (before[-1] if before else names[0]).span, entity
    return span, entity
