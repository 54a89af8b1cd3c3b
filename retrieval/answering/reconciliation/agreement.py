"""Which answers of several articles agree, which conflict, and which a later word of the same source has replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import log

from retrieval.answering.evidence.matching import Match
from retrieval.answering.evidence.sentences import words_of
from retrieval.answering.reconciliation.scoring import Scored, logistic
from retrieval.answering.reconciliation.values import Likeness, compare, read_value
from retrieval.citations import cite
from retrieval.models import (
    AnswerType,
    AnswerValue,
    ArticleFacts,
    Attribution,
    AttributionKind,
    Citation,
    Claim,
    DateSource,
    EntityType,
    EntityValue,
    QuantityValue,
    Span,
    TimeRef,
)
from retrieval.questions.question import Form, Question
from retrieval.text.words import is_stop_word, similarity, word_set

# What a further independent source adds to the log-odds, for as many as count. Set by hand, and small, since sources that
# are independent on paper often are not: a second one takes .70 to .76, a fourth to .85.
SOURCE_WEIGHT = 0.3
_SOURCES_COUNTED = 4
# Of the confidence of the best: what backs the same value, and what is sure enough to conflict with it.
_BACKING = 0.5
_RIVAL = 0.7
# A sentence is plain that holds so much of the question, or that answers so surely (docs/answers.md says how this was set).
_COVERED = 0.7
_SURE = 0.65
_COMPARED = 4
# From here on a sentence is taken to tell of the asked act.
_SAME_ACT = 0.6
_SAME_STORY = timedelta(days=14)
# What has one answer for ever, and what has one for each time or place.
_ONCE = word_set("found establish create bear die invent discover build compose write publish release direct design name")
_SINGLE = _ONCE | word_set(
    "win elect choose lead succeed replace appoint nominate crown marry locate base situate host hold crash sink own head"
)
_INDEFINITE = word_set("a an some several many few both two three four five six seven eight nine ten other another one")
_VALUE_FORMS = frozenset({Form.ARGUMENT, Form.HOLDER})


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """Words of an article that say something, in the claim that they stand in; None for the article's own voice."""

    facts: ArticleFacts
    span: Span
    claim: Claim | None

    @property
    def source(self) -> str:
        """A key of whose word it is: a named speaker anywhere, an unnamed one with one writer, else who wrote the text.

        Of those who cite one another it is the last: two papers that cite one ministry are one source.
        """
        speaker = self._speaker
        if speaker is None:
            return self.facts.origin.writer
        words = _described(speaker.source_text)
        return speaker.source_entity_id or (words if self.is_named else f"{self.facts.origin.writer} {words}")

    @property
    def is_named(self) -> bool:
        """Whether the speaker is one known by name: an entity, or "the defence ministry of Ruvia", not "two officials"."""
        speaker = self._speaker
        if speaker is None or speaker.source_entity_id is not None:
            return speaker is not None
        words = words_of(speaker.source_text)
        return bool(words) and words[0].casefold() not in _INDEFINITE and any(word[0].isupper() for word in words[1:])

    @property
    def _speaker(self) -> Attribution | None:
        if self.claim is None or self.claim.attribution.kind is AttributionKind.NARRATOR:
            return None
        return _origin(self.claim.attribution)

    @property
    def citation(self) -> Citation:
        """The words, checked."""
        return cite(self.facts.article, self.span, expected=self.span.slice(self.facts.article.text))

    def is_said_in(self, facts: ArticleFacts) -> bool:
        """True where the same words stand in an article."""
        return self.span.slice(self.facts.article.text) in facts.article.text

    def replaces(self, earlier: Statement) -> bool:
        """True when it was published later and is of the same source: speaker, or paper where not both name speakers."""
        mine, theirs = self.facts.article.published.at, earlier.facts.article.published.at
        if mine is None or theirs is None or mine <= theirs:
            return False
        if self.source == earlier.source:
            return True
        return self.facts.origin.writer == earlier.facts.origin.writer and not (self.is_named and earlier.is_named)


def _described(text: str) -> str:
    return " ".join(word.casefold() for word in words_of(text) if word.casefold() != "the")


def _origin(attribution: Attribution) -> Attribution:
    while attribution.via is not None:
        attribution = attribution.via
    return attribution


def count_sources(statements: Sequence[Statement]) -> int:
    """How many of them do not repeat one another."""
    return len({statement.source for statement in statements})


def find_replacements(sides: Sequence[Sequence[Statement]]) -> list[Statement | None]:
    """For each side the statement that replaced it, None while someone on it has not said otherwise since."""
    found: list[Statement | None] = []
    for number, side in enumerate(sides):
        others = [s for n, other in enumerate(sides) if n != number for s in other]
        later = [next((s for s in others if s.replaces(mine)), None) for mine in side]
        found.append(later[0] if later and all(later) else None)
    return found if None in found else [None] * len(found)


