"""Measures of reading and abstention, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation.measures import area_under_roc, calibration_error, exact_match, fit_platt, word_f1


def test_exact_match_ignores_case_articles_and_punctuation() -> None:
    assert exact_match("The Eiffel Tower.", ["eiffel tower"]) == 1.0
    assert exact_match("Eiffel", ["eiffel tower"]) == 0.0


@pytest.mark.parametrize(
    ("answer", "f1"),
    [("eiffel tower", 1.0), ("the old eiffel tower", 0.8), ("Paris", 0.0), ("", 0.0)],
    ids=["equal", "one word more", "other", "empty"],
)
def test_f1_counts_shared_words(answer: str, f1: float) -> None:
    assert word_f1(answer, ["London", "the Eiffel Tower"]) == pytest.approx(f1)


def test_auroc_counts_ties_half() -> None:
    scores = np.array([3.0, 1.0, 1.0, 0.0])
    assert area_under_roc(scores, np.array([True, True, False, False])) == pytest.approx(0.875)


def test_calibration_error_of_a_sure_and_wrong_model_is_large() -> None:
    assert calibration_error(np.full(4, 0.95), np.array([False] * 4)) == pytest.approx(0.95)
    assert calibration_error(np.full(4, 0.75), np.array([True, True, True, False])) == pytest.approx(0.0)


def test_platt_recovers_a_logistic_curve() -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(0, 3, 20_000)
    labels = chance.random(20_000) < 1 / (1 + np.exp(-(0.8 * scores - 0.5)))
    slope, offset = fit_platt(scores, labels)
    assert slope == pytest.approx(0.8, abs=0.05)
    assert offset == pytest.approx(-0.5, abs=0.05)
