"""Weights packed to carry are nearly the same after it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrieval.training.packing import pack, part_paths, read_weights, unpack, write_parts


def test_matrices_come_back_within_half_a_step_of_their_row() -> None:
    weights = np.random.default_rng(0).normal(0, 1, (5, 40)).astype(np.float32)
    again = unpack(pack({"layer": weights}, bits=7))["layer"]
    steps = np.abs(weights).max(1, keepdims=True) / 63
    assert np.all(np.abs(again - weights) <= 0.52 * steps)


def test_vectors_keep_half_precision() -> None:
    bias = np.array([0.5, -3.25], np.float32)
    assert unpack(pack({"bias": bias}))["bias"].tolist() == [0.5, -3.25]


def test_parts_are_read_as_one_file(tmp_path: Path) -> None:
    packed = pack({"layer": np.ones((3, 4), np.float32)})
    write_parts(packed, tmp_path / "weights", parts=3)
    assert [path.name for path in part_paths(tmp_path / "weights")] == ["weights.0", "weights.1", "weights.2"]
    assert np.allclose(read_weights(tmp_path / "weights")["layer"], 1, atol=1e-3)
