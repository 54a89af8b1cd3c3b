"""What follows from facts of several articles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval import (
    Archive,
    ArticleInput,
    ClaimStance,
    EntityType,
    EventFilter,
    EventStatus,
    InputError,
)

SAYS = "Turkey said that Greece attacked the port of Izmir on Monday."
AGREES = "The United Nations said that Greece attacked the port of Izmir on Monday."
DENIES = "The Greek government denied that Greece attacked the port of Izmir on Monday."
STORY = (
    "Rebels attacked Timbuktu on 2 June 2021. Mali arrested two generals on 5 June 2021. Mali closed the border on 9 June"
    " 2021."
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db") as opened:
        yield opened


def put(archive: Archive, text: str, published: str = "2021-06-16") -> str:
    given = ArticleInput(text=f"News of the day\n\n{text}", url=f"u:{text}", published_at=published)
    (result,) = archive.ingest_articles([given])
    return result.article_id or ""


def test_an_event_has_the_accounts_of_both_sides(archive: Archive) -> None:
    for text in (SAYS, DENIES, AGREES):
        put(archive, text)
    (event,) = archive.events().items
    accounts = archive.load_accounts([event.id])[event.id]
    assert [(a.stance, a.independent_source_count) for a in accounts] == [
        (ClaimStance.ASSERTED, 2),
        (ClaimStance.DENIED, 1),
    ]
    assert [len(account.claims) for account in accounts] == [2, 1]


def test_an_event_that_nobody_makes_a_claim_about_has_no_accounts(archive: Archive) -> None:
    put(archive, "Greece attacked the port of Izmir on Monday.")
    (event,) = archive.events().items
    assert archive.load_accounts([event.id, "unknown"]) == {event.id: (), "unknown": ()}


def test_claims_of_the_same_event_support_and_contradict_one_another(archive: Archive) -> None:
    for text in (SAYS, DENIES, AGREES):
        put(archive, text)
    claims = {claim.attribution.source_text: claim.id for claim in archive.claims().items}
    relations = archive.load_claim_relations(list(claims.values()))
    turkey, greece = relations[claims["Turkey"]], relations[claims["The Greek government"]]
    assert [claim.attribution.source_text for claim in turkey.contradicts] == ["The Greek government"]
    assert [claim.attribution.source_text for claim in turkey.supports] == ["The United Nations"]
    assert {claim.attribution.source_text for claim in greece.contradicts} == {"Turkey", "The United Nations"}
    assert greece.supports == ()


def test_entities_are_related_by_the_articles_that_name_both(archive: Archive) -> None:
    put(archive, "Peru met Chile on Monday.")
    put(archive, "Peru praised Chile on Monday.")
    put(archive, "Peru met Bolivia on Monday.")
    put(archive, "Norway met Sweden on Monday.")
    peru = archive.entity(name="Peru")
    assert peru is not None
    related = archive.related_entities([peru.id])[peru.id]
    assert [(one.entity.name, one.article_count) for one in related][:2] == [("Chile", 2), ("Bolivia", 1)]
    assert related[0].pmi == pytest.approx(0.415, abs=0.001)  # log2(2 * 4 / (3 * 2))
    assert archive.related_entities([peru.id], types=[EntityType.PERSON])[peru.id] == ()
    assert len(archive.related_entities([peru.id], limit=1)[peru.id]) == 1


def test_a_timeline_is_in_the_order_of_time(archive: Archive) -> None:
    put(archive, STORY)
    put(archive, "Mali arrested a general on 1 May 2021.")
    put(archive, "Norway arrested a spy on 1 May 2021.")
    mali = archive.entity(name="Mali")
    assert mali is not None
    starts = [event.time.start for event in archive.timeline(entity_id=mali.id).items]
    assert [start.date().isoformat() for start in starts if start] == ["2021-05-01", "2021-06-05", "2021-06-09"]
    assert archive.timeline_length(entity_id=mali.id) == 3
    later = archive.timeline(entity_id=mali.id, time_from=datetime(2021, 6, 6, tzinfo=UTC)).items
    assert [event.time.text for event in later] == ["9 June 2021"]


def test_a_timeline_of_words_holds_what_their_passages_tell(archive: Archive) -> None:
    put(archive, STORY)
    put(archive, "Norway arrested a spy on 1 May 2021.")
    found = archive.timeline(query="spy").items
    assert [event.time.text for event in found] == ["1 May 2021"]


def test_as_of_tells_an_event_as_it_was_told_then(archive: Archive) -> None:
    put(archive, "Turkey said that Greece attacked the port of Izmir on 14 June 2021.", published="2021-06-15")
    put(
        archive,
        "The Greek government denied that Greece attacked the port of Izmir on 14 June 2021.",
        published="2021-06-17",
    )
    turkey = archive.entity(name="Turkey")
    assert turkey is not None
    (event,) = archive.events().items
    assert event.status is EventStatus.DISPUTED
    (then,) = archive.at(datetime(2021, 6, 16, tzinfo=UTC)).timeline(event_id=event.id).items
    assert (then.id, then.status) == (event.id, EventStatus.ATTRIBUTED)
    assert archive.at(datetime(2021, 6, 14, tzinfo=UTC)).timeline(event_id=event.id).items == ()


def test_before_and_after_are_the_dated_events_of_the_same_articles(archive: Archive) -> None:
    put(archive, STORY)
    arrest = next(event for event in archive.events().items if event.time.text == "5 June 2021")
    before = archive.load_neighbours([arrest.id], after=False)[arrest.id]
    after = archive.load_neighbours([arrest.id], after=True)[arrest.id]
    assert ([e.time.text for e in before], [e.time.text for e in after]) == (["2 June 2021"], ["9 June 2021"])


def test_a_person_has_the_roles_that_articles_give_newest_first(archive: Archive) -> None:
    put(archive, "Finance Minister Clara Novak met bankers in Vienna.", "2021-06-16")
    put(archive, "Finance Minister Clara Novak spoke to parliament in Vienna.", "2021-07-01")
    put(archive, "Clara Novak, the president of Freedonia Bank, spoke in Vienna.", "2022-02-01")
    person = archive.entity(name="Clara Novak")
    assert person is not None
    newer, older = archive.load_roles([person.id])[person.id]
    assert (newer.title, older.title) == ("president of Freedonia Bank", "Finance Minister")
    assert len(older.mentions) == 2
    assert older.first_seen is not None
    assert older.last_seen is not None
    assert older.last_seen - older.first_seen == timedelta(days=15)
    for mention in older.mentions:
        article = archive.article(mention.article_id)
        assert article is not None
        assert mention.span.slice(article.text) == mention.text


def test_bounds_of_a_toll_come_from_all_articles(archive: Archive) -> None:
    put(archive, "Rebels attacked a market in Nairobi on Monday, killing 14 people and wounding six.")
    put(archive, "Rebels attacked a market in Nairobi on Monday, killing 16 people.")
    event = next(event for event in archive.events().items if event.killed)
    assert event.killed is not None
    assert (event.killed.low, event.killed.high) == (14, 16)
    assert event.injured is not None
    assert event.injured.number == 6


def test_events_are_found_by_their_distance_from_a_point_or_place(archive: Archive) -> None:
    put(archive, "Gunmen killed a judge in Naples on Monday.")
    put(archive, "Gunmen killed a teacher in Oslo on Monday.")
    near_rome = EventFilter(near=(41.9, 12.5), within_kilometers=250)
    assert [event.title for event in archive.events(near_rome).items] == ["Gunmen killed judge in Naples"]
    assert archive.count_events(near_rome) == 1
    naples = archive.entity(name="Naples")
    assert naples is not None
    assert archive.count_events(EventFilter(place_id=naples.id, within_kilometers=10)) == 1
    assert archive.count_events(EventFilter(place_id=naples.id, within_kilometers=5000)) == 2
    with pytest.raises(InputError, match="nowhere"):
        archive.events(EventFilter(within_kilometers=10))


def test_claims_about_words_and_as_of_a_day(archive: Archive) -> None:
    put(archive, SAYS, "2021-06-16")
    put(archive, DENIES, "2021-06-20")
    put(archive, "The bakers said that bread was dear in Oslo.", "2021-06-18")
    assert {claim.attribution.source_text for claim in archive.claims_about("Izmir").items} == {
        "Turkey",
        "The Greek government",
    }
    early = archive.at(datetime(2021, 6, 18, tzinfo=UTC))
    assert [claim.attribution.source_text for claim in early.claims_about("Izmir").items] == ["Turkey"]
    assert early.count_claims() == 2


def test_events_as_of_a_day_are_as_they_were_told_by_then(archive: Archive) -> None:
    put(archive, SAYS, "2021-06-16")
    put(archive, DENIES, "2021-06-20")
    (now,) = archive.events().items
    (then,) = archive.at(datetime(2021, 6, 18, tzinfo=UTC)).events().items
    assert (now.status, then.status) == (EventStatus.DISPUTED, EventStatus.ATTRIBUTED)
    assert archive.at(datetime(2021, 6, 1, tzinfo=UTC)).events().items == ()


def test_the_entities_of_a_claim_stand_in_the_order_of_its_words(archive: Archive) -> None:
    put(archive, "Turkey said that Greece, Zambia and Albania attacked the port of Izmir on Monday.")
    (claim,) = archive.claims().items
    names = [entity.name for entity in archive.load_entities(claim.entity_ids) if entity]
    assert names[:3] == ["Greece", "Zambia", "Albania"]
