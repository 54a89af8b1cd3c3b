"""What several articles say together: values that agree, conflict, or replace one another; who has said what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.models import (
    Account,
    Answer,
    AnswerStatus,
    ArticleInput,
    BooleanValue,
    ClaimStance,
    DateValue,
    EntityValue,
    QuantityValue,
)

ROWS = json.loads((Path(__file__).parent / "sources.json").read_text())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("sources") / "news.db") as opened:
        opened.ingest_articles(
            ArticleInput(text=f"{title}\n\n{text}", url=f"u:{title}", published=published, source=source)
            for title, text, published, source in ROWS
        )
        yield opened


def numbers(answer: Answer) -> list[float]:
    return [account.value.value for account in answer.accounts if isinstance(account.value, QuantityValue)]


def words(account: Account) -> set[str]:
    return {citation.text for citation in account.citations}


def test_different_tolls_of_different_sources_conflict(archive: Archive) -> None:
    answer = archive.ask("How many people did the explosion in Kadesh kill?")
    assert answer.status is AnswerStatus.CONFLICTING
    assert (answer.value, answer.abstention) == (None, None)
    police, ministry = sorted(answer.accounts, key=lambda account: "31" in words(account))
    assert (words(police), words(ministry)) == ({"25"}, {"31", "About 30"})
    assert [claim.attribution.source_text for claim in police.claims] == ["police"]
    assert {claim.attribution.source_text for claim in ministry.claims} == {"the health ministry", "residents"}
    assert [account.independent_source_count for account in (police, ministry)] == [1, 2]
    assert isinstance(police.value, QuantityValue)
    assert (police.value.value, police.value.unit) == (25, "people")
    assert "25 people" in police.proposition
    assert answer.text is not None
    assert "25 (police)" in answer.text


def test_every_citation_of_an_account_is_a_verified_slice(archive: Archive) -> None:
    accounts = archive.ask("When was Brightwell founded?").accounts
    citations = [citation for account in accounts for citation in account.citations]
    assert {citation.text for citation in citations} == {"1996", "1998", "March 1998"}
    for citation in citations:
        article = archive.article(citation.article_id)
        assert article is not None
        assert (citation.text, citation.verified) == (citation.span.slice(article.text), True)


def test_dates_conflict_but_a_year_holds_its_month(archive: Archive) -> None:
    answer = archive.ask("When was Brightwell founded?")
    assert answer.status is AnswerStatus.CONFLICTING
    late, early = sorted(answer.accounts, key=lambda account: "1996" in words(account))
    assert (words(late), words(early)) == ({"1998", "March 1998"}, {"1996"})
    assert all(isinstance(account.value, DateValue) for account in answer.accounts)
    assert [account.independent_source_count for account in (late, early)] == [2, 1]


def test_persons_conflict_but_a_surname_is_the_same_person(archive: Archive) -> None:
    answer = archive.ask("Who won the mayoral election in Tollin?")
    assert answer.status is AnswerStatus.CONFLICTING
    berg, linde = sorted(answer.accounts, key=lambda account: "Karl Linde" in words(account))
    assert (words(berg), words(linde)) == ({"Anna Berg", "Berg"}, {"Karl Linde"})
    assert all(isinstance(account.value, EntityValue) for account in answer.accounts)


def test_an_update_by_the_same_source_replaces_what_it_said(archive: Archive) -> None:
    answer = archive.ask("How many people were killed in the ferry accident off Velmora?")
    assert (answer.status, answer.text) == (AnswerStatus.ANSWERED, "17")
    assert numbers(answer) == [17, 12]
    standing, replaced = answer.accounts
    assert standing.superseded_by is None
    assert replaced.superseded_by is not None
    assert (replaced.superseded_by.text, replaced.superseded_by.verified) == ("17", True)


def test_before_the_update_the_earlier_word_stands(archive: Archive) -> None:
    question = "How many people were killed in the ferry accident off Velmora?"
    answer = archive.ask(question, as_of=datetime(2021, 5, 2, tzinfo=UTC))
    assert (answer.status, answer.text) == (AnswerStatus.ANSWERED, "12")
    assert all(account.superseded_by is None for account in answer.accounts)


def test_copies_add_no_source_and_another_voice_does(archive: Archive) -> None:
    question = "How many miners were injured in the Orlov mine?"
    answer = archive.ask(question)
    (account,) = answer.accounts
    assert (answer.status, account.independent_source_count) == (AnswerStatus.ANSWERED, 2)
    assert words(account) == {"14", "Fourteen"}
    copied = archive.ask(question, as_of=datetime(2021, 6, 4, 10, tzinfo=UTC))
    once = archive.ask(question, as_of=datetime(2021, 6, 4, 8, 30, tzinfo=UTC))
    assert copied.accounts == once.accounts == ()
    assert copied.confidence == pytest.approx(once.confidence, abs=0.01)
    assert answer.confidence > copied.confidence


@pytest.mark.parametrize(
    "question",
    [
        "How many people were killed in the fire in Norburg?",  # two fires
        "How many people were injured by the storm in Halden?",  # "more than 35" and 40
        "Where was the summit of the fishing states held?",  # Vienna, and Vienna in Austria
    ],
)
def test_what_may_both_be_so_is_no_conflict(archive: Archive, question: str) -> None:
    assert archive.ask(question).status is AnswerStatus.ANSWERED


def test_a_source_that_took_its_denial_back_is_not_on_both_sides(archive: Archive) -> None:
    question = "Did troops of Ruvia cross the border?"
    answer = archive.ask(question)
    assert (answer.status, answer.value) == (AnswerStatus.ANSWERED, BooleanValue(value=True))
    assert [(a.stance, a.superseded_by is None) for a in answer.accounts] == [
        (ClaimStance.ASSERTED, True),
        (ClaimStance.DENIED, False),
    ]
    then = archive.ask(question, as_of=datetime(2021, 10, 5, tzinfo=UTC))
    assert (then.status, then.value) == (AnswerStatus.ANSWERED, BooleanValue(value=False))


@pytest.mark.parametrize(
    ("question", "is_so"),
    [
        ("Is it true that troops of Ruvia crossed the border?", True),
        ("Did the defence ministry of Ruvia deny that its troops crossed the border?", True),
        ("Has the defence ministry of Ruvia confirmed that its troops crossed the border?", True),
        ("Does anyone deny that troops of Ruvia crossed the border?", True),
        ("Was it confirmed that troops of Ruvia crossed the border?", True),
        ("Did police say that 25 people were killed in Kadesh?", True),
        ("Did police deny that 25 people were killed in Kadesh?", False),
        ("Did the mayor of Kadesh deny that troops of Ruvia crossed the border?", None),
        ("Did Norway's troops cross the border?", None),
        ("Is it true that Norway crossed the border?", None),
        ("Did troops of Ruvia burn the hotel?", None),
    ],
)
def test_whether_it_is_so_or_was_said(archive: Archive, question: str, is_so: bool | None) -> None:
    answer = archive.ask(question)
    assert answer.value == (None if is_so is None else BooleanValue(is_so))
    assert answer.status is (AnswerStatus.NOT_FOUND if is_so is None else AnswerStatus.ANSWERED)


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("According to whom did Karl Linde win the election in Tollin?", "his party"),
        ("According to whom were 25 people killed in Kadesh?", "police"),
        ("31 people were killed in Kadesh according to whom?", "the health ministry"),
        ("Which sources say that Anna Berg won the election?", "the town council"),
        ("Who denied that troops of Ruvia crossed the border?", "The defence ministry of Ruvia"),
        ("Who confirmed that troops of Ruvia crossed the border?", "The defence ministry of Ruvia"),
    ],
)
def test_whose_word_it_is(archive: Archive, question: str, speaker: str) -> None:
    answer = archive.ask(question)
    assert (answer.status, answer.text) == (AnswerStatus.ANSWERED, speaker)
    assert answer.candidates[0].attribution is not None
    assert answer.candidates[0].attribution.source_text == speaker


COPY = """{headline}

