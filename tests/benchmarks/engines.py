"""The engines that are measured side by side: how each builds its store in a folder, and how it is asked.

A builder takes an empty folder and a number of passages; an opener gives the searches by name, each a function of the
query. Engines that are not installed are left out.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TypeVar

from spacy.tokens import Doc

from retrieval import Archive, ArticleFilter, ArticleInput, AskStep, RetrievalMode
from retrieval.embedding import open_embedder
from retrieval.embedding.embedder import Vectors
from retrieval.extraction.language.parsing import ParsedBlock, load_language, parser_text
from retrieval.extraction.language.stored_parses import pack_parses
from retrieval.models.found_facts import Extraction
from retrieval.models.prepared import PreparedArticle
from tests.benchmarks.texts import RandomVectors, asked_articles, make_articles

T = TypeVar("T")
Search = Callable[[str], object]
Searches = dict[str, Search]


def build_dateline(folder: Path, passages: Iterator[str]) -> None:
    """An archive with vectors, index and graphs."""
    with Archive.open(folder / "a.db", embedder=RandomVectors()) as archive:
        for articles in _batched(make_articles(passages), 100):
            archive.store_prepared([(article, Extraction()) for article in articles])
        archive.search("warm up")
        archive._index.build_graphs()


def open_dateline(folder: Path) -> Searches:
    """Search in each mode, and filtered to one year of ten; what needs the query's vector makes it with the real model."""
    archive = Archive.open(folder / "a.db", create=False, embedder=RandomVectors())
    model = open_embedder("minilm")
    year = ArticleFilter(published_from=datetime(2018, 1, 1, tzinfo=UTC), published_to=datetime(2018, 12, 31, tzinfo=UTC))

    def search(query: str, mode: RetrievalMode, filter_: ArticleFilter | None = None) -> object:
        archive._searches._remembered.clear()
        if mode is not RetrievalMode.LEXICAL:
            model.embed([query])
        return archive.search(query, mode=mode, filter=filter_)

    return {
        "query embedding": lambda query: model.embed([query]),
        "lexical": lambda query: search(query, RetrievalMode.LEXICAL),
        "lexical, one year": lambda query: search(query, RetrievalMode.LEXICAL, year),
        "dense": lambda query: search(query, RetrievalMode.DENSE),
        "hybrid": lambda query: search(query, RetrievalMode.HYBRID),
        "hybrid, one year": lambda query: search(query, RetrievalMode.HYBRID, year),
    }


class PartlyRandomVectors(RandomVectors):
    """Vectors of the real model while ``is_real``, then random ones in its name."""

    def __init__(self) -> None:
        self._model = open_embedder("minilm")
        self.name = self._model.name
        self.is_real = True

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._model.embed(texts) if self.is_real else super().embed(texts)


class SentenceParses:
    """Parses of made-up paragraphs, put together from those of their sentences: to parse all would take an hour."""

    def __init__(self) -> None:
        self._known: dict[str, Doc] = {}

    def __call__(self, article: PreparedArticle) -> Extraction:
        """What is kept of the article."""
        blocks = {block: re.split(r"(?<=\. )", block.span.slice(article.text)) for block in article.blocks}
        new = {one for sentences in blocks.values() for one in sentences} - self._known.keys()
        self._known.update(zip(new, load_language().pipe(map(parser_text, new)), strict=True))
        parsed = [ParsedBlock(block, self._joined(sentences)) for block, sentences in blocks.items()]
        return Extraction(parses=pack_parses(article.text, parsed))

    def _joined(self, sentences: Sequence[str]) -> Doc:
        whole = Doc.from_docs([self._known[sentence] for sentence in sentences], ensure_whitespace=False)
        assert whole is not None, "there is at least one"
        return whole


def build_asked(folder: Path, passages: Iterator[str]) -> None:
    """An archive of articles with all that is extracted from them, among passages without facts."""
    vectors, read = PartlyRandomVectors(), SentenceParses()
    with Archive.open(folder / "a.db", embedder=vectors) as archive:
        for texts in _batched(asked_articles(), 64):
            archive.ingest_articles([ArticleInput(text) for text in texts])
        vectors.is_real = False
        for articles in _batched(make_articles(passages), 100):
            archive.store_prepared([(article, read(article)) for article in articles])
        archive.search("warm up")
        archive._index.build_graphs()


