from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from retrieval import Archive, CursorError, EmbedderMismatch, RetrievalMode
from retrieval.embedding.embedder import Vectors
from retrieval.models import PublicationDate, Span
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle

MEANINGS = {"fire": 0, "blaze": 0, "market": 1, "shares": 1, "mayor": 2}


@dataclass(frozen=True)
class Meanings:
    """Vectors that know which words mean the same."""

    name: str = "meanings"
    dimensions: int = 8

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.full((len(texts), 8), 0.01, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().replace(".", "").split():
                made[row, MEANINGS.get(word, 3 + len(word) % 5)] += 1.0 if word in MEANINGS else 0.1
        normed: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
        return normed


def article(number: int, *passages: str) -> tuple[PreparedArticle, Extraction]:
    text = " ".join(passages)
    spans: list[Span] = []
    for passage in passages:
        start = spans[-1].end + 1 if spans else 0
        spans.append(Span(start, start + len(passage)))
    prepared = PreparedArticle(
        key=f"k{number}", url=None, title="", text=text, sha256=f"{number}", fingerprint=text, publisher=None,
        authors=(), language="en", published=PublicationDate(), blocks=(), passages=tuple(spans),
    )  # fmt: skip
    return prepared, Extraction()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "news.db", embedder=Meanings()) as archive:
        archive.store_prepared(
            [article(1, "A blaze in Ghent."), article(2, "The market fell."), article(3, "The fire station.")]
        )
        yield archive


def texts(archive: Archive, query: str, mode: RetrievalMode) -> list[str]:
    return [hit.passage.text for hit in archive.search(query, mode=mode).hits]


def test_each_mode_finds_what_it_says(archive: Archive) -> None:
    assert texts(archive, "fire", RetrievalMode.LEXICAL) == ["The fire station."]
    assert set(texts(archive, "fire", RetrievalMode.DENSE)[:2]) == {"The fire station.", "A blaze in Ghent."}
    assert texts(archive, "fire", RetrievalMode.HYBRID)[:2] == ["The fire station.", "A blaze in Ghent."]


def test_scores_say_what_they_are(archive: Archive) -> None:
    first, second, *_ = archive.search("fire").hits
    assert 1 >= first.score > second.score >= 0
    assert first.lexical_score > 0 == second.lexical_score
    assert first.dense_score is not None
    assert second.dense_score is not None
    assert second.dense_score > 0.9


def test_pages_of_one_search_are_of_one_state(archive: Archive) -> None:
    archive.store_prepared([article(n, f"Report {n} of the mayor.") for n in range(10, 40)])
    whole = [hit.passage.id for hit in archive.search("mayor report", limit=100).hits]
    seen, after = [], None
    for turn in range(40):
        page = archive.search("mayor report", limit=4, after=after)
        seen += [hit.passage.id for hit in page.hits]
        archive.store_prepared([article(100 + turn, f"Report mayor mayor report {turn}.")])
        if not page.has_next:
            break
        after = page.hits[-1].cursor
    assert seen == whole


def test_a_cursor_goes_on_in_another_process_state(archive: Archive, tmp_path: Path) -> None:
    archive.store_prepared([article(n, f"Report {n} of the mayor.") for n in range(10, 40)])
    page = archive.search("mayor report", limit=4)
    with Archive.open(tmp_path / "news.db", embedder=Meanings()) as other:
        rest = other.search("mayor report", limit=100, after=page.hits[-1].cursor)
        assert not {hit.passage.id for hit in rest.hits} & {hit.passage.id for hit in page.hits}
        with pytest.raises(CursorError):
            other.search("mayor", after=page.hits[-1].cursor)


def test_another_embedder_is_refused_until_all_vectors_are_made_again(archive: Archive, tmp_path: Path) -> None:
    archive.search("fire")
    with Archive.open(tmp_path / "news.db", embedder=Meanings("other")) as other:
        assert texts(other, "fire", RetrievalMode.LEXICAL) == ["The fire station."]
        with pytest.raises(EmbedderMismatch, match="meanings"):
            other.search("fire")
        with pytest.raises(EmbedderMismatch):
            other.store_prepared([article(9, "More fire.")])
        assert other.reindex(embed=True) == 3
        assert len(texts(other, "fire", RetrievalMode.HYBRID)) >= 2
    with pytest.raises(EmbedderMismatch):
        archive.search("blaze")


def test_passages_without_vectors_get_them_with_reindex(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", embedder=None) as plain:
        plain.store_prepared([article(1, "A blaze in Ghent.")])
        assert texts(plain, "fire", RetrievalMode.HYBRID) == []
    with Archive.open(tmp_path / "a.db", embedder=Meanings()) as archive:
        assert texts(archive, "fire", RetrievalMode.HYBRID) == []
        archive.reindex()
        assert texts(archive, "fire", RetrievalMode.HYBRID) == ["A blaze in Ghent."]


def test_copies_do_not_fill_the_list(archive: Archive) -> None:
    archive.store_prepared([article(n, "A fire at the harbour of Ghent.") for n in range(10, 14)])
    archive.store_prepared([article(20, "The fire of Ghent and the market.")])
    found = texts(archive, "fire Ghent", RetrievalMode.HYBRID)
    assert found[0] == "A fire at the harbour of Ghent."
    assert found[1] != found[0]
