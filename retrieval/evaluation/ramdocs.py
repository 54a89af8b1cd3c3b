"""How answers hold up where documents disagree: RAMDocs (Wang et al. 2025, MIT), questions with several right answers.

Each question's documents are an archive of their own. `python -m retrieval.evaluation.ramdocs RAMDocs.jsonl` prints a
report.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.answering.reader import SpanReader
from retrieval.archive import Archive
from retrieval.evaluation.questions import normalize, token_f1
from retrieval.models import Answer, AnswerStatus, ArticleInput

_CLOSE = 0.6


@dataclass(frozen=True, slots=True)
class RamdocsQuestion:
    """A question with the texts that bear on it, its right answers (several), and the wrong ones that texts give."""

    question: str
    texts: tuple[str, ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RamdocsReport:
    """Shares, each from 0 to 1. ``several_*`` are of the questions ``with_several`` right answers, ``misled*`` of the
    ``misleading`` ones, where a text gives a wrong answer.

    ``several_shown``: at least two right answers among accounts and candidates; ``several_accounts``: among the accounts
    of a CONFLICTING answer. ``misled``: a wrong answer is the only one given; ``misled_top_span`` the same of the reader's
    best span over all texts, given always; ``misled_top_span_when_answered`` where the archive does not abstain.
    """

    questions: int
    with_several: int
    misleading: int
    answered: float
    conflicting: float
    several_shown: float
    several_accounts: float
    misled: float
    misled_top_span: float
    misled_top_span_when_answered: float


def read_ramdocs(path: Path) -> list[RamdocsQuestion]:
    """The rows of ``RAMDocs.jsonl``."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        RamdocsQuestion(
            row["question"],
            tuple(dict.fromkeys(document["text"] for document in row["documents"])),
            tuple(row["gold_answers"]),
            tuple(dict.fromkeys(row["wrong_answers"])),
        )
        for row in rows
    ]


def evaluate_ramdocs(
    questions: Sequence[RamdocsQuestion], *, reader: SpanReader, on_progress: Callable[[int, int], None] | None = None
) -> RamdocsReport:
    """Ask each question of an archive of its texts alone, and compare with the reader's best span over them."""
    given: list[tuple[RamdocsQuestion, Answer, str]] = []
    for number, row in enumerate(questions):
        readings = reader.read(row.question, row.texts, top_k=1)
        top = row.texts[readings[0].passage][readings[0].start : readings[0].end] if readings else ""
        given.append((row, _ask(row), top))
        if on_progress is not None:
            on_progress(number + 1, len(questions))
    several = [(row, answer) for row, answer, _ in given if len(row.right) > 1]
    misleading = [(row, answer, top) for row, answer, top in given if row.wrong]
    return RamdocsReport(
        questions=len(given),
        with_several=len(several),
        misleading=len(misleading),
        answered=_share(answer.status is AnswerStatus.ANSWERED for _, answer, _ in given),
        conflicting=_share(answer.status is AnswerStatus.CONFLICTING for _, answer, _ in given),
        several_shown=_share(count_right(row, _shown(answer)) >= 2 for row, answer in several),
        several_accounts=_share(count_right(row, _accounts(answer)) >= 2 for row, answer in several),
        misled=_share(_is_misled(row, answer) for row, answer, _ in misleading),
        misled_top_span=_share(is_wrong(row, top) for row, _, top in misleading),
        misled_top_span_when_answered=_share(
            is_wrong(row, top) and answer.status is not AnswerStatus.NOT_FOUND for row, answer, top in misleading
        ),
    )


def _ask(row: RamdocsQuestion) -> Answer:
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(Path(folder) / "news.db", embedder=None) as archive,
    ):
        archive.ingest_articles(ArticleInput(text=text, url=f"text:{n}") for n, text in enumerate(row.texts))
        return archive.ask(row.question)


def count_right(row: RamdocsQuestion, texts: Iterable[str]) -> int:
    """How many of the right answers ``texts`` give, each text counted for the one that it is nearest to."""
    found = set()
    for text in texts:
        best = max(row.right, key=lambda right: token_f1(text, right))
        if _gives(text, best):
            found.add(best)
    return len(found)


def is_wrong(row: RamdocsQuestion, text: str) -> bool:
    """Whether a text gives a wrong answer and no right one."""
    return any(_gives(text, wrong) for wrong in row.wrong) and not any(_gives(text, right) for right in row.right)


def _gives(text: str, answer: str) -> bool:
    """Whether a text is the answer (F1 of .6 or more) or holds it word by word."""
    return token_f1(text, answer) >= _CLOSE or f" {' '.join(normalize(answer))} " in f" {' '.join(normalize(text))} "


def _shown(answer: Answer) -> list[str]:
    return [*_accounts(answer), *(candidate.text for candidate in answer.candidates)]


def _accounts(answer: Answer) -> list[str]:
    if answer.status is not AnswerStatus.CONFLICTING:
        return []
    return [account.citations[0].text for account in answer.accounts]


def _is_misled(row: RamdocsQuestion, answer: Answer) -> bool:
    return answer.status is AnswerStatus.ANSWERED and is_wrong(row, answer.text or "")


def _share(marks: Iterable[bool]) -> float:
    held = list(marks)
    return sum(held) / len(held) if held else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report on a file, or on its first ``--limit`` questions."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--limit", type=int, default=None)
    chosen = parser.parse_args(arguments)
    rows = read_ramdocs(chosen.path)[chosen.first :][: chosen.limit]
    report = evaluate_ramdocs(rows, reader=SpanReader.load())
    for name in RamdocsReport.__dataclass_fields__:
        sys.stdout.write(f"{name} {getattr(report, name):.4g}\n")


if __name__ == "__main__":
    main()
