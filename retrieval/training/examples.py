"""Training questions as arrays of token ids, kept in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_ALTERED = "altered."


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Rows of different lengths in one array: row ``n`` is ``values[starts[n] : starts[n + 1]]``."""

    values: NDArray[np.uint16]
    starts: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Self:
        """The rows, whose numbers are below 65,536."""
        starts = np.zeros(len(rows) + 1, np.int32)
        starts[1:] = np.cumsum([len(row) for row in rows])
        return cls(np.array([value for row in rows for value in row], np.uint16), starts)

    def __getitem__(self, number: int) -> NDArray[np.int64]:
        return self.values[self.starts[number] : self.starts[number + 1]].astype(np.int64)

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Questions, one a row, with their passages.

    ``source`` counts among ``sources`` and ``passage`` among ``passages``, whose rows are token ids, as are those of
    ``questions`` and of ``altered`` (by kind of alteration, empty where it could not be made). ``spans`` are the
    answers, first and last token in turn; ``telling`` the tokens (first, and one past the last) of the sentences without
    which the passage does not answer; ``negatives`` [questions, 6] are passages that do not answer, -1 where there are
    fewer.
    """

    sources: tuple[str, ...]
    source: NDArray[np.uint8]
    passage: NDArray[np.int32]
    passages: Ragged
    questions: Ragged
    spans: Ragged
    telling: Ragged
    altered: dict[str, Ragged]
    negatives: NDArray[np.int32]

    def save(self, path: Path) -> None:
        """Writes an ``.npz`` file."""
        ragged = {name: getattr(self, name) for name in ("passages", "questions", "spans", "telling")}
        ragged |= {f"{_ALTERED}{kind}": rows for kind, rows in self.altered.items()}
        arrays: dict[str, NDArray[Any]] = {
            "sources": np.array(self.sources),
            "source": self.source,
            "passage": self.passage,
            "negatives": self.negatives,
        }
        for name, rows in ragged.items():
            arrays[f"{name}.values"], arrays[f"{name}.starts"] = rows.values, rows.starts
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote."""
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}

        kinds = [name.split(".")[1] for name in arrays if name.startswith(_ALTERED) and name.endswith(".starts")]

        def ragged(name: str) -> Ragged:
            return Ragged(arrays[f"{name}.values"], arrays[f"{name}.starts"])

        return cls(
            sources=tuple(str(source) for source in arrays["sources"]),
            source=arrays["source"],
            passage=arrays["passage"],
            passages=ragged("passages"),
            questions=ragged("questions"),
            spans=ragged("spans"),
            telling=ragged("telling"),
            altered={kind: ragged(_ALTERED + kind) for kind in kinds},
            negatives=arrays["negatives"],
        )
