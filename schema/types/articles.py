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
    list[models.EntityType] | None,
    strawberry.argument(description="Restricts the list to mentions of entities of these types."),
]


@object_type
class DiscardedText:
    """A part of an article that is kept but neither indexed nor used for extraction."""

    reason: DiscardReason = strawberry.field(description="The kind of text it was recognized as.")
    span: TextSpan = strawberry.field(description="Its position in the text of the article.")
    text: str = strawberry.field(description="The text.")


@object_type
class Extraction:
    """How far an article could be read for facts."""

    status: models.ExtractionStatus = strawberry.field(description="Whether it has all its facts.")
    failed_stages: list[models.ExtractionStage] = strawberry.field(
        description="The stages that failed on it, in their order; empty where all did their work."
    )


@object_type
class Article(Node):
    """An article at its latest revision."""

    model: strawberry.Private[models.Article]
    url: URI | None = strawberry.field(
        description="The URL where it was published, or that of the file it was read from; null if neither is known."
    )
    title: str = strawberry.field(description="Its headline.")
    text: str = strawberry.field(description="The full text, unchanged. All spans are positions in it.")
    language: str = strawberry.field(description="Its language code (BCP 47).")
    authors: list[str] = strawberry.field(description="Its authors, as given at ingestion, else as its byline names them.")
    published_at: datetime | None = strawberry.field(
        description=(
            "The publication date: the first second of the period that `publishedAtPrecision` gives; null if unknown."
        )
    )
    published_at_precision: models.DatePrecision = strawberry.field(description="The precision of `publishedAt`.")
    published_at_source: models.PublicationSource = strawberry.field(
        description="The source of `publishedAt`, or the reason why a date in the article is not used."
    )
    ingested_at: datetime = strawberry.field(description="The time at which this revision was ingested.")
    revision: int = strawberry.field(description="1 for the first text; one more each time that the text changed.")
    extraction: Extraction = strawberry.field(description="How far it could be read for facts.")

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
            published_at_source=model.published.source,
            ingested_at=model.ingested_at,
            revision=model.revision,
            extraction=Extraction(
                status=models.extraction_status(model.failed_stages), failed_stages=list(model.failed_stages)
            ),
        )

    @resolver
    def publisher(self, info: Info) -> Later[Publisher | None]:
        """Its publisher; null if not given at ingestion."""
        return None if self.model.publisher is None else find(info.context, "Publisher", publisher_id(self.model.publisher))

    @resolver
    def story(self, info: Info) -> Later[StoryRef | None]:
        """Its story; null for an article that an older version ingested, until `dateline reextract`."""
        return find(info.context, "Story of", self.model.id)

    @resolver
    async def discarded(self, info: Info) -> list[DiscardedText]:
        """The parts of the text that are neither indexed nor used for extraction, in reading order."""
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
        """The passages of its body, in reading order."""
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
        """Its mentions of entities, in reading order."""
        part = window(first, after, last, before)
        return mention_list(info, Parent.ARTICLE, self.model.id, part, types=tuple(types or ()))

    @resolver
    def events(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[EventRef]:
        """Its events, in chronological order."""
        return event_list(info, Parent.ARTICLE, self.model.id, None, window(first, after, last, before))

    @resolver
    async def main_event(self, info: Info) -> EventRef | None:
        """The event that it is about, by its title and its lead; null where it is about none that was found."""
        load = info.context.archive.load_main_events
        found = await info.context.loaders.owned("main event", load, lambda _, id_: id_).load(self.model.id)
        return None if found is None else await find(info.context, "Event", found)

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
        """Its claims, in reading order."""
        return claim_list(info, Parent.ARTICLE, self.model.id, claim_filter(filter), window(first, after, last, before))

    @resolver
    def quotations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[QuotationRef]:
        """Its direct quotations, in reading order."""
        return quotation_list(info, Parent.ARTICLE, self.model.id, window(first, after, last, before))


@object_type
class Publisher(Node):
    """A publisher of articles, as named at ingestion."""

    model: strawberry.Private[models.Publisher]
    name: str = strawberry.field(description="Its name.")
    article_count: int = strawberry.field(description="The number of its articles in the archive.")

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
    """About three consecutive sentences of an article's body; the unit of search and of answering."""

    model: strawberry.Private[models.Passage]
    index: int = strawberry.field(description="Its place among the article's passages, from 0.")
    span: TextSpan = strawberry.field(description="Its position in the text of the article.")
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
