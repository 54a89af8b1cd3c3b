"""Who does it to whom, where and when: the arguments of a trigger, read off its dependencies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from retrieval.extraction.claims.speakers import PRONOUNS, ROLES, EntityLinker
from retrieval.extraction.events.lexicon import aspect_object, is_of_class
from retrieval.extraction.language.noun_phrases import (
    agent_of,
    coordinated,
    governing_verb,
    is_passive,
    is_verb,
    object_of,
    phrase_range,
    stands_before,
    subject_of,
)
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.temporal.time_index import TimeIndex
from retrieval.models import EntityType, MentionKind, ParticipantRole
from retrieval.models.found_facts import FoundClaim, FoundParticipant
from retrieval.text.word_sets import load_words

ORDINALS = frozenset({"first", "second", "third", "fourth", "former", "latter"})
_PLACE_PREPOSITIONS = frozenset(
    ["in", "at", "near", "outside", "inside", "over", "around", "across", "off", "within", "from"]
)
_INNER_PREPOSITIONS = frozenset({"in", "at", "near", "outside", "off", "of"})
_RECIPIENT_PREPOSITIONS = frozenset(["on", "against", "at", "with", "to", "upon"])
_OBJECT_PREPOSITIONS = frozenset(["of", "on", "against", "at", "into", "with", "between", "for", "to"])
_PLACE_TYPES = frozenset({EntityType.PLACE, EntityType.FACILITY})
_INSTRUMENT_PREPOSITIONS = frozenset({"with", "using"})
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_AIMING_PREPOSITIONS = frozenset({"at", "into", "on", "onto", "towards", "toward", "against"})
_MISSILES = frozenset({"stones", "weapons", "bombs", "fire", "gas"})
_MEASURES = frozenset({"sanctions", "restrictions", "ban", "attacks"})
_VICTIM_PRONOUNS = frozenset(["him", "her", "them", "us", "me", "he", "she", "they"])


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one trigger; ``theme`` is the lemma of the recipient's head noun, None for a pronoun or nothing."""

    participants: tuple[FoundParticipant, ...]
    theme: str | None
    place: int | None
    time: int | None


