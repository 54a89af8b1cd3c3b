"""The types by name, for the modules that come before them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import strawberry

if TYPE_CHECKING:
    from schema.types.answers import Account
    from schema.types.articles import Article, Passage, Publisher
    from schema.types.claims import Claim, Quotation
    from schema.types.entities import Entity, EntityMention, Place
    from schema.types.events import Event
    from schema.types.stories import Story

T = TypeVar("T")

AccountRef: TypeAlias = Annotated["Account", strawberry.lazy("schema.types.answers")]
ArticleRef: TypeAlias = Annotated["Article", strawberry.lazy("schema.types.articles")]
PassageRef: TypeAlias = Annotated["Passage", strawberry.lazy("schema.types.articles")]
PublisherRef: TypeAlias = Annotated["Publisher", strawberry.lazy("schema.types.articles")]
ClaimRef: TypeAlias = Annotated["Claim", strawberry.lazy("schema.types.claims")]
QuotationRef: TypeAlias = Annotated["Quotation", strawberry.lazy("schema.types.claims")]
EntityRef: TypeAlias = Annotated["Entity", strawberry.lazy("schema.types.entities")]
EntityMentionRef: TypeAlias = Annotated["EntityMention", strawberry.lazy("schema.types.entities")]
PlaceRef: TypeAlias = Annotated["Place", strawberry.lazy("schema.types.entities")]
EventRef: TypeAlias = Annotated["Event", strawberry.lazy("schema.types.events")]
StoryRef: TypeAlias = Annotated["Story", strawberry.lazy("schema.types.stories")]

if TYPE_CHECKING:
    Later: TypeAlias = T | Awaitable[T]
else:

    class Later:
        """A value, now or awaited: graphql-core takes both, Strawberry wants to read the plain type.

        A plain function that returns a loader's future costs a third of an ``async def`` that awaits it.
        """

        def __class_getitem__(cls, item):
            return item
