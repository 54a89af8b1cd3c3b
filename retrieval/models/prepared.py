"""An article on its way into the catalog."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.models import Block, PublicationDate, Span
from retrieval.models.identity import stable_id


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article cut into blocks and passages, ready to be written. ``key`` identifies it."""

    key: str
    url: str | None
    title: str
    text: str
    sha256: str
    fingerprint: str
    publisher: str | None
    authors: tuple[str, ...]
    language: str
    published: PublicationDate
    blocks: tuple[Block, ...]
    passages: tuple[Span, ...]

    @property
    def id(self) -> str:
        """The article's id, the same in every archive."""
        return stable_id("article", self.key)
