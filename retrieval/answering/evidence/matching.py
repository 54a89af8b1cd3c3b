"""How well a sentence covers what a question rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from spacy.tokens import Token

from retrieval.answering.evidence.grammar import arguments, relation
from retrieval.answering.evidence.sentences import Sentence, bag_of, factual_blocks, words_of
from retrieval.extraction.temporal.times import parse_time_expressions
from retrieval.models import ArticleFacts, BlockKind, Span, TimeRef
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import is_stop_word, similarity

# What a word is worth that stands not in the sentence but near it. Set by hand on the development questions.
SAME_BLOCK, NEXT_TO, HEADLINE, ELSEWHERE = 0.6, 0.5, 0.45, 0.25
NAME_PENALTY = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A sentence beside a question.

    ``shares`` runs parallel to the question's terms (0 to 1, less than `SAME_BLOCK` when only the surroundings have it);
    ``tokens`` are those of the sentence that stand for a term; ``coverage`` is the weighted mean of the shares.
    ``agreement`` (-1 to 1) says whether the predicate's arguments are the question's, ``predicate_credit`` how near
    the predicate itself is to the asked one; ``is_displaced`` says that another stands where the question has one whom
    the sentence does not name.
    """

    sentence: Sentence
    shares: tuple[float, ...]
    tokens: tuple[tuple[int, Token], ...]
    coverage: float
    predicates: tuple[Token, ...]
    date_credit: float | None
    missing_names: int
    agreement: float = 0.0
    predicate_credit: float = 0.0
    is_displaced: bool = False

    def tokens_of(self, number: int) -> list[Token]:
        """The tokens that stand for term ``number``."""
        return [token for n, token in self.tokens if n == number]


def match_sentence(question: Question, sentence: Sentence, terms: Sequence[Term] | None = None) -> Match:
    """Compare a sentence, and what stands around it, with the terms of a question (or with ``terms``)."""
    asked = tuple(question.terms if terms is None else terms)
    shares: list[float] = []
    tokens: list[tuple[int, Token]] = []
    missing = 0
    words = list(_iter_words(sentence))
    for number, term in enumerate(asked):
        credit, found = _in_sentence(term, sentence, words)
        if credit < SAME_BLOCK:
            credit = max(credit, _around(term, sentence))
        tokens.extend((number, token) for token in found)
        shares.append(credit)
        missing += term.is_name and credit == 0
    weights = sum(term.weight for term in asked)
    coverage = sum(t.weight * c for t, c in zip(asked, shares, strict=True)) / weights if weights else 0.0
    predicates = [token for n, token in tokens if asked[n].role is Role.PREDICATE]
    return Match(
        sentence=sentence,
        shares=tuple(shares),
        tokens=tuple(tokens),
        coverage=coverage,
        predicates=tuple(predicates),
        date_credit=_date_credit(question, sentence),
        missing_names=missing,
        agreement=max((_agreement(asked, tokens, p) for p in predicates), default=0.0),
        predicate_credit=max((c for t, c in zip(asked, shares, strict=True) if t.role is Role.PREDICATE), default=0.0)
        if predicates
        else 0.0,
        is_displaced=bool(predicates) and all(_is_displaced(asked, tokens, p) for p in predicates),
    )


def _is_displaced(terms: Sequence[Term], tokens: Sequence[tuple[int, Token]], predicate: Token) -> bool:
    """Whether someone or something else, no pronoun and nothing told of before, has the part of an asked one."""
    held = {number for number, _ in tokens}
    asked = {token.i for _, token in tokens}
    for number, term in enumerate(terms):
        if term.role not in {Role.SUBJECT, Role.OBJECT} or not term.is_head or number in held:
            continue
        if any(
            role is term.role and word.i not in asked and _is_other(word, term) for word, role, _ in arguments(predicate)
        ):
            return True
    return False


def _is_other(word: Token, term: Term) -> bool:
    if word.pos_ not in {"NOUN", "PROPN"} or word.text in term.text.split():
        return False
    is_told = any(c.lower_ in {"the", "this", "that", "these", "those"} or c.dep_ == "poss" for c in word.children)
    return word.pos_ == "PROPN" or not is_told


def _agreement(terms: Sequence[Term], tokens: Sequence[tuple[int, Token]], predicate: Token) -> float:
    """The mean over the asked arguments: 1 where it is the predicate's too, -1 where another stands there."""
    filled = {role for word, role, _ in arguments(predicate) if word.pos_ != "PRON"}
    marks = []
    for number, term in enumerate(terms):
        if term.role not in {Role.SUBJECT, Role.OBJECT, Role.OTHER} or not term.is_head:
            continue
        roles = {relation(token, predicate).role for n, token in tokens if n == number}
        if term.role is Role.OTHER:
            marks.append(float(Role.OTHER in roles))
            continue
        if term.role in roles:
            marks.append(1.0)
        elif term.role in filled:
            marks.append(-0.5 if Role.EMBEDDED in roles or Role.OTHER in roles else -1.0)
        else:
            marks.append(0.0)
    return sum(marks) / len(marks) if marks else 0.0


