"""Parses that are kept are the parser's own."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from retrieval.answering.evidence import sentences as reading
from retrieval.archive import Archive
from retrieval.extraction.language.parsing import name_text, parse_blocks, parse_text
from retrieval.extraction.language.stored_parses import pack_parses, unpack_parse
from retrieval.models import ArticleInput, Block, BlockKind, Span

TEXTS = (
    "The minister, who had resigned on Monday, denied that troops were leaving. “We won’t go,” he said.",
    "IS fighters  took the town.\n It's held 25,000 people – U.S. officials weren't sure…",
    "Überraschend: 東京 🎉🎉 e.g. https://example.org/a?b=c, don't.",
    "Resigned",
    " ",
)


def packed(*texts: str) -> bytes:
    whole, blocks = "", []
    for text in texts:
        blocks.append(Block(BlockKind.BODY, Span(len(whole), len(whole) + len(text))))
        whole += text + "\n"
    return pack_parses(whole, parse_blocks(whole, blocks))


def decided(doc: Doc) -> list[tuple[object, ...]]:
    starts = {sentence.start for sentence in doc.sents}
    tokens: list[tuple[object, ...]] = [
        (t.text, t.whitespace_, t.idx, t.tag_, t.pos_, str(t.morph), t.dep_, t.head.i, t.lemma_, t.i in starts) for t in doc
    ]
    return [*tokens, *((name.start, name.end, name.label_) for name in doc.ents)]


def parsed(text: str) -> Doc:
    return name_text(parse_text(text))


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_unpacked_is_what_was_parsed(text: str) -> None:
    doc = unpack_parse(packed(*TEXTS), text)
    assert doc is not None
    assert doc.text == parsed(text).text
    assert name_text(doc) is doc
    assert doc.has_annotation("ENT_IOB"), "names are not looked for again"
    assert decided(doc) == decided(parsed(text))


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_comes_back(text: str) -> None:
    doc = unpack_parse(packed(text), text)
    assert doc is not None
    assert decided(doc) == decided(parsed(text))


def test_a_text_that_was_not_packed_has_none() -> None:
    data = packed(TEXTS[0])
    assert unpack_parse(data, TEXTS[0].replace("Monday", "Friday")) is None
    assert unpack_parse(b"", TEXTS[0]) is None
    assert unpack_parse(data[:-9], TEXTS[0]) is None


def test_a_parse_of_other_tokens_is_not_taken() -> None:
    kept = orjson.loads(zlib.decompress(packed(TEXTS[0])))
    for columns in kept["blocks"].values():
        for column in columns:
            column.pop()
    assert unpack_parse(zlib.compress(orjson.dumps(kept)), TEXTS[0]) is None


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("kept") / "news.db", embedder=None) as opened:
        opened.ingest_articles([ArticleInput(f"A title\n\n{TEXTS[0]}", url="u:1", published="2024-05-01")])
        yield opened


def test_who_asks_does_not_wait_for_the_parser(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "parse", lambda text: pytest.fail(f"parsed {text!r}"))
    assert archive.ask("Who denied that troops were leaving?").text == "The minister"


def test_without_kept_parses_the_answer_is_the_same(archive: Archive) -> None:
    kept = archive.ask("Who denied that troops were leaving?")
    with archive._writing() as connection:
        connection.exec_driver_sql("DELETE FROM parses")
    anew = archive.ask("Who denied that troops were leaving?")
    assert kept.candidates
    assert (anew.text, anew.candidates) == (kept.text, kept.candidates)


def test_a_new_text_has_new_parses_and_a_removed_one_none(archive: Archive) -> None:
    (article,) = archive.articles().items
    before = archive.load_parses([article.id])[article.id]
    text = "Troops had taken the town of Ardal, the ministry said."
    archive.ingest_articles([ArticleInput(f"A title\n\n{text}", url="u:1", published="2024-05-01")])
    after = archive.load_parses([article.id])[article.id]
    assert unpack_parse(before, text) is None
    assert unpack_parse(after, text) is not None
    assert archive.reextract(every=True) == 1
    assert archive.load_parses([article.id]) == {article.id: after}
    archive.remove([article.id])
    assert archive.load_parses([article.id]) == {}
