"""Questions and passages as the padded arrays that the span model reads."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.training.questions import Question

CLS, SEP = 101, 102
QUESTION_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input and the share of annotators for each token as start and as end; [CLS] holds it where none answers."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    start: NDArray[np.float32]
    end: NDArray[np.float32]


class Features:
    """Turns questions into model inputs; passages are tokenised once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._passages: dict[str, tuple[list[int], list[tuple[int, int]]]] = {}

    def make(self, question: Question, *, max_length: int, chance: random.Random) -> Feature | None:
        """The input of at most ``max_length`` tokens; a longer passage is cropped at random around an answer.

        None where an answer covers no token.
        """
        asked = self._tokenizer.encode(question.text, add_special_tokens=False).ids[:QUESTION_TOKENS]
        ids, offsets = self._tokens(question.passage)
        spans = [_token_span(offsets, start, end) for start, end in question.answers]
        if any(span is None for span in spans):
            return None
        room = max_length - len(asked) - 3
        first = _crop(len(ids), room, [span for span in spans if span is not None], chance)
        window = ids[first : first + room]
        shift = len(asked) + 2 - first
        last = first + len(window)
        inside = [span for span in spans if span is not None and first <= span[0] and span[1] < last]
        if spans and not inside:
            return None
        whole = [CLS, *asked, SEP, *window, SEP]
        start = np.zeros(len(whole), np.float32)
        end = np.zeros(len(whole), np.float32)
        for begin, stop in inside:
            start[begin + shift] += 1 / len(inside)
            end[stop + shift] += 1 / len(inside)
        if not inside:
            start[0] = end[0] = 1.0
        types = np.zeros(len(whole), np.int64)
        types[len(asked) + 2 :] = 1
        return Feature(np.array(whole, np.int64), types, start, end)

    def _tokens(self, passage: str) -> tuple[list[int], list[tuple[int, int]]]:
        if passage not in self._passages:
            encoding = self._tokenizer.encode(passage, add_special_tokens=False)
            self._passages[passage] = (encoding.ids, encoding.offsets)
        return self._passages[passage]


def padded(features: Sequence[Feature]) -> dict[str, NDArray[np.int64] | NDArray[np.float32]]:
    """One batch, padded at the right to its longest member: ids, mask, types, start, end, each [batch, tokens]."""
    width = max(len(feature.ids) for feature in features)
    batch: dict[str, NDArray[np.int64] | NDArray[np.float32]] = {
        "ids": np.zeros((len(features), width), np.int64),
        "mask": np.zeros((len(features), width), np.int64),
        "types": np.zeros((len(features), width), np.int64),
        "start": np.zeros((len(features), width), np.float32),
        "end": np.zeros((len(features), width), np.float32),
    }
    for row, feature in enumerate(features):
        size = len(feature.ids)
        batch["ids"][row, :size] = feature.ids
        batch["mask"][row, :size] = 1
        batch["types"][row, :size] = feature.types
        batch["start"][row, :size] = feature.start
        batch["end"][row, :size] = feature.end
    return batch


def _token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    covered = [index for index, (left, right) in enumerate(offsets) if left < end and start < right]
    return (covered[0], covered[-1]) if covered else None


def _crop(size: int, room: int, spans: list[tuple[int, int]], chance: random.Random) -> int:
    if size <= room:
        return 0
    if not spans:
        return chance.randint(0, size - room)
    begin, stop = chance.choice(spans)
    lowest = max(0, stop + 1 - room)
    highest = min(begin, size - room)
    return chance.randint(lowest, highest) if lowest <= highest else begin
