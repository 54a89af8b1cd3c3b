"""What stands around a word decides whether it is a time: "in May" and "Theresa May", "in 2014" and "2014 troops"."""

from __future__ import annotations

import re

from retrieval.extraction.temporal.time_words import MONTH

Match = re.Match[str]

_REACH = 60
_I = re.IGNORECASE
# Months that are names as well, and those that are other words in small letters.
_NAMES = frozenset({"march", "april", "may", "june", "august"})
_WORDS = frozenset({"may", "march", "mar"})
_COUNTED = re.compile(
    r"[\s-]+(?:(?:square|cubic|nautical|more|new|other|additional|armed|foreign|local|young|US|U\.S\.|American)\s+)?"
    r"(?:people|persons?|troops|soldiers|fighters|militants|men|women|children|kids|workers|employees|staff|jobs|votes|miles?|kilomet\w+"
    r"|km|mi|met(?:re|er)s?|m|feet|foot|ft|acres|hectares|dollars|euros|pounds|rubles|roubles|yuan|rupees|lira|won|tons?|tonnes|kg|barrels"
    r"|copies|homes|houses|households|families|refugees|migrants|cases|deaths|police|officers|students|pupils|seats|points|calories|times"
    r"|years?|months|weeks|days|hours|minutes|seconds|civilians|prisoners|protesters|demonstrators|rounds|planes|aircraft|tanks|vehicles"
    r"|percent|per\s+cent|degrees|pages|stores|schools|villages|companies|firms|residents|delegates|members|supporters|gmt|utc|hrs|words"
    r"|dead|injured|wounded|victims|others)\b",
    _I,
)
_NUMBERED = (
    r"(?:Windows|Office|Boeing|Airbus|Route|Highway|Interstate|Flight|Room|Area|Resolution|Unit|Model|Level|Page|Chapter|Section|Article"
    r"|Line|Series|Class|Type|Channel|Vol\.|No\.|number|nearly|almost|some|approximately|exactly|another|additional|least|only|at"
    r"|than|estimated|total\s+of|hundreds?|thousands?)\s+"
)
_YEAR_CUE = (
    r"(?:in|since|of|by|until|till|from|to|before|after|during|circa|around|about|between|and|or|year|early|late|mid|the|to|through|for"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|autumn|summer|spring|winter|fall)[\s-]+\(?"
)
_SAID_YEAR_CUE = r"(?:in|since|of|by|until|till|before|after|during|year|between|from)\s+"
_MONTH_CUE = (
    r"(?:in|since|until|till|by|from|to|through|during|of|after|before|between|and|for|late|early|mid|last|next|this|past|every|each|or|over"
    r"|around|about|as\s+of|follow\w+)[\s-]+"
)
_PAPER = re.compile(
    r"\s+(?:Times|Mirror|Telegraph|Mail|Express|Post|Herald|Independent|Sun|Star|Tribune|Night\s+(?:Football|Lights|Live))\b"
)
_ADDRESS = re.compile(
    r"(?:\s+[A-Z][\w.'’-]*){1,3}\s+(?:St|Street|Dr|Drive|Ave|Avenue|Rd|Road|Lane|Ln|Blvd|Boulevard|Way|Court|Place)\b"
)
_FEAST = (
    r"(?:[Bb]lack|Good|Bloody|Super|Cyber|Giving|Ash|Palm|Easter|Holy|Fat|Shrove|Maundy|Ruby|Casual|[Ee]very|[Ee]ach)\s+"
)


def is_preceded(match: Match, pattern: str, flags: int = _I, *, group: str | int = 0) -> bool:
    """True when what ``pattern`` describes stands right before the match, or the ``group`` of it."""
    start = match.start(group)
    before = match.string[max(0, start - _REACH) : start]
    return re.search(rf"(?<!\w)(?:{pattern})\Z", before, flags) is not None


def following(match: Match) -> str:
    """The characters right after a match."""
    return match.string[match.end() : match.end() + _REACH]


def is_count(match: Match) -> bool:
    """True when the number at the end of a match counts what follows it."""
    ends_with_year = "year" in match.groupdict() and match.end("year") == match.end()
    return (match[0][-1].isdigit() or ends_with_year) and _COUNTED.match(match.string, match.end()) is not None


def is_word_not_month(match: Match) -> bool:
    """True for "may" and "march" in small letters in a text that has capitals."""
    word = match["month"]
    if match["year"]:
        return False
    return word.islower() and word.rstrip(".") in _WORDS and (not _around(match, 200).islower() or _is_modal(match))


