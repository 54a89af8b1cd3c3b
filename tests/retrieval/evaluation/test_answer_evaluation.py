"""`dateline evaluate --answers`: marks worked by hand, on real answers of small archives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval import Archive, InputError
from retrieval.evaluation.answers import AnswerReport, CitationJudge, evaluate_answers, mark
from retrieval.evaluation.measures import area_under_roc
from retrieval.evaluation.metrics import resample
from retrieval.evaluation.quizzes import GoldPlace, GoldQuestion, read_jsonl_quiz, read_squad_quiz
from retrieval.evaluation.reports import read_quiz, render_answer_table
from retrieval.models import Answer, AnswerStatus, ArticleInput, Span

TEXT = (
    "A fire destroyed the old brewery in Ghent on Monday. The mayor, Anna Peeters, said that twelve workers were injured. "
    "The brewery was founded in 1887."
)


@pytest.fixture(scope="module")
def brewery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("brewery") / "news.db", embedder=None) as archive:
        archive.ingest_articles([ArticleInput(TEXT, "Fire in Ghent", url="https://example.org/1")])
        yield archive


@pytest.fixture(scope="module")
def founded(brewery: Archive) -> Answer:
    """1887, with two citations: the year, and its sentence."""
    answer = brewery.ask("When was the brewery founded?")
    assert (answer.status, answer.text) == (AnswerStatus.ANSWERED, "1887")
    assert len(answer.statements[0].citations) == 2
    return answer


def gold(*answers: str, status: AnswerStatus = AnswerStatus.ANSWERED, shown: str | None = None) -> GoldQuestion:
    places = (GoldPlace(shown, Span(0, len(shown))),) if shown is not None else ()
    return GoldQuestion("When was the brewery founded?", status, answers, places)


@pytest.mark.parametrize(
    ("expected", "values", "is_right"),
    [
        (gold("1887"), {"status": 1, "EM": 1, "F1": 1, "citation precision": 1, "citation recall": 1}, True),
        # of "in 1887" one of two words was given; the sentence holds both, the year alone does not
        (gold("in 1887"), {"status": 1, "EM": 0, "F1": 2 / 3, "citation precision": 0.5, "citation recall": 1}, True),
        (gold("1901"), {"status": 1, "EM": 0, "F1": 0, "citation precision": 0, "citation recall": 0}, False),
        (gold(status=AnswerStatus.NOT_FOUND), {"status": 0, "EM": 0, "F1": 0}, False),
        # the evidence is the sentence's beginning: the sentence meets it, the year does not
        (
            gold(status=AnswerStatus.CONFLICTING, shown="The brewery was founded"),
            {"status": 0, "citation precision": 0.5, "citation recall": 1},
            False,
        ),
        (gold(status=AnswerStatus.ANSWERED), {"status": 1}, None),
    ],
    ids=["equal", "in part", "wrong", "unanswerable", "evidence only", "nothing known"],
)
def test_an_answer_is_marked_as_by_hand(
    brewery: Archive, founded: Answer, expected: GoldQuestion, values: dict[str, float], is_right: bool | None
) -> None:
    marked = mark(expected, founded, CitationJudge(brewery))
    assert marked.values == pytest.approx(values)
    assert marked.is_right is is_right


def test_what_is_withheld_scores_nothing_yet_counts_for_calibration(brewery: Archive) -> None:
    answer = brewery.ask("When was the brewery founded?", min_confidence=1.0)
    assert answer.status is AnswerStatus.NOT_FOUND
    marked = mark(gold("1887"), answer, CitationJudge(brewery))
    assert marked.values == {"status": 0, "EM": 0, "F1": 0, "citation recall": 0}
    assert marked.is_right
    assert mark(gold(status=AnswerStatus.NOT_FOUND), answer, CitationJudge(brewery)).values == {
        "status": 1,
        "EM": 1,
        "F1": 1,
    }


def test_of_two_sides_the_surest_is_taken_at_its_word(brewery: Archive, founded: Answer) -> None:
    both = replace(founded, status=AnswerStatus.CONFLICTING, text="1887 (A); 1901 (B)")
    marked = mark(gold("1887"), both, CitationJudge(brewery))
    assert (marked.values["EM"], marked.values["status"]) == (1, 0)


def test_yes_is_an_answer(brewery: Archive) -> None:
    answer = brewery.ask("Was the brewery founded in 1887?")
    assert answer.status is AnswerStatus.ANSWERED, answer.abstention
    assert mark(gold("Yes"), answer, CitationJudge(brewery)).values["EM"] == 1
    assert mark(gold("No"), answer, CitationJudge(brewery)).values["EM"] == 0


QAS = [
    {"question": "When was the brewery founded?", "answers": [{"text": "1887", "answer_start": TEXT.index("1887")}]},
    {"question": "How many workers were injured?", "answers": [{"text": "twelve", "answer_start": TEXT.index("twelve")}]},
    {"question": "When was the brewery sold?", "is_impossible": True, "answers": [], "plausible_answers": ["1887"]},
]
OTHER = "The harbour of Ostend was closed on Friday, because of a storm that had begun a day before."
SQUAD = {
    "data": [
        {"title": "Fire_in_Ghent", "paragraphs": [{"context": TEXT, "qas": QAS}, {"context": OTHER, "qas": []}]},
    ]
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AnswerReport:
    path = tmp_path_factory.mktemp("quiz") / "small.json"
    path.write_text(json.dumps(SQUAD))
    steps: list[tuple[int, int]] = []
    found = evaluate_answers(read_quiz(path), on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    return found


def test_squad_with_unanswerable_questions_is_measured_by_group(report: AnswerReport) -> None:
    assert (report.quiz, report.article_count, report.question_count) == ("small", 2, 3)
    groups = {group.name: group for group in report.groups}
    assert list(groups)[:3] == ["all", "answerable", "unanswerable"]
    assert {name: group.count for name, group in groups.items()} | {"DATE": 2, "QUANTITY": 1} == {
        name: group.count for name, group in groups.items()
    }
    assert groups["all"].statuses == {"ANSWERED": 2, "NOT_FOUND": 1}
    means = {name: found.mean for name, found in groups["all"].measures.items()}
    assert means.pop("calibration error") < 0.5
    assert means == dict.fromkeys(["EM", "F1", "status", "abstention AUROC", "citation precision", "citation recall"], 1.0)
    assert list(groups["unanswerable"].measures) == ["EM", "F1", "status", "calibration error"]


def test_the_table_has_intervals_and_groups(report: AnswerReport) -> None:
    lines = render_answer_table(report).splitlines()
    assert lines[0] == "small: 3 questions, 2 articles"
    assert lines[2].split() == ["F1", "1.0000", "(1.000", "to", "1.000)"]
    assert [line.split()[0] for line in lines if line.startswith(("NOT_FOUND", "all", "DATE"))] == [
        "NOT_FOUND",
        "all",
        "DATE",
    ]
    assert "unanswerable  1          1.000  1.000  1.000   -" in render_answer_table(report)


def test_questions_may_be_asked_of_their_own_article_alone(tmp_path: Path) -> None:
    rows = [
        {"question": "When was the brewery founded?", "answers": "1887", "article": TEXT, "title": "Fire"},
        {"question": "When was the brewery founded?", "answers": [], "article": OTHER},
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = evaluate_answers(read_quiz(path), own_article=True)
    assert found.groups[0].measures["status"].mean == 1


def test_the_seed_questions_are_measured_on_a_given_archive(
    tmp_path: Path, seed_path: Path, seed_questions: list[dict[str, Any]]
) -> None:
    with Archive.open(tmp_path / "news.db", embedder=None) as archive:
        archive.ingest([seed_path])
        quiz = read_jsonl_quiz(Path(__file__).parents[2] / "gold/seed_questions.jsonl")
        found = evaluate_answers(quiz, archive=archive)
        none = evaluate_answers(replace(quiz, questions=quiz.questions[-2:]), archive=archive, min_confidence=1.0)
        with pytest.raises(InputError, match="leave one of both out"):
            evaluate_answers(quiz, archive=archive, own_article=True)
    assert none.groups[0].statuses == {"NOT_FOUND": 2}
    whole = found.groups[0]
    assert (whole.count, found.article_count) == (len(seed_questions), 1)
    assert whole.measures["status"].mean >= 0.85
    assert whole.measures["EM"].mean >= 0.85
    assert whole.measures["citation recall"].mean >= 0.8
    assert 0 <= whole.measures["status"].low <= whole.measures["status"].mean <= whole.measures["status"].high <= 1


def test_questions_without_an_article_need_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text('{"question": "Who?", "answers": ["me"]}')
    with pytest.raises(InputError, match="give the archive"):
        evaluate_answers(read_quiz(path))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", "", "choose squad or jsonl"),
        ("a.json", '{"data": 3}', "not SQuAD JSON"),
        ("b.json", '{"data": []}', "holds no question"),
        ("a.jsonl", "{}", "a.jsonl:1 is no object"),
        ("b.jsonl", '{"question": "Who?", "answers": ["x"], "status": "MAYBE"}', "'MAYBE' is not a valid AnswerStatus"),
        ("c.jsonl", '{"question": "Who?", "answers": [3]}', "no list of texts"),
        ("d.jsonl", '{"question": " ", "answers": []}', "no text"),
        ("e.jsonl", '{"question": "Who?", "answers": [], "article": 3}', "article is 3"),
    ],
)
def test_files_that_are_no_quiz_are_refused_with_the_reason(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=reason):
        read_quiz(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_quiz(tmp_path / "none.jsonl")


def test_a_misplaced_answer_keeps_its_words_but_no_place(tmp_path: Path) -> None:
    paragraph = {"context": TEXT, "qas": [{"question": "When?", "answers": [{"text": "1887", "answer_start": 3}]}]}
    path = tmp_path / "shifted.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}))
    (question,) = read_squad_quiz(path).questions
    assert (question.answers, question.places) == (("1887",), ())


def test_auroc_has_no_value_for_one_class() -> None:
    assert np.isnan(area_under_roc(np.array([1.0, 2.0]), np.array([True, True])))


def test_a_resampled_interval_holds_the_statistic() -> None:
    values = np.arange(50.0)
    found = resample(lambda drawn: float(np.median(values[drawn])), 50)
    assert found.low < found.mean == 24.5 < found.high