class Asking:
    """Asks an archive, and sums up the time that the steps take."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._spent: dict[AskStep, float] = {}

    def __call__(self, query: str) -> object:
        answer = self._archive.ask(query)
        for time in answer.diagnostics.steps:
            self._spent[time.step] = self._spent.get(time.step, 0.0) + time.milliseconds
        return answer

    def shares(self) -> str:
        """The share of each step, the largest first."""
        total = sum(self._spent.values())
        ordered = sorted(self._spent, key=lambda step: -self._spent[step])
        return ", ".join(f"{step.lower()} {self._spent[step] / total:.0%}" for step in ordered)


def open_asked(folder: Path) -> Searches:
    """Whole questions."""
    return {"ask": Asking(Archive.open(folder / "a.db", create=False))}


def build_fts5(folder: Path, passages: Iterator[str]) -> None:
    """A table with Porter's stems."""
    connection = sqlite3.connect(folder / "fts.db")
    connection.execute("CREATE VIRTUAL TABLE p USING fts5(text, tokenize = 'porter')")
    connection.executemany("INSERT INTO p VALUES (?)", ((passage,) for passage in passages))
    connection.commit()
    connection.close()


def open_fts5(folder: Path) -> Searches:
    """Any of the words, by BM25."""
    connection = sqlite3.connect(folder / "fts.db")
    sql = "SELECT rowid, text FROM p WHERE p MATCH ? ORDER BY rank LIMIT 10"

    def search(query: str) -> object:
        words = re.findall(r"\w+", query)
        return connection.execute(sql, (" OR ".join(f'"{word}"' for word in words),)).fetchall()

    return {"lexical": search}


def build_haystack(folder: Path, passages: Iterator[str]) -> None:
    """Documents as JSON: the store lives in memory, and is filled when it is opened."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
    from haystack.dataclasses import Document  # noqa: PLC0415 -- slow, and telemetry must be off before
    from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 -- as above

    store = InMemoryDocumentStore()
    for batch in _batched(passages, 1000):
        store.write_documents([Document(content=passage) for passage in batch])
    store.save_to_disk(str(folder / "haystack.json"))


def open_haystack(folder: Path) -> Searches:
    """Its BM25."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
    from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 -- as above

    store = InMemoryDocumentStore.load_from_disk(str(folder / "haystack.json"))
    return {"lexical": lambda query: store.bm25_retrieval(query, top_k=10)}


def build_bm25s(folder: Path, passages: Iterator[str]) -> None:
    """Its index, saved."""
    import bm25s  # noqa: PLC0415 -- may not be installed

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(passages), show_progress=False), show_progress=False)
    index.save(str(folder / "bm25s"), show_progress=False)


def open_bm25s(folder: Path) -> Searches:
    """Its own tokenizer and scores."""
    import bm25s  # noqa: PLC0415 -- may not be installed

    index = bm25s.BM25.load(str(folder / "bm25s"))
    return {
        "lexical": lambda query: index.retrieve(bm25s.tokenize([query], show_progress=False), k=10, show_progress=False)
    }


def build_lancedb(folder: Path, passages: Iterator[str]) -> None:
    """A table of texts and vectors with a full-text index; vectors are scanned."""
    import lancedb  # noqa: PLC0415 -- may not be installed

    vectors = RandomVectors()
    table = None
    for batch in _batched(passages, 1000):
        rows = [{"text": t, "vector": v} for t, v in zip(batch, vectors.embed(batch), strict=True)]
        if table is None:
            table = lancedb.connect(folder / "lance").create_table("p", rows)
        else:
            table.add(rows)
    assert table is not None
    table.optimize()
    table.create_fts_index("text", use_tantivy=False)


def open_lancedb(folder: Path) -> Searches:
    """Full text, and the exact scan of vectors."""
    import lancedb  # noqa: PLC0415 -- may not be installed

    vectors = RandomVectors()
    table = lancedb.connect(folder / "lance").open_table("p")
    return {
        "lexical": lambda query: table.search(query, query_type="fts").limit(10).to_list(),
        "dense": lambda query: table.search(vectors.embed([query])[0]).limit(10).to_list(),
    }


ENGINES: dict[str, tuple[str, Callable[[Path, Iterator[str]], None], Callable[[Path], Searches]]] = {
    "dateline": ("Dateline", build_dateline, open_dateline),
    "asked": ("Dateline", build_asked, open_asked),
    "fts5": ("SQLite FTS5", build_fts5, open_fts5),
    "haystack": ("Haystack InMemory", build_haystack, open_haystack),
    "bm25s": ("bm25s", build_bm25s, open_bm25s),
    "lancedb": ("LanceDB", build_lancedb, open_lancedb),
}


def is_installed(engine: str) -> bool:
    """Whether an engine can be measured here."""
    return engine not in {"bm25s", "lancedb"} or find_spec(engine) is not None


def _batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
