"""Yes or no: who holds the asked proposition true, who denies it, and who will not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from spacy.tokens import Token

from retrieval.answering.candidates.speech import DENIALS, content_span, cue_fit, match_claim, source_fit, stance_fit
from retrieval.answering.evidence.grammar import arguments, is_future, is_negated
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sentences import Sentence, words_of
from retrieval.answering.reconciliation.agreement import Statement
from retrieval.models import ArticleFacts, Attribution, AttributionKind, BlockKind, Claim, ClaimStance, Span
from retrieval.questions.question import Question, Role
from retrieval.text.words import is_stop_word, word_set

MINIMUM_COVERAGE = 0.6
SILENT_COVERAGE = 0.5
SOURCE_FIT = 0.6
_SAME_ACT = 0.8
_TELLING = DENIALS | word_set("say claim state confirm acknowledge admit allege assert announce declare report insist")
# What one source does to another with words; not every claim does it.
_ASKING = word_set("urge ask demand request order call warn promise vow pledge threaten recommend propose accuse")
_ANYONE = word_set("anyone anybody someone somebody source report")
_POSSESSIVES = frozenset({"our", "my", "their", "its", "his", "her"})
_MODALS = word_set("would could may might should must can")
_CONDITIONS = word_set("if whether unless until once when")
_SILENT = frozenset({ClaimStance.DECLINED_TO_COMMENT, ClaimStance.NO_INFORMATION})
_COMMENT_WORDS = word_set("comment respond reply discuss elaborate say statement request questions details further")


class Side(StrEnum):
    """Where a voice stands on the proposition."""

    FOR = "FOR"
    AGAINST = "AGAINST"
    NO_INFORMATION = "NO_INFORMATION"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, eq=False)
class SourceStance:
    """One place that speaks to the proposition. ``claim`` is None for the narrator; ``span`` holds the words.

    ``is_told`` where the question is whether someone said so, and this is that someone.
    """

    side: Side
    match: Match
    span: Span
    claim: Claim | None
    is_told: bool = False

    @property
    def weight(self) -> float:
        """How well it speaks to the proposition: its coverage, less for a headline and for what is yet to come."""
        sentence = self.match.sentence
        is_body = any(b.kind is BlockKind.BODY and b.span.contains(sentence.span) for b in sentence.facts.blocks)
        is_later = any(is_future(p) for p in self.match.predicates)
        is_quoted = self.claim is not None and self.claim.attribution.kind is AttributionKind.DIRECT_QUOTATION
        return self.match.coverage - 0.15 * (not is_body) - 0.15 * is_later + 0.1 * is_quoted

    @property
    def statement(self) -> Statement:
        """The words as someone's."""
        return Statement(self.match.sentence.facts, self.span, self.claim)

    @property
    def text(self) -> str:
        """The words of the span."""
        return self.span.slice(self.match.sentence.facts.article.text)


def collect_stances(question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]) -> list[SourceStance]:
    """Everyone in the articles who speaks to the proposition, best covered first."""
    if _asks_who_said(question):
        return _tellers(question, sentences, facts)
    source_stances: list[SourceStance] = []
    for article in facts:
        heard = [v for claim in article.claims if (v := _claim_voice(question, claim, sentences)) is not None]
        heard.extend(_narrator(question, [s for s in sentences if s.facts.article.id == article.article.id], article))
        source_stances.extend(heard)
        source_stances.extend(_silent(article, heard, sentences, question))
    return sorted(source_stances, key=lambda v: -v.weight)


def _asks_who_said(question: Question) -> bool:
    """Whether it asks if someone said, denied or confirmed that something is so."""
    verb = question.predicate
    return verb is not None and verb.lemma in _TELLING | _ASKING and any(t.role is Role.EMBEDDED for t in question.terms)