@dataclass(frozen=True, slots=True)
class ArgumentReader:
    """Reads arguments of one article's triggers."""

    linker: EntityLinker
    times: TimeIndex
    claims: Sequence[FoundClaim]

    def read(self, parsed: ParsedBlock, trigger: Token, *, claim: int | None, has_victims: bool) -> Arguments:
        """Participants, place and time of a verb or noun trigger; ``claim`` is the innermost claim that holds it."""
        if is_verb(trigger):
            actors, recipients = _verb_roles(trigger)
        else:
            actors, recipients = self._noun_roles(parsed, trigger)
        role = ParticipantRole.VICTIM if has_victims else ParticipantRole.RECIPIENT
        found = [self._participant(parsed, head, _actor_role(head), claim) for head in actors]
        for head in recipients:
            is_victim = has_victims and (is_of_class(head, frozenset({"persons"})) or head.ent_type_ == "PERSON")
            found.append(self._participant(parsed, head, role if is_victim else ParticipantRole.RECIPIENT, claim))
        instrument = _instrument(trigger)
        if instrument is not None and instrument not in recipients:
            found.append(self._participant(parsed, instrument, ParticipantRole.INSTRUMENT, claim))
        theme = next((h.lemma_.lower() for h in recipients if h.lower_ not in PRONOUNS), None)
        unique = {(p.span, p.role): p for p in found}
        place = self._place(parsed, trigger)
        if place is None:
            place = self._place_of_sides(parsed, actors, recipients if has_victims else [])
        return Arguments(tuple(unique.values()), theme, place, self._time(parsed, trigger))

    def _participant(self, parsed: ParsedBlock, head: Token, role: ParticipantRole, claim: int | None) -> FoundParticipant:
        start, end = phrase_range(head, prepositions=False)
        if aspect_object(parsed.doc[start]) == head:
            start += 1
        first = next((c for c in coordinated(head) if c != head), None)
        if first is not None and first.i > head.i:
            end = min(end, _before_coordination(head))
        entity = self.linker.entity_of(parsed, head, speaks=role is not ParticipantRole.VICTIM)
        if entity is None and head.lower_ in PRONOUNS:
            entity = self._pronoun(parsed, head, claim)
        return FoundParticipant(parsed.span(parsed.doc[start:end]), role, entity, count_of(head))

    def _pronoun(self, parsed: ParsedBlock, head: Token, claim: int | None) -> int | None:
        """Inside a claim "it", "we", "they" as a subject is the one who speaks; "he" and "she" the person before."""
        word = head.lower_
        position = parsed.span(head).start
        if word in {"he", "she", "him", "her", "his"}:
            return self.linker.person_before(word, position)
        if claim is None or head.dep_ not in {"nsubj", "nsubjpass", "poss"}:
            return None
        return self.claims[claim].attribution.entity

    def _noun_roles(self, parsed: ParsedBlock, noun: Token) -> tuple[list[Token], list[Token]]:
        actors: list[Token] = []
        recipients: list[Token] = []
        has_of = any(c.dep_ == "prep" and c.lower_ == "of" for c in noun.rights)
        is_suffered = noun.lemma_.lower() in load_words("suffered_nouns") and not has_of
        for child in noun.children:
            if child.dep_ == "poss":
                (recipients if is_suffered else actors).append(child)
            elif child.dep_ in {"compound", "amod", "nmod"} and child.i < noun.i and self._acts(parsed, child):
                actors.append(child)
            elif (child.dep_ == "prep" and child.lower_ == "by") or child.dep_ == "agent":
                actors.extend(t for c in child.children if c.dep_ == "pobj" for t in coordinated(c))
            elif child.dep_ == "prep" and child.lower_ in _OBJECT_PREPOSITIONS:
                nouns = [t for c in child.children if c.dep_ == "pobj" for t in coordinated(c)]
                recipients.extend(t for t in nouns if t.ent_type_ not in {"DATE", "TIME"})
        return actors, recipients

    def _acts(self, parsed: ParsedBlock, modifier: Token) -> bool:
        mention = self.linker.mention_at(parsed.span(modifier))
        if mention is None:
            return modifier.lemma_.lower() in ROLES and modifier.dep_ == "compound"
        entity = self.linker.entities[mention.entity]
        return (
            mention.kind is MentionKind.DEMONYM
            or entity.country is not None
            or entity.type
            in {
                EntityType.ORGANIZATION,
                EntityType.GROUP,
            }
        )

    def _place(self, parsed: ParsedBlock, trigger: Token) -> int | None:
        """The place in the trigger's own phrases, else of the clause that a noun trigger stands in."""
        holders = [trigger]
        governor = trigger.head if not is_verb(trigger) and trigger.dep_ in {"attr", "nsubj", "nsubjpass", "dobj"} else None
        if governor is not None and governor != trigger:
            holders.append(governor)
        holders.extend(c for c in trigger.children if c.dep_ in {"dobj", "nsubjpass", "attr"})
        for holder in holders:
            for child in holder.rights:
                if child.dep_ != "prep" or child.lower_ not in _PLACE_PREPOSITIONS:
                    continue
                for noun in child.children:
                    if noun.dep_ != "pobj" or noun.ent_type_ in {"DATE", "TIME"}:
                        continue
                    entity = self._place_entity(parsed, noun)
                    if entity is not None:
                        return entity
        return None

    def _place_of_sides(self, parsed: ParsedBlock, actors: Sequence[Token], targets: Sequence[Token]) -> int | None:
        """The town or building that is attacked ("shelled Kherson", "the port of Izmir"), else where those are who act
        ("police in Nairobi arrested ..."). A country that is attacked is a side, not the place.
        """
        for target in targets:
            of = [p for c in target.rights if c.dep_ == "prep" and c.lower_ in {"of", "in"} for p in c.children]
            for noun in (target, *of):
                mention = self.linker.mention_at(parsed.span(noun))
                if mention is None or mention.kind is MentionKind.DEMONYM:
                    continue
                entity = self.linker.entities[mention.entity]
                if entity.type in _PLACE_TYPES and entity.country is None:
                    return mention.entity
        for actor in actors:
            for child in actor.rights:
                if child.dep_ == "prep" and child.lower_ in {"in", "near", "outside"}:
                    found = (self._place_entity(parsed, noun) for noun in child.children if noun.dep_ == "pobj")
                    entity_number = next((number for number in found if number is not None), None)
                    if entity_number is not None:
                        return entity_number
        return None

    def _place_entity(self, parsed: ParsedBlock, noun: Token, *, depth: int = 0) -> int | None:
        """The place that a phrase names, or says that what it names is in ("at a hospital in the town of Goma")."""
        start, end = phrase_range(noun, prepositions=False)
        inside = self.linker.mentions_in(parsed.span(parsed.doc[start:end]))
        for mention in sorted(inside, key=lambda m: (not m.span.overlaps(parsed.span(noun)), m.span.start - m.span.end)):
            if self.linker.entities[mention.entity].type in _PLACE_TYPES and mention.kind is not MentionKind.DEMONYM:
                return mention.entity
        if noun.pos_ != "NOUN" or depth > 2:
            return None
        inner = (p for c in noun.rights if c.dep_ == "prep" and c.lower_ in _INNER_PREPOSITIONS for p in c.children)
        found = (self._place_entity(parsed, p, depth=depth + 1) for p in inner if p.dep_ == "pobj")
        return next((number for number in found if number is not None), None)

    def _time(self, parsed: ParsedBlock, trigger: Token) -> int | None:
        """The time whose nearest verb is the trigger, or the verb whose subject, object or predicate the trigger is."""
        span = parsed.block.span
        offsets = [t.idx for t in parsed.doc]
        candidates: list[tuple[int, int]] = []
        for number, time in self.times.within(span):
            token = parsed.doc[max(0, bisect_right(offsets, time.span.end - 1 - span.start) - 1)]
            if token.sent.start != trigger.sent.start:
                continue
            if any(a == trigger for a in token.ancestors) and _direct(token, trigger):
                candidates.append((abs(token.i - trigger.i), number))
            elif not is_verb(trigger) and _shares_clause(token, trigger):
                candidates.append((100 + abs(token.i - trigger.i), number))
        return min(candidates)[1] if candidates else None


