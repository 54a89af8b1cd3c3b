from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import InputError
from retrieval.ingestion.blocks import split_blocks
from retrieval.ingestion.pipeline import prepare_article
from retrieval.ingestion.publication import find_written_dates, parse_date, publication_date
from retrieval.models import ArticleInput, DatePrecision, PublicationDate, PublicationSource, Span

DAY, MINUTE, MONTH, YEAR = DatePrecision.DAY, DatePrecision.MINUTE, DatePrecision.MONTH, DatePrecision.YEAR


def of(text: str, given: str | datetime | None = None, metadata: str | None = None) -> PublicationDate:
    return publication_date(text, split_blocks(text), given=given, metadata=metadata)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2020-01-17", (2020, 1, 17), DAY),
        ("2020-01-17T14:03:00Z", (2020, 1, 17, 14, 3), MINUTE),
        ("2020-01-17T14:03", (2020, 1, 17, 14, 3), MINUTE),
        ("2020-01-17T00:30:00.123+03:00", (2020, 1, 16, 21, 30), MINUTE),
        ("Fri, 17 Jan 2020 14:03 GMT", (2020, 1, 17, 14, 3), MINUTE),
        ("Fri, 17 Jan 2020 14:03:00 -0500", (2020, 1, 17, 19, 3), MINUTE),
        ("17 January, 2020", (2020, 1, 17), DAY),
        ("January 17th, 2020", (2020, 1, 17), DAY),
        ("Friday, Jan. 17, 2020", (2020, 1, 17), DAY),
        ("17/01/2020", (2020, 1, 17), DAY),
        ("01/17/2020", (2020, 1, 17), DAY),
        ("17.01.2020", (2020, 1, 17), DAY),
        ("05/05/2020", (2020, 5, 5), DAY),
        ("Published 17 January 2020", (2020, 1, 17), DAY),
        ("June 13, 2013 4:59 PM EDT", (2013, 6, 13, 20, 59), MINUTE),
        ("4:59 pm UTC, June 13, 2013", (2013, 6, 13, 16, 59), MINUTE),
        ("17 January 2020 14:03", (2020, 1, 17), DAY),
        ("Jan. 17, 2020, 2:03 p.m. ET", (2020, 1, 17), DAY),
        ("January 2020", (2020, 1, 1), MONTH),
        ("2020-01", (2020, 1, 1), MONTH),
        ("2020", (2020, 1, 1), YEAR),
    ],
    ids=str,
)
def test_dates_are_read_with_their_precision(text: str, at: tuple[int, ...], precision: DatePrecision) -> None:
    found = parse_date(text)
    assert found is not None
    if text.startswith("17 January 2020 14") or text.endswith("ET"):
        assert found.precision is DAY  # the zone is not known: the day is all that is
    assert (found.at, found.precision) == (datetime(*at, tzinfo=UTC), precision)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "05/01/2020",
        "31 February 2020",
        "2020-13-01",
        "17 January",
        "Friday",
        "yesterday",
        "",
        "on 3 May 2020 he left",
        "5,200",
        "20200117",
    ],
)
def test_ambiguous_incomplete_and_impossible_dates_are_none(text: str) -> None:
    assert parse_date(text) is None


def test_the_option_comes_before_metadata_and_dateline() -> None:
    text = "Flood cuts off towns\n\n3 March 2021\n\nThe river rose."
    assert of(text, "2020-01-01", "2019-01-01").source is PublicationSource.OPTION
    assert of(text, None, "2019-01-01").at == datetime(2019, 1, 1, tzinfo=UTC)
    dateline = of(text, None, "no date")
    assert (dateline.source, dateline.span) == (PublicationSource.DATELINE, Span(22, 34))


def test_a_datetime_is_turned_to_utc() -> None:
    zone = timezone(timedelta(hours=3))
    assert of("x", datetime(2020, 1, 17, 1, 0, tzinfo=zone)).at == datetime(2020, 1, 16, 22, 0, tzinfo=UTC)
    assert of("x", datetime(2020, 1, 17)).precision is DAY
    assert of("x", datetime(2020, 1, 17, 8)).precision is MINUTE


@pytest.mark.parametrize("value", ["soon", "05/01/2020", "31 February 2020"])
def test_a_bad_option_is_an_error_with_value_and_remedy(value: str) -> None:
    with pytest.raises(InputError, match=r"2020-01-17") as raised:
        of("x", value)
    assert repr(value) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Flood\n\nUpdated 4 March 2021\nPublished 3 March 2021\n\nThe river rose.", 3),
        ("Flood\n\nPublished 3 March 2021 | Updated 4 March 2021\n\nThe river rose.", 3),
        ("Flood\n\nLast updated: 4 March 2021\n\nThe river rose.", 4),
        ("Flood\n\nBEIRUT, March 3, 2021 (Reuters) - The river rose.", 3),
        ("Flood\n\nBUFFALO, N.Y., March 3, 2021 — The river rose.", 3),
        ("Flood\n\nWednesday, March 3, 2021 On Tuesday, the river rose.", 3),
        ("Flood\n\nThe river rose.\n\nPublished 3 March 2021", 3),
    ],
    ids=["two-lines", "one-line", "update-only", "wire", "wire-place", "run-in", "at-the-end"],
)
def test_datelines(text: str, day: int) -> None:
    published = of(text)
    assert published.at == datetime(2021, 3, day, tzinfo=UTC)
    assert published.span is not None
    assert "March" in published.span.slice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Flood\n\nThe river rose on 3 March 2021, officials said.",
        "Flood\n\nOTA, March 3 (Reuters) - The river rose.",
        "Flood\n\nIn March 2021 - a wet month - the river rose.",
        "A chronology\n\nThis happened.\n\n3 March 2021\n\nThe river rose.\n\n9 May 2021\n\nIt fell.",
    ],
    ids=["in-body", "no-year", "month", "chronology"],
)
def test_a_date_in_the_story_is_not_guessed_to_be_its_own(text: str) -> None:
    assert of(text) == PublicationDate()


@settings(deadline=None)
@given(st.text(alphabet="0123456789 /-.:,JanuryMchT+Z\u00a0é", max_size=60))
def test_any_text_is_searched_without_error_and_spans_are_exact(text: str) -> None:
    position = 0
    for date in find_written_dates(text, Span(0, len(text))):
        assert position <= date.span.start < date.span.end <= len(text)
        assert date.at.tzinfo is UTC
        position = date.span.end
    parse_date(text)


def test_a_date_ahead_of_the_clock_is_flagged_and_not_used() -> None:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    given = ArticleInput(text="Flood\n\nThe river rose.", title="Flood", published_at="2031-03-04")
    ahead = prepare_article(given, now=now).published
    assert (ahead.at, ahead.precision, ahead.source) == (None, DatePrecision.UNKNOWN, PublicationSource.FUTURE)
    today = prepare_article(replace(given, published_at="2024-05-01"), now=now).published
    assert (today.at, today.source) == (datetime(2024, 5, 1, tzinfo=UTC), PublicationSource.METADATA)


def test_a_dateline_ahead_of_the_clock_is_flagged_and_not_used() -> None:
    given = ArticleInput(text="Flood\n\nOSLO, March 4, 2031 (Reuters) - The river rose.", title="Flood")
    ahead = prepare_article(given, now=datetime(2024, 5, 1, tzinfo=UTC)).published
    assert (ahead.at, ahead.source) == (None, PublicationSource.FUTURE)
