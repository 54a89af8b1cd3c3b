"""Proposals for "who is the <role> of <name>" and "who is <name>": titles, appositions, copulas, named speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.syntactic_fit import entity_of
from retrieval.answering.evidence.grammar import is_linked, is_negated
from retrieval.answering.evidence.matching import HEADLINE, Match
from retrieval.answering.evidence.phrases import is_asked_office, modifiers_of, names_another
from retrieval.answering.evidence.sentences import Sentence, factual_blocks, words_of
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
# Of a holder's fit: the office is said to be of a place, and the question asks for one without.
_QUALIFIED = 0.8
_LONGEST_OFFICE = 12


def propose_holders(question: Question, matches: Sequence[Match]) -> Iterator[CandidateSpan]:
    """Persons that a text gives the asked role."""
    head = role_head(question)
    if head is None:
        return
    number, role = head
    for match in matches:
        for token in match.tokens_of(number):
            if role.role is Role.PREDICATE or not _is_asked_role(question, role, token, match):
                continue
            held = _held(question, match, token)
            if held < HEADLINE:
                continue
            for mention in _holders(match, token):
                entity = entity_of(match, mention)
                if entity is not None and not any(entity.id in t.entities for t in question.terms):
                    wording = _worded_office(question, match, token, mention.span)
                    fit = held if wording is None else held * _QUALIFIED
                    yield CandidateSpan(match, mention.span, EntityValue(entity), fit, 1.0, 1, wording=wording)
            yield from _named_by_quotation(match, token, held)


def _worded_office(question: Question, match: Match, token: Token, name: Span) -> str | None:
    """The name with the office that a text gives it, where the question names no place and the text does.

    "German Chancellor Gerd Stahl" for "who is the chancellor": that tells him from others who hold such an office.
    """
    if any(term.is_name for term in question.terms):
        return None
    places = [match.sentence.place(t) for t in modifiers_of(token) if t.pos_ == "PROPN" or t.text[:1].isupper()]
    places = [place for place in places if not name.overlaps(place)]
    of_office = match.sentence.place(token)
    named = [p for p in places if _names_place(match, p)]
    if not named:
        return None
    start, end = min(name.start, of_office.start, *(p.start for p in named)), max(name.end, *(p.end for p in named))
    text = Span(start, end).slice(match.sentence.facts.article.text)
    return text if len(text.split()) <= _LONGEST_OFFICE else None


def _names_place(match: Match, place: Span) -> bool:
    named = [entity_of(match, m) for m in match.sentence.mentions if m.span.overlaps(place)]
    return any(e is not None and e.type is not EntityType.PERSON for e in named)


def _is_asked_role(question: Question, role: Term, token: Token, match: Match) -> bool:
    """Whether a title or description is the asked one: the same office, of the same country, town or body.

    An office without a place is of the asked place where nothing around it speaks of another.
    """
    if not is_asked_office(question, role, token) or names_another(question, role, token, match):
        return False
    places = [(n, t) for n, t in enumerate(question.terms) if t.is_name and t.role is not Role.PREDICATE]
    return all(bool(match.tokens_of(n)) or _is_only_place(match, t) for n, t in places)


def _is_only_place(match: Match, asked: Term) -> bool:
    """Whether the sentence's block and those beside it name no other country, town or body than the asked one."""
    facts = match.sentence.facts
    blocks = factual_blocks(facts.blocks)
    near = blocks[max(0, match.sentence.block - 1) : match.sentence.block + 2]
    others = {e.id for e in facts.entities if e.type is not EntityType.PERSON} - asked.entities
    return not any(m.entity_id in others and block.span.contains(m.span) for m in facts.mentions for block in near)


def is_misread_holder(question: Question, proposal: CandidateSpan) -> bool:
    """Whether whom the reader takes for the holder has by the text another office, or that of another place, or no name."""
    head = role_head(question)
    match = proposal.match
    if not any(token.pos_ == "PROPN" for token in match.sentence.tokens_in(proposal.span)):
        return True
    if head is None:
        return False
    name = match.sentence.head_of(proposal.span)
    linked = [t for t in match.tokens_of(head[0]) if name is not None and is_linked(t, name)]
    return bool(linked) and not any(_is_asked_role(question, head[1], token, match) for token in linked)


def role_head(question: Question) -> tuple[int, Term] | None:
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
            described = _resolved(match, span)
            if described is not None:
                yield CandidateSpan(match, described[0], None, fit, 1.0, 1, wording=described[1])


_OWNERS = {"his": True, "her": True, "its": False}


def _resolved(match: Match, span: Span) -> tuple[Span, str | None] | None:
    """A description that does not hang on a pronoun: of "her deputy" the deputy, with whose it is; None where that is open.

    "Her" is of the person named last before it, "its" of what is named last that is no person.
    """
    facts = match.sentence.facts
    words = span.slice(facts.article.text).split(maxsplit=1)
    first = words[0].lower()
    if first in {"their", "our", "my", "your"}:
        return None
    if first not in _OWNERS or len(words) < 2:
        return span, None
    people = {e.id: e.name for e in facts.entities if (e.type is EntityType.PERSON) is _OWNERS[first]}
    before = [
        m
        for m in facts.mentions
        if m.entity_id in people and m.span.end <= span.start and m.kind is not MentionKind.PRONOUN
    ]
    if not before:
        return None
    owner = people[max(before, key=lambda m: m.span.start).entity_id]
    rest = Span(span.end - len(words[1]), span.end)
    return rest, f"{owner}'s {rest.slice(facts.article.text)}"


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