def count_of(head: Token) -> int | None:
    """The number of people that a phrase gives: "25 fighters", "at least 10,000 people", "two officers"."""
    numbers = [c for c in head.children if c.dep_ == "nummod"]
    if head.pos_ == "NUM" and head.ent_type_ != "DATE":
        numbers.append(head)
    for number in numbers:
        words = number.text.replace(",", "")
        if words.isdigit() and len(words) < 9:
            return int(words)
        if number.lower_ in _NUMBERS:
            return _NUMBERS[number.lower_]
    return None


def _verb_roles(verb: Token) -> tuple[list[Token], list[Token]]:
    if is_passive(verb):
        agent = agent_of(verb)
        patient = object_of(verb)
        if patient is not None and patient.ent_type_ in {"DATE", "TIME"}:
            patient = None
        return (list(coordinated(agent)) if agent is not None else []), (
            list(coordinated(patient)) if patient is not None else []
        )
    actor = subject_of(verb)
    patient = object_of(verb)
    if patient is None and verb.lemma_.lower() in load_words("family_resume"):
        actor, patient = None, actor  # talks resume: what is resumed is the subject
    aspect = aspect_object(verb)
    if aspect is not None:
        actor, patient = subject_of(verb.head.head), aspect
    recipients: list[Token] = []
    if patient is not None:
        aim = aim_of(verb)
        targets = [patient] if aim is None else [c for c in aim.children if c.dep_ == "pobj"]
        recipients.extend(t for target in targets for t in coordinated(target))
    else:
        for child in verb.rights:
            if child.dep_ in {"prep", "dative"} and child.lower_ in _RECIPIENT_PREPOSITIONS:
                nouns = [t for c in child.children if c.dep_ == "pobj" for t in coordinated(c)]
                recipients.extend(t for t in nouns if t.ent_type_ not in {"DATE", "TIME"})
        clause = next((c for c in verb.rights if c.dep_ == "ccomp" and c.tag_ in {"VB", "VBP"}), None)
        if clause is not None and not recipients:
            recipients.extend(c for c in clause.children if c.dep_ == "nsubj")
    return (list(coordinated(actor)) if actor is not None and _acts_itself(actor) else []), recipients


