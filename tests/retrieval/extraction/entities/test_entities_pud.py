"""Names in UNER's English PUD: one floor for all and one for each type; the protocol is in `retrieval.evaluation.pud`."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.evaluation.pud import score_pud

_FLOORS = {"ALL": 0.675, "PER": 0.72, "LOC": 0.725, "ORG": 0.48}


@pytest.mark.data
def test_names_of_pud(data: Path) -> None:
    scores = score_pud(data / "ner" / "en_pud-ud-test.iob2")
    print({kind: round(score, 3) for kind, score in scores.items()})
    assert {kind: score for kind, score in scores.items() if score < _FLOORS[kind]} == {}
