"""The reader's spans as proposals: cut, typed, or left out. The spans are given, so that each rule is met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from retrieval.answering.candidates.candidates import CandidateSpan
from retrieval.answering.candidates.quantities import propose_quantities
from retrieval.answering.candidates.reader_candidates import MISTYPED, propose_readings
from retrieval.answering.evidence.gathering import Place
from retrieval.answering.evidence.matching import match_sentence
from retrieval.answering.evidence.sentences import factual_blocks, iter_sentences
from retrieval.archive import Archive
from retrieval.models import ArticleInput, DateValue, EntityValue, QuantityValue, Span
from retrieval.questions.interpretation import understand

Read = Callable[..., list[CandidateSpan]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("readings") / "news.db", embedder=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def read(archive: Archive) -> Read:
    numbers = count()

    def read(question: str, text: str, words: str, *, with_rules: bool = False) -> list[CandidateSpan]:
        """What becomes of ``words`` of ``text``, were they the reader's best span."""
        (result,) = archive.ingest_articles([ArticleInput(text, url=f"https://example.org/{next(numbers)}")])
        (facts,) = archive.load_facts([result.article_id or ""]).values()
        asked = understand(question, resolve=archive.resolve_names)
        matches = [match_sentence(asked, s) for s in iter_sentences(facts, range(len(factual_blocks(facts.blocks))))]
        ruled = [p for match in matches for p in propose_quantities(asked, match)] if with_rules else []
        start = facts.article.text.index(words)
        place = Place(facts.article.id, Span(start, start + len(words)), 5.0)
        return list(propose_readings(asked, [place], matches, ruled))

    return read


def test_a_span_ends_with_its_sentence(read: Read) -> None:
    text = "The bridge over the Tamar was designed by Isambard Brunel. Prince Albert opened it in 1859."
    (found,) = read("Who designed the bridge over the Tamar?", text, "Isambard Brunel. Prince")
    assert found.text == "Isambard Brunel."
    assert found.is_read


def test_a_name_of_the_asked_kind_is_the_entity(read: Read) -> None:
    text = "The bridge over the Tamar was designed by Isambard Brunel in 1850."
    (found,) = read("Who designed the bridge over the Tamar?", text, "Isambard Brunel")
    assert isinstance(found.value, EntityValue)
    assert (found.value.entity.name, found.type_fit) == ("Isambard Brunel", 1.0)


def test_when_is_best_answered_by_a_time(read: Read) -> None:
    text = "The bridge over the Tamar was opened in May 1859 by Prince Albert."
    (found,) = read("When was the bridge over the Tamar opened?", text, "May 1859")
    assert isinstance(found.value, DateValue)
    (other,) = read("When was the bridge over the Tamar opened?", text, "Prince Albert")
    assert (other.value, other.type_fit) == (None, MISTYPED)


def test_the_whole_of_a_bounded_number_is_the_answer(read: Read) -> None:
    text = "The police said that about 30 workers were injured in the fire at the mill."
    (found,) = read("How many workers were injured in the fire?", text, "30", with_rules=True)
    assert found.text == "about 30"
    assert isinstance(found.value, QuantityValue)
    assert found.value.approximate


def test_a_number_of_others_is_no_answer(read: Read) -> None:
    text = "The raid killed 25 Iraqi fighters near the border."
    (other,) = read("How many American soldiers were killed in the raid?", text, "25")
    assert (other.value, other.type_fit) == (None, 0.1)
    (found,) = read("How many Iraqi fighters were killed in the raid?", text, "25")
    assert found.type_fit > 0


def test_what_has_happened_does_not_tell_what_will(read: Read) -> None:
    text = "The airport in Dorva reopened on 3 May 2021 after the strike."
    assert read("When will the airport in Dorva reopen?", text, "3 May 2021") == []
    assert read("When did the airport in Dorva reopen?", text, "3 May 2021")


def test_words_of_the_question_are_no_answer(read: Read) -> None:
    text = "Anna Peeters, the mayor of Ghent, praised Jan Claes."
    assert read("Who did Anna Peeters praise?", text, "Anna Peeters") == []


def test_what_the_asked_one_is_called_is_not_who_did_it(read: Read) -> None:
    text = "Tom Riley, the captain, was attacked by a stranger in Leeds."
    assert read("Who attacked Tom Riley?", text, "the captain") == []
    assert [found.text for found in read("Who attacked Tom Riley?", text, "a stranger")] == ["a stranger"]


def test_a_span_outside_the_parsed_sentences_is_left_out(archive: Archive) -> None:
    asked = understand("Who designed the bridge?", resolve=archive.resolve_names)
    assert list(propose_readings(asked, [Place("elsewhere", Span(0, 5), 3.0)], [])) == []
