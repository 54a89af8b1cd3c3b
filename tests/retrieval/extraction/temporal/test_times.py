from __future__ import annotations

from datetime import UTC, date, datetime
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.extraction.language.parsing import parse_blocks
from retrieval.extraction.temporal.times import find_times, parse_time_expressions
from retrieval.ingestion.blocks import split_blocks
from retrieval.ingestion.publication import publication_date
from retrieval.models import BlockKind, DatePrecision, DateSource, PublicationDate, PublicationSource, Span
from retrieval.models.found_facts import FoundTime

FRIDAY = datetime(2020, 1, 17, 9, 30, tzinfo=UTC)
Row = tuple[str, str, str]


def rows(text: str, found: list[FoundTime]) -> list[Row]:
    return [
        (time.span.slice(text), f"{time.start:%Y-%m-%d}", f"{time.end:%Y-%m-%d}")
        for time in found
        if time.start and time.end
    ]


def plain(text: str, anchor: datetime | None = FRIDAY) -> list[Row]:
    return rows(text, parse_time_expressions(text, anchor=anchor))


def in_article(
    sentence: str, at: datetime | None = FRIDAY, precision: DatePrecision = DatePrecision.DAY
) -> list[FoundTime]:
    text = f"A title\n\n{sentence}"
    blocks = [block for block in split_blocks(text) if block.kind is BlockKind.BODY]
    source = PublicationSource.OPTION if at else PublicationSource.UNKNOWN
    published = PublicationDate(at, precision if at else DatePrecision.UNKNOWN, source)
    found = find_times(text, list(parse_blocks(text, blocks)), published=published)
    assert all(time.span.slice(text) in sentence for time in found)
    return found


