"""ClapNQ (Rosenthal et al. 2024): questions of Natural Questions with a passage that answers them, or does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from retrieval.text.detokenisation import detokenise


@dataclass(frozen=True, slots=True)
class ClapRow:
    """A question with its passage, detokenised, the title of its page, and the sentences that the answer rests on."""

    question: str
    title: str
    passage: str
    sentences: tuple[str, ...]

    @property
    def is_answerable(self) -> bool:
        """Whether the passage answers."""
        return bool(self.sentences)


def read_clapnq(folder: Path) -> list[ClapRow]:
    """The questions of ClapNQ dev, two answerable and not in turn, so that every second row is a fair half."""
    rows = []
    for name in ("answerable", "unanswerable"):
        lines = (folder / f"clapnq_dev_{name}.jsonl").read_text("utf-8").splitlines()
        rows.append([_read(json.loads(line), is_answerable=name == "answerable") for line in lines])
    halves = zip(rows[0][::2], rows[1][::2], rows[0][1::2], rows[1][1::2], strict=True)
    return [row for a, b, c, d in halves for row in (a, c, b, d)]


def _read(item: dict[str, object], *, is_answerable: bool) -> ClapRow:
    sentences = [s for output in item["output"] for s in output["selected_sentences"]] if is_answerable else []  # type: ignore[attr-defined]
    page = item["passages"][0]  # type: ignore[index]
    return ClapRow(
        str(item["input"]), page["title"], detokenise(page["text"])[0], tuple(detokenise(s)[0] for s in sentences)
    )
