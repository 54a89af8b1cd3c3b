"""Where places lie: the countries, and the cities of at least 100,000 people, of GeoNames (CC BY 4.0), by name.

A name that several cities bear is not guessed at: one is taken for meant only where it is far larger than any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from retrieval.extraction.entities.names import folded

# So many times larger than the next one, a city is meant when its name stands alone.
_FAR_LARGER = 5


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A country or a city; ``country`` is an ISO 3166-1 alpha-2 code. A country has neither coordinates nor people here."""

    geoname_id: int
    name: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """What a name may stand for, the largest first, and the one that it does stand for, None where that is open."""

    candidates: tuple[KnownPlace, ...] = ()
    settled: KnownPlace | None = None


def locate(name: str, *, country: str | None = None) -> Location:
    """The place called ``name``; ``country`` is the code of the country that it is, where it is one."""
    if country is not None:
        known = _countries().get(country)
        return Location((known,), known) if known else Location()
    found = _cities().get(folded(name).casefold(), ())
    if not found:
        return Location()
    is_settled = len(found) == 1 or (found[0].people or 0) >= _FAR_LARGER * (found[1].people or 1)
    return Location(found, found[0] if is_settled else None)


def _rows(name: str) -> list[list[str]]:
    text = (files("retrieval.extraction") / "lexicons" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, KnownPlace]:
    return {row[0]: KnownPlace(int(row[4]), row[1], row[0]) for row in _rows("countries.tsv")}


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, tuple[KnownPlace, ...]]:
    found: dict[str, list[KnownPlace]] = defaultdict(list)
    for name, code, number, thousands, latitude, longitude in _rows("cities.tsv"):
        city = KnownPlace(int(number), name, code, float(latitude), float(longitude), int(thousands) * 1000)
        found[folded(name).casefold()].append(city)
    return {name: tuple(sorted(cities, key=lambda c: -(c.people or 0))) for name, cities in found.items()}