def _tellers(question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]) -> list[SourceStance]:
    """Claims by the asked source of the asked words: who said so once has said so, whatever else they said."""
    verb = question.predicate.lemma if question.predicate is not None else ""
    opposite = "say" if verb in DENIALS else "deny"
    speaker = tuple(t for t in question.terms_of(Role.SUBJECT) if t.lemma not in _ANYONE)
    topic = question.terms_of(Role.EMBEDDED)
    source_stances: list[SourceStance] = []
    for claim in (claim for article in facts for claim in article.claims):
        fit = max(source_fit(speaker, said) for said in _chain(claim.attribution))
        match = match_claim(question, claim, sentences, topic) if fit >= SOURCE_FIT else None
        if match is None or match.missing_names or match.coverage < MINIMUM_COVERAGE:
            continue
        if verb in _ASKING and cue_fit(question, claim) < _SAME_ACT:
            continue
        does = stance_fit(verb, question, claim, match) > 0
        if does or stance_fit(opposite, question, claim, match) > 0:
            side = Side.FOR if does is not question.is_negated else Side.AGAINST
            source_stances.append(SourceStance(side, match, content_span(question, match, claim), claim, is_told=True))
    told = Side.AGAINST if question.is_negated else Side.FOR
    return sorted([v for v in source_stances if v.side is told] or source_stances, key=lambda v: -v.weight)


def _chain(attribution: Attribution) -> Iterator[Attribution]:
    yield attribution
    if attribution.via is not None:
        yield from _chain(attribution.via)


def _claim_voice(question: Question, claim: Claim, sentences: Sequence[Sentence]) -> SourceStance | None:
    if claim.stance in {ClaimStance.REQUESTED, ClaimStance.DECLINED_TO_COMMENT}:
        return None
    match = match_claim(question, claim, sentences, question.terms)
    if match is None or match.missing_names:
        return None
    span = content_span(question, match, claim)
    if claim.stance is ClaimStance.NO_INFORMATION and match.coverage >= SILENT_COVERAGE:
        return SourceStance(Side.NO_INFORMATION, match, claim.span, claim) if _predicates(question, match) else None
    if match.coverage < MINIMUM_COVERAGE:
        return None
    predicates = [p for p in _predicates(question, match) if not _is_of_another(question, match, p)]
    verdicts = {v for p in predicates if (v := _verdict(question, p, claim.stance)) is not None}
    if len(verdicts) != 1 or _has_nearer_claim(claim, match, sentences):
        return None
    return SourceStance(Side.FOR if verdicts.pop() else Side.AGAINST, match, span, claim)


def _predicates(question: Question, match: Match) -> list[Token]:
    if match.predicates:
        return list(match.predicates)
    if question.predicate is not None:
        return []
    terms = list(enumerate(question.terms))
    heads = [n for n, t in terms if t.is_head and t.role is not Role.SUBJECT] or [n for n, t in terms if t.is_head]
    if not heads:
        return []
    return [
        t.head if t.head.lemma_ == "be" else t
        for t in match.tokens_of(heads[-1])
        if t.dep_ in {"attr", "acomp"} or t.head.lemma_ == "be"
    ]


def _is_of_another(question: Question, match: Match, predicate: Token) -> bool:
    """True when someone else does it: the predicate has a subject, and the asked one is no argument of it.

    "We" and "our forces" speak for whoever is asked about.
    """
    asked = {n for n, t in enumerate(question.terms) if t.role is Role.SUBJECT and t.is_head}
    if not asked or question.predicate is None:
        return False
    held = arguments(predicate)
    subjects = [word for word, role, _ in held if role is Role.SUBJECT and word.pos_ != "PRON"]
    is_named = any(question.terms[n].is_name for n in asked)
    is_ours = any(c.lower_ in _POSSESSIVES for s in subjects for c in s.children)
    if not subjects or (is_ours and not is_named):
        return False
    own = {token.i for n, token in match.tokens if n in asked}
    return not any(own & {t.i for t in word.subtree} for word, _, _ in held)


