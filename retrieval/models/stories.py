"""Articles about one happening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Story:
    """The articles about one happening; one article alone is a story too.

    ``title`` is that of the medoid: the article that is closest to all others. ``independent_source_count`` counts who
    writes about it: copies of one text, articles fed by one agency and those of one publisher are one source.
    """

    id: str
    title: str
    medoid_article_id: str
    first_published: datetime | None
    last_published: datetime | None
    article_count: int
    independent_source_count: int
