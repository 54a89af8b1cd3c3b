"""An article on its way into the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from retrieval.models import Block, PublicationDate, Span, StageFailure
from retrieval.models.identity import stable_id


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What another framework gave with an article's text: the document's name, its metadata (as in JSON), its embedding."""

    name: str
    meta: Mapping[str, Any]
    embedding: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article cut into blocks and passages, ready to be written.

    ``key`` identifies it; ``failures`` are stages that gave nothing for it.
    """

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
    document: DocumentRecord | None = None
    failures: tuple[StageFailure, ...] = ()

    @property
    def id(self) -> str:
        """The article's id, the same in every archive."""
        return stable_id("article", self.key)


def with_failure(article: PreparedArticle, failure: StageFailure) -> PreparedArticle:
    """The article, with one stage more that gave nothing for it."""
    return replace(article, failures=(*article.failures, failure))
