"""Names that a text makes from others: "Kenyan government", "NATO-led alliance", "Oslo airport", "Long Name (LN)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from retrieval.extraction.entities.gazetteer import Gazetteer, Match
from retrieval.extraction.entities.names import WORDS, name_key
from retrieval.models import EntityType, MentionKind, Span

_PORTFOLIO = r"health|finance|justice|oil|energy|education|transport|trade|agriculture|defen[cs]e"
_INSTITUTION = re.compile(
    r"[ \u00a0](?P<word>government|parliament|national assembly|(?:federal |national |state )?police|armed forces"
    r"|security forces|army|navy|air force|military|cabinet|coast guard|embassy|consulate|central bank|supreme court"
    rf"|constitutional court|(?:foreign|interior|{_PORTFOLIO}) ministry"
    rf"|ministry of (?:foreign affairs|(?:the )?interior|{_PORTFOLIO}))\b",
    re.IGNORECASE,
)
_OF_PLACE = re.compile(r"(?P<word>government|parliament) of $", re.IGNORECASE)
_WIDER = re.compile(r"\b(?P<word>Greater|Royal) $")
_FACILITY = re.compile(
    r"[ \u00a0](?:international |central )?(?:airport|air ?base|stadium|prison|railway station"
    r"|train station|harbou?r|seaport)\b",
    re.IGNORECASE,
)
_COALITION = re.compile(
    r"(?<![\w-])(?:(?P<lead>[A-Z][\w.]*)-(?P<how>led|backed)|anti-(?P<foe>[A-Z][\w.]*(?: [A-Z]\w+)?))"
    r"(?: (?!and|or|but)[a-z]+){0,3}? (?P<head>coalition|alliance)\b"
)
_DEFINITE = re.compile(r"\b[Tt]he (?P<head>coalition|alliance)\b(?!['-])")
_ACRONYM = re.compile(r"\((?P<short>[A-Z][A-Za-z]*[A-Z][A-Za-z]*|[A-Z]\.(?:[A-Z]\.)+)\)")
_SPEAKERS = WORDS["speaker"]
_SMALL = frozenset({"of", "for", "and", "the", "in", "on", "to", "de", "&"})


@dataclass(frozen=True, slots=True)
class Composite:
    """A made name: its span in the block, its normal form, and for a coalition the side from which it is named."""

    span: Span
    type: EntityType
    key: str
    kind: MentionKind = MentionKind.NAME
    side: str = ""


def find_composites(text: str, doc: Doc, matches: Sequence[Match], gazetteer: Gazetteer) -> Iterator[Composite]:
    """All made names of a block; they may hold known names."""
    for match in matches:
        if match.entry.type is not EntityType.PLACE:
            continue
        made = _institution(text, doc, match)
        if made is None and match.kind is MentionKind.NAME and (facility := _FACILITY.match(text, match.span.end)):
            span = Span(match.span.start, facility.end())
            made = Composite(span, EntityType.FACILITY, name_key(span.slice(text)).replace(" international ", " "))
        if made is not None:
            yield made
    for found in _COALITION.finditer(text):
        side = "lead" if found["lead"] else "foe"
        who = gazetteer.lookup(found[side]) or gazetteer.demonym(found[side])
        word = who.key if who else name_key(found[side])
        key = f"{word} {found['how']} {found['head']}" if found["lead"] else f"anti {word} {found['head']}"
        yield Composite(Span(found.start(), found.end()), EntityType.ORGANIZATION, key, side=side)
    for found in _DEFINITE.finditer(text):
        token = _token_after(doc, found.end())
        if token is None or token.pos_ not in {"NOUN", "PROPN", "ADJ"}:
            yield Composite(
                Span(found.start(), found.end()), EntityType.ORGANIZATION, found["head"], MentionKind.NOMINAL, "the"
            )


def _institution(text: str, doc: Doc, match: Match) -> Composite | None:
    place = match.entry.key
    found = _INSTITUTION.match(text, match.span.end)
    if found is None:
        before = _OF_PLACE.search(text, max(0, match.span.start - 20), match.span.start)
        if before is None or match.kind is MentionKind.DEMONYM:
            return None
        return Composite(
            Span(before.start(), match.span.end), EntityType.ORGANIZATION, f"{place} {before['word'].casefold()}"
        )
    word = found["word"].casefold().replace("defense", "defence")
    if word.startswith("ministry of "):
        word = word.removeprefix("ministry of ").removeprefix("the ") + " ministry"
    following = _token_after(doc, found.end())
    is_modifier = following is not None and following.pos_ == "NOUN" and following.lower_ not in _SPEAKERS
    if is_modifier and word != "government":
        return None
    start = match.span.start
    if whole := _WIDER.search(text, max(0, start - 12), start):
        start, place = whole.start(), f"{whole['word'].casefold()} {place}"
    span = Span(start, found.end())
    if word in {"embassy", "consulate"}:
        city = re.compile(r" in ([A-Z]\w+)").match(text, found.end())
        where = f" in {name_key(city[1])}" if city else ""
        return Composite(span, EntityType.FACILITY, f"{place} {word}{where}")
    return Composite(span, EntityType.ORGANIZATION, f"{place} {word}")


def _token_after(doc: Doc, position: int) -> Token | None:
    before = doc.char_span(max(0, position - 1), position, alignment_mode="expand")
    if before is None or before.end >= len(doc) or doc[before.end].is_punct:
        return None
    return doc[before.end]


def find_acronyms(text: str) -> Iterator[tuple[Span, Span]]:
    """Each "Long Name (LN)" of a block: the span of the long name and that of the acronym.

    The capitalised words before the bracket must begin with the acronym's letters, in order (after Schwartz and
    Hearst 2003, narrowed to initials).
    """
    for found in _ACRONYM.finditer(text):
        letters = [c for c in found["short"] if c.isupper()]
        words = list(re.finditer(r"[\w'&]+", text[max(0, found.start() - 120) : found.start()]))
        offset = max(0, found.start() - 120)
        taken: int | None = None
        wanted = len(letters) - 1
        for word in reversed(words):
            initial, is_small = word.group()[0], word.group() in _SMALL
            if initial.upper() == letters[wanted] and (initial.isupper() or is_small):
                taken = word.start()
                wanted -= 1
                if wanted < 0:
                    break
            elif not is_small:
                break
        if wanted < 0 and taken is not None and len(letters) > 1:
            end = offset + words[-1].end()
            yield Span(offset + taken, end), Span(found.start("short"), found.end("short"))
