"""A search is a Haystack pipeline, and what it finds is what its stages find one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from haystack import Pipeline

from retrieval import Archive, ArticleFilter, RetrievalMode
from retrieval.models import PublicationDate, Span
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle
from retrieval.search.pipeline import LexicalRetriever, PoolJoiner, PoolRanker, SearchRequest
from retrieval.search.ranking import is_statement
from retrieval.text.analysis import analyze_query

WORDS = "harbour ship storm mayor Ghent vote strike bridge police tunnel".split()  # noqa: SIM905 -- reads better


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("stages") / "news.db") as archive:
        archive.store_prepared([(article(n), Extraction()) for n in range(80)])
        archive.search("warm up")
        yield archive


def article(number: int) -> PreparedArticle:
    words = [WORDS[number % 10], WORDS[number * 7 % 9], WORDS[number // 8 % 10]]
    text = f"The {words[0]} and the {words[1]} of place{number} met a {words[2]}."
    return PreparedArticle(
        key=f"k{number}", url=None, title="", text=text, sha256=text, fingerprint=text, publisher=f"Paper {number % 4}",
        authors=(), language="en", published=PublicationDate(), blocks=(), passages=(Span(0, len(text)),),
    )  # fmt: skip


QUERIES = [" ".join(WORDS[n : n + 3]) for n in range(8)]


@pytest.mark.parametrize("mode", [RetrievalMode.DENSE, RetrievalMode.HYBRID])
@pytest.mark.parametrize("filter_", [None, ArticleFilter(publishers=("Paper 1",))], ids=["all", "filtered"])
def test_the_pipeline_gives_what_its_stages_give(
    archive: Archive, mode: RetrievalMode, filter_: ArticleFilter | None
) -> None:
    pipeline = archive._searches._stages.pipeline
    assert isinstance(pipeline, Pipeline)
    parts = {name: pipeline.get_component(name) for name in ("words", "meaning", "joiner", "ranker")}
    assert isinstance(parts["words"], LexicalRetriever)
    assert isinstance(parts["joiner"], PoolJoiner)
    assert isinstance(parts["ranker"], PoolRanker)
    snapshot = archive._index.snapshot()
    assert snapshot is not None
    for query in QUERIES:
        request = SearchRequest(query, analyze_query(query), snapshot, filter_, (), mode, 50)
        words, meaning = parts["words"].run(request), parts["meaning"].run(request)
        pool = parts["joiner"].run(words["found"], meaning["found"])["pool"]
        listing = parts["ranker"].run(pool)["listing"]
        hits = archive.search(query, limit=20, mode=mode, filter=filter_).hits
        assert [(hit.passage.id, hit.score) for hit in hits] == [(r.passage_id, r.score) for r in listing.ranked[:20]]
        assert hits or mode is not RetrievalMode.HYBRID


def test_a_search_by_words_gives_what_its_one_stage_gives(archive: Archive) -> None:
    snapshot = archive._index.snapshot()
    assert snapshot is not None
    for query in QUERIES:
        request = SearchRequest(query, analyze_query(query), snapshot, None, (), RetrievalMode.LEXICAL, 50)
        words = LexicalRetriever().run(request)["found"]
        found = archive.search(query, limit=20, mode=RetrievalMode.LEXICAL)
        assert found.hits
        assert found.total == words.total
        assert [(hit.passage.id, hit.score, hit.dense_score) for hit in found.hits] == [
            (hit.passage_id, hit.score, None) for hit in words.hits[:20]
        ]


def test_many_threads_find_what_one_finds(archive: Archive) -> None:
    def find(query: str) -> list[int]:
        archive._searches._remembered.clear()
        return [hit.passage.id for hit in archive.search(query).hits]

    alone = [find(query) for query in QUERIES]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(find, QUERIES * 20)) == alone * 20


def test_what_is_searched_for_is_reported_to_nobody(tmp_path: Path) -> None:
    code = "import retrieval.search.pipeline, haystack.telemetry._telemetry as t; print(t.telemetry)"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAYSTACK")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | {"HOME": str(tmp_path)}, text=True, capture_output=True, check=True
    )
    assert done.stdout == "None\n"
    assert not (tmp_path / ".haystack").exists()


def test_words_of_a_narrow_filter_are_as_rare_as_they_are_there(archive: Archive) -> None:
    snapshot = archive._index.snapshot()
    assert snapshot is not None
    narrow = ArticleFilter(publishers=("Paper 1",))
    (everywhere,), total = snapshot.frequencies(["harbour"])
    (here,), size = snapshot.frequencies(["harbour"], filter_=narrow)
    passages = [article(n).text for n in range(80)]
    assert (everywhere, size) == (sum("harbour" in text for text in passages), 20)
    assert here == sum("harbour" in article(n).text for n in range(1, 80, 4))
    assert total > size


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("The mayor of Ghent resigned after the strike of the police in March.", True),
        ("The mayor of Ghent resigned, didn't he, after the strike of the police?", False),
        ("Which mayor resigned after the strike of the police in the city of Ghent", False),
        ("mayor Ghent resignation strike police March 2019 tunnel bridge", False),
        ("The mayor resigned.", False),
    ],
)
def test_statements_are_told_from_questions_and_words(query: str, expected: bool) -> None:
    assert is_statement(query) is expected
