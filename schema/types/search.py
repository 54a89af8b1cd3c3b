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
    """A passage found by a search, and its rank."""

    cursor: str = strawberry.field(
        description="An opaque cursor. Pass it as `after`, with the same query and filter, to continue from here."
    )
    node: Passage = strawberry.field(description="The passage.")
    score: float = strawberry.field(description="The score by which hits are ranked; comparable within one search only.")
    rank: int = strawberry.field(description="Its place among all hits, from 1.")
    lexical_score: float = strawberry.field(description="Its BM25 score; null in dense search.")
    dense_score: float | None = strawberry.field(
        description=("The cosine similarity to the query; null in lexical search, and where the passage has no vector.")
    )
    highlights: list[TextSpan] = strawberry.field(description="The positions of the query's words in the article.")

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
    """One page of search hits, best first."""

    edges: list[PassageSearchEdge] = strawberry.field(description="The page's hits.")
    nodes: list[Passage] = strawberry.field(description="The passages of the page, without scores.")
    page_info: PageInfo = strawberry.field(
        description="Pagination: the cursor of the last item, and whether there are more."
    )
    total_count: int = strawberry.field(description="The number of passages that match.")

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
    """Counts and dates of the whole archive."""

    article_count: int = strawberry.field(description="The number of articles.")
    passage_count: int = strawberry.field(description="The number of passages.")
    entity_count: int = strawberry.field(description="The number of entities.")
    event_count: int = strawberry.field(description="The number of events.")
    claim_count: int = strawberry.field(description="The number of claims.")
    first_published_at: datetime | None = strawberry.field(description="The earliest publication date.")
    last_published_at: datetime | None = strawberry.field(description="The latest publication date.")
    incomplete_article_count: int = strawberry.field(
        description="The number of articles that lack facts or vectors because a stage of extraction failed; see "
        "`Article.extraction`."
    )
    index_revision: str = strawberry.field(description="The revision of the search index; it grows with every change.")

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
            incomplete_article_count=model.incomplete_article_count,
            index_revision=model.index_revision,
        )
