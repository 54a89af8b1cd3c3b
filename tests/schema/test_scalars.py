"""DateTime and URI."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import CalendarDay, format_datetime, last_second, parse_datetime, parse_uri

DAY = datetime(2020, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2020-01-03T10:00:00Z", DAY.replace(hour=10), id="utc"),
        pytest.param("2020-01-03T10:00:00+02:00", DAY.replace(hour=8), id="offset"),
        pytest.param("2020-01-03T10:00:00", DAY.replace(hour=10), id="without offset: utc"),
        pytest.param("2020-01-03", DAY, id="day"),
        pytest.param("20200103", DAY, id="compact day"),
    ],
)
def test_iso_8601_is_read_as_utc(text: str, moment: datetime) -> None:
    assert parse_datetime(text) == moment


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2020-13-01", 1578000000, None, "0001-01-01T00:00:00+14:00", "2020-01-03T"]
)
def test_anything_else_is_refused_with_what_to_do(value: object) -> None:
    with pytest.raises(GraphQLError, match="give ISO-8601 text"):
        parse_datetime(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_output_reads_back_as_the_same_instant(moment: datetime) -> None:
    text = format_datetime(moment)
    assert text.endswith("Z")
    assert parse_datetime(text) == moment


def test_output_is_utc_without_empty_fractions() -> None:
    assert format_datetime(datetime(2020, 1, 3, 1, tzinfo=timezone(timedelta(hours=1)))) == "2020-01-03T00:00:00Z"


def test_a_bare_day_ends_a_range_with_its_last_second() -> None:
    assert isinstance(parse_datetime("2020-01-03"), CalendarDay)
    assert last_second(parse_datetime("2020-01-03")) == DAY.replace(hour=23, minute=59, second=59)
    assert last_second(parse_datetime("2020-01-03T00:00:00Z")) == DAY


@pytest.mark.parametrize("value", ["", "a b", "a\nb", "a\0b", "x" * 2049, 5, None])
def test_a_uri_has_no_white_space_and_an_end(value: object) -> None:
    with pytest.raises(GraphQLError, match="URI cannot represent"):
        parse_uri(value)
