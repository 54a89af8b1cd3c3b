"""Feasts and the day of each in a year; those with another day in every country (Independence Day) are left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

_Rule = Callable[[int], date]


def easter(year: int) -> date:
    """Easter Sunday of the western churches (the anonymous Gregorian algorithm; Meeus, Astronomical Algorithms, 1991)."""
    golden, century, rest = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> _Rule:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> _Rule:
    return lambda year: easter(year) + timedelta(days)


def _weekday(month: int, weekday: int, place: int) -> _Rule:
    """The ``place``-th such weekday of a month; -1 is the last one."""

    def rule(year: int) -> date:
        if place < 0:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
            return last - timedelta((last.weekday() - weekday) % 7)
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (place - 1))

    return rule


_RULES: Mapping[str, _Rule] = {
    "christmas day": _fixed(12, 25),
    "christmas eve": _fixed(12, 24),
    "christmas": _fixed(12, 25),
    "boxing day": _fixed(12, 26),
    "new year's day": _fixed(1, 1),
    "new year's eve": _fixed(12, 31),
    "valentine's day": _fixed(2, 14),
    "epiphany": _fixed(1, 6),
    "groundhog day": _fixed(2, 2),
    "international women's day": _fixed(3, 8),
    "st patrick's day": _fixed(3, 17),
    "st. patrick's day": _fixed(3, 17),
    "saint patrick's day": _fixed(3, 17),
    "saint patrick": _fixed(3, 17),
    "april fools' day": _fixed(4, 1),
    "cinco de mayo": _fixed(5, 5),
    "international workers' day": _fixed(5, 1),
    "ve day": _fixed(5, 8),
    "world environment day": _fixed(6, 5),
    "may day": _fixed(5, 1),
    "earth day": _fixed(4, 22),
    "juneteenth": _fixed(6, 19),
    "bastille day": _fixed(7, 14),
    "halloween": _fixed(10, 31),
    "all saints' day": _fixed(11, 1),
    "all souls' day": _fixed(11, 2),
    "guy fawkes night": _fixed(11, 5),
    "bonfire night": _fixed(11, 5),
    "remembrance day": _fixed(11, 11),
    "veterans day": _fixed(11, 11),
    "armistice day": _fixed(11, 11),
    "shrove tuesday": _from_easter(-47),
    "ash wednesday": _from_easter(-46),
    "palm sunday": _from_easter(-7),
    "maundy thursday": _from_easter(-3),
    "good friday": _from_easter(-2),
    "easter sunday": _from_easter(0),
    "easter monday": _from_easter(1),
    "easter": _from_easter(0),
    "ascension day": _from_easter(39),
    "pentecost": _from_easter(49),
    "whit monday": _from_easter(50),
    "martin luther king day": _weekday(1, 0, 3),
    "martin luther king jr. day": _weekday(1, 0, 3),
    "mlk day": _weekday(1, 0, 3),
    "presidents' day": _weekday(2, 0, 3),
    "memorial day": _weekday(5, 0, -1),
    "labor day": _weekday(9, 0, 1),
    "columbus day": _weekday(10, 0, 2),
    "thanksgiving day": _weekday(11, 3, 4),
    "thanksgiving": _weekday(11, 3, 4),
    "black friday": lambda year: _weekday(11, 3, 4)(year) + timedelta(1),
    "cyber monday": lambda year: _weekday(11, 3, 4)(year) + timedelta(4),
}

_OWNS = r"(?:['’]?s|s['’])?"
FEAST = "|".join(
    re.escape(name).replace("'s", _OWNS).replace("s'", _OWNS).replace(r"\ ", r"\s+")
    for name in sorted(_RULES, key=len, reverse=True)
)
"""A regular expression of all names, to be used without regard to case."""

BARE = frozenset({"christma", "easter", "thanksgiving", "halloween"})
"""Those that are seasons and adjectives too ("Christmas market")."""


def holiday_date(words: str, year: int) -> date:
    """The day of the feast called ``words``, as `FEAST` matches it."""
    return _BY_NAME[holiday_name(words)](year)


def holiday_name(words: str) -> str:
    """The name in lower case, with single spaces, without apostrophes and the letters that go with them."""
    return re.sub(r"s\b", "", re.sub(r"['’]", "", re.sub(r"\s+", " ", words.lower())))


_BY_NAME = {holiday_name(name): rule for name, rule in _RULES.items()}
