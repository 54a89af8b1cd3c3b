"""The event that an article, or several on one story, is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from retrieval.models import ArticleFacts, BlockKind, EventMention, EventStatus, EventType

# Set by hand. The title names what an article is about, the first paragraph tells it, and later ones come back to it.
_TITLE, _LEAD, _TELLING, _DAMAGE, _TOLD_DONE = 3.0, 2.0, 0.5, 1.0, 1.0
_MOST_TELLINGS = 4
_DONE = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.DISPUTED})
_NOT_DONE = frozenset({EventStatus.NEGATED, EventStatus.DENIED, EventStatus.HYPOTHETICAL, EventStatus.REQUESTED})
_SAID = frozenset({EventType.CONSULT, EventType.REQUEST, EventType.ACCUSE, EventType.REJECT})


def main_event_id(articles: Iterable[ArticleFacts]) -> str | None:
    """The id of the event that the articles are about; None where no title and no first paragraph tells of one.

    Every telling speaks for its event: in the title most, then in the first paragraph, and the more articles the more.
    What harmed people comes before what was said of it, what took place before what is planned.
    """
    weights: dict[str, float] = {}
    for facts in articles:
        for id_, weight in weigh_events(facts).items():
            weights[id_] = weights.get(id_, 0.0) + weight
    best = max(weights, key=lambda id_: weights[id_], default=None)
    return best if best is not None and weights[best] >= _LEAD else None


def weigh_events(facts: ArticleFacts) -> Mapping[str, float]:
    """How much each event of an article is what it is about, by id, the first told first."""
    bodies = [block.span for block in facts.blocks if block.kind is BlockKind.BODY]
    titles = [block.span for block in facts.blocks if block.kind in {BlockKind.TITLE, BlockKind.STANDFIRST}]
    event_reports: dict[str, list[EventMention]] = {}
    for mention in sorted(facts.event_mentions, key=lambda m: m.trigger):
        event_reports.setdefault(mention.event_id, []).append(mention)
    weights: dict[str, float] = {}
    for event in facts.events:
        told = event_reports.get(event.id, [])
        if not told or event.status in _NOT_DONE:
            continue
        in_title = any(span.contains(m.trigger) for m in told for span in titles)
        in_lead = bool(bodies) and any(bodies[0].contains(m.trigger) for m in told)
        weight = _TITLE * in_title + _LEAD * in_lead + _TELLING * min(len(told), _MOST_TELLINGS)
        weight += _DAMAGE * (event.killed is not None or event.injured is not None)
        weight += _TOLD_DONE * (event.status in _DONE) - _TOLD_DONE * (event.type in _SAID)
        weights[event.id] = weight - told[0].trigger.start / 10_000
    return weights
