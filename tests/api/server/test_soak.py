"""A short run of `tests.benchmarks.soak`: what it promises of 200 clients in a minute, of a few in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.soak import soak


def test_clients_hang_up_and_processes_are_killed_and_nothing_acknowledged_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    report = soak(tmp_path, clients=20, seconds=6, pause=0.3, workers=2, articles=30)
    assert report.hung_up
    assert report.acknowledged
    assert report.lost == []
    assert report.is_queue_done
    assert set(report.statuses) <= {"200", "503"}
    assert report.statuses["200"] > 50
