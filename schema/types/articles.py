"""Articles and their parts."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from retrieval import Parent, models
from retrieval.stores.sql.writes.article_writes import publisher_id
from schema import ids
from schema.connections import After, Before, Connection, First, Last, window
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.enums import DiscardReason
from schema.inputs import SortArticles, WhichArticles, WhichClaims, article_filter, article_order, claim_filter
from schema.node_registry import find, register
from schema.scalars import URI
from schema.types.lists import article_list, claim_list, event_list, mention_list, passage_list, quotation_list
from schema.types.provenance import Node, TextSpan
from schema.types.references import ClaimRef, EntityMentionRef, EventRef, Later, QuotationRef, StoryRef

Types: TypeAlias = Annotated[
    list[models.EntityType] | None, strawberry.argument(description="Only mentions of entities of these types.")
]


@object_type
class DiscardedText:
    """A stretch of an article that is kept, but neither searched nor read for facts."""

    reason: DiscardReason = strawberry.field(description="What it was taken for.")
    span: TextSpan = strawberry.field(description="Where it stands.")
    text: str = strawberry.field(description="Its words.")


@object_type
class Article(Node):
    """An article at its newest revision."""

    model: strawberry.Private[models.Article]
    url: URI | None = strawberry.field(
        description="Where it was published, or the file it was read from; null if neither is known."
    )
    title: str = strawberry.field(description="Its headline.")
    text: str = strawberry.field(description="The whole text as it was given, unchanged. All spans count in it.")
    language: str = strawberry.field(description="Its language code (BCP 47).")
    authors: list[str] = strawberry.field(description="Its authors, as given at ingestion.")
    published_at: datetime | None = strawberry.field(
        description="When it was published: the first second of what `publishedAtPrecision` says; null if not known."
    )
    published_at_precision: models.DatePrecision = strawberry.field(description="How exactly `publishedAt` is known.")
    ingested_at: datetime = strawberry.field(description="When the archive took in this revision.")
    revision: int = strawberry.field(description="1 for the first text; one more each time that the text changed.")

    @classmethod
    def of(cls, model: models.Article) -> Article:
        """From the library's value."""
        return cls(
            id=ids.to_global("Article", model.id),
            model=model,
            url=URI(model.url) if model.url else None,
            title=model.title,
            text=model.text,
            language=model.language,
            authors=list(model.authors),
            published_at=model.published.at,
            published_at_precision=model.published.precision,
            ingested_at=model.ingested_at,
            revision=model.revision,
        )

    @resolver
    def publisher(self, info: Info) -> Later[Publisher | None]:
        """Who published it; null if not given at ingestion."""
        return None if self.model.source is None else find(info.context, "Publisher", publisher_id(self.model.source))

    @resolver
    def story(self, info: Info) -> Later[StoryRef | None]:
        """The articles about the same happening; null for an article that an older version took in and none read anew."""
        return find(info.context, "Story of", self.model.id)

    @resolver
    async def discarded(self, info: Info) -> list[DiscardedText]:
        """What was set aside, in reading order, so that nothing disappears silently."""
        blocks = info.context.loaders.owned("blocks", info.context.archive.load_blocks, lambda _, found: found)
        return [
            DiscardedText(
                reason=DiscardReason(block.kind.value),
                span=TextSpan(article_id=self.model.id, span=block.span),
                text=block.span.slice(self.model.text),
            )
            for block in await blocks.load(self.model.id)
            if block.kind not in models.FACTUAL_BLOCKS
        ]

    @resolver
    def passages(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Passage]:
        """Its body, cut into passages, in reading order."""
        return passage_list(info, self.model.id, window(first, after, last, before))

    @resolver
    def mentions(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        types: Types = UNSET,
    ) -> Connection[EntityMentionRef]:
        """Where it names entities, in reading order."""
        part = window(first, after, last, before)
        return mention_list(info, Parent.ARTICLE, self.model.id, part, types=tuple(types or ()))

    @resolver
    def events(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[EventRef]:
        """What it tells of, in the order of time."""
        return event_list(info, Parent.ARTICLE, self.model.id, None, window(first, after, last, before))

    @resolver
    def claims(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichClaims = UNSET,  # noqa: A002
    ) -> Connection[ClaimRef]:
        """What its sources say, in reading order."""
        return claim_list(info, Parent.ARTICLE, self.model.id, claim_filter(filter), window(first, after, last, before))

    @resolver
    def quotations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[QuotationRef]:
        """The very words of its sources, in reading order."""
        return quotation_list(info, Parent.ARTICLE, self.model.id, window(first, after, last, before))


@object_type
class Publisher(Node):
    """A source of articles, as named at ingestion."""

    model: strawberry.Private[models.Publisher]
    name: str = strawberry.field(description="Its name.")
    article_count: int = strawberry.field(description="How many articles of it the archive holds.")

    @classmethod
    def of(cls, model: models.Publisher) -> Publisher:
        """From the library's value."""
        return cls(id=ids.to_global("Publisher", model.id), model=model, name=model.name, article_count=model.article_count)

    @resolver
    def articles(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichArticles = UNSET,  # noqa: A002
        order_by: SortArticles = UNSET,
    ) -> Connection[Article]:
        """Its articles."""
        part = window(first, after, last, before)
        return article_list(info, Parent.PUBLISHER, self.model.id, article_filter(filter), part, article_order(order_by))


@object_type
class Passage(Node):
    """About three sentences of an article's body: what is searched and read for answers."""

    model: strawberry.Private[models.Passage]
    index: int = strawberry.field(description="Its place among the article's passages, from 0.")
    span: TextSpan = strawberry.field(description="Where it stands.")
    text: str = strawberry.field(description="Its words, exactly as they stand in the article.")

    @classmethod
    def of(cls, model: models.Passage) -> Passage:
        """From the library's value."""
        span = TextSpan(article_id=model.article_id, span=model.span)
        return cls(id=ids.to_global("Passage", model.id), model=model, index=model.index, span=span, text=model.text)

    @resolver
    def article(self, info: Info) -> Later[Article]:
        """The article it is from."""
        return find(info.context, "Article", self.model.article_id)

    @resolver
    def previous(self, info: Info) -> Later[Passage | None]:
        """The passage before it; null for the first."""
        return self._neighbour(info, -1) if self.index else None

    @resolver
    def next(self, info: Info) -> Later[Passage | None]:
        """The passage after it; null for the last."""
        return self._neighbour(info, 1)

    def _neighbour(self, info: Info, step: int) -> Awaitable[Passage | None]:
        return find(info.context, "Passage at", (self.model.article_id, self.index + step))


register("Article", load=lambda archive, keys: archive.load_articles(keys), make=Article.of)
register("Publisher", load=lambda archive, keys: archive.load_publishers(keys), make=Publisher.of)
register("Passage", load=lambda archive, keys: archive.load_passages(keys), make=Passage.of)
register("Passage at", load=lambda archive, keys: archive.load_passages_at(keys), make=Passage.of)
register("Passage holding", load=lambda archive, keys: archive.load_passages_holding(keys), make=Passage.of)