def test_every_gold_time_of_the_seed_is_found_and_no_other(seed_text: str, seed_gold: dict[str, Any]) -> None:
    blocks = split_blocks(seed_text)
    published = publication_date(seed_text, blocks, given=None)
    found = find_times(seed_text, list(parse_blocks(seed_text, blocks)), published=published)
    gold = {(time["start"], time["end"], time["from_"], time["to"]) for time in seed_gold["times"]}
    assert {(t.span.start, t.span.end, f"{t.start:%Y-%m-%d}", f"{t.end:%Y-%m-%d}") for t in found} == gold
    assert found == sorted(found, key=lambda time: time.span)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # days
        ("The ship sank on Thursday.", ("Thursday", "2020-01-16", "2020-01-16")),
        ("The ship sank on Friday.", ("Friday", "2020-01-17", "2020-01-17")),
        ("The ship sank last Monday.", ("last Monday", "2020-01-13", "2020-01-13")),
        ("The ship sank last Thursday.", ("last Thursday", "2020-01-09", "2020-01-09")),
        ("They meet next Monday.", ("next Monday", "2020-01-20", "2020-01-20")),
        ("It sank on Wednesday night.", ("Wednesday night", "2020-01-15", "2020-01-15")),
        ("It sank on Tuesday last week.", ("Tuesday last week", "2020-01-07", "2020-01-07")),
        ("It sank yesterday morning.", ("yesterday morning", "2020-01-16", "2020-01-16")),
        ("It sails tomorrow.", ("tomorrow", "2020-01-18", "2020-01-18")),
        ("It sank the day before yesterday.", ("the day before yesterday", "2020-01-15", "2020-01-15")),
        ("It sank last night.", ("last night", "2020-01-16", "2020-01-16")),
        ("It sank three days ago.", ("three days ago", "2020-01-14", "2020-01-14")),
        ("It sails in ten days.", ("in ten days", "2020-01-27", "2020-01-27")),
        # dates
        ("It sank on 5 March 2019.", ("5 March 2019", "2019-03-05", "2019-03-05")),
        ("It sank on March 5th, 2019.", ("March 5th, 2019", "2019-03-05", "2019-03-05")),
        ("It sank on the 5th of March, 2019.", ("5th of March, 2019", "2019-03-05", "2019-03-05")),
        ("It sank on Tuesday, Mar. 5, 2019.", ("Tuesday, Mar. 5, 2019", "2019-03-05", "2019-03-05")),
        ("It sank on 2019-03-05.", ("2019-03-05", "2019-03-05", "2019-03-05")),
        ("It sank on 25/03/2019.", ("25/03/2019", "2019-03-25", "2019-03-25")),
        ("It sank on December 28.", ("December 28", "2019-12-28", "2019-12-28")),
        ("It sank on 2 February.", ("2 February", "2020-02-02", "2020-02-02")),
        ("It sank on the Fourth of July 1976.", ("Fourth of July 1976", "1976-07-04", "1976-07-04")),
        ("It sank on New Year’s Eve.", ("New Year’s Eve", "2019-12-31", "2019-12-31")),
        # weeks, months, years
        ("It sank this week.", ("this week", "2020-01-13", "2020-01-19")),
        ("It sank two weeks ago.", ("two weeks ago", "2019-12-30", "2020-01-05")),
        ("It sank over the weekend.", ("the weekend", "2020-01-11", "2020-01-12")),
        ("It sank last month.", ("last month", "2019-12-01", "2019-12-31")),
        ("It sank in November.", ("November", "2019-11-01", "2019-11-30")),
        ("It sank in early May 2018.", ("early May 2018", "2018-05-01", "2018-05-10")),
        ("It sank in mid-November.", ("mid-November", "2019-11-11", "2019-11-20")),
        ("It sank in late February 2016.", ("late February 2016", "2016-02-21", "2016-02-29")),
        ("It sank at the end of August.", ("the end of August", "2019-08-21", "2019-08-31")),
        ("It sank last year.", ("last year", "2019-01-01", "2019-12-31")),
        ("It sank earlier this month.", ("earlier this month", "2020-01-01", "2020-01-16")),
        ("It sank in 1998.", ("1998", "1998-01-01", "1998-12-31")),
        ("Nothing like the 2011 earthquake.", ("2011", "2011-01-01", "2011-12-31")),
        ("It sank in late 2018.", ("late 2018", "2018-09-01", "2018-12-31")),
        ("It sank five years ago.", ("five years ago", "2015-01-01", "2015-12-31")),
        ("The ships of the 1990s.", ("1990s", "1990-01-01", "1999-12-31")),
        ("The ships of the early 1980s.", ("early 1980s", "1980-01-01", "1982-12-31")),
        ("The ships of the 19th century.", ("19th century", "1800-01-01", "1899-12-31")),
        ("It sank in the first quarter of 2019.", ("first quarter of 2019", "2019-01-01", "2019-03-31")),
        ("It sank in Q3 2018.", ("Q3 2018", "2018-07-01", "2018-09-30")),
        ("It sank in the second half of 2018.", ("second half of 2018", "2018-07-01", "2018-12-31")),
        ("It sank last summer.", ("last summer", "2019-06-01", "2019-08-31")),
        ("It sank in the winter of 2017.", ("winter of 2017", "2017-12-01", "2018-02-28")),
        ("It sank in the first week of March.", ("the first week of March", "2019-03-04", "2019-03-10")),
        ("It rained for the past three months.", ("past three months", "2019-10-17", "2020-01-17")),
        # ranges
        ("It rained from 3 to 5 May 2019.", ("3 to 5 May 2019", "2019-05-03", "2019-05-05")),
        ("It rained November 3-5.", ("November 3-5", "2019-11-03", "2019-11-05")),
        ("It rained between March and June 2019.", ("March and June 2019", "2019-03-01", "2019-06-30")),
        ("It rained from November 2018 to January 2019.", ("November 2018 to January 2019", "2018-11-01", "2019-01-31")),
        ("It rained from 30 December to 3 January 2019.", ("30 December to 3 January 2019", "2018-12-30", "2019-01-03")),
        ("It rained in 2014-2016.", ("2014-2016", "2014-01-01", "2016-12-31")),
        ("It rained in 2014–16.", ("2014–16", "2014-01-01", "2016-12-31")),
        ("It rained from 2014 until 2016.", ("2014 until 2016", "2014-01-01", "2016-12-31")),
        ("It rained from Monday to Wednesday.", ("Monday to Wednesday", "2020-01-13", "2020-01-15")),
        # a range that ends now, feasts, days without a month
        ("It rained from December until now.", ("December until now", "2019-12-01", "2020-01-17")),
        ("It sank at Easter 2019.", ("Easter 2019", "2019-04-21", "2019-04-21")),
        ("It sank on Good Friday 2019.", ("Good Friday 2019", "2019-04-19", "2019-04-19")),
        ("It sank before Thanksgiving.", ("Thanksgiving", "2019-11-28", "2019-11-28")),
        ("It sank on Labor Day.", ("Labor Day", "2019-09-02", "2019-09-02")),
        ("It sank on Tuesday 14th.", ("Tuesday 14th", "2020-01-14", "2020-01-14")),
        ("It sank on the 9th.", ("the 9th", "2020-01-09", "2020-01-09")),
        ("It must leave within two weeks.", ("within two weeks", "2020-01-17", "2020-01-31")),
        # in words
        ("It sank in nineteen ninety-six.", ("nineteen ninety-six", "1996-01-01", "1996-12-31")),
        ("It sank in May twenty eleven.", ("May twenty eleven", "2011-05-01", "2011-05-31")),
        (
            "It sank on the twenty-third of March two thousand and five.",
            ("twenty-third of March two thousand and five", "2005-03-23", "2005-03-23"),
        ),
        ("It sank in May of '68.", ("May of '68", "1968-05-01", "1968-05-31")),
        # in figures
        ("It sank on 12/28.", ("12/28", "2019-12-28", "2019-12-28")),
        ("It sank on 1/12.", ("1/12", "2020-01-12", "2020-01-12")),
        ("It sank from 12/25 to 1/3.", ("12/25 to 1/3", "2019-12-25", "2020-01-03")),
        ("It sank on Thursday 16/1.", ("Thursday 16/1", "2020-01-16", "2020-01-16")),
        # counted in a month, a year
        ("It sank on the last Friday of March.", ("the last Friday of March", "2019-03-29", "2019-03-29")),
        ("It sank on the first Sunday in May 2018.", ("the first Sunday in May 2018", "2018-05-06", "2018-05-06")),
        ("It sank in week 3 of 2018.", ("week 3 of 2018", "2018-01-15", "2018-01-21")),
        ("It sank on the 5th of last month.", ("the 5th of last month", "2019-12-05", "2019-12-05")),
        ("It sank last December 5.", ("last December 5", "2019-12-05", "2019-12-05")),
        # weekends and feasts
        ("It sank this past weekend.", ("this past weekend", "2020-01-11", "2020-01-12")),
        ("It sank on the weekend of January 4.", ("the weekend of January 4", "2020-01-04", "2020-01-05")),
        ("It sank on Labor Day weekend.", ("Labor Day weekend", "2019-08-31", "2019-09-02")),
        ("It sank on New Years Eve.", ("New Years Eve", "2019-12-31", "2019-12-31")),
        ("It sank the day after Christmas.", ("the day after Christmas", "2019-12-26", "2019-12-26")),
        # periods of business
        ("It grew in the six months ended June 30, 2019.", ("six months ended June 30, 2019", "2019-01-01", "2019-06-30")),
        ("It grew in the year to March 2019.", ("year to March 2019", "2018-04-01", "2019-03-31")),
        ("It grew in Q3.", ("Q3", "2019-07-01", "2019-09-30")),
        ("It grew in the winter of 2018-19.", ("winter of 2018-19", "2018-12-01", "2019-02-28")),
        ("It grew in the 1800s.", ("1800s", "1800-01-01", "1899-12-31")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_an_expression_and_its_interval(text: str, expected: Row) -> None:
    assert plain(text) == [expected]
    assert rows(f"A title\n\n{text}", in_article(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "It took 3 min and 5,200 troops.",
        "He may go and they march on.",
        "Theresa May resigned and the May government fell.",
        "Mrs May was asked by May supporters.",
        "The Sunday Times and USA TODAY reported it.",
        "About 2000 people and 1500 troops left.",
        "More than 1998 were hurt.",
        "He is 25 and lives at 1909 Jolinda Drive.",
        "The winner got $2019 and 2,014 points.",
        "Every Monday he swims.",
        "April Ryan asked June Smith.",
        "Resolution 1701 and Room 2015 were used.",
        "The fall of the city will spring a leak.",
        "It was the first time in two years.",
        "They built it in three years.",
        "It happened on 31 February.",
        "In the second half he scored.",
        "The score was 20-16 and the code 2014.5.",
        "It was the last months of the war.",
        "That day came.",
        "They scored on 3/4 of their shots after 24/7 work.",
        "Nobody forgot 9/11 and the count stood at 5/12.",
        "It fell on 4/5.",
        "Two thousand people and some twenty ten-ton trucks came.",
    ],
)
def test_what_only_looks_like_a_time(text: str) -> None:
    assert in_article(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The ministers will meet on Monday.", "2020-01-20"),
        ("The ministers met on Monday.", "2020-01-13"),
        ("A vote is scheduled for Tuesday.", "2020-01-21"),
        ("They agreed to meet on Tuesday.", "2020-01-21"),
        ("The minister said on Tuesday that she would go.", "2020-01-14"),
        ("He was arrested after Sunday's attack.", "2020-01-12"),
        ("They talked ahead of Sunday's election.", "2020-01-19"),
        ("The trial is set for 3 October.", "2020-10-03"),
        ("She was killed on 3 October.", "2019-10-03"),
        ("The bridge will open in March.", "2020-03-01"),
        ("The bridge opened in March.", "2019-03-01"),
    ],
)
def test_the_tense_of_the_verb_decides_between_past_and_future(text: str, day: str) -> None:
    assert [f"{time.start:%Y-%m-%d}" for time in in_article(text)] == [day]


