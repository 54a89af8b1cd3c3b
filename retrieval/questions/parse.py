"""A question with its parse, the archive's names in it and its dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from spacy.tokens import Doc, Token

from retrieval.extraction.language.parsing import parse_text
from retrieval.extraction.temporal.times import parse_time_expressions
from retrieval.models import Entity, EntityType, Span
from retrieval.questions.clause_order import put_in_order
from retrieval.questions.lexicon import AUXILIARIES, FITTING_TAGS, QUESTION_OPENERS, WH_WORDS
from retrieval.text.words import is_stop_word

Resolve = Callable[[Sequence[str]], Mapping[str, tuple[Entity, ...]]]
_MAX_NAME_TOKENS = 6


class QuestionParse:
    """The parse of a question; a yes/no question is parsed in the order of a statement, which it is in if ``is_stated``."""

    def __init__(
        self,
        text: str,
        body: str,
        source: str | None,
        resolve: Resolve,
        anchor: datetime | None,
        *,
        is_stated: bool = False,
    ) -> None:
        self.text, self.source, self.resolve, self.anchor = text, source, resolve, anchor
        self.body = (
            body[:1].lower() + body[1:]
            if body[:3].istitle() and body.split(" ", maxsplit=1)[0].lower() in QUESTION_OPENERS
            else body
        )
        self.doc: Doc = parse_text(self.body)
        self.asked_end = len(self.body)
        is_inverted = self.doc[0].lower_ in AUXILIARIES and not any(t.lower_ in WH_WORDS for t in self.doc[1:2])
        self.is_polar = is_inverted or is_stated
        if is_inverted and (verb := self._yes_no_verb()) is not None:
            self._straighten(verb)
        elif not self.is_polar and (ordered := put_in_order(self.body, self.doc)) is not None:
            self.body, self.doc, self.asked_end = ordered
        self.names = self._find_names(self.doc, self.body)
        self.times = [(found.span, found) for found in parse_time_expressions(self.body, anchor=anchor)]

    def _straighten(self, verb: Token) -> None:
        """Put a yes/no question in the order of a statement, which parses better: "X has left" for "Has X left"."""
        first = self.doc[0]
        rest = self.body[first.idx + len(first) : verb.idx].strip()
        self.body = f"{rest} {first.lower_} {self.body[verb.idx :]}"
        self.doc = parse_text(self.body)

    def _find_names(self, doc: Doc, text: str) -> list[tuple[Span, tuple[Entity, ...]]]:
        """Longest runs of tokens that are an alias of an entity; in mixed case they need a capital."""
        is_lower = text.islower()
        runs: dict[str, list[tuple[int, int]]] = {}
        for first in range(len(doc)):
            for last in range(first, min(first + _MAX_NAME_TOKENS, len(doc))):
                name = text[doc[first].idx : doc[last].idx + len(doc[last])]
                edges = (text[doc[i].idx : doc[i].idx + len(doc[i])] for i in (first, last))
                if all(is_stop_word(edge) or not edge[0].isalnum() for edge in edges):
                    continue
                if is_lower or any(c.isupper() for c in name):
                    runs.setdefault(name, []).append((doc[first].idx, doc[last].idx + len(doc[last])))
        found = dict(self.resolve(tuple(runs))) if runs else {}
        for name in runs:
            if name not in found and name.count(" ") and (bearers := _bearers(name, found)):
                found[name] = bearers
        spans = sorted(
            ((Span(*place), found[name]) for name, places in runs.items() if found.get(name) for place in places),
            key=lambda item: (item[0].start - item[0].end, item[0].start),
        )
        kept: list[tuple[Span, tuple[Entity, ...]]] = []
        for span, entities in spans:
            if not any(span.overlaps(other) for other, _ in kept):
                kept.append((span, entities))
        return sorted(kept, key=lambda item: item[0])

    def _yes_no_verb(self) -> Token | None:
        """The verb that the opening auxiliary belongs to, by its form; None for "Is X a Y?"."""
        first = self.doc[0]
        tags = FITTING_TAGS[AUXILIARIES[first.lower_]]
        seen_noun = False
        reduced: Token | None = None
        for token in self.doc[1:]:
            seen_noun = seen_noun or token.pos_ in {"NOUN", "PROPN", "PRON"}
            is_subordinate = token.dep_ in {"relcl", "acl", "amod", "compound"}
            if seen_noun and token.tag_ in tags and not is_subordinate and token.pos_ in {"VERB", "AUX", "NOUN"}:
                return token
            if seen_noun and reduced is None and token.dep_ == "acl" and token.tag_ in tags:
                reduced = token  # "was the bridge closed by": parsed as "the bridge that was closed"
        return reduced

    def _written(self, token: Token) -> str:
        return self.body[token.idx : token.idx + len(token)]

    def _is_date(self, token: Token) -> bool:
        return any(span.start <= token.idx < span.end for span, _ in self.times)

    def _bound(self, *, first: bool) -> datetime | None:
        """The outer bound of the question's dates, where they are explicit or there is a day to count them from."""
        bounds = [
            t.start if first else t.end
            for _, t in self.times
            if self.anchor or re.search(r"\d{4}", t.span.slice(self.body))
        ]
        known = [b for b in bounds if b is not None]
        return (min(known) if first else max(known)) if known else None


def _bearers(name: str, found: Mapping[str, tuple[Entity, ...]]) -> tuple[Entity, ...]:
    """Those of the last name whose longer name has all words of ``name`` in order: "Ann Smith" for Ann Marie Smith."""
    words = name.split()

    def has_all(entity: Entity) -> bool:
        rest = iter(entity.name.split())
        return entity.type is EntityType.PERSON and entity.name.endswith(words[-1]) and all(w in rest for w in words)

    return tuple(entity for entity in found.get(words[-1], ()) if has_all(entity))
