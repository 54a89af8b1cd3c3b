from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.ingestion.blocks import article_title, split_blocks
from retrieval.ingestion.line_kinds import line_kind
from retrieval.models import Block, BlockKind, Span

TITLE, REPEAT, STANDFIRST, READ_TIME, DATELINE, BYLINE, CAPTION, BODY, RELATED, BOILERPLATE = BlockKind

PIECES = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        "\u2028",
        "\u00a0",
        " ",
        "\n\n",
        "Storm hits coast",
        "By Jane Doe",
        "3 min read",
        "17 January, 2020",
        "Read also: more",
        "Follow us on X",
        "e\u0301a\u0308",
        "👩‍👩‍👧 🇫🇷",
        "שלום עולם.",
        "مرحبا بالعالم.",
        "He said so. It was.",
        "---",
        "# ",
        "—",
        "Ships [Getty]",
        "title: x",
        "word " * 15,
        "\ufeff",
        "\x1c",
        "\t",
    ]
)


def check_cover(text: str, blocks: tuple[Block, ...]) -> None:
    """In order, disjoint, without white space at the ends, and together every character that is not white space."""
    position = 0
    for block in blocks:
        assert block.span.start >= position
        assert not text[position : block.span.start].strip()
        words = block.span.slice(text)
        assert words
        assert words == words.strip()
        position = block.span.end
    assert not text[position:].strip()


def kinds(text: str, **options: Any) -> list[tuple[BlockKind, str]]:
    blocks = split_blocks(text, **options)
    check_cover(text, blocks)
    return [(block.kind, block.span.slice(text)) for block in blocks]


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)), st.one_of(st.none(), PIECES))
def test_blocks_cover_any_text_exactly(text: str, title: str | None) -> None:
    check_cover(text, split_blocks(text, title=title))


def test_every_gold_block_of_the_seed_is_found(seed_text: str, seed_gold: dict[str, Any]) -> None:
    found = {block.kind.value.lower(): block.span for block in split_blocks(seed_text) if block.kind is not BODY}
    assert found == {kind: Span(*span) for kind, span in seed_gold["blocks"].items()}


