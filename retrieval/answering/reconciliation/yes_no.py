"""Yes or no: who holds the asked proposition true, who denies it, and who will not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from spacy.tokens import Token

from retrieval.answering.candidates.correspondence import Correspondence, correspond
from retrieval.answering.candidates.speakers import source_fit
from retrieval.answering.candidates.speech import DENIALS, content_span, cue_fit, match_claim, stance_fit
from retrieval.answering.evidence.acts import Act, read_act
from retrieval.answering.evidence.grammar import is_future
from retrieval.answering.evidence.matching import Match, match_sentence
from retrieval.answering.evidence.sentences import Sentence, words_of
from retrieval.answering.reconciliation.agreement import Statement
from retrieval.models import ArticleFacts, Attribution, AttributionKind, BlockKind, Claim, ClaimStance, EventStatus, Span
from retrieval.questions.question import Question, Role, Term
from retrieval.text.words import is_stop_word, opposites_of, similarity, word_set

MINIMUM_COVERAGE = 0.6
SILENT_COVERAGE = 0.5
SOURCE_FIT = 0.6
_NARRATED_COVERAGE = 0.7
_SAME_ACT = 0.8
_TELLING = DENIALS | word_set("say claim state confirm acknowledge admit allege assert announce declare report insist")
# What one source does to another with words; not every claim does it.
_ASKING = word_set("urge ask demand request order call warn promise vow pledge threaten recommend propose accuse")
_ANYONE = word_set("anyone anybody someone somebody source report")
_FAVOURING = word_set("support back favour favor endorse want")
_OPPOSING = word_set("oppose reject resist")
_ENDING = word_set("drop stop halt scrap cancel abandon end withdraw reject block shelve ditch abolish repeal axe suspend")
_LASTING = word_set("continue keep remain stay go carry still")
# What a speaker does with words that are no report of what took place.
_OPEN_STANCES = {
    ClaimStance.REQUESTED: EventStatus.REQUESTED,
    ClaimStance.PROMISED: EventStatus.PLANNED,
    ClaimStance.BELIEVED: EventStatus.HYPOTHETICAL,
}
_SILENT = frozenset({ClaimStance.DECLINED_TO_COMMENT, ClaimStance.NO_INFORMATION})
_COMMENT_WORDS = word_set("comment respond reply discuss elaborate say statement request questions details further")


class Side(StrEnum):
    """Where a voice stands on the proposition; OPEN where the act is demanded, planned, feared or possible."""

    FOR = "FOR"
    AGAINST = "AGAINST"
    OPEN = "OPEN"
    NO_INFORMATION = "NO_INFORMATION"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, eq=False)
class SourceStance:
    """One place that speaks to the proposition. ``claim`` is None for the narrator; ``span`` holds the words.

    ``is_told`` where the question is whether someone said so, and this is that someone; ``status`` is how the words vouch
    for the asked act.
    """

    side: Side
    match: Match
    span: Span
    claim: Claim | None
    is_told: bool = False
    status: EventStatus | None = None

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
    source_stances = [
        replace(source_stance, side=_OTHER_SIDE[source_stance.side])
        for other, is_complement in _inverted(question, sentences)
        for source_stance in _heard(other, sentences, facts)
        if source_stance.side is Side.FOR or (is_complement and source_stance.side is Side.AGAINST)
    ]
    return sorted([*_heard(question, sentences, facts), *source_stances], key=lambda v: -v.weight)


_OTHER_SIDE = {Side.FOR: Side.AGAINST, Side.AGAINST: Side.FOR}


def _inverted(question: Question, sentences: Sequence[Sentence]) -> Iterator[tuple[Question, bool]]:
    """The question with a word that denies its own in the place of it, for each such word that the sentences have.

    With True where one or the other holds: who says that it has not collapsed says that it holds.
    """
    told = _telling(question)
    if told is None:
        return
    for word, is_complement in sorted(opposites_of(told.lemma)):
        if not any(similarity(word, token.lemma_) == 1 for sentence in sentences for token in sentence.tokens):
            continue
        term = replace(told, text=word, lemma=word)
        yield (
            replace(
                question,
                terms=tuple(term if t is told else t for t in question.terms),
                predicate=term if question.predicate is not None else None,
            ),
            is_complement,
        )


def _telling(question: Question) -> Term | None:
    """The word by which the question says something of its subject: its verb, or what the subject is."""
    if question.predicate is not None:
        return next((t for t in question.terms if t.role is Role.PREDICATE), None)
    said = [t for t in question.terms if t.is_head and not t.is_name and t.role is not Role.SUBJECT]
    return said[-1] if said else None


def _heard(question: Question, sentences: Sequence[Sentence], facts: Sequence[ArticleFacts]) -> list[SourceStance]:
    source_stances: list[SourceStance] = []
    for article in facts:
        heard = [v for claim in article.claims if (v := _claim_voice(question, claim, sentences)) is not None]
        heard.extend(v for claim in article.claims if (v := _by_demand(question, claim, sentences)) is not None)
        heard.extend(_narrator(question, [s for s in sentences if s.facts.article.id == article.article.id], article))
        source_stances.extend(heard)
        source_stances.extend(_silent(article, [v for v in heard if v.side is not Side.OPEN], sentences, question))
    return source_stances


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
    if claim.stance is ClaimStance.DECLINED_TO_COMMENT:
        return None
    match = match_claim(question, claim, sentences, question.terms)
    if match is None or match.missing_names or match.date_credit == 0:
        return None
    span = content_span(question, match, claim)
    if claim.stance is ClaimStance.NO_INFORMATION and match.coverage >= SILENT_COVERAGE:
        return SourceStance(Side.NO_INFORMATION, match, claim.span, claim) if _predicates(question, match) else None
    if match.coverage < MINIMUM_COVERAGE or _has_nearer_claim(claim, match, sentences):
        return None
    return _voice(question, match, span, claim)


def _voice(question: Question, match: Match, span: Span, claim: Claim | None) -> SourceStance | None:
    """What the words of one speaker, or of the article itself, say of the proposition; None where they say two things."""
    sides: dict[Side, EventStatus] = {}
    for predicate in _predicates(question, match):
        found = correspond(question, match, predicate)
        if found is Correspondence.ANOTHER or predicate.pos_ not in {"VERB", "AUX"}:
            continue
        if question.predicate is None and not _says_of(match, predicate):
            continue
        act = read_act(predicate)
        holds = _verdict(question, predicate, act, claim)
        side = Side.OPEN if holds is None else Side.FOR if holds ^ (found is Correspondence.OPPOSITE) else Side.AGAINST
        sides.setdefault(side, _OPEN_STANCES.get(claim.stance, act.outcome) if claim is not None else act.outcome)
    decided = [side for side in sides if side is not Side.OPEN]
    if len(decided) > 1 or not sides:
        return None
    side = decided[0] if decided else Side.OPEN
    return SourceStance(side, match, span, claim, status=sides[side])


def _by_demand(question: Question, claim: Claim, sentences: Sequence[Sentence]) -> SourceStance | None:
    """How the asked source stands to a thing by what it demands: who urges to drop a plan does not support it."""
    verb = question.predicate.lemma if question.predicate is not None else ""
    favours = verb in _FAVOURING
    if claim.stance is not ClaimStance.REQUESTED or not (favours or verb in _OPPOSING):
        return None
    asked = question.terms_of(Role.OBJECT)
    if not asked or source_fit(question.terms_of(Role.SUBJECT), claim.attribution) < _SAME_ACT:
        return None
    match = match_claim(question, claim, sentences, asked)
    if match is None or match.coverage < _SAME_ACT:
        return None
    for token in {token.head for _, token in match.tokens if token.dep_ in {"dobj", "pobj"}}:
        ends = token.lemma_ in _ENDING
        if token.pos_ == "VERB" and (ends or any(c.lower_ == "to" for c in token.children)):
            side = Side.FOR if (ends ^ favours) ^ question.is_negated else Side.AGAINST
            match = replace(match, coverage=match_sentence(question, match.sentence).coverage)
            return SourceStance(side, match, content_span(question, match, claim), claim, status=EventStatus.REQUESTED)
    return None


def _verdict(question: Question, predicate: Token, act: Act, claim: Claim | None) -> bool | None:
    """True when the words hold the question's proposition true; None when they leave it open."""
    is_asked_ahead = question.is_future and act.status is EventStatus.PLANNED
    if not act.is_told and not is_asked_ahead:
        return None
    if claim is not None and claim.stance in _OPEN_STANCES:
        is_promised = claim.stance is ClaimStance.PROMISED and question.is_future
        if not is_promised:
            return None
    if claim is None and not is_asked_ahead and not _is_of_time(question, predicate):
        return None
    is_denied = claim is not None and claim.stance is ClaimStance.DENIED
    return (not act.is_negated) ^ is_denied ^ question.is_negated


