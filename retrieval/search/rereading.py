"""Passages found for a question, read for the answer: those that answer it come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.search.ranking import Ranked
from retrieval.stores.sql.queries.search_queries import SearchQueries

if TYPE_CHECKING:
    from retrieval.span_reader.reader import SpanReader

# So many of the first are read: more cost more than they change.
READ = 12
# What a sure answer counts beside the whole of what search weighs. Chosen on XQuAD (docs/answers.md has the figures).
ANSWER_WEIGHT = 0.5


class Rereader:
    """Puts a list in another order by what the span reader makes of its first passages."""

    def __init__(self, catalog: SearchQueries, load_reader: Callable[[], SpanReader]) -> None:
        self._catalog = catalog
        self._load_reader = load_reader

    def reread(self, question: str, ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """The list with new scores, still 0 to 1 and falling: part of search's, part the chance that a passage answers."""
        found = self._catalog.load_passages([hit.passage_id for hit in ranked[:READ]])
        first = [hit for hit in ranked[:READ] if hit.passage_id in found]
        texts = [found[hit.passage_id][0].text for hit in first]
        groups = self._load_reader().iter_passages(question, texts, per_passage=1)
        chances = {
            hit.passage_id: reading.readings[0].confidence
            for hit, reading in zip(first, (reading for group in groups for reading in group), strict=True)
            if reading.readings
        }
        scored = [replace(hit, score=blend(hit.score, chances.get(hit.passage_id, 0.0))) for hit in ranked]
        return tuple(sorted(scored, key=lambda hit: (-hit.score, hit.passage_id)))


def blend(score: float, chance: float) -> float:
    """A score of search and the chance that the passage answers as one, 0 to 1."""
    return (score + ANSWER_WEIGHT * chance) / (1 + ANSWER_WEIGHT)
