"""What people decide about entities: merged, split, linked; undone; respected by later ingests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval import Archive, ArticleInput, DecisionKind, Entity, InputError, Window

ONE = "Rosa Quispe, the mayor, opened the bridge on Monday. Quispe said the road was safe."
TWO = "Rosa Kispe arrested nobody. Kispe said the bridge was safe on Tuesday."
THREE = "Police arrested Rosa Kispe in Lima on Friday."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db") as opened:
        put(opened, ONE, TWO)
        yield opened


def put(archive: Archive, *texts: str) -> None:
    archive.ingest_articles([ArticleInput(text=f"News\n\n{t}", url=f"u:{t}", published="2021-06-16") for t in texts])


def named(archive: Archive, name: str) -> Entity:
    found = archive.entity(name=name)
    assert found is not None
    return found


def everything(archive: Archive) -> list[object]:
    window = Window(limit=100)
    return [
        sorted(map(str, archive.entities(window=window).items)),
        sorted(map(str, archive.events(window=window).items)),
        sorted((c.id, str(c.attribution.source_entity_id)) for c in archive.claims(window=window).items),
    ]


def test_merged_entities_are_one_with_the_counts_of_both(archive: Archive) -> None:
    into, other = named(archive, "Rosa Quispe"), named(archive, "Rosa Kispe")
    assert (into.id != other.id, into.mention_count, other.mention_count) == (True, 2, 2)
    decision = archive.merge_entities(into.id, [other.id])
    assert (decision.kind, decision.entity_id, decision.other_ids) == (DecisionKind.MERGE, into.id, (other.id,))
    merged = named(archive, "Rosa Kispe")
    assert (merged.id, merged.mention_count, merged.article_count) == (into.id, 4, 2)
    assert {claim.attribution.source_entity_id for claim in archive.claims().items} == {into.id}


def test_later_articles_respect_a_merge(archive: Archive) -> None:
    into = named(archive, "Rosa Quispe")
    archive.merge_entities(into.id, [named(archive, "Rosa Kispe").id])
    put(archive, THREE)
    found = named(archive, "Rosa Kispe")
    assert (found.id, found.mention_count, found.article_count) == (into.id, 5, 3)


def test_an_undone_merge_leaves_everything_as_it_was(archive: Archive) -> None:
    before = everything(archive)
    decision = archive.merge_entities(named(archive, "Rosa Quispe").id, [named(archive, "Rosa Kispe").id])
    assert everything(archive) != before
    undone = archive.undo_decision(decision.id)
    assert undone.undone_at is not None
    assert everything(archive) == before
    with pytest.raises(InputError):
        archive.undo_decision(decision.id)


def test_a_split_gives_an_alias_an_entity_of_its_own(archive: Archive) -> None:
    before = everything(archive)
    whole = named(archive, "Rosa Kispe")
    decision = archive.split_entity(whole.id, ["Kispe"])
    (new,) = decision.other_ids
    assert named(archive, "kispe").id == new
    assert named(archive, "Rosa Kispe").mention_count == 1
    assert [c.text for c in archive.claims().items if c.attribution.source_entity_id == new] != []
    put(archive, "Kispe was late. Rosa Kispe was not, Kispe said.")
    assert named(archive, "kispe").mention_count == 3
    archive.remove(urls=["u:Kispe was late. Rosa Kispe was not, Kispe said."])
    archive.undo_decision(decision.id)
    assert everything(archive) == before


def test_a_link_names_the_item_of_wikidata(archive: Archive) -> None:
    mayor = named(archive, "Rosa Quispe")
    assert archive.load_wikidata_ids([mayor.id]) == {mayor.id: None}
    first = archive.link_entity(mayor.id, "Q1")
    archive.link_entity(mayor.id, "Q42")
    assert archive.load_wikidata_ids([mayor.id]) == {mayor.id: "Q42"}
    assert [decision.wikidata_id for decision in archive.entity_decisions()] == ["Q42", "Q1"]
    archive.undo_decision(archive.entity_decisions()[0].id)
    assert archive.load_wikidata_ids([mayor.id]) == {mayor.id: "Q1"}
    assert first.kind is DecisionKind.LINK


def test_a_list_of_names_links_those_that_one_entity_bears(archive: Archive) -> None:
    assert archive.link_names([("rosa quispe", "Q42"), ("Nobody", "Q7")]) == 1
    assert archive.link_names([("rosa quispe", "Q42")]) == 1
    assert len(archive.entity_decisions()) == 1


def test_what_cannot_be_decided_says_so(archive: Archive) -> None:
    mayor = named(archive, "Rosa Quispe")
    calls: tuple[Callable[[], object], ...] = (
        lambda: archive.merge_entities(mayor.id, [mayor.id]),
        lambda: archive.merge_entities(mayor.id, ["unknown"]),
        lambda: archive.merge_entities("unknown", [mayor.id]),
        lambda: archive.split_entity(mayor.id, ["Somebody"]),
        lambda: archive.split_entity(mayor.id, []),
        lambda: archive.split_entity(mayor.id, ["Rosa Quispe", "Quispe"]),
        lambda: archive.link_entity(mayor.id, "42"),
        lambda: archive.link_entity("unknown", "Q42"),
        lambda: archive.undo_decision(99),
    )
    for call in calls:
        with pytest.raises(InputError):
            call()
    assert archive.entity_decisions() == []
