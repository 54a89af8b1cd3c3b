"""Questions made unanswerable: another verb, or another name, in place of one of their own."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from spacy.tokens import Span, Token

from retrieval.answering.evidence.sentences import parse
from retrieval.extraction.language.parsing import name_text
from retrieval.text.words import similarity

_TRIES = 50


class Spoiler:
    """Exchanges verbs and names between questions, which thereby lose their answer, but for rare luck."""

    def __init__(self, questions: Sequence[str], *, seed: int = 7) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- a sample, no secret
        self._verbs: dict[str, list[Token]] = defaultdict(list)
        self._names: dict[str, list[Span]] = defaultdict(list)
        for question in questions:
            doc = name_text(parse(question))
            for token in doc:
                if token.pos_ == "VERB" and token.lemma_ not in {"do", "have", "be"}:
                    self._verbs[token.tag_].append(token)
            for name in doc.ents:
                if name.label_ in {"PERSON", "ORG", "GPE", "LOC", "DATE", "NORP"}:
                    self._names[name.label_].append(name)

    def verb(self, question: str) -> str | None:
        """The question with another main verb of the same inflection; None where its main verb is "be" or the like."""
        doc = parse(question)
        own = next((t for t in doc if t.dep_ == "ROOT" and t.pos_ == "VERB" and t.lemma_ not in {"do", "have", "be"}), None)
        if own is None:
            return None
        for _ in range(_TRIES):
            other = self._chance.choice(self._verbs[own.tag_]) if self._verbs[own.tag_] else own
            if similarity(other.lemma_, own.lemma_) == 0:
                return question[: own.idx] + other.text + question[own.idx + len(own) :]
        return None

    def name(self, question: str) -> str | None:
        """The question with another name of the same kind; None where it names nothing."""
        doc = name_text(parse(question))
        own = next((name for name in doc.ents if self._names[name.label_]), None)
        if own is None:
            return None
        for _ in range(_TRIES):
            other = self._chance.choice(self._names[own.label_])
            if other.text.lower() not in question.lower() and own.text.lower() not in other.text.lower():
                return question[: own.start_char] + other.text + question[own.end_char :]
        return None
