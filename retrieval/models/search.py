"""Found passages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.models.articles import Article, Passage
from retrieval.models.spans import Span


class RetrievalMode(StrEnum):
    """How passages are found: by words, by meaning, or by both."""

    LEXICAL = "LEXICAL"
    DENSE = "DENSE"
    HYBRID = "HYBRID"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. ``score`` is what the list is ordered by: BM25 (LEXICAL), the cosine (DENSE), or a weighted sum from
    0 to 1 (HYBRID). ``lexical_score`` is BM25, ``dense_score`` the cosine, None where it is not known. ``highlights`` are
    spans of the article's text where a term of the query stands.
    """

    passage: Passage
    article: Article
    score: float
    rank: int
    lexical_score: float
    highlights: tuple[Span, ...]
    cursor: str
    dense_score: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Hits in rank order; ``total`` counts every passage that matches."""

    hits: tuple[Hit, ...]
    total: int
    has_next: bool
