"""What `DatelineDocumentStore` does beyond Haystack's own tests: articles' passages, what it refuses, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from haystack.dataclasses import ByteStream, Document, SparseEmbedding
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy

from retrieval import Archive, ArticleInput
from retrieval.integrations.haystack import DatelineDocumentStore

LONG = " ".join(f"Sentence number {n} of the report tells what the council of Ghent decided that day." for n in range(60))


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[DatelineDocumentStore]:
    """A store over an ingested article of several passages, and one document that was written."""
    with Archive.open(tmp_path / "mixed.db", embedder=None) as archive:
        archive.ingest_articles([ArticleInput(f"Council decides\n\n{LONG}", publisher="Herald", published_at="2020-01-17")])
    store = DatelineDocumentStore(str(tmp_path / "mixed.db"), embedder=None, extract_facts=False)
    store.write_documents([Document(id="note", content="A note.", meta={"publisher": "Post", "pages": 2})])
    yield store
    store.close()


def test_passages_of_articles_are_documents_with_their_offsets(mixed: DatelineDocumentStore) -> None:
    *passages, note = mixed.filter_documents()
    assert len(passages) > 1
    assert mixed.count_documents() == len(passages) + 1
    (article,) = mixed.archive.load_articles([passages[0].meta["article_id"]])
    assert article is not None
    for passage in passages:
        assert article.text[passage.meta["start"] : passage.meta["end"]] == passage.content
        assert passage.meta["publisher"] == "Herald"
        assert passage.meta["published_at"] == "2020-01-17T00:00:00+00:00"
        assert mixed.filter_documents({"field": "id", "operator": "==", "value": passage.id}) == [passage]
    assert note == Document(id="note", content="A note.", meta={"publisher": "Post", "pages": 2})


def test_an_article_goes_whole_or_not_at_all(mixed: DatelineDocumentStore) -> None:
    *passages, _ = mixed.filter_documents()
    with pytest.raises(DocumentStoreError, match="an article goes whole"):
        mixed.delete_documents([passages[0].id])
    with pytest.raises(DocumentStoreError, match="an article goes whole"):
        mixed.delete_by_filter({"field": "meta.start", "operator": ">", "value": 200})
    assert mixed.count_documents() == len(passages) + 1
    assert mixed.delete_by_filter({"field": "meta.publisher", "operator": "==", "value": "Herald"}) == len(passages)
    assert mixed.filter_documents() == [Document(id="note", content="A note.", meta={"publisher": "Post", "pages": 2})]


def test_the_metadata_of_an_article_come_from_its_ingest(mixed: DatelineDocumentStore) -> None:
    with pytest.raises(DocumentStoreError, match="ingest the article again"):
        mixed.update_by_filter({"field": "meta.publisher", "operator": "==", "value": "Herald"}, {"seen": True})
    assert mixed.update_by_filter({"field": "meta.pages", "operator": "==", "value": 2}, {"publisher": "Herald"}) == 1
    (note,) = mixed.filter_documents({"field": "id", "operator": "==", "value": "note"})
    assert note.meta == {"publisher": "Herald", "pages": 2}
    assert mixed.get_metadata_field_unique_values("publisher") == (["Herald"], 1)


def test_fields_of_articles_and_of_documents_are_listed_together(mixed: DatelineDocumentStore) -> None:
    fields = mixed.get_metadata_fields_info()
    assert fields["pages"] == {"type": "int"}
    assert fields["publisher"] == fields["published_at"] == {"type": "keyword"}
    assert fields["start"] == {"type": "int"}
    assert mixed.get_metadata_field_unique_values("publisher") == (["Herald", "Post"], 2)
    assert mixed.get_metadata_field_unique_values("publisher", "hER") == (["Herald"], 1)
    assert mixed.get_metadata_field_unique_values("published_at") == (["2020-01-17T00:00:00+00:00"], 1)
    assert mixed.get_metadata_field_min_max("start")["min"] == 0


BAD: dict[str, tuple[Document, str]] = {
    "no text": (Document(id="d", content=None, meta={"a": 1}), "'d' has no text"),
    "only space": (Document(id="d", content=" \n"), "'d' has no text"),
    "a blob": (Document(id="d", content="x", blob=ByteStream(b"x")), "a blob or a sparse embedding"),
    "a sparse embedding": (Document(id="d", content="x", sparse_embedding=SparseEmbedding([1], [0.5])), "sparse embedding"),
    "a NUL character": (Document(id="d", content="a\0b"), "NUL"),
    "half a surrogate pair": (Document(id="d", content="a\ud800"), "surrogate"),
    "no date": (Document(id="d", content="x", meta={"published_at": "soon"}), "unknown publication date 'soon'"),
    "a title that is a number": (Document(id="d", content="x", meta={"title": 5}), "title=5"),
    "an object of Python": (Document(id="d", content="x", meta={"a": {"b": object}}), r"meta\.a\.b"),
    "a tuple": (Document(id="d", content="x", meta={"a": (1, 2)}), r"meta\.a=\(1, 2\)"),
    "a number of 65 bits": (Document(id="d", content="x", meta={"a": 2**64}), "more than 64 bits"),
    "a key that is a number": (Document(id="d", content="x", meta={"a": {1: 2}}), "key 1 in meta.a"),
}


@pytest.mark.parametrize(("document", "message"), BAD.values(), ids=BAD)
def test_what_an_archive_does_not_keep_is_refused_and_nothing_written(
    document_store: DatelineDocumentStore, document: Document, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        document_store.write_documents([Document(content="good"), document])
    assert document_store.count_documents() == 0


def test_metadata_and_embedding_come_back_as_they_were(document_store: DatelineDocumentStore) -> None:
    meta: dict[str, Any] = {
        "none": None,
        "list": [1, 2.5, "x", None, {"deep": [True]}],
        "author": {"name": "Ann", "age": 41},
        "title": "Übung \U0001f600",
        "published_at": "2020-05-01T10:00:00+02:00",
        "large": 2**63 - 1,
        "small": 5e-324,
    }
    document = Document(content="Body.", meta=meta, embedding=[0.1, -2.5e-8, 3.0])
    document_store.write_documents([document])
    document_store.close()
    assert document_store.filter_documents() == [document]
    assert document_store.filter_documents({"field": "meta.author.name", "operator": "==", "value": "Ann"}) == [document]
    at = "2020-05-01T08:00:00+00:00"
    assert document_store.filter_documents({"field": "meta.published_at", "operator": "==", "value": at}) == [document]


def test_the_policy_says_what_becomes_of_a_duplicate_in_one_call_too(document_store: DatelineDocumentStore) -> None:
    first, second = Document(id="d", content="first"), Document(id="d", content="second")
    for policy in (DuplicatePolicy.NONE, DuplicatePolicy.FAIL):
        with pytest.raises(DuplicateDocumentError, match="'d' is there already"):
            document_store.write_documents([Document(content="other"), first, second], policy)
    assert document_store.count_documents() == 0
    assert document_store.write_documents([first, second], DuplicatePolicy.SKIP) == 1
    assert document_store.filter_documents() == [first]
    assert document_store.write_documents([first, second], DuplicatePolicy.OVERWRITE) == 2
    assert document_store.filter_documents() == [second]


def test_loading_a_store_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    store = DatelineDocumentStore.from_dict(DatelineDocumentStore(str(path), embedder=None, extract_facts=False).to_dict())
    assert (store.path, store.embedder, store.extract_facts) == (str(path), None, False)
    assert not path.exists()
    assert store.count_documents() == 0
    assert path.exists()
    store.close()
