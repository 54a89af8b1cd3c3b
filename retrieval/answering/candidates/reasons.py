"""Proposals for why: clauses and phrases that a sentence gives as the cause or the purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.evidence.grammar import tree_distance
from retrieval.answering.evidence.matching import Match
from retrieval.models import Span
from retrieval.questions.question import Question

# How surely the words announce a reason. "after" and "as" mostly tell a time.
_MARKERS: tuple[tuple[str, float], ...] = (
    (r"because of|because|on account of", 1.0),
    (r"due to|owing to|as a result of|thanks to|in the wake of", 1.0),
    (r"in retaliation for|in response to|in protest (?:at|against|over)|on suspicion of|on charges of|for fear of", 0.95),
    (r"in order to|so that|so as to|amid|citing|accusing|saying|blaming|given that|given", 0.75),
    (r"since|following|over|after|as|for", 0.5),
    (r"to(?= [a-z])", 0.4),
)
# What tells when, behind a reason proper, and is no part of it.
_AFTERTHOUGHTS = frozenset({"after", "following", "despite", "although", "while"})
_PATTERN = re.compile("|".join(rf"(?P<m{i}>\b(?:{pattern})\b)" for i, (pattern, _) in enumerate(_MARKERS)), re.IGNORECASE)


def propose_reasons(question: Question, match: Match) -> Iterator[CandidateSpan]:
    """What stands behind a causal word and hangs on the asked predicate."""
    sentence = match.sentence
    anchors = list(match.predicates) or [t for _, t in match.tokens]
    stand = {t.i for _, t in match.tokens}
    for found in _PATTERN.finditer(sentence.text):
        strength = next(s for i, (_, s) in enumerate(_MARKERS) if found[f"m{i}"] is not None)
        start = sentence.span.start + found.start()
        tokens = sentence.tokens_in(Span(start, sentence.span.start + found.end()))
        if not tokens or (strength <= 0.5 and not _is_causal(tokens[0])):
            continue
        phrase = _phrase(tokens, strong=strength > 0.5)
        if phrase is None or sum(t.i in stand for t in phrase) > len(phrase) / 2:
            continue
        place = Span(start, sentence.place(phrase[-1]).end)
        if (
            any(t.span is not None and t.span.overlaps(place) and t.span.end >= place.end for t in sentence.times)
            and strength <= 0.5
        ):
            continue
        steps = min((tree_distance(tokens[0], anchor) for anchor in anchors), default=20)
        yield CandidateSpan(match, place, None, strength, 0.6 if question.predicate and match.predicates else 0.0, steps)


def _is_causal(marker: Token) -> bool:
    if marker.lower_ == "to":
        return marker.dep_ == "aux" and marker.head.dep_ == "advcl"
    if marker.lower_ in {"as", "since", "after"}:
        return marker.dep_ in {"mark", "prep"} and (marker.dep_ == "mark" or marker.lower_ == "after")
    return marker.dep_ in {"prep", "mark"}


def _phrase(marker: list[Token], *, strong: bool) -> list[Token] | None:
    """The marker and what it governs, in reading order, without a closing mark."""
    head = marker[0]
    if head.dep_ in {"mark", "aux"}:
        head = head.head
    elif (
        len(marker) > 1
        and marker[-1].dep_ in {"prep", "pcomp", "mark"}
        and not any(head.is_ancestor(t) for t in marker[1:])
    ):
        head = marker[-1]
    tokens = sorted((t for t in head.subtree if t.i >= marker[0].i), key=lambda t: t.i)
    end = next(
        (n for n, t in enumerate(tokens) if n > len(marker) + 1 and t.lower_ in _AFTERTHOUGHTS and strong), len(tokens)
    )
    tokens = tokens[:end]
    while tokens and (tokens[-1].is_punct or tokens[-1].is_space):
        tokens.pop()
    return tokens if len(tokens) > len(marker) else None
