"""Events that several articles tell of, through the whole archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Archive, ArticleInput, EventStatus, EventType
from retrieval.models import Event

ONE = "Gunmen killed Judge Omar Haddad in Tripoli on Monday. The city council met the next day to talk about roads."
TWO = "Judge Omar Haddad was killed by gunmen in Tripoli on Monday, the interior ministry said."
THREE = "The killing of Judge Omar Haddad by gunmen in Tripoli on Monday led to marches across the town."
OTHER = "Gunmen killed Judge Salma Aziz in Tripoli on Monday."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db") as opened:
        yield opened


def put(archive: Archive, *texts: str, published: str = "2021-06-16", source: str | None = None) -> list[str]:
    """Ids of the articles; each one's URL is its text's first words."""
    given = [
        ArticleInput(text=f"News of the day\n\n{t}", url=f"u:{source}:{t[:40]}", published=published, source=source)
        for t in texts
    ]
    return [result.article_id or "" for result in archive.ingest_articles(given)]


def killings(archive: Archive) -> list[Event]:
    return [event for event in archive.events().items if event.type is EventType.ASSAULT]


def articles_of(archive: Archive, event: Event) -> set[str]:
    facts = archive.load_facts([article.id for article in archive.articles().items])
    return {id_ for id_, known in facts.items() for t in known.event_mentions if t.event_id == event.id}


def test_one_killing_of_several_articles_is_one_event(archive: Archive) -> None:
    ids = put(archive, ONE, TWO, THREE)
    (event,) = killings(archive)
    assert articles_of(archive, event) == set(ids)


def test_another_victim_is_another_event(archive: Archive) -> None:
    put(archive, ONE, OTHER)
    assert len(killings(archive)) == 2


def test_the_same_words_of_another_week_are_another_event(archive: Archive) -> None:
    put(archive, ONE)
    put(archive, "Gunmen wounded Judge Omar Haddad in Tripoli on Monday.", published="2021-06-30")
    assert len(killings(archive)) == 2


WAGES = (
    "Teachers protested in the old town on Monday over unpaid wages and crowded classrooms.",
    "Teachers protested over unpaid wages and crowded classrooms in the old town, thousands of them.",
)
MINISTER = " The minister of education, Ana Ruiz, has nothing new to offer them."


def test_articles_of_one_story_tell_of_one_event_without_a_name(archive: Archive) -> None:
    ids = put(archive, *(text + MINISTER for text in WAGES))
    marches = [event for event in archive.events().items if event.type is EventType.PROTEST]
    assert [articles_of(archive, event) for event in marches] == [set(ids)]
    assert marches[0].independent_source_count == 2


def test_another_deed_of_the_same_story_is_another_event(archive: Archive) -> None:
    strike = "Teachers went on strike for a week over unpaid wages and crowded classrooms."
    put(archive, WAGES[0] + MINISTER, strike + MINISTER)
    assert [story.article_count for story in archive.stories().items] == [2]
    deeds = [event for event in archive.events().items if event.type is EventType.PROTEST]
    assert [len(articles_of(archive, event)) for event in deeds] == [1, 1]


def test_each_publisher_is_one_source_and_each_speaker_too(archive: Archive) -> None:
    put(archive, ONE, source="The Post")
    put(archive, THREE, source="The Post")
    put(archive, TWO, source="The Times")
    (event,) = killings(archive)
    assert event.independent_source_count == 2  # The Post, and the ministry that The Times cites


LONG = (
    "Gunmen killed Judge Omar Haddad in Tripoli on Monday. Witnesses saw two cars stop outside the court at noon, and heard"
    " many shots before the cars drove off toward the coast road with their lights off. Shops along the street stayed shut"
    " for the rest of the day, and the court sent its staff home until the end of the week."
)


def test_a_syndicated_copy_is_no_independent_source(archive: Archive) -> None:
    put(archive, LONG, source="The Post")
    put(archive, LONG + " More follows.", source="The Times")
    (event,) = killings(archive)
    assert event.independent_source_count == 1


def test_articles_fed_by_one_agency_are_one_source(archive: Archive) -> None:
    put(archive, f"TRIPOLI (Reuters) - {ONE}", source="The Post")
    put(archive, f"TRIPOLI (Reuters) - {THREE}", source="The Times")
    (event,) = killings(archive)
    assert event.independent_source_count == 1


def test_sources_of_different_articles_dispute_an_event(archive: Archive) -> None:
    put(archive, "Turkey said that Greece attacked the port of Izmir on Monday.")
    put(archive, "The Greek government denied that Greece attacked the port of Izmir on Monday.")
    (event,) = killings(archive)
    assert event.status is EventStatus.DISPUTED


def test_removing_an_article_undoes_its_part(archive: Archive) -> None:
    put(archive, "Turkey said that Greece attacked the port of Izmir on Monday.")
    before = killings(archive)
    (denial,) = put(archive, "The Greek government denied that Greece attacked the port of Izmir on Monday.")
    archive.remove([denial])
    assert killings(archive) == before


def test_an_event_keeps_its_id_while_an_article_tells_of_it(archive: Archive) -> None:
    first, second = put(archive, ONE, TWO)
    (event,) = killings(archive)
    archive.remove([first])
    assert [left.id for left in killings(archive)] == [event.id]
    put(archive, ONE)
    assert [left.id for left in killings(archive)] == [event.id]
    removed = archive.remove([first, second])
    assert removed.event_count >= 1
    assert killings(archive) == []


def test_articles_in_another_order_give_the_same_clusters(archive: Archive, tmp_path: Path) -> None:
    put(archive, ONE, OTHER, TWO, THREE)
    with Archive.open(tmp_path / "other.db") as other:
        put(other, THREE, TWO, OTHER, ONE)
        mine = {frozenset(articles_of(archive, event)) for event in killings(archive)}
        assert {frozenset(articles_of(other, event)) for event in killings(other)} == mine
