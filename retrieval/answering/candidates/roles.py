"""Proposals for "who is the <role> of <name>" and "who is <name>": titles, appositions, copulas, named speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.syntactic_fit import entity_of
from retrieval.answering.evidence.grammar import is_linked, is_negated
from retrieval.answering.evidence.matching import HEADLINE, Match
from retrieval.answering.evidence.sentences import Sentence, words_of
from retrieval.models import (
    ArticleFacts,
    AttributionKind,
    Claim,
    EntityType,
    EntityValue,
    Mention,
    MentionKind,
    Span,
)
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import is_stop_word, similarity

_NAMED_SPEAKER_FIT = 0.8


def propose_holders(question: Question, matches: Sequence[Match]) -> Iterator[CandidateSpan]:
    """Persons that a text gives the asked role."""
    head = _role_head(question)
    if head is None:
        return
    number, role = head
    for match in matches:
        for token in match.tokens_of(number):
            if role.role is Role.PREDICATE:
                continue
            held = _held(question, match, token)
            if held < HEADLINE:
                continue
            for mention in _holders(match, token):
                entity = entity_of(match, mention)
                if entity is not None and not any(entity.id in t.entities for t in question.terms):
                    yield CandidateSpan(match, mention.span, EntityValue(entity), held, 1.0, 1)
            yield from _named_by_quotation(match, token, held)


def _role_head(question: Question) -> tuple[int, Term] | None:
    """The role noun: of the nouns in the question the one that nothing but the question's verb governs."""
    nouns = [
        (n, t)
        for n, t in enumerate(question.terms)
        if t.is_head and not t.is_name and t.role in {Role.SUBJECT, Role.OBJECT}
    ]
    if not nouns:
        nouns = [(n, t) for n, t in enumerate(question.terms) if t.is_head and not t.is_name]
    roles = [(n, t) for n, t in nouns if t.role is not Role.PREDICATE]
    own = _syntactic_head(question)
    return next(((n, t) for n, t in roles if t.lemma == own), roles[0] if roles else None)


def _syntactic_head(question: Question) -> str | None:
    from retrieval.answering.evidence.sentences import parse  # noqa: PLC0415 -- kept beside its only use

    for token in parse(question.text):
        if token.dep_ in {"nsubj", "attr"} and token.pos_ in {"NOUN", "PROPN"}:
            return str(token.lemma_.lower())
    return None


def _held(question: Question, match: Match, token: Token) -> float:
    """The share of the other terms that stand in the role's own noun phrase (half credit: elsewhere near it)."""
    phrase = {t.i for t in token.subtree}
    if token.dep_ in {"compound", "nmod", "amod", "appos"}:
        phrase |= {t.i for t in (token.head, *token.head.children)}
    total = got = 0.0
    for number, term in enumerate(question.terms):
        total += term.weight
        if any(t.i in phrase for t in match.tokens_of(number)):
            got += term.weight
        elif match.shares[number] >= HEADLINE:
            got += 0.5 * term.weight
        elif term.is_name:
            return 0.0
    return got / total if total else 0.0


def _holders(match: Match, role: Token) -> Iterator[Mention]:
    for mention in match.sentence.mentions:
        entity = entity_of(match, mention)
        head = match.sentence.head_of(mention.span)
        if entity is None or head is None or entity.type is not EntityType.PERSON or mention.kind is not MentionKind.NAME:
            continue
        if role in match.sentence.tokens_in(mention.span):
            continue
        if is_linked(role, head):
            yield mention


def _named_by_quotation(match: Match, role: Token, held: float) -> Iterator[CandidateSpan]:
    """A speaker told of by role whom the next words quote by name: "a spokesman said ...". "...," said Ann Smith."

    News introduces a source so; taken only where the quotation is the next block's, its speaker was not named before, and
    the two speak of the same thing.
    """
    facts, sentence = match.sentence.facts, match.sentence
    phrase = Span(
        sentence.place(min(role.subtree, key=lambda t: t.i)).start, sentence.place(max(role.subtree, key=lambda t: t.i)).end
    )
    told = next(
        (c for c in facts.claims if c.attribution.source_span is not None and phrase.overlaps(c.attribution.source_span)),
        None,
    )
    if (
        told is None
        or role.dep_ != "nsubj"
        or any(m.span.overlaps(phrase) and _is_person(match, m) for m in sentence.mentions)
    ):
        return
    for claim in facts.claims:
        if claim.span.start < sentence.span.end or claim.attribution.kind is not AttributionKind.DIRECT_QUOTATION:
            continue
        source = claim.attribution.source_span
        if source is None or facts.article.text.count("\n", sentence.span.end, claim.span.start) > 2:
            return
        mention = next((m for m in facts.mentions if source.contains(m.span) and m.kind is MentionKind.NAME), None)
        entity = entity_of(match, mention) if mention is not None else None
        if mention is None or entity is None or entity.type is not EntityType.PERSON:
            return
        is_new = not any(m.entity_id == entity.id and m.span.start < sentence.span.start for m in facts.mentions)
        if is_new and _shares_words(facts, told, claim):
            yield CandidateSpan(match, mention.span, EntityValue(entity), held * _NAMED_SPEAKER_FIT, 1.0, 1, claim)
        return


