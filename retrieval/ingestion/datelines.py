"""The dateline that a report opens with: "KABUL, March 3 (AP) -", where it was filed, when, and by which agency."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.models import EntityType, Span
from retrieval.text.word_sets import load_words

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b\.?,?\s)"
_DATE = rf"{_WEEKDAY}?(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})(?:,?\s\d{{4}})?(?!\d)"
# A place in capitals, or in ordinary letters where an agency or a date follows; a state or country may come after it.
_LOUD = r"[A-Z][A-Z.'’]+(?:[ -][A-Z][A-Z.'’]*){0,3}"
_CALM = r"[A-Z][\w.'’]+(?:[ -](?:[A-Z][\w.'’]*|de|la|el|al|am|of|sur|upon)){0,3}"
_REGION = rf"(?:,\s(?!{_MONTH}|(?:AFP|AP|Reuters|UPI)\b)[A-Z][\w.]+(?:\s[A-Z][\w.]+)?)"
_JOINT = r"\s?/\s?|,?\s(?:and|AND|&)\s"
_LONGEST = 140
# Agencies that may stand without a dash after them; other words in brackets may be the initials of the name before.
_AGENCIES = load_words("wire_agencies")
# Words in capitals before a dash that announce and name no place.
_LABELS = load_words("dateline_labels")


def _pattern(place: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<places>{place}{_REGION}{{0,2}}(?:(?:{_JOINT}){place}{_REGION}{{0,2}}){{0,2}})?"
        rf"(?:,?\s?(?P<date>{_DATE})|\s?\((?P<bracketed>{_DATE})\))?"
        r"(?:,?\s?\(?(?P<agency>(?<=\()[A-Z][\w.&'’/ -]{1,30}(?=\)))\))?"
        rf"(?:,?\s(?P<late>{_DATE}))?"
        r"(?P<mark>,?\s?[-–—]{1,2}|:)?\s+(?=[A-Z0-9\"“'‘])"
    )


_LOUD_DATELINE, _CALM_DATELINE = _pattern(_LOUD), _pattern(_CALM)
_PLACE_OF = re.compile(rf"(?P<place>{_CALM}){_REGION}{{0,2}}(?:{_JOINT})?")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline and its parts as spans of the text; ``span`` ends with its dash or colon."""

    span: Span
    places: tuple[Span, ...]
    date: Span | None = None
    agency: Span | None = None


def find_dateline(text: str, within: Span | None = None) -> Dateline | None:
    """The dateline that a text, or its part ``within``, opens with; None where the opening shows none.

    A place in capitals before a dash is one if it is a known place or anything else (a date, an agency, a state) goes with
    it; a place in ordinary letters needs the date or the agency.

    >>> find_dateline("KABUL, March 3 (AP): Gunmen shot a judge.").span
    Span(start=0, end=20)
    """
    start = within.start if within else 0
    end = min(within.end if within else len(text), start + _LONGEST)
    for pattern, is_loud in ((_LOUD_DATELINE, True), (_CALM_DATELINE, False)):
        match = pattern.match(text, start, end)
        if match is not None and _is_sure(match, is_loud=is_loud):
            return _dateline(match)
    return None


def _is_sure(match: re.Match[str], *, is_loud: bool) -> bool:
    places, agency, mark = match["places"], match["agency"], match["mark"]
    date = match["date"] or match["bracketed"] or match["late"]
    if agency and not (mark or agency.casefold() in _AGENCIES):
        return False
    if agency or places is None:
        return agency is not None and (places is not None or mark is not None)
    if date and (mark or re.search(r"\d{4}\Z", date)):
        return True
    if not is_loud or mark is None or mark == ":":
        return False
    first = re.split(rf"{_JOINT}|,", places)[0]
    entry = load_gazetteer().lookup(first)
    if entry is not None:
        return entry.type is EntityType.PLACE
    is_long_dash = mark.strip(" ,") in {"--", "–", "—"}
    return (is_long_dash or first != places) and not {word.casefold() for word in first.split()} & _LABELS


def _dateline(match: re.Match[str]) -> Dateline:
    begin = match.start("places")
    parts = _PLACE_OF.finditer(match["places"] or "")
    places = tuple(Span(begin + part.start("place"), begin + part.end("place")) for part in parts)
    date = next((name for name in ("date", "bracketed", "late") if match[name]), None)
    return Dateline(
        Span(match.start(), len(match.string[: match.end()].rstrip())),
        places,
        Span(*match.span(date)) if date else None,
        Span(*match.span("agency")) if match["agency"] else None,
    )
