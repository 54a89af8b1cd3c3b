"""Texts for benchmarks of search, made up and real; 20 passages an article.

The vectors of either are random unit vectors, since embedding a million passages takes hours on two cores.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count, cycle, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval import Block, BlockKind, DatePrecision, PublicationDate, PublicationSource, Span
from retrieval.embedding.embedder import Vectors
from retrieval.evaluation.ecbplus import read_ecbplus
from retrieval.models.prepared import PreparedArticle

PER_ARTICLE = 20


class RandomVectors:
    """A unit vector for each text, the same for the same text."""

    name = "random"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.empty((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
            made[row] = np.random.Generator(np.random.SFC64(seed)).standard_normal(384, np.float32)
        normed: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
        return normed


class Texts(Protocol):
    """What is searched, and what for."""

    def passages(self, count: int) -> Iterator[str]:
        """So many passages, the same every time."""
        ...

    def queries(self, count: int) -> list[str]:
        """So many queries, the same every time."""
        ...


class RealTexts:
    """The paragraphs of SQuADShifts (new Wikipedia, Reddit, reviews) and their questions, from DATELINE_DATA."""

    def __init__(self) -> None:
        self._paragraphs: dict[str, None] = {}
        self._questions: list[str] = []
        for path in sorted(Path(os.environ["DATELINE_DATA"], "reader_train").glob("[!t]*.json")):
            for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
                for paragraph in article["paragraphs"]:
                    self._paragraphs[paragraph["context"]] = None
                    self._questions += [one["question"] for one in paragraph["qas"]]

    def passages(self, count: int) -> Iterator[str]:
        """The first so many."""
        return islice(self._paragraphs, count)

    def queries(self, count: int) -> list[str]:
        """So many of all."""
        return random.Random(2).sample(self._questions, count)


class AskedTexts:
    """Made-up paragraphs of real sentences, five drawn from those of `RealTexts`, and the questions of XQuAD.

    What answers those is in `asked_articles`, which an archive holds beside the paragraphs.
    """

    def passages(self, count: int) -> Iterator[str]:
        """So many paragraphs, the same every time."""
        chance = random.Random(3)
        paragraphs = RealTexts().passages(sys.maxsize)
        sentences = [one for text in paragraphs for one in text.split(". ") if 40 < len(one) < 300]
        for _ in range(count):
            yield ". ".join(chance.choices(sentences, k=5))

    def queries(self, count: int) -> list[str]:
        """So many of them, from the first again where there are not as many."""
        questions = [one["question"] for article in _read_xquad() for p in article["paragraphs"] for one in p["qas"]]
        random.Random(2).shuffle(questions)
        return list(islice(cycle(questions), count))


def asked_articles() -> Iterator[str]:
    """The articles of XQuAD, and news of Wikinews and ECB+ beside them."""
    for article in _read_xquad():
        yield "\n\n".join([article["title"].replace("_", " "), *(p["context"] for p in article["paragraphs"])])
    data = Path(os.environ["DATELINE_DATA"])
    for line in (data / "wikinews" / "gum_articles.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]
    for document in read_ecbplus(data / "ecbplus"):
        yield document.text


def _read_xquad() -> list[dict[str, Any]]:
    path = Path(os.environ["DATELINE_DATA"], "reader_dev", "xquad.en.json")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["data"]
    return found


class MadeTexts:
    """30,000 words drawn as Zipf's law has it (exponent 1): sentences of 8 to 30 of them, 5 sentences a passage.

    Queries are three to five of the words, rare and common ones.
    """

    def __init__(self, seed: int = 7) -> None:
        chance = random.Random(seed)
        syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "ol", "us")]
        words: dict[str, None] = {}
        while len(words) < 30_000:
            words["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4))))] = None
        self.words = list(words)
        self.totals = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def passages(self, count: int) -> Iterator[str]:
        """So many passages, the same every time."""
        chance = random.Random(1)
        for _ in range(count):
            sentences = []
            for _ in range(5):
                words = chance.choices(self.words, cum_weights=self.totals, k=chance.randint(8, 30))
                sentences.append(" ".join(words).capitalize() + ".")
            yield " ".join(sentences)

    def queries(self, count: int) -> list[str]:
        """So many queries, the same every time."""
        chance = random.Random(2)
        return [" ".join(chance.choices(self.words[50:8000], k=chance.randint(3, 5))) for _ in range(count)]


TEXTS: dict[str, Callable[[], Texts]] = {"made": MadeTexts, "real": RealTexts, "asked": AskedTexts}


def make_article(number: int, passages: Sequence[str]) -> PreparedArticle:
    """An article of these passages, of one of 40 papers and of a day in ten years."""
    spans, start = [], 0
    for passage in passages:
        spans.append(Span(start, start + len(passage)))
        start += len(passage) + 1
    text = "\n".join(passages)
    digest = hashlib.sha256(text.encode()).hexdigest()
    at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=number * 7919 % 3650)
    return PreparedArticle(
        key=f"bench:{number}",
        url=None,
        title=passages[0][:60],
        text=text,
        sha256=digest,
        fingerprint=digest,
        publisher=f"Paper {number % 40}",
        authors=(),
        language="en",
        published=PublicationDate(at, DatePrecision.DAY, PublicationSource.METADATA),
        blocks=tuple(Block(BlockKind.BODY, span) for span in spans),
        passages=tuple(spans),
    )


def make_articles(passages: Iterator[str]) -> Iterator[PreparedArticle]:
    """Articles of these passages together."""
    for number in count():
        if not (batch := list(islice(passages, PER_ARTICLE))):
            return
        yield make_article(number, batch)
