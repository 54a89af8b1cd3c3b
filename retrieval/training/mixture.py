"""The sources of training questions, how often each is drawn, and how often its questions are made unanswerable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retrieval.training.questions import Question, read_jsonl, read_qed, read_squad, read_timeqa


@dataclass(frozen=True, slots=True)
class Share:
    """``draws`` is the source's share of all questions drawn, ``unanswerable`` the part of its answerable ones that is
    made unanswerable.
    """

    draws: float
    unanswerable: float


SHARES = {
    "squad": Share(0.33, 0.40),
    "wiki": Share(0.16, 0.40),
    "reddit": Share(0.10, 0.30),
    "qamr": Share(0.09, 0.20),
    "qasrl": Share(0.08, 0.15),
    "nq": Share(0.075, 0.35),
    "amazon": Share(0.05, 0.25),
    "qed": Share(0.05, 0.30),
    "timeqa": Share(0.04, 0.20),
    "qanom": Share(0.015, 0.15),
    "policy": Share(0.01, 0.20),
}
_SECOND = ("squad", "nq", "qamr", "qasrl", "qanom", "policy")


def read_training_questions(data: Path) -> dict[str, list[Question]]:
    """All training questions by source, from the folders ``reader_train`` and ``reader_train_2`` of ``data``."""
    first, second = data / "reader_train", data / "reader_train_2"
    return {
        "wiki": list(read_squad(first / "new_wiki.json", source="wiki")),
        "reddit": list(read_squad(first / "reddit.json", source="reddit")),
        "amazon": list(read_squad(first / "amazon_reviews.json", source="amazon")),
        "qed": list(read_qed(first / "qed_nq.jsonl")),
        "timeqa": list(read_timeqa(first / "timeqa_human_train.json")),
        **{source: list(read_jsonl(second / f"{source}.jsonl.gz", source=source)) for source in _SECOND},
    }
