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
    """The articles about one happening. Every article is in one story, if need be alone."""

    model: strawberry.Private[models.Story]
    title: str = strawberry.field(description="The headline of its `medoidArticle`.")
    first_published_at: datetime | None = strawberry.field(description="When its earliest article was published.")
    last_published_at: datetime | None = strawberry.field(description="When its latest article was published.")
    article_count: int = strawberry.field(description="How many articles are in it.")
    independent_source_count: int = strawberry.field(
        description="How many sources write about it: copies of one text, articles of one agency or publisher count once."
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
        """The article that is closest to all others of it, in its words and in what it names."""
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
        """What its articles tell of, in the order of time."""
        return event_list(info, Parent.STORY, self.model.id, event_filter(filter), window(first, after, last, before))


register("Story", load=lambda archive, keys: archive.load_stories(keys), make=Story.of)
register("Story of", load=lambda archive, keys: archive.load_stories_of(keys), make=Story.of)
