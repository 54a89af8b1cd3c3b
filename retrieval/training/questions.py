"""Questions with a passage and the spans that answer them, read from the training and evaluation sets."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.text.detokenisation import detokenise


@dataclass(frozen=True, slots=True)
class Question:
    """A question, one passage, and the spans of the passage that annotators took for the answer.

    ``answers`` are half-open character offsets, one for each annotator (so a span may stand there several times);
    empty when the passage does not answer. ``title`` groups passages of one article.
    """

    text: str
    passage: str
    answers: tuple[tuple[int, int], ...]
    title: str
    source: str


def read_squad(path: Path, *, source: str) -> Iterator[Question]:
    """The questions of a file in the format of SQuAD; answers that do not stand where the file says are left out."""
    for article in json.loads(path.read_text("utf-8"))["data"]:
        title = article.get("title", "")
        for paragraph in article["paragraphs"]:
            passage = paragraph["context"]
            for row in paragraph["qas"]:
                given = [(item["answer_start"], item["text"]) for item in row["answers"]]
                answers = tuple(
                    (start, start + len(text.rstrip()))
                    for start, text in given
                    if text.strip() and passage[start : start + len(text)] == text
                )
                if given and not answers:
                    continue
                yield Question(row["question"].strip(), passage, answers, title, source)


def read_jsonl(path: Path, *, source: str) -> Iterator[Question]:
    """The questions of a gzipped file with one object a line: question, context, answers (text and start), title.

    Answers that do not stand where the file says are left out; without a title, passages are grouped by how they begin.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            passage = row["context"]
            answers = tuple(
                (item["start"], item["start"] + len(item["text"]))
                for item in row["answers"]
                if item["text"] and passage[item["start"] : item["start"] + len(item["text"])] == item["text"]
            )
            if row["question"].strip() and (answers or not row["answers"]):
                yield Question(row["question"].strip(), passage, answers, row.get("title") or passage[:60], source)


def read_qed(path: Path) -> Iterator[Question]:
    """The questions of QED (Natural Questions with explanations), detokenised."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            passage, moved = detokenise(row["paragraph_text"])
            spans = [(items[0]["start"], items[0]["end"]) for items in row["original_nq_answers"] if len(items) == 1]
            if not spans:
                spans = [(item["start"], item["end"]) for items in row["original_nq_answers"] for item in items]
            answers = tuple(_trimmed(passage, moved[start], moved[end]) for start, end in spans)
            if answers:
                yield Question(row["question_text"], passage, answers, row["title_text"], "qed")


def read_timeqa(path: Path, *, least_words: int = 90) -> Iterator[Question]:
    """The time-bound questions of TimeQA, each with the answer's paragraph and its neighbours, detokenised.

    Questions that the page does not answer come with that paragraph of the page that shares most words with them.
    """
    for page in json.loads(path.read_text("utf-8")):
        title = page["paras"][0]
        texts = [detokenise(text) for text in page["paras"]]
        for text, given in page["questions"]:
            spans = [(item["para"], item["from"], item["end"]) for item in given if item["answer"]]
            centre = spans[0][0] if spans else _most_alike(text, page["paras"])
            first, last = _neighbourhood([len(found.split()) for found, _ in texts], centre, least_words)
            passage, starts = _joined([found for found, _ in texts[first:last]])
            answers = tuple(
                _trimmed(passage, starts[para - first] + texts[para][1][start], starts[para - first] + texts[para][1][end])
                for para, start, end in spans
                if first <= para < last
            )
            yield Question(text, passage, answers, title, "timeqa")


def _trimmed(passage: str, start: int, end: int) -> tuple[int, int]:
    text = passage[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _joined(texts: list[str]) -> tuple[str, list[int]]:
    starts, length = [], 0
    for text in texts:
        starts.append(length)
        length += len(text) + 1
    return "\n".join(texts), starts


def _neighbourhood(words: list[int], centre: int, least_words: int) -> tuple[int, int]:
    first, last = centre, centre + 1
    while sum(words[first:last]) < least_words and (first > 0 or last < len(words)):
        if last < len(words):
            last += 1
        if first > 0 and sum(words[first:last]) < least_words:
            first -= 1
    return first, last


def _most_alike(question: str, paragraphs: list[str]) -> int:
    wanted = set(re.findall(r"\w+", question.lower()))
    shares = [len(wanted & set(re.findall(r"\w+", text.lower()))) / (20 + len(text.split())) ** 0.5 for text in paragraphs]
    return shares.index(max(shares))
