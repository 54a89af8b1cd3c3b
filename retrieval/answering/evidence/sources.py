"""What answering needs from an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from retrieval.models import ArticleFacts, ArticleFilter, Block, Entity, RetrievalMode, SearchResults, Span


class AnswerSources(Protocol):
    """Search and stored facts, as of one moment."""

    def search(
        self,
        query: str,
        *,
        limit: int,
        filter: ArticleFilter | None,  # noqa: A002 -- the name that the facade gives it
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
    ) -> SearchResults:
        """The best ``limit`` passages; those that mention one of ``entity_ids`` may rank higher."""
        ...

    def load_blocks(self, article_ids: Sequence[str]) -> Mapping[str, tuple[Block, ...]]:
        """The blocks of each article, in reading order."""
        ...

    def find_names(self, article_ids: Sequence[str], entity_ids: Sequence[str]) -> Mapping[str, tuple[Span, ...]]:
        """Where each article mentions one of the entities."""
        ...

    def load_facts(self, article_ids: Sequence[str]) -> Mapping[str, ArticleFacts]:
        """The facts of each article that is there."""
        ...

    def load_parses(self, article_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The parses of articles' blocks, for `retrieval.extraction.language.stored_parses`; an article may be left out."""
        ...

    def resolve_names(self, names: Sequence[str]) -> Mapping[str, tuple[Entity, ...]]:
        """Entities by alias, without regard to case, most mentioned first; a name unknown may be left out."""
        ...

    def count_articles(self, filter: ArticleFilter | None) -> int:  # noqa: A002 -- as above
        """How many articles the filter lets through."""
        ...

    def index_revision(self) -> str:
        """The change sequence that the search index has reached."""
        ...
