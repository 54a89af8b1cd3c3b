"""Roles of people, as an article gives them: titles before a name, appositions beside it, and what somebody is or became.

Precision first: a role is read only where nothing stands between it and the name that could be somebody else's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from retrieval.extraction.entities.names import WORDS
from retrieval.extraction.language.noun_phrases import is_finite, is_verb
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.models import EntityType, MentionKind, Span
from retrieval.models.found_facts import FoundEntity, FoundMention, FoundRole

_HEADS, _MODIFIERS = WORDS["role"], WORDS["role_word"]
_FORMER, _HONORIFICS = WORDS["role_former"], WORDS["role_honorific"]
_DETERMINERS = frozenset({"the", "a", "an", "its", "his", "her", "their", "our"})
# In lower case these are adjectives or other things.
_RANKS = frozenset(
    {"major", "general", "gen", "principal", "executive", "official", "chief", "head", "lead", "whip", "private"}
)
_LINKS = frozenset({"of", "for", "at", "in", "with", "to", "on"})
_TITLE_LINKS = frozenset({"of", "for"})
# In lower case and by themselves these are adjectives or other things.
_RANKS = frozenset({"major", "general", "gen", "principal", "lead", "whip", "private", "executive", "official", "member"})
_DASHES = frozenset({"-", "--"})
_BECOMING = frozenset({"become", "remain", "be"})
_APPOINTING = frozenset({"appoint", "name", "elect", "choose", "confirm", "nominate"})
_OWNERS = frozenset({EntityType.ORGANIZATION, EntityType.PLACE, EntityType.GROUP, EntityType.FACILITY})
_MAX_WORDS = 14


@dataclass(frozen=True, slots=True)
class _Named:
    """A mention as token positions of its block."""

    start: int
    end: int
    entity: int


def find_roles(
    parsed: Sequence[ParsedBlock], *, entities: Sequence[FoundEntity], mentions: Sequence[FoundMention]
) -> list[FoundRole]:
    """The roles of an article's people, in reading order, each once for each place that gives it."""
    ordered = sorted(mentions, key=lambda m: (m.span.start, -m.span.end))
    starts = [mention.span.start for mention in ordered]
    found: dict[tuple[int, Span], FoundRole] = {}
    for block in parsed:
        span = block.block.span
        inside = ordered[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        reader = _Block(block, inside, entities)
        for mention in inside:
            if entities[mention.entity].type is EntityType.PERSON and mention.kind is MentionKind.NAME:
                for role in reader.roles_of(mention):
                    found.setdefault((role.entity, role.span), role)
    return sorted(found.values(), key=lambda role: (role.span, role.entity))


def _is_head(token: Token) -> bool:
    word = token.lower_.rstrip(".")
    if word not in _HEADS:
        return False
    before = token.doc[token.i - 1] if token.i else None
    return token.text[0].isupper() or word not in _RANKS or (before is not None and before.lower_ in _HEADS | _MODIFIERS)


class _Block:
    """The roles in one block."""

    def __init__(self, parsed: ParsedBlock, mentions: Sequence[FoundMention], entities: Sequence[FoundEntity]) -> None:
        self._parsed, self._doc, self._entities = parsed, parsed.doc, entities
        self._sentences = {sentence.start for sentence in parsed.doc.sents}
        self._named: dict[int, _Named] = {}
        offset = parsed.block.span.start
        for mention in mentions:
            tokens = self._doc.char_span(mention.span.start - offset, mention.span.end - offset, alignment_mode="expand")
            if tokens is None:
                continue
            for position in range(tokens.start, tokens.end):
                self._named.setdefault(position, _Named(tokens.start, tokens.end, mention.entity))

    def roles_of(self, mention: FoundMention) -> Iterator[FoundRole]:
        offset = self._parsed.block.span.start
        tokens = self._doc.char_span(mention.span.start - offset, mention.span.end - offset, alignment_mode="expand")
        if tokens is None:
            return
        ranges = (
            self._title_before(tokens.start),
            self._apposition_after(tokens.end),
            self._apposition_before(tokens.start, tokens.end),
            self._predicate(tokens.root),
        )
        for found in ranges:
            if found is not None and (role := self._role(mention, *found)):
                yield role

    # ------------------------------------------------------------ where

    def _title_before(self, name: int) -> tuple[int, int] | None:
        """Secretary of State, company spokeswoman: the words right before a name."""
        doc, end = self._doc, name
        while end > 0 and doc[end - 1].lower_.rstrip(".") in _HONORIFICS:
            end -= 1
        start = end
        while start > 0 and end - start < _MAX_WORDS:
            step = self._step_left(start, end)
            if step is None:
                break
            start = step
        while start < end and not self._may_begin(start):
            start = self._named[start].end if start in self._named else start + 1
        if start == end or not self._ends_in_role(start, end):
            return None
        return start, end

    def _step_left(self, start: int, end: int) -> int | None:
        """Where a title that begins at ``start`` may begin further left."""
        doc = self._doc
        token = doc[start - 1]
        named = self._named.get(start - 1)
        if token.is_space or (start in self._sentences and start < end):
            return None
        if named is not None:
            return named.start if self._entities[named.entity].type in _OWNERS and named.end == start else None
        if token.text in {"'s", "'", "’s"} and start - 1 in {n.end for n in self._named.values()}:
            return start - 1
        if token.lower_ in _TITLE_LINKS | {"and", "the"} and start < end:
            return start - 1 if self._links_titles(start - 1) else None
        if token.text == "-" and start < end and not token.whitespace_ and start > 1 and not doc[start - 2].whitespace_:
            return (
                start - 2
                if (doc[start - 2].text + "-" + doc[start].text).lower() in _HEADS
                or doc[start - 2].lower_ in {"vice", "ex", "co", "deputy"}
                else None
            )
        return start - 1 if self._is_part(token) else None

    def _links_titles(self, position: int) -> bool:
        """Whether "of" here follows a role and leads to a capitalised name of an office."""
        doc = self._doc
        if doc[position].lower_ == "the":
            return position > 1 and doc[position - 1].lower_ in _TITLE_LINKS and self._links_titles(position - 1)
        before, after = doc[position - 1] if position else None, doc[position + 1]
        after = doc[position + 2] if after.lower_ == "the" and position + 2 < len(doc) else after
        if before is None or before.lower_ not in _HEADS:
            return False
        if doc[position].lower_ == "and":
            return after.lower_ in _HEADS | _MODIFIERS
        return after.text[0].isupper() and before.text[0].isupper()

    @staticmethod
    def _is_part(token: Token) -> bool:
        word = token.lower_.rstrip(".")
        if word in _HEADS or word in _MODIFIERS:
            return True
        return token.text[0].isupper() and token.pos_ in {"PROPN", "NOUN", "ADJ"} and not token.is_sent_start

    def _may_begin(self, position: int) -> bool:
        token = self._doc[position]
        if position and self._doc[position - 1].text == "-" and not self._doc[position - 1].whitespace_:
            return False  # "pro-Somewhere"
        return token.lower_ not in _TITLE_LINKS | {"and", "the"} and token.text not in {"'s", "'", "-", "’s"}

    def _ends_in_role(self, start: int, end: int) -> bool:
        """Whether the last word is a role, or belongs to one ("Secretary of State")."""
        doc = self._doc
        if _is_head(doc[end - 1]):
            return True
        link = next((p for p in range(end - 2, start, -1) if doc[p].lower_ in _TITLE_LINKS), None)
        while link is not None and doc[link - 1].lower_ not in _HEADS:
            link = next((p for p in range(link - 1, start, -1) if doc[p].lower_ in _TITLE_LINKS), None)
        if link is None:
            return False
        named = [n for position in range(link + 1, end) if (n := self._named.get(position))]
        return not named or named[-1].end == end  # what follows the office's name begins the person's

    def _apposition_after(self, end: int) -> tuple[int, int] | None:
        """Name, the director of a place, ..."""
        doc = self._doc
        if end + 1 >= len(doc) or doc[end].text not in {",", "(", *_DASHES}:
            return None
        if doc[end].text == "-" and not (doc[end].whitespace_ and doc[end - 1].whitespace_):
            return None
        return self._phrase_right(end + 1)

    def _phrase_right(self, begin: int) -> tuple[int, int] | None:
        """A noun phrase from ``begin`` on whose head is a role, and where it ends."""
        doc, position = self._doc, begin
        while position < len(doc) and (
            doc[position].lower_ in _DETERMINERS or doc[position].lower_ in {"who", "is", "was"}
        ):
            position += 1
        start, head = position, None
        while position < min(len(doc), start + _MAX_WORDS):
            token, named = doc[position], self._named.get(position)
            if named is not None:
                if self._entities[named.entity].type not in _OWNERS:
                    return None
                position = named.end
                continue
            if _is_head(token):
                head = position
            elif not (self._is_part(token) or token.pos_ in {"ADJ", "NOUN"} or token.text in {"'s", "'", "-"}):
                break
            position += 1
        if head is None or head != position - 1:
            return None  # another noun heads it ("president fund")
        end = self._with_complement(head + 1)
        after = self._named.get(end)
        if after is not None and self._entities[after.entity].type is EntityType.PERSON:
            return None  # the title of the one named next
        if end < len(doc) and (doc[end].pos_ in {"PROPN", "NOUN"} or is_finite(doc[end])):
            return None  # a longer noun, or the subject of a clause
        if end < len(doc) and doc[end].lower_ in {"and", "or"} and not self._goes_on(end + 1):
            return None
        return start, end

    def _goes_on(self, position: int) -> bool:
        return position < len(self._doc) and (
            self._doc[position].lower_ in _HEADS | _MODIFIERS or is_verb(self._doc[position])
        )

    def _with_complement(self, position: int) -> int:
        """The end of "of the council", "for Africa at the bank", where such words follow."""
        doc, end = self._doc, position
        while end < len(doc) and doc[end].lower_ in _LINKS and end - position < _MAX_WORDS:
            stop = end + 1
            while stop < len(doc) and self._continues(stop):
                stop += 1
            if stop == end + 1 or doc[stop - 1].lower_ in _DETERMINERS:
                break
            end = stop
        return end

    def _continues(self, position: int) -> bool:
        token, named = self._doc[position], self._named.get(position)
        if named is not None:
            return self._entities[named.entity].type in _OWNERS
        if self._doc[position - 1].text == "-" and not self._doc[position - 1].whitespace_:
            return True
        if token.ent_type_ in {"DATE", "TIME", "CARDINAL"} or (token.is_punct and token.text not in {"-", "&"}):
            return False
        if token.lower_ in {"and", "&"}:  # "the Ministry of Trade and Industry"
            following = self._doc[position + 1] if position + 1 < len(self._doc) else None
            before = self._doc[position - 1]
            if following is None or following.pos_ not in {"ADJ", "NOUN", "PROPN"} or following.lower_ in _HEADS:
                return False
            return following.text[0].isupper() == before.text[0].isupper()
        return token.pos_ in {"DET", "ADJ", "NOUN", "PROPN", "NUM", "PART"} or token.text in {"'s", "-", "&"}

    def _apposition_before(self, name: int, end: int) -> tuple[int, int] | None:
        """The commander of the force, Name, ..."""
        doc = self._doc
        if name < 3 or doc[name - 1].text != "," or (end < len(doc) and doc[end].text not in {",", ".", ";", ")"}):
            return None
        for position in range(name - 2, max(-1, name - 2 - _MAX_WORDS), -1):
            if position + 1 in self._sentences and position < name - 2:
                return None
            head = doc[position]
            if position in self._named or not _is_head(head) or self._with_complement(position + 1) != name - 1:
                continue
            start = self._left_of(head)
            owned = any(doc[p].text in {"'s", "'"} for p in range(start, position))
            return (start, name - 1) if owned or (start and doc[start - 1].lower_ in _DETERMINERS) else None
        return None

    def _predicate(self, root: Token) -> tuple[int, int] | None:
        """Name is the director, became director, was named director."""
        verb = root.head
        if root.dep_ not in {"nsubj", "nsubjpass"} or (not is_verb(verb) and verb.pos_ != "AUX"):
            return None
        if any(c.dep_ == "neg" or c.tag_ == "MD" or c.dep_ == "mark" for c in verb.children):
            return None
        lemma = verb.lemma_.lower()
        if root.dep_ == "nsubj" and lemma in _BECOMING:
            head = next((c for c in verb.rights if c.dep_ == "attr"), None)
        elif root.dep_ == "nsubjpass" and lemma in _APPOINTING:
            head = next((c for c in verb.rights if c.dep_ in {"oprd", "attr", "dobj"}), None)
            through = next((c for c in verb.rights if c.dep_ == "prep" and c.lower_ == "as"), None)
            if head is None and through is not None:
                head = next((c for c in through.children if c.dep_ == "pobj"), None)
        else:
            return None
        if head is None or head.lower_ not in _HEADS or self._named.get(head.i) is not None:
            return None
        if any(c.lower_ in {"no", "any", "another", "one"} or c.dep_ == "neg" for c in head.lefts):
            return None
        end = self._with_complement(head.i + 1)
        after = self._named.get(end)
        if after is not None:
            return None
        return self._left_of(head), end

    def _left_of(self, head: Token) -> int:
        start = head.i
        while start > 0 and head.i - start < _MAX_WORDS:
            token, named = self._doc[start - 1], self._named.get(start - 1)
            if named is not None and self._entities[named.entity].type in _OWNERS:
                start = named.start
            elif token.lower_ not in _DETERMINERS and (self._is_part(token) or token.text in {"'s", "'"}):
                start -= 1
            else:
                break
        return start

    # ------------------------------------------------------------ what

    def _role(self, mention: FoundMention, start: int, end: int) -> FoundRole | None:
        doc, begin = self._doc, start
        is_former = False
        of: int | None = None
        while begin < end:
            token, named = doc[begin], self._named.get(begin)
            if token.lower_ in _FORMER:
                is_former = True
                begin += 2 if begin + 1 < end and doc[begin + 1].text == "-" else 1
            elif named is not None and named.end < end and self._is_country(named):
                of = of if of is not None else named.entity
                begin = named.end
            elif token.text in {"'s", "'", "-"} or token.lower_ in _DETERMINERS:
                begin += 1
            else:
                break
        if begin >= end or not any(doc[p].lower_.rstrip(".") in _HEADS for p in range(begin, end)):
            return None
        owners = [n for p in range(begin, end) if (n := self._named.get(p)) and self._entities[n.entity].type in _OWNERS]
        if of is None or owners:
            after = next((p for p in range(begin, end) if doc[p].lower_ == "at"), begin)
            of = next((n.entity for n in owners if n.start >= after), owners[0].entity) if owners else None
            if of is None:
                of = next((n.entity for p in range(start, begin) if (n := self._named.get(p))), None)
        if of == mention.entity:
            return None
        title = " ".join(doc[begin:end].text.split())
        return FoundRole(mention.entity, mention.span, title, self._parsed.span(doc[start:end]), is_former=is_former, of=of)

    def _is_country(self, named: _Named) -> bool:
        return self._entities[named.entity].country is not None
