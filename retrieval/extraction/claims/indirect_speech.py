"""Indirect speech: "said that ...", "according to ...", "the minister's claim that ..."."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.extraction.claims.contents import find_content
from retrieval.extraction.claims.cues import NOUN_STANCES, frames_of, is_negated, is_unreal, withheld_stance
from retrieval.extraction.claims.sources import ClaimCandidate, citing_of, source_of
from retrieval.extraction.language.noun_phrases import is_verb, phrase_range, strip_range
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import AttributionKind, ClaimStance

_OWN = frozenset(["i", "we", "you"])
_NOBODY = frozenset(["nothing", "something", "everything", "anything", "'s", "that", "this"])


def indirect_speech_candidates(
    parsed: ParsedBlock, number: int, quoted: dict[int, int], used: set[int]
) -> Iterator[ClaimCandidate]:
    """Claims of verbs; ``quoted`` tokens stand in quotations, ``used`` ones are cues of quotations already."""
    for token in parsed.doc:
        if token.i in used or not is_verb(token):
            continue
        frames = frames_of(token)
        withheld = withheld_stance(token)
        if frames is None and withheld is None:
            continue
        if withheld is None and (is_negated(token) or is_unreal(token) or _is_mere_wish(token)):
            continue
        source = source_of(token)
        if source is None or source.lower_ in _OWN | _NOBODY:
            continue  # "we" and "you": in a quotation who is quoted, outside it the reader or the author
        if withheld is not None and token.dep_ == "ccomp" and frames_of(token.head):
            continue  # "said it had no information": one claim, made by "said"
        content = find_content(token)
        if content is None:
            continue
        stance, ranges = content
        spans = tuple(parsed.span(parsed.doc[a:b]) for a, b in ranges)
        kind = AttributionKind.INDIRECT_SPEECH
        if len(ranges) == 1 and all(i in quoted for i in (ranges[0][0], ranges[0][1] - 1)) and token.i not in quoted:
            kind = AttributionKind.DIRECT_QUOTATION
        citing = citing_of(token)
        via = next((c for c in citing.children if c.dep_ in {"dobj", "pobj"}), None) if citing is not None else None
        if any(span.start <= parsed.span(token).start < span.end for span in spans):
            continue
        at = parsed.span(token).start
        yield ClaimCandidate(number, at, spans, stance, kind, source, token, via, is_quoted=token.i in quoted)


def _is_mere_wish(cue: Token) -> bool:
    """True for an infinitive that does not tell of a saying that took place ("wanted to say", "reasonable to assume")."""
    if not any(c.dep_ == "aux" and c.lower_ == "to" for c in cue.children):
        return False
    return cue.head.lemma_.lower() not in {"go", "continue", "proceed", "come", "appear"}


def according_to_candidates(parsed: ParsedBlock, number: int, quoted: dict[int, int]) -> Iterator[ClaimCandidate]:
    """Claims of "according to X"."""
    doc = parsed.doc
    for token in doc[:-2]:
        if token.lower_ != "according" or doc[token.i + 1].lower_ != "to" or token.i in quoted:
            continue
        source = next((t for t in doc[token.i + 1].children if t.dep_ == "pobj"), None)
        if source is None:
            continue
        sentence = token.sent
        phrase_end = max(phrase_range(source)[1], source.right_edge.i + 1)
        pieces = [
            strip_range(doc, sentence.start, token.i),
            strip_range(doc, _clause_start(phrase_end, sentence.end, parsed, source), sentence.end),
        ]
        ranges = [(a, b) for a, b in pieces if b - a > 2 or (b > a and any(is_verb(t) for t in doc[a:b]))]
        if not ranges or not any(is_verb(t) for a, b in ranges for t in doc[a:b]):
            continue
        spans = tuple(parsed.span(doc[a:b]) for a, b in ranges)
        start = parsed.span(token).start
        yield ClaimCandidate(number, start, spans, ClaimStance.ASSERTED, AttributionKind.INDIRECT_SPEECH, source, token)


def _clause_start(phrase_end: int, sentence_end: int, parsed: ParsedBlock, source: Token) -> int:
    """Where the words after "according to X, who ...," go on."""
    if phrase_end >= sentence_end and source.right_edge.i + 1 >= sentence_end:
        comma = next((t.i for t in parsed.doc[source.i : sentence_end] if t.text == ","), None)
        return (
            comma + 1 if comma is not None and source.i < comma and not source.sent.start < source.i - 3 else sentence_end
        )
    return phrase_end


def nominal_candidates(parsed: ParsedBlock, number: int) -> Iterator[ClaimCandidate]:
    """Claims of nouns with an owner, "X's claim that ..."."""
    for token in parsed.doc:
        stance = NOUN_STANCES.get(token.lemma_.lower())
        if stance is None or token.pos_ != "NOUN":
            continue
        owner = next((c for c in token.lefts if c.dep_ == "poss"), None)
        clause = next((c for c in token.rights if c.dep_ in {"acl", "ccomp", "relcl"}), None)
        if owner is None or clause is None or owner.tag_ == "WP$":
            continue
        marker = next((c for c in clause.lefts if c.dep_ == "mark" and c.lower_ == "that"), None)
        if marker is None:
            continue
        start, end = strip_range(parsed.doc, marker.i + 1, min(clause.right_edge.i + 1, token.sent.end))
        if end > start:
            span = parsed.span(parsed.doc[start:end])
            yield ClaimCandidate(
                number, parsed.span(token).start, (span,), stance, AttributionKind.INDIRECT_SPEECH, owner, token
            )
