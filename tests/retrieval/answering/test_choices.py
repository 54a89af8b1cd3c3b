"""Questions that fit several, at several times or places; and the dates that answers carry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.answering.evidence.main_event import main_event_id
from retrieval.archive import Archive
from retrieval.models import AbstentionReason, AnswerStatus, ArticleFilter, ArticleInput, EventStatus

NEWS = (
    ("Visit", "2026-03-04", "German Chancellor Gerd Stahl met the president in Vienna on Monday."),
    ("Lunch", "2026-03-04", "Austrian Chancellor Eva Mohr gave a lunch in Linz on Monday."),
    ("Vote of 2018", "2018-04-10", "Sven Holm won the presidential election in Arland on Sunday."),
    ("Vote", "2026-03-02", "Astrid Bro won the presidential election in Arland on Sunday."),
    ("Unions march", "2026-03-04", "Unions marched in Lund to demand that the transport minister be sacked."),
    ("Bomb kills two in Karst", "2026-03-03", "A bomb killed two people in Karst on Monday. Police will meet on Friday."),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path: Path = tmp_path_factory.mktemp("choices") / "news.db"
    with Archive.open(path) as opened:
        opened.ingest_articles(
            [ArticleInput(text=f"{t}\n\n{text}", title=t, published_at=day, publisher=t) for t, day, text in NEWS]
        )
        yield opened


def test_an_office_of_several_countries_is_ambiguous_and_candidates_tell_them_apart(archive: Archive) -> None:
    answer = archive.ask("Who is the chancellor?")
    assert (answer.status, answer.abstention) == (AnswerStatus.NOT_FOUND, AbstentionReason.AMBIGUOUS_QUESTION)
    assert {c.text for c in answer.candidates} == {"German Chancellor Gerd Stahl", "Austrian Chancellor Eva Mohr"}


def test_the_last_of_several_elections_is_meant_and_the_older_one_a_candidate(archive: Archive) -> None:
    answer = archive.ask("Who won the presidential election in Arland?")
    assert answer.text == "Astrid Bro"
    assert "Sven Holm" in {c.text for c in answer.candidates}


def test_an_answer_says_when_it_appeared_and_when_what_it_tells_took_place(archive: Archive) -> None:
    answer = archive.ask("Who won the presidential election in Arland?")
    assert answer.as_of is not None
    assert answer.as_of.date().isoformat() == "2026-03-02"
    assert answer.occurred_at is not None
    assert answer.occurred_at.text == "Sunday"


def test_an_act_only_demanded_is_a_candidate_with_its_status(archive: Archive) -> None:
    answer = archive.ask("Was the transport minister sacked?")
    assert answer.status is AnswerStatus.NOT_FOUND
    assert [(c.status, c.value, c.score) for c in answer.candidates] == [(EventStatus.REQUESTED, None, 0.0)]


def test_the_main_event_is_the_one_of_title_and_lead(archive: Archive) -> None:
    (id_,) = archive.find_article_ids(ArticleFilter(publishers=("Bomb kills two in Karst",)), limit=5)
    (facts,) = archive.load_facts([id_]).values()
    main = next(event for event in facts.events if event.id == main_event_id([facts]))
    assert main.killed is not None


@pytest.mark.parametrize(("question", "text"), [("When did it happen?", "Monday"), ("Where did it happen?", "Karst")])
def test_it_is_the_story_of_the_one_article_asked(archive: Archive, question: str, text: str) -> None:
    answer = archive.ask(question, filter=ArticleFilter(publishers=("Bomb kills two in Karst",)))
    assert answer.text == text


def test_it_is_nothing_in_an_archive_of_many_stories(archive: Archive) -> None:
    assert archive.ask("When did it happen?").status is AnswerStatus.NOT_FOUND
