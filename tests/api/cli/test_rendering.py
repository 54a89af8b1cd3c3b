"""What people see at a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from api.cli.rendering import (
    answer_view,
    claim_table,
    clean,
    ingest_summary,
    outcome_line,
    search_view,
    source_text,
    time_text,
    value_text,
)
from retrieval.models import (
    Account,
    Answer,
    AnswerStatement,
    AnswerStatus,
    AnswerType,
    AnswerValue,
    Article,
    Attribution,
    AttributionKind,
    BooleanValue,
    Citation,
    Claim,
    ClaimStance,
    DatePrecision,
    DateSource,
    DateValue,
    Diagnostics,
    Hit,
    IngestOutcome,
    IngestResult,
    Interpretation,
    Page,
    Passage,
    PublicationDate,
    QuantityValue,
    SearchResults,
    Span,
    TimeRef,
)

TEXT = """Mayor denies it

The mayor denied that the bridge\x1b[31m was closed [Getty].
The Gazette, citing police, said it was."""
ARTICLE = Article(
    id="a1",
    url=None,
    title="Mayor denies it",
    text=TEXT,
    sha256="",
    source="The Gazette",
    authors=(),
    language="en",
    published=PublicationDate(datetime(2020, 1, 17, tzinfo=UTC), DatePrecision.DAY),
    ingested_at=datetime(2020, 1, 18, tzinfo=UTC),
    revision=1,
)


def span_of(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def claim(words: str, source: Attribution, stance: ClaimStance) -> Claim:
    return Claim(id="c1", article_id="a1", text=words, spans=(span_of(words),), stance=stance, attribution=source)


POLICE = Attribution("a1", "police", span_of("police"), None, AttributionKind.REPORTED_VIA)
GAZETTE = Attribution(
    "a1", "The Gazette", span_of("The Gazette"), None, AttributionKind.INDIRECT_SPEECH, "said", via=POLICE
)
MAYOR = Attribution("a1", "The mayor", span_of("The mayor"), None, AttributionKind.INDIRECT_SPEECH, "denied")
DENIAL = claim("the bridge\x1b[31m was closed", MAYOR, ClaimStance.DENIED)
REPORT = claim("it was", GAZETTE, ClaimStance.REPORTED)


def shown(view: RenderableType, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, highlight=False, emoji=False, color_system=None).print(view)
    return out.getvalue()


@pytest.fixture
def answer() -> Answer:
    cited = Citation("a1", 1, DENIAL.span, DENIAL.text, "denied that ", " [Getty].", "", verified=True)
    return Answer(
        question="Was the bridge closed?",
        status=AnswerStatus.CONFLICTING,
        text="The mayor denied it; The Gazette said it was.",
        value=None,
        statements=(AnswerStatement("The mayor denied it.", (cited,), 0.9),),
        candidates=(),
        accounts=(
            Account(ClaimStance.DENIED, DENIAL.text, (DENIAL,), 1),
            Account(ClaimStance.REPORTED, REPORT.text, (REPORT,), 1),
        ),
        confidence=0.8,
        abstention=None,
        closest_passages=(),
        interpretation=Interpretation(AnswerType.YES_NO, (), ()),
        diagnostics=Diagnostics(1, 1, 0.0, 0.0, "", "1"),
    )


def test_an_answer_shows_both_sides_and_the_quoted_words_with_their_offsets(answer: Answer) -> None:
    text = shown(answer_view(answer, {"a1": ARTICLE}))
    start, end = DENIAL.span.start, DENIAL.span.end
    assert "CONFLICTING  confidence 0.80" in text
    assert text.index("DENIED") < text.index("The mayor (denied)") < text.index("REPORTED")
    assert "The Gazette, citing police (said)" in text
    assert f"\n  1 [{start}:{end}]\n  │ …denied that the bridge" in text
    assert "Articles\n  1 Mayor denies it · The Gazette · 2020-01-17" in text
    assert "[Getty]" in text


def test_an_account_shows_who_is_no_claim_and_what_replaced_it(answer: Answer) -> None:
    told = Citation("a1", 1, Span(0, 4), ARTICLE.text[:4], "", "", "", verified=True)
    account = Account(ClaimStance.ASSERTED, "31 died", (), 1, None, (told,), superseded_by=told)
    text = shown(answer_view(replace(answer, accounts=(account,)), {"a1": ARTICLE}))
    assert f"  {told.text}  1 [0:4]\n" in text
    assert f"since replaced by {told.text}  1 [0:4]" in text


def test_nothing_an_article_says_drives_the_terminal(answer: Answer) -> None:
    assert "\x1b" not in shown(answer_view(answer, {"a1": ARTICLE}))
    assert clean("a\x07b\x9bc\r\nd\u202ee") == "a\ufffdb\ufffdc d\ufffde"


def test_an_answer_whose_article_is_gone_is_still_shown(answer: Answer) -> None:
    assert f"[{DENIAL.span.start}:{DENIAL.span.end}]" in shown(answer_view(answer, {}))


@pytest.mark.parametrize("width", [24, 40, 200])
def test_every_width_will_do(answer: Answer, width: int) -> None:
    lines = shown(answer_view(answer, {"a1": ARTICLE}), width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_hit_shows_its_passage_on_one_line() -> None:
    passage = Passage(1, "a1", 0, span_of("The mayor denied that"), "The mayor denied that")
    hit = Hit(passage, ARTICLE, 2.5, 1, 2.5, (span_of("mayor denied"),), "cursor")
    text = shown(search_view(SearchResults((hit,), 7, has_next=True)))
    assert "score 2.50" in text
    assert "│ The mayor denied that" in text
    assert "1 of 7 passages" in text


def test_a_claim_is_a_row() -> None:
    page = Page((REPORT,), ("next",), has_next=True, has_previous=False)
    text = shown(claim_table(page, {"a1": ARTICLE}), 160)
    assert "The Gazette, citing police  REPORTED  it was" in text
    assert "more with --after next" in text


def test_a_chain_of_sources_is_spelled_out() -> None:
    assert source_text(GAZETTE) == "The Gazette, citing police"


def day(number: int, *, is_end: bool = False) -> datetime:
    return datetime(2020, 1, number, 23 if is_end else 0, 59 if is_end else 0, 59 if is_end else 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "precision", "text"),
    [
        (day(3), day(3, is_end=True), DatePrecision.DAY, "2020-01-03"),
        (day(1), day(31, is_end=True), DatePrecision.MONTH, "2020-01"),
        (day(21), day(31, is_end=True), DatePrecision.MONTH, "2020-01-21 – 2020-01-31"),
        (day(6), day(12, is_end=True), DatePrecision.WEEK, "week of 2020-01-06"),
        (day(3), day(5, is_end=True), DatePrecision.DAY, "2020-01-03 – 2020-01-05"),
        (day(1), None, DatePrecision.YEAR, "2020 – …"),
        (None, day(5), DatePrecision.DAY, "… – 2020-01-05"),
        (None, None, DatePrecision.UNKNOWN, "unknown"),
    ],
    ids=["day", "month", "late in a month", "week", "days", "since", "until", "unknown"],
)
def test_a_time_is_shown_to_its_precision(
    start: datetime | None, end: datetime | None, precision: DatePrecision, text: str
) -> None:
    assert time_text(TimeRef(start, end, precision, DateSource.EXPLICIT)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (QuantityValue(5200, approximate=True, unit="troop"), "about 5,200"),
        (QuantityValue(0.5), "0.5"),
        (BooleanValue(value=False), "no"),
        (DateValue(TimeRef(day(3), day(3, is_end=True), DatePrecision.DAY, DateSource.EXPLICIT)), "2020-01-03"),
        (None, ""),
    ],
    ids=["approximate", "fraction", "no", "date", "none"],
)
def test_a_value_is_shown_beside_the_words(value: AnswerValue | None, text: str) -> None:
    assert value_text(value) == text


def test_the_summary_counts_and_tells_the_rate() -> None:
    results = [IngestResult("a", IngestOutcome.ADDED), IngestResult("b", IngestOutcome.REJECTED, reason="b: is empty")]
    assert ingest_summary(results, 0.5).plain == "1 added, 1 rejected in 0.5 s (4.0 a second)"
    assert ingest_summary([], 0.0).plain == "no articles"
    assert outcome_line(results[1]).plain == "REJECTED   b  is empty"