def test_fragments_without_a_finite_verb_have_times_too() -> None:
    for text in [
        "To meet on Monday.",
        "Trying to help to plan to go to see to meet on Monday.",
        "Coming going on Monday.",
        "Monday",
    ]:
        assert [time.span.slice(f"A title\n\n{text}") for time in in_article(text)] == ["Monday"]


def test_may_after_a_preposition_is_a_month_unless_it_is_somebody() -> None:
    assert plain("It sank in May.") == [("May", "2019-05-01", "2019-05-31")]
    assert plain("Theresa May won, and the bill was backed by May.") == []


def test_a_later_time_counts_from_the_one_before() -> None:
    text = "The ship sank on 5 March 2019 and was raised two weeks later; the following year it sailed."
    found = plain(text)
    assert found[1] == ("two weeks later", "2019-03-18", "2019-03-24")
    assert plain("It sank on 5 March 2019 and sailed the next day.")[1] == ("the next day", "2019-03-06", "2019-03-06")


def test_a_year_said_once_serves_both_dates() -> None:
    assert plain("On May 3 and June 4, 2012, it sank.") == [
        ("May 3", "2012-05-03", "2012-05-03"),
        ("June 4, 2012", "2012-06-04", "2012-06-04"),
    ]


def test_without_a_publication_date_only_complete_dates_are_resolved() -> None:
    found = in_article("It sank on Monday, on 5 March 2019, and last year, and in March.", at=None)
    assert [(time.start is None, time.precision, time.source) for time in found] == [
        (True, DatePrecision.UNKNOWN, DateSource.RELATIVE_TO_PUBLICATION),
        (False, DatePrecision.DAY, DateSource.EXPLICIT),
        (True, DatePrecision.UNKNOWN, DateSource.RELATIVE_TO_PUBLICATION),
        (True, DatePrecision.UNKNOWN, DateSource.RELATIVE_TO_PUBLICATION),
    ]