def _verdict(question: Question, predicate: Token, stance: ClaimStance | None) -> bool | None:
    """True when the words hold the question's proposition true; None when they leave it open."""
    is_told = _is_finite(predicate) or (question.is_future and is_future(predicate))
    if predicate.pos_ not in {"VERB", "AUX"} or not is_told:
        return None
    children = {c.lower_ for c in predicate.children}
    is_open = bool(children & _MODALS) or bool(children & _CONDITIONS)
    is_denied = stance is ClaimStance.DENIED
    if is_open and not (is_denied or (question.is_future and not children & _CONDITIONS)):
        return None
    if is_future(predicate) and not question.is_future and not is_denied:
        return None
    if stance is None and question.is_present and not children & {"is", "are"} and predicate.tag_ not in {"VBZ", "VBP"}:
        return None  # what was so need not be so now
    holds = not is_negated(predicate)
    return holds ^ is_denied ^ question.is_negated


def _is_finite(predicate: Token) -> bool:
    if predicate.tag_ in {"VBD", "VBZ", "VBP"}:
        return True
    has_auxiliary = any(c.dep_ in {"aux", "auxpass"} and c.lower_ != "to" for c in predicate.children)
    if has_auxiliary:
        return True
    if predicate.dep_ == "conj" and predicate.head != predicate:
        return _is_finite(predicate.head)
    return predicate.dep_ in {"relcl", "acl"} and predicate.tag_ == "VBN"


def _has_nearer_claim(claim: Claim, match: Match, sentences: Sequence[Sentence]) -> bool:
    """True when another claim inside this one holds the predicate: then that one's voice counts, not the outer's."""
    facts = match.sentence.facts
    places = [match.sentence.place(p) for p in match.predicates]
    inner = [c for c in facts.claims if c.id != claim.id and claim.span.contains(c.span) and c.span != claim.span]
    return any(c.span.contains(p) for c in inner for p in places) and bool(sentences)


def _narrator(question: Question, sentences: Sequence[Sentence], facts: ArticleFacts) -> Iterator[SourceStance]:
    for sentence in sentences:
        match = match_sentence(question, sentence)
        if match.coverage < max(MINIMUM_COVERAGE, 0.7) or match.missing_names:
            continue
        for predicate in _predicates(question, match):
            place = sentence.place(predicate)
            if any(_near(claim, place) for claim in facts.claims):
                continue
            verdict = None if _is_of_another(question, match, predicate) else _verdict(question, predicate, None)
            if verdict is not None:
                yield SourceStance(Side.FOR if verdict else Side.AGAINST, match, sentence.span, None)
                break


def _near(claim: Claim, place: Span) -> bool:
    cue = claim.attribution.cue_span
    return any(span.contains(place) for span in claim.spans) or (cue is not None and cue.overlaps(place))


def _silent(
    facts: ArticleFacts, heard: Sequence[SourceStance], sentences: Sequence[Sentence], question: Question
) -> Iterator[SourceStance]:
    """Those who decline to comment right after the matter was spoken of, and say on nothing else."""
    if not heard:
        return
    ends = [
        source_stance.claim.span.end if source_stance.claim is not None else source_stance.span.end
        for source_stance in heard
    ]
    taken = {source_stance.claim.id for source_stance in heard if source_stance.claim is not None}
    for claim in facts.claims:
        if claim.stance not in _SILENT or claim.id in taken:
            continue
        words = {w.lower() for w in words_of(claim.span.slice(facts.article.text)) if not is_stop_word(w)}
        distance = min(
            (facts.article.text.count("\n\n", end, claim.span.start) for end in ends if end <= claim.span.start), default=9
        )
        if words - _COMMENT_WORDS or distance > 2:
            continue
        match = match_claim(question, claim, sentences, question.terms)
        if match is not None:
            side = Side.DECLINED if claim.stance is ClaimStance.DECLINED_TO_COMMENT else Side.NO_INFORMATION
            yield SourceStance(side, match, claim.span, claim)
