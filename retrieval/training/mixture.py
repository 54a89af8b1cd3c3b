"""The mixture of training questions: sources in fixed shares, part of them made unanswerable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from retrieval.training.negatives import HardNegatives
from retrieval.training.questions import Question, read_qed, read_squad, read_timeqa

SHARES = {"wiki": 0.45, "qed": 0.10, "timeqa": 0.06, "reddit": 0.23, "amazon": 0.16}


def read_training_questions(folder: Path) -> dict[str, list[Question]]:
    """All training questions by source, from the folder ``reader_train``."""
    return {
        "wiki": list(read_squad(folder / "new_wiki.json", source="wiki")),
        "reddit": list(read_squad(folder / "reddit.json", source="reddit")),
        "amazon": list(read_squad(folder / "amazon_reviews.json", source="amazon")),
        "qed": list(read_qed(folder / "qed_nq.jsonl")),
        "timeqa": list(read_timeqa(folder / "timeqa_human_train.json")),
    }


class Mixture:
    """Draws questions without end; each source runs through all its questions before one comes again."""

    def __init__(self, questions: dict[str, list[Question]], *, chance: random.Random) -> None:
        self._chance = chance
        self._negatives = HardNegatives([question for some in questions.values() for question in some])
        self._rounds = {source: _rounds(some, chance) for source, some in questions.items()}

    def draw(self, *, unanswerable_share: float) -> Question:
        """The next question; this share of the answerable ones is made unanswerable."""
        source = self._chance.choices(list(SHARES), list(SHARES.values()))[0]
        question = next(self._rounds[source])
        if question.answers and self._chance.random() < unanswerable_share:
            return self._negatives.draw(question, self._chance) or question
        return question


def _rounds(questions: Sequence[Question], chance: random.Random) -> Iterator[Question]:
    order = list(questions)
    while True:
        chance.shuffle(order)
        yield from order
