"""Global ids."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import InputError, Span
from schema.ids import CitationKey, citation_id, citation_key, expect, from_global, number_key, to_global


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_an_id_gives_its_kind_and_key_back(key: str) -> None:
    assert from_global(to_global("Article", key)) == ("Article", key)


@given(st.text())
def test_any_text_is_an_id_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        kind, key = from_global(text)
        assert kind
        assert key


def test_a_citation_id_describes_itself() -> None:
    key = CitationKey("a:b", 3, Span(5, 9))
    id_ = citation_id(key)
    assert citation_key(from_global(id_)[1], id_) == key


@pytest.mark.parametrize(
    "key", ["", "a", "a:1:2", ":1:2:3", "a:1:3:3", "a:1:x:3", "a:1:-1:3", "a:1:2:" + "9" * 5000, "a:1:2:²"]
)
def test_a_bad_citation_key_is_an_input_error(key: str) -> None:
    with pytest.raises(InputError, match="not one of ours"):
        citation_key(key, "id")


def test_an_id_of_another_kind_says_what_is_wanted() -> None:
    with pytest.raises(InputError, match="names a Event; give the id of an Article"):
        expect(to_global("Event", "1"), "Article")


def test_a_number_beyond_the_database_is_an_input_error() -> None:
    assert number_key(str(2**63 - 1), "id") == 2**63 - 1
    with pytest.raises(InputError):
        number_key(str(2**63), "id")


def test_ids_are_base64_as_relay_has_them() -> None:
    assert base64.b64decode(to_global("Passage", 7)) == b"Passage:7"


def test_a_bare_key_is_an_id_where_the_kind_is_known() -> None:
    assert expect("4edbea153d3ff7d4", "Event") == "4edbea153d3ff7d4"
    with pytest.raises(InputError, match="not one of ours"):
        from_global("4edbea153d3ff7d4")
