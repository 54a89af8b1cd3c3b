"""Search hits and the size of the archive."""

from __future__ import annotations

from datetime import datetime

import strawberry

from retrieval import models
from schema.connections import PageInfo, page_info
from schema.decorators import object_type
from schema.types.articles import Passage
from schema.types.provenance import TextSpan


@object_type
class PassageSearchEdge:
    """A passage that was found."""

    cursor: str = strawberry.field(
        description="Opaque; give it as `after` with the same query and filter to go on from here."
    )
    node: Passage = strawberry.field(description="The passage.")
    score: float = strawberry.field(description="What the hits are ordered by; comparable within one search only.")
    rank: int = strawberry.field(description="Its place among all hits, from 1.")
    lexical_score: float = strawberry.field(description="Its BM25 score.")
    dense_score: float | None = strawberry.field(
        description="The cosine of its vector with the query's; null in lexical search, and where it has no vector."
    )
    highlights: list[TextSpan] = strawberry.field(description="Where in the article the words of the query stand.")

    @classmethod
    def of(cls, model: models.Hit) -> PassageSearchEdge:
        """From the library's value."""
        return cls(
            cursor=model.cursor,
            node=Passage.of(model.passage),
            score=model.score,
            rank=model.rank,
            lexical_score=model.lexical_score,
            dense_score=model.dense_score,
            highlights=[TextSpan(article_id=model.article.id, span=span) for span in model.highlights],
        )


@object_type
class PassageSearchConnection:
    """A page of hits, best first."""

    edges: list[PassageSearchEdge] = strawberry.field(description="The page's hits.")
    nodes: list[Passage] = strawberry.field(description="The page's passages alone.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and the cursor to get it.")
    total_count: int = strawberry.field(description="How many passages match in all.")

    @classmethod
    def of(cls, model: models.SearchResults, *, is_continued: bool) -> PassageSearchConnection:
        """From the library's value; ``is_continued`` says that this is not the first page."""
        edges = [PassageSearchEdge.of(hit) for hit in model.hits]
        cursors = tuple(hit.cursor for hit in model.hits)
        return cls(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(cursors, has_next=model.has_next, has_previous=is_continued),
            total_count=model.total,
        )


@object_type
class Corpus:
    """The size of the archive."""

    article_count: int = strawberry.field(description="How many articles it holds.")
    passage_count: int = strawberry.field(description="How many passages they were cut into.")
    entity_count: int = strawberry.field(description="How many entities they name.")
    event_count: int = strawberry.field(description="How many events they tell of.")
    claim_count: int = strawberry.field(description="How many claims they report.")
    first_published_at: datetime | None = strawberry.field(description="When the earliest article was published.")
    last_published_at: datetime | None = strawberry.field(description="When the latest article was published.")
    index_revision: str = strawberry.field(description="The state of the search index: it grows with every change.")

    @classmethod
    def of(cls, model: models.Corpus) -> Corpus:
        """From the library's value."""
        return cls(
            article_count=model.article_count,
            passage_count=model.passage_count,
            entity_count=model.entity_count,
            event_count=model.event_count,
            claim_count=model.claim_count,
            first_published_at=model.first_published,
            last_published_at=model.last_published,
            index_revision=model.index_revision,
        )
