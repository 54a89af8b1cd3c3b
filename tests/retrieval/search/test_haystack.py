from __future__ import annotations

import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"

from collections.abc import Iterator
from pathlib import Path

import pytest
from haystack import Pipeline
from haystack.dataclasses import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DocumentStore, DuplicatePolicy
from haystack.errors import FilterError
from haystack.testing.document_store import DocumentStoreBaseTests

from retrieval import Archive, ArticleInput
from retrieval.search.haystack import DatelineDocumentStore, build_search_pipeline


@pytest.fixture
def document_store(tmp_path: Path) -> Iterator[DatelineDocumentStore]:
    store = DatelineDocumentStore(str(tmp_path / "news.db"))
    yield store
    store.close()


class TestHaystacksOwnSuite(DocumentStoreBaseTests):
    @pytest.fixture
    def document_store(self, tmp_path: Path) -> Iterator[DatelineDocumentStore]:
        store = DatelineDocumentStore(str(tmp_path / "news.db"), embedder=None)
        yield store
        store.close()

    def test_write_documents(self, document_store: DocumentStore) -> None:
        document = Document(content="test doc")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document], DuplicatePolicy.NONE)
        self.assert_documents_are_equal(document_store.filter_documents(), [document])


DOCUMENTS = [
    Document(
        content="A warehouse burned down in Bruges.", meta={"source": "Herald", "published_at": "2020-01-17T00:00:00+00:00"}
    ),
    Document(
        content="The brewery of Ghent opened again.", meta={"source": "Post", "published_at": "2021-01-17T00:00:00+00:00"}
    ),
]


def test_a_pipeline_of_the_retriever_finds_by_words_and_by_meaning(document_store: DatelineDocumentStore) -> None:
    document_store.write_documents(DOCUMENTS)
    pipeline = build_search_pipeline(document_store)
    for query in ("warehouse", "fire destroyed a storage building"):
        (best, *_) = pipeline.run({"retriever": {"query": query}})["retriever"]["documents"]
        assert (best.id, best.content, best.meta) == (DOCUMENTS[0].id, DOCUMENTS[0].content, DOCUMENTS[0].meta)
        assert best.score > 0


def test_the_retriever_filters_and_refuses_what_it_cannot(document_store: DatelineDocumentStore) -> None:
    document_store.write_documents(DOCUMENTS)
    query = "Bruges brewery warehouse"
    by_source = {"field": "meta.source", "operator": "==", "value": "Post"}
    by_date = {"field": "meta.published_at", "operator": "<=", "value": "2020-12-31T00:00:00+00:00"}
    assert [d.id for d in document_store.search(query, filters=by_source)] == [DOCUMENTS[1].id]
    assert [d.id for d in document_store.search(query, filters=by_date)] == [DOCUMENTS[0].id]
    assert document_store.search(query, filters={"operator": "AND", "conditions": [by_source, by_date]}) == []
    with pytest.raises(FilterError, match="cannot filter"):
        document_store.search(query, filters={"field": "meta.page", "operator": "==", "value": 1})


def test_passages_of_articles_are_documents_too(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        archive.ingest_articles(
            [ArticleInput("Fire in Bruges\n\nA warehouse burned down, the mayor said.", publisher="Herald")]
        )
    store = DatelineDocumentStore(str(tmp_path / "a.db"))
    (document,) = store.filter_documents({"field": "meta.source", "operator": "==", "value": "Herald"})
    assert store.count_documents() == 1
    (found,) = store.search("warehouse")
    assert (found.id, found.meta["start"]) == (document.id, document.meta["start"])
    store.close()


def test_a_pipeline_can_be_saved_and_loaded(document_store: DatelineDocumentStore) -> None:
    document_store.write_documents(DOCUMENTS)
    saved = build_search_pipeline(document_store, top_k=1).dumps()
    document_store.close()
    loaded = Pipeline.loads(saved, allowed_modules=["retrieval.*"])
    assert len(loaded.run({"retriever": {"query": "warehouse"}})["retriever"]["documents"]) == 1
    loaded.get_component("retriever").document_store.close()  # type: ignore[attr-defined]
