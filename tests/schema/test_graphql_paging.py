"""Ten thousand events, page by page in both directions, while articles come and go."""

from __future__ import annotations

import base64
import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from retrieval import Archive, ArticleInput
from schema import Schema

Run = Callable[..., dict[str, Any]]

# Writing ten thousand events takes a minute or two: CI does it. A developer's run has ten pages, and small ones.
IS_CI = os.environ.get("CI") == "true"
ARTICLES = 100 if IS_CI else 10
EVENTS_EACH = PAGE = 100 if IS_CI else 20
FORWARDS = f"""query ($after: String, $orderBy: EventOrder, $filter: EventFilter) {{
  events(first: {PAGE}, after: $after, orderBy: $orderBy, filter: $filter) {{
    nodes {{ id }} pageInfo {{ more: hasNextPage cursor: endCursor }} }} }}"""
BACKWARDS = f"""query ($before: String, $orderBy: EventOrder, $filter: EventFilter) {{
  events(last: {PAGE}, before: $before, orderBy: $orderBy, filter: $filter) {{
    nodes {{ id }} pageInfo {{ more: hasPreviousPage cursor: startCursor }} }} }}"""


def word(number: int) -> str:
    """A capitalised word that no other number has."""
    letters = ""
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return letters.capitalize()


def article(number: int, *, step: int = 1) -> ArticleInput:
    """An article with an event in each of a hundred years, or in one of ``step``."""
    told = (number * EVENTS_EACH + n for n in range(0, EVENTS_EACH, step))
    text = "\n\n".join(f"Ada Z{word(n)} met Bob Q{word(n)} in Utopia in {1000 + n % 1000}." for n in told)
    return ArticleInput(f"Article {number}\n\n{text}", url=f"https://news.example/{number}")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, rule_extractor: Any) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("paging") / "news.db") as archive:
        archive._extractor = rule_extractor
        archive.ingest_articles(article(number) for number in range(ARTICLES))
        yield archive


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"orderBy": {"field": "CONFIDENCE", "direction": "DESC"}},
        {"filter": {"types": ["CONSULT"], "statuses": ["ACTUAL"]}},
    ],
    ids=["time", "one confidence for all", "filter"],
)
@pytest.mark.parametrize(
    ("document", "argument"), [(FORWARDS, "after"), (BACKWARDS, "before")], ids=["forwards", "backwards"]
)
def test_no_event_comes_twice_and_none_that_stays_is_missed(
    respond: Run, schema: Schema, many: Archive, document: str, argument: str, variables: dict[str, Any]
) -> None:
    def all_ids() -> set[str]:
        with many.reading() as connection:
            return {row[0] for row in connection.exec_driver_sql("SELECT id FROM events")}

    extra = itertools.count(ARTICLES + 1000 * hash((argument, str(variables))) % 1_000_000)
    before = all_ids()
    seen: list[str] = []
    cursor: str | None = None
    newest: list[str] = []
    for page in itertools.count():
        response = respond(schema, many, document, **variables, **{argument: cursor})
        assert response["errors"] == []
        events = response["data"]["events"]
        seen += [node["id"] for node in events["nodes"]]
        if not events["pageInfo"]["more"]:
            break
        cursor = events["pageInfo"]["cursor"]
        if page % 5 == 2:  # articles come, and one that came before goes
            (result,) = many.ingest_articles([article(next(extra) % 2000 + ARTICLES, step=20)])
            assert result.article_id is not None
            newest.append(result.article_id)
            if len(newest) > 1:
                many.remove([newest.pop(0)])
    many.remove(newest)
    assert len(before) == ARTICLES * EVENTS_EACH
    assert len(seen) == len(set(seen))
    served = {base64.b64decode(id_).decode().partition(":")[2] for id_ in seen}
    assert before <= served
