"""What a question asks for: the type of answer, the words and names it must rest on, and how they relate.

Rules over the spaCy parse of the question. `Interpretation` is what a caller sees; `Question` holds the rest of what search
and answering need.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from retrieval.errors import InputError
from retrieval.models import AnswerType, Interpretation
from retrieval.questions.parse import Resolve
from retrieval.questions.question import Form, Question, Role
from retrieval.questions.terms import QuestionTerms
from retrieval.questions.times import Window, find_window
from retrieval.text.words import is_stop_word

MAX_QUESTION_CHARACTERS = 1000


def understand(
    question: str, *, resolve: Resolve, anchor: datetime | None = None, moment: datetime | None = None
) -> Question:
    """Understand ``question``; ``resolve`` finds entities by name, ``anchor`` is the day that its dates count from.

    ``moment`` is when it is asked, which "this week" and "recently" count from; without it such words open no window.

    Raises:
        InputError: the question is empty or longer than `MAX_QUESTION_CHARACTERS`.
    """
    text = " ".join(question.split())
    if not text:
        raise InputError("the question is empty; ask something like 'Who was arrested in Paris?'")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise InputError(f"the question has {len(text)} characters; ask in at most {MAX_QUESTION_CHARACTERS}")
    asked = _understood(text, resolve, anchor)
    return asked if moment is None else _in_window(asked, find_window(text, moment))


def _in_window(question: Question, window: Window | None) -> Question:
    """The question with the time that its words open; those no longer stand for a date of the articles' own counting."""
    if window is None:
        return question
    interpretation = replace(
        question.interpretation,
        time_from=question.interpretation.time_from or window.start,
        time_to=question.interpretation.time_to or window.end,
    )
    dates = tuple(date for date in question.dates if date.casefold() not in window.text.casefold())
    words = set(window.text.casefold().split())
    terms = tuple(term for term in question.terms if term.text.casefold() not in words)
    return replace(question, window=window, interpretation=interpretation, dates=dates, terms=terms)


def _understood(text: str, resolve: Resolve, anchor: datetime | None) -> Question:
    body, source_text = _split_source(_without_opener(text))
    if stated := _TRUTH.match(body):
        return _Reader(text, stated["that"], source_text, resolve, anchor, is_stated=True).read()
    if asked := _WHOSE_WORD_FIRST.match(body):
        return _ask_whose_word(_Reader(text, asked["that"], None, resolve, anchor).read())
    if asked := _WHOSE_WORD_LAST.match(body):
        return _ask_whose_word(_Reader(text, asked["that"], None, resolve, anchor, is_stated=True).read())
    return _Reader(text, body, source_text, resolve, anchor).read()


def interpret(question: str, *, resolve: Resolve, anchor: datetime | None = None) -> Interpretation:
    """The public part of what `understand` finds."""
    return understand(question, resolve=resolve, anchor=anchor).interpretation


def is_asking(text: str) -> bool:
    """True for what asks in English without a wh-word ("Name the river ..."); false for keywords and other languages."""
    words = text.lower().split()
    functional = {word.strip("?,.") for word in words if is_stop_word(word.strip("?,."))}
    return len(words) >= 4 and (len(functional) >= 2 or words[0] in _IMPERATIVES)


_IMPERATIVES = frozenset({"name", "list", "give", "identify", "state", "describe", "explain", "define"})
_OPENER = re.compile(
    r"^(?:please[,\s]+)?(?:(?:can|could|would) you (?:please )?)?(?:tell|show|inform) (?:me|us) (?:about )?", re.IGNORECASE
)
_SOURCE_FIRST = re.compile(r"^according to ([^,?]{2,80}),\s*(.+)$", re.IGNORECASE)
_SOURCE_LAST = re.compile(r"^(.+?),?\s+according to (?!wh)([^,?]{2,80})\?*$", re.IGNORECASE)
_TRUTH = re.compile(
    r"^(?:is|was) it (?:really |actually |indeed )?(?:true|correct|right|a fact|the case) that (?P<that>.+)$", re.IGNORECASE
)
_WHOSE_WORD = r"according to (?:who|whom|which \w+|what sources?)"
_WHOSE_WORD_FIRST = re.compile(rf"^{_WHOSE_WORD},? (?P<that>.+)$", re.IGNORECASE)
_WHOSE_WORD_LAST = re.compile(rf"^(?P<that>.+?),? {_WHOSE_WORD}\?*$", re.IGNORECASE)
_RELATION = re.compile(r"\b(after|before|between|since|until|following|prior to)\b", re.IGNORECASE)
_RELATIONS = {"following": "after", "since": "after", "prior to": "before", "until": "before"}


