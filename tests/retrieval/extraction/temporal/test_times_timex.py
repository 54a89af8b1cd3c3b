"""Floors on the date expressions of Recognizers-Text; see `retrieval.evaluation.timex` for which rows count and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.evaluation.timex import is_right, timex_rows


@pytest.mark.data
def test_date_expressions_are_read_as_recognizers_text_reads_them(data: Path) -> None:
    rows = timex_rows(data / "timex/DateTimeModel.json")
    assert {name: len(some) for name, some in rows.items()} == {
        "all": 556,
        "news": 377,
        "comparable": 331,
        "looked at": 270,
        "held apart": 286,
    }
    shares = {name: sum(map(is_right, some)) / len(some) for name, some in rows.items()}
    print("timex exact:", {name: round(share, 3) for name, share in shares.items()})
    floors = {"all": 0.76, "news": 0.82, "comparable": 0.86, "looked at": 0.81, "held apart": 0.71}
    assert {name for name, floor in floors.items() if shares[name] < floor} == set()