def is_word_not_day(match: Match) -> bool:
    """True for "In March first responders", "the third March on the capital"; not for "the third of March"."""
    groups = match.groupdict()
    if match["day"][0].isdigit() or groups.get("year"):
        return False
    if groups.get("month") and match.start("day") < match.start("month"):
        return " of " not in match[0]
    after = re.match(r"[\s-]+([a-z]+)", following(match))
    return after is not None and after[1] not in {"and", "or", "to", "till", "until", "through", "at", "in", "as", "when"}


def is_month(match: Match) -> bool:
    """False where a month's name is a person's or another word, judged by its neighbours."""
    word = match["month"].rstrip(".")
    groups = match.groupdict()
    if groups["year"]:
        return not is_count(match)
    if groups.get("part") or groups.get("which"):
        return not (word.islower() and _is_modal(match)) and not (word.lower() == "may" and _is_name_of_person(match))
    if is_preceded(match, r"\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?", group="month"):
        return False  # 31 February
    cued = is_preceded(match, _MONTH_CUE, group="month") or _is_listed(match)
    if word.islower():
        return cued and word not in _WORDS
    if word.lower() in _NAMES:
        return cued and not _is_name_of_person(match) and not _is_named_after(match, cued=False)
    if len(word) <= 4 and word.lower() not in {"june", "july"}:
        return cued and not _is_named_after(match, cued=False)
    return not _is_named_after(match, cued=cued) and (cued or not _is_named_before(match))


def is_year(match: Match) -> bool:
    """False for a number that counts or names something else than a year."""
    if match.groupdict()["part"]:
        return True
    if is_count(match) or is_preceded(match, _NUMBERED):
        return False
    if _ADDRESS.match(match.string, match.end()):
        return False
    if not match["year"].isdigit():
        return is_preceded(match, _SAID_YEAR_CUE) and re.match(r"\s+[a-z]+(?:s|ren|men|ple)\b", following(match)) is None
    number = int(match["year"])
    if 1900 <= number <= 2059:
        return True
    if re.match(r"\s+[a-z]+(?:s|ren|men|ple)\b", following(match)):
        return False
    return is_preceded(match, _YEAR_CUE) or (
        is_preceded(match, r"\(") and match.string[match.end() : match.end() + 1] in {")", "-", "–"}
    )


def is_season(match: Match) -> bool:
    """A season's name alone is one in "in the summer", not in "the fall of the city" or "spring a leak"."""
    groups = match.groupdict()
    if groups["year"] or groups["which"]:
        return True
    if not is_preceded(match, r"(?:in|during|by|until|since|over|from|of|for)\s+(?:the\s+)?(?:early\s+|late\s+)?"):
        return False
    return re.match(r"\s+(?:of|from|in|to)\b|\s+[a-z]+(?:ing|ed)\b|[-\s]?water", following(match)) is None


def is_weekday(match: Match) -> bool:
    """False for newspapers ("Sunday Times"), feasts and what happens every week."""
    return not (_PAPER.match(match.string, match.end()) or is_preceded(match, _FEAST, 0))


def _is_listed(match: Match) -> bool:
    """True beside another month: "January-March", "June and July"."""
    join = r"\s*(?:[-–/,&]|\b(?:to|and|or|through|until|till))\s*"
    after = re.match(join + MONTH + r"(?!\w)", following(match), _I)
    return after is not None or is_preceded(match, MONTH + join, group="month")


def _is_modal(match: Match) -> bool:
    after = following(match)
    return (
        re.match(
            r"\s+(?:be|have|not|also|well|only|still|never|go|take|come|[a-z]+(?:e|t|d|w|n)\b\s+(?:the|a|to|it))\b", after
        )
        is not None
    )


def _is_name_of_person(match: Match) -> bool:
    """True where the text around uses the word as a surname ("Mrs May", "Theresa May")."""
    word = re.escape(match["month"].rstrip("."))
    named = rf"\b(?:Mrs?\.?|Ms\.?|Minister|President|Sir|Lady|(?!{_OPENING})[A-Z][a-z]+)\s+{word}\b(?!\s+\d)"
    return re.search(named, _around(match, 1000)) is not None


def _around(match: Match, reach: int) -> str:
    return match.string[max(0, match.start() - reach) : match.end() + reach]


_OPENING = (
    r"(?:In|Since|Until|By|From|To|During|Of|After|Before|Between|And|For|Late|Early|Last|Next|This|Every|Each|On|As)\b"
)


def _is_named_after(match: Match, *, cued: bool) -> bool:
    """True for "October Revolution"; after a preposition a capital may begin the main clause."""
    after = re.match(r"\s+([A-Z][\w’'-]*)", following(match))
    return after is not None and not cued


def _is_named_before(match: Match) -> bool:
    before = re.search(r"([\w’'-]+)\s+\Z", match.string[max(0, match.start("month") - _REACH) : match.start("month")])
    return before is not None and before[1][0].isupper() and not re.fullmatch(_OPENING, before[1])
