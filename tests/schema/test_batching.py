"""One archive call for each nested level, however many parents it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from schema import Schema

Run = Callable[..., dict[str, Any]]

# Slices of text that is already loaded: no call to the catalog.
PURE = {"cite"}

EVERYTHING = """
query ($first: Int!) {
  articles(first: $first) {
    totalCount
    nodes {
      publisher { name articles { totalCount } }
      discarded { text }
      passages { totalCount nodes { next { id } previous { id } article { id } } }
      mentions {
        totalCount
        nodes { citation { text passage { id } } entity { name aliases { name } mentions { totalCount } } }
      }
      events {
        totalCount
        nodes {
          place { name }
          time { citation { text } }
          participants { citation { article { id } } entity { name articles { nodes { id } } } }
          citations { totalCount edges { trigger { start(unit: UTF16) } node { text article { title } } } }
          claims { nodes { text } }
        }
      }
      claims {
        totalCount
        nodes { event { id } entities { id } citation { text } attribution { source { id } citation { text } } }
      }
    }
  }
}
"""


Count = Callable[[], Any]


def calls_of(respond: Run, schema: Schema, counted: Any, document: str, first: int) -> Counter[str]:
    response = respond(schema, counted, document, first=first)
    assert response["errors"] == []
    assert len(response["data"]["articles"]["nodes"]) == first
    return Counter({name: count for name, count in counted.calls.items() if name not in PURE})


def test_calls_do_not_grow_with_the_number_of_parents(respond: Run, schema: Schema, counting: Count) -> None:
    few = calls_of(respond, schema, counting(), EVERYTHING, 1)
    many = calls_of(respond, schema, counting(), EVERYTHING, 5)
    # Lists that threads load side by side may ask for their items together, or one a little later than the other.
    assert {name: count for name, count in many.items() if count > few[name] + 1} == {}
    assert max(many.values()) <= 5


@pytest.mark.parametrize(
    ("fields", "calls"),
    [
        pytest.param("id", {"articles": 1}, id="leaves"),
        pytest.param("mentions { nodes { text } }", {"articles": 1, "mentions_by": 1}, id="one level"),
        pytest.param(
            "mentions { nodes { entity { name } } }", {"articles": 1, "mentions_by": 1, "load_entities": 1}, id="two levels"
        ),
        pytest.param(
            "mentions { nodes { entity { claims { nodes { id } } } } }",
            {"articles": 1, "mentions_by": 1, "load_entities": 1, "claims_by": 1},
            id="three levels",
        ),
        pytest.param(
            "events { nodes { participants { entity { name } } citations { nodes { text } } } }",
            {
                "articles": 1,
                "events_by": 1,
                "load_participants": 1,
                "load_entities": 1,
                "event_mentions_by": 1,
                "load_articles": 1,
            },
            id="events",
        ),
        pytest.param("claims { totalCount }", {"articles": 1, "count_claims_by": 1}, id="a count loads no page"),
        pytest.param(
            "a: claims { nodes { id } } b: claims { nodes { text } }",
            {"articles": 1, "claims_by": 1},
            id="equal lists are one",
        ),
        pytest.param(
            "a: claims(first: 1) { nodes { id } } b: claims(first: 2) { nodes { id } }",
            {"articles": 1, "claims_by": 2},
            id="other arguments are another list",
        ),
    ],
)
def test_each_level_is_one_call(respond: Run, schema: Schema, counting: Count, fields: str, calls: dict[str, int]) -> None:
    document = f"query ($first: Int!) {{ articles(first: $first) {{ nodes {{ {fields} }} }} }}"
    assert calls_of(respond, schema, counting(), document, 5) == Counter(calls)


def test_counting_alone_loads_no_page(respond: Run, schema: Schema, counting: Count) -> None:
    counted = counting()
    respond(schema, counted, "{ articles { totalCount } }")
    assert counted.calls == Counter({"count_articles": 1})


def test_nothing_is_counted_unless_asked_for(respond: Run, schema: Schema, counting: Count) -> None:
    counted = counting()
    respond(schema, counted, "{ articles { nodes { id } edges { cursor } pageInfo { endCursor } } }")
    assert counted.calls == Counter({"articles": 1})
