"""Entities and their mentions in one article."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.extraction.entities.composites import Composite, find_acronyms, find_composites
from retrieval.extraction.entities.gazetteer import Entry, NameTrie, load_gazetteer
from retrieval.extraction.entities.mentions import Candidate, CandidateFinder
from retrieval.extraction.entities.name_spans import is_headline, is_shouted
from retrieval.extraction.entities.names import WORDS, name_key
from retrieval.extraction.entities.resolution import Group, link_organizations, link_people, settle, surnames
from retrieval.extraction.language.parsing import ParsedBlock, straight
from retrieval.models import EntityType, MentionKind, Span
from retrieval.models.found_facts import FoundEntity, FoundMention

_Identity = tuple[EntityType, str]


@dataclass(slots=True)
class _Found:
    """What is known of one entity while its mentions are collected."""

    entry: Entry | None = None
    forms: Counter[str] = field(default_factory=Counter)


class _Article:
    """The work on one article; `entities` and `mentions` hold the result after `run`."""

    def __init__(self, text: str, parsed: Sequence[ParsedBlock]) -> None:
        self._text = text
        self._parsed = parsed
        self._mentions: dict[Span, tuple[_Identity, MentionKind]] = {}
        self._found: dict[_Identity, _Found] = defaultdict(_Found)
        self._covered = bytearray(len(text))
        self._composites: list[tuple[int, Composite]] = []

    def run(self) -> tuple[list[FoundEntity], list[FoundMention]]:
        gazetteer = load_gazetteer()
        finder = CandidateFinder(gazetteer)
        known: list[Candidate] = []
        guesses: list[Candidate] = []
        acronyms: dict[str, str] = {}
        plain_words: set[str] = set()
        for number, block in enumerate(self._parsed):
            plain = straight(block.block.span.slice(self._text))
            plain_words.update(_PLAIN_WORD.findall(plain))
            matches = list(gazetteer.find(plain))
            made = list(find_composites(plain, block.doc, matches, gazetteer))
            self._composites.extend((block.block.span.start, one) for one in made)
            pairs = list(find_acronyms(plain)) if "(" in plain else []
            block_known, block_guesses = finder.find(
                block,
                plain=plain,
                matches=matches,
                made=[one.span for one in made],
                named=[long for long, _ in pairs],
                number=number,
            )
            known.extend(block_known)
            guesses.extend(block_guesses)
            acronyms.update((short.slice(plain), long.slice(plain)) for long, short in pairs)
        groups = settle(guesses, plain_words=plain_words)
        people, organizations = link_people(groups), link_organizations(groups)
        self._add_known(known, groups)
        self._add_groups(groups, people | organizations)
        self._add_acronyms(acronyms)
        self._add_repeats(groups, people | organizations)
        self._add_composites()
        return self._numbered()

    def _add(self, span: Span, identity: _Identity, kind: MentionKind, *, entry: Entry | None = None) -> bool:
        if any(self._covered[span.start : span.end]):
            return False
        self._covered[span.start : span.end] = b"\1" * (span.end - span.start)
        self._mentions[span] = (identity, kind)
        found = self._found[identity]
        found.entry = found.entry or entry
        if kind is MentionKind.NAME:
            found.forms[self._form(span)] += 1
        return True

    def _form(self, span: Span) -> str:
        return " ".join(span.slice(self._text).split())

    def _add_known(self, known: Sequence[Candidate], groups: dict[str, Group]) -> None:
        people = {
            tail: group
            for group in groups.values()
            if group.type is EntityType.PERSON and len(group.words) > 1
            for tail in surnames(group.words)
        }
        for candidate in known:
            entry = candidate.entry
            if entry is None:
                continue
            namesake = people.get(name_key(candidate.surface))
            if (
                namesake is not None
                and entry.country is None
                and candidate.label in {"PERSON", ""}
                and candidate.kind is MentionKind.NAME
            ):
                self._add(candidate.span, (EntityType.PERSON, namesake.key), MentionKind.NAME)
            else:
                self._add(candidate.span, (entry.type, entry.key), candidate.kind, entry=entry)

    def _add_groups(self, groups: dict[str, Group], links: dict[str, str]) -> None:
        for group in groups.values():
            for place in group.places:
                self._add(place.span, self._identity(group, groups, links), place.kind)

    @staticmethod
    def _identity(group: Group, groups: dict[str, Group], links: dict[str, str]) -> _Identity:
        key = links.get(group.key, group.key)
        entry = load_gazetteer().lookup(key)
        target = groups.get(key, group)
        if entry is not None and entry.type is target.type:
            return entry.type, entry.key
        return target.type, key

    def _add_acronyms(self, acronyms: dict[str, str]) -> None:
        """An acronym that the article introduces means what the article says, whatever else it may be known for."""
        by_key = {identity[1]: identity for identity in self._found}
        for short, long in acronyms.items():
            entry = load_gazetteer().lookup(long)
            identity = (entry.type, entry.key) if entry else by_key.get(name_key(long))
            if identity is None:
                continue
            trie: NameTrie[str] = NameTrie()
            trie.add(short, short)
            for block in self._parsed:
                for span, _ in trie.find(straight(block.block.span.slice(self._text))):
                    here = Span(block.block.span.start + span.start, block.block.span.start + span.end)
                    if here in self._mentions:
                        self._drop(here)
                    self._add(here, identity, MentionKind.ACRONYM)

    def _drop(self, span: Span) -> None:
        identity, kind = self._mentions.pop(span)
        self._covered[span.start : span.end] = bytes(span.end - span.start)
        if kind is MentionKind.NAME:
            self._found[identity].forms[self._form(span)] -= 1

    def _add_repeats(self, groups: dict[str, Group], links: dict[str, str]) -> None:
        """One sure mention settles every other place where the article writes the same name, headlines included."""
        trie: NameTrie[_Identity] = NameTrie()
        for group in groups.values():
            if group.type in {EntityType.OTHER, EntityType.GROUP}:
                continue
            identity = self._identity(group, groups, links)
            for place in group.places:
                trie.add(place.surface, identity)
        tails: dict[str, set[_Identity]] = defaultdict(set)
        for group in groups.values():
            if group.type is EntityType.PERSON and len(group.words) > 1:
                words = group.places[0].surface.split()
                if len(words[-1]) > 2 and words[-1][0].isupper() and load_gazetteer().lookup(words[-1]) is None:
                    tails[words[-1]].add(self._identity(group, groups, links))
        for tail, identities in tails.items():
            if len(identities) == 1:
                trie.add(tail, next(iter(identities)))
        loud: NameTrie[_Identity] = NameTrie()
        if any(is_shouted(block.doc) for block in self._parsed):
            for identity, found in self._found.items():
                for form in found.forms:
                    loud.add(form.upper(), identity)
        for block in self._parsed:
            plain = straight(block.block.span.slice(self._text))
            headline = is_headline(block.doc)
            for span, identity in (loud if is_shouted(block.doc) else trie).find(plain):
                if not headline and self._continues(plain, span):
                    continue
                offset = block.block.span.start
                self._add(Span(offset + span.start, offset + span.end), identity, MentionKind.NAME)

    @staticmethod
    def _continues(plain: str, span: Span) -> bool:
        """Whether a single word is only a part of a longer run of capitalised words."""
        if " " in span.slice(plain):
            return False
        before, after = plain[: span.start].split(" ")[-2:-1], plain[span.end : span.end + 2]
        if plain[span.start - 1 : span.start] == "-" or plain[span.end : span.end + 1] == "-":
            return True
        joins_left = bool(before) and before[0][:1].isupper() and before[0][-1:].isalpha() and plain[span.start - 1] == " "
        return (joins_left and before[0].casefold() not in _OPENERS) or (after[:1] == " " and after[1:2].isupper())

    def _add_composites(self) -> None:
        sides: dict[str, set[str]] = defaultdict(set)
        for _, made in self._composites:
            if made.side in {"lead", "foe"}:
                sides[made.side].add(made.key)
        for offset, made in self._composites:
            span = Span(offset + made.span.start, offset + made.span.end)
            key = made.key
            if made.side:
                if len(sides["lead"]) > 1 or len(sides["foe"]) > 1 or not (sides["lead"] or sides["foe"]):
                    if made.side == "the":
                        continue
                else:  # named by its leader and named by its enemy, it is one, where the article has one of each
                    key = next(iter(sides["lead"] or sides["foe"]))
            if span in self._mentions:
                self._drop(span)
            identity = (made.type, key)
            self._mentions[span] = (identity, made.kind)
            if made.kind is MentionKind.NAME and (made.side != "foe" or not sides["lead"]):
                self._found[identity].forms[self._form(span)] += 1

    def _numbered(self) -> tuple[list[FoundEntity], list[FoundMention]]:
        numbers: dict[_Identity, int] = {}
        mentions = []
        for span, (identity, kind) in sorted(self._mentions.items(), key=lambda item: (item[0].start, -item[0].end)):
            numbers.setdefault(identity, len(numbers))
            mentions.append(FoundMention(span, kind, numbers[identity]))
        entities = [self._entity(identity, mentions, number) for identity, number in numbers.items()]
        return entities, mentions

    def _entity(self, identity: _Identity, mentions: Sequence[FoundMention], number: int) -> FoundEntity:
        kind, key = identity
        found = self._found[identity]
        if found.entry is not None:
            return FoundEntity(kind, found.entry.name, key, found.entry.country)
        forms = [form for form, count in found.forms.items() if count > 0]
        if not forms:
            forms = [self._form(m.span) for m in mentions if m.entity == number]
        if kind in {EntityType.PERSON, EntityType.ORGANIZATION}:
            name = max(forms, key=lambda form: (len(form.split()), found.forms[form], len(form)))
        else:
            name = max(forms, key=lambda form: (found.forms[form], len(form)))
        return FoundEntity(kind, name, key)


_PLAIN_WORD = re.compile(r"\b[a-z]{3,}\b")
_OPENERS = WORDS["opener"]


def find_entities(text: str, parsed: Sequence[ParsedBlock]) -> tuple[list[FoundEntity], list[FoundMention]]:
    """The entities of an article in order of first mention, and their mentions in reading order.

    A mention may hold another one, of a different entity ("Iraqi" in "Iraqi government"). Persons and organisations
    that are unsure are left out: a wrong person is worse than a missed one.
    """
    return _Article(text, parsed).run()
