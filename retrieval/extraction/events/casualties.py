"""How many people an attack killed and injured, and between which bounds, from the words of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from retrieval.extraction.temporal.time_words import NUMBERS, number_of
from retrieval.models import CasualtyCount

_ONES = [word for word, number in NUMBERS.items() if len(word) > 2 and 0 < number < 20 and word not in {"couple", "dozen"}]
_TENS = "|".join(word for word, number in NUMBERS.items() if 20 <= number < 100)
# Four digits without a comma are a year sooner than a toll.
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|(?!(?:19|20)\d\d\b)\d{{1,6}}|(?:{_TENS})(?:-(?:{'|'.join(_ONES[:9])}))?"
_NUMBER += "|" + "|".join(sorted(_ONES, key=len, reverse=True)) + r")\b"
_LEAST = r"at\s+least|no\s+(?:fewer|less)\s+than|a\s+minimum\s+of"
_MORE = r"more\s+than|over|upwards\s+of"
_MOST = r"up\s+to|as\s+many\s+as|at\s+most|no\s+more\s+than"
_ABOUT = r"about|around|some|nearly|almost|roughly|approximately|an\s+estimated"
_NO_PEOPLE = r"(?:%|percent|per\s+cent|years?|months?|weeks?|days?|hours?|minutes?|miles?|kilomet\w+|rounds|shots|times)"
_TOLD = rf"(?:(?P<bound>{_LEAST}|{_MORE}|{_MOST}|{_ABOUT})\s+)?(?P<number>{_NUMBER})"
_TOLD += rf"(?![\d,.]*\d|[\s-]*{_NO_PEOPLE}\b|\s*others?\s+(?:wounded|injured|hurt)\b)"
# What may stand between a number and what befell those people; another number or fate may not.
_PEOPLE = r"(?:\s+(?!killed|dead|died|injur|wound|hurt|and\b|when\b|after\b)[A-Za-z'’-]+){0,5}?"
_PEOPLE += r"(?:,\s+(?:including|among\s+them|most\w*|all\s+of\s+them)\b[^,.;]{0,60},)?"
_BE = r"(?:\s+(?:was|were|is|are|been|had\s+been|have\s+been|has\s+been|being|left|reported|confirmed|feared|also))*"


@lru_cache(maxsize=2)
def _patterns(fate: str) -> tuple[re.Pattern[str], ...]:
    doing, done = {
        "killed": (r"kill(?:ed|ing|s)?|murder(?:ed|ing|s)?|massacr(?:ed|ing)", r"killed|dead|died|slain|murdered"),
        "injured": (r"injur(?:ed|ing|es)|wound(?:ed|ing|s)|hurt(?:ing|s)?", r"injured|wounded|hurt"),
    }[fate]
    made = [
        rf"\b(?:{doing})\s+{_TOLD}",
        rf"(?<![\w,.$€£-]){_TOLD}{_PEOPLE}{_BE}\s+(?:{done})\b",
    ]
    if fate == "killed":
        made += [
            rf"\bdeath\s+toll\b[^.;]{{0,60}}?\b(?:to|at|of|reached|was|is|stands\s+at)\s+{_TOLD}",
            rf"\b(?:deaths?|lives)\s+of\s+{_TOLD}",
        ]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in made)


def find_casualty_count(sentence: str, fate: str) -> CasualtyCount | None:
    """The people that a sentence says were ``fate``: "killed" or "injured"; the first number of that kind."""
    found = [match for pattern in _patterns(fate) if (match := pattern.search(sentence))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start("number"))
    return _casualty_count(first["bound"], _number(first["number"]))


def exact(number: int) -> CasualtyCount:
    """A number that is told without a bound."""
    return CasualtyCount(number, number, number)


def joined(casualty_counts: Iterable[CasualtyCount]) -> tuple[int | None, int | None]:
    """The bounds that several accounts set together: from the least to the most that one of them gives."""
    every = list(casualty_counts)
    lows = [casualty_count.low for casualty_count in every if casualty_count.low is not None]
    highs = [casualty_count.high for casualty_count in every if casualty_count.high is not None]
    low, high = min(lows, default=None), max(highs, default=None)
    if high is not None and lows and max(lows) > high:
        high = None  # "at least 20" where another one counted 15
    return low, high


def _casualty_count(bound: str | None, number: int) -> CasualtyCount:
    words = " ".join((bound or "").lower().split())
    if not words:
        return exact(number)
    if re.fullmatch(_LEAST, words):
        return CasualtyCount(number, number, None)
    if re.fullmatch(_MORE, words):
        return CasualtyCount(number, number + 1, None)
    return CasualtyCount(number, None, number) if re.fullmatch(_MOST, words) else CasualtyCount(number, None, None)


def _number(words: str) -> int:
    return number_of(words.replace(",", ""))
