"""Partial quotations: a few quoted words that are a part of a clause in the reporter's own."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Token

from retrieval.extraction.claims.contents import Ranges, rest_of
from retrieval.extraction.claims.cues import frames_of
from retrieval.extraction.claims.quotations import Quotation
from retrieval.extraction.language.noun_phrases import is_finite, is_verb, phrase_range, strip_range
from retrieval.models import Span
from retrieval.text.word_sets import load_words

_VERDICTS = load_words("verdict_verbs")
_CLAUSE_OPENERS = frozenset({"that", "saying", "adding"})


def is_fragment(doc: Doc, tokens: tuple[int, int], quoted: dict[int, int]) -> bool:
    """True for quoted words that say something only with the words before them: `she "wants to tend her roses"`."""
    start, end = tokens
    if start == 0 or start - 1 in quoted:
        return False
    before = doc[start - 1]
    if before.is_punct or before.is_space or before.is_sent_start is None or before.lower_ in _CLAUSE_OPENERS:
        return False
    if before.sent.start != doc[min(start + 1, len(doc) - 1)].sent.start:
        return False
    frames = frames_of(before)
    if frames is not None and "quote" in frames:
        return False
    first = next((token for token in doc[start:end] if token.is_alpha), None)
    if first is None:
        return False
    if before.pos_ in {"AUX", "DET", "ADJ", "NUM", "PART"} or (before.pos_ == "ADP" and before.tag_ == "IN"):
        return True
    return first.is_lower and not _holds_clause(doc, start, end)


def _holds_clause(doc: Doc, start: int, end: int) -> bool:
    return any(
        token.dep_ in {"nsubj", "nsubjpass", "expl"}
        and start <= token.head.i < end
        and token.i <= start + 6
        and token.tag_ not in {"WDT", "WP"}
        and is_finite(token.head)
        for token in doc[start:end]
    )


def verdict_verb(doc: Doc, tokens: tuple[int, int]) -> Token | None:
    """The verb of `called the plan "a fairy tale"`, by which a source says what it thinks of something."""
    for token in reversed(doc[max(0, tokens[0] - 20) : tokens[0]]):
        if token.text in {".", ";", "!", "?"}:
            return None
        if is_verb(token) and token.lemma_.lower() in _VERDICTS:
            return token
        if is_verb(token) and is_finite(token) and token.dep_ != "relcl":
            return None
    return None


def clause_of_fragment(doc: Doc, tokens: tuple[int, int], cue: Token, source: Token) -> Ranges:
    """What is said where the parse does not tell: the words behind the cue, or those before speaker and cue."""
    if cue.i < tokens[0]:
        ranges = rest_of(cue, cue.i + 1)
        if ranges and ranges[-1][1] >= tokens[1]:
            return ranges
        # The quoted words hang on the verb by "as"; what goes on behind them hangs on them.
        end = max((t.right_edge.i for t in doc[tokens[0] : tokens[1]]), default=tokens[1])
        return (strip_range(doc, cue.i + 1, min(max(end + 1, tokens[1]), cue.sent.end)),)
    sentence = doc[tokens[0]].sent
    end = max(tokens[1], min(phrase_range(source)[0], cue.i) if source.i < cue.i else cue.i)
    start, end = strip_range(doc, sentence.start, end)
    return ((start, end),) if end > start else ()


def whole_quotations(span: Span, quotations: Sequence[Quotation]) -> Span:
    """``span`` with the rest of a quotation that it begins before and ends in."""
    for quotation in quotations:
        place = quotation.span
        if span.start < place.start < span.end < place.end and not quotation.is_open:
            return Span(span.start, place.end)
        if place.start == span.start - 1 and place.end < span.end:
            return Span(place.start, span.end)
    return span
