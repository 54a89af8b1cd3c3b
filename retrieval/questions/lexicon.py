"""The words by which a question shows what it asks for."""

from __future__ import annotations

from retrieval.models import AnswerType
from retrieval.text.words import word_set

QUESTION_OPENERS = word_set("""who whom whose what which when where why
    how is are was were do does did has have had will would can
    could should may might in on at by for from to with since according list name""")

SPEECH_VERBS = word_set("""say tell claim state announce declare urge ask demand request deny reject report warn promise vow
    pledge accuse argue insist suggest think believe confirm acknowledge describe add explain admit
    allege assert comment note recommend propose predict threaten call complain criticize criticise
    condemn write remark reply respond order dispute refute""")

# Of these, the ones whose object is what is said even when it is no clause: "who denied the report".
CLAIM_VERBS = word_set("say claim state deny reject confirm acknowledge allege assert dispute refute")

HOW_ADJECTIVES = word_set(
    "many much long far old big large tall high deep wide heavy fast often few old hot cold thick strong soon"
)

GENERIC_NOUNS = word_set("name type kind sort part form person people man woman thing way number amount place time group")

PEOPLE_NOUNS = word_set("people person human victim casualty individual man woman life")

_TYPES: dict[AnswerType, str] = {
    AnswerType.PERSON: """person man woman people player singer actor actress author writer president minister chancellor
        king
    queen leader commander general spokesman spokeswoman spokesperson chief director chairman founder
    ceo journalist scientist politician mayor governor senator judge artist coach captain official
    candidate officer pope prince boy girl lawyer doctor inventor explorer emperor philosopher composer
    astronaut quarterback athlete suspect victim head secretary ambassador premier physicist
    mathematician host winner""",
    AnswerType.ORGANIZATION: """organization organisation company agency newspaper magazine team party group ministry
        department
    university institution school college bank airline club firm corporation network band broadcaster
    station publisher union committee council court church army militia government body association
    league studio""",
    AnswerType.PLACE: """place city country town state province region location area village capital continent island river
    district nation county street airport building hospital stadium site mountain lake ocean sea venue
    hotel museum""",
    AnswerType.DATE: "date year day month decade century time season weekday",
    AnswerType.QUANTITY: """percentage percent number amount population price cost distance age height length speed weight
        temperature rate proportion share score magnitude size area toll total""",
}

FOCUS_TYPES: dict[str, AnswerType] = {word: kind for kind, words in _TYPES.items() for word in words.split()} | {
    "area": AnswerType.PLACE,
    "time": AnswerType.DATE,
}

WH_WORDS = word_set("who whom whose what which when where why how")
AUXILIARIES = {
    **dict.fromkeys(word_set("has have had haven't hasn't hadn't"), "have"),
    **dict.fromkeys(word_set("is are was were am isn aren wasn weren"), "be"),
    **dict.fromkeys(word_set("do does did don doesn didn"), "do"),
    **dict.fromkeys(word_set("will would can could should may might shall must"), "modal"),
}
FITTING_TAGS = {
    "have": {"VBN", "VBD"},
    "be": {"VBG", "VBN", "VBD"},
    "do": {"VB", "VBP", "NN"},
    "modal": {"VB", "VBP"},
}
