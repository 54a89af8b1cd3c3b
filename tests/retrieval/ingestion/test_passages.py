from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.ingestion.blocks import split_blocks
from retrieval.ingestion.passages import count_words, split_passages
from retrieval.ingestion.publication import publication_date
from retrieval.ingestion.sentences import split_sentences
from retrieval.models import BlockKind, Span

SENTENCES = st.sampled_from(
    [
        "The river rose. ",
        "Gen. A. B. Lee spoke at 3 p.m. in D.C. ",
        '"Go," he said. ',
        "水が上がった。また下がった。",
        "Why?! ",
        "¿Qué? ",
        "نعم؟ لا. ",
        "word " * 140,
        "x" * 3000,
        "e\u0301" * 2000,
        "\n",
        "\n\n",
        "\r\n",
        "\r\n\r\n",
        "\u2028",
        "\u00a0",
        "Read also: more\n",
        "👩‍👩‍👧. ",
        "Mr. ",
    ]
)


def check_passages(text: str, max_sentences: int = 3, max_words: int = 120) -> None:
    blocks = split_blocks(text)
    passages = split_passages(text, blocks, max_sentences=max_sentences, max_words=max_words)
    wanted = {
        i for b in blocks if b.kind in (BlockKind.BODY, BlockKind.STANDFIRST) for i in range(b.span.start, b.span.end)
    }
    position = 0
    for passage in passages:
        assert position <= passage.start < passage.end
        words = passage.slice(text)
        assert words == words.strip()
        assert count_words(words) <= max_words
        position = passage.end
    covered = {i for passage in passages for i in range(passage.start, passage.end)}
    filed = {i for b in blocks if b.kind is BlockKind.DATELINE for i in range(b.span.start, b.span.end)}
    assert {i for i in wanted if not text[i].isspace()} == {i for i in covered - filed if not text[i].isspace()}


@settings(deadline=None)
@given(st.lists(SENTENCES, max_size=12).map("".join), st.integers(1, 5), st.integers(1, 150))
def test_passages_are_ordered_disjoint_within_limits_and_cover_the_body(text: str, sentences: int, words: int) -> None:
    check_passages(text, sentences, words)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(SENTENCES, max_size=12).map("".join)))
def test_sentences_are_ordered_disjoint_and_cover_the_text(text: str) -> None:
    position = 0
    for sentence in split_sentences(text, Span(0, len(text))):
        assert not text[position : sentence.start].strip()
        assert sentence.slice(text) == sentence.slice(text).strip() != ""
        position = sentence.end
    assert not text[position:].strip()


@pytest.mark.data
def test_wikinews_passages(data: Path) -> None:
    for line in (data / "wikinews/gum_articles.jsonl").read_text().splitlines():
        check_passages(json.loads(line)["text"])


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "x" * 1_000_000,
        "a. " * 100_000,
        "By Aa " * 20_000,
        "...) " * 100_000,
        "1 January 2020 " * 20_000,
        "\n \n" * 90_000,
        "By Aa Bb Cc Dd Ee\n" * 5_000,
        "Photo: Aa Bb / Cc Dd Ee Ff Gg Hh Ii Jj Kk\n" * 3_000,
        "*" * 300_000,
        "水" * 300_000,
    ],
    ids=["words", "word", "dots", "by", "closers", "dates", "blanks", "bylines", "captions", "marks", "wide"],
)
def test_a_hostile_text_is_cut_in_time_that_grows_with_its_length_only(text: str) -> None:
    begin = process_time()
    blocks = split_blocks(text)
    passages = split_passages(text, blocks)
    publication_date(text, blocks, given=None)
    assert process_time() - begin < 10
    assert len(passages) < len(text)


def test_no_passage_of_the_seed_reaches_over_the_related_link(seed_text: str) -> None:
    blocks = split_blocks(seed_text)
    link = next(block.span for block in blocks if block.kind is BlockKind.RELATED_LINK)
    passages = split_passages(seed_text, blocks)
    assert not any(passage.overlaps(link) for passage in passages)
    assert all(len(split_sentences(seed_text, passage)) <= 3 for passage in passages)


def test_short_paragraphs_share_a_passage_and_the_standfirst_does_not() -> None:
    text = "Flood\nBoats reach villages\n\nOne came.\n\nTwo came.\n\nThree came.\n\nFour came."
    passages = split_passages(text, split_blocks(text))
    assert [passage.slice(text) for passage in passages] == [
        "Boats reach villages",
        "One came.\n\nTwo came.\n\nThree came.",
        "Four came.",
    ]


def test_a_long_paragraph_is_cut_evenly() -> None:
    text = "Flood\n\nOne came. Two came. Three came. Four came."
    assert [p.slice(text) for p in split_passages(text, split_blocks(text))] == [
        "One came. Two came.",
        "Three came. Four came.",
    ]


def test_an_overlong_sentence_is_cut_at_a_clause() -> None:
    text = "Flood\n\n" + "the water rose and rose again, " * 60 + "and fell."
    passages = [passage.slice(text) for passage in split_passages(text, split_blocks(text))]
    assert len(passages) > 2
    assert all(passage.endswith((",", ".")) for passage in passages)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Lee met Gen. Smith at 5 p.m. on Jan. 5 in the U.S. capital.", 1),
        ("He moved to the U.S. The house was sold.", 2),
        ("The plan of J. K. Rowling and George W. Bush failed.", 1),
        ('"We will go." She left. "Really?" he asked.', 3),
        ('He said: "We will go." Then he left.', 2),
        ("It rose 3.5 percent to 1.200 in No. 10 and vs. others.", 1),
        ("Wait... and see. Wait... Then go.", 3),
        ("水が上がった。また下がった。", 2),
        ("नदी बढ़ी। फिर घटी।", 2),
        ("ماذا حدث؟ لا شيء.", 2),
        ("It ended at 5 p.m. The crowd left.", 2),
        ("The firm, Acme Inc., fell. Acme Corp. also fell.", 2),
        ("He asked why.[3] Nobody knew.", 2),
        ("(It rained.) They left!", 2),
        ("See www.news.example for more. Or do not.", 2),
        ("The answer was no. Then he left.", 2),
        ("One\r\ntwo lines. Three.", 2),
        ("A heading\n\nA sentence.", 2),
    ],
    ids=lambda value: str(value)[:25],
)
def test_sentence_counts(text: str, count: int) -> None:
    sentences = split_sentences(text, Span(0, len(text)))
    assert len(sentences) == count, [sentence.slice(text) for sentence in sentences]
