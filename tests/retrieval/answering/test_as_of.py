"""Answers keep to what had been published by a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from retrieval.archive import Archive
from retrieval.models import AnswerStatus, ArticleInput, BooleanValue, Event, EventListValue, EventStatus

SAID = "Turkey said that Greece attacked the port of Izmir on 14 June 2021."
DENIED = "The Greek government denied that Greece attacked the port of Izmir on 14 June 2021."
TOLD = "Greece attacked the port of Izmir on 14 June 2021, killing four people, observers of the United Nations found."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("as_of") / "news.db") as opened:
        opened.ingest_articles(
            ArticleInput(text=f"News of {source}\n\n{text}", url=f"u:{published}", published_at=published, publisher=source)
            for text, published, source in (
                (SAID, "2021-06-15", "The Bosphorus Post"),
                (DENIED, "2021-06-17", "The Attic Mail"),
                (TOLD, "2021-06-20", "The Lake Gazette"),
            )
        )
        yield opened


def day(number: int) -> datetime:
    return datetime(2021, 6, number, 23, 59, 59, tzinfo=UTC)


def events_of(archive: Archive, as_of: datetime | None) -> tuple[Event, ...]:
    value = archive.ask("What happened on 14 June 2021?", as_of=as_of).value
    assert isinstance(value, EventListValue)
    return value.events


def test_an_event_in_an_answer_is_as_all_articles_of_then_told_it(archive: Archive) -> None:
    (first,), (second,) = events_of(archive, day(15)), events_of(archive, day(18))
    assert (first.status, first.independent_source_count) == (EventStatus.ATTRIBUTED, 1)
    assert (second.id, second.status) == (first.id, EventStatus.DISPUTED)
    (now,) = events_of(archive, None)
    assert (now.id, now.independent_source_count) == (first.id, 3)


def test_a_denial_not_yet_published_is_no_side(archive: Archive) -> None:
    question = "Did Greece attack the port of Izmir?"
    before, after = archive.ask(question, as_of=day(16)), archive.ask(question, as_of=day(17))
    assert (before.status, before.value) == (AnswerStatus.ANSWERED, BooleanValue(value=True))
    assert after.status is AnswerStatus.CONFLICTING
    assert archive.ask(question, as_of=day(14)).status is AnswerStatus.NOT_FOUND


def test_facts_as_of_a_moment_are_those_of_the_articles_published_by_then(archive: Archive) -> None:
    ids = [article.id for article in archive.articles().items]
    assert len(archive.load_facts(ids)) == 3
    known = archive.at(day(17)).load_facts(ids)
    assert sorted(facts.article.publisher or "" for facts in known.values()) == ["The Attic Mail", "The Bosphorus Post"]
    assert {event.status for facts in known.values() for event in facts.events} == {EventStatus.DISPUTED}
