"""Claims: who says what, with which stance, in whose words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Token

from retrieval.extraction.claims.contents import PRESUPPOSING
from retrieval.extraction.claims.indirect_speech import (
    according_to_candidates,
    indirect_speech_candidates,
    nominal_candidates,
)
from retrieval.extraction.claims.quotations import find_quotations
from retrieval.extraction.claims.quoted_speech import quotation_candidates, quoted_tokens
from retrieval.extraction.claims.sources import ClaimCandidate
from retrieval.extraction.claims.speakers import EntityLinker, Speaker
from retrieval.extraction.language.noun_phrases import governing_verb, is_verb, stands_before, subject_of
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.temporal.time_index import TimeIndex
from retrieval.models import AttributionKind
from retrieval.models.found_facts import FoundAttribution, FoundClaim, FoundEntity, FoundMention, FoundRole, FoundTime


def find_claims(
    text: str,
    parsed: Sequence[ParsedBlock],
    *,
    entities: Sequence[FoundEntity],
    mentions: Sequence[FoundMention],
    times: Sequence[FoundTime],
    roles: Sequence[FoundRole] = (),
) -> list[FoundClaim]:
    """The claims of an article in reading order of their content.

    A direct quotation keeps its marks, indirect content goes without "that" and final stop. A quotation that an attribution
    splits has several spans. A quotation without a cue is carried on by the last speaker, its attribution
    without ``source``.
    """
    linker = EntityLinker(text, entities, mentions, roles)
    quotations = find_quotations(text, [p.block for p in parsed])
    starts = [q.span.start for q in quotations]
    candidates: list[ClaimCandidate] = []
    for number, block in enumerate(parsed):
        span = block.block.span
        inside = quotations[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        quoted = quoted_tokens(block, inside)
        introduced = number > 0 and _ends_with_colon(parsed[number - 1])
        spoken, used = quotation_candidates(
            text, block, number, inside, quoted=quoted, before=candidates, is_introduced=introduced
        )
        candidates.extend(spoken)
        candidates.extend(indirect_speech_candidates(block, number, quoted, used))
        candidates.extend(according_to_candidates(block, number, quoted))
        candidates.extend(nominal_candidates(block, number))
    candidates.sort(key=lambda d: d.position)
    for block in parsed:
        linker.note_subjects(block)
    claims = _resolved(candidates, parsed, linker, TimeIndex(times))
    return _nested(claims)


def _resolved(
    candidates: Sequence[ClaimCandidate], parsed: Sequence[ParsedBlock], linker: EntityLinker, times: TimeIndex
) -> list[FoundClaim]:
    claims: list[FoundClaim] = []
    last: tuple[int, Speaker] | None = None
    for number, candidate in enumerate(candidates):
        block = parsed[candidate.block]
        if candidate.source is None:
            introducing = _introducing(parsed[candidate.block - 1]) if candidate.is_introduced else None
            if introducing is not None:
                speaker = linker.speaker(parsed[candidate.block - 1], introducing)
                linker.remember(speaker)
                last = (candidate.block, speaker)
            elif last is not None and candidate.block - last[0] <= candidate.reach:
                speaker = last[1]
                last = (candidate.block, speaker)
            else:
                coming = _next_quoted(candidates, number) if candidate.reach else None
                if coming is None or coming.source is None:
                    continue
                speaker = linker.speaker(parsed[coming.block], coming.source)
            attribution = FoundAttribution(None, speaker.text, speaker.entity, candidate.kind)
            claims.append(FoundClaim(candidate.spans, candidate.stance, attribution))
            continue
        speaker = linker.speaker(block, candidate.source, is_quoted=candidate.is_quoted)
        linker.remember(speaker)
        if not _is_inside(candidate, claims):
            last = (candidate.block, speaker)
        cue = block.span(candidate.cue) if candidate.cue is not None else None
        via = None
        if candidate.via is not None:
            cited = linker.speaker(block, candidate.via)
            via = FoundAttribution(cited.span, cited.text, cited.entity, AttributionKind.INDIRECT_SPEECH)
        kind = AttributionKind.REPORTED_VIA if via is not None else candidate.kind
        attribution = FoundAttribution(speaker.span, speaker.text, speaker.entity, kind, cue, via)
        claims.append(FoundClaim(candidate.spans, candidate.stance, attribution, said_at=_said_at(candidate, block, times)))
    return claims


def _ends_with_colon(block: ParsedBlock) -> bool:
    return block.doc.text.rstrip().endswith(":")


def _introducing(block: ParsedBlock) -> Token | None:
    """Who acts in the last sentence of a block that ends with a colon ("The mayor took to the radio:")."""
    sentences = list(block.doc.sents)
    root = sentences[-1].root if sentences else None
    subject = subject_of(root) if root is not None and is_verb(root) else None
    if subject is None or not (subject.ent_type_ in {"PERSON", "ORG"} or subject.pos_ in {"PROPN", "PRON"}):
        return None
    return subject


def _next_quoted(candidates: Sequence[ClaimCandidate], number: int) -> ClaimCandidate | None:
    """The quotation just after a carried one that has nobody to be carried from: its cue comes later."""
    for candidate in candidates[number + 1 : number + 4]:
        if candidate.source is not None:
            is_near = candidate.kind is AttributionKind.DIRECT_QUOTATION and candidate.block - candidates[number].block <= 1
            return candidate if is_near else None
    return None


def _is_inside(candidate: ClaimCandidate, claims: Sequence[FoundClaim]) -> bool:
    return any(span.start <= candidate.position < span.end for claim in claims[-4:] for span in claim.spans)


def _said_at(candidate: ClaimCandidate, parsed: ParsedBlock, times: TimeIndex) -> int | None:
    """The time that hangs on the cue itself: in its sentence, outside content and speaker, its nearest verb the cue."""
    cue = candidate.cue
    if cue is None:
        return None
    base = parsed.block.span.start
    offsets = [t.idx for t in parsed.doc]
    for number, time in times.within(parsed.block.span):
        if any(span.overlaps(time.span) for span in candidate.spans):
            continue
        token = parsed.doc[min(bisect_right(offsets, time.span.end - 1 - base) - 1, len(parsed.doc) - 1)]
        if token.sent.start != cue.sent.start:
            continue
        governor = governing_verb(token)
        if governor != cue or (_under(token, {"nsubj", "nsubjpass"}, stop=cue) and not stands_before(token, cue)):
            continue
        if any(t.lower_ in PRESUPPOSING for t in _path(token, cue)):
            continue
        return number
    return None


def _path(token: Token, stop: Token) -> Iterator[Token]:
    while token not in {stop, token.head}:
        token = token.head
        if token != stop:
            yield token


def _under(token: Token, labels: set[str], *, stop: Token) -> bool:
    return token.dep_ in labels or any(t.dep_ in labels for t in _path(token, stop))


def _nested(claims: list[FoundClaim]) -> list[FoundClaim]:
    """Claims in reading order with the number of the innermost claim whose content holds their cue and content."""
    ordered = sorted(claims, key=lambda c: (c.span.start, -c.span.end))
    unique: list[FoundClaim] = []
    for claim in ordered:
        if not any(claim.spans == other.spans and claim.attribution == other.attribution for other in unique[-3:]):
            unique.append(claim)
    nested: list[FoundClaim] = []
    open_claims: list[int] = []
    for claim in unique:
        while open_claims and unique[open_claims[-1]].span.end <= claim.span.start:
            open_claims.pop()
        place = claim.attribution.cue or claim.span
        parent = next((n for n in reversed(open_claims) if any(s.contains(place) for s in unique[n].spans)), None)
        open_claims.append(len(nested))
        nested.append(replace(claim, parent=parent))
    return nested