def claim_around(facts: ArticleFacts, span: Span) -> Claim | None:
    """The innermost claim whose words hold the span."""
    holding = [c for c in facts.claims if any(part.contains(span) for part in c.spans)]
    return min(holding, key=lambda c: c.span.end - c.span.start, default=None)


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True, eq=False)
class ValueGroup:
    """Proposals of one value, best first. ``statements`` are those sure enough to count, one a source and article."""

    members: tuple[Scored, ...]
    confidence: float
    statements: tuple[Statement, ...]

    @property
    def best(self) -> Scored:
        """The surest proposal."""
        return self.members[0]

    @property
    def wording(self) -> str | None:
        """What to say where the words of its span do not stand by themselves, by whichever proposal knows it."""
        return next((m.proposal.wording for m in self.members if m.proposal.wording), None)

    @property
    def text(self) -> str:
        """The words of the answer."""
        return self.wording or self.best.proposal.text

    @property
    def value(self) -> AnswerValue | None:
        """The value of the surest proposal that is more than words."""
        return next((m.proposal.value for m in self.members if m.proposal.value is not None), None)


def group_values(question: Question, scored: Sequence[Scored]) -> list[ValueGroup]:
    """Proposals by value, the surest first; a value of several independent sources is surer.

    A proposal joins the first group whose best it equals, when it differs from none of its others.
    """
    groups: list[list[_Worded]] = []
    seen: set[tuple[str, Span]] = set()
    for given in sorted(scored, key=lambda item: -item.confidence):
        typed = _typed(question, given)
        item = _Worded(typed, typed.proposal.text)
        place = (typed.proposal.match.sentence.facts.article.id, typed.proposal.span)
        if place in seen or all(is_stop_word(word) for word in words_of(item.text)):
            continue
        seen.add(place)
        home = next((g for g in groups if _belongs(question, item, g)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    ordered = sorted((_group([member.scored for member in group]) for group in groups), key=lambda g: -g.confidence)
    return _named_first(question, ordered)


def _named_first(question: Question, groups: list[ValueGroup]) -> list[ValueGroup]:
    """The groups, where the first is "a woman" led by the person of whom the same text tells the same by name."""
    if not question.wants_animate or not groups or not _is_nameless(groups[0].best.proposal.text):
        return groups
    first = groups[0]
    named = next((g for g in groups[1:] if _names_one(g.best, first.best)), None)
    if named is None:
        return groups
    return [replace(named, confidence=first.confidence), *(g for g in groups if g is not named)]


def _is_nameless(text: str) -> bool:
    words = words_of(text)
    return words[0].casefold() in {"a", "an"} and "and" not in words and not any(w[0].isupper() for w in words[1:])


def _names_one(item: Scored, nameless: Scored) -> bool:
    one, match = item.proposal, item.proposal.match
    is_person = isinstance(one.value, EntityValue) and one.value.entity.type is EntityType.PERSON
    is_told = match.predicate_credit >= _SAME_ACT and one.role_fit == 1 and match.agreement >= 0 and not match.is_displaced
    return is_person and is_told and match.sentence.facts.article.id == nameless.proposal.match.sentence.facts.article.id


@dataclass(frozen=True, slots=True, eq=False)
class _Worded:
    """A proposal with its words: each is compared with many."""

    scored: Scored
    text: str


def _typed(question: Question, item: Scored) -> Scored:
    proposal = item.proposal
    value = proposal.value
    is_typed = value.unit is not None if isinstance(value, QuantityValue) else value is not None
    if is_typed or question.form not in _VALUE_FORMS | {Form.SPEECH, Form.SPEAKER}:
        return item
    return Scored(replace(proposal, value=read_value(question, proposal.match, proposal.span) or value), item.confidence)


def _belongs(question: Question, item: _Worded, group: Sequence[_Worded]) -> bool:
    if question.form not in _VALUE_FORMS:
        return item.text.casefold() == group[0].text.casefold()
    mine = item.text, item.scored.proposal.value
    theirs = ((other.text, other.scored.proposal.value) for other in group)
    if compare(question, mine, next(theirs)) is not Likeness.SAME:
        return False
    return all(compare(question, mine, other) is not Likeness.DIFFERENT for other in theirs)


def _likeness(question: Question, one: Scored, other: Scored) -> Likeness:
    mine, theirs = one.proposal, other.proposal
    return compare(question, (mine.text, mine.value), (theirs.text, theirs.value))


def _group(members: Sequence[Scored]) -> ValueGroup:
    best = members[0].confidence
    statements: dict[tuple[str, str], Statement] = {}
    for item in members:
        if item.confidence >= _BACKING * best:
            statement = state(item)
            statements.setdefault((statement.facts.article.id, statement.source), statement)
    said = tuple(statements.values())
    texts = {statement.facts.origin.text_id for statement in said}
    return ValueGroup(tuple(members), agreed(best, min(count_sources(said), len(texts))), said)


def state(item: Scored) -> Statement:
    """The proposal as someone's words."""
    proposal = item.proposal
    facts = proposal.match.sentence.facts
    return Statement(facts, proposal.span, proposal.claim or claim_around(facts, proposal.span))


def agreed(confidence: float, sources: int) -> float:
    """The confidence with what further independent sources add."""
    sure = min(max(confidence, 1e-6), 1 - 1e-6)
    return logistic(log(sure / (1 - sure)) + SOURCE_WEIGHT * (min(sources, _SOURCES_COUNTED) - 1))


def find_rivals(question: Question, groups: Sequence[ValueGroup], minimum: float) -> list[ValueGroup]:
    """The groups that give another value of what the first one gives, as surely, and in another's or a later word."""
    first = groups[0]
    if not _has_one_answer(question):
        return []
    rivals: list[ValueGroup] = []
    for group in groups[1:]:
        is_sure = group.confidence >= minimum and group.best.confidence >= _RIVAL * first.best.confidence
        if is_sure and all(_conflict(question, group, other) for other in (first, *rivals)):
            rivals.append(group)
    return rivals


def _has_one_answer(question: Question) -> bool:
    """Whether what is asked has one answer: a number, a date, or who or what does a thing that one alone can do."""
    if question.form not in _VALUE_FORMS:
        return False
    if question.answer_type in {AnswerType.QUANTITY, AnswerType.DATE} or question.form is Form.HOLDER:
        return True
    return question.predicate is not None and any(similarity(question.predicate.lemma, w) == 1 for w in _SINGLE)


def _is_plain(question: Question, item: Scored) -> bool:
    """Whether the sentence itself tells of all that is asked: the act, done by or to the asked, and every name.

    Of a sure answer the surroundings may tell some of it. What counts or dates an act may name its doer otherwise ("the
    blast" for "the bomb"), what does it may not.
    """
    match = item.proposal.match
    is_measured = question.answer_type in {AnswerType.QUANTITY, AnswerType.DATE}
    is_covered = match.coverage >= _COVERED or item.confidence >= _SURE
    if match.missing_names or not is_covered or match.agreement < (-0.5 if is_measured else 0.0):
        return False
    if question.predicate is not None and question.predicate.lemma != "be" and match.predicate_credit < 0.6:
        return False
    return match.date_credit is None or match.date_credit > 0


def _conflict(question: Question, one: ValueGroup, other: ValueGroup) -> bool:
    pairs = [(a, b) for a in one.members[:_COMPARED] for b in other.members[:_COMPARED]]
    if any(_likeness(question, a, b) is Likeness.SAME for a, b in pairs):
        return False
    return any(_clash(question, a, b) for a, b in pairs)


def _clash(question: Question, one: Scored, other: Scored) -> bool:
    """Whether two sentences give different values for what is asked, plainly, and no one source in one breath."""
    if _likeness(question, one, other) is not Likeness.DIFFERENT or _in_one_breath(state(one), state(other)):
        return False
    are_plain = _is_plain(question, one) and _is_plain(question, other)
    return are_plain and _is_one_matter(question, one.proposal.match, other.proposal.match)


def _in_one_breath(one: Statement, other: Statement) -> bool:
    """Whether one text says both, and not as the claims of two who differ. A copy may give another value than its like."""
    if one.facts.article.id != other.facts.article.id:
        is_copy = one.facts.origin.text_id == other.facts.origin.text_id
        return is_copy and (one.is_said_in(other.facts) or other.is_said_in(one.facts))
    return one.claim is None or other.claim is None or one.source == other.source


def _is_one_matter(question: Question, one: Match, other: Match) -> bool:
    """Whether two sentences tell of one happening: one event of the archive, or the same time."""
    if one.sentence.span == other.sentence.span and one.sentence.facts.article.id == other.sentence.facts.article.id:
        return False
    if _events(one) & _events(other):
        return True
    is_named = any(term.is_name for term in (*question.terms, *question.focus_terms))
    if not is_named and not _names(one) & _names(other):
        return False
    if question.answer_type is not AnswerType.DATE and (met := _meet(_times(one), _times(other))) is not None:
        return met
    mine, theirs = one.sentence.facts.article.published.at, other.sentence.facts.article.published.at
    is_once = question.predicate is not None and any(similarity(question.predicate.lemma, w) == 1 for w in _ONCE)
    return is_once or mine is None or theirs is None or abs(mine - theirs) <= _SAME_STORY


def _events(match: Match) -> set[str]:
    return {m.event_id for m in match.sentence.facts.event_mentions if match.sentence.span.contains(m.trigger)}


def _names(match: Match) -> set[str]:
    return {mention.entity_id for mention in match.sentence.facts.mentions}


def _times(match: Match) -> list[tuple[datetime, datetime]]:
    def is_told(time: TimeRef) -> bool:
        return time.source is not DateSource.PUBLICATION_DATE_FALLBACK

    return [(t.start, t.end) for t in match.sentence.times if t.start is not None and t.end is not None and is_told(t)]


def _meet(one: Sequence[tuple[datetime, datetime]], other: Sequence[tuple[datetime, datetime]]) -> bool | None:
    """Whether two sentences share a time; None where one of them has none."""
    if not one or not other:
        return None
    return any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in other)
