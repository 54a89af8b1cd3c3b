"""Command-line words as values."""

from __future__ import annotations

import pytest

from api.cli.arguments import parse_choice, parse_moment
from retrieval.errors import InputError
from retrieval.models import ClaimStance, EventType


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2020", "2020-01-01T00:00:00+00:00", "2020-12-31T23:59:59+00:00"),
        ("2020-02", "2020-02-01T00:00:00+00:00", "2020-02-29T23:59:59+00:00"),
        ("2020-01-17", "2020-01-17T00:00:00+00:00", "2020-01-17T23:59:59+00:00"),
        ("2020-01-17T10:00:00+02:00", "2020-01-17T08:00:00+00:00", "2020-01-17T08:00:00+00:00"),
        ("2020-01-17T10:00:00Z", "2020-01-17T10:00:00+00:00", "2020-01-17T10:00:00+00:00"),
        ("2020-01-17 10:00", "2020-01-17T10:00:00+00:00", "2020-01-17T10:00:00+00:00"),
        ("9999", "9999-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_a_date_is_its_first_or_last_second(text: str, start: str, end: str) -> None:
    moments = [parse_moment(text), parse_moment(text, is_end=True)]
    assert [moment.isoformat() for moment in moments if moment] == [start, end]


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2020-13", "2020-02-30", "17.1.2020", "0000", "٢٠٢٠", "0001-01-01T00:00:00+23:00"]
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="2020-01-17"):
        parse_moment(text)


def test_choices_are_read_in_either_case_and_listed_when_unknown() -> None:
    assert parse_choice(EventType, "assault") is EventType.ASSAULT
    assert parse_choice(ClaimStance, "declined-to-comment") is ClaimStance.DECLINED_TO_COMMENT
    with pytest.raises(InputError, match="unknown claim stance 'shouted'; choose from asserted, denied"):
        parse_choice(ClaimStance, "shouted")
