from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import InputError
from retrieval.models import (
    AbstentionReason,
    AnswerStatus,
    AnswerType,
    ArticleFilter,
    ArticleInput,
    AskStep,
    BooleanValue,
    EventListValue,
    QuotationValue,
)


def test_every_citation_is_the_exact_verified_slice(made_up_archive: Archive) -> None:
    for question in ("Who founded Zeelstroom?", "Did the army bomb the hospital?", "What happened on Wednesday?"):
        answer = made_up_archive.ask(question)
        citations = [c for s in answer.statements for c in s.citations] + [c.citation for c in answer.candidates]
        assert citations
        for citation in citations:
            article = made_up_archive.article(citation.article_id)
            assert article is not None
            assert citation.verified
            assert citation.text == citation.span.slice(article.text)


def test_answer_text_is_cited_by_its_own_statement(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("When was Zeelstroom founded?")
    assert answer.text == "1998"
    assert answer.statements[0].citations[0].text == "1998"
    assert answer.text in answer.statements[0].text


def test_candidates_are_at_most_five_best_first_and_say_who_says_so(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("How many workers could be laid off?")
    assert 1 <= len(answer.candidates) <= 5
    assert [c.score for c in answer.candidates] == sorted((c.score for c in answer.candidates), reverse=True)
    attribution = answer.candidates[0].attribution
    assert attribution is not None
    assert "FNV union" in attribution.source_text


def test_nothing_published_later_is_used_as_of_a_day(made_up_archive: Archive) -> None:
    question = "Who was elected mayor of Harbourg?"
    later = made_up_archive.ask(question, as_of=datetime(2023, 5, 16, tzinfo=UTC))
    earlier = made_up_archive.ask(question, as_of=datetime(2023, 5, 1, tzinfo=UTC))
    assert later.status is AnswerStatus.ANSWERED
    assert earlier.status is AnswerStatus.NOT_FOUND
    assert earlier.diagnostics.articles_matching_filter == 3


def test_filter_that_excludes_all_is_the_reason(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("Who founded Zeelstroom?", filter=ArticleFilter(publishers=("Nobody's News",)))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.abstention is AbstentionReason.FILTER_EXCLUDES_ALL
    assert answer.text is None


def test_filter_limits_what_is_read(made_up_archive: Archive) -> None:
    only = ArticleFilter(publishers=("World Daily",))
    assert made_up_archive.ask("Who founded Zeelstroom?", filter=only).status is AnswerStatus.NOT_FOUND
    assert made_up_archive.ask("Who founded Zeelstroom?").status is AnswerStatus.ANSWERED


def test_low_confidence_keeps_the_closest_passages_and_candidates(made_up_archive: Archive) -> None:
    sure = made_up_archive.ask("Who founded Zeelstroom?")
    answer = made_up_archive.ask("Who founded Zeelstroom?", min_confidence=min(1.0, sure.confidence + 0.01))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.abstention is AbstentionReason.LOW_CONFIDENCE
    assert answer.closest_passages
    assert answer.candidates[0].text == sure.text


def test_question_about_nothing_in_the_archive_matches_no_passage(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("What is the capital of Australia?")
    assert answer.abstention in {AbstentionReason.NO_MATCHING_PASSAGE, AbstentionReason.LOW_CONFIDENCE}
    assert answer.status is AnswerStatus.NOT_FOUND


@pytest.mark.parametrize("question", ["🙂🙂", "???", "Zeelstroom", "Qui a fondé la société Zeelstroom ?", "谁创立了公司"])
def test_what_is_no_english_question_is_not_understood(made_up_archive: Archive, question: str) -> None:
    answer = made_up_archive.ask(question)
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.abstention in {AbstentionReason.QUESTION_NOT_UNDERSTOOD, AbstentionReason.NO_MATCHING_PASSAGE}


@pytest.mark.parametrize("question", ["", "  \n ", "why " * 2500])
def test_no_question_or_a_book_is_an_input_error_with_a_remedy(made_up_archive: Archive, question: str) -> None:
    with pytest.raises(InputError, match="ask"):
        made_up_archive.ask(question)


def test_confidence_bound_outside_zero_to_one_is_an_input_error(made_up_archive: Archive) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        made_up_archive.ask("Who founded Zeelstroom?", min_confidence=1.5)


def test_empty_archive_finds_nothing(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        answer = archive.ask("Who was elected mayor?")
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.abstention is AbstentionReason.NO_MATCHING_PASSAGE


def test_quotation_is_the_claim_of_the_named_speaker(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("What did Beck tell supporters?")
    assert isinstance(answer.value, QuotationValue)
    assert answer.text == "I have called Anna to congratulate her"
    assert answer.value.claim.attribution.source_text == "Beck"


def test_one_sided_claims_answer_yes_with_their_account(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("Has Norwind agreed to buy Zeelstroom?")
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.value == BooleanValue(value=True)


def test_events_of_a_day_are_listed_with_their_sentences(made_up_archive: Archive) -> None:
    answer = made_up_archive.ask("What happened in Tavia?")
    assert answer.interpretation.answer_type is AnswerType.EVENT_LIST
    assert isinstance(answer.value, EventListValue)
    assert answer.value.events
    assert answer.statements


def test_copies_of_an_article_do_not_make_another_source(tmp_path: Path, made_up_articles: list[ArticleInput]) -> None:
    hospital = made_up_articles[2]
    copy = ArticleInput(text=hospital.text, title=hospital.title, url="https://example.org/copy", published_at="2019-11-23")
    with Archive.open(tmp_path / "news.db") as archive:
        archive.ingest_articles([hospital])
        alone = archive.ask("Did the army bomb the hospital?")
        archive.ingest_articles([copy])
        both = archive.ask("Did the army bomb the hospital?")
    assert [a.stance for a in both.accounts] == [a.stance for a in alone.accounts]
    assert both.accounts[1].independent_source_count <= alone.accounts[1].independent_source_count + 1


def test_diagnostics_tell_what_it_cost(made_up_archive: Archive) -> None:
    diagnostics = made_up_archive.ask("Who founded Zeelstroom?").diagnostics
    assert diagnostics.model == "extractive-reader-2"
    assert diagnostics.passages_considered > 0
    assert diagnostics.articles_matching_filter == 5
    assert diagnostics.retrieval_milliseconds > 0
    assert diagnostics.reading_milliseconds > 0


def test_diagnostics_tell_the_share_of_each_step(made_up_archive: Archive) -> None:
    diagnostics = made_up_archive.ask("Who founded Zeelstroom?").diagnostics
    assert [time.step for time in diagnostics.steps] == [step for step in AskStep if step is not AskStep.GENERATION]
    assert sum(time.share for time in diagnostics.steps) == pytest.approx(1)
    spent = diagnostics.retrieval_milliseconds + diagnostics.reading_milliseconds
    assert sum(time.milliseconds for time in diagnostics.steps) == pytest.approx(spent)


def test_only_steps_that_are_taken_are_timed(made_up_archive: Archive) -> None:
    steps = [time.step for time in made_up_archive.ask("Did the army bomb the hospital?").diagnostics.steps]
    assert AskStep.PROPOSALS in steps
    assert AskStep.GENERATION not in steps
