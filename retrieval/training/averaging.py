"""Averages the weights of two runs: ``python -m retrieval.training.averaging --first A --second B --share 0.75 --out RUN``.

A run that goes on from another lies in the same basin; their average reads better than either and costs no more (weight
averaging, Izmailov et al. 2018; model soups, Wortsman et al. 2022).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors.numpy import load_file, save_file

_MODEL = "model.safetensors"


def average(first: Path, second: Path, *, share: float, out: Path) -> None:
    """Write a run whose weights are ``share`` (0 to 1) of the second's and the rest of the first's."""
    one, two = load_file(first / _MODEL), load_file(second / _MODEL)
    out.mkdir(parents=True, exist_ok=True)
    mixed = {name: (1 - share) * one[name] + share * two[name] for name in two}
    save_file(mixed, out / _MODEL, metadata={"format": "pt"})
    for name in ("config.json", "tokenizer.json"):
        shutil.copyfile(second / name, out / name)


def main() -> None:
    """Reads the command line and averages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=Path, required=True, help="the folder of a finished run")
    parser.add_argument("--second", type=Path, required=True, help="the folder of the run that went on from it")
    parser.add_argument("--share", type=float, default=0.75, help="the second's share")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    average(given.first, given.second, share=given.share, out=given.out)


if __name__ == "__main__":
    main()
