"""Whether an answer is the expected one: status, words, typed value and sides."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.models import (
    Account,
    Answer,
    AnswerStatus,
    Attribution,
    BooleanValue,
    DateValue,
    EntityValue,
    QuantityValue,
)

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_STEADY_F1 = 0.8


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """What is right of one answer; ``f1`` is the best token F1 with an accepted answer (1 where none is expected)."""

    status: bool
    answer: bool
    value: bool
    accounts: bool
    f1: float

    @property
    def right(self) -> bool:
        """True when the status is right, and with it the words or the value, and both sides of a dispute."""
        return self.status and (self.answer or self.value) and self.accounts


def score_question(answer: Answer, expected: dict[str, Any]) -> QuestionScore:
    """Compare an answer with a row of ``seed_questions.jsonl``: status, answers, value, accounts.

    Words are right when they equal an accepted answer after the normalisation of SQuAD (Rajpurkar et al. 2016), or overlap
    with F1 of at least .8.
    """
    accepted: list[str] = expected.get("answers", [])
    f1 = max((token_f1(answer.text or "", text) for text in accepted), default=1.0)
    return QuestionScore(
        status=answer.status.value == expected["status"],
        answer=not (accepted or "value" in expected) or (bool(accepted) and f1 >= _STEADY_F1),
        value="value" in expected and _value_is(answer, expected["value"]),
        accounts=all(
            _has_account(answer.accounts, account) for account in expected.get("accounts", []) if _is_side(account)
        ),
        f1=f1 if answer.status is not AnswerStatus.NOT_FOUND or not accepted else 0.0,
    )


def normalize(text: str) -> list[str]:
    """Lower-case words without articles and punctuation."""
    plain = "".join(" " if c in string.punctuation and c not in ",.%" else c for c in text.lower())
    bare = plain.replace(",", "").replace(".", "") if not re.search(r"\d", plain) else plain.replace(",", "")
    return _ARTICLES.sub(" ", bare).split()


def token_f1(given: str, accepted: str) -> float:
    """F1 of the two bags of words."""
    one, two = normalize(given), normalize(accepted)
    shared = sum((Counter(one) & Counter(two)).values())
    return 2 * shared / (len(one) + len(two)) if shared else 0.0


def _value_is(answer: Answer, expected: dict[str, Any]) -> bool:
    value = answer.value
    if isinstance(value, EntityValue) and "entity" in expected:
        return any(normalize(value.entity.name) == normalize(name) for name in expected["entity"])
    if isinstance(value, QuantityValue) and "quantity" in expected:
        return bool(value.value == expected["quantity"])
    if isinstance(value, DateValue) and "date" in expected and value.time.start is not None:
        return value.time.start.isoformat().startswith(str(expected["date"]))
    return isinstance(value, BooleanValue) and value.value is expected.get("boolean")


def _is_side(account: dict[str, Any]) -> bool:
    return account["stance"] in {"ASSERTED", "REPORTED", "DENIED"}


def _has_account(accounts: Sequence[Account], expected: dict[str, Any]) -> bool:
    speakers = {word for speaker in expected["speakers"] for word in [" ".join(normalize(speaker))]}
    affirming = {"ASSERTED", "REPORTED", "ALLEGED"}
    for account in accounts:
        same = account.stance.value == expected["stance"] or {account.stance.value, expected["stance"]} <= affirming
        if same and any(" ".join(normalize(name)) in speakers for c in account.claims for name in _sources(c.attribution)):
            return True
    return False


def _sources(attribution: Attribution) -> list[str]:
    return [attribution.source_text, *(_sources(attribution.via) if attribution.via is not None else [])]
