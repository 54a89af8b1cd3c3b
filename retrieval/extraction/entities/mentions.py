"""Places in one block where something may be named: known names, the model's names, runs of capitalised words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from retrieval.extraction.entities.gazetteer import Entry, Gazetteer, Match
from retrieval.extraction.entities.name_spans import (
    dateline_place,
    is_headline,
    is_sentence_start,
    is_shouted,
    model_names,
    name_runs,
    starts_upper,
    trim,
)
from retrieval.extraction.entities.names import TITLES
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import EntityType, MentionKind, Span

_PLACE_LABELS = frozenset({"GPE", "LOC", "DATELINE"})


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A place that may name something. ``entry`` is set for a known name; ``label`` is the model's opinion or ""."""

    block: int
    span: Span
    tokens: TokenSpan
    kind: MentionKind
    label: str = ""
    entry: Entry | None = None

    @property
    def surface(self) -> str:
        """The words, as the parser saw them."""
        return self.tokens.text


class CandidateFinder:
    """Finds candidates block by block."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def find(
        self,
        parsed: ParsedBlock,
        *,
        plain: str,
        matches: Sequence[Match],
        made: Sequence[Span],
        named: Sequence[Span],
        number: int,
    ) -> tuple[list[Candidate], list[Candidate]]:
        """The known names and the guessed names of a block, which do not overlap.

        ``plain`` is the block's text with straight quotes, ``matches`` its known names; ``made`` are spans (in the block)
        of names made from others, which are no guesses; ``named`` are spans of names whose acronym the text gives.
        """
        doc = parsed.doc
        if not len(doc):
            return [], []
        headline = is_headline(doc)
        reserved = [False] * len(doc)
        for span in made:
            _take(reserved, doc.char_span(span.start, span.end, alignment_mode="expand"))
        guesses: list[tuple[int, int, str]] = []
        for span in named:
            tokens = doc.char_span(span.start, span.end, alignment_mode="expand")
            if tokens is not None:
                guesses.append((tokens.start, tokens.end, "ORG"))
        place = dateline_place(doc)
        if place is not None:
            guesses.append((*place, "DATELINE"))
        if not headline:
            # The model takes a dateline and the name after it for one.
            floor = place[1] if place is not None else 0
            for start, end, label in model_names(doc, self._gazetteer):
                cut = (start, end) if start >= floor else trim(doc, floor, end, is_person=False)
                if guesses and label == guesses[-1][2] == "PERSON" and guesses[-1][1] == cut[0] == cut[1] - 1:
                    guesses[-1] = (guesses[-1][0], cut[1], label)  # the model cut a name in two
                elif cut[0] < cut[1]:
                    guesses.append((*cut, label))
        guesses = [guess for guess in guesses if not any(reserved[guess[0] : guess[1]])]
        known = _with_country(self._known(parsed, plain, matches, guesses, number), parsed)
        taken = list(reserved)
        for candidate in known:
            _take(taken, candidate.tokens)
        kept: list[Candidate] = []
        for start, end, label in guesses:
            if not any(taken[start:end]):
                kept.append(self._candidate(parsed, start, end, label, number))
                taken[start:end] = [True] * (end - start)
        if not headline:
            kept.extend(self._candidate(parsed, start, end, "", number) for start, end in name_runs(doc, taken))
        return known, kept

    @staticmethod
    def _candidate(parsed: ParsedBlock, start: int, end: int, label: str, block: int) -> Candidate:
        tokens = parsed.doc[start:end]
        letters = tokens.text.replace(".", "")
        is_acronym = letters.isalpha() and letters.isupper() and 2 <= len(letters) <= 6
        kind = MentionKind.ACRONYM if is_acronym else MentionKind.NAME
        return Candidate(block, parsed.span(tokens), tokens, kind, label)

    def _known(
        self,
        parsed: ParsedBlock,
        plain: str,
        matches: Sequence[Match],
        guesses: Sequence[tuple[int, int, str]],
        number: int,
    ) -> list[Candidate]:
        doc = parsed.doc
        shouted = is_shouted(doc)
        found = []
        for match in matches:
            tokens = doc.char_span(match.span.start, match.span.end, alignment_mode="expand")
            if tokens is None or (shouted and match.kind is MentionKind.ACRONYM and len(tokens.text) < 4):
                continue
            is_verb = match.span.slice(plain) == "IS" == match.span.slice(doc.text)
            if is_verb or not (_fills(match, matches, doc, guesses) or self._stands(match, tokens, guesses)):
                continue
            offset = parsed.block.span.start
            span = Span(offset + match.span.start, offset + match.span.end)
            label = next((label for start, end, label in guesses if start <= tokens.start and tokens.end <= end), "")
            found.append(Candidate(number, span, tokens, match.kind, label, match.entry))
        return found

    @staticmethod
    def _stands(match: Match, tokens: TokenSpan, guesses: Sequence[tuple[int, int, str]]) -> bool:
        """Whether a known name is meant here, and not a part of another name."""
        doc, is_place = tokens.doc, match.entry.type is EntityType.PLACE
        around = next(((s, e, label) for s, e, label in guesses if s < tokens.end and tokens.start < e), None)
        before = doc[tokens.start - 1] if tokens.start else None
        after = doc[tokens.end] if tokens.end < len(doc) else None
        if (
            around is not None
            and (around[1] - around[0]) > len(tokens)
            and around[0] <= tokens.start
            and tokens.end <= around[1]
        ):
            label = around[2]
            if match.kind is MentionKind.DEMONYM and tokens.start == around[0]:
                return _rest_is_common(doc, tokens.end, around[1]) or label == "NORP"
            return label in _PLACE_LABELS and tokens.end == around[1] and doc[tokens.start - 1].text == ","
        if before is not None and before.text == "-" and before.i and starts_upper(doc[before.i - 1]) and is_place:
            return match.kind is MentionKind.DEMONYM or match.is_sure
        if match.kind is MentionKind.DEMONYM and match.is_sure:
            return True
        label = around[2] if around is not None else ""
        if not is_place:
            return match.is_sure or label in {"ORG", "NORP", "FAC"}
        if _begins_longer_name(match, before, after):
            return False
        if match.is_sure:
            return not (
                label == "PERSON"
                and before is not None
                and before.lower_.rstrip(".") in TITLES
                and match.entry.country is None
            )
        if label == "PERSON":
            # "Moss Side, Manchester"
            return (
                before is not None and before.text == "," and before.i > 0 and doc[before.i - 1].ent_type_ in _PLACE_LABELS
            )
        joins = (after is not None and starts_upper(after) and after.pos_ == "PROPN") or (
            before is not None and starts_upper(before) and before.pos_ == "PROPN" and not is_sentence_start(before)
        )
        if joins:
            return False
        locative = before is not None and before.lower_ in {"in", "near", "at", "from", "to", "outside", "around", "across"}
        followed = (
            after is not None and after.text == "," and tokens.end + 1 < len(doc) and doc[tokens.end + 1].ent_type_ == "GPE"
        )
        return label in _PLACE_LABELS or ((locative or followed) and tokens[0].pos_ == "PROPN")


def _begins_longer_name(match: Match, before: Token | None, after: Token | None) -> bool:
    """True for the town in "The Boston Globe"."""
    if match.entry.country is not None or before is None or before.lower_ != "the" or after is None:
        return False
    if after.pos_ != "PROPN" or not starts_upper(after) or not after.nbor(-1).whitespace_:
        return False
    follows = after.i + 1 < len(after.doc) and starts_upper(after.nbor(1))
    return after.lower_.rstrip(".") not in TITLES or not follows


def _with_country(known: Sequence[Candidate], parsed: ParsedBlock) -> list[Candidate]:
    """The known names, "U.S." joined to the agency that it stands right before."""
    joined: list[Candidate] = []
    for candidate in known:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.kind is MentionKind.ACRONYM
            and last.entry is not None
            and last.entry.country is not None
            and candidate.kind is MentionKind.NAME
            and candidate.entry is not None
            and candidate.entry.type is EntityType.ORGANIZATION
            and last.span.end + 1 == candidate.span.start
        ):
            joined.pop()
            tokens = parsed.doc[last.tokens.start : candidate.tokens.end]
            joined.append(replace(candidate, span=Span(last.span.start, candidate.span.end), tokens=tokens))
        else:
            joined.append(candidate)
    return joined


def _take(taken: list[bool], tokens: TokenSpan | None) -> None:
    for token in tokens or ():
        taken[token.i] = True


def _fills(match: Match, matches: Sequence[Match], doc: Doc, guesses: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a guess around this known name is nothing but several known names ("French Interior Ministry")."""
    for start, end, _ in guesses:
        first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
        if first <= match.span.start and match.span.end <= last and (first, last) != (match.span.start, match.span.end):
            inside = [other.span for other in matches if first <= other.span.start and other.span.end <= last]
            return len(inside) > 1 and sum(span.end - span.start + 1 for span in inside) >= last - first
    return False


def _rest_is_common(doc: Doc, start: int, end: int) -> bool:
    return all(token.lower_.rstrip(".") in TITLES or not starts_upper(token) for token in doc[start:end])
