"""Words as retrieval compares them: stems, stop-words, and small general sets of words that stand for one another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

_ANALYZER = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.lowercase()).filter(Filter.stemmer("english")).build()


def word_set(text: str) -> frozenset[str]:
    """The words of a list written with spaces."""
    return frozenset(text.split())


STOP_WORDS = word_set("""a an the this that these those there here it its itself he him his she her hers they them their
    theirs we us our you your i me my mine who whom whose which what when where why how is are was were
    be been being am do does did done doing has have had having will would shall should can could may
    might must and or but nor if then than so as of in on at by for from to into onto with about over
    under after before between since until till during through against according not no n't 's yes also
    too very just only more most many much some any all both each other such own same again ever still
    yet now please tell name give list show know exactly actually while because due""")

# Words of a group may stand for one another in a question and the text that answers it. A word may be in several groups.
_GROUPS = """
kill death dead die slay murder assassinate fatality fatal perish assassination
strike attack raid bombing bombardment airstrike assault bomb
say tell claim state announce declare speak talk add note comment statement remark report explain
urge call ask demand request appeal press
deny reject refute dispute denial
order command instruct
pause suspend halt stop suspension cease interrupt
resume restart reopen resumption
ban prohibit forbid outlaw bar
shut close closure
open reopen
start begin launch commence beginning onset
end finish conclude close expire
win victory beat defeat triumph winner champion
lose loss defeat
soldier troop serviceman military personnel
elect vote choose election
buy purchase acquire acquisition takeover pay
sell sale
cause reason lead trigger prompt
hurt injure wound injury wounded casualty
arrest detain capture custody detention apprehend
hold host stage
meet meeting talk summit
quit resign leave resignation depart departure
become appoint name nominate appointment
build construct construction erect
make produce manufacture create production
find discover discovery
found establish set create form
locate situate base lie
live reside home
fly flight
grow rise increase climb surge jump
fall drop decline decrease sink plunge
arrive reach come
go travel visit trip
help assist aid support
show reveal display demonstrate
occur happen take
receive get obtain
earn gain
give donate grant award
write author pen
big large
film movie picture
company firm business corporation
newspaper paper daily
quake earthquake tremor
flee escape
bear birth
marry wed wife husband marriage wedding
cost price worth
plan intend aim
expel oust evict
crash collision collide accident
blast explosion explode
child kid
doctor physician
car vehicle
""".strip().splitlines()

_NOMINAL_ENDINGS = (
    "ption",
    "ation",
    "ition",
    "ssion",
    "sion",
    "tion",
    "ion",
    "ment",
    "ance",
    "ence",
    "al",
    "er",
    "or",
    "ing",
    "ure",
    "y",
    "th",
)
_LIGHT_VERBS = word_set("be have do take occur happen go get make come")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English Snowball stem of a word, lower-cased; the same analyzer as the index uses."""
    stems = _ANALYZER.analyze(word.replace("’", "'").removesuffix("'s"))
    return stems[0] if stems else word.lower()


def _build_groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(_GROUPS):
        for word in line.split():
            groups.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


_GROUP_OF = _build_groups()


def is_stop_word(word: str) -> bool:
    """True for a word that carries no topic. ``US`` and ``IS`` in capitals are names and no stop-words."""
    if word.isupper() and len(word) > 1:
        return False
    return word.lower() in STOP_WORDS


def is_light(lemma: str) -> bool:
    """True for a verb that says nothing by itself ("take place", "happen"), so that a text need not repeat it."""
    return lemma.lower() in _LIGHT_VERBS


def similarity(first: str, second: str) -> float:
    """How far two words (lemmas or forms) may stand for one another: 1 same stem, .9 derived, .8 same group, else 0."""
    one, two = stem(first), stem(second)
    if one == two:
        return 1.0
    low, other = first.lower(), second.lower()
    # What is derived begins with the same two letters at least; to compare these is much cheaper.
    if low[:2] == other[:2] and _are_derived(low, other):
        return 0.9
    if one in _GROUP_OF and not _GROUP_OF[one].isdisjoint(_GROUP_OF.get(two, ())):
        return 0.8
    return 0.0


@lru_cache(maxsize=65536)
def _telling(word: str) -> tuple[str, str, str] | None:
    """The stem of a word, the word in lower case and how it begins; None for a stop-word."""
    if is_stop_word(word):
        return None
    low = word.lower()
    return stem(word), low, low[:2]


class WordBag:
    """The words of a stretch of text, kept so that a word need not be compared with each; stop-words are like none."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._telling = [known for known in map(_telling, self.words) if known]
        self._stems = {one for one, _, _ in self._telling}
        self._beginnings = {begin for _, _, begin in self._telling}

    def similarity(self, word: str) -> float:
        """The greatest `similarity` of ``word`` to one of the words; 0 where there are none."""
        own = stem(word)
        if own in self._stems:
            return 1.0
        low = word.lower()
        begins = low[:2]
        if begins in self._beginnings and any(
            _are_derived(low, other) for _, other, beginning in self._telling if beginning == begins
        ):
            return 0.9
        groups = _GROUP_OF.get(own)
        return 0.8 if groups and any(not groups.isdisjoint(_GROUP_OF.get(one, ())) for one in self._stems) else 0.0


@lru_cache(maxsize=65536)
def _are_derived(one: str, other: str) -> bool:
    return _is_derived(one, other) or _is_derived(other, one)


def _is_derived(noun: str, verb: str) -> bool:
    """True when ``noun`` is made from ``verb`` by a usual ending: invasion from invade, decision from decide."""
    if len(verb) < 4 or len(noun) <= len(verb):
        return False
    roots = {verb, verb.removesuffix("e"), verb.removesuffix("y"), verb[:-1] if verb[-1] in "dt" else verb}
    if verb.endswith(("de", "te", "se")):
        roots.add(verb[:-2])
    return any(noun.endswith(ending) and noun[: -len(ending)] in roots for ending in _NOMINAL_ENDINGS)
