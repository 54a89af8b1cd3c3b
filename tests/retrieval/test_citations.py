from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from retrieval.citations import cite
from retrieval.errors import InputError
from retrieval.models import Article, PublicationDate, Span

TEXT = "Cafe\u0301 \U0001f642 opens.\r\nAnna\u00a0Berg said so on Monday, and the street was full."
ARTICLE = Article(
    "a1",
    None,
    "T",
    TEXT,
    sha256(TEXT.encode()).hexdigest(),
    None,
    (),
    "en",
    PublicationDate(),
    datetime(2020, 1, 1, tzinfo=UTC),
    3,
)


def test_citation_is_the_slice_with_its_surroundings() -> None:
    start = TEXT.index("Anna")
    citation = cite(ARTICLE, Span(start, start + 9), expected="Anna\u00a0Berg", revision=3)
    assert citation.text == "Anna\u00a0Berg"
    assert citation.verified
    assert TEXT.startswith(citation.prefix + citation.text + citation.suffix)
    assert len(citation.suffix) <= 40


@pytest.mark.parametrize("other", [{"expected": "Anna Berg"}, {"revision": 2}], ids=["text", "revision"])
def test_citation_of_something_else_is_not_verified(other: dict[str, object]) -> None:
    start = TEXT.index("Anna")
    citation = cite(ARTICLE, Span(start, start + 9), **other)  # type: ignore[arg-type]
    assert not citation.verified


def test_citation_of_a_changed_text_is_not_verified() -> None:
    assert not cite(replace(ARTICLE, text=TEXT + "!"), Span(0, 4)).verified


@pytest.mark.parametrize("span", [Span(0, 0), Span(-1, 4), Span(5, 10_000)])
def test_span_outside_the_text_is_an_input_error(span: Span) -> None:
    with pytest.raises(InputError, match="a1"):
        cite(ARTICLE, span)