Colonel Jonas Brandt, who led the harbour guard of Westmark for eleven years, was honoured on Tuesday in the town hall of
Lindow. Jonas Brandt was born on {born} in Lindow. He attended the naval school there, joined the guard as a cadet, and was
given the command of its northern station after the great flood. His daughter thanked the town for the ceremony, and the
band of the guard played the march that he had written for it. The mayor laid a wreath at the monument by the harbour.{end}
"""


@pytest.mark.parametrize(
    ("end", "status"),
    [("", AnswerStatus.CONFLICTING), (" A plaque there gives 3 May 1901.", AnswerStatus.ANSWERED)],
    ids=["other value", "says both"],
)
def test_a_copy_with_another_value_conflicts_with_its_like(tmp_path: Path, end: str, status: AnswerStatus) -> None:
    versions = [("Guard honours Brandt", "3 May 1901", ""), ("Westmark honours Brandt", "9 August 1907", end)]
    with Archive.open(tmp_path / "news.db", embedder=None) as archive:
        results = archive.ingest_articles(
            ArticleInput(COPY.format(headline=headline, born=born, end=more), url=f"u:{born}")
            for headline, born, more in versions
        )
        facts = archive.load_facts([result.article_id or "" for result in results])
        assert len({one.origin.text_id for one in facts.values()}) == 1
        answer = archive.ask("When was Jonas Brandt born?")
    assert answer.status is status
    if status is AnswerStatus.CONFLICTING:
        assert {text for account in answer.accounts for text in words(account)} == {"3 May 1901", "9 August 1907"}


def test_a_sure_answer_conflicts_though_its_sentence_does_not_repeat_the_question(tmp_path: Path) -> None:
    texts = (
        "The Lindow bridge across the river Aske was built in 1901.",
        "The Lindow bridge crosses the river Aske. It was built in 1907 of granite.",
    )
    with Archive.open(tmp_path / "news.db", embedder=None) as archive:
        archive.ingest_articles(ArticleInput(text, url=f"u:{number}") for number, text in enumerate(texts))
        answer = archive.ask("What year was the Lindow bridge built across the river Aske?")
    assert answer.status is AnswerStatus.CONFLICTING
    assert [words(account) for account in answer.accounts] == [{"1901"}, {"1907"}]
