"""Fitting and measuring confidence, on questions whose chances are known."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation.confidence import Asked, feature_names, measure, rescale

NAMES = feature_names()


def asked(margin: float, *, right: bool, is_answerable: bool = True) -> Asked:
    """A question with one proposal, of which only the margin and the offset tell."""
    values = np.zeros((1, len(NAMES)))
    values[0, NAMES.index("margin")] = margin
    values[0, NAMES.index("offset")] = 1.0
    credit = np.array([1.0 if right else 0.0])
    return Asked("xquad", 0, "?", values, credit, ("it",), is_answerable, by_sentence=False)


def weights(slope: float, offset: float) -> dict[str, float]:
    return {name: {"margin": slope, "offset": offset}.get(name, 0.0) for name in NAMES}


def test_rescaling_finds_how_often_the_best_is_right() -> None:
    chance = np.random.default_rng(1)
    margins = chance.normal(0, 2, 4000)
    right = chance.random(4000) < 1 / (1 + np.exp(-(1.5 * margins - 1)))
    rows = [asked(float(margin), right=bool(is_right)) for margin, is_right in zip(margins, right, strict=True)]
    found = rescale(rows, weights(0.2, 2.0))
    assert found["margin"] == pytest.approx(1.5, abs=0.15)
    assert found["offset"] == pytest.approx(-1.0, abs=0.15)
    assert measure(rows, found).calibration_error < 0.03 < measure(rows, weights(0.2, 2.0)).calibration_error


def test_statuses_count_what_is_withheld_and_what_is_wrong() -> None:
    rows = [
        asked(1.0, right=True),
        asked(1.0, right=False),
        asked(1.0, right=False, is_answerable=False),
        asked(-1.0, right=True),
        asked(-1.0, right=False, is_answerable=False),
    ]
    scores = measure(rows, weights(1.0, 0.0))
    status, net = next((status, net) for least, status, net in scores.statuses if least == 0.5)
    assert status == pytest.approx(3 / 5)
    assert net == pytest.approx(-1 / 5)
    assert scores.f1 == pytest.approx(2 / 3)
