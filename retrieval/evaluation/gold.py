"""Measuring extraction against a hand-made annotation of an article.

The annotation is JSON with ``entities`` (type, name, mentions), ``times`` (span, from_, to), ``claims`` (source, content,
polarity) and ``events`` (type, trigger, other_mentions), spans as code points into the article's text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.models import ArticleFacts, Claim, ClaimStance, EntityType, MentionKind, Span
from retrieval.models.identity import fold

_TYPES = {
    "PERSON": {EntityType.PERSON},
    "ORG": {EntityType.ORGANIZATION, EntityType.GROUP},
    "GPE": {EntityType.PLACE},
    "LOC": {EntityType.PLACE},
    "FAC": {EntityType.FACILITY, EntityType.PLACE},
}
_STANCES = {
    "declined": ClaimStance.DECLINED_TO_COMMENT,
    "no_information": ClaimStance.NO_INFORMATION,
}
# A claim is the same one where the contents share this part of their characters (Jaccard).
_SAME_CONTENT = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """How many of ``gold`` were found, and how many of ``predicted`` are right."""

    gold: int
    predicted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the predicted that is right, 1 where nothing was predicted."""
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found, 1 where there is none."""
        return self.found / self.gold if self.gold else 1.0


def score_mentions(facts: ArticleFacts, gold: Mapping[str, Any]) -> Score:
    """Mentions right in span, type and entity. A nominal that the annotation lists as such is neither right nor wrong."""
    types = {entity.id: entity.type for entity in facts.entities}
    expected: dict[tuple[int, int], list[str]] = {}
    neutral: set[tuple[int, int]] = set()
    for entity in gold["entities"]:
        for mention in entity["mentions"]:
            expected.setdefault((mention["start"], mention["end"]), []).append(entity["id"])
        neutral.update((m["start"], m["end"]) for m in entity.get("nominal", ()))
    kind = {entity["id"]: entity["type"] for entity in gold["entities"]}
    # An entity of ours stands for the gold one that most of its mentions are of.
    stands_for = _align(facts, expected)
    counted = [m for m in facts.mentions if m.kind is not MentionKind.PRONOUN and (m.span.start, m.span.end) not in neutral]
    right: set[tuple[int, int, str]] = set()
    correct = 0
    for mention in counted:
        key = (mention.span.start, mention.span.end)
        wanted = stands_for.get(mention.entity_id)
        if wanted in expected.get(key, ()) and types[mention.entity_id] in _TYPES[kind[wanted or ""]]:
            correct += 1
            right.add((*key, wanted or ""))
    total = sum(len(ids) for ids in expected.values())
    return Score(gold=total, predicted=len(counted), found=len(right), right=correct)


def score_persons(facts: ArticleFacts, gold: Mapping[str, Any]) -> Score:
    """Persons right in name and in every place where their name stands."""
    expected = {
        (fold(entity["name"]), tuple(sorted((m["start"], m["end"]) for m in entity["mentions"])))
        for entity in gold["entities"]
        if entity["type"] == "PERSON"
    }
    predicted = set()
    for entity in facts.entities:
        if entity.type is EntityType.PERSON:
            places = {
                (m.span.start, m.span.end)
                for m in facts.mentions
                if m.entity_id == entity.id and m.kind in {MentionKind.NAME, MentionKind.ACRONYM}
            }
            predicted.add((fold(entity.name), tuple(sorted(places))))
    same = len(expected & predicted)
    return Score(gold=len(expected), predicted=len(predicted), found=same, right=same)


def score_times(facts: ArticleFacts, gold: Mapping[str, Any]) -> Score:
    """Times right in span and in first and last day."""
    expected = {(t["start"], t["end"], t["from_"], t["to"]) for t in gold["times"]}
    predicted = {
        (t.span.start, t.span.end, t.start.date().isoformat(), t.end.date().isoformat())
        for t in facts.times
        if t.span and t.start and t.end
    }
    same = len(expected & predicted)
    return Score(gold=len(expected), predicted=len(facts.times), found=same, right=same)


def score_claims(facts: ArticleFacts, gold: Mapping[str, Any]) -> Score:
    """Claims right in content, speaker and stance; each gold claim takes at most one of ours."""
    left = list(facts.claims)
    found = 0
    for row in gold["claims"]:
        match = next((claim for claim in left if _is_same_claim(claim, row)), None)
        if match is not None:
            found += 1
            left.remove(match)
    return Score(gold=len(gold["claims"]), predicted=len(facts.claims), found=found, right=found)


def score_events(facts: ArticleFacts, gold: Mapping[str, Any]) -> Score:
    """Events found by their trigger or another place that tells of them, and right in type."""
    triggers: dict[str, list[Span]] = {}
    for event_report in facts.event_mentions:
        triggers.setdefault(event_report.event_id, []).append(event_report.trigger)
    found: set[str] = set()
    right: set[str] = set()
    for row in gold["events"]:
        places = [Span(row["trigger"]["start"], row["trigger"]["end"])]
        places += [Span(start, end) for start, end in row.get("other_mentions", ())]
        for event in facts.events:
            told = any(place.overlaps(trigger) for place in places for trigger in triggers[event.id])
            if told and event.type.value == row["type"]:
                found.add(row["id"])
                right.add(event.id)
    return Score(gold=len(gold["events"]), predicted=len(facts.events), found=len(found), right=len(right))


def _align(facts: ArticleFacts, expected: Mapping[tuple[int, int], Sequence[str]]) -> dict[str, str]:
    votes: dict[str, dict[str, int]] = {}
    for mention in facts.mentions:
        for gold_id in expected.get((mention.span.start, mention.span.end), ()):
            tally = votes.setdefault(mention.entity_id, {})
            tally[gold_id] = tally.get(gold_id, 0) + 1
    return {id_: max(tally, key=lambda gold_id: tally[gold_id]) for id_, tally in votes.items()}


def _is_same_claim(claim: Claim, row: Mapping[str, Any]) -> bool:
    stance = _STANCES.get(row["polarity"]) or ClaimStance(row["polarity"].upper())
    if claim.stance is not stance:
        return False
    content = set(range(row["content"]["start"], row["content"]["end"]))
    ours = {place for span in claim.spans for place in range(span.start, span.end)}
    if len(content & ours) < _SAME_CONTENT * len(content | ours):
        return False
    source, wanted = claim.attribution.source_span, Span(row["source"]["start"], row["source"]["end"])
    return fold(claim.attribution.source_text) == fold(row["source"]["text"]) or bool(source and source.overlaps(wanted))
