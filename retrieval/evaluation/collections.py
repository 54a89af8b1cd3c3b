"""Collections to measure search by: passages, queries, and which passages answer which query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import InputError


@dataclass(frozen=True, slots=True)
class CollectionPassage:
    """A passage to search; ``group`` is its article."""

    id: str
    text: str
    title: str = ""
    source: str | None = None
    published: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class CollectionQuery:
    """A query; ``among`` restricts it to the passages of one group.

    ``supports`` are sets of passages of which any one will do: recall is then that of the set which is found best.
    """

    text: str
    relevant: frozenset[str]
    among: str | None = None
    supports: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages and queries with at least one relevant passage each."""

    name: str
    passages: tuple[CollectionPassage, ...]
    queries: tuple[CollectionQuery, ...]


def read_squad(path: Path, *, name: str | None = None) -> Collection:
    """SQuAD JSON: every paragraph a passage, every answerable question a query whose own paragraph is relevant.

    Raises:
        InputError: the file is not SQuAD JSON.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        passages: dict[str, CollectionPassage] = {}
        wanted: dict[str, set[str]] = {}
        for number, article in enumerate(articles):
            title = str(article.get("title", "")).replace("_", " ")
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                passage = passages.setdefault(text, CollectionPassage(f"p{len(passages)}", text, title, group=f"a{number}"))
                for question in paragraph["qas"]:
                    if question.get("answers"):
                        wanted.setdefault(question["question"], set()).add(passage.id)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not SQuAD JSON: {error!r}") from error
    queries = tuple(CollectionQuery(question, frozenset(ids)) for question, ids in wanted.items())
    return Collection(name or path.stem, tuple(passages.values()), queries)


def read_jsonl(path: Path, *, name: str | None = None) -> Collection:
    """One object a line: question, answers (a list, or a text) and article (its text, whose paragraphs are the passages).

    Relevant are the paragraphs of the article that hold an answer, or all of them where none does.

    Raises:
        InputError: a line is not such an object.
    """
    passages: dict[str, CollectionPassage] = {}
    groups: dict[str, list[CollectionPassage]] = {}
    wanted: dict[str, set[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            question, article, answers = given["question"], given["article"], given["answers"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}:{number} is no object with question, answers and article: {error!r}") from error
        if article not in groups:
            group = f"a{len(groups)}"
            parts = [part.strip() for part in article.split("\n\n") if part.strip()]
            title = str(given.get("title", ""))
            groups[article] = [
                passages.setdefault(part, CollectionPassage(f"p{len(passages)}", part, title, group=group))
                for part in parts
            ]
        texts = [answers] if isinstance(answers, str) else list(answers)
        holding = [p for p in groups[article] if any(answer in p.text for answer in texts)]
        if texts:
            wanted.setdefault(question, set()).update(p.id for p in holding or groups[article])
    queries = tuple(CollectionQuery(question, frozenset(ids)) for question, ids in wanted.items())
    return Collection(name or path.stem, tuple(passages.values()), queries)


def read_multihop(folder: Path, *, name: str = "MultiHop facts") -> Collection:
    """MultiHop-RAG (Tang and Yang, 2024): every distinct evidence fact a passage, with its title, source and date."""
    questions: Any = _read_json(folder / "queries.json")
    truth: Any = _read_json(folder / "ground_truth.json")
    texts = {question["id"]: question["question"] for question in questions["queries"]}
    passages: dict[str, CollectionPassage] = {}
    queries = []
    for key, given in truth.items():
        relevant = set()
        for fact in given["evidence_list"]:
            passage = CollectionPassage(
                f"p{len(passages)}", fact["fact"], fact["title"], fact["source"], fact["published_at"], fact["url"]
            )
            relevant.add(passages.setdefault(fact["fact"], passage).id)
        if relevant:
            queries.append(CollectionQuery(texts[key], frozenset(relevant)))
    return Collection(name, tuple(passages.values()), tuple(queries))


def read_wice(path: Path, *, name: str = "WiCE") -> Collection:
    """WiCE (Kamoi et al., 2023): a claim finds, among the sentences of its cited page, those that support it."""
    passages, queries = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        given = json.loads(line)
        passages += [
            CollectionPassage(f"{number}:{n}", text, group=str(number)) for n, text in enumerate(given["evidence"])
        ]
        supports = tuple(frozenset(f"{number}:{n}" for n in some) for some in given["supporting_sentences"] if some)
        if supports:
            relevant = frozenset().union(*supports)
            queries.append(CollectionQuery(given["claim"], relevant, among=str(number), supports=supports))
    return Collection(name, tuple(passages), tuple(queries))


def _read_json(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))
