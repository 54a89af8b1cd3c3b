"""Claims: who says what, with which stance, in whose words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Token

from retrieval.extraction.contents import PRESUPPOSING
from retrieval.extraction.facts import FoundAttribution, FoundClaim, FoundEntity, FoundMention, FoundRole, FoundTime
from retrieval.extraction.fragments import whole_quotations
from retrieval.extraction.indirect_speech import according_drafts, indirect_drafts, noun_drafts
from retrieval.extraction.language import ParsedBlock
from retrieval.extraction.noun_phrases import governing_verb, is_verb, stands_before, subject_of
from retrieval.extraction.quotations import find_quotations
from retrieval.extraction.quoted_speech import fragment_drafts, quotation_drafts, quoted_tokens
from retrieval.extraction.sources import Draft
from retrieval.extraction.speakers import EntityLinker, Speaker
from retrieval.extraction.time_index import TimeIndex
from retrieval.extraction.transcripts import find_turns
from retrieval.models import AttributionKind, ClaimStance


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
    drafts: list[Draft] = []
    for number, block in enumerate(parsed):
        span = block.block.span
        inside = quotations[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        quoted = quoted_tokens(block, inside)
        introduced = number > 0 and _ends_with_colon(parsed[number - 1])
        spoken, used = quotation_drafts(text, block, number, inside, quoted=quoted, before=drafts, is_introduced=introduced)
        drafts.extend(spoken)
        told = [
            *indirect_drafts(block, number, quoted, used),
            *according_drafts(block, number, quoted),
            *noun_drafts(block, number),
        ]
        told.extend(fragment_drafts(block, number, inside, quoted, [*spoken, *told]))
        drafts.extend(replace(draft, spans=tuple(whole_quotations(span, inside) for span in draft.spans)) for draft in told)
    drafts.extend(
        Draft(
            block=turn.block,
            position=turn.content.start - 1,
            spans=(turn.content,),
            stance=ClaimStance.ASSERTED,
            kind=AttributionKind.DIRECT_QUOTATION,
            source=None,
            cue=None,
            label=turn.label,
            is_answer=turn.is_answer,
        )
        for turn in find_turns(text, parsed)
    )
    drafts.sort(key=lambda d: d.position)
    contents = sorted((span for draft in drafts for span in draft.spans), key=lambda span: span.start)
    for block in parsed:
        linker.note_subjects(block, contents)
    claims = _resolved(drafts, parsed, linker, TimeIndex(times))
    return _nested(claims)


def _resolved(
    drafts: Sequence[Draft], parsed: Sequence[ParsedBlock], linker: EntityLinker, times: TimeIndex
) -> list[FoundClaim]:
    claims: list[FoundClaim] = []
    last: tuple[int, Speaker] | None = None
    for number, draft in enumerate(drafts):
        block = parsed[draft.block]
        if draft.label is not None:
            turn = linker.interviewee(parsed, draft.label) if draft.is_answer else linker.labelled(draft.label)
            linker.remember(turn)
            last = (draft.block, turn)
            attribution = FoundAttribution(turn.span, turn.text, turn.entity, draft.kind)
            claims.append(FoundClaim(draft.spans, draft.stance, attribution))
            continue
        if draft.source is None:
            introducing = _introducing(parsed[draft.block - 1]) if draft.is_introduced else None
            if introducing is not None:
                speaker = linker.speaker(parsed[draft.block - 1], introducing)
                linker.remember(speaker)
                last = (draft.block, speaker)
            elif last is not None and draft.block - last[0] <= draft.reach:
                speaker = last[1]
                last = (draft.block, speaker)
            else:
                coming = _next_quoted(drafts, number) if draft.reach else None
                if coming is None or coming.source is None:
                    continue
                speaker = linker.speaker(parsed[coming.block], coming.source)
            attribution = FoundAttribution(None, speaker.text, speaker.entity, draft.kind, on_behalf_of=speaker.principal)
            claims.append(FoundClaim(draft.spans, draft.stance, attribution))
            continue
        speaker = linker.speaker(block, draft.source, cue=draft.cue, is_quoted=draft.is_quoted)
        linker.remember(speaker)
        if not _is_inside(draft, claims):
            last = (draft.block, speaker)
        cue = block.span(draft.cue) if draft.cue is not None else None
        via = None
        if draft.via is not None:
            cited = linker.speaker(block, draft.via)
            via = FoundAttribution(cited.span, cited.text, cited.entity, AttributionKind.INDIRECT_SPEECH)
        kind = AttributionKind.REPORTED_VIA if via is not None else draft.kind
        attribution = FoundAttribution(speaker.span, speaker.text, speaker.entity, kind, cue, via, speaker.principal)
        claims.append(FoundClaim(draft.spans, draft.stance, attribution, said_at=_said_at(draft, block, times)))
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


def _next_quoted(drafts: Sequence[Draft], number: int) -> Draft | None:
    """The quotation just after a carried one that has nobody to be carried from: its cue comes later."""
    for draft in drafts[number + 1 : number + 4]:
        if draft.source is not None:
            is_near = draft.kind is AttributionKind.DIRECT_QUOTATION and draft.block - drafts[number].block <= 1
            return draft if is_near else None
    return None


def _is_inside(draft: Draft, claims: Sequence[FoundClaim]) -> bool:
    return any(span.start <= draft.position < span.end for claim in claims[-4:] for span in claim.spans)


def _said_at(draft: Draft, parsed: ParsedBlock, times: TimeIndex) -> int | None:
    """The time that hangs on the cue itself: in its sentence, outside content and speaker, its nearest verb the cue."""
    cue = draft.cue
    if cue is None:
        return None
    base = parsed.block.span.start
    offsets = [t.idx for t in parsed.doc]
    for number, time in times.within(parsed.block.span):
        if any(span.overlaps(time.span) for span in draft.spans):
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
