"""Stories, through the whole archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Archive, ArticleFilter, ArticleInput, EventFilter, Parent, StoryFilter, Window

FIRE = (
    "Firefighters in Porto fought a blaze at the Bolhao market on Tuesday. Mayor Rui Costa said forty stalls had burned."
    " The cause of the fire at the market hall is not known, the Porto fire brigade said."
)
FIRE_LATER = (
    "Traders of the Bolhao market in Porto counted their losses after the fire that burned forty stalls. Mayor Rui Costa"
    " promised help for the traders, and the fire brigade looked for the cause of the blaze in the market hall."
)
FIRE_CAUSE = (
    "A cable started the blaze that burned forty stalls of the Bolhao market, the Porto fire brigade said. Mayor Rui Costa"
    " thanked the brigade and told the traders that the market hall would be rebuilt."
)
VOTE = (
    "Mayor Rui Costa won the vote in Porto on Sunday by a wide margin. His party, the Democrats, took nine seats of the"
    " council, election officials said, and police arrested two men for stuffing a ballot box."
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db", embedder=None) as opened:
        yield opened


def put(archive: Archive, text: str, day: str, *, source: str | None = None, url: str | None = None) -> str:
    title = text.split(". ", maxsplit=1)[0]
    given = ArticleInput(f"{title}\n\n{text}", published=day, source=source, url=url or f"u:{source}:{day}:{text[:30]}")
    (result,) = archive.ingest_articles([given])
    return result.article_id or ""


def members(archive: Archive) -> set[frozenset[str]]:
    pages = archive.articles_by(Parent.STORY, [story.id for story in archive.stories().items])
    return {frozenset(article.id for article in page.items) for page in pages.values()}


def test_articles_about_one_happening_are_one_story(archive: Archive) -> None:
    first = put(archive, FIRE, "2021-06-01")
    second = put(archive, FIRE_LATER, "2021-06-02")
    vote = put(archive, VOTE, "2021-06-03")
    assert members(archive) == {frozenset({first, second}), frozenset({vote})}
    story = archive.load_stories_of([second])[0]
    assert story is not None
    assert (story.article_count, story.independent_source_count) == (2, 2)
    assert story.first_published is not None
    assert story.last_published is not None
    assert (story.first_published.day, story.last_published.day) == (1, 2)


def test_the_same_words_of_another_year_are_another_story(archive: Archive) -> None:
    put(archive, FIRE, "2021-06-01")
    put(archive, FIRE_LATER, "2022-06-02")
    assert len(archive.stories().items) == 2


def test_copies_and_one_publisher_are_one_source(archive: Archive) -> None:
    put(archive, FIRE, "2021-06-01", source="The Post")
    put(archive, FIRE, "2021-06-01", source="The Times")
    put(archive, FIRE_LATER, "2021-06-02", source="The Post")
    (story,) = archive.stories().items
    assert (story.article_count, story.independent_source_count) == (3, 1)


def test_a_story_keeps_its_id_while_an_article_is_in_it(archive: Archive) -> None:
    first = put(archive, FIRE, "2021-06-01")
    second = put(archive, FIRE_LATER, "2021-06-02")
    (story,) = archive.stories().items
    archive.remove([first])
    assert [left.id for left in archive.stories().items] == [story.id]
    put(archive, FIRE, "2021-06-01")
    assert [left.id for left in archive.stories().items] == [story.id]
    archive.remove([first, second])
    assert archive.stories().items == ()


def test_a_revised_article_moves_to_the_story_that_it_is_about_now(archive: Archive) -> None:
    put(archive, FIRE, "2021-06-01")
    moved = put(archive, FIRE_LATER, "2021-06-02", url="u:moved")
    vote = put(archive, VOTE, "2021-06-03")
    put(archive, VOTE + " The new council meets in July.", "2021-06-03", url="u:moved")
    assert frozenset({moved, vote}) in members(archive)


def test_an_archive_read_anew_has_the_same_stories(archive: Archive) -> None:
    for text, day in ((FIRE, "2021-06-01"), (FIRE_LATER, "2021-06-02"), (VOTE, "2021-06-03"), (FIRE_CAUSE, "2021-06-04")):
        put(archive, text, day)
    before = archive.stories()
    assert archive.reextract(every=True) == 4
    assert archive.stories() == before


def test_filters_and_timeline_go_by_story(archive: Archive) -> None:
    fire = [put(archive, FIRE, "2021-06-01"), put(archive, FIRE_LATER, "2021-06-02")]
    vote = put(archive, VOTE, "2021-06-03")
    story = archive.load_stories_of([vote])[0]
    assert story is not None
    which = ArticleFilter(story_id=story.id)
    assert [article.id for article in archive.articles(which).items] == [vote]
    assert {hit.article.id for hit in archive.search("Rui Costa", filter=which).hits} == {vote}
    assert archive.search("Rui Costa", filter=ArticleFilter(story_id="0" * 16)).total == 0
    told = archive.events(EventFilter(story_id=story.id)).items
    assert told
    assert set(told) == set(archive.events_by(Parent.STORY, [story.id])[story.id].items)
    assert set(archive.timeline(story_id=story.id, window=Window(limit=50)).items) == set(told)
    big = archive.stories(StoryFilter(min_articles=2)).items
    assert list(big) == archive.load_stories_of(fire[:1])
