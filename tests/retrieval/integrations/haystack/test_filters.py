"""Haystack's filters as queries: what they let through is what Haystack's own comparison lets through."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from haystack.dataclasses import Document
from haystack.errors import FilterError
from haystack.utils.filters import document_matches_filter
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from retrieval.integrations.haystack import DatelineDocumentStore
from retrieval.integrations.haystack.filters import parse_filter, to_article_filter
from retrieval.models import ArticleFilter
from retrieval.stores.sql.queries.document_filters import build_condition
from retrieval.stores.sql.tables import articles

Filter = dict[str, Any]

VALUES: dict[str, list[Any]] = {
    "meta.number": [-2, 0, 2, 2.0, 2.5, 100, True],
    "meta.name": ["ann", "Ann", "2", "", "ann'; --", "%"],
    "meta.date": ["1969-07-21T20:17:40", "1972-12-11", "1989-11-09T17:53:00+00:00"],
    "meta.flag": [True, False],
    "meta.author.age": [30, 41],
    "meta.tags": [["a"], ["a", "b"], []],
    "meta.publisher": ["Herald", "Post"],
    "meta.nowhere": [1],
}
ORDERED = ("meta.number", "meta.date", "meta.author.age")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatelineDocumentStore]:
    chance = random.Random(7)
    store = DatelineDocumentStore(str(tmp_path_factory.mktemp("filters") / "news.db"), embedder=None, extract_facts=False)
    documents = []
    for number in range(40):
        meta: dict[str, Any] = {}
        for field, values in VALUES.items():
            if field != "meta.nowhere" and chance.random() < 0.7:
                path = field.removeprefix("meta.").split(".")
                target = meta if len(path) == 1 else meta.setdefault(path[0], {})
                target[path[-1]] = chance.choice(values)
        documents.append(Document(id=f"d{number}", content=f"Text {number}.", meta=meta))
    store.write_documents(documents)
    yield store
    store.close()


def draw(chance: random.Random, depth: int = 0) -> Filter:
    if depth < 2 and chance.random() < 0.4:
        conditions = [draw(chance, depth + 1) for _ in range(chance.randint(1, 3))]
        return {"operator": chance.choice(["AND", "OR", "NOT"]), "conditions": conditions}
    field = chance.choice(list(VALUES))
    operators = ["==", "!=", "in", "not in", *((">", ">=", "<", "<=") if field in ORDERED else ())]
    operator = chance.choice(operators)
    value = chance.choice([*VALUES[field], None])
    if operator in {"in", "not in"}:
        return {"field": field, "operator": operator, "value": [value, chance.choice(VALUES[field])]}
    return {"field": field, "operator": operator, "value": value}


def test_what_passes_is_what_passes_haystacks_own_comparison(store: DatelineDocumentStore) -> None:
    chance = random.Random(11)
    documents = store.filter_documents()
    passed = 0
    for _ in range(600):
        filters = draw(chance)
        expected = [document.id for document in documents if document_matches_filter(filters, document)]
        assert [document.id for document in store.filter_documents(filters)] == expected, filters
        assert store.count_documents_by_filter(filters) == len(expected)
        passed += 0 < len(expected) < len(documents)
    assert passed > 200


def test_an_id_is_filtered_by_and_a_field_of_that_name_is_another(store: DatelineDocumentStore) -> None:
    ids = [document.id for document in store.filter_documents({"field": "id", "operator": "in", "value": ["d3", "d9"]})]
    assert ids == ["d3", "d9"]
    assert store.count_documents_by_filter({"field": "id", "operator": "!=", "value": "d3"}) == 39
    assert store.count_documents_by_filter({"field": "meta.id", "operator": "==", "value": "d3"}) == 0


def test_a_datetime_is_compared_as_its_iso_date(store: DatelineDocumentStore) -> None:
    since = {"field": "meta.date", "operator": ">=", "value": datetime(1972, 12, 11, tzinfo=UTC)}
    text = {"field": "meta.date", "operator": ">=", "value": "1972-12-11"}
    assert store.filter_documents(since) == store.filter_documents(text) != []


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"field": "content", "operator": "==", "value": "x"}, "cannot be filtered by 'content'"),
        ({"field": "embedding", "operator": "==", "value": None}, "cannot be filtered by 'embedding'"),
        ({"field": "meta", "operator": "==", "value": {}}, "cannot be filtered by 'meta'"),
        ({"field": "meta.a", "operator": "~", "value": "x"}, "unknown operator '~' for meta.a"),
        ({"operator": "XOR", "conditions": []}, "unknown operator 'XOR'"),
        ({"field": "meta.a", "operator": ">", "value": "soon"}, "only numbers and ISO 8601 dates"),
        ({"field": "meta.a", "operator": "in", "value": "xy"}, "takes a list"),
        ({"field": "meta.a", "operator": "==", "value": object}, "no text, number, true or false"),
        ({"field": "id", "operator": ">", "value": "a"}, "ids are not compared"),
        ([{"field": "meta.a"}], "is no filter"),
        ({"operator": "AND", "conditions": ["meta.a"]}, "is no filter"),
    ],
)
def test_what_cannot_be_a_query_is_an_error(store: DatelineDocumentStore, filters: Any, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        store.filter_documents(filters)


def test_the_index_filters_by_itself_what_it_knows() -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    source = {"field": "meta.publisher", "operator": "in", "value": ["Herald", "Post"]}
    since = {"field": "meta.published_at", "operator": ">=", "value": "2020-01-01"}
    other = {"field": "meta.page", "operator": "==", "value": 1}
    known = to_article_filter(parse_filter({"operator": "AND", "conditions": [source, since]}))
    assert known == ArticleFilter(publishers=("Herald", "Post"), published_from=at)
    for unknown in (other, {"operator": "OR", "conditions": [source, since]}, {"operator": "NOT", "conditions": [source]}):
        assert to_article_filter(parse_filter(unknown)) is None


def test_a_filter_of_metadata_is_a_search_of_an_index_and_no_scan(store: DatelineDocumentStore) -> None:
    name = {"field": "meta.name", "operator": "==", "value": "ann"}
    query = select(articles.c.id).where(build_condition(parse_filter(name)))
    literal = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with store.archive.reading() as connection:
        plan = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {literal}"))]
    assert any("SEARCH document_values USING" in step and "ix_document_values_path_text" in step for step in plan)
    assert not any(step.startswith("SCAN") for step in plan), plan
