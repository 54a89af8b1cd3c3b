"""Direct speech: quotations and the cues beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Token

from retrieval.extraction.claims.cues import frames_of
from retrieval.extraction.claims.quotations import Quotation
from retrieval.extraction.claims.sources import ClaimCandidate, inverted_source, source_of
from retrieval.extraction.language.noun_phrases import is_verb, phrase_range, subject_of
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import AttributionKind, ClaimStance, Span

_QUOTE_MARKS = frozenset({'"', "'", "``", "''"})
_LONG_QUOTE = 5


def quotation_candidates(
    text: str,
    parsed: ParsedBlock,
    number: int,
    quotations: Sequence[Quotation],
    *,
    quoted: dict[int, int],
    before: list[ClaimCandidate],
    is_introduced: bool = False,
) -> tuple[list[ClaimCandidate], set[int]]:
    """The drafts of a block's quotations and the numbers of the cue tokens they use.

    A quotation that goes on from the block before is joined to its draft, the last direct one of ``before``, which is taken
    out of there. ``is_introduced`` says that the block before ends with a colon.
    """
    candidates: list[ClaimCandidate] = []
    used: dict[int, int] = {}
    for quotation in quotations:
        tokens = _token_range(parsed, quotation.span)
        if not _is_speech(text, parsed, quotation, tokens):
            continue
        cue, source = _quotation_cue(parsed, tokens, quoted)
        if cue is not None and _is_title(parsed, tokens) and min(abs(cue.i - tokens[0]), abs(cue.i - tokens[1])) > 2:
            continue  # "who had written for the show “Nashville,” ..."
        if quotation.continues:
            opened = next(
                (n for n in range(len(before) - 1, -1, -1) if before[n].kind is AttributionKind.DIRECT_QUOTATION), None
            )
            if opened is not None and (source is None or before[opened].source is None):
                first = before.pop(opened)
                joined = replace(first, spans=(*first.spans, quotation.span))
                if source is not None:
                    joined = replace(joined, block=number, source=source, cue=cue)
                if cue is not None:
                    used[cue.i] = len(candidates)
                candidates.append(joined)
                continue
        if cue is None and source is None:
            if _joins_previous(parsed, candidates, tokens, quoted):
                candidates[-1] = replace(candidates[-1], spans=(*candidates[-1].spans, quotation.span))
            elif _stands_alone(text, parsed, quotation):
                candidates.append(replace(_carried(number, quotation), is_introduced=is_introduced))
            elif _is_sentence(text, parsed, quotation):
                candidates.append(replace(_carried(number, quotation), reach=0))
            continue
        if cue is not None and cue.i in used:
            candidate = candidates[used[cue.i]]
            candidates[used[cue.i]] = replace(candidate, spans=(*candidate.spans, quotation.span))
            continue
        if cue is not None:
            used[cue.i] = len(candidates)
        stance = (frames_of(cue) or {}).get("quote", ClaimStance.ASSERTED) if cue is not None else ClaimStance.ASSERTED
        candidates.append(
            ClaimCandidate(
                number, quotation.span.start, (quotation.span,), stance, AttributionKind.DIRECT_QUOTATION, source, cue
            )
        )
    return candidates, set(used)


def _carried(number: int, quotation: Quotation) -> ClaimCandidate:
    span = quotation.span
    return ClaimCandidate(number, span.start, (span,), ClaimStance.ASSERTED, AttributionKind.DIRECT_QUOTATION, None, None)


def _token_range(parsed: ParsedBlock, span: Span) -> tuple[int, int]:
    offsets = [t.idx for t in parsed.doc]
    base = parsed.block.span.start
    return bisect_right(offsets, span.start - base) - 1, bisect_left(offsets, span.end - base)


def quoted_tokens(parsed: ParsedBlock, quotations: Sequence[Quotation]) -> dict[int, int]:
    """The number of the quotation that holds a token, by token number."""
    quoted: dict[int, int] = {}
    for index, quotation in enumerate(quotations):
        start, end = _token_range(parsed, quotation.span)
        quoted.update(dict.fromkeys(range(start, end), index))
    return quoted


def _is_speech(text: str, parsed: ParsedBlock, quotation: Quotation, tokens: tuple[int, int]) -> bool:
    """True for words that somebody said, not for a quoted name, title or single term."""
    words = [t for t in parsed.doc[tokens[0] : tokens[1]] if not t.is_punct and not t.is_space]
    ends = quotation.span.slice(text).rstrip("\"'”’» ")[-1:] in {".", ",", "!", "?", "…", "-", "–", "—"}
    if len(words) < 2:
        return ends and bool(words)
    return ends or (len(words) >= _LONG_QUOTE and any(is_verb(w) for w in words))


def _is_title(parsed: ParsedBlock, tokens: tuple[int, int]) -> bool:
    """True for a few words that all have capitals, as a work's title has."""
    words = [t for t in parsed.doc[tokens[0] : tokens[1]] if t.is_alpha]
    return len(words) <= 3 and all(t.text[0].isupper() for t in words)


