"""Stories: articles about one happening."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import UNSET

from retrieval import Parent, models
from schema import ids
from schema.connections import After, Before, Connection, First, Last, window
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.inputs import SortArticles, WhichArticles, WhichEvents, article_filter, article_order, event_filter
from schema.node_registry import find, register
from schema.types.lists import article_list, event_list
from schema.types.provenance import Node
from schema.types.references import ArticleRef, EventRef, Later


@object_type
class Story(Node):
    """The articles about one event or topic. Every article belongs to exactly one story."""

    model: strawberry.Private[models.Story]
    title: str = strawberry.field(description="The headline of its `medoidArticle`.")
    first_published_at: datetime | None = strawberry.field(description="The publication date of its earliest article.")
    last_published_at: datetime | None = strawberry.field(description="The publication date of its latest article.")
    article_count: int = strawberry.field(description="The number of its articles.")
    independent_source_count: int = strawberry.field(
        description=(
            "The number of independent sources: copies of one text and articles of one agency or publisher count once."
        )
    )

    @classmethod
    def of(cls, model: models.Story) -> Story:
        """From the library's value."""
        return cls(
            id=ids.to_global("Story", model.id),
            model=model,
            title=model.title,
            first_published_at=model.first_published,
            last_published_at=model.last_published,
            article_count=model.article_count,
            independent_source_count=model.independent_source_count,
        )

    @resolver
    def medoid_article(self, info: Info) -> Later[ArticleRef]:
        """The article that is most similar, in words and entities, to all other articles of the story."""
        return find(info.context, "Article", self.model.medoid_article_id)

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
    ) -> Connection[ArticleRef]:
        """Its articles, newest publication first."""
        part = window(first, after, last, before)
        return article_list(info, Parent.STORY, self.model.id, article_filter(filter), part, article_order(order_by))

    @resolver
    def events(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichEvents = UNSET,  # noqa: A002
    ) -> Connection[EventRef]:
        """The events of its articles, in chronological order."""
        return event_list(info, Parent.STORY, self.model.id, event_filter(filter), window(first, after, last, before))


register("Story", load=lambda archive, keys: archive.load_stories(keys), make=Story.of)
register("Story of", load=lambda archive, keys: archive.load_stories_of(keys), make=Story.of)
