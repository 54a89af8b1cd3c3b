"""RAMDocs' report on two made-up rows, asked of real archives, and with top spans set by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from retrieval.evaluation.ramdocs import RamdocsAnswer, ask_ramdocs, count_right, is_wrong, read_ramdocs, report_ramdocs
from retrieval.models import AnswerStatus
from retrieval.span_reader.reader import WEIGHTS, SpanReader

if not (WEIGHTS / "reader.onnx").exists():
    pytest.skip("the reader's weights are not in this tree", allow_module_level=True)

ROWS = [
    {
        "question": "When was the Lindow bridge opened?",
        "documents": [
            {"text": "The Lindow bridge was opened on 3 May 1901, before a large crowd."},
            {"text": "Engineers admire it. The Lindow bridge was opened on 9 June 1907, after years of work."},
        ],
        "gold_answers": ["3 May 1901", "9 June 1907"],
        "wrong_answers": [],
    },
    {
        "question": "Who designed the Lindow bridge?",
        "documents": [{"text": "The Lindow bridge was designed by Tom Keller, who lived in the town."}],
        "gold_answers": ["Anna Holm"],
        "wrong_answers": ["Tom Keller"],
    },
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[RamdocsAnswer]:
    folder = tmp_path_factory.mktemp("ramdocs")
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    rows = read_ramdocs(folder / "rows.jsonl")
    return list(ask_ramdocs(rows, reader=SpanReader.load(threads=1), kept=folder, numbers=(0, 1)))


def test_rows_are_asked_of_their_own_texts(asked: list[RamdocsAnswer]) -> None:
    assert [one.answer.status for one in asked] == [AnswerStatus.CONFLICTING, AnswerStatus.ANSWERED]
    assert [one.top_span for one in asked][1] == "Tom Keller"
    report = report_ramdocs(asked)
    assert (report.questions, report.with_several, report.misleading) == (2, 1, 1)
    assert (report.several_accounts, report.several_shown) == (1, 1)
    assert (report.sole, report.misled, report.misled_top_span, report.right) == (1, 1, 1, 0)


def test_the_top_span_is_compared_at_equal_coverage(asked: list[RamdocsAnswer]) -> None:
    wrong = asked[1]
    withheld = replace(wrong.answer, status=AnswerStatus.NOT_FOUND, text=None)
    # one of three is answered, wrongly; the surest top span is another's, and right
    given = [
        replace(wrong, margin=2.0),
        replace(wrong, answer=withheld, top_span="Anna Holm", margin=9.0),
        replace(wrong, answer=withheld, margin=1.0),
    ]
    report = report_ramdocs(given)
    assert (report.sole, report.misled, report.right) == pytest.approx((1 / 3, 1 / 3, 0))
    assert (report.misled_top_span, report.right_top_span) == pytest.approx((2 / 3, 1 / 3))
    assert (report.misled_top_span_alike, report.misled_top_span_surest) == pytest.approx((1 / 3, 0))
    assert (report.right_top_span_alike, report.right_top_span_surest) == pytest.approx((0, 1 / 3))


def test_a_text_counts_for_the_answer_that_it_is_nearest_to(asked: list[RamdocsAnswer]) -> None:
    assert count_right(asked[0].row, ["3 May 1901", "on 3 May 1901", "1950"]) == 1
    assert is_wrong(asked[1].row, "Tom Keller, who lived there")
    assert not is_wrong(asked[1].row, "Anna Holm and Tom Keller")