def _stands_alone(text: str, parsed: ParsedBlock, quotation: Quotation) -> bool:
    """True when the quotation fills its block, so that it can only be the last speaker's."""
    block = parsed.block.span
    rest = text[block.start : quotation.span.start] + text[quotation.span.end : block.end]
    return sum(c.isalnum() for c in rest) <= 2


def _is_sentence(text: str, parsed: ParsedBlock, quotation: Quotation) -> bool:
    """True when the quotation is a sentence of its own, which goes on with who spoke just before in its block."""
    before = text[parsed.block.span.start : quotation.span.start].rstrip()
    after = text[quotation.span.end : parsed.block.span.end].lstrip()
    ends = quotation.span.slice(text).rstrip("\"'”’» ")[-1:] in {".", "!", "?"}
    return ends and before[-1:] in {".", "!", "?"} and (not after or after[0].isupper())


def _joins_previous(
    parsed: ParsedBlock, candidates: list[ClaimCandidate], tokens: tuple[int, int], quoted: dict[int, int]
) -> bool:
    """True for the second part of ``"One," she said. "Two."``."""
    if not candidates or candidates[-1].kind is not AttributionKind.DIRECT_QUOTATION:
        return False
    between = 0
    for token in reversed(parsed.doc[: tokens[0]]):
        if token.i in quoted:
            return between > 0
        if token.is_punct and token.text in {".", "!", "?"} and between > 0:
            return False
        between += 0 if token.is_punct else 1
    return False


def _quotation_cue(
    parsed: ParsedBlock, tokens: tuple[int, int], quoted: dict[int, int]
) -> tuple[Token | None, Token | None]:
    """Cue verb and speaker's head noun beside a quotation: after it, else before it."""
    doc = parsed.doc
    start, end = tokens
    last = next((t.text for t in reversed(doc[start:end]) if t.text not in _QUOTE_MARKS), "")
    found = _cue_after(parsed, end, quoted) if last != "." or start == 0 else None
    return found or _cue_before(parsed, start, quoted) or (None, None)


def _cue_after(parsed: ParsedBlock, end: int, quoted: dict[int, int]) -> tuple[Token, Token] | None:
    doc = parsed.doc
    for position in range(end, min(end + 40, len(doc))):
        token = doc[position]
        if position in quoted or token.text in {".", ";", "!", "?"} or (token.dep_ == "cc" and position <= end + 1):
            return None
        frames = frames_of(token)
        if frames is not None and "quote" in frames:
            source = source_of(token) or inverted_source(token)
            if source is not None and source.i in quoted:
                source = _named_before(token, end)
            if source is None:
                continue
            left = phrase_range(source)[0]
            if left <= position and left > end + 3 and source.left_edge.i > end + 3:
                return None
            return token, source
        if is_verb(token) and token.dep_ not in {"relcl", "acl", "aux", "advcl"} and not _in_clause_of_noun(token):
            return None
    return None


def _named_before(cue: Token, end: int) -> Token | None:
    """The name between a quotation and its cue, where the parser hung the cue on a word of the quotation."""
    before = cue.doc[cue.i - 1]
    return before if before.i >= end and before.pos_ in {"PROPN", "PRON", "NOUN"} else None


def _in_clause_of_noun(token: Token) -> bool:
    return any(a.dep_ in {"relcl", "acl", "appos"} for a in token.ancestors)


def _cue_before(parsed: ParsedBlock, start: int, quoted: dict[int, int]) -> tuple[Token | None, Token] | None:
    doc = parsed.doc
    if start == 0:
        return None
    before = doc[start - 1]
    introduced = before.text in {",", ":"} or before.lower_ == "that"
    for position in range(start - 1, max(start - 40, -1), -1):
        token = doc[position]
        if position in quoted or (token.text in {".", "!", "?", ";"} and position < start - 1):
            break
        frames = frames_of(token)
        if frames is not None and "quote" in frames:
            close = introduced or position == start - 1 or any(a.i == token.i for a in doc[start].ancestors)
            source = source_of(token)
            return (token, source) if close and source is not None else None
    if before.text == ":":
        root = before.sent.root
        subject = subject_of(root) if root.i < start and is_verb(root) else None
        if subject is not None and subject.ent_type_ == "PERSON":
            return None, subject
    return None