def ecb_texts(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*.xml")):
        sentences: dict[str, list[str]] = {}
        for token in ET.parse(file).getroot().iter("token"):
            sentences.setdefault(token.get("sentence", ""), []).append(token.text or "")
        yield "\n".join(" ".join(tokens) for tokens in sentences.values())


@pytest.mark.data
def test_wikinews_ecbplus_and_html_texts_are_covered(data: Path) -> None:
    texts = [json.loads(line)["text"] for line in (data / "wikinews/gum_articles.jsonl").read_text().splitlines()]
    texts += [page["articleBody"] for page in json.loads((data / "html_articles/ground-truth.json").read_text()).values()]
    texts += ecb_texts(data / "ecbplus")
    assert len(texts) > 900
    for text in texts:
        check_cover(text, split_blocks(text))


@pytest.mark.data
def test_every_wikinews_article_has_its_title_and_dateline(data: Path) -> None:
    for line in (data / "wikinews/gum_articles.jsonl").read_text().splitlines():
        article = json.loads(line)
        found = kinds(article["text"])
        assert found[0] == (TITLE, article["title"])
        assert found[1][0] is DATELINE


def test_header_of_a_typical_page() -> None:
    text = (
        "Flood cuts off valley towns\r\n\r\nRescuers reach three villages by boat as rain goes on\r\n"
        "By Jane Doe and Omar Haddad\r\nPublished 3 March 2021 | Updated 4 March 2021\r\n5 minute read\r\n"
        "A bridge near Ota under water (Photo: K. Mori/AFP)\r\n\r\nThe river rose on Tuesday.\r\n\r\nIt fell later."
    )
    assert [kind for kind, _ in kinds(text)] == [TITLE, STANDFIRST, BYLINE, DATELINE, READ_TIME, CAPTION, BODY, BODY]


def test_first_body_paragraph_is_no_standfirst() -> None:
    text = (
        "Flood cuts off towns\n\nThe river rose by two metres on Tuesday. Rescuers came.\n\nIt fell later, officials said."
    )
    assert [kind for kind, _ in kinds(text)] == [TITLE, BODY, BODY]


def test_one_sentence_right_under_the_title_is_a_standfirst() -> None:
    text = "Flood cuts off towns\nRescuers reach villages by boat\n\nThe river rose on Tuesday.\n\nIt fell later."
    assert [kind for kind, _ in kinds(text)] == [TITLE, STANDFIRST, BODY, BODY]


def test_lines_without_blanks_between_are_paragraphs() -> None:
    text = "Flood cuts off towns\nThe river rose on Tuesday.\nIt fell later.\nNobody was hurt."
    assert [kind for kind, _ in kinds(text)] == [TITLE, BODY, BODY, BODY]


def test_given_title_that_is_not_in_the_text_leaves_no_title_block() -> None:
    text = "The river rose on Tuesday.\n\nIt fell later."
    assert [kind for kind, _ in kinds(text, title="Flood cuts off towns")] == [BODY, BODY]


def test_given_title_is_found_with_other_spaces_and_publisher() -> None:
    text = "Flood  cuts off\u00a0towns\n\nThe river rose on Tuesday."
    assert kinds(text, title="Flood cuts off towns | The Valley News")[0] == (TITLE, "Flood  cuts off\u00a0towns")


@pytest.mark.parametrize(
    "text",
    [
        "OSLO (Reuters) - The river rose by two metres on Tuesday, officials said.\n\nIt fell later.",
        "Officials said on Tuesday that the river had risen by two metres and rescuers would reach three villages.\n\nX.",
        "One paragraph only. It has no title.",
    ],
    ids=["wire", "paragraph", "alone"],
)
def test_text_that_begins_with_a_paragraph_has_no_title(text: str) -> None:
    assert {kind for kind, _ in kinds(text)} <= {BODY, DATELINE}


def test_headline_that_looks_like_a_link_is_a_title() -> None:
    assert kinds("Analysis: what the flood means\n\nThe river rose on Tuesday.")[0][0] is TITLE


def test_hard_wrapped_paragraphs_are_joined() -> None:
    paragraph = (
        "The river rose by two metres on Tuesday after a week of heavy rain, and\n"
        "officials in three towns asked people who live near the banks to leave\n"
        "their homes until the water falls."
    )
    text = f"Flood cuts off towns\n\n{paragraph}\n\n{paragraph}\n"
    assert kinds(text) == [(TITLE, "Flood cuts off towns"), (BODY, paragraph), (BODY, paragraph)]


def test_date_that_runs_into_the_first_sentence_is_a_dateline() -> None:
    text = "Flood cuts off towns\n\nThursday, May 7, 2015 On Tuesday, the river rose by two metres.\n\nIt fell later."
    assert kinds(text)[1:3] == [(DATELINE, "Thursday, May 7, 2015"), (BODY, "On Tuesday, the river rose by two metres.")]


def test_dates_as_headings_in_the_body_stay_body() -> None:
    text = "A year of floods\n\nThis is what happened.\n\n5 January 2020\n\nThe river rose.\n\n9 May 2020\n\nIt fell."
    assert {kind for kind, _ in kinds(text)[1:]} == {BODY}


def test_lines_under_a_related_heading_are_links() -> None:
    text = (
        "Flood cuts off towns\n\nThe river rose.\n\nRelated stories:\n- Storm hits coast\n- Rain to go on\n\nIt fell later."
    )
    assert [kind for kind, _ in kinds(text)] == [TITLE, BODY, RELATED, RELATED, RELATED, BODY]


def test_markdown_heading_mark_is_outside_the_title() -> None:
    text = "# Flood cuts off towns\n\nThe river rose *fast* at [Ota](https://ota.example).\n\n![boat](boat.png)\n"
    assert kinds(text)[:2] == [(BOILERPLATE, "#"), (TITLE, "Flood cuts off towns")]
    assert kinds(text)[-1][0] is CAPTION


def test_front_matter_is_boilerplate_and_the_title_follows() -> None:
    text = "---\ntitle: Flood\ndate: 2021-03-03\n---\n\nFlood\n\nThe river rose on Tuesday."
    assert [kind for kind, _ in kinds(text)] == [BOILERPLATE, TITLE, BODY]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("3 min read", READ_TIME),
        ("Reading time: 5 minutes", READ_TIME),
        ("Friday, July 21, 2017", DATELINE),
        ("Published: June 13, 2013 4:59 PM EDT", DATELINE),
        ("Nairobi, 4 March 2021", DATELINE),
        ("Updated 2 hours ago", DATELINE),
        ("By Jane Doe", BYLINE),
        ("By JANE DOE, Associated Press", BYLINE),
        ("By Ana María López in Bogotá", BYLINE),
        ("(Reporting by Will Smith; Editing by Tom Brown)", BYLINE),
        ("Reuters", BYLINE),
        ("Troops cross the bridge [Getty]", CAPTION),
        ("A ship in port. Image: United States Navy.", CAPTION),
        ("The minister in May (Photo: A. Lee/AP)", CAPTION),
        ("FILE PHOTO: A ship in port", CAPTION),
        ("Mourners in Ota on Monday. Photograph: Kenji Mori/EPA", CAPTION),
        ("Read also: Storm hits coast", RELATED),
        ("READ MORE: Storm hits coast", RELATED),
        ("See also", RELATED),
        ("You may also like:", RELATED),
        ("Follow us on Twitter", BOILERPLATE),
        ("Subscribe to our newsletter", BOILERPLATE),
        ("© 2019 Valley News. All rights reserved.", BOILERPLATE),
        ("Share this article", BOILERPLATE),
        ("We use cookies to improve this site", BOILERPLATE),
        ("https://news.example/flood", BOILERPLATE),
        ("Share prices fell on Tuesday", None),
        ("Subscribers left the service in May", None),
        ("Copyright law was changed by parliament", None),
        ("By Tuesday the river had risen", None),
        ("Terms of the deal were not disclosed.", None),
        ("Follow the money, he said", None),
        ("LONDON, Jan 5 (Reuters) - The river rose", None),
        ("Read the letter, she told him.", None),
        ("He was born on 3 March 1970", None),
        ('"We must act," she said [in Ota].', None),
        ("It may rain", None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_line_kinds(line: str, kind: BlockKind | None) -> None:
    assert line_kind(line) is kind


def test_title_is_given_or_written_or_the_first_sentence() -> None:
    text = "Flood cuts off towns\n\nThe river rose on Tuesday. It fell."
    assert article_title(text, split_blocks(text)) == "Flood cuts off towns"
    assert article_title(text, split_blocks(text), given=" Water  news ") == "Water news"
    alone = "The river rose on Tuesday. It fell."
    assert article_title(alone, split_blocks(alone)) == "The river rose on Tuesday."
