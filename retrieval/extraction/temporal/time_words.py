"""The words of English time expressions and what they stand for."""

from __future__ import annotations

import re

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# First month of each; winter reaches into the next year.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
ORDINALS |= {"final": -1, "last": -1}
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {word: n for n, word in enumerate(_ONES.split(), 1)} | {word: n * 10 for n, word in enumerate(_TENS.split(), 2)}
NUMBERS |= {"a": 1, "an": 1, "couple": 2, "dozen": 12, "hundred": 100, "half": 0}
CENTURIES = {"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty-first": 21}
_DAYS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
)
DAY_WORDS = (*_DAYS.split(), *[""] * 9, "thirtieth")
DECADES = {f"{word[:-1]}ies": n * 10 for n, word in enumerate(_TENS.split(), 2)}

# Regular expressions, to be used without regard to case.
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    # the dot that ends a sentence is not the abbreviation's
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?![^\W\d_])(?:\.(?=\s{0,3}[\d,])|(?-i:\.(?=\s{0,3}[a-z])))?)"
)
WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
SHORT_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
SEASON = r"(?:spring|summer|autumn|fall|winter)"
NUMBER = (
    r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|(?:a\s+)?couple(?:\s+of)?|a\s+(?:dozen|hundred)|an?)"
)
UNIT = r"(?:minutes?|hours?|days?|weeks?|fortnights?|months?|quarters?|years?|decades?|centur(?:y|ies))"
DAY_OF_MONTH = r"(?:3[01]|[12]\d|0?[1-9])"
_ONE = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TEEN = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
DAY_ORDINAL = (
    r"(?:(?:twenty|thirty)[\s-]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|(?:(?:thir|four|fif|six|seven|eigh|nine)te|t|elev)enth|twelfth|(?:twent|thirt)ieth"
)
DAY_WORD = rf"{DAY_ORDINAL}|(?:twenty|thirty)[\s-]{_ONE}|{_TEEN}"
YEAR = r"(?:1[0-9]\d\d|2[01]\d\d)"
YEAR_SAID = (
    rf"(?:(?:fif|six|seven|eigh|nine)teen(?:\s+hundred(?:\s+and)?)?[\s-]+(?:{_TEEN}|(?:{'|'.join(_TENS.split())})(?:[\s-]{_ONE})?|oh[\s-]{_ONE})"
    rf"|twenty[\s-]+(?:{_TEEN}|(?:twenty|thirty)(?:[\s-]{_ONE})?)"
    rf"|two\s+thousand(?:\s+(?:and\s+)?(?:{_TEEN}|(?:twenty|thirty)(?:[\s-]{_ONE})?|{_ONE}))?)"
)
PART = (
    r"(?:(?:very\s+)?(?:early|late)(?:\s+in)?|mid(?:dle)?[\s-]+(?:of\s+)?|the\s+(?:beginning|start|middle|end|close)\s+of"
    r"|(?:beginning|start|middle|end)\s+of)"
)


def month_number(word: str) -> int:
    """1 to 12 for a month's name or its abbreviation."""
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(word.lower().rstrip(".")[:3]))


def weekday_number(word: str) -> int:
    """0 (Monday) to 6 for a weekday's name or its abbreviation."""
    return next(n for n, name in enumerate(WEEKDAYS) if name.startswith(word.lower().rstrip(".")[:3]))


def year_number(words: str) -> int:
    """The year of "1996", "nineteen ninety-six", "two thousand and five", "'96"; of two figures the one nearest to 2000."""
    words = words.lower().strip("'’ ")
    if words.isdigit():
        number = int(words)
        return number if len(words) > 2 else number + (1900 if number >= 50 else 2000)
    parts = [part for part in re.split(r"[\s-]+", words) if part not in {"and", "oh", "hundred"}]
    if parts[:2] == ["two", "thousand"]:
        return 2000 + sum(NUMBERS[part] for part in parts[2:])
    return NUMBERS[parts[0]] * 100 + sum(NUMBERS[part] for part in parts[1:])


def day_of_month(word: str) -> int:
    """1 to 31 for "3", "3rd", "third", "twenty-third", "twenty three"; 0 for another ordinal."""
    digits = word.rstrip("stndrhSTNDRH")
    if digits.isdigit():
        return int(digits)
    *tens, last = re.split(r"[\s-]+", re.sub(r"(?<=ty)(?=\w)", " ", word.lower()))
    if last in NUMBERS:
        return NUMBERS[last] + (NUMBERS[tens[0]] if tens else 0)
    if last not in DAY_WORDS:
        return 0
    return DAY_WORDS.index(last) + 1 + (NUMBERS[tens[0]] if tens else 0)


def number_of(words: str) -> int:
    """The number that digits or words stand for ("twenty-one", "a couple of")."""
    words = words.lower().strip()
    if words.isdigit():
        return int(words)
    parts = [part for part in re.split(r"[\s-]+", words) if part != "of"]
    if len(parts) == 2 and parts[0] in {"a", "an"}:
        return NUMBERS[parts[1]]
    return sum(NUMBERS[part] for part in parts)