def _shares_words(facts: ArticleFacts, first: Claim, second: Claim) -> bool:
    one = [w for w in words_of(first.span.slice(facts.article.text)) if not is_stop_word(w)]
    two = [w for w in words_of(second.span.slice(facts.article.text)) if not is_stop_word(w)]
    return any(similarity(a, b) >= 0.9 for a in one for b in two)


def _is_person(match: Match, mention: Mention) -> bool:
    entity = entity_of(match, mention)
    return entity is not None and entity.type is EntityType.PERSON


# ---------------------------------------------------------------- who is X


def propose_definitions(question: Question, matches: Sequence[Match]) -> Iterator[CandidateSpan]:
    """What a text calls the name: the title before it, the apposition beside it, the noun after "is"."""
    for match in matches:
        asked = {e for term in question.terms for e in term.entities}
        heads = [match.sentence.head_of(m.span) for m in match.sentence.mentions if m.entity_id in asked]
        if not asked:
            heads = [t for _, t in match.tokens]
        for name in {h for h in heads if h is not None}:
            yield from _descriptions(match, match.sentence, name)


def _descriptions(match: Match, sentence: Sentence, name: Token) -> Iterator[CandidateSpan]:
    for token in sentence.tokens:
        if token.dep_ == "attr" and token.head.dep_ == "relcl" and token.head.head == name:
            words = _contiguous(list(token.subtree), token)
            yield CandidateSpan(
                match, Span(sentence.place(words[0]).start, sentence.place(words[-1]).end), None, 0.9, 1.0, 1
            )
        if token.pos_ not in {"NOUN", "PROPN", "ADJ"} or token == name or not is_linked(token, name):
            continue
        if token.head == name.head and is_negated(token.head):
            continue  # "has never been a minister"
        if token.pos_ == "ADJ" and not any(t.dep_ == "det" for t in name.children):
            continue
        span, fit = _description(sentence, token, name)
        if span is not None and not any(m.span.contains(span) and _is_person(match, m) for m in sentence.mentions):
            yield CandidateSpan(match, span, None, fit, 1.0, 1)


def _description(sentence: Sentence, role: Token, name: Token) -> tuple[Span | None, float]:
    own = {name.i} | {t.i for t in name.subtree if t.dep_ in {"compound", "flat"} and t.pos_ == "PROPN" and t.i > role.i}
    if role.head == name and role.dep_ in {"compound", "nmod", "amod"}:
        before = [t for t in name.subtree if t.i <= role.i and t.dep_ not in {"punct", "cc"}]
        is_own = any(
            m.span.contains(sentence.place(t))
            for m in sentence.mentions
            for t in [role]
            if sentence.place(name).overlaps(m.span)
        )
        if role.pos_ not in {"NOUN", "ADJ", "PROPN"} or not before or (is_own and role.pos_ == "PROPN"):
            return None, 0.0
        last = max((t for t in role.subtree if t.i < name.i), key=lambda t: t.i, default=role)
        return Span(sentence.place(before[0]).start, sentence.place(last).end), 0.8
    words = [t for t in role.subtree if t.i not in own and not (role.i > name.i and t.i < name.i)]
    words = _contiguous(words, role)
    if not words:
        return None, 0.0
    return Span(sentence.place(words[0]).start, sentence.place(words[-1]).end), 1.0 if role.dep_ in {
        "appos",
        "attr",
    } else 0.6


def _contiguous(words: list[Token], role: Token) -> list[Token]:
    kept = [role]
    for token in sorted((t for t in words if t.i < role.i), key=lambda t: -t.i):
        if token.i != kept[0].i - 1:
            break
        kept.insert(0, token)
    for token in sorted((t for t in words if t.i > role.i), key=lambda t: t.i):
        if token.i != kept[-1].i + 1 or token.text == ",":
            break
        kept.append(token)
    while kept and (kept[0].is_punct or kept[-1].is_punct):
        kept = kept[1:] if kept[0].is_punct else kept[:-1]
    return kept