def test_a_coarse_publication_date_leaves_finer_times_open() -> None:
    found = in_article("It sank on Monday, last month and last year.", at=FRIDAY, precision=DatePrecision.MONTH)
    assert [time.start is None for time in found] == [True, False, False]


def test_the_written_publication_date_is_an_explicit_time_of_its_own() -> None:
    text = "A title\n\n17 January 2020\n\nIt sank."
    blocks = split_blocks(text)
    found = find_times(text, list(parse_blocks(text, blocks)), published=publication_date(text, blocks, given=None))
    assert rows(text, found) == [("17 January 2020", "2020-01-17", "2020-01-17")]
    assert found[0].source is DateSource.EXPLICIT


def test_an_interval_runs_from_the_first_to_the_last_second_in_utc() -> None:
    (found,) = parse_time_expressions("on 3 January 2020", anchor=None)
    assert found.start == datetime(2020, 1, 3, tzinfo=UTC)
    assert found.end == datetime(2020, 1, 3, 23, 59, 59, tzinfo=UTC)


def test_a_lower_case_question_has_times() -> None:
    assert plain("what happened in january 2019 and on monday?") == [
        ("january 2019", "2019-01-01", "2019-01-31"),
        ("monday", "2020-01-13", "2020-01-13"),
    ]


PIECES = st.sampled_from(
    [
        *(
            "on ",
            "Monday",
            "last week",
            " to ",
            " and ",
            "between ",
            "May",
            " 5",
            ", ",
            "2019",
            "31 ",
            "February ",
            "'90s",
            "-",
        ),
        *(
            "two years ago",
            "in 999 years",
            "the end of the year",
            "Q1 2019",
            "two days later",
            "winter ",
            "\r\n",
            "\u00a0",
            "🎉",
        ),
        *(
            "9999-12-31",
            "1000",
            "first week of ",
            "the next day",
            "5 May",
            "“",
            "yesterday",
            " 100 centuries ago",
            "29 February",
        ),
        *("the 1990s", "e\u0301", "שלום"),
        *(
            " 11/20",
            "on 3/4",
            "/19",
            "nineteen ",
            "ninety six",
            "two thousand ",
            "week 53 of ",
            "last Friday of ",
            "6 months to ",
        ),
        *("Easter", " weekend", "the day after ", " (", "Q3 ", "fifth Monday in ", "the weekend of ", "next 5 May"),
    ]
)


