"""A question understood, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.models import AnswerType, Interpretation
from retrieval.questions.times import Window


class Form(StrEnum):
    """The shape of a question, finer than its answer type."""

    ARGUMENT = "ARGUMENT"  # who, what, which, when, where, how many: a part of the asked proposition
    HOLDER = "HOLDER"  # who is the <role> of <name>
    DEFINITION = "DEFINITION"  # who or what is <name>
    SPEECH = "SPEECH"  # what did <name> say about <topic>
    SPEAKER = "SPEAKER"  # who said that <proposition>
    REASON = "REASON"
    YES_NO = "YES_NO"
    EVENTS = "EVENTS"  # what happened after <event>
    KEYWORDS = "KEYWORDS"  # no question that is understood


class Role(StrEnum):
    """Where a word stands to the main verb; a passive subject is an OBJECT."""

    PREDICATE = "PREDICATE"
    SUBJECT = "SUBJECT"
    OBJECT = "OBJECT"
    OTHER = "OTHER"
    EMBEDDED = "EMBEDDED"  # inside a clause that depends on the main verb


@dataclass(frozen=True, slots=True)
class Term:
    """A word or name that the answer's surroundings must cover. ``entities`` are the ids it may name.

    ``place`` is its token in the parse of the question and ``governor`` the place of the term that it hangs on, through
    prepositions too: of "the mayor of Bruges" Bruges has that of the mayor. ``preposition`` is the one it stands behind.
    """

    text: str
    lemma: str
    role: Role
    weight: float
    is_name: bool = False
    is_head: bool = False
    entities: frozenset[str] = frozenset()
    place: int = -1
    governor: int = -1
    preposition: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. ``asked_role`` is the place of the wh-word; ``focus`` the noun it asks for ("which city"),
    ``attribute`` the noun that the answer is said to be ("what is the capital of").

    ``source`` holds the terms of "according to X"; ``dates`` the time expressions as written. ``choices`` are the lemmas of
    "did it *rise* or *fall*", one of which is the answer.
    """

    text: str
    form: Form
    interpretation: Interpretation
    terms: tuple[Term, ...]
    asked_role: Role = Role.OTHER
    predicate: Term | None = None
    focus: str | None = None
    attribute: str | None = None
    focus_terms: tuple[Term, ...] = ()
    source: tuple[Term, ...] = ()
    dates: tuple[str, ...] = ()
    preposition: str | None = None
    is_negated: bool = False
    is_future: bool = False
    is_since: bool = False
    is_present: bool = False
    wants_animate: bool = False
    is_manner: bool = False
    is_still: bool = False
    is_ongoing: bool = False
    is_past: bool = False
    choices: tuple[str, ...] = ()
    window: Window | None = None

    @property
    def answer_type(self) -> AnswerType:
        """The type of answer asked for."""
        return self.interpretation.answer_type

    def terms_of(self, *roles: Role) -> tuple[Term, ...]:
        """The terms that stand in one of ``roles``."""
        return tuple(term for term in self.terms if term.role in roles)

    def parts_of(self, term: Term) -> tuple[Term, ...]:
        """The terms that hang on ``term``, and on those: of "the first mayor of Bruges" first and Bruges."""
        direct = [t for t in (*self.terms, *self.focus_terms) if t.governor == term.place >= 0 and t.place != term.place]
        return tuple(part for other in direct for part in (other, *self.parts_of(other)))
