"""Which media type a client would rather have."""

from __future__ import annotations

import pytest

from api.http.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose_media_type

BOTH = (JSON, GRAPHQL_RESPONSE)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json; charset=utf-8", JSON),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", JSON),
        (
            "application/graphql-response+json, application/graphql+json, application/json, text/event-stream",
            GRAPHQL_RESPONSE,
        ),
        ("application/graphql-response+json; q=0.5, application/json", JSON),
        ("*/*, application/json;q=0", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.9, */*;q=0.8", GRAPHQL_RESPONSE),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=nonsense", None),
        ("application/json;q=nan", None),
        (";;;,,,", None),
    ],
)
def test_the_best_offer_for_an_accept_header(accept: str | None, chosen: str | None) -> None:
    assert choose_media_type(accept, BOTH) == chosen


def test_a_browser_prefers_the_page() -> None:
    chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    assert choose_media_type(chrome, (*BOTH, HTML)) == HTML
