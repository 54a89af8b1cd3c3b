"""General words by which answering knows places, people, kinds of organisation and units."""

from __future__ import annotations

import re

from retrieval.models import AnswerType, Entity, EntityType
from retrieval.questions.lexicon import FOCUS_TYPES, PEOPLE_NOUNS
from retrieval.text.words import word_set

LOCATIVES = word_set(
    "in at near outside on from to inside across around off over toward towards into within through beside along"
)

PERSON_NOUNS = (
    PEOPLE_NOUNS
    | word_set("""spokesman spokeswoman spokesperson official officer minister leader lawmaker soldier fighter troop
    commander general civilian contractor worker protester protestor demonstrator militant gunman
    attacker bomber driver pilot passenger resident villager student teacher doctor nurse patient child
    boy girl baby father mother son daughter brother sister wife husband police policeman journalist
    reporter lawyer judge prosecutor witness suspect prisoner hostage refugee migrant citizen voter
    senator congressman deputy president chairman director manager employee farmer scientist researcher
    expert analyst activist critic supporter opponent rebel insurgent terrorist peacekeeper diplomat
    envoy ambassador player footballer coach fan crew sailor firefighter rescuer tourist customer member
    brother aide adviser advisor source mayor governor neighbour neighbor friend family couple youth
    teenager guard inmate detainee""")
    | {word for word, kind in FOCUS_TYPES.items() if kind is AnswerType.PERSON}
)

_TIME_UNITS = word_set("year month week day hour minute second decade century")
_LENGTHS = word_set("kilometre kilometer metre meter mile foot inch yard km cm mm ft league acre")

UNITS_BY_QUESTION: dict[str, frozenset[str]] = {
    "long": _TIME_UNITS | _LENGTHS,
    "far": _LENGTHS,
    "tall": _LENGTHS,
    "high": _LENGTHS | {"%", "degree"},
    "deep": _LENGTHS,
    "wide": _LENGTHS,
    "old": frozenset({"year", "month", "day"}),
    "fast": frozenset({"mph", "kph", "knot", "kilometre", "kilometer", "mile"}),
    "heavy": word_set("kg kilogram gram ton tonne pound"),
}

# How an organisation's name shows its kind.
_KIND_PATTERNS: dict[str, str] = {
    "newspaper": r"\b(?:Times|Post|Journal|Guardian|Herald|Tribune|Daily|Gazette|Telegraph|Independent|Globe|Mail"
    r"|Observer|Chronicle|Zeitung|Le Monde|El País|Sun|Mirror|Star|News|Newspaper|Courier|Examiner|Standard|Today|Press"
    r"|Spiegel|Haaretz|Economist|Figaro|Bild|Reporter|Record|Express|Argus|Dispatch|Sentinel|Bee|Asahi|Yomiuri)\b",
    "agency": r"\b(?:Agency|AFP|AP|Reuters|Associated Press|Agence|Xinhua|TASS|Interfax|Anadolu|Press|Administration|Bureau"
    r"|News|Service|NASA|CIA|FBI|NSA|EPA|FEMA|DPA|UPI|ANSA|EFE)\b",
    "university": r"\b(?:University|College|Institute|School|Universit\w+|MIT|UCLA|Caltech|Polytechnic|Academy)\b",
    "company": r"\b(?:Inc|Corp|Corporation|Ltd|LLC|Group|Airlines?|Airways|Motors?|Company|Co|Bank|Systems|Technologies"
    r"|Industries|Energy|Oil|Foods?|Pharmaceuticals?|AG|SA|PLC|Holdings|Entertainment|Studios?)\b",
    "party": r"\b(?:Party|Democrats?|Republicans?|Labour|Conservatives?|Liberals?|Greens?|Front|Movement|Union|Alliance"
    r"|League)\b",
    "ministry": r"\b(?:Ministry|Department|Office)\b",
    "department": r"\b(?:Ministry|Department|Office)\b",
    "court": r"\bCourt|Tribunal\b",
    "bank": r"\bBank\b|\bBanco\b|\bBanque\b",
    "airline": r"\b(?:Air|Airlines?|Airways|Jet)\w*",
    "airport": r"\bAirport\b",
    "hospital": r"\b(?:Hospital|Clinic|Infirmary)\b",
    "river": r"\bRiver\b|\bRio\b",
    "school": r"\b(?:School|Academy|College)\b",
    "church": r"\b(?:Church|Cathedral|Abbey|Chapel)\b",
}  # fmt: skip
_ALIASES = {
    "paper": "newspaper",
    "daily": "newspaper",
    "firm": "company",
    "corporation": "company",
    "college": "university",
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KIND_PATTERNS.items()}
_COUNTRIES = frozenset({"country", "nation"})
_NOT_COUNTRIES = word_set("city town village capital state province region district county river island street")


def fits_focus(focus: str, entity: Entity, text: str) -> float:
    """How far an entity may be the kind of thing that "which <focus>" asks for: 1 surely, .5 perhaps, 0 no."""
    if focus in _COUNTRIES:
        return 1.0 if entity.country is not None else 0.2
    if focus in _NOT_COUNTRIES:
        return 0.2 if entity.country is not None else 1.0
    pattern = _KINDS.get(_ALIASES.get(focus, focus))
    if pattern is None:
        return 0.8
    if pattern.search(entity.name) or pattern.search(text):
        return 1.0
    other = any(
        p.search(entity.name) for kind, p in _KINDS.items() if kind in {"university", "ministry", "court", "hospital"}
    )
    if focus in {"newspaper", "paper", "daily", "university", "college", "court", "airport", "hospital"} or other:
        return 0.25
    return 0.6 if entity.type is EntityType.ORGANIZATION else 0.4
