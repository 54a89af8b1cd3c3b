"""The patterns of time expressions, each with the function that resolves what it matches."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.extraction.temporal import dated_times as dated
from retrieval.extraction.temporal import numeric_dates as figures
from retrieval.extraction.temporal import relative_times as relative
from retrieval.extraction.temporal.holidays import FEAST
from retrieval.extraction.temporal.reference_frames import Resolver
from retrieval.extraction.temporal.time_words import (
    DAY_OF_MONTH,
    DAY_ORDINAL,
    DAY_WORD,
    MONTH,
    NUMBER,
    PART,
    SEASON,
    SHORT_WEEKDAY,
    UNIT,
    WEEKDAY,
    YEAR,
    YEAR_SAID,
)
from retrieval.models import DatePrecision


@dataclass(frozen=True, slots=True)
class Pattern:
    """``needs`` is the precision that the day of publication must have, None where the expression is complete by itself.

    A text in which ``hint`` is not found holds no match.
    """

    regex: re.Pattern[str]
    resolve: Resolver
    needs: DatePrecision | None
    hint: re.Pattern[str] | None = None

    @property
    def is_anaphor(self) -> bool:
        """True for what counts from the time named before it ("two days later")."""
        return self.resolve is relative.resolve_anaphor

    @property
    def is_now(self) -> bool:
        """True for what is a time only as the end of another one ("from March until now")."""
        return self.resolve is relative.resolve_now


def _pattern(regex: str, resolve: Resolver, needs: DatePrecision | None = DatePrecision.DAY) -> Pattern:
    whole = rf"(?<![\w$€£¥#@/])(?<!\d[.,:])(?:(?<!\d-)|(?!\d))(?:{regex})(?!\w|[-/.,:]\d|\s?%)"
    # Bounded, since a long run of spaces would be tried in every way to divide it.
    whole = whole.replace(r"\s*", r"\s{0,8}").replace(r"\s+", r"\s{1,8}")
    hint = _MONTH_HINT if "(?P<month>" in regex and "(?P<month2>" not in regex else _HINTS.get(resolve)
    return Pattern(re.compile(whole, re.IGNORECASE), resolve, needs, None if resolve is dated.resolve_nth_of else hint)


_MONTH_HINT = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_SLASH, _DAY = re.compile(r"\d/\d"), re.compile(r"day", re.IGNORECASE)
_HINTS: dict[Resolver, re.Pattern[str]] = {
    relative.resolve_ago: re.compile(r"\bago\b", re.IGNORECASE),
    relative.resolve_weekday: _DAY,
    relative.resolve_weekday_of_week: re.compile(r"\bweek", re.IGNORECASE),
    dated.resolve_season: re.compile(SEASON, re.IGNORECASE),
    dated.resolve_quarter: re.compile(r"quarter|half|[qh]\s?\d|\d\s?[qh]", re.IGNORECASE),
    dated.resolve_holiday_weekend: re.compile(r"weekend", re.IGNORECASE),
    figures.resolve_numeric_date: _SLASH,
    figures.resolve_numeric_date_range: _SLASH,
}


_D = rf"(?P<day>{DAY_OF_MONTH}(?:st|nd|rd|th)?|{DAY_WORD})"
_JOIN = r"(?P<join>\s*(?:-|–|—|~)\s*|\s+(?:to|until|till|through|and)\s+)(?:the\s+)?"
_JOIN += rf"(?P<to>{DAY_OF_MONTH}(?:st|nd|rd|th)?|{DAY_WORD})"
_M = rf"(?P<month>{MONTH})"
_Y = rf"(?P<year>{YEAR}|{YEAR_SAID})"
_SHORT_Y = r"(?P<year>['’]\d\d|(?<=of\s)\d\d)"
_NO_YEAR = r"(?P<year>)"
_P = rf"(?:(?P<part>{PART})\s*(?:the\s+)?)?"
_W = rf"(?:(?P<weekday>{SHORT_WEEKDAY})\s*,?\s+(?:the\s+)?)?"
_HOURS = r"(?:\s+(?:morning|afternoon|evening|night|lunchtime))?"
_WHICH = r"(?P<which>last|this(?:\s+(?:past|coming|upcoming))?|next|past|coming|upcoming|previous)"
_ORDINAL = r"first|second|third|fourth|final|last|1st|2nd|3rd|4th"
_MONTH, _YEAR = DatePrecision.MONTH, DatePrecision.YEAR

PATTERNS: tuple[Pattern, ...] = (
    # complete by themselves
    _pattern(
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?|\d{4}(?P<s1>[-/.])\d{1,2}(?P=s1)\d{1,2}"
        rf"|\d{{1,2}}(?P<s2>[-/.])\d{{1,2}}(?P=s2){YEAR}|{DAY_OF_MONTH}[-/]{MONTH}[-/]{YEAR}"
        rf"|{MONTH}-{DAY_OF_MONTH}-{YEAR}",
        dated.resolve_written,
        None,
    ),
    _pattern(rf"{_Y}(?P<s>[-/]){_M}(?P=s)(?P<day>{DAY_OF_MONTH})", dated.resolve_date, None),
    _pattern(
        rf"{SHORT_WEEKDAY}\s*,?\s+(?P<written>{YEAR}(?P<s>[-/.])\d{{1,2}}(?P=s)\d{{1,2}})",
        figures.resolve_weekday_iso,
        None,
    ),
    _pattern(
        r"(?P<year>(?:19|20)\d\d)(?P<month_figures>0[1-9]|1[0-2])(?P<day_figures>0[1-9]|[12]\d|3[01])",
        figures.resolve_eight_digits,
        None,
    ),
    _pattern(rf"{_W}{_D}(?:\s+of)?\s+{_M}(?:\s*,\s*|\s+(?:(?:of|in)\s+)?){_Y}", dated.resolve_date, None),
    _pattern(rf"{_W}{_M}\s*(?:the\s+)?{_D}(?:\s*,\s*|\s+(?:of\s+)?){_Y}", dated.resolve_date, None),
    _pattern(rf"{_D}{_JOIN}(?:\s+of)?\s+{_M}(?:\s*,\s*|\s+){_Y}", dated.resolve_day_range, None),
    _pattern(rf"{_M}\s+(?:the\s+)?{_D}{_JOIN}(?:\s*,\s*|\s+){_Y}", dated.resolve_day_range, None),
    _pattern(rf"{_P}{_M}(?:\s*,\s*|\s+(?:(?:of|in)\s+)?|-|/){_Y}", dated.resolve_month, None),
    _pattern(rf"{_W}{_D}(?:\s+of)?\s+{_M}\s+(?:of\s+)?{_SHORT_Y}", dated.resolve_date, None),
    _pattern(rf"{_W}{_M}\s+(?:the\s+)?{_D}\s*,?\s*{_SHORT_Y}", dated.resolve_date, None),
    _pattern(rf"{_P}{_M}\s+(?:of\s+)?{_SHORT_Y}", dated.resolve_month, None),
    _pattern(rf"(?:(?:calendar\s+year|cy)\s+|fy\s?)?{_P}{_Y}", dated.resolve_year, None),
    _pattern(r"[cf]y\s?(?P<part>)(?P<year>\d\d)", dated.resolve_year, None),
    _pattern(rf"(?:the\s+)?week\s+(?P<number>\d{{1,2}})(?:\s*,\s*|\s+(?:of\s+)?){_Y}", figures.resolve_week_number, None),
    _pattern(rf"{_Y}\s?[-–—/~]\s?(?P<to>{YEAR}|\d\d)", dated.resolve_year_range, None),
    _pattern(
        rf"{_Y}-(?P<figures>0[1-9]|1[0-2])|(?P<figures2>0[1-9]|1[0-2])-(?P<year2>{YEAR})",
        dated.resolve_month_in_figures,
        None,
    ),
    _pattern(
        rf"{_P}(?:(?P<decade>1[5-9]\d0|20\d0)(?:['’]?s|\ss)|['’](?P<short>\d0)s|(?P<word>sixties|seventies|eighties|nineties))",
        dated.resolve_decade,
        None,
    ),
    _pattern(
        rf"{_P}(?:(?P<number>\d\d)(?:st|nd|rd|th)|(?P<word>eighteenth|nineteenth|twentieth|twenty-first))[\s-]+century",
        dated.resolve_century,
        None,
    ),
    _pattern(
        rf"(?P<ordinal>{_ORDINAL})[\s-]+(?P<unit>quarter|half)(?P<number>)\s+(?:of\s+)?{_Y}", dated.resolve_quarter, None
    ),
    _pattern(rf"(?P<ordinal>)(?P<unit>[QH])(?P<number>[1-4])\s*(?:of\s+|in\s+|,\s*|/|-)?{_Y}", dated.resolve_quarter, None),
    _pattern(rf"{_Y}[\s-]+(?P<ordinal>)(?P<unit>[QH])(?P<number>[1-4])", dated.resolve_quarter, None),
    _pattern(rf"(?P<ordinal>)(?P<number>[1-4])(?P<unit>[QH])\s*(?:of\s+|,\s*)?{_Y}", dated.resolve_quarter, None),
    _pattern(rf"winter\s+(?:of\s+)?(?P<year>{YEAR})\s?[-–/]\s?(?P<to>(?:19|20)?\d\d)", dated.resolve_winter, None),
    _pattern(rf"{_P}(?P<which>)(?P<season>{SEASON})(?:\s*,\s*|\s+(?:of\s+)?){_Y}", dated.resolve_season, None),
    # without a year
    _pattern(rf"{_W}{_D}(?:\s+of)?\s+{_M}{_NO_YEAR}", dated.resolve_date),
    _pattern(rf"{_W}{_M}(?:\s*|/)(?:the\s+)?{_D}{_NO_YEAR}", dated.resolve_date),
    _pattern(rf"{_WHICH}\s+{_D}(?:\s+of)?\s+{_M}{_NO_YEAR}", dated.resolve_date),
    _pattern(rf"{_WHICH}\s+{_M}\s*(?:the\s+)?{_D}{_NO_YEAR}", dated.resolve_date),
    _pattern(
        rf"(?:(?:(?:last|this|next)\s+)?(?P<weekday>{SHORT_WEEKDAY})\s*,?\s+(?:the\s+)?)?(?P<figures>\d{{1,2}}/\d{{1,2}})(?:/(?P<year>{YEAR}|\d\d))?",
        figures.resolve_numeric_date,
    ),
    _pattern(
        rf"(?:(?<=from\s)|(?<=between\s)|(?<=on\s))(?P<figures>\d{{1,2}}/\d{{1,2}})\s*(?:-|–|to|until|till|through|and)\s*(?P<to>\d{{1,2}}/\d{{1,2}})"
        rf"(?:(?:,\s*|\s+|/)(?P<year>{YEAR}))?",
        figures.resolve_numeric_date_range,
    ),
    _pattern(rf"{_D}{_JOIN}(?:\s+of)?\s+{_M}{_NO_YEAR}", dated.resolve_day_range),
    _pattern(rf"{_M}\s+(?:the\s+)?{_D}{_JOIN}{_NO_YEAR}", dated.resolve_day_range),
    _pattern(rf"{_P}(?:{_WHICH}\s+)?{_M}{_NO_YEAR}", dated.resolve_month, _MONTH),
    _pattern(rf"{_P}(?:{_WHICH}\s+)?(?P<season>{SEASON}){_NO_YEAR}", dated.resolve_season, _MONTH),
    _pattern(
        rf"(?P<ordinal>{_ORDINAL})[\s-]+(?P<unit>quarter|half)(?P<number>)\s+(?:of\s+)?"
        r"(?P<year>(?:last|this|next)\s+year|(?<=of\s)the\s+year)",
        dated.resolve_quarter,
        _YEAR,
    ),
    _pattern(
        rf"(?P<ordinal>{_ORDINAL})[\s-]+(?P<unit>quarter)(?P<number>){_NO_YEAR}(?=\s+(?:net\s+|operating\s+)?(?:earnings|profits?"
        r"|results|revenues?|sales|loss(?:es)?|income|growth|gdp|figures|deliveries)\b)",
        dated.resolve_quarter,
        _MONTH,
    ),
    _pattern(
        rf"(?P<weekday>{SHORT_WEEKDAY})\s*,?\s+(?:the\s+)?(?P<day>{DAY_OF_MONTH}(?:st|nd|rd|th)|(?<=the\s)(?:{DAY_ORDINAL}))",
        dated.resolve_weekday_of_month,
    ),
    _pattern(rf"(?P<weekday>{WEEKDAY})\s+(?P<day>{DAY_OF_MONTH})(?=\s*(?:[.,;:!?)]|$))", dated.resolve_weekday_of_month),
    _pattern(
        rf"(?P<weekday>)(?<=\bon\s)the\s+(?P<day>{DAY_OF_MONTH}(?:st|nd|rd|th))(?=\s*(?:[.,;:!?)]|$))",
        dated.resolve_weekday_of_month,
    ),
    _pattern(
        rf"the\s+(?P<day>{DAY_OF_MONTH}(?:st|nd|rd|th)|{DAY_ORDINAL})\s+(?:of\s+)?(?P<which>last|this|next)\s+month",
        dated.resolve_day_of_near_month,
    ),
    _pattern(rf"{_P}{_Y}\s+{_M}(?!\s+\d)", dated.resolve_month, None),
    # relative to the day of publication
    _pattern(rf"(?:{_WHICH}\s+)?(?P<weekday>{WEEKDAY}){_HOURS}", relative.resolve_weekday),
    _pattern(rf"(?P<weekday>{WEEKDAY})\s+(?:of\s+)?(?P<which>last|this|next)\s+week", relative.resolve_weekday_of_week),
    _pattern(
        rf"(?P<which>last|this|next)\s+week(?:['’]s|\s+on)?\s+(?P<weekday>{WEEKDAY}|(?-i:Mon|Tues?|Wed|Thu(?:rs)?|Fri)\b)",
        relative.resolve_weekday_of_week,
    ),
    _pattern(
        r"the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|(?:(?:earlier|later)\s+)?today|tonight|last\s+night"
        r"|(?:(?:earlier|later)\s+)?this\s+(?:morning|afternoon|evening)|(?:yesterday|tomorrow)" + _HOURS,
        relative.resolve_near_day,
    ),
    _pattern(
        rf"(?:(?P<mark>earlier|later)\s+)?{_P}(?P<which>last|this|next|(?:the\s+)?current)\s+(?P<unit>week|weekend)",
        relative.resolve_this_unit,
    ),
    _pattern(
        rf"(?:(?P<mark>earlier|later)\s+)?{_P}(?P<which>last|this|next|(?:the\s+)?current)\s+(?P<unit>month|quarter)",
        relative.resolve_this_unit,
        _MONTH,
    ),
    _pattern(
        rf"(?:(?P<mark>earlier|later)\s+)?{_P}(?P<which>last|this|next|(?:the\s+)?current)\s+(?:calendar\s+(?=year))?"
        r"(?P<unit>year|decade|century)",
        relative.resolve_this_unit,
        _YEAR,
    ),
    _pattern(
        r"(?P<mark>earlier|later)(?P<part>)\s+in\s+(?P<which>the)\s+(?P<unit>week|month|year)", relative.resolve_this_unit
    ),
    _pattern(
        rf"(?P<mark>)(?P<part>{PART})\s*(?:the\s+)?(?P<which>)(?P<unit>week|month|quarter|year|decade|century)",
        relative.resolve_this_unit,
    ),
    _pattern(
        r"(?P<mark>)(?P<part>)(?P<which>last|this|next)\s+(?P<unit>(?:work(?:ing)?|business)[\s-]?week)",
        relative.resolve_this_unit,
    ),
    _pattern(r"(?:the\s+)?(?P<unit>week|month|quarter|year)[\s-]to[\s-]date", relative.resolve_to_date),
    _pattern(r"(?P<which>(?:this\s+)?past)(?P<mark>)\s+(?P<unit>weekend)", relative.resolve_this_unit),
    _pattern(rf"(?:the\s+)?weekend\s+of\s+{_M}\s+{_D}(?:,?\s+{_Y})?", dated.resolve_weekend_of),
    _pattern(rf"(?:the\s+)?weekend\s+of\s+{_D}\s+{_M}(?:,?\s+{_Y})?", dated.resolve_weekend_of),
    _pattern(r"the\s+weekend", relative.resolve_the_weekend),
    _pattern(r"now|date|the\s+present(?:\s+day)?", relative.resolve_now),
    _pattern(
        r"(?:the\s+)?(?P<unit>week|weekend|month|quarter|year)\s+(?P<which>after\s+next|before\s+last)",
        relative.resolve_second_unit,
    ),
    _pattern(
        rf"(?:(?<!last\s)(?<!past\s)(?P<number2>{NUMBER})\s+(?P<unit2>{UNIT})(?:\s*,\s*|\s+)(?:and\s+)?)?(?P<number>{NUMBER})\s+(?P<unit>{UNIT})\s+ago",
        relative.resolve_ago,
    ),
    _pattern(
        rf"(?P<within>with)?in\s+(?:another\s+)?(?P<number>{NUMBER})\s+(?P<unit>{UNIT})(?:['’]s?\s+time|\s+from\s+(?:now|today))?",
        relative.resolve_ahead,
    ),
    _pattern(rf"(?P<number>{NUMBER})\s+(?P<unit>{UNIT})\s+from\s+now", relative.resolve_ahead),
    _pattern(
        rf"(?P<which>last|past|previous|next|coming|upcoming)\s+(?P<number>{NUMBER})\s+(?:straight\s+|consecutive\s+)?(?P<unit>{UNIT})",
        relative.resolve_rolling,
    ),
    _pattern(
        rf"(?P<number>(?!an?\b){NUMBER})\s+(?P<which>last|past|previous|next|coming|upcoming)\s+(?P<unit>{UNIT})(?<=s)",
        relative.resolve_rolling,
    ),
    _pattern(r"(?P<which>last|next|past|coming)\s+(?P<number>)(?P<unit>fortnight)", relative.resolve_rolling),
    _pattern(
        r"(?P<which>past|coming)\s+(?P<number>)(?P<unit>week|quarter|month|year|decade|century)",
        relative.resolve_rolling,
    ),
    _pattern(
        rf"(?P<number>{NUMBER})\s+(?P<unit>{UNIT})\s+(?P<which>from|after|before)\s+(?P<pivot>today|tomorrow|yesterday)",
        relative.resolve_from_near_day,
    ),
    _pattern(
        rf"(?:(?:the\s+)?week\s+(?:of|beginning|starting|commencing)(?:\s+on)?|w/[cb])\s+{_W}(?:(?:{_M}\s+{_D}|(?P<day2>{DAY_OF_MONTH})\s+(?P<month2>{MONTH}))(?:,?\s+{_Y})?"
        rf"|the\s+(?P<day3>{DAY_OF_MONTH})(?:st|nd|rd|th))",
        dated.resolve_week_of,
    ),
    _pattern(
        rf"(?:the\s+)?(?P<ordinal>{_ORDINAL}|{DAY_ORDINAL}|{DAY_OF_MONTH}(?:st|nd|rd|th))\s+(?:(?P<number>{NUMBER})\s+)?(?P<unit>days?|weeks?|weekend|months?)\s+of\s+"
        rf"(?:(?:{_WHICH}\s+)?{_M}(?:,?\s+{_Y})?|(?P<year2>{YEAR})|(?P<which2>last|this|next)\s+(?P<unit2>year|month))",
        dated.resolve_nth_of,
    ),
    _pattern(
        rf"(?:the\s+)?(?P<ordinal>{_ORDINAL}|fifth)\s+(?P<weekday>{WEEKDAY})\s+(?:of|in)\s+{_M}(?:(?:\s*,\s*|\s+(?:of\s+)?){_Y})?",
        dated.resolve_nth_weekday,
    ),
    _pattern(
        rf"(?P<ordinal>)(?P<unit>(?-i:[QH]))(?P<number>[1-4]){_NO_YEAR}(?!\w|\s*(?:20|19)\d\d)",
        dated.resolve_quarter,
        _MONTH,
    ),
    _pattern(
        rf"(?:the\s+(?=f)|(?=following))(?P<which>following)(?P<number>)\s+(?P<weekday>{WEEKDAY})",
        relative.resolve_following_weekday,
    ),
    _pattern(rf"(?:(?P<which>last|this|next)\s+)?(?P<feast>{FEAST})(?:,?\s+{_Y})?", dated.resolve_holiday),
    _pattern(
        rf"(?P<feast>{FEAST})(?:,?\s+{_Y})?\s+weekend|(?:the\s+)?weekend\s+of\s+(?P<feast2>{FEAST})(?:,?\s+(?P<year2>{YEAR}))?",
        dated.resolve_holiday_weekend,
    ),
    # relative to the time named before
    _pattern(
        rf"(?P<number>{NUMBER})\s+(?P<unit>days?|weeks?|fortnights?|months?|years?)\s+(?P<which>later|earlier)",
        relative.resolve_anaphor,
    ),
    _pattern(r"the\s+(?P<which>next)(?P<number>)\s+(?P<unit>day|morning)", relative.resolve_anaphor),
    _pattern(
        r"(?:the\s+(?=[fps])|(?=that|previous))(?P<which>following|previous|same|that)(?P<number>)\s+(?P<unit>day|morning|night|week|weekend|month|quarter|year)",
        relative.resolve_anaphor,
    ),
)
# A text without any of these holds no time: saves running every pattern over it.
HINT = re.compile(
    r"\d{4}|\d/\d|[’']\d0s|teen\b|thousand|(?-i:\bQ[1-4]\b)|fools|\bcy\d|valentine|weekend|\d(?:st|nd|rd|th)\b|january|february|march|april|\bmay\b|june|july|august|september|october|november|december"
    r"|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|days?\b|morning|afternoon|evening|night|week|fortnight|month|quarter|year"
    r"|decade|century|ties\b|christmas|easter|thanksgiving|halloween|juneteenth|\beve\b|spring|summer|autumn|\bfall\b|winter|\bago\b|tomorrow|hours?\b",
    re.IGNORECASE,
)
