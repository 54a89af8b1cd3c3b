from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval import IngestOutcome, Parent

if TYPE_CHECKING:
    from tests.retrieval.stores.sql.conftest import Catalog

URL = "https://example.org/1"
TEXT = "Ann Lee attacked Bob Ray in 2012. Ann Lee said it was late."


def test_the_same_text_changes_nothing(catalog: Catalog) -> None:
    assert catalog.put(TEXT, url=URL).outcome is IngestOutcome.ADDED
    before, change = catalog.dump(), catalog.last_change()
    written = catalog.put(TEXT, url=URL)
    assert (written.outcome, written.revision) == (IngestOutcome.UNCHANGED, 1)
    assert (catalog.dump(), catalog.last_change()) == (before, change)


def test_another_text_at_the_same_url_replaces_the_old_facts(catalog: Catalog) -> None:
    catalog.put(TEXT, url=URL)
    written = catalog.put("Ann Lee said it was early.", url=URL)
    assert (written.outcome, written.revision) == (IngestOutcome.REVISED, 2)
    assert [entity.name for entity in catalog.entities().items] == ["Ann Lee"]
    assert catalog.count_events() == 0
    assert [claim.text for claim in catalog.claims().items] == ["it was early"]


def test_unchanged_facts_keep_their_ids_through_a_revision(catalog: Catalog) -> None:
    catalog.put(TEXT, url=URL)
    events, claims = catalog.events().items, catalog.claims().items
    catalog.put("A new first sentence. " + TEXT, url=URL)
    assert [event.id for event in catalog.events().items] == [event.id for event in events]
    assert [claim.id for claim in catalog.claims().items] == [claim.id for claim in claims]


def test_another_date_for_the_same_text_is_a_revision(catalog: Catalog) -> None:
    catalog.put(TEXT, url=URL, published="2012-01-01")
    assert catalog.put(TEXT, url=URL, published="2012-01-02").outcome is IngestOutcome.REVISED


def test_a_removed_article_leaves_nothing_behind(catalog: Catalog) -> None:
    catalog.put("Cy Dow said nothing happened.", url="https://example.org/2", published="2012-05-01")
    before = catalog.dump()
    written = catalog.put(TEXT, url=URL, published="2013-01-01")
    pruned = catalog.take_out(written.article_id)
    assert pruned is not None
    assert (pruned.entity_count, pruned.event_count) == (2, 1)
    assert catalog.dump() == before


def test_an_entity_that_another_article_names_stays_with_its_counts(catalog: Catalog) -> None:
    first = catalog.put(TEXT, url=URL, published="2012-01-01")
    catalog.put("Ann Lee said it was early.", url="https://example.org/2", published="2014-01-01")
    ann = catalog.entity(name="ann lee")
    assert ann is not None
    assert (ann.mention_count, ann.article_count) == (3, 2)
    assert (ann.first_seen and ann.first_seen.year, ann.last_seen and ann.last_seen.year) == (2012, 2014)
    pruned = catalog.take_out(first.article_id)
    assert pruned is not None
    assert pruned.entity_count == 1
    left = catalog.entity(name="Ann Lee")
    assert left is not None
    assert (left.id, left.mention_count, left.article_count) == (ann.id, 1, 1)
    assert left.first_seen == left.last_seen
    assert [alias.count for alias in catalog.load_aliases([ann.id])[ann.id]] == [1]


def test_removing_an_unknown_article_does_nothing(catalog: Catalog) -> None:
    assert catalog.take_out("0000000000000000") is None
    assert catalog.last_change() == 0


def test_revisions_count_on_through_a_removal(catalog: Catalog) -> None:
    written = catalog.put(TEXT, url=URL)
    catalog.take_out(written.article_id)
    assert catalog.put(TEXT, url=URL).revision == 2


def test_every_change_is_in_the_outbox_in_order(catalog: Catalog) -> None:
    first = catalog.put(TEXT, url=URL)
    catalog.put("Ann Lee said no.", url=URL)
    catalog.take_out(first.article_id)
    assert catalog.load_changes(after=0, limit=10) == [(n, first.article_id) for n in (1, 2, 3)]
    assert catalog.load_changes(after=2, limit=10) == [(3, first.article_id)]


def test_a_transaction_that_fails_leaves_the_archive_as_it_was(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.put(TEXT, url=URL)
    before = catalog.dump()

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("retrieval.stores.sql.writes.fact_writes.FactWriter._write_claims", fail)
    with pytest.raises(KeyboardInterrupt):
        catalog.put("Ann Lee said something else.", url=URL)
    assert catalog.dump() == before


def test_an_event_without_a_time_of_its_own_says_that_it_fell_back(catalog: Catalog) -> None:
    catalog.put("Ann Lee attacked Bob Ray.", url=URL, published="2012-03-04")
    (event,) = catalog.events().items
    assert event.time.source.value == "PUBLICATION_DATE_FALLBACK"
    assert event.time.start is not None
    assert event.time.start.isoformat() == "2012-03-04T00:00:00+00:00"
    assert event.time.text is None


def test_a_claim_knows_its_event_speaker_and_names(catalog: Catalog) -> None:
    catalog.put("Cy Dow said Ann Lee attacked Bob Ray.", url=URL)
    (claim,) = catalog.claims().items
    (event,) = catalog.events().items
    assert claim.event_id == event.id
    people = {entity.id: entity.name for entity in catalog.entities().items}
    assert people[claim.attribution.source_entity_id or ""] == "Cy Dow"
    assert sorted(people[id_] for id_ in claim.entity_ids) == ["Ann Lee", "Bob Ray"]
    assert catalog.claims_by(Parent.EVENT, [event.id])[event.id].items == (claim,)
