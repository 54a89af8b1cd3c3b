"""How answers hold up where documents disagree: RAMDocs (Wang et al. 2025, MIT), questions with several right answers.

Each question's documents are an archive of their own. `python -m retrieval.evaluation.ramdocs RAMDocs.jsonl` prints a
report.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from retrieval.archive import Archive
from retrieval.evaluation.questions import normalize, token_f1
from retrieval.models import Answer, AnswerStatus, ArticleInput
from retrieval.span_reader.reader import SpanReader

_CLOSE = 0.6


@dataclass(frozen=True, slots=True)
class RamdocsQuestion:
    """A question with the texts that bear on it, its right answers (several), and the wrong ones that texts give."""

    question: str
    texts: tuple[str, ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RamdocsAnswer:
    """What the archive answers, and the reader's best span over all texts with its margin over "no answer"."""

    row: RamdocsQuestion
    answer: Answer
    top_span: str
    margin: float

    @property
    def is_sole(self) -> bool:
        """Whether one answer is given, and no other beside it."""
        return self.answer.status is AnswerStatus.ANSWERED


@dataclass(frozen=True, slots=True)
class RamdocsReport:
    """Shares, each from 0 to 1. ``several_*`` are of the questions ``with_several`` right answers, ``sole``, ``misled*``
    and ``right*`` of the ``misleading`` ones, where a text gives a wrong answer.

    ``several_shown``: at least two right answers among accounts and candidates; ``several_accounts``: among the accounts
    of a CONFLICTING answer. ``sole``: one answer is given (ANSWERED); ``misled``: and it is a wrong one; ``right``: and it
    is a right one. ``*_top_span`` are the same of the reader's best span over all texts, given always;
    ``*_top_span_alike`` of it where the archive gives one answer; ``*_top_span_surest`` of it on as many questions as the
    archive gives one answer to, those where its margin is highest.
    """

    questions: int
    with_several: int
    misleading: int
    answered: float
    conflicting: float
    several_shown: float
    several_accounts: float
    sole: float
    misled: float
    misled_top_span: float
    misled_top_span_alike: float
    misled_top_span_surest: float
    right: float
    right_top_span: float
    right_top_span_alike: float
    right_top_span_surest: float


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


def ask_ramdocs(
    questions: Sequence[RamdocsQuestion], *, reader: SpanReader, kept: Path, numbers: Iterable[int]
) -> Iterator[RamdocsAnswer]:
    """Ask each question of an archive of its texts alone. The archives stay in ``kept``, named by ``numbers``."""
    for number, row in zip(numbers, questions, strict=True):
        with Archive.open(kept / f"{number}.db", embedder=None) as archive:
            if archive.count_articles() < len(row.texts):
                archive.ingest_articles(ArticleInput(text=text, url=f"text:{n}") for n, text in enumerate(row.texts))
            answer = archive.ask(row.question)
        readings = reader.read(row.question, row.texts, top_k=1)
        top = row.texts[readings[0].passage][readings[0].start : readings[0].end] if readings else ""
        yield RamdocsAnswer(row, answer, top, readings[0].margin if readings else -inf)


def report_ramdocs(given: Sequence[RamdocsAnswer]) -> RamdocsReport:
    """The shares of these answers."""
    several = [one for one in given if len(one.row.right) > 1]
    misleading = [one for one in given if one.row.wrong]
    sole = [one for one in misleading if one.is_sole]
    surest = sorted(misleading, key=lambda one: -one.margin)[: len(sole)]

    def share(some: Sequence[RamdocsAnswer], mark: Callable[[RamdocsQuestion, str], bool]) -> float:
        return sum(mark(one.row, one.top_span) for one in some) / max(1, len(misleading))

    return RamdocsReport(
        questions=len(given),
        with_several=len(several),
        misleading=len(misleading),
        answered=_share(one.is_sole for one in given),
        conflicting=_share(one.answer.status is AnswerStatus.CONFLICTING for one in given),
        several_shown=_share(count_right(one.row, _shown(one.answer)) >= 2 for one in several),
        several_accounts=_share(count_right(one.row, _accounts(one.answer)) >= 2 for one in several),
        sole=_share(one.is_sole for one in misleading),
        misled=_share(one.is_sole and is_wrong(one.row, one.answer.text or "") for one in misleading),
        misled_top_span=share(misleading, is_wrong),
        misled_top_span_alike=share(sole, is_wrong),
        misled_top_span_surest=share(surest, is_wrong),
        right=_share(one.is_sole and is_right(one.row, one.answer.text or "") for one in misleading),
        right_top_span=share(misleading, is_right),
        right_top_span_alike=share(sole, is_right),
        right_top_span_surest=share(surest, is_right),
    )


def count_right(row: RamdocsQuestion, texts: Iterable[str]) -> int:
    """How many of the right answers ``texts`` give, each text counted for the one that it is nearest to."""
    found = set()
    for text in texts:
        best = max(row.right, key=lambda right: token_f1(text, right))
        if _gives(text, best):
            found.add(best)
    return len(found)


def is_right(row: RamdocsQuestion, text: str) -> bool:
    """Whether a text gives a right answer."""
    return any(_gives(text, right) for right in row.right)


def is_wrong(row: RamdocsQuestion, text: str) -> bool:
    """Whether a text gives a wrong answer and no right one."""
    return any(_gives(text, wrong) for wrong in row.wrong) and not is_right(row, text)


def _gives(text: str, answer: str) -> bool:
    """Whether a text is the answer (F1 of .6 or more) or holds it word by word."""
    return token_f1(text, answer) >= _CLOSE or f" {' '.join(normalize(answer))} " in f" {' '.join(normalize(text))} "


def _shown(answer: Answer) -> list[str]:
    return [*_accounts(answer), *(candidate.text for candidate in answer.candidates)]


def _accounts(answer: Answer) -> list[str]:
    if answer.status is not AnswerStatus.CONFLICTING:
        return []
    return [account.citations[0].text for account in answer.accounts]


def _share(marks: Iterable[bool]) -> float:
    held = list(marks)
    return sum(held) / len(held) if held else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report on a file: on its development half (even rows), and on its test half (odd rows)."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--kept", type=Path, default=None, help="a folder to keep the archives in, for a further run")
    parser.add_argument("--half", choices=("development", "test"), default=None, help="this half alone")
    chosen = parser.parse_args(arguments)
    rows, reader = read_ramdocs(chosen.path), SpanReader.load(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        kept = chosen.kept or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        for first, half in enumerate(("development", "test")):
            if chosen.half in {None, half}:
                numbers = range(first, len(rows), 2)
                given = list(ask_ramdocs(rows[first::2], reader=reader, kept=kept, numbers=numbers))
                report = report_ramdocs(given)
                sys.stdout.write(f"{half}\n")
                for name in RamdocsReport.__dataclass_fields__:
                    sys.stdout.write(f"  {name} {getattr(report, name):.4g}\n")


if __name__ == "__main__":
    main()
