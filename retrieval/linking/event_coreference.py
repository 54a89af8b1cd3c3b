"""Whether two articles tell of the same happening.

Precision first: a shared type is never enough. Two tellings are one happening when their times can be one, nothing
speaks against it (other victims, another town), and enough speaks for it: people and places that both name, the same deed,
the same toll, sentences in the same words, and articles of one story. A date that fell back on the publication date is
weak evidence. The weights of story, deed and words were chosen on the topics of ECB+ with even numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from retrieval.models import EntityType, EventType, ParticipantRole
from retrieval.text.word_sets import load_words

ENOUGH = 3.0
"""From this sum of evidence on two tellings are one happening."""

FALLBACK_REACH = timedelta(days=4)
"""How far apart two dates may lie of which one is only that of publication."""

_SAME_STORY, _SAME_DEED, _OTHER_DEED = 1.0, 1.0, -1.0
# Tolls grow from report to report of one story; outside it, other numbers are rather of another attack.
_OTHER_TOLL = -1.5
# Two captures of two ships read alike; where no time is known, nothing tells them apart.
_NO_TIME = -0.5
_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDING = re.compile(r"(?<=[^\W\d_]{3})(?:ings?|ed|ions?|e?s)\Z")
_STEM = 5
_COMMON = load_words("common")
# Modes that say what was done, whatever the verb.
_TELLING_MODES = frozenset({"abduct", "arrest", "deport", "expel", "kill", "release", "resign", "withdraw"})


@dataclass(frozen=True, slots=True)
class Role:
    """A participant that is known by name."""

    entity_id: str
    type: EntityType
    role: ParticipantRole
    is_country: bool = False


@dataclass(frozen=True, slots=True)
class EventProfile:
    """How one article tells of an event: what is needed to compare it with another article's.

    ``start`` and ``end`` are None where nothing is known; ``is_dated`` is false for a date fallen back on. ``place`` is
    (entity id, country code, whether it is a country). ``deeds`` are stems of triggers, ``words`` stems of what else its
    sentences say. ``story`` is that of the article.
    """

    type: EventType
    start: datetime | None
    end: datetime | None
    is_dated: bool
    roles: tuple[Role, ...] = ()
    place: tuple[str, str | None, bool] | None = None
    fatalities: int | None = None
    deeds: frozenset[str] = field(default_factory=frozenset)
    words: frozenset[str] = field(default_factory=frozenset)
    story: str | None = None


def stems(texts: Iterable[str]) -> frozenset[str]:
    """The content words of texts without their endings, cut to their first letters: "killed" and "killing" are one."""
    found = (word.casefold() for text in texts for word in _WORD.findall(text))
    return frozenset(_ENDING.sub("", word)[:_STEM] for word in found if word not in _COMMON)


def deeds_of(triggers: Iterable[str], mode: str | None) -> frozenset[str]:
    """What is done: the stems of the triggers, those of one family as one ("abducted" and "kidnapped"), and a mode that
    says it ("arrest" of "taken into custody").
    """
    families = _families()
    told = {families.get(stem, stem) for stem in stems(triggers)}
    return frozenset(told | ({mode} if mode in _TELLING_MODES else set()))


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    names = ("abduct", "arrest", "kill", "protest", "release", "withdraw")
    return {stem: name for name in names for stem in stems(load_words(f"family_{name}"))}


def likeness(one: EventProfile, other: EventProfile) -> float:
    """The sum of evidence that two accounts are of one happening; 0 where something speaks against it."""
    if one.type is not other.type or not _times_meet(one, other) or _contradict(one, other):
        return 0.0
    evidence = _named_evidence(one, other)
    if one.deeds and other.deeds:
        evidence += _SAME_DEED if one.deeds & other.deeds else _OTHER_DEED
    if one.story is not None and one.story == other.story:
        evidence += _SAME_STORY
    elif None not in {one.fatalities, other.fatalities} and one.fatalities != other.fatalities:
        evidence += _OTHER_TOLL
    if one.fatalities is not None and one.fatalities == other.fatalities:
        evidence += 0.5 if one.fatalities == 1 else 1.0
    if one.start is None or other.start is None:
        evidence += _NO_TIME
    elif one.is_dated and other.is_dated:
        evidence += 0.5
    return evidence + _word_evidence(one, other)


def is_coreferent(new: EventProfile, cluster: Sequence[EventProfile]) -> float:
    """The mean evidence that ``new`` belongs to a cluster, 0 where it contradicts a member or is not enough."""
    sums = [likeness(new, old) for old in cluster]
    if not sums or any(_contradict(new, old) for old in cluster):
        return 0.0
    best, mean = max(sums), sum(sums) / len(sums)
    return mean if best >= ENOUGH and mean >= ENOUGH / 2 else 0.0


def _times_meet(one: EventProfile, other: EventProfile) -> bool:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return True
    slack = timedelta(0) if one.is_dated and other.is_dated else FALLBACK_REACH
    return one.start <= other.end + slack and other.start <= one.end + slack


def _contradict(one: EventProfile, other: EventProfile) -> bool:
    """Other people harmed, or other towns."""
    harmed, also_harmed = _harmed(one), _harmed(other)
    if harmed and also_harmed and not harmed & also_harmed:
        return True
    if one.place is None or other.place is None or one.place[0] == other.place[0]:
        return False
    if one.place[2] or other.place[2]:  # a country holds its towns; two countries are two places
        return one.place[1] is not None and other.place[1] is not None and one.place[1] != other.place[1]
    return True


def _harmed(account: EventProfile) -> set[str]:
    roles = {ParticipantRole.VICTIM, ParticipantRole.RECIPIENT}
    return {r.entity_id for r in account.roles if r.type is EntityType.PERSON and r.role in roles}


def _named_evidence(one: EventProfile, other: EventProfile) -> float:
    theirs = {role.entity_id: role for role in other.roles}
    evidence = 0.0
    for entity_id, role in {role.entity_id: role for role in one.roles}.items():
        same = theirs.get(entity_id)
        if same is None:
            continue
        weight = 1.5 if role.type is EntityType.PERSON else 0.5 if role.is_country else 1.0
        evidence += weight if same.role is role.role else weight / 2
    if one.place is not None and other.place is not None and one.place[0] == other.place[0]:
        evidence += 0.5 if one.place[2] else 1.0
    return evidence


def _word_evidence(one: EventProfile, other: EventProfile) -> float:
    """Up to 2 for sentences in the same words: the share of the shorter one's words that the longer one has."""
    shorter = min(len(one.words), len(other.words))
    if shorter < 3:
        return 0.0
    return 2.0 * len(one.words & other.words) / shorter
