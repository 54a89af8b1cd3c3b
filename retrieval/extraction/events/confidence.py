"""How sure it is that an event was read rightly: a logistic model of what it was read from.

The weights, in ``lexicons/event_confidence.tsv``, are fitted by ``python -m retrieval.evaluation.event_confidence``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from retrieval.extraction.events.event_reports import EventReport
from retrieval.models import EventStatus, FactOrigin, ParticipantRole

_LEAST, _MOST = 0.05, 0.97
_REAL = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.DISPUTED})
_TOLD_BY_OTHERS = frozenset({ParticipantRole.RECIPIENT, ParticipantRole.VICTIM})


def features_of(best: EventReport, event_reports: Iterable[EventReport]) -> frozenset[str]:
    """What speaks for and against an event: of its surest telling, and of how often it is told."""
    every = list(event_reports)
    roles = {p.role for p in best.arguments.participants}
    named = {p.role for p in best.arguments.participants if p.entity is not None}
    found = {"bias", f"type {best.type.value}", "noun" if best.is_noun else "verb"}
    tests = {
        "actor": ParticipantRole.ACTOR in roles,
        "named actor": ParticipantRole.ACTOR in named,
        "recipient": bool(roles & _TOLD_BY_OTHERS),
        "named recipient": bool(named & _TOLD_BY_OTHERS),
        "victim": ParticipantRole.VICTIM in roles,
        "time": any(t.arguments.time_origin is FactOrigin.CLAUSE for t in every),
        "place": any(t.arguments.place_source is FactOrigin.CLAUSE for t in every),
        "unreal": best.status not in _REAL,
        "attributed": best.status is EventStatus.ATTRIBUTED,
        "passive": best.is_passive,
        "headline": any(t.is_headline for t in every),
        "told twice": len({t.sentence for t in every}) > 1,
        "toll": any(t.killed is not None or t.injured is not None for t in every),
    }
    return frozenset(found | {name for name, holds in tests.items() if holds})


def confidence_of(features: Iterable[str]) -> float:
    """0 to 1, in hundredths."""
    weights = load_weights()
    total = sum(weights.get(name, 0.0) for name in features)
    return round(min(_MOST, max(_LEAST, 1 / (1 + math.exp(-total)))), 2)


@lru_cache(maxsize=1)
def load_weights() -> dict[str, float]:
    """Weight by feature."""
    table = files("retrieval.extraction").joinpath("lexicons/event_confidence.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {name: float(weight) for name, weight in rows}
