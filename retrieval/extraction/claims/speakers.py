"""Who a noun phrase or pronoun stands for, as an entity number.

The rule, in this order:

1. The mention that holds the head noun of the phrase ("Foreign Minister *Ann Lee*", "the *Nordic Council*").
   A person named in apposition is the speaker too ("a spokesman, *Ann Lee*,").
2. Where the head is a role that speaks or acts for others (spokesman, official, ministry, lawmakers ...), the last
   organisation named in the phrase, else the last place or people: "a *Health Ministry* aide", "two *French* officials".
   A person in the phrase is never taken so ("Smith's lawyer" is not Smith).
3. A pronoun stands for the last compatible speaker or, for "he" and "she", the last person who was a subject, whichever is
   later.
4. "The president" is the one person to whom the article gives that title.
5. A definite phrase ("the official") that names nobody stands for the last speaker with the same head noun.

An unnamed "spokesman" is so never silently the spokesman named elsewhere in the article.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from spacy.tokens import Token

from retrieval.extraction.entities.names import GIVEN_NAMES
from retrieval.extraction.language.noun_phrases import phrase_range
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import EntityType, MentionKind, Span
from retrieval.models.found_facts import FoundEntity, FoundMention, FoundRole
from retrieval.text.word_sets import load_words

ROLES = load_words("roles")
_MALE = frozenset(["he", "him", "his", "himself"])
_FEMALE = frozenset(["she", "her", "hers", "herself"])
_THING = frozenset(["it", "its", "itself"])
_PLURAL = frozenset(["they", "them", "their", "theirs", "themselves"])
_OWN = frozenset(["i", "we", "me", "us", "my", "our"])
# "in ", "at the " and so on just before a name.
_WHERE = re.compile(r"\b(?:in|at|near|outside|inside|on|within)\s+(?:\w+\s+){0,2}$")
_TITLE_LINK = re.compile(r"\s+(?:of|for|at|in|to|on|with)\s+")
_ABBREVIATED = {"gov": "governor", "sen": "senator", "rep": "representative", "gen": "general", "capt": "captain"}
PRONOUNS = _MALE | _FEMALE | _THING | _PLURAL | _OWN
_MALE_WORDS = load_words("male_words")
_FEMALE_WORDS = load_words("female_words")
_PERSONAL = load_words("personal_roles")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A resolved phrase: where it stands, its words, its entity where known, and how it may be referred to again."""

    span: Span
    text: str
    entity: int | None
    head: str
    is_person: bool
    is_plural: bool
    position: int
    gender: str | None = None