_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
)
_SMALL = ["", *_UNITS.split(), "nineteen"]
_TENS = ["", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]


def said(number: int) -> str:
    return _SMALL[number] if number < 20 else "-".join(filter(None, (_TENS[number // 10], _SMALL[number % 10])))


@given(st.integers(1510, 2039))
def test_a_year_said_in_words_is_that_year(year: int) -> None:
    hundred, rest = divmod(year, 100)
    whole = f"two thousand and {said(rest)}" if hundred == 20 else f"{said(hundred)} {said(rest)}"
    if rest >= 10:
        assert plain(f"It sank in {whole}.") == [(whole, f"{year}-01-01", f"{year}-12-31")]


@given(st.dates(date(2019, 9, 1), date(2020, 3, 31)))
def test_a_date_in_figures_that_can_be_read_in_one_way_is_near(at: date) -> None:
    if at.day > 12:
        for words in (f"{at.month}/{at.day}", f"{at.day}/{at.month}"):
            assert plain(f"It sank on {words}.") == [(words, f"{at}", f"{at}")]


@given(st.integers(1950, 2050), st.integers(1, 52))
def test_a_numbered_week_holds_the_days_that_iso_8601_says(year: int, number: int) -> None:
    first, last = date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7)
    assert plain(f"It sank in week {number} of {year}.") == [(f"week {number} of {year}", f"{first}", f"{last}")]


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)))
def test_an_ordinal_and_a_weekday_name_one_day_of_a_month(at: date) -> None:
    ordinal = ("first", "second", "third", "fourth", "fifth")[(at.day - 1) // 7]
    words = f"the {ordinal} {at:%A} of {at:%B %Y}"
    assert plain(f"It sank on {words}.") == [(words, f"{at}", f"{at}")]


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)), st.integers(1, 24))
def test_a_period_of_months_ends_where_it_is_said_to(end: date, count: int) -> None:
    text = f"It grew in the {count} months to {end:%B %Y}."
    found = plain(text)[0]
    begin = date(end.year + (end.month - count) // 12, (end.month - count) % 12 + 1, 1)
    if count > 1:
        assert (found[0], found[1]) == (f"{count} months to {end:%B %Y}", f"{begin}")
    assert found[2].startswith(f"{end:%Y-%m}")


def test_a_date_in_brackets_says_which_weekday() -> None:
    assert plain("It sank on Friday (January 10).")[0] == ("Friday", "2020-01-10", "2020-01-10")


def test_two_months_without_a_year_follow_one_another() -> None:
    found = plain("It rained in January and February.")
    assert [row[1] for row in found] == ["2019-01-01", "2019-02-01"]


def test_the_dates_of_a_text_tell_the_order_of_day_and_month() -> None:
    found = plain("They met on 25/9, on 4/8 and on 3/7.")
    assert [row[1] for row in found] == ["2019-09-25", "2019-08-04", "2019-07-03"]


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)), st.one_of(st.none(), st.datetimes()))
def test_any_text_gives_exact_disjoint_spans_and_intervals_that_run_forward(text: str, anchor: datetime | None) -> None:
    position = 0
    for time in parse_time_expressions(text, anchor=anchor):
        assert position <= time.span.start < time.span.end <= len(text)
        words = time.span.slice(text)
        assert words == words.strip()
        assert (time.start is None) == (time.end is None) == (time.precision is DatePrecision.UNKNOWN)
        if time.start and time.end:
            assert time.start <= time.end
            assert time.start.tzinfo is UTC
        position = time.span.end


@pytest.mark.parametrize(
    "text",
    [
        "Monday" + " " * 50_000 + "x",
        "May " * 20_000,
        "may " * 20_000,
        "5 " * 20_000,
        "2019-" * 10_000,
        "the 1990s, " * 3_000,
        "early " * 9_000,
        "on 1/2, " * 5_000,
        "two thousand " * 5_000,
        "6 months to " * 5_000,
    ],
    ids=["spaces", "May", "may", "digits", "years", "decades", "parts", "figures", "words", "periods"],
)
def test_a_hostile_text_takes_time_that_grows_with_its_length_only(text: str) -> None:
    begin = process_time()
    parse_time_expressions(text, anchor=FRIDAY)
    assert process_time() - begin < 5


@pytest.mark.parametrize("anchor", [date.min, date.max])
def test_the_ends_of_the_calendar_are_no_error(anchor: date) -> None:
    at = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)
    text = "yesterday, tomorrow, last week, next week, last month, next year, in 3 days, Monday, 5 May, winter, last decade"
    for time in parse_time_expressions(text, anchor=at):
        assert Span(0, len(text)).contains(time.span)
