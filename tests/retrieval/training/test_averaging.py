from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("safetensors", reason="safetensors (extra dev) is missing")

from safetensors.numpy import load_file, save_file

from retrieval.training.averaging import average


def run(folder: Path, name: str, weights: list[float]) -> Path:
    made = folder / name
    made.mkdir()
    save_file({"layer": np.array(weights, np.float32)}, made / "model.safetensors")
    (made / "config.json").write_text(json.dumps({"run": name}))
    (made / "tokenizer.json").write_text("{}")
    return made


def test_weights_are_mixed_by_the_share_of_the_second_run(tmp_path: Path) -> None:
    first, second = run(tmp_path, "a", [0.0, 4.0]), run(tmp_path, "b", [8.0, 0.0])
    average(first, second, share=0.75, out=tmp_path / "new" / "mixed")
    assert load_file(tmp_path / "new" / "mixed" / "model.safetensors")["layer"].tolist() == [6.0, 1.0]


def test_the_rest_of_a_run_is_the_second_ones(tmp_path: Path) -> None:
    first, second = run(tmp_path, "a", [0.0]), run(tmp_path, "b", [1.0])
    average(first, second, share=0.5, out=tmp_path / "mixed")
    assert json.loads((tmp_path / "mixed" / "config.json").read_text()) == {"run": "b"}
    assert (tmp_path / "mixed" / "tokenizer.json").read_text() == "{}"
