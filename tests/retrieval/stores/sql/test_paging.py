from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from retrieval import (
    ArticleFilter,
    ArticleOrder,
    CursorError,
    EntityFilter,
    EntityOrder,
    EventFilter,
    EventOrder,
    EventType,
    InputError,
    Page,
    Parent,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.retrieval.stores.sql.conftest import Catalog


@pytest.fixture
def full(catalog: Catalog) -> Catalog:
    for n in range(23):
        names = ["Ann Lee", "Bob Ray", "Cy Dow", "Di Fox", "Ed Gil"]
        one, two = names[n % 5], names[(n * 3 + 1) % 5]
        published = None if n % 7 == 0 else f"20{10 + n % 4}-0{1 + n % 9}-11"
        text = f"Story {n}. {one} attacked {two}{' in 2012' if n % 3 else ''}. {two} said it hurt."
        catalog.put(text, url=f"https://example.org/{n}", published=published, source=f"Paper {n % 2}")
    return catalog


LISTS: dict[str, Callable[[Catalog, Window], Page[Any]]] = {
    "articles by date": lambda c, w: c.articles(window=w),
    "articles by date, oldest first": lambda c, w: c.articles(descending=False, window=w),
    "articles by ingest": lambda c, w: c.articles(order=ArticleOrder.INGESTED_AT, window=w),
    "articles of one source": lambda c, w: c.articles(ArticleFilter(publishers=("Paper 1",)), window=w),
    "entities by mentions": lambda c, w: c.entities(window=w),
    "entities by name": lambda c, w: c.entities(order=EntityOrder.NAME, descending=False, window=w),
    "entities by last seen": lambda c, w: c.entities(order=EntityOrder.LAST_SEEN_AT, window=w),
    "events by time": lambda c, w: c.events(window=w),
    "events by time, latest first": lambda c, w: c.events(descending=True, window=w),
    "events by confidence": lambda c, w: c.events(order=EventOrder.CONFIDENCE, window=w),
    "events of a type": lambda c, w: c.events(EventFilter(types=(EventType.ASSAULT,)), window=w),
    "claims": lambda c, w: c.claims(window=w),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 4, 50])
def test_pages_forwards_and_backwards_give_the_whole_list(full: Catalog, name: str, limit: int) -> None:
    find = LISTS[name]
    whole = find(full, Window(limit=200)).items
    assert len(whole) >= 5
    forwards: list[Any] = []
    after = None
    while True:
        page = find(full, Window(limit=limit, after=after))
        forwards.extend(page.items)
        assert page.has_previous == (after is not None)
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert tuple(forwards) == whole
    backwards: list[Any] = []
    before = None
    while True:
        page = find(full, Window(limit=limit, before=before, backward=True))
        backwards[:0] = page.items
        if not page.has_previous:
            break
        before = page.cursors[0]
    assert tuple(backwards) == whole


def test_a_page_stays_in_place_while_articles_come_and_go(full: Catalog) -> None:
    first = full.events(window=Window(limit=6))
    rest = [event.id for event in full.events(window=Window(limit=200)).items[6:]]
    full.put("Zed Zorn attacked Ann Lee in 1999.", url="https://example.org/early")
    article = full.article(url="https://example.org/1")
    assert article is not None
    full.take_out(article.id)
    then = [event.id for event in full.events(window=Window(limit=200, after=first.cursors[-1])).items]
    present = {event.id for event in full.events(window=Window(limit=200)).items}
    assert then == [id_ for id_ in rest if id_ in present]


def test_nested_lists_are_the_filtered_root_lists(full: Catalog) -> None:
    ids = [entity.id for entity in full.entities().items]
    nested = full.articles_by(Parent.ENTITY, ids, window=Window(limit=3))
    for id_ in ids:
        assert nested[id_] == full.articles(ArticleFilter(entity_ids=(id_,)), window=Window(limit=3))
    events = full.events_by(Parent.ENTITY, ids, window=Window(limit=2, backward=True))
    for id_ in ids:
        assert events[id_] == full.events(EventFilter(participant_ids=(id_,)), window=Window(limit=2, backward=True))
    counts = full.count_events_by(Parent.ENTITY, ids)
    assert counts == {id_: full.count_events(EventFilter(participant_ids=(id_,))) for id_ in ids}


def test_nested_cursors_go_on_in_every_list(full: Catalog) -> None:
    article_ids = [article.id for article in full.articles().items]
    first = full.mentions_by(Parent.ARTICLE, article_ids, window=Window(limit=1))
    whole = full.mentions_by(Parent.ARTICLE, article_ids, window=Window(limit=10))
    for id_ in article_ids:
        after = full.mentions_by(Parent.ARTICLE, [id_], window=Window(limit=10, after=first[id_].cursors[-1]))
        assert first[id_].items + after[id_].items == whole[id_].items


def test_an_unknown_parent_has_an_empty_list(full: Catalog) -> None:
    page = full.claims_by(Parent.ARTICLE, ["0000000000000000"])["0000000000000000"]
    assert page == Page((), (), has_next=False, has_previous=False)


@pytest.mark.parametrize(
    "cursor", ["", "!", "bm90IGpzb24", "W10", "x" * 5000, "ÿ"], ids=["empty", "sign", "text", "list", "long", "ü"]
)
def test_a_cursor_that_is_not_ours_is_refused(full: Catalog, cursor: str) -> None:
    with pytest.raises(CursorError, match="not one of ours"):
        full.events(window=Window(after=cursor))


def test_a_cursor_of_another_order_is_refused(full: Catalog) -> None:
    cursor = full.events().cursors[0]
    with pytest.raises(CursorError, match="another list or order"):
        full.events(descending=True, window=Window(after=cursor))


@pytest.mark.parametrize("limit", [-1, 1001])
def test_a_limit_out_of_range_is_refused(full: Catalog, limit: int) -> None:
    with pytest.raises(InputError, match=str(limit)):
        full.entities(window=Window(limit=limit))


def test_names_match_in_part_and_without_case(full: Catalog) -> None:
    assert [e.name for e in full.entities(EntityFilter(name="NN LE")).items] == ["Ann Lee"]
    assert full.entities(EntityFilter(name="%")).items == ()
