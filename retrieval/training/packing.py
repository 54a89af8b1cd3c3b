"""Weights small enough to carry to another machine: integers with a scale for each row, which fine-tuning mends.

``python -m retrieval.training.packing model.safetensors --out FILE --parts 2`` writes ``FILE.0`` and ``FILE.1``.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

Weights = Mapping[str, NDArray[np.float32]]
_VALUES, _SCALES, _PLAIN = "values.", "scales.", "plain."


def pack(weights: Weights, *, bits: int = 7) -> bytes:
    """The weights as a compressed ``.npz``: matrices as integers of ``bits`` bits (sign included), the rest as float16."""
    most = 2 ** (bits - 1) - 1
    arrays: dict[str, NDArray[np.int8] | NDArray[np.float16]] = {}
    for name, values in weights.items():
        if values.ndim < 2:
            arrays[_PLAIN + name] = values.astype(np.float16)
            continue
        scales = np.maximum(np.abs(values).max(1, keepdims=True), 1e-8) / most
        arrays[_SCALES + name] = scales.astype(np.float16)
        arrays[_VALUES + name] = np.rint(values / scales).astype(np.int8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpack(packed: bytes) -> dict[str, NDArray[np.float32]]:
    """The weights again, as near as the bits allow."""
    weights = {}
    with np.load(io.BytesIO(packed)) as arrays:
        for name in arrays.files:
            if name.startswith(_PLAIN):
                weights[name.removeprefix(_PLAIN)] = arrays[name].astype(np.float32)
            elif name.startswith(_VALUES):
                own = name.removeprefix(_VALUES)
                weights[own] = arrays[name].astype(np.float32) * arrays[_SCALES + own].astype(np.float32)
    return weights


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a ``.safetensors`` file, or of packed parts ``path.0``, ``path.1``, …"""
    if path.suffix == ".safetensors":
        return {name: values.astype(np.float32) for name, values in load_file(path).items() if values.dtype.kind == "f"}
    return unpack(b"".join(part.read_bytes() for part in part_paths(path)))


def part_paths(path: Path) -> Sequence[Path]:
    """The parts of a file, in order."""
    return sorted(path.parent.glob(f"{path.name}.[0-9]"))


def write_parts(content: bytes, path: Path, *, parts: int) -> None:
    """Writes ``path.0``, ``path.1``, …, of about equal size."""
    size = -(-len(content) // parts)
    for number in range(parts):
        path.with_name(f"{path.name}.{number}").write_bytes(content[number * size : (number + 1) * size])


def main() -> None:
    """Reads the command line and packs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, help="a .safetensors file")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--bits", type=int, default=7)
    given = parser.parse_args()
    write_parts(pack(read_weights(given.weights), bits=given.bits), given.out, parts=given.parts)


if __name__ == "__main__":
    main()
