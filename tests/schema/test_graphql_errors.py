"""What clients see of errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from retrieval import Archive, ArchiveLocked, Corpus
from schema import Schema
from schema.ids import to_global

Run = Callable[..., dict[str, Any]]


class BrokenArchive:
    """Raises from ``corpus`` what it was given."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def corpus(self) -> Corpus:
        raise self.error


def error_of(respond: Run, schema: Schema, cause: Exception) -> dict[str, Any]:
    response = respond(schema, BrokenArchive(cause), "{ corpus { articleCount } }")
    assert response["data"] is None
    (error,) = response["errors"]
    assert error["path"] == ["corpus"]
    found: dict[str, Any] = error
    return found


def test_what_was_not_expected_is_masked_and_logged(respond: Run, schema: Schema, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = error_of(respond, schema, RuntimeError("the password is 1234"))
    assert error["message"] == "internal error"
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-1"}
    (record,) = caplog.records
    assert "request-1" in record.getMessage()
    assert record.exc_info is not None
    assert "1234" in str(record.exc_info[1])
    assert record.exc_info[2] is not None


def test_a_busy_archive_says_so(respond: Run, schema: Schema, caplog: pytest.LogCaptureFixture) -> None:
    error = error_of(respond, schema, ArchiveLocked("another writer held it for 30 s"))
    assert error["extensions"] == {"code": "ARCHIVE_BUSY"}
    assert error["message"] == "another writer held it for 30 s"
    assert not caplog.records


def test_text_that_is_no_unicode_is_bad_input(fail: Run) -> None:
    error = fail("query ($name: String!) { entity(name: $name) { id } }", name="\ud800")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        pytest.param("{ corpus ", "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param("{ corpus { nothing } }", "GRAPHQL_VALIDATION_FAILED", id="unknown field"),
        pytest.param(
            '{ articles(filter: {publishedAt: {from: "soon"}}) { totalCount } }', "GRAPHQL_VALIDATION_FAILED", id="literal"
        ),
        pytest.param("query ($n: Int!) { articles(first: $n) { totalCount } }", "BAD_USER_INPUT", id="missing variable"),
        pytest.param('{ node(id: "!") { id } }', "BAD_USER_INPUT", id="bad id"),
        pytest.param('{ node(id: "UXVlcnk6MQ==") { id } }', "BAD_USER_INPUT", id="id of no node"),
        pytest.param('{ node(id: "UGFzc2FnZTp4") { id } }', "BAD_USER_INPUT", id="passage id without number"),
        pytest.param('{ articles(after: "padding") { nodes { id } } }', "BAD_USER_INPUT", id="bad cursor"),
        pytest.param("{ articles(first: 1, last: 1) { nodes { id } } }", "BAD_USER_INPUT", id="first with last"),
        pytest.param("{ articles(first: -1) { nodes { id } } }", "BAD_USER_INPUT", id="negative"),
        pytest.param("{ articles(last: 101) { nodes { id } } }", "BAD_USER_INPUT", id="too many"),
        pytest.param("{ article { id } }", "BAD_USER_INPUT", id="neither id nor url"),
        pytest.param('{ entity(id: "a", name: "b") { id } }', "BAD_USER_INPUT", id="both id and name"),
        pytest.param('{ ask(question: "Who?", minConfidence: 2) { status } }', "BAD_USER_INPUT", id="confidence"),
        pytest.param('{ searchPassages(query: "x", first: 101) { totalCount } }', "BAD_USER_INPUT", id="too many hits"),
        pytest.param(
            '{ articles(filter: {publishedAt: {from: "2021-01-01", to: "2020-01-01"}}) { totalCount } }',
            "BAD_USER_INPUT",
            id="range backwards",
        ),
        pytest.param("{ entities(filter: {minMentions: -1}) { totalCount } }", "BAD_USER_INPUT", id="negative floor"),
    ],
)
def test_each_mistake_has_its_code(fail: Run, document: str, code: str) -> None:
    error = fail(document)
    assert error["extensions"] == {"code": code}


def test_an_id_of_another_type_is_bad_input(fail: Run) -> None:
    error = fail("query ($id: ID!) { event(id: $id) { id } }", id=to_global("Article", "x"))
    assert error["message"].endswith("names a Article; give the id of an Event")


def test_a_mutation_needs_permission(respond: Run, schema: Schema, archive: Archive) -> None:
    document = 'mutation { removeArticles(input: {ids: ["x"]}) { removedIds } }'
    (error,) = respond(schema, archive, document)["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN"}


ODD_TEXT = ["", " ", "\0", "\ud800", "%", "*", '"', "'; --", "((", "AND", "?" * 5000, "\u202e", "🙂"]


@pytest.mark.parametrize("text", ODD_TEXT, ids=ascii)
@pytest.mark.parametrize(
    "document",
    [
        "query ($text: String!) { searchPassages(query: $text) { totalCount } }",
        "query ($text: String!) { ask(question: $text) { status } }",
        "query ($text: String!) { entity(name: $text) { id } }",
        "query ($text: String!) { entities(filter: {name: $text}) { totalCount nodes { id } } }",
        "query ($text: String!) { articles(filter: {publishers: [$text], languages: [$text]}) { totalCount } }",
        "query ($text: String!) { articles(after: $text) { nodes { id } } }",
        'query ($text: String!) { searchPassages(query: "cold", after: $text) { totalCount } }',
    ],
    ids=["search", "ask", "entity", "entities", "articles", "cursor", "search cursor"],
)
def test_odd_text_is_never_an_internal_error(
    respond: Run, schema: Schema, archive: Archive, document: str, text: str
) -> None:
    codes = {error["extensions"]["code"] for error in respond(schema, archive, document, text=text)["errors"]}
    assert codes <= {"BAD_USER_INPUT"}


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z"])
def test_any_instant_may_bound_a_range(run: Run, moment: str) -> None:
    run(
        """query ($at: DateTime!) {
          articles(filter: {publishedAt: {from: $at, to: $at}}) { totalCount }
          events(filter: {time: {from: $at}}) { totalCount nodes { id } }
          claims(filter: {saidAt: {to: $at}}) { totalCount nodes { id } }
        }""",
        at=moment,
    )


def test_a_page_may_be_empty(run: Run) -> None:
    data = run(
        '{ articles(first: 0) { nodes { id } } searchPassages(query: "cold", first: 0) { totalCount edges { rank } } }'
    )
    assert data["articles"]["nodes"] == data["searchPassages"]["edges"] == []
