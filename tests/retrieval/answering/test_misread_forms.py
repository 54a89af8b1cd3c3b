"""Questions that look like ones about speech, events or yes and no, and are answered with a span."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.archive import Archive
from retrieval.models import AnswerStatus, ArticleInput, BooleanValue

TRADE = "Exports of Ruvia fell by 4 per cent in May, the statistics office said."
HARBOUR = (
    "The theory of drift suggested that the continents had moved. The storm of 1953 caused the breach of the dyke at the"
    " harbour, engineers found."
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("forms") / "news.db", embedder=None) as opened:
        opened.ingest_articles(
            [ArticleInput(text, url=f"https://example.org/{number}") for number, text in enumerate((TRADE, HARBOUR))]
        )
        yield opened


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Did exports of Ruvia rise or fall in May?", "fell"),
        ("Which theory suggested that the continents had moved?", "theory of drift"),
        ("What event caused the breach of the dyke?", "storm of 1953"),
    ],
)
def test_a_span_that_is_surer_is_the_answer(archive: Archive, question: str, words: str) -> None:
    answer = archive.ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert words in (answer.text or "")


def test_a_choice_is_not_answered_with_yes_or_no(archive: Archive) -> None:
    assert not isinstance(archive.ask("Did exports of Ruvia rise or fall in May?").value, BooleanValue)
