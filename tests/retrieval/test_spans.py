"""The first promise: every fact points at characters of the stored text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from retrieval import Archive, ArticleInput, IngestOutcome

if TYPE_CHECKING:
    from tests.retrieval.conftest import SpanChecker

SENTENCES = [
    "The mayor of Lyon, Anna Søgård, denied on Monday that police had attacked the strikers.",
    '“We will not resume talks,” said the minister. "Not before May 3, 2021."',
    "An official told Reuters that 25 fighters were killed in the capital’s west in late December.",
    "According to the U.N., the ceasefire — agreed last week — is holding.",
    "Read also: Ten things to know",
    "By Jean-Luc O’Neil",
    "17 January, 2020",
    "🙂👩\u200d👩\u200d👧 Zoe\u0308 Müller (ZM) said: «Это война».",
    "قال المتحدث إن العملية انتهت يوم الخميس",
    "אמר דובר הממשלה ביום שני",
    "東京で昨日、首相は合意を否定した。",
    "A\u00a0nbsp\u00a0sentence\u2028with separators\u2029and \u200bzero\u00adwidths.",
    "IS says IS is not what it is; the US told us so.",
    'He said "they attacked',
    "(AFP) - The XYZ Group (XYZ) expelled its envoy; XYZ declined to comment.",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.sampled_from(SENTENCES), st.text(max_size=60)), min_size=1, max_size=12),
    st.sampled_from(["\n\n", "\r\n\r\n", "\n", "\r\n", " ", "\u2029", "\n \t\n"]),
    st.sampled_from([None, "2021-05-04"]),
)
@example(SENTENCES, "\n\n", "2021-05-04")
@example(SENTENCES, "\r\n", None)
@example(SENTENCES, " ", "2021-05-04")
def test_every_span_of_any_text_is_exact(spans: SpanChecker, parts: list[str], joint: str, published: str | None) -> None:
    text = joint.join(parts)
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "news.db") as archive:
        (result,) = archive.ingest_articles([ArticleInput(text, published_at=published)])
        if result.outcome is IngestOutcome.REJECTED:
            assert result.reason
            return
        article = archive.article(result.article_id)
        assert article is not None
        assert article.text == text
        spans.check_archive(archive)


def test_every_span_of_the_seed_is_exact(tmp_path: Path, seed_path: Path, spans: SpanChecker) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest([seed_path])
        spans.check_archive(archive)
    assert spans.checked > 150


@pytest.mark.data
@pytest.mark.parametrize(("corpus", "articles", "least"), [("wikinews", 24, 2_000), ("ecbplus", 772, 20_000)])
def test_every_span_of_a_corpus_is_exact(
    tmp_path: Path, spans: SpanChecker, request: pytest.FixtureRequest, corpus: str, articles: int, least: int
) -> None:
    texts: list[ArticleInput] = request.getfixturevalue(corpus)
    with Archive.open(tmp_path / "news.db") as archive:
        results = archive.ingest_articles(texts)
        assert [result.outcome for result in results] == [IngestOutcome.ADDED] * articles
        assert archive.indexed_passage_count() == archive.corpus().passage_count
        spans.check_archive(archive)
    assert spans.checked > least
