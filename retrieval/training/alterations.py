"""Questions altered so that their passage no longer answers them, as annotators did by hand for SQuAD 2.0.

The kinds are those of Rajpurkar et al. (2018, table 2): negation, antonym, entity swap, and what is asked of another act,
thing, number or time.
"""

from __future__ import annotations

import calendar
import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum

from spacy.tokens import Doc, Token

from retrieval.text.words import word_set
from retrieval.training.antonyms import ANTONYMS
from retrieval.training.questions import Question

_AUXILIARIES = word_set("did does do was were is are has have had can could will would should might may")
_NEGATIONS = frozenset({"not", "never", "n't", "no"})
_LIGHT = frozenset({"be", "do", "have", "get", "make", "take", "call", "name", "use"})
_NUMBER = re.compile(r"\b\d[\d,]*\b")
_MONTHS = [name for name in calendar.month_name if name]
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_DAYS = list(calendar.day_name)
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: (?:of the |of )?[A-Z][\w'’-]+)*")
_TRIES = 12


class Alteration(StrEnum):
    """What is done to a question."""

    NEGATED = "negated"
    ANTONYM = "antonym"
    WORD = "word"
    VERB = "verb"
    NAME = "name"
    NUMBER = "number"
    TIME = "time"
    REVERSED = "reversed"


class Alterations:
    """Alters questions; words and names to put in are taken from the other questions, of the same article where it has any.

    ``parsed`` are the parses of ``questions``, in the same order.
    """

    def __init__(self, questions: Sequence[Question], parsed: Sequence[Doc], *, chance: random.Random) -> None:
        self._chance = chance
        self._words: dict[str, list[str]] = defaultdict(list)
        self._words_of_title: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._all_names: list[str] = []
        for question, doc in zip(questions, parsed, strict=True):
            for token in doc:
                if _is_content(token):
                    self._words[token.tag_].append(token.text)
                    self._words_of_title[question.title, token.tag_].append(token.text)
            names = _NAME.findall(question.text)
            self._names[question.title].extend(names)
            self._all_names.extend(names)

    def make(self, question: Question, doc: Doc) -> dict[Alteration, str]:
        """The question altered in every way that it can be."""
        ways: dict[Alteration, Callable[[Question, Doc], str | None]] = {
            Alteration.NEGATED: _negated,
            Alteration.ANTONYM: self._antonym,
            Alteration.WORD: self._word,
            Alteration.VERB: self._verb,
            Alteration.NAME: self._name,
            Alteration.NUMBER: self._number,
            Alteration.TIME: self._time,
            Alteration.REVERSED: _reversed,
        }
        made = {way: alter(question, doc) for way, alter in ways.items()}
        return {way: text for way, text in made.items() if text is not None}

    def _antonym(self, question: Question, doc: Doc) -> str | None:
        """A word of the passage turned into its opposite, which the passage lacks."""
        words = set(re.findall(r"\w+", question.passage.lower()))
        pairs = [
            (token, opposite)
            for token in doc
            if token.lower_ in words
            for opposite in ANTONYMS.get(token.lower_, ())
            if opposite not in words
        ]
        return _with(doc, *self._chance.choice(pairs)) if pairs else None

    def _word(self, question: Question, doc: Doc) -> str | None:
        """A word of the passage, not the main verb, exchanged for one that the passage lacks."""
        lowered = question.passage.lower()
        tokens = [t for t in doc if _is_content(t) and t.i > 0 and t.dep_ != "ROOT" and t.lower_ in lowered]
        self._chance.shuffle(tokens)
        return self._exchanged(question, doc, tokens)

    def _verb(self, question: Question, doc: Doc) -> str | None:
        """The main verb exchanged for another of the same inflection that the passage lacks."""
        return self._exchanged(
            question, doc, [t for t in doc if t.dep_ == "ROOT" and t.pos_ == "VERB" and t.lemma_ not in _LIGHT]
        )

    def _exchanged(self, question: Question, doc: Doc, tokens: Sequence[Token]) -> str | None:
        lowered = question.passage.lower()
        for token in tokens:
            near, all_ = self._words_of_title[question.title, token.tag_], self._words[token.tag_]
            for words in (near, all_):
                drawn = self._chance.sample(words, min(_TRIES, len(words)))
                other = next((w for w in drawn if w.lower()[:5] not in lowered and w.lower() != token.lower_), None)
                if other is not None:
                    return _with(doc, token, other)
        return None

    def _name(self, question: Question, doc: Doc) -> str | None:  # noqa: ARG002 -- one signature for all
        found = [name for name in _NAME.finditer(question.text) if not (_MONTH.search(name[0]) or _DAY.search(name[0]))]
        if not found:
            return None
        own = self._chance.choice(found)
        near = [other for other in self._names[question.title] if len(other.split()) == len(own[0].split())]
        drawn = [name for names in (near, self._all_names) for name in self._chance.sample(names, min(_TRIES, len(names)))]
        return self._replaced(question, own, drawn)

    def _number(self, question: Question, doc: Doc) -> str | None:  # noqa: ARG002
        found = list(_NUMBER.finditer(question.text))
        if not found:
            return None
        number = self._chance.choice(found)
        return self._replaced(question, number, _numbers_near(number[0], self._chance))

    def _time(self, question: Question, doc: Doc) -> str | None:  # noqa: ARG002
        """Another month or day of the week."""
        for pattern, others in ((_MONTH, _MONTHS), (_DAY, _DAYS)):
            found = pattern.search(question.text)
            if found is not None:
                return self._replaced(question, found, self._chance.sample(others, len(others)))
        return None

    def _replaced(self, question: Question, found: re.Match[str], others: Sequence[str]) -> str | None:
        lowered = question.passage.lower()
        asked = question.text.lower()
        stranger = next((o for o in others if o.lower() not in lowered and o.lower() not in asked), None)
        if stranger is None or found[0].lower() not in lowered:
            return None
        return question.text[: found.start()] + stranger + question.text[found.end() :]


def _is_content(token: Token) -> bool:
    return token.pos_ in {"NOUN", "PROPN", "ADJ", "VERB"} and not token.is_stop and len(token.text) > 2


def _with(doc: Doc, token: Token, word: str) -> str:
    return doc.text[: token.idx] + word + doc.text[token.idx + len(token) :]


def _negated(question: Question, doc: Doc) -> str | None:  # noqa: ARG001 -- one signature for all
    """What did not happen: "did not win", "is not", "did not write" for "wrote"."""
    if any(token.dep_ == "neg" or token.lower_ in _NEGATIONS for token in doc):
        return None
    helpers = [t for t in doc if t.dep_ in {"aux", "auxpass"} and t.lower_ in _AUXILIARIES and t.head.i > t.i]
    if helpers:
        return _with(doc, helpers[0].head, "not " + helpers[0].head.text)
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    if root is None:
        return None
    if root.lower_ in {"is", "was", "are", "were"}:
        return _with(doc, root, root.text + " not")
    if root.tag_ in {"VBD", "VBZ", "VBP"} and root.pos_ == "VERB":
        return _with(doc, root, {"VBD": "did", "VBZ": "does", "VBP": "do"}[root.tag_] + " not " + root.lemma_)
    return None


def _reversed(question: Question, doc: Doc) -> str | None:  # noqa: ARG001
    """Who did it asked in place of whom it was done to: "Who did Rome defeat?" for "Who defeated Rome?"."""
    root = next((t for t in doc if t.dep_ == "ROOT" and t.tag_ == "VBD" and t.pos_ == "VERB"), None)
    if root is None or root.i != 1 or doc[0].lower_ != "who":
        return None
    target = next((t for t in root.children if t.dep_ == "dobj" and t.pos_ == "PROPN"), None)
    if target is None or target.left_edge.i != root.i + 1:
        return None
    named = doc[target.left_edge.i : target.right_edge.i + 1]
    rest = doc.text[named.end_char :]
    return f"{doc[0].text} did {named.text} {root.lemma_}{rest}"


def _numbers_near(number: str, chance: random.Random) -> list[str]:
    value = int(number.replace(",", ""))
    if 1000 <= value <= 2100 and "," not in number:
        return [str(value + chance.choice([-1, 1]) * chance.randint(1, 40)) for _ in range(4)]
    return [str(max(1, value + chance.choice([-1, 1]) * chance.randint(1, max(3, value // 2)))) for _ in range(4)]
