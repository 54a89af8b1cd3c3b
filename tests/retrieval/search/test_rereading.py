"""Questions: passages that answer come before those that only share words with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.archive import Archive
from retrieval.models import ArticleInput
from retrieval.search.rereading import blend

ABOUT = "The opening of the Lund bridge was delayed. The Lund bridge is long, and when the bridge opened is often asked."
ANSWER = "After two years of work, Ada Brook cut the ribbon of the new crossing at Lund in May 1859."
OTHER = "Trees beside the old harbour are pruned in winter."
QUESTION = "When was the Lund bridge opened by Ada Brook?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("rereading") / "news.db") as opened:
        opened.ingest_articles(
            [ArticleInput(text, url=f"https://example.org/{n}") for n, text in enumerate((ABOUT, ANSWER, OTHER))]
        )
        yield opened


def test_what_answers_a_question_comes_first(archive: Archive) -> None:
    assert archive.search(QUESTION, reread=True).hits[0].passage.text == ANSWER


def test_scores_fall_and_stay_between_0_and_1(archive: Archive) -> None:
    scores = [hit.score for hit in archive.search(QUESTION, reread=True).hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_page_goes_on_in_the_same_order(archive: Archive) -> None:
    whole = [hit.passage.id for hit in archive.search(QUESTION, reread=True).hits]
    first = archive.search(QUESTION, limit=1, reread=True).hits
    rest = archive.search(QUESTION, after=first[0].cursor, reread=True).hits
    assert [hit.passage.id for hit in (*first, *rest)] == whole


def test_what_is_no_question_is_not_read(archive: Archive) -> None:
    plain, reread = (archive.search("Lund bridge opening", reread=reread).hits for reread in (False, True))
    assert [(hit.passage.id, hit.score) for hit in plain] == [(hit.passage.id, hit.score) for hit in reread]


def test_a_sure_answer_outweighs_some_of_searchs_score() -> None:
    assert blend(0.7, 0.9) > blend(0.9, 0.1)
    assert blend(1.0, 1.0) == 1.0
