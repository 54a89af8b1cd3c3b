"""Retrievers, embedders, the reader and the answerer: what they give, and that they are saved, loaded and awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from haystack import Pipeline
from haystack.components.writers import DocumentWriter
from haystack.dataclasses import Document, ExtractedAnswer, GeneratedAnswer
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import FilterPolicy
from haystack.errors import FilterError

from retrieval import Archive, ArticleInput, InputError
from retrieval.embedding import open_embedder
from retrieval.integrations.haystack import (
    DatelineAnswerer,
    DatelineBM25Retriever,
    DatelineDocumentEmbedder,
    DatelineDocumentStore,
    DatelineEmbeddingRetriever,
    DatelineExtractiveReader,
    DatelineHybridRetriever,
    DatelineTextEmbedder,
    archive_documents,
)

MODULES = ["retrieval.integrations.haystack.*"]
FIRE = Document(
    id="fire",
    content="A warehouse burned down in Bruges on Tuesday, the mayor said.",
    meta={"publisher": "Herald", "published_at": "2020-01-17T00:00:00+00:00", "desk": "home"},
)
BEER = Document(
    id="beer",
    content="The brewery of Ghent opened again.",
    meta={"publisher": "Post", "published_at": "2021-01-17T00:00:00+00:00", "desk": "money", "pages": 3},
)
ARTICLE = ArticleInput(
    "Harbour strike\n\nDockers went on strike in Antwerp on Monday. Eva Claes, head of the union, denied that the port was"
    " shut.",
    url="https://example.org/strike",
    published_at="2020-06-02",
    publisher="Herald",
)
DISPUTE = [
    ArticleInput(
        f"Fire in Mechelen\n\n{count} people were hurt in the fire in Mechelen on Friday.",
        url=f"https://example.org/{count}",
        published_at="2020-07-01",
        publisher=paper,
    )
    for count, paper in (("Eleven", "Herald"), ("Fourteen", "Post"))
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineDocumentStore]:
    path = tmp_path_factory.mktemp("components") / "news.db"
    with Archive.open(path) as archive:
        archive.ingest_articles([ARTICLE, *DISPUTE])
    store = DatelineDocumentStore(str(path))
    store.write_documents([FIRE, BEER])
    yield store
    store.close()


def ids(found: dict[str, list[Document]]) -> list[str]:
    return [document.id for document in found["documents"]]


def test_words_meaning_and_both_find_the_document_as_it_was_written(store: DatelineDocumentStore) -> None:
    by_words = DatelineBM25Retriever(store).run("warehouse")["documents"]
    vector = DatelineTextEmbedder().run("fire destroyed a storage building")["embedding"]
    by_meaning = DatelineEmbeddingRetriever(store).run(vector)["documents"]
    by_both = DatelineHybridRetriever(store).run("fire destroyed a storage building")["documents"]
    for found in (by_words, by_meaning, by_both):
        assert (found[0].id, found[0].content, found[0].meta) == (FIRE.id, FIRE.content, FIRE.meta)
        scores = [document.score or 0 for document in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 0
    assert by_meaning[0].score == pytest.approx(cosine(vector, FIRE.content), abs=0.01)


def cosine(vector: list[float], text: str | None) -> float:
    (other,) = open_embedder("minilm").embed([text or ""])
    return float(np.dot(np.array(vector), other))


def test_a_passage_of_an_article_is_found_with_its_place(store: DatelineDocumentStore) -> None:
    (best, *_) = DatelineBM25Retriever(store, top_k=1).run("dockers strike")["documents"]
    article = store.archive.article(best.meta["article_id"])
    assert article is not None
    assert article.text[best.meta["start"] : best.meta["end"]] == best.content
    assert best.meta["url"] == ARTICLE.url


DESK = {"field": "meta.desk", "operator": "==", "value": "money"}
PUBLISHER = {"field": "meta.publisher", "operator": "==", "value": "Herald"}
EVERYTHING = "warehouse brewery strike fire"


def test_a_filter_holds_before_the_search(store: DatelineDocumentStore) -> None:
    for retriever in (DatelineBM25Retriever(store), DatelineHybridRetriever(store)):
        assert ids(retriever.run(EVERYTHING, filters=DESK)) == ["beer"]
        assert {d.meta["publisher"] for d in retriever.run(EVERYTHING, filters=PUBLISHER)["documents"]} == {"Herald"}
        assert retriever.run(EVERYTHING, filters={"operator": "AND", "conditions": [DESK, PUBLISHER]}) == {"documents": []}
        unlike = {"operator": "NOT", "conditions": [PUBLISHER]}
        assert "Herald" not in {d.meta["publisher"] for d in retriever.run(EVERYTHING, filters=unlike)["documents"]}
    vector = DatelineTextEmbedder().run(EVERYTHING)["embedding"]
    assert ids(DatelineEmbeddingRetriever(store, filters=DESK).run(vector)) == ["beer"]


def test_a_run_replaces_the_filter_or_narrows_it(store: DatelineDocumentStore) -> None:
    replacing = DatelineBM25Retriever(store, filters=DESK)
    merging = DatelineBM25Retriever(store, filters=DESK, filter_policy=FilterPolicy.MERGE)
    assert "fire" in ids(replacing.run(EVERYTHING, filters=PUBLISHER))
    assert ids(merging.run(EVERYTHING, filters=PUBLISHER)) == []
    assert ids(merging.run(EVERYTHING)) == ["beer"]


def test_a_search_that_cannot_be_filtered_so_says_it(store: DatelineDocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    retriever = DatelineBM25Retriever(store)
    with pytest.raises(FilterError, match="filters by articles"):
        retriever.run(EVERYTHING, filters={"field": "meta.start", "operator": ">", "value": 0})
    monkeypatch.setattr(archive_documents, "_MOST_ARTICLES", 1)
    with pytest.raises(FilterError, match="more than 1 articles"):
        retriever.run(EVERYTHING, filters={"field": "meta.desk", "operator": "!=", "value": "x"})


def test_top_k_goes_beyond_a_page_of_the_archive(tmp_path: Path) -> None:
    store = DatelineDocumentStore(str(tmp_path / "many.db"), embedder=None, extract_facts=False)
    store.write_documents([Document(id=f"d{n}", content=f"The mayor opened bridge number {n}.") for n in range(130)])
    found = ids(DatelineBM25Retriever(store, top_k=120).run("mayor"))
    assert len(found) == len(set(found)) == 120
    assert ids(DatelineBM25Retriever(store).run("mayor", top_k=0)) == []
    store.close()


def test_what_makes_no_sense_is_refused(store: DatelineDocumentStore, tmp_path: Path) -> None:
    for retriever in (DatelineBM25Retriever, DatelineEmbeddingRetriever, DatelineHybridRetriever):
        with pytest.raises(TypeError, match="give a DatelineDocumentStore"):
            retriever(InMemoryDocumentStore())  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="top_k is 0"):
            retriever(store, top_k=0)
    with pytest.raises(ValueError, match="top_k is -1"):
        DatelineBM25Retriever(store).run("x", top_k=-1)
    with pytest.raises(InputError, match="the vector has 2 numbers, and those of the archive have 384"):
        DatelineEmbeddingRetriever(store).run([0.1, 0.2])
    with pytest.raises(InputError, match="no list of finite numbers"):
        DatelineEmbeddingRetriever(store).run([float("nan")] * 384)
    bare = DatelineDocumentStore(str(tmp_path / "bare.db"), embedder=None, extract_facts=False)
    assert DatelineEmbeddingRetriever(bare).run([0.1, 0.2]) == {"documents": []}
    bare.write_documents([FIRE])
    with pytest.raises(InputError, match="the archive has no vectors"):
        DatelineEmbeddingRetriever(bare).run([0.1, 0.2])
    bare.close()
    with pytest.raises(TypeError, match="takes one text"):
        DatelineTextEmbedder().run([FIRE])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes a list of documents"):
        DatelineDocumentEmbedder().run("text")  # type: ignore[arg-type]


def test_embedders_give_the_vectors_that_an_archive_makes() -> None:
    embedder = DatelineDocumentEmbedder(meta_fields_to_embed=["title", "none"])
    given = [FIRE, Document(content="Body.", meta={"title": "Head", "none": None})]
    made = embedder.run(given)
    texts = [FIRE.content or "", "Head\nBody."]
    expected = open_embedder("minilm").embed(texts)
    assert np.allclose([document.embedding for document in made["documents"]], expected)
    assert [document.id for document in made["documents"]] == [document.id for document in given]
    assert FIRE.embedding is None
    assert made["meta"]["model"].startswith("onnx:minilm:")
    assert DatelineTextEmbedder().run(texts[0])["embedding"] == made["documents"][0].embedding


def test_the_reader_points_at_its_answer_in_the_document_and_in_the_article(store: DatelineDocumentStore) -> None:
    documents = DatelineHybridRetriever(store).run("dockers strike")["documents"]
    answers = DatelineExtractiveReader(top_k=3).run("Where did dockers go on strike?", documents)["answers"]
    *found, none = answers
    best = found[0]
    assert isinstance(best, ExtractedAnswer)
    assert best.data == "Antwerp"
    assert best.document is not None
    assert best.document_offset is not None
    span = slice(best.document_offset.start, best.document_offset.end)
    assert (best.document.content or "")[span] == "Antwerp"
    article = store.archive.article(best.meta["article_id"])
    assert article is not None
    assert article.text[best.meta["start"] : best.meta["end"]] == "Antwerp"
    assert [a.score for a in found] == sorted((a.score for a in found), reverse=True)
    assert none.data is None
    assert none.score < 0.5 < best.score
    assert ExtractedAnswer.from_dict(best.to_dict()) == best


def test_the_reader_says_that_nothing_answers() -> None:
    reader = DatelineExtractiveReader(score_threshold=0.5)
    none = reader.run("When does the train to Oslo leave?", [BEER])["answers"][0]
    assert (none.data, none.score > 0.5) == (None, True)
    (nothing,) = reader.run("Who won the cup?", [Document(content=" ")])["answers"]
    assert nothing.score == 1.0
    assert reader.run("Who won the cup?", [], no_answer=False) == {"answers": []}
    with pytest.raises(ValueError, match="top_k is 0"):
        reader.run("Who won the cup?", [BEER], top_k=0)


def test_the_answerer_cites_what_it_says(store: DatelineDocumentStore) -> None:
    (answer,) = DatelineAnswerer(store).run("Where did dockers go on strike?")["answers"]
    assert isinstance(answer, GeneratedAnswer)
    assert "Antwerp" in answer.data
    assert answer.meta["status"] == "ANSWERED"
    assert answer.meta["value"]["type"] == "EntityValue"
    assert answer.meta["value"]["entity"]["name"] == "Antwerp"
    assert answer.meta["abstention"] is None
    for citation in answer.meta["citations"]:
        article = store.archive.article(citation["article_id"])
        assert article is not None
        assert article.text[citation["start"] : citation["end"]] == citation["text"]
        assert citation["verified"]
    assert [statement["citations"] for statement in answer.meta["statements"]] != [[]]
    assert answer.documents
    assert any(answer.meta["citations"][0]["text"] in (d.content or "") for d in answer.documents)
    assert GeneratedAnswer.from_dict(answer.to_dict()) == answer


def test_the_answerer_tells_the_stance_and_both_sides(store: DatelineDocumentStore) -> None:
    (denied,) = DatelineAnswerer(store).run("What did Eva Claes deny?")["answers"]
    assert denied.meta["stance"] == "DENIED"
    (answer,) = DatelineAnswerer(store).run("How many people were hurt in the fire in Mechelen?")["answers"]
    assert answer.meta["status"] == "CONFLICTING"
    assert {account["value"]["value"] for account in answer.meta["accounts"]} == {11.0, 14.0}


def test_the_answerer_says_that_the_archive_does_not_tell(store: DatelineDocumentStore) -> None:
    answerer = DatelineAnswerer(store, filters=PUBLISHER)
    (answer,) = answerer.run("Who founded the opera of Liège?")["answers"]
    assert (answer.data, answer.meta["status"], answer.meta["citations"]) == ("", "NOT_FOUND", [])
    assert answer.meta["abstention"]
    (early,) = answerer.run("Where did dockers go on strike?", as_of="2020-01-20")["answers"]
    assert early.meta["status"] == "NOT_FOUND"
    with pytest.raises(InputError, match="as_of is 'soon'"):
        answerer.run("Where?", as_of="soon")


def components(store: DatelineDocumentStore) -> dict[str, tuple[Any, dict[str, Any]]]:
    vector = DatelineTextEmbedder().run("strike")["embedding"]
    merge = FilterPolicy.MERGE
    return {
        "bm25": (DatelineBM25Retriever(store, PUBLISHER, top_k=2, filter_policy=merge), {"query": "strike"}),
        "vectors": (DatelineEmbeddingRetriever(store, top_k=3), {"query_embedding": vector}),
        "hybrid": (DatelineHybridRetriever(store, top_k=3), {"query": "strike"}),
        "text": (DatelineTextEmbedder(threads=1), {"text": "strike"}),
        "documents": (DatelineDocumentEmbedder(meta_fields_to_embed=["desk"]), {"documents": [FIRE, BEER]}),
        "reader": (DatelineExtractiveReader(top_k=2, threads=1), {"query": "What burned?", "documents": [FIRE]}),
        "answerer": (DatelineAnswerer(store, PUBLISHER, 0.3), {"query": "Where did dockers go on strike?"}),
    }


def test_every_component_is_saved_loaded_and_awaited_with_the_same_outcome(store: DatelineDocumentStore) -> None:
    pipeline = Pipeline()
    data = {}
    for name, (instance, inputs) in components(store).items():
        pipeline.add_component(name, instance)
        data[name] = inputs
    loaded = Pipeline.loads(pipeline.dumps(), allowed_modules=MODULES)
    assert loaded.to_dict() == pipeline.to_dict()
    expected = pipeline.run(data)
    assert set(expected) == set(data)
    assert loaded.run(data) == expected
    assert asyncio.run(loaded.run_async(data)) == expected
    for name in ("bm25", "vectors", "hybrid", "answerer"):
        loaded.get_component(name).document_store.close()  # type: ignore[attr-defined]


def test_documents_are_written_by_a_pipeline(tmp_path: Path) -> None:
    store = DatelineDocumentStore(str(tmp_path / "written.db"))
    pipeline = Pipeline()
    pipeline.add_component("writer", DocumentWriter(store))
    pipeline = Pipeline.loads(pipeline.dumps(), allowed_modules=MODULES)
    assert pipeline.run({"writer": {"documents": [FIRE, BEER]}}) == {"writer": {"documents_written": 2}}
    assert store.filter_documents() == [FIRE, BEER]
    assert "Bruges" in {entity.name for entity in store.archive.entities().items}
    store.close()
    pipeline.get_component("writer").document_store.close()  # type: ignore[attr-defined]


def test_an_answer_that_is_awaited_no_longer_stops_its_work(store: DatelineDocumentStore) -> None:
    async def cancel() -> None:
        work = asyncio.create_task(DatelineAnswerer(store).run_async("Where did dockers go on strike?"))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancel())
