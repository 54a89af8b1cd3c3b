"""The work that a text takes grows with its length and no faster, whatever it holds.

The kinds are those of `tests.benchmarks.hostile_texts`, which measures 200 KB of each. Here a text four times as long may
take up to twelve times as long, since processor times are rough; a square would take sixteen times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput
from tests.benchmarks.hostile_texts import KINDS

# Below this many seconds of processor time nothing can be told.
_SHORT = 1.0
_MOST_GROWTH = 12.0
# What rules over a parse once took the square, or more, of.
PARSED = (
    "he said",
    "killed",
    "verbs",
    "abbreviations",
    "relative clauses",
    "acronyms",
    "quotations in a row",
    "dozens of them",
    "list of names",
    "names without commas",
    "dates",
)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    made = Extractor()
    made.extract(prepare_article(ArticleInput(KINDS["prose"](2_000))))
    return made


def seconds_of(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def prepare(kind: str, size: int) -> object:
    return prepare_article(ArticleInput(KINDS[kind](size), title="Hostile"))


@pytest.mark.parametrize("kind", KINDS)
def test_cutting_a_text_takes_time_in_proportion_to_its_length(kind: str) -> None:
    long = seconds_of(lambda: prepare(kind, 80_000))
    if long > _SHORT:
        assert long < _MOST_GROWTH * seconds_of(lambda: prepare(kind, 20_000))


@pytest.mark.parametrize("kind", PARSED)
def test_finding_facts_takes_time_in_proportion_to_the_length(extractor: Extractor, kind: str) -> None:
    def extract(size: int) -> object:
        return extractor.extract(prepare_article(ArticleInput(KINDS[kind](size), title="Hostile")))

    long = seconds_of(lambda: extract(16_000))
    if long > _SHORT:
        assert long < _MOST_GROWTH * seconds_of(lambda: extract(4_000))


@pytest.mark.parametrize(
    "line", ["By " + "A-" * 150 + "!", "Ann-" * 18 + " Lee-!", "By Ann " + "al-A " * 15 + "!", "*" * 399 + "x"]
)
def test_no_line_takes_time_without_end(line: str) -> None:
    assert seconds_of(lambda: prepare_article(ArticleInput(f"News\n\n{line}\n\nIt rained."))) < 1.0