def _acts_itself(actor: Token) -> bool:
    """False for pointers ("which", "the first", "one") and for a date that the parser took for a subject."""
    if actor.lower_ in {"that", "which", "there", "this", "who", "one"} | ORDINALS:
        return False
    return actor.ent_type_ not in {"DATE", "TIME"}


def _actor_role(head: Token) -> ParticipantRole:
    """An attack or a bomb that kills is what it was done with, not who did it."""
    if head.ent_type_ in {"PERSON", "ORG", "GPE", "NORP"} or head.lemma_.lower() == "bomber":
        return ParticipantRole.ACTOR
    is_means = is_of_class(head, frozenset({"weapons", "bombs", "attacks"}))
    return ParticipantRole.INSTRUMENT if is_means else ParticipantRole.ACTOR


def _before_coordination(head: Token) -> int:
    joiner = next((c for c in head.rights if c.dep_ in {"cc", "conj"} or (c.dep_ == "punct" and c.text == ",")), None)
    return joiner.left_edge.i if joiner is not None and joiner.i > head.i else len(head.doc)


def aim_of(verb: Token) -> Token | None:
    """The preposition before whom it is done to, where the object is but what it is done with: "threw stones *at* the
    police", "imposed sanctions *on* the bank", "sent doctors *to* Haiti".
    """
    thing = None if is_passive(verb) else object_of(verb)
    if thing is None:
        return None
    prepositions = _AIMING_PREPOSITIONS if is_of_class(thing, _MISSILES | _MEASURES) else frozenset()
    if verb.lemma_.lower() in load_words("giving_verbs"):
        prepositions |= {"to"}
    for token in (thing, verb):
        for child in token.rights:
            if child.i < thing.i or child.dep_ not in {"prep", "dative"} or child.lower_ not in prepositions:
                continue
            if any(c.dep_ == "pobj" and c.ent_type_ not in {"DATE", "TIME"} for c in child.children):
                return child
    return None


def _instrument(trigger: Token) -> Token | None:
    missile = object_of(trigger) if is_verb(trigger) and aim_of(trigger) is not None else None
    if missile is not None and is_of_class(missile, _MISSILES):
        return missile
    for child in trigger.rights:
        if child.lower_ in _INSTRUMENT_PREPOSITIONS:
            noun = next((c for c in child.children if c.dep_ in {"pobj", "dobj"}), None)
            if noun is not None and is_of_class(noun, frozenset({"weapons", "aircraft", "bombs"})):
                return noun
    return None


def _direct(token: Token, trigger: Token) -> bool:
    """True when no other verb and no other clause stands between a time and the trigger above it."""
    for ancestor in token.ancestors:
        if ancestor == trigger:
            return True
        if is_verb(ancestor) or ancestor.dep_ in {"relcl", "acl"}:
            return False
        if ancestor.dep_ in {"nsubj", "nsubjpass"}:
            return ancestor.head == trigger and stands_before(token, trigger)
        if ancestor.lower_ in {"since", "after", "before", "until"}:
            return False
    return False


def _shares_clause(token: Token, noun: Token) -> bool:
    if noun.dep_ not in {"attr", "nsubj", "nsubjpass", "dobj"}:
        return False
    verb = governing_verb(token)
    return (
        verb is not None and noun.head == verb and verb.lemma_.lower() in load_words("light_verbs") and _direct(token, verb)
    )