def _iter_words(sentence: Sentence) -> Iterator[tuple[Token, str]]:
    """The tokens that carry a topic, each as the article writes it."""
    text = sentence.facts.article.text
    for token in sentence.tokens:
        start = sentence.offset + token.idx
        written = text[start : start + len(token)]
        if written[:1].isalnum() and not is_stop_word(written):
            yield token, written


def _in_sentence(term: Term, sentence: Sentence, written: Sequence[tuple[Token, str]]) -> tuple[float, list[Token]]:
    if term.entities:
        spans = [m.span for m in sentence.mentions if m.entity_id in term.entities]
        if spans:
            return 1.0, [t for span in spans for t in sentence.tokens_in(span)]
    if " " in term.text:
        words = [w for w in words_of(term.text) if not is_stop_word(w)]
        same = [(w, t) for w in words for t, word in written if _word_credit(w, w, t, word) == 1]
        found = [token for _, token in same]
        has_last = any(word == words[-1] for word, _ in same)
        share = len({t.lemma_.lower() for t in found}) / len(words) if words else 0.0
        return (max(0.8, share) if has_last else 0.5 * share), found
    credited = [(_word_credit(term.lemma, term.text, token, word), token) for token, word in written]
    best = max((credit for credit, _ in credited), default=0.0)
    return best, [token for credit, token in credited if credit > 0 and credit >= min(best, 0.9)]


def _word_credit(lemma: str, text: str, token: Token, written: str) -> float:
    if text.isupper() and len(text) <= 3:
        return float(written == text)
    return max(similarity(lemma, token.lemma_), similarity(text, written))


def _around(term: Term, sentence: Sentence) -> float:
    """The best credit of the blocks next to the sentence's, the headline, or the article at large (names only)."""
    facts = sentence.facts
    best = 0.0
    text = facts.article.text
    names = [m.span for m in facts.mentions if m.entity_id in term.entities] if term.entities else []
    for number, block in enumerate(factual_blocks(facts.blocks)):
        worth = _worth(number, sentence.block, block.kind)
        if worth <= best or (worth == ELSEWHERE and not term.is_name):
            continue
        best = max(best, worth * _in_stretch(term, block.span, names, text))
    return best


def _worth(number: int, own: int, kind: BlockKind) -> float:
    if number == own:
        return SAME_BLOCK
    if abs(number - own) == 1:
        return NEXT_TO
    return HEADLINE if kind in {BlockKind.TITLE, BlockKind.STANDFIRST} else ELSEWHERE


def _in_stretch(term: Term, span: Span, names: Sequence[Span], text: str) -> float:
    if any(span.contains(name) for name in names):
        return 1.0
    if " " in term.text:
        return float(term.text.lower() in span.slice(text).lower())
    bag = bag_of(span.slice(text))
    if term.text.isupper() and len(term.text) <= 3:
        return float(term.text in bag.words)
    return max(bag.similarity(term.lemma), bag.similarity(term.text))


Range = tuple[datetime | None, datetime | None]


def asked_ranges(question: Question, facts: ArticleFacts) -> list[Range]:
    """The question's dates as a reader of this article would take them: "on Monday" is the one before it appeared."""
    anchor = facts.article.published.at
    asked = [t for text in question.dates for t in parse_time_expressions(text, anchor=anchor)]
    return [(t.start, t.end) for t in asked if t.start or t.end]


def _date_credit(question: Question, sentence: Sentence) -> float | None:
    """1 when a date of the question meets one of the sentence, .6 of its block, 0 when they differ; None without a date."""
    if not question.dates:
        return None
    facts = sentence.facts
    ranges = asked_ranges(question, facts)
    if not ranges:
        return None
    if any(meets(time, ranges) for time in sentence.times):
        return 1.0
    blocks = factual_blocks(facts.blocks)
    near = [blocks[i].span for i in range(max(0, sentence.block - 1), sentence.block + 1)]
    nearby = [t for t in facts.times if t.span is not None and any(span.contains(t.span) for span in near)]
    if any(meets(time, ranges) for time in nearby):
        return 0.6
    published = facts.article.published.at
    if (
        not sentence.times
        and published is not None
        and any((s or published) <= published <= (e or published) for s, e in ranges)
    ):
        return 0.4
    return 0.0


def meets(time: TimeRef, ranges: Sequence[Range]) -> bool:
    """True when a time overlaps one of the ranges."""
    if time.start is None and time.end is None:
        return False
    for start, end in ranges:
        begins_after = start is not None and time.end is not None and time.end < start
        ends_before = end is not None and time.start is not None and time.start > end
        if not begins_after and not ends_before:
            return True
    return False
