"""What answering needs from an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from retrieval.models import ArticleFacts, ArticleFilter, Entity, RetrievalMode, SearchResults


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

    def load_facts(self, article_ids: Sequence[str], *, as_of: datetime | None = None) -> Mapping[str, ArticleFacts]:
        """The facts of each article that is there, and had been published by ``as_of``."""
        ...

    def load_parses(self, article_ids: Sequence[str]) -> Mapping[str, bytes]:
        """The parses of articles' blocks, for `retrieval.extraction.parses`; an article may be left out."""
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
