"""ClapNQ (Rosenthal et al. 2024): questions of Natural Questions with a passage that answers them, or does not."""

from __future__ import annotations

import json
from pathlib import Path

from retrieval.training.detokenisation import detokenise


def read_clapnq(folder: Path) -> list[tuple[str, str, bool]]:
    """The questions of ClapNQ with their passage, detokenised, and whether it answers; answerable and not in turn."""
    rows = []
    for name, answers in (("answerable", True), ("unanswerable", False)):
        lines = (folder / f"clapnq_dev_{name}.jsonl").read_text("utf-8").splitlines()
        items = [json.loads(line) for line in lines]
        rows.append([(item["input"], detokenise(item["passages"][0]["text"])[0], answers) for item in items])
    # Two of each kind in turn, so that every second row is a fair half.
    halves = zip(rows[0][::2], rows[1][::2], rows[0][1::2], rows[1][1::2], strict=True)
    return [pair for a, b, c, d in halves for pair in (a, c, b, d)]