@dataclass(slots=True)
class EntityLinker:
    """Entities at places of the text, and the memory of speakers that pronouns need. Feed it in reading order."""

    text: str
    entities: Sequence[FoundEntity]
    mentions: Sequence[FoundMention]
    roles: Sequence[FoundRole] = ()
    speakers: list[Speaker] = field(default_factory=list)
    _sorted: list[FoundMention] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _subjects: list[tuple[int, int]] = field(default_factory=list)
    _genders: dict[int, str] = field(default_factory=dict)
    # Who bears a title as it is taken up again: in full, and in part ("the director" of an institute).
    _offices: dict[str, set[int]] = field(default_factory=dict)
    _titles: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sorted = sorted(self.mentions, key=lambda m: (m.span.start, -m.span.end))
        self._starts = [m.span.start for m in self._sorted]
        for number, entity in enumerate(self.entities):
            if entity.type is EntityType.PERSON and (gender := GIVEN_NAMES.get(entity.name.split()[0])):
                self._genders[number] = gender
        for role in self.roles:
            whole = " ".join(role.title.lower().split())
            for title in _short_titles(role.title):
                holders = self._offices if title == whole else self._titles
                holders.setdefault(title, set()).add(role.entity)

    def mentions_in(self, span: Span) -> list[FoundMention]:
        """Mentions that lie inside ``span``."""
        first = bisect_left(self._starts, span.start)
        last = bisect_left(self._starts, span.end)
        return [m for m in self._sorted[first:last] if m.span.end <= span.end]

    def mention_at(self, span: Span) -> FoundMention | None:
        """The longest mention that overlaps ``span``."""
        last = bisect_left(self._starts, span.end)
        over = [m for m in self._sorted[max(0, last - 12) : last] if m.span.overlaps(span)]
        return max(over, key=lambda m: m.span.end - m.span.start, default=None)

    def note_subjects(self, parsed: ParsedBlock) -> None:
        """Remember which persons were subjects in a block, for the pronouns after them."""
        for token in parsed.doc:
            if token.dep_ not in {"nsubj", "nsubjpass"} or token.pos_ == "PRON":
                continue
            span = parsed.span(token)
            mention = self.mention_at(span)
            if mention is not None and self.entities[mention.entity].type is EntityType.PERSON:
                self._subjects.append((span.start, mention.entity))

    def entity_of(self, parsed: ParsedBlock, head: Token, *, speaks: bool = True) -> int | None:
        """The entity of a noun phrase by rule 1 and, where it ``speaks`` or acts for others, rule 2."""
        if head.pos_ == "PRON":
            mention = self.mention_at(parsed.span(head))
            return mention.entity if mention is not None and mention.kind is MentionKind.PRONOUN else None
        start, end = phrase_range(head)
        span = parsed.span(parsed.doc[start:end])
        at_head = self.mention_at(parsed.span(head))
        if at_head is not None and at_head.span.end >= parsed.span(head).end:
            return at_head.entity
        named = next((c for c in head.rights if c.dep_ == "appos"), None)
        if named is not None:  # "the army commander John Smith", "a spokesman, John Smith,"
            mention = self.mention_at(parsed.span(named))
            if mention is not None and self.entities[mention.entity].type is EntityType.PERSON:
                return mention.entity
        holder = self._holder(parsed, head, start)
        if holder is not None:
            return holder
        if not speaks or head.lemma_.lower() not in ROLES:
            return None
        inside = [m for m in self.mentions_in(span) if self._may_be_spoken_for(m, span)]
        organisations = [m for m in inside if self.entities[m.entity].type in {EntityType.ORGANIZATION, EntityType.GROUP}]
        places = [m for m in inside if m.kind is MentionKind.DEMONYM or self.entities[m.entity].country is not None]
        chosen = organisations or places
        return chosen[-1].entity if chosen else None

    def _holder(self, parsed: ParsedBlock, head: Token, start: int) -> int | None:
        """Rule 4: "the president", where the article gives just one person that title."""
        if parsed.doc[start].lower_ != "the" or head.tag_ != "NN":
            return None
        if any(c.dep_ in {"prep", "appos", "relcl", "conj", "acl"} for c in head.rights):
            return None
        title = parsed.doc[start + 1 : head.i + 1].text.lower()
        holders = self._offices.get(title) or self._titles.get(title, set())
        return next(iter(holders)) if len(holders) == 1 else None

    def _may_be_spoken_for(self, mention: FoundMention, phrase: Span) -> bool:
        """False for persons and for where the speaker merely is ("the spokesman in Nairobi")."""
        if self.entities[mention.entity].type is EntityType.PERSON:
            return False
        return not _WHERE.search(self.text[phrase.start : mention.span.start])

    def speaker(self, parsed: ParsedBlock, head: Token, *, is_quoted: bool = False) -> Speaker:
        """The speaker that the noun phrase of ``head`` names or refers back to (rules 1 to 5).

        Inside quotations (``is_quoted``) "it" and "they" may be anybody and stay unresolved.
        """
        start, end = phrase_range(head)
        span = parsed.span(parsed.doc[start:end])
        words = span.slice(self.text)
        lowered = head.lower_
        gender = _gender([t.lower_ for t in parsed.doc[start:end]])
        entity = self.entity_of(parsed, head)
        named = self._named_at_end(parsed, head, start, end)
        if named is not None and (entity is None or self.entities[entity].type is not EntityType.PERSON):
            entity, gender, lowered = named.entity, None, ""
            if named.span.end > span.end:
                span = Span(span.start, named.span.end)
                words = span.slice(self.text)
        is_person = named is not None or head.lemma_.lower() in _PERSONAL or lowered in _MALE | _FEMALE
        is_plural = head.tag_ in {"NNS", "NNPS"} or lowered in _PLURAL or any(c.dep_ == "conj" for c in head.children)
        before: Speaker | None = None
        if entity is None and is_quoted and lowered in _THING | _PLURAL:
            before = None
        elif entity is None and lowered in PRONOUNS:
            entity, before = self._referent(lowered, span.start)
        elif entity is None and parsed.doc[start].lower_ in {"the", "that", "this"}:
            before = next((s for s in reversed(self.speakers[-6:]) if s.head == head.lemma_.lower()), None)
            entity = before.entity if before is not None else None
        if entity is not None:
            at_head = self.mention_at(parsed.span(head))
            is_person = is_person or (at_head is not None and self.entities[at_head.entity].type is EntityType.PERSON)
            if gender is not None and self.entities[entity].type is EntityType.PERSON:
                self._genders.setdefault(entity, gender)
        kept = before.head if before is not None and lowered in PRONOUNS else head.lemma_.lower()
        return Speaker(span, words, entity, kept, is_person, is_plural, span.start, gender)

    def _named_at_end(self, parsed: ParsedBlock, head: Token, start: int, end: int) -> FoundMention | None:
        """The person whose name a long subject ends with, right before its verb, or after "according to" before a comma:
        "the director of the Institute for Peace Alia Salem said".
        """
        doc, base = parsed.doc, parsed.block.span.start
        if head.pos_ == "PRON" or head.dep_ not in {"nsubj", "nsubjpass", "pobj", "compound", "npadvmod", "nmod"}:
            return None
        verb = head.head
        stop = verb.i if head.dep_ != "pobj" and verb.i > head.i else min(end + 8, head.sent.end)
        while stop > end and doc[stop - 1].pos_ in {"ADV", "AUX"}:
            stop -= 1
        if head.dep_ == "pobj":
            if head.head.lower_ != "to" or head.head.head.lower_ != "according":
                return None
            stop = next((t.i for t in doc[head.i : head.sent.end] if t.text == ","), head.sent.end)
        if stop <= head.i + 1 or any(t.text in {",", ";", '"'} for t in doc[head.i : stop]):
            return None
        last = doc[stop - 1]
        mention = self.mention_at(parsed.span(last))
        if (
            mention is None
            or mention.kind is not MentionKind.NAME
            or self.entities[mention.entity].type is not EntityType.PERSON
        ):
            return None
        if mention.span.end != base + last.idx + len(last):
            return None
        first = next((t for t in doc[start:stop] if base + t.idx >= mention.span.start), None)
        before = doc[first.i - 1] if first is not None and first.i > start else None
        # "the lawyer for Ann Lee", "a friend of Ann Lee": another person.
        if before is None or before.pos_ in {"ADP", "CCONJ", "SCONJ", "VERB", "PART"} or before.text in {"'s", "'"}:
            return None
        return mention

    def remember(self, speaker: Speaker) -> None:
        """Make ``speaker`` the last one."""
        self.speakers.append(speaker)

    def person_before(self, pronoun: str, position: int) -> int | None:
        """The person that "he" or "she" at ``position`` stands for."""
        return self._referent(pronoun, position)[0]

    def _referent(self, pronoun: str, position: int) -> tuple[int | None, Speaker | None]:
        gender = "m" if pronoun in _MALE else "f" if pronoun in _FEMALE else None
        recent = [s for s in reversed(self.speakers[-8:]) if s.position < position]
        if gender is None:
            if pronoun in _THING:
                speaker = next((s for s in recent if not s.is_person and not s.is_plural), None)
            elif pronoun in _PLURAL:
                speaker = next((s for s in recent if s.is_plural or not s.is_person), None)
            else:
                speaker = None
            return (speaker.entity, speaker) if speaker is not None else (None, None)
        speaker = next(
            (s for s in recent if s.is_person and s.gender in {None, gender} and self._may_be(s.entity, gender)), None
        )
        index = bisect_left(self._subjects, (position, -1))
        subject = next((s for s in reversed(self._subjects[max(0, index - 6) : index]) if self._may_be(s[1], gender)), None)
        if speaker is not None and (subject is None or speaker.position >= subject[0]):
            return speaker.entity, speaker
        return (subject[1], None) if subject is not None else (None, None)

    def _may_be(self, entity: int | None, gender: str) -> bool:
        return entity is None or self._genders.get(entity, gender) == gender


def _short_titles(title: str) -> set[str]:
    """How a title is taken up again: "Prime Minister", "director of the Institute" as "the director"."""
    words = _TITLE_LINK.split(title.lower(), maxsplit=1)[0].split()
    words = [_ABBREVIATED.get(word.rstrip("."), word) for word in words]
    return {" ".join(words[start:]) for start in range(len(words))}


def _gender(words: list[str]) -> str | None:
    if any(w in _MALE_WORDS or w in _MALE for w in words):
        return "m"
    return "f" if any(w in _FEMALE_WORDS or w in _FEMALE for w in words) else None