def _is_of_time(question: Question, predicate: Token) -> bool:
    """Whether what the article tells in its own voice is so now, where that is asked: what was so need not be."""
    if not question.is_present and not question.is_still:
        return predicate.tag_ != "VB" or any(c.dep_ == "aux" for c in predicate.children)
    children = {c.lower_ for c in predicate.children}
    if predicate.tag_ in {"VBZ", "VBP"} or children & {"is", "are", "has", "have", "'s", "still"}:
        return True
    return question.is_still and predicate.dep_ in {"xcomp", "ccomp"} and predicate.head.lemma_ in _LASTING


def _predicates(question: Question, match: Match) -> list[Token]:
    if match.predicates:
        return [t for t in match.predicates if t.pos_ in {"VERB", "AUX"}] or list(match.predicates)
    if question.predicate is not None:
        return _missing(question, match)
    terms = list(enumerate(question.terms))
    heads = [n for n, t in terms if t.is_head and t.role is not Role.SUBJECT] or [n for n, t in terms if t.is_head]
    if not heads:
        return []
    return [verb for token in match.tokens_of(heads[-1]) if (verb := _copula(token)) is not None]


def _copula(token: Token) -> Token | None:
    """The verb by which a sentence says that its subject is ``token``, or at or in it."""
    walk = token
    while walk.dep_ in {"conj", "amod", "pobj", "prep", "advmod"} and walk.head != walk and walk.head.pos_ != "VERB":
        if walk.head.lemma_ == "be":
            return walk.head
        walk = walk.head
    if walk.dep_ in {"attr", "acomp", "oprd", "prep"} and walk.head.lemma_ in {"be", "remain", "stay", "become", "keep"}:
        return walk.head
    return token if token.pos_ in {"VERB", "AUX"} else None


