from __future__ import annotations

from itertools import chain, count, repeat

import pytest

from retrieval import (
    AnswerFound,
    Archive,
    ArticleFilter,
    AskCancelled,
    AskStage,
    CandidatesFound,
    PassagesFound,
    QuestionUnderstood,
)

ORDER = [QuestionUnderstood, PassagesFound, CandidatesFound, AnswerFound]
QUESTION = "Who founded Zeelstroom?"


@pytest.mark.parametrize("publisher", ["Business Ledger", "Nobody's News"])
def test_stages_come_in_order_and_end_with_the_answer(made_up_archive: Archive, publisher: str) -> None:
    stages: list[AskStage] = []
    answer = made_up_archive.ask(QUESTION, filter=ArticleFilter(publishers=(publisher,)), on_stage=stages.append)
    assert [type(stage) for stage in stages] == ORDER
    understood, passages, candidates, last = stages
    assert isinstance(understood, QuestionUnderstood)
    assert understood.interpretation == answer.interpretation
    assert isinstance(passages, PassagesFound)
    assert set(answer.closest_passages) <= set(passages.passages)  # reading puts them in another order
    assert isinstance(candidates, CandidatesFound)
    assert candidates.candidates == answer.candidates
    assert last == AnswerFound(answer)


def test_work_stops_between_its_parts(made_up_archive: Archive) -> None:
    calls = count()
    made_up_archive.ask(QUESTION, should_stop=lambda: next(calls) < 0)
    checks = next(calls)
    assert checks > len(ORDER) + 1, "the parsing of blocks is checked too"
    for last in range(checks):
        answers = chain(repeat(False, last), [True])
        with pytest.raises(AskCancelled):
            made_up_archive.ask(QUESTION, should_stop=answers.__next__)
        assert not list(answers), "it is asked up to the first yes, and not again"


def test_what_is_told_may_end_the_work_too(made_up_archive: Archive) -> None:
    def tell(_: AskStage) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_up_archive.ask(QUESTION, on_stage=tell)
