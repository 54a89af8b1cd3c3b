"""Who is who inside one article: types settled by vote, shorter names linked to longer ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from retrieval.extraction.entities.entity_typing import GENERIC_WORDS, best_type, type_scores
from retrieval.extraction.entities.gazetteer import load_gazetteer
from retrieval.extraction.entities.mentions import Candidate
from retrieval.extraction.entities.names import PARTICLES, name_key
from retrieval.models import EntityType

# What a guess must score: with the model's opinion, and without it.
_LABELLED, _LABELLED_ORGANIZATION, _UNLABELLED, _PERSON_SINGLE = 1.0, 0.8, 1.7, 1.4
_UNKNOWN_PLACE = 1.2
_CERTAIN = 2.2
_NEVER = float("inf")
_LABEL_TYPES = {
    "NORP": EntityType.GROUP,
    "EVENT": EntityType.OTHER,
    "PRODUCT": EntityType.OTHER,
    "WORK_OF_ART": EntityType.OTHER,
}


@dataclass(slots=True)
class Group:
    """All places where an article writes one name, and what it names."""

    key: str
    places: list[Candidate] = field(default_factory=list)
    type: EntityType = EntityType.OTHER
    score: float = 0.0
    mean: float = 0.0

    @property
    def words(self) -> list[str]:
        """The words of the name's normal form."""
        return self.key.split()


def settle(guesses: Iterable[Candidate], *, plain_words: Set[str] = frozenset()) -> dict[str, Group]:
    """Guesses grouped by written name, each group with one type; groups without enough behind them are left out.

    ``plain_words`` are those that the article writes in lower case: by themselves they need more to be names.
    """
    groups: dict[str, Group] = {}
    for guess in guesses:
        key = name_key(guess.surface)
        groups.setdefault(key, Group(key)).places.append(guess)
    kept: dict[str, Group] = {}
    for group in groups.values():
        labels = Counter(place.label for place in group.places if place.label)
        label = labels.most_common(1)[0][0] if labels else ""
        group.type, group.score = best_type([type_scores(place.tokens, label=place.label) for place in group.places])
        group.mean = group.score
        group.score += 0.2 * (len(group.places) - 1)
        if group.key in plain_words and not group.places[0].surface.isupper():
            group.score -= 1
        if label in _LABEL_TYPES and group.score < 2:
            group.type, group.score = _LABEL_TYPES[label], 1.0
        if group.type in {EntityType.OTHER, EntityType.GROUP} and not _is_group_word(group):
            continue
        if group.score >= _threshold(group, has_label=bool(labels)):
            kept[group.key] = group
    return kept


def _is_group_word(group: Group) -> bool:
    if group.type is EntityType.OTHER:
        return len(group.words) > 1 and any(place.label in {"EVENT", "PRODUCT"} for place in group.places)
    return group.key.endswith("s") and any(place.tokens.root.pos_ in {"NOUN", "PROPN"} for place in group.places)


def _threshold(group: Group, *, has_label: bool) -> float:
    if (
        len(group.words) == 1
        and group.type in {EntityType.PERSON, EntityType.PLACE}
        and any(c.isdigit() for c in group.key)
    ):
        return _NEVER
    if group.type is EntityType.PERSON and any(not c.isalpha() and c not in " ,'.-’" for c in group.places[0].surface):
        return _NEVER  # "Sterling GBP="
    if len(group.words) == 1 and group.type is not EntityType.PERSON and group.key in GENERIC_WORDS:
        return _NEVER
    if group.type is EntityType.PERSON and len(group.words) == 1:
        return _PERSON_SINGLE
    if group.type is EntityType.ORGANIZATION and has_label:
        return _LABELLED_ORGANIZATION if len(group.words) > 1 else _LABELLED
    if group.type is EntityType.PLACE and len(group.words) == 1 and load_gazetteer().lookup(group.key) is None:
        return _UNKNOWN_PLACE
    if group.type is EntityType.FACILITY and len(group.words) == 1:
        return _UNLABELLED
    return _LABELLED if has_label else _UNLABELLED


def link_people(groups: Mapping[str, Group]) -> dict[str, str]:
    """Key of a shorter name of a person -> key of the one longer name in the article that it can mean.

    A surname that two people of the article share stays by itself; so does a name that is also a kind of place here.
    """
    full = [group for group in groups.values() if group.type is EntityType.PERSON and len(group.words) > 1]
    links = _link_middle_names(full)
    by_part: dict[str, set[str]] = defaultdict(set)
    by_first: dict[str, set[str]] = defaultdict(set)
    for group in full:
        target = links.get(group.key, group.key)
        for tail in [*surnames(group.words), *_joined_surname(group)]:
            by_part[tail].add(target)
        by_first[group.words[0]].add(target)
    for group in groups.values():
        if group.key in by_part and group.type is not EntityType.PERSON and group.mean < _CERTAIN:
            group.type = EntityType.PERSON  # a surname of the article, whatever else the model took it for
        if group.type is not EntityType.PERSON or group.key in links:
            continue
        for table in (by_part, by_first) if len(group.words) == 1 else (by_part,):
            targets = {target for target in table.get(group.key, set()) if target != group.key}
            if len(targets) == 1:
                links[group.key] = next(iter(targets))
            if targets:
                break
    return {short: links.get(long, long) for short, long in links.items() if short != long}


def surnames(words: Sequence[str]) -> list[str]:
    """The tails of a full name that may stand for it: the last word, and with its particles ("de la Cruz")."""
    end = len(words)
    while end > 2 and words[end - 1] in {"jr", "sr", "ii", "iii", "iv"}:
        end -= 1
    start = end - 1
    tails = [" ".join(words[start:end])]
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
        tails.append(" ".join(words[start:end]))
    if end - start == 1 and end > 3:
        tails.append(" ".join(words[end - 2 : end]))
    return tails


def _joined_surname(group: Group) -> list[str]:
    """The normal form of "Smith-Jones" for a name that ends in it."""
    last = group.places[0].surface.split()[-1]
    return [name_key(last)] if "-" in last.strip("-") else []


def _link_middle_names(full: Sequence[Group]) -> dict[str, str]:
    """For example "John Smith" -> "John Q. Smith", where only one such longer name is there."""
    links: dict[str, str] = {}
    for short in full:
        longer = [
            long.key
            for long in full
            if len(long.words) > len(short.words)
            and long.words[0] == short.words[0]
            and _is_subsequence(short.words, long.words)
            and long.words[-1] in {short.words[-1], "jr", "sr"}
        ]
        if len(longer) == 1:
            links[short.key] = longer[0]
    return links


def _is_subsequence(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return all(word in rest for word in short)


def link_organizations(groups: Mapping[str, Group]) -> dict[str, str]:
    """Key of a shorter name of an organisation -> key of the one longer name in the article that begins with it."""
    gazetteer = load_gazetteer()
    longer: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        if group.type is EntityType.ORGANIZATION:
            for count in range(1, len(group.words)):
                longer[" ".join(group.words[:count])].add(group.key)
    links: dict[str, str] = {}
    for group in groups.values():
        if group.type is EntityType.PLACE and len(longer[group.key]) == 1 and gazetteer.lookup(group.key) is None:
            group.type = EntityType.ORGANIZATION  # "Norwest" of "Norwest Tankers"
        if group.type is not EntityType.ORGANIZATION or gazetteer.lookup(group.key) is not None:
            continue
        targets = longer.get(group.key, set()) - {group.key}
        if len(targets) == 1 and len(group.key) > 3:
            links[group.key] = targets.pop()
    return links
