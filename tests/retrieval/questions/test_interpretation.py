from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from retrieval.errors import InputError
from retrieval.models import AnswerType, Entity, EntityType
from retrieval.questions.interpretation import interpret, understand
from retrieval.questions.question import Form, Role
from retrieval.text.words import WordBag, is_stop_word, similarity, stem

KNOWN = {
    "jane doe": Entity("e1", EntityType.PERSON, "Jane Doe", 9, 2, None, None),
    "doe": Entity("e1", EntityType.PERSON, "Jane Doe", 9, 2, None, None),
    "us": Entity("e2", EntityType.PLACE, "United States", 9, 2, None, None, "US"),
    "is": Entity("e3", EntityType.GROUP, "Islamic State", 9, 2, None, None),
    "paris": Entity("e4", EntityType.PLACE, "Paris", 9, 2, None, None),
}


def resolve(names: Sequence[str]) -> Mapping[str, tuple[Entity, ...]]:
    return {name: (KNOWN[name.lower()],) for name in names if name.lower() in KNOWN}


TYPES = [
    ("Who was arrested in Paris?", AnswerType.PERSON, Form.ARGUMENT),
    ("Which newspaper reported that the talks failed?", AnswerType.ORGANIZATION, Form.SPEAKER),
    ("Which city did the storm hit?", AnswerType.PLACE, Form.ARGUMENT),
    ("When did the talks resume?", AnswerType.DATE, Form.ARGUMENT),
    ("What year was the bridge built?", AnswerType.DATE, Form.ARGUMENT),
    ("Where was the body found?", AnswerType.PLACE, Form.ARGUMENT),
    ("How many people died?", AnswerType.QUANTITY, Form.ARGUMENT),
    ("How much did the stadium cost?", AnswerType.QUANTITY, Form.ARGUMENT),
    ("Why did the minister resign?", AnswerType.REASON, Form.REASON),
    ("Has the airport reopened?", AnswerType.YES_NO, Form.YES_NO),
    ("Is Jane Doe a doctor?", AnswerType.YES_NO, Form.YES_NO),
    ("What did Jane Doe say about the bridge?", AnswerType.QUOTATION, Form.SPEECH),
    ("According to Jane Doe, what did the ministers tell her?", AnswerType.QUOTATION, Form.SPEECH),
    ("Who denied that the bridge was unsafe?", AnswerType.PERSON, Form.SPEAKER),
    ("Who is Jane Doe?", AnswerType.DEFINITION, Form.DEFINITION),
    ("Who is the mayor of Paris?", AnswerType.PERSON, Form.HOLDER),
    ("What happened after the strike?", AnswerType.EVENT_LIST, Form.EVENTS),
    ("storm damage", AnswerType.OTHER, Form.KEYWORDS),
]


@pytest.mark.parametrize(("text", "kind", "form"), TYPES, ids=[case[0] for case in TYPES])
def test_question_shows_its_type_and_form(text: str, kind: AnswerType, form: Form) -> None:
    question = understand(text, resolve=resolve)
    assert (question.answer_type, question.form) == (kind, form)


MISSED_VERBS = [
    ("Why did the ministry pause testing flights?", "pause", Form.REASON, Role.SUBJECT),
    ("When did the harbour festival start?", "start", Form.ARGUMENT, Role.SUBJECT),
    ("How many passengers did fishermen rescue?", "rescue", Form.ARGUMENT, Role.SUBJECT),
    ("Who is the league fighting in Paris?", "fight", Form.ARGUMENT, Role.SUBJECT),
    ("What was Jane Doe charged with?", "charge", Form.ARGUMENT, Role.OBJECT),
]


@pytest.mark.parametrize(("text", "verb", "form", "role"), MISSED_VERBS, ids=[case[0] for case in MISSED_VERBS])
def test_verb_that_looks_like_a_noun_is_found(text: str, verb: str, form: Form, role: Role) -> None:
    question = understand(text, resolve=resolve)
    assert question.predicate is not None
    assert (question.predicate.lemma, question.form) == (verb, form)
    assert any(term.role is role for term in question.terms)
    assert question.focus in {None, "passenger"}


def test_question_whose_verb_is_its_noun_stays_as_it_is() -> None:
    assert understand("Who is the man charged with the murder of Jane Doe?", resolve=resolve).form is Form.HOLDER


def test_names_are_resolved_and_capitals_tell_is_and_us_from_the_words() -> None:
    question = interpret("Where is the US fighting IS, and what does it give us?", resolve=resolve)
    assert [entity.id for entity in question.entities] == ["e2", "e3"]


def test_names_of_a_question_in_lower_case_are_found() -> None:
    assert [e.id for e in interpret("where did jane doe speak?", resolve=resolve).entities] == ["e1"]


def test_passive_subject_is_what_the_verb_is_done_to() -> None:
    assert understand("Who was killed in the strike?", resolve=resolve).asked_role is Role.OBJECT
    assert understand("Who killed the general?", resolve=resolve).asked_role is Role.SUBJECT
    assert understand("Who did the general kill?", resolve=resolve).asked_role is Role.OBJECT


def test_dates_bound_the_question_only_where_they_are_certain() -> None:
    dated = interpret("What happened in Paris in March 2019?", resolve=resolve)
    assert (dated.time_from, dated.time_to) == (
        datetime(2019, 3, 1, tzinfo=UTC),
        datetime(2019, 3, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert interpret("What happened in Paris on Monday?", resolve=resolve).time_from is None
    anchored = interpret("What happened in Paris yesterday?", resolve=resolve, anchor=datetime(2020, 5, 5, tzinfo=UTC))
    assert anchored.time_from == datetime(2020, 5, 4, tzinfo=UTC)


def test_relation_to_another_event_is_kept() -> None:
    assert interpret("What happened before the election?", resolve=resolve).temporal_relation == "before"
    assert interpret("Who died?", resolve=resolve).temporal_relation is None


@pytest.mark.parametrize("text", ["", " \t\n", "x" * 10_000])
def test_impossible_question_names_the_remedy(text: str) -> None:
    with pytest.raises(InputError, match="ask"):
        understand(text, resolve=resolve)


@pytest.mark.parametrize("text", ["🙂", "?", "¿Quién?", "e\u0301te\u0301", "ما هي العاصمة؟", "\u200b"])
def test_odd_text_is_understood_as_keywords_at_most(text: str) -> None:
    assert understand(text, resolve=resolve).form in {Form.KEYWORDS, Form.ARGUMENT}


def test_words_compare_by_stem_derivation_and_group() -> None:
    assert stem("Operations") == stem("operation")
    assert similarity("resume", "resumption") == 0.9
    assert similarity("killed", "death") == 0.8
    assert similarity("soldier", "fighter") == 0
    assert is_stop_word("us")
    assert not is_stop_word("US")


def test_bag_of_words_is_as_similar_as_the_likest_of_them() -> None:
    words = re.findall(r"\w+", "The Soldiers were killed after the operations resumed and decisions of the US fell in 2019")
    bag = WordBag(words)
    for asked in [*words, "resumption", "decide", "death", "troop", "operate", "in", "Zebra", "20", "drop", "us"]:
        assert bag.similarity(asked) == max(similarity(asked, word) for word in words if not is_stop_word(word)), asked
    assert WordBag([]).similarity("war") == 0