def _without_opener(text: str) -> str:
    return _OPENER.sub("", text) or text


def _ask_whose_word(stated: Question) -> Question:
    """Who says what a yes/no question asks: its verb is what they say, and no longer the asked act."""
    terms = tuple(replace(t, role=Role.EMBEDDED) if t.role is Role.PREDICATE else t for t in stated.terms)
    interpretation = replace(stated.interpretation, answer_type=AnswerType.PERSON)
    return replace(stated, form=Form.SPEAKER, interpretation=interpretation, terms=terms, predicate=None, is_present=False)


def _split_source(text: str) -> tuple[str, str | None]:
    if match := _SOURCE_FIRST.match(text):
        return match[2], match[1]
    if match := _SOURCE_LAST.match(text):
        return match[1] + "?", match[2]
    return text, None


class _Reader(QuestionTerms):
    """Puts the parts of a question together."""

    def read(self) -> Question:
        wh = None if self.is_polar else self._wh_token()
        form, answer_type = self._form_and_type(wh)
        root = self._main_verb(wh, form)
        skip = self._wh_phrase(wh)
        asked = self._governed([*self._terms(root, skip, form), *self._focus_terms(wh)])
        focus_terms = tuple(t for t in asked if t.place in skip)
        counts = (
            answer_type is AnswerType.QUANTITY and re.search(r"\bhow (?:many|much)\b", self.body, re.IGNORECASE) is not None
        )
        asked_role = self._asked_role(wh, root)
        held = [replace(term, role=asked_role) for term in focus_terms if counts or not term.is_head]
        terms = (*held, *(t for t in asked if t.place not in skip))
        choices = self._choices() if self.is_polar else ()
        terms = tuple(t for t in terms if t.lemma.lower() not in choices)  # one of them is the answer, not what it is about
        predicate = next((t for t in terms if t.role is Role.PREDICATE), None)
        focus = self._focus(wh)
        if form is Form.ARGUMENT and focus is None and wh is not None and wh.lower_ in {"who", "whom"}:
            answer_type = AnswerType.PERSON
        relation = _RELATION.search(self.body) if form is Form.EVENTS or self.times else None
        interpretation = Interpretation(
            answer_type=answer_type,
            entities=tuple(dict.fromkeys(found[0] for _, found in self.names if found)),
            keywords=tuple(dict.fromkeys([t.text for t in terms] + [t.text for t in focus_terms])),
            time_from=self._bound(first=True),
            time_to=self._bound(first=False),
            temporal_relation=_RELATIONS.get(relation[1].lower(), relation[1].lower()) if relation else None,
        )
        return Question(
            text=self.text,
            form=form,
            interpretation=interpretation,
            terms=terms,
            asked_role=asked_role,
            predicate=predicate,
            focus=focus.lemma_.lower() if focus is not None else None,
            attribute=self._attribute(wh, root),
            focus_terms=focus_terms,
            source=self._source_terms(),
            dates=tuple(found.span.slice(self.body) for _, found in self.times),
            preposition=self._preposition(wh),
            is_negated=root is not None and self._is_negated(root),
            is_future=any(token.lower_ in {"will", "shall"} for token in self.doc)
            or bool(re.search(r"\b(?:is|are) (?:\w+ )?(?:going|due|planned|scheduled|expected) to\b", self.body)),
            is_present=self.is_polar and self.opener in {"is", "are"} and predicate is None,
            is_since=bool(re.match(r"(?:since when|how long)\b", self.body, re.IGNORECASE)),
            is_ongoing=self.is_polar and self.opener in {"is", "are", "do", "does"},
            is_past=root is not None and self._is_past(root),
            choices=choices,
            is_still=any(token.lower_ == "still" for token in self.doc),
            is_manner=wh is not None and wh.lower_ == "how" and answer_type is AnswerType.OTHER,
            wants_animate=wh is not None and wh.lower_ in {"who", "whom", "whose"},
        )
