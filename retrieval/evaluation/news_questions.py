"""Questions made from sentences of news: a part is asked for, and the rest of its clause is the question.

In the manner of QA-SRL (He et al. 2015), from the parse: who did it, what or whom it was done to, when, and how many. Each
can be spoiled so that it has no answer (`retrieval.evaluation.spoiling`). They stand nearer to their sentences than what
people ask, so they are used to fit how sure an answer is, not to tell how well answers are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from retrieval.extraction.language.parsing import name_text
from retrieval.extraction.temporal.times import parse_time_expressions
from retrieval.text.words import word_set

_LIGHT = word_set("be have do say tell add ask announce report note claim state explain comment")
_SOMEONE = frozenset({"PERSON", "NORP", "ORG"})
_LEFT_OUT = frozenset({"relcl", "acl", "appos", "punct", "cc", "conj", "advcl"})
_LONGEST_PHRASE = 9


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question and the words of its sentence that answer it."""

    text: str
    answer: str


def make_questions(doc: Doc) -> Iterator[MadeQuestion]:
    """The questions that the main clauses of a parsed text answer."""
    name_text(doc)
    for sentence in doc.sents:
        verb = sentence.root
        if verb.pos_ != "VERB" or verb.lemma_ in _LIGHT or any(child.dep_ == "neg" for child in verb.children):
            continue
        children = {child.dep_: child for child in verb.children}
        if "nsubjpass" in children and "auxpass" in children:
            yield from _of_passive(verb, children["nsubjpass"], children["auxpass"])
        elif "nsubj" in children and verb.tag_ == "VBD" and "aux" not in children:
            yield from _of_active(verb, children["nsubj"], children.get("dobj"))


def _of_active(verb: Token, subject: Token, target: Token | None) -> Iterator[MadeQuestion]:
    done_to = _phrase(target)
    doer = _phrase(subject)
    where = _place(verb)
    rest = " ".join(part for part in (done_to, where) if part)
    if doer is not None and rest:
        yield MadeQuestion(f"{_who(subject)} {verb.text} {rest}?", doer)
    if doer is not None and done_to is not None and target is not None:
        yield MadeQuestion(f"{_who(target)} did {_inside(doer)} {verb.lemma_}{_after(where)}?", done_to)
    if doer is not None and (time := _time(verb)) is not None and rest:
        yield MadeQuestion(f"When did {_inside(doer)} {verb.lemma_} {rest}?", time)
    for counted, verb_text in ((subject, verb.text), (target, None)):
        number = _number(counted)
        if number is None or counted is None:
            continue
        if verb_text is not None and rest:
            yield MadeQuestion(f"How many {counted.text} {verb_text} {rest}?", number)
        elif verb_text is None and doer is not None:
            yield MadeQuestion(f"How many {counted.text} did {_inside(doer)} {verb.lemma_}{_after(where)}?", number)


def _of_passive(verb: Token, subject: Token, auxiliary: Token) -> Iterator[MadeQuestion]:
    done_to, where = _phrase(subject), _place(verb)
    if done_to is None or auxiliary.lower_ not in {"was", "were"}:
        return
    if where is not None:
        yield MadeQuestion(f"{_who(subject)} was {verb.text} {where}?", done_to)
    agent = next((c for c in verb.children if c.dep_ == "agent"), None)
    doer = next((c for c in agent.children if c.dep_ == "pobj"), None) if agent is not None else None
    if (by := _phrase(doer)) is not None and doer is not None:
        yield MadeQuestion(f"{_who(doer)} {verb.text} {_inside(done_to)}{_after(where)}?", by)
    if (time := _time(verb)) is not None:
        yield MadeQuestion(f"When {auxiliary.text} {_inside(done_to)} {verb.text}{_after(where)}?", time)
    if (number := _number(subject)) is not None:
        yield MadeQuestion(f"How many {subject.text} were {verb.text}{_after(where)}?", number)


def _phrase(head: Token | None) -> str | None:
    """The noun with what stands before it and "of"; None for a pronoun, and for what is long."""
    if head is None or head.pos_ not in {"NOUN", "PROPN"}:
        return None
    end = head.i
    for child in head.children:
        if child.dep_ == "prep" and child.i == end + 1 and child.lower_ == "of":
            end = child.right_edge.i
    start = min(
        [head.i, *(child.left_edge.i for child in head.children if child.i < head.i and child.dep_ not in _LEFT_OUT)]
    )
    if end - start >= _LONGEST_PHRASE:
        return None
    return head.doc[start : end + 1].text


def _place(verb: Token) -> str | None:
    """What stands behind the verb with "in", "at", "from" and the like, when it is no time."""
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ in {"in", "at", "from", "to", "near", "for", "with", "over"}:
            text = child.doc[child.i : child.right_edge.i + 1].text
            is_short = child.right_edge.i - child.i < _LONGEST_PHRASE
            if is_short and child.i > verb.i and not parse_time_expressions(text, anchor=None):
                return text
    return None


def _time(verb: Token) -> str | None:
    for child in verb.children:
        if child.dep_ in {"npadvmod", "prep", "advmod"}:
            text = child.doc[child.left_edge.i : child.right_edge.i + 1].text
            found = parse_time_expressions(text, anchor=None)
            if found and found[0].span is not None:
                return found[0].span.slice(text)
    return None


def _number(head: Token | None) -> str | None:
    counts = (
        [child for child in head.children if child.dep_ == "nummod"] if head is not None and head.pos_ == "NOUN" else []
    )
    return counts[0].text if counts and counts[0].i + 1 == (head.i if head is not None else 0) else None


def _who(head: Token) -> str:
    return "Who" if head.ent_type_ in _SOMEONE else "What"


def _inside(phrase: str) -> str:
    """The phrase as it is written inside a sentence."""
    first, _, rest = phrase.partition(" ")
    return f"{first.lower()} {rest}" if first in {"The", "A", "An", "His", "Her", "Its", "Their"} and rest else phrase


def _after(phrase: str | None) -> str:
    return f" {phrase}" if phrase else ""
