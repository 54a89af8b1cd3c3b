"""Queries as people and machines type them: each is answered, or refused with the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Archive, ArticleInput, InputError, RetrievalMode, WeightsError
from retrieval.embedding import open_embedder

TEXTS = [
    "Protesters in Cairo carried signs that read 🕊️ and sang. The mayor of Ghent said nothing.",
    "Правительство России объявило о новых выборах в Москве.",
    "中国政府宣布了新的经济政策。",
    "أعلنت الحكومة المصرية عن انتخابات جديدة في القاهرة.",
    "The prime minister of Norway resigned after the storm. No one was not told about it.",
    "To be, or not to be, that is the question which the actor asked in the theatre.",
    "C++ and C# programmers met at AT&T; the price was $5.50 (or 10%) per head: 50/50.",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("hostile") / "news.db") as archive:
        archive.ingest_articles([ArticleInput(f"Report {n}\n\n{text}") for n, text in enumerate(TEXTS)])
        yield archive


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("🕊️ in Cairo", 0),
        ("выборы в Москве", 1),
        ("выборах Москве", 1),
        ("中国政府宣布了新的经济政策", 2),
        ("الحكومة المصرية", 3),
        ('"prime minister of Norway"', 4),
        ("“prime minister”", 4),
        ("to be or not to be", 5),
        ("not", 4),
        ("C++", 6),
        ("AT&T", 6),
        ("the prime minister " * 500, 4),
    ],
)
def test_a_query_in_any_script_finds_its_passage(archive: Archive, query: str, number: int) -> None:
    found = archive.search(query)
    assert TEXTS[number] in [hit.passage.text for hit in found.hits[:2]]


SIGNS = [
    '+ - && || ! ( ) { } [ ] ^ " ~ * ? : \\ /',
    'title:"a" AND (b OR NOT c)^2',
    "words:[a TO z]",
    '"unclosed',
    "'); DROP TABLE passages; --",
    "\x00\x01\x7f mayor",
    "mayor\u202e\u200b\ufeff",
    "%s %d {} {0}",
    "?",
    "...",
    "not no never",
    "-mayor",
    "the of and",
    "👩‍👩‍👧‍👦" * 20,
    "e\u0301te\u0301",
    "a" * 10_000,
]


@pytest.mark.parametrize("query", SIGNS, ids=ascii)
@pytest.mark.parametrize("mode", list(RetrievalMode))
def test_signs_of_any_kind_are_words_or_nothing(archive: Archive, query: str, mode: RetrievalMode) -> None:
    found = archive.search(query, mode=mode, limit=100)
    assert found.total >= len(found.hits)
    for hit in found.hits:
        assert hit.article.text[hit.passage.span.start : hit.passage.span.end] == hit.passage.text
        assert all(hit.passage.span.contains(span) for span in hit.highlights)


@pytest.mark.parametrize("query", ["", " \n\t", "a" * 10_001])
def test_an_empty_or_endless_query_is_refused(archive: Archive, query: str) -> None:
    with pytest.raises(InputError, match=r"the query (is empty|has 10,001 characters); give"):
        archive.search(query)


def test_half_a_character_is_refused(archive: Archive) -> None:
    with pytest.raises(InputError, match="half a character"):
        archive.search("mayor \ud83d")


def test_with_damaged_weights_searches_by_words_go_on_and_others_say_so(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "minilm"
    folder.mkdir()
    source = Path(open_embedder.__code__.co_filename).parent.parent / "weights" / "minilm"
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "model.onnx").write_bytes((source / "model.onnx").read_bytes()[:-1] + b"\0")
    with Archive.open(archive.path, embedder=folder) as other:
        assert other.search("mayor", mode=RetrievalMode.LEXICAL).total == 1
        with pytest.raises(WeightsError, match=r"model\.onnx are damaged: .* install dateline again"):
            other.search("mayor")
