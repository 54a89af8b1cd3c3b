"""When an answer holds: the newest of several happenings, the date of its article, the time of what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from retrieval.answering.evidence.grammar import tree_distance
from retrieval.answering.evidence.matching import Match
from retrieval.answering.reconciliation.agreement import ValueGroup
from retrieval.models import AnswerType, DateSource, DateValue, TimeRef
from retrieval.questions.question import Form, Question
from retrieval.text.words import similarity, word_set

_ANOTHER_TIME = timedelta(days=14)
# Of the confidence of the surest: how sure a newer answer must be to come before it.
_AS_SURE = 0.6
_SAME_ACT = 0.6
_COVERED = 0.6
# What takes place once is not told anew by a newer article.
_ONCE = word_set("found establish create bear die invent discover build compose write design name kill")
_DATED = frozenset({Form.ARGUMENT, Form.HOLDER})


def newest_first(question: Question, groups: Sequence[ValueGroup], minimum: float) -> list[ValueGroup]:
    """The groups, led by the newest of those that tell of the asked act about as surely as the surest.

    A bare "who won the election" means the last one: an older answer stays a candidate. Questions with a date of their own,
    and acts that take place once, keep their order.
    """
    if not _is_bare(question) or not groups or groups[0].confidence < minimum:
        return list(groups)
    first = groups[0]
    told = [g for g in groups[:8] if _tells(question, g) and g.confidence >= max(minimum, _AS_SURE * first.confidence)]
    newest = max(told, key=_published, default=None)
    if newest is None or newest is first or _published(newest) - _published(first) <= _ANOTHER_TIME:
        return list(groups)
    return [newest, *(g for g in groups if g is not newest)]


def _is_bare(question: Question) -> bool:
    if question.form not in _DATED or question.dates or question.answer_type is AnswerType.DATE:
        return False
    verb = question.predicate
    return verb is None or not any(similarity(verb.lemma, word) == 1 for word in _ONCE)


def _tells(question: Question, group: ValueGroup) -> bool:
    match = group.best.proposal.match
    if match.sentence.facts.article.published.at is None or match.missing_names or match.coverage < _COVERED:
        return False
    return question.predicate is None or match.predicate_credit >= _SAME_ACT


def _published(group: ValueGroup) -> datetime:
    return group.best.proposal.match.sentence.facts.article.published.at or _LONG_AGO


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def published_of(group: ValueGroup) -> datetime | None:
    """When the newest article appeared that gives a value."""
    dates = [s.facts.article.published.at for s in group.statements if s.facts.article.published.at is not None]
    return max(dates, default=None)


def time_of_value(group: ValueGroup) -> TimeRef | None:
    """When what a value's sentence tells took place; None where the text does not say."""
    value = group.value
    return value.time if isinstance(value, DateValue) else time_of(group.best.proposal.match)


def time_of(match: Match) -> TimeRef | None:
    """When the act of a sentence took place: the time of its event, else the sentence's time nearest to its verb."""
    facts = match.sentence.facts
    places = [match.sentence.place(p) for p in match.predicates or (match.sentence.tokens.root,)]
    events = {e.id: e for e in facts.events}
    for mention in facts.event_mentions:
        event = events.get(mention.event_id)
        if event is not None and any(mention.trigger.overlaps(p) for p in places) and _is_told(event.time):
            return event.time
    anchors = match.predicates or (match.sentence.tokens.root,)
    near = [
        (min(tree_distance(head, anchor) for anchor in anchors), time)
        for time in match.sentence.times
        if time.span is not None and _is_told(time)
        for head in [match.sentence.head_of(time.span)]
        if head is not None
    ]
    return min(near, key=lambda item: item[0])[1] if near else None


def _is_told(time: TimeRef) -> bool:
    is_known = time.start is not None or time.end is not None
    return is_known and time.source is not DateSource.PUBLICATION_DATE_FALLBACK
