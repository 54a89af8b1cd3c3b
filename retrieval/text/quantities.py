"""Numbers in a sentence: value, bounds, unit, and the noun they count. Dates, ordinals and times of day are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.models import QuantityValue, Span

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_UNITS = {word: number for number, word in enumerate(_SMALL)}
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "m": 1e6,
    "mn": 1e6,
    "bn": 1e9,
    "k": 1e3,
    "tn": 1e12,
}
_VAGUE = {"dozens": 24.0, "scores": 40.0, "hundreds": 200.0, "thousands": 2e3, "millions": 2e6, "billions": 2e9}
_CURRENCY = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "US$": "USD", "A$": "AUD", "C$": "CAD"}
_CURRENCY_WORDS = {
    "dollar": "USD", "pound": "GBP", "euro": "EUR", "yen": "JPY", "rupee": "INR", "franc": "CHF", "yuan": "CNY",
    "ruble": "RUB", "rouble": "RUB", "peso": "MXN", "won": "KRW", "rand": "ZAR", "real": "BRL",
}  # fmt: skip

_WORDS = "|".join([*_UNITS, *_TENS, "hundred", "thousand", "million", "billion", "trillion", "dozen"])
_NUMERAL = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = (
    rf"(?:(?:{_NUMERAL})(?:[ -]?(?:hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|m|k)\b)?"
    rf"|\b(?:{_WORDS})\b(?:(?:[ -]| and )(?:{_WORDS})\b)*)"
)
_PATTERN = re.compile(
    rf"(?P<about>\b(?:about|around|approximately|roughly|nearly|almost|some|an estimated|estimated|close to)\s+)?"
    rf"(?P<least>\b(?:more than|at least|over|upwards? of|no fewer than|no less than|above)\s+)?"
    rf"(?P<most>\b(?:less than|fewer than|at most|up to|under|no more than|below)\s+)?"
    rf"(?P<lead>\bbetween\s+|\bfrom\s+)?(?P<symbol>(?:US|A|C)?[$£€¥₹])?\s?(?P<number>{_NUMBER})"
    rf"(?:(?:\s?(?:-|–|—)\s?|\sto\s|(?(lead)\sand\s|(?!)))[$£€¥₹]?(?P<high>{_NUMBER}))?"
    rf"(?P<unit>\s?%|\s?per ?cent\b|\spercentage points?\b|\s(?:{'|'.join(_CURRENCY_WORDS)})s?\b"
    rf"|\s?(?:km|kg|mph|kph|ft|cm|mm)\b)?",
    re.IGNORECASE,
)
_VAGUE_PATTERN = re.compile(rf"\b(?:{'|'.join(_VAGUE)})\b(?= of | more )", re.IGNORECASE)
_SHARES = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_SHARE_PATTERN = re.compile(
    r"\b(?P<about>(?:about|around|nearly|almost|some|roughly|over|under|only)\s+)?"
    r"(?:(?P<half>half)|(?:an?|(?P<many>one|two|three|four))[ -](?P<part>third|quarter|fifth|tenth)s?)"
    r"(?= (?:of|the|all)\b)",
    re.IGNORECASE,
)
_ORDINAL_TAIL = re.compile(r"(?:st|nd|rd|th)\b|:\d|/\d|-year-old\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """A number in a text. ``span`` takes in "around" and the unit, ``number`` the digits or words alone."""

    span: Span
    number: Span
    value: QuantityValue


def iter_quantities(text: str, *, offset: int = 0) -> Iterator[FoundQuantity]:
    """The quantities of ``text``, their spans counted from ``offset``.

    >>> [q.value.value for q in iter_quantities("between 20 and 25 people, around 1,400 trees and $3.5bn")]
    [20.0, 1400.0, 3500000000.0]
    """
    for match in _PATTERN.finditer(text):
        before = text[: match.start("number")]
        if before[-1:].isalnum() or (before[-1:] in "-'’.:/" and before[-2:-1].isalnum()):
            continue
        if _ORDINAL_TAIL.match(text, match.end("number")) or _is_lone_one(text, match):
            continue
        yield _quantity(match, offset)
    for match in _SHARE_PATTERN.finditer(text):
        part = _SHARES[(match["half"] or match["part"]).lower()] * _UNITS.get((match["many"] or "one").lower(), 1)
        start = match.end("about") if (match["about"] or "").lower().startswith("only") else match.start()
        span = Span(offset + start, offset + match.end())
        about = match["about"] is not None and start == match.start()
        yield FoundQuantity(span, span, QuantityValue(100 * part, unit="%", approximate=about))
    for match in _VAGUE_PATTERN.finditer(text):
        low = _VAGUE[match[0].lower()]
        span = Span(offset + match.start(), offset + match.end())
        yield FoundQuantity(span, span, QuantityValue(low, low=low, approximate=True))


def _is_lone_one(text: str, match: re.Match[str]) -> bool:
    """The word "one" is mostly a pronoun ("one that killed"), a number only before a noun-like word."""
    return match["number"].lower() == "one" and not re.match(
        r" (?!of|that|who|which|day|in|to|is|was|another|could|can)[a-z]", text[match.end() :]
    )


def _quantity(match: re.Match[str], offset: int) -> FoundQuantity:
    number = _value(match["number"])
    high = _value(match["high"]) if match["high"] is not None else None
    if high is not None and number < high and _scale_of(match["high"]) > 1 and _scale_of(match["number"]) == 1:
        number *= _scale_of(match["high"])  # "2 to 3 million"
    start = match.end("lead") if match["lead"] and high is None else match.start()
    written = match.string[start : match.end()]
    start += len(written) - len(written.lstrip())
    return FoundQuantity(
        span=Span(offset + start, offset + start + len(written.strip())),
        number=Span(offset + match.start("number"), offset + match.end("number")),
        value=QuantityValue(
            value=number,
            low=number if match["least"] or high is not None else None,
            high=high if high is not None else number if match["most"] else None,
            unit=_unit(match["symbol"], match["unit"]),
            approximate=match["about"] is not None,
        ),
    )


def _unit(symbol: str | None, unit: str | None) -> str | None:
    if symbol:
        return _CURRENCY.get(symbol.upper(), symbol)
    if unit is None:
        return None
    word = unit.strip().lower()
    if word == "%" or word.startswith("per"):
        return "%"
    return _CURRENCY_WORDS.get(word.removesuffix("s"), word)


def _scale_of(text: str) -> float:
    words = re.findall(r"[a-z]+", text.lower())
    return _SCALES.get(words[-1], 1.0) if words else 1.0


def _value(text: str) -> float:
    """The number that numerals and number words write: "1.5 million", "twenty-five", "two hundred and six"."""
    total, current = 0.0, 0.0
    for part in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", text.lower()):
        if part[0].isdigit():
            current += float(part.replace(",", ""))
        elif part in _UNITS or part in _TENS:
            current += _UNITS.get(part, _TENS.get(part, 0))
        elif part in _SCALES:
            current = (current or 1.0) * _SCALES[part]
            if _SCALES[part] >= 1000:
                total, current = total + current, 0.0
    return total + current
