"""Quizzes to measure answers by: questions with the answers expected, and the articles that they are asked of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import InputError
from retrieval.models import AnswerStatus, ArticleInput, Span


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """Where an answer stands: ``span`` in ``context``, a stretch of an article."""

    context: str
    span: Span


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the status and the answers expected (any one will do), and where they stand, as far as is known.

    ``article`` is the number of its article in the quiz, None where the quiz does not have it.
    """

    text: str
    status: AnswerStatus
    answers: tuple[str, ...] = ()
    places: tuple[GoldPlace, ...] = ()
    article: int | None = None


@dataclass(frozen=True, slots=True)
class Quiz:
    """Questions and the articles that they are about."""

    name: str
    articles: tuple[ArticleInput, ...]
    questions: tuple[GoldQuestion, ...]


def read_squad_quiz(path: Path, *, name: str | None = None) -> Quiz:
    """SQuAD JSON, also of version 2.0: every paragraph an article, with the title of its page.

    A question that ``is_impossible``, or has no answers, is expected to be NOT_FOUND.

    Raises:
        InputError: the file is not SQuAD JSON.
    """
    articles: dict[str, tuple[int, ArticleInput]] = {}
    questions: list[GoldQuestion] = []
    try:
        for page in json.loads(path.read_text(encoding="utf-8"))["data"]:
            title = str(page.get("title", "")).replace("_", " ") or None
            for paragraph in page["paragraphs"]:
                text = paragraph["context"]
                number, _ = articles.setdefault(text, (len(articles), ArticleInput(text, title)))
                questions += [_squad_question(row, text, number) for row in paragraph["qas"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not SQuAD JSON: {error!r}") from error
    return Quiz(name or path.stem, tuple(article for _, article in articles.values()), tuple(questions))


def _squad_question(row: Mapping[str, Any], context: str, article: int) -> GoldQuestion:
    given = [] if row.get("is_impossible") else row.get("answers") or []
    spans = {Span(answer["answer_start"], answer["answer_start"] + len(answer["text"])): answer["text"] for answer in given}
    return GoldQuestion(
        text=row["question"].strip(),
        status=AnswerStatus.ANSWERED if given else AnswerStatus.NOT_FOUND,
        answers=tuple(dict.fromkeys(answer["text"] for answer in given)),
        places=tuple(GoldPlace(context, span) for span, text in spans.items() if span.slice(context) == text),
        article=article,
    )


def read_jsonl_quiz(path: Path, *, name: str | None = None) -> Quiz:
    """One object a line: question, answers (a list, or a text; none where the articles do not tell), article (its text).

    May also have: status (ANSWERED, NOT_FOUND or CONFLICTING; else the answers tell), evidence (a list of texts, or of
    objects with a text: the words of the article that show the answer), and the article's title, url, published and
    source. A line without an article is asked of what the archive holds.

    Raises:
        InputError: a line is not such an object.
    """
    articles: dict[str, tuple[int, ArticleInput]] = {}
    questions: list[GoldQuestion] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            article = _article_number(row, articles)
            questions.append(_jsonl_question(row, article))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}:{number} is no object with question, answers and article: {error!r}") from error
    return Quiz(name or path.stem, tuple(article for _, article in articles.values()), tuple(questions))


def _article_number(row: Mapping[str, Any], articles: dict[str, tuple[int, ArticleInput]]) -> int | None:
    text = row.get("article")
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"article is {text!r}, no text")
    given = ArticleInput(text, row.get("title"), row.get("url"), row.get("published"), row.get("source"))
    return articles.setdefault(text, (len(articles), given))[0]


def _jsonl_question(row: Mapping[str, Any], article: int | None) -> GoldQuestion:
    answers = _texts([row["answers"]] if isinstance(row["answers"], str) else row["answers"])
    shown = _texts([part if isinstance(part, str) else part["text"] for part in row.get("evidence") or ()])
    status = row.get("status") or (AnswerStatus.ANSWERED if answers else AnswerStatus.NOT_FOUND)
    if not isinstance(row["question"], str) or not row["question"].strip():
        raise TypeError(f"question is {row['question']!r}, no text")
    places = tuple(GoldPlace(text, Span(0, len(text))) for text in shown)
    return GoldQuestion(row["question"].strip(), AnswerStatus(status), answers, places, article)


def _texts(given: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) and text for text in given):
        raise TypeError(f"{given!r} is no list of texts")
    return tuple(str(text) for text in given)
