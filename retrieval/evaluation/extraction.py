"""Extraction against every gold there is: a hand-made annotation of one article, and the data sets of a folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.archive import Archive
from retrieval.errors import InputError
from retrieval.evaluation.ecbplus import EcbDocument, found_chains, found_stories, linked, read_ecbplus, score_chains
from retrieval.evaluation.gold import Score, score_claims, score_events, score_mentions, score_times
from retrieval.evaluation.plover import score_plover
from retrieval.evaluation.pud import score_pud
from retrieval.evaluation.timex import is_right, timex_rows
from retrieval.models import ArticleInput


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what was measured on which gold, and over how many things (None where that is not one number)."""

    gold: str
    measure: str
    value: float
    count: int | None = None


def measure_article(article: Path, gold: Path) -> Iterator[Measure]:
    """Precision and recall of each kind of fact on an article with an annotation such as `retrieval.evaluation.gold` reads.

    Raises:
        InputError: the article or its annotation cannot be read.
    """
    try:
        annotation = json.loads(gold.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the annotation {gold}: {error}") from error
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "news.db") as archive:
        (result,) = archive.ingest([article])
        if result.article_id is None:
            raise InputError(result.reason or f"cannot read {article}")
        facts = archive.load_facts([result.article_id])[result.article_id]
    scores: dict[str, Score] = {
        "mentions": score_mentions(facts, annotation),
        "times": score_times(facts, annotation),
        "claims": score_claims(facts, annotation),
        "events": score_events(facts, annotation),
    }
    for kind, score in scores.items():
        yield Measure(article.name, f"{kind} precision", score.precision, score.predicted)
        yield Measure(article.name, f"{kind} recall", score.recall, score.gold)


def measure_data(data: Path, *, topics: int = 35) -> Iterator[Measure]:
    """The figures on those data sets that the folder has: ner, timex, plover, ecbplus (its first ``topics`` topics).

    Raises:
        InputError: the folder has none of them.
    """
    names, dates, types = (
        data / "ner/en_pud-ud-test.iob2",
        data / "timex/DateTimeModel.json",
        data / "plover/PLOVER_GSR_CAMEO.txt",
    )
    if not any(path.exists() for path in (names, dates, types, data / "ecbplus")):
        raise InputError(f"{data} has none of the folders ner, timex, plover and ecbplus; give the folder of data sets")
    if names.exists():
        for kind, score in score_pud(names).items():
            yield Measure("UNER PUD", f"names F, {kind}", score)
    if dates.exists():
        for kind, rows in timex_rows(dates).items():
            yield Measure("Recognizers-Text", f"dates exact, {kind} rows", sum(map(is_right, rows)) / len(rows), len(rows))
    if types.exists():
        right, extra = score_plover(types)
        yield Measure("PLOVER", "type of the surest event", right)
        yield Measure("PLOVER", "other events a sentence", extra)
    if (data / "ecbplus").exists():
        yield from _measure_chains(data / "ecbplus", topics)


def _measure_chains(folder: Path, topics: int) -> Iterator[Measure]:
    documents = [document for document in read_ecbplus(folder) if int(document.topic) <= topics]
    with tempfile.TemporaryDirectory() as place, Archive.open(Path(place) / "news.db", embedder=None) as archive:
        given = (ArticleInput(text=document.text, url=f"ecb:{document.name}") for document in documents)
        results = archive.ingest_articles(given)
        by_id = {result.article_id or "": document for result, document in zip(results, documents, strict=True)}
        found, stories = found_chains(archive, by_id), found_stories(archive, by_id)
    every = {(document.name, span): chain for document in documents for span, chain in linked(document).items()}
    gold = {mention: chain for mention, chain in every.items() if mention in found}
    yield Measure("ECB+", "event mentions found", len(found) / len(every) if every else 1.0, len(every))
    across = score_chains(gold, found)
    within = score_chains(
        {key: key[0] + chain for key, chain in gold.items()}, {key: key[0] + chain for key, chain in found.items()}
    )
    for where, score in (("within documents", within), ("across documents", across)):
        yield Measure("ECB+", f"B-cubed precision, {where}", score.precision, score.mentions)
        yield Measure("ECB+", f"B-cubed recall, {where}", score.recall, score.mentions)
        yield Measure("ECB+", f"B-cubed F, {where}", score.f, score.mentions)
        yield Measure("ECB+", f"CoNLL F, {where}", score.conll, score.mentions)
    # The weights of the clusters were chosen on the topics with even numbers.
    even = {document.name for document in documents if int(document.topic) % 2 == 0}
    for half, is_even in (("chosen on", True), ("others", False)):
        score = score_chains({key: chain for key, chain in gold.items() if (key[0] in even) is is_even}, found)
        yield Measure("ECB+", f"B-cubed precision, across documents, {half}", score.precision, score.mentions)
        yield Measure("ECB+", f"CoNLL F, across documents, {half}", score.conll, score.mentions)
    yield from _measure_stories(documents, stories)


def _measure_stories(documents: Sequence[EcbDocument], found: Mapping[str, str]) -> Iterator[Measure]:
    """By the happening that each document is about; the rule's threshold was chosen on the topics at even places."""
    numbers = sorted({int(document.topic) for document in documents})
    for half, topics in (("chosen on", numbers[::2]), ("others", numbers[1::2])):
        gold = {document.name: document.happening for document in documents if int(document.topic) in topics}
        if gold:
            score = score_chains(gold, found)
            yield Measure("ECB+", f"stories, B-cubed precision, {half}", score.precision, score.mentions)
            yield Measure("ECB+", f"stories, B-cubed recall, {half}", score.recall, score.mentions)
            yield Measure("ECB+", f"stories, B-cubed F, {half}", score.f, score.mentions)