def _says_of(match: Match, copula: Token) -> bool:
    """Whether a sentence says of the asked thing what is asked of it: one is the subject of "is", the other not."""
    subjects = [c for c in copula.children if c.dep_ in {"nsubj", "nsubjpass", "expl"}]
    if not subjects and copula.dep_ == "conj":
        subjects = [c for c in copula.head.children if c.dep_ in {"nsubj", "nsubjpass"}]
    own = {t.i for subject in subjects for t in subject.subtree}
    is_named = any(t.i in own for _, t in match.tokens) or any(s.pos_ == "PRON" for s in subjects)
    return is_named and any(t.i not in own for _, t in match.tokens)


def _missing(question: Question, match: Match) -> list[Token]:
    """The "is" of "there is no truce any more": what is not there neither holds nor does anything."""
    subjects = [n for n, t in enumerate(question.terms) if t.role is Role.SUBJECT and t.is_head]
    if not question.is_ongoing or question.terms_of(Role.OBJECT):
        return []
    return [
        token.head
        for number in subjects
        for token in match.tokens_of(number)
        if token.dep_ == "attr"
        and any(c.dep_ == "expl" for c in token.head.children)
        and any(c.lower_ == "no" for c in token.children)
    ]


def _has_nearer_claim(claim: Claim, match: Match, sentences: Sequence[Sentence]) -> bool:
    """True when another claim inside this one holds the predicate: then that one's voice counts, not the outer's."""
    facts = match.sentence.facts
    places = [match.sentence.place(p) for p in match.predicates]
    inner = [c for c in facts.claims if c.id != claim.id and claim.span.contains(c.span) and c.span != claim.span]
    return any(c.span.contains(p) for c in inner for p in places) and bool(sentences)


def _narrator(question: Question, sentences: Sequence[Sentence], facts: ArticleFacts) -> Iterator[SourceStance]:
    for sentence in sentences:
        match = match_sentence(question, sentence)
        if match.coverage < _NARRATED_COVERAGE or match.missing_names or match.date_credit == 0:
            continue
        own = tuple(p for p in match.predicates if not any(_near(c, sentence.place(p)) for c in facts.claims))
        if match.predicates and not own:
            continue
        if any(_near(claim, sentence.place(p)) for p in _predicates(question, match) for claim in facts.claims if not own):
            continue
        source_stance = _voice(question, replace(match, predicates=own), sentence.span, None)
        if source_stance is not None:
            yield source_stance


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
