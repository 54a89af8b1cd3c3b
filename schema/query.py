"""What can be asked."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias, cast

import strawberry
from strawberry import UNSET

from retrieval import InputError, models
from schema.asking import ask_once
from schema.connections import (
    MAX_PAGE,
    After,
    Before,
    Connection,
    First,
    Last,
    page_size,
    root_connection,
    window,
)
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.enums import OrderDirection
from schema.ids import expect
from schema.inputs import (
    DateTimeRange,
    EntityOrder,
    EventOrder,
    SortArticles,
    StoryOrder,
    WhichArticles,
    WhichClaims,
    WhichEntities,
    WhichEvents,
    WhichStories,
    article_filter,
    article_order,
    claim_filter,
    entity_filter,
    event_filter,
    story_filter,
)
from schema.node_registry import find
from schema.nodes import find_job, find_node
from schema.scalars import URI, last_second
from schema.types.answers import Answer
from schema.types.articles import Article
from schema.types.claims import Claim
from schema.types.entities import Entity, EntitySuggestion, entity_of
from schema.types.events import Event
from schema.types.ingestion import IngestJob
from schema.types.limits import RateLimit
from schema.types.provenance import Node
from schema.types.search import Corpus, PassageSearchConnection
from schema.types.stories import Story
from schema.types.timeline import TimelineSubject, timeline_of

GlobalId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
GlobalIds: TypeAlias = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 ids.")]
MaybeId: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")]
MaybeUrl: TypeAlias = Annotated[URI | None, strawberry.argument(description="Its URL, as given at ingestion.")]
MaybeName: TypeAlias = Annotated[str | None, strawberry.argument(description="Matches an alias exactly, ignoring case.")]
SearchWords: TypeAlias = Annotated[str, strawberry.argument(description="The search terms.")]
HowFound: TypeAlias = Annotated[
    models.RetrievalMode, strawberry.argument(description="Whether passages are found by words, by meaning, or by both.")
]
HowManyHits: TypeAlias = Annotated[int, strawberry.argument(description="The number of hits, 0 to 100.")]
Question: TypeAlias = Annotated[str, strawberry.argument(description="A question in plain English.")]
WhoWords: TypeAlias = Annotated[
    models.AnswerMode, strawberry.argument(description="Whether a language model words the answer.")
]
AsOf: TypeAlias = Annotated[
    datetime | None,
    strawberry.argument(
        description=("The archive as of this moment: this field and everything below it ignore articles published later.")
    ),
]
MinConfidence: TypeAlias = Annotated[
    float, strawberry.argument(description="The least confidence, 0 to 1; a less certain answer becomes `NOT_FOUND`.")
]
SortEntities: TypeAlias = Annotated[
    EntityOrder | None, strawberry.argument(description="The order; most mentioned first by default.")
]
About: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Words or a name. Returns claims from the hundred most relevant passages that contain one of the words."
        )
    ),
]
OfWhat: TypeAlias = Annotated[TimelineSubject, strawberry.argument(description="The subject of the timeline.")]
TimeRange: TypeAlias = Annotated[
    DateTimeRange | None,
    strawberry.argument(description="Restricts the timeline to events whose time overlaps this range."),
]
SortEvents: TypeAlias = Annotated[
    EventOrder | None, strawberry.argument(description="The order; earliest first by default.")
]

SortStories: TypeAlias = Annotated[
    StoryOrder | None, strawberry.argument(description="The order; the story with the newest article first by default.")
]


@object_type
class Query:
    """The queries."""

    @resolver
    async def node(self, info: Info, id: GlobalId) -> Node | None:  # noqa: A002
        """Returns any object by its global id; null if it does not exist."""
        return await find_node(info.context, id)

    @resolver
    async def nodes(self, info: Info, ids: GlobalIds) -> list[Node | None]:
        """Returns objects in the order of their global ids; null for each id that is invalid or whose object does not
        exist.
        """
        if len(ids) > MAX_PAGE:
            raise InputError(f"{len(ids)} ids are too many; give at most {MAX_PAGE}")
        found = await asyncio.gather(*(find_node(info.context, id_) for id_ in ids), return_exceptions=True)
        # graphql-core reports an exception in a list as the error of its place, and leaves the other places alone.
        return cast("list[Node | None]", found)

    @resolver
    async def corpus(self, info: Info) -> Corpus:
        """Counts and dates of the whole archive."""
        return Corpus.of(await info.context.run(info.context.archive.corpus))

    @resolver
    async def article(self, info: Info, id: MaybeId = UNSET, url: MaybeUrl = UNSET) -> Article | None:  # noqa: A002
        """Returns an article by id or by URL; null if there is none."""
        if bool(id) == bool(url):
            raise InputError("article takes either an id or a url; give one of them")
        if id:
            return cast("Article | None", await find(info.context, "Article", expect(id, "Article")))
        found = await info.context.run(info.context.archive.article, url=url)
        return None if found is None else Article.of(found)

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
        """The articles of the archive."""
        archive, part, which = info.context.archive, window(first, after, last, before), article_filter(filter)
        order, descending = article_order(order_by)
        return root_connection(
            info.context.loaders,
            ("articles", which, order, descending, part),
            load=partial(archive.articles, which, order=order, descending=descending, window=part),
            count=partial(archive.count_articles, which),
            make=Article.of,
        )

    @resolver
    async def search_passages(
        self,
        info: Info,
        query: SearchWords,
        mode: HowFound = models.RetrievalMode.HYBRID,
        filter: WhichArticles = UNSET,  # noqa: A002
        first: HowManyHits = 10,
        after: After = UNSET,
    ) -> PassageSearchConnection:
        """Searches passages, best first."""
        search = partial(
            info.context.archive.search,
            query,
            limit=page_size("first", first),
            filter=article_filter(filter),
            after=after or None,
            mode=mode,
            reread=True,
        )
        return PassageSearchConnection.of(await info.context.timed("search", search), is_continued=bool(after))

    @resolver
    async def entity_suggestions(
        self, info: Info, first: HowManyHits = 20, entity_id: MaybeId = UNSET
    ) -> list[EntitySuggestion]:
        """Entities that may be one, the most mentioned first; a mutation accepts or refuses each."""
        key = expect(entity_id, "Entity") if entity_id else None
        limit = page_size("first", first)
        find_all = partial(info.context.archive.entity_suggestions, entity_id=key, limit=limit)
        return [EntitySuggestion.of(found) for found in await info.context.run(find_all)]

    @resolver
    async def entity(
        self,
        info: Info,
        id: MaybeId = UNSET,  # noqa: A002
        name: MaybeName = UNSET,
        as_of: AsOf = UNSET,
    ) -> Entity | None:
        """Returns an entity by id or by name (the most mentioned of several with that name); null if there is none."""
        if bool(id) == bool(name):
            raise InputError("entity takes either an id or a name; give one of them")
        info.context.go_back(info.path, _moment(as_of))
        if id:
            return cast("Entity | None", await find(info.context, "Entity", expect(id, "Entity")))
        found = await info.context.run(info.context.archive.entity, name=name)
        return None if found is None else entity_of(found)

    @resolver
    def entities(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichEntities = UNSET,  # noqa: A002
        order_by: SortEntities = UNSET,
        as_of: AsOf = UNSET,
    ) -> Connection[Entity]:
        """The entities that articles name."""
        info.context.go_back(info.path, _moment(as_of))
        archive, part, which = info.context.archive, window(first, after, last, before), entity_filter(filter)
        order, descending = models.EntityOrder.MENTION_COUNT, True
        if order_by:
            order, descending = order_by.field, order_by.direction is OrderDirection.DESC
        return root_connection(
            info.context.loaders,
            ("entities", which, order, descending, part),
            load=partial(archive.entities, which, order=order, descending=descending, window=part),
            count=partial(archive.count_entities, which),
            make=entity_of,
        )

    @resolver
    async def event(self, info: Info, id: GlobalId, as_of: AsOf = UNSET) -> Event | None:  # noqa: A002
        """Returns an event by id; null if there is none."""
        info.context.go_back(info.path, _moment(as_of))
        return cast("Event | None", await find(info.context, "Event", expect(id, "Event")))

    @resolver
    def events(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichEvents = UNSET,  # noqa: A002
        order_by: SortEvents = UNSET,
        as_of: AsOf = UNSET,
    ) -> Connection[Event]:
        """Lists events. With `asOf`, each event is as the articles published by then report it."""
        info.context.go_back(info.path, _moment(as_of))
        archive, part, which = info.context.archive, window(first, after, last, before), event_filter(filter)
        order, descending = models.EventOrder.TIME, False
        if order_by:
            order, descending = order_by.field, order_by.direction is OrderDirection.DESC
        return root_connection(
            info.context.loaders,
            ("events", which, order, descending, part),
            load=partial(archive.events, which, order=order, descending=descending, window=part),
            count=partial(archive.count_events, which),
            make=Event.of,
        )

    @resolver
    async def story(self, info: Info, id: GlobalId, as_of: AsOf = UNSET) -> Story | None:  # noqa: A002
        """Returns a story by id; null if there is none."""
        info.context.go_back(info.path, _moment(as_of))
        return cast("Story | None", await find(info.context, "Story", expect(id, "Story")))

    @resolver
    def stories(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichStories = UNSET,  # noqa: A002
        order_by: SortStories = UNSET,
        as_of: AsOf = UNSET,
    ) -> Connection[Story]:
        """Lists stories."""
        info.context.go_back(info.path, _moment(as_of))
        archive, part, which = info.context.archive, window(first, after, last, before), story_filter(filter)
        order, descending = models.StoryOrder.LAST_PUBLISHED_AT, True
        if order_by:
            order, descending = order_by.field, order_by.direction is OrderDirection.DESC
        return root_connection(
            info.context.loaders,
            ("stories", which, order, descending, part),
            load=partial(archive.stories, which, order=order, descending=descending, window=part),
            count=partial(archive.count_stories, which),
            make=Story.of,
        )

    @resolver
    def claims(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        about: About = UNSET,
        filter: WhichClaims = UNSET,  # noqa: A002
        as_of: AsOf = UNSET,
    ) -> Connection[Claim]:
        """Lists claims, article by article."""
        info.context.go_back(info.path, _moment(as_of))
        archive, part, which = info.context.archive, window(first, after, last, before), claim_filter(filter)
        load, count = archive.claims, archive.count_claims
        if about:
            load, count = partial(archive.claims_about, about), partial(archive.count_claims_about, about)
        return root_connection(
            info.context.loaders,
            ("claims", about or None, which, part),
            load=partial(load, which, window=part),
            count=partial(count, which),
            make=Claim.of,
        )

    @resolver
    def timeline(
        self,
        info: Info,
        subject: OfWhat,
        range: TimeRange = UNSET,  # noqa: A002
        as_of: AsOf = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Event]:
        """The dated events of a subject, earliest first."""
        bounds = range.bounds() if range else (None, None)
        info.context.go_back(info.path, _moment(as_of))
        return timeline_of(info, subject, bounds, window(first, after, last, before))

    @resolver
    async def ask(
        self,
        info: Info,
        question: Question,
        mode: WhoWords = models.AnswerMode.EXTRACTIVE,
        filter: WhichArticles = UNSET,  # noqa: A002
        as_of: AsOf = UNSET,
        min_confidence: MinConfidence = models.MIN_CONFIDENCE,
    ) -> Answer:
        """Answers a question from the archive with citations: one answer, both sides where sources conflict, or the
        reason why there is none.
        """
        if not 0 <= min_confidence <= 1:
            raise InputError(f"minConfidence: {min_confidence} is out of range; give 0 to 1")
        moment = _moment(as_of)
        ask = partial(
            info.context.archive.ask,
            question,
            mode=mode,
            filter=article_filter(filter),
            as_of=moment,
            min_confidence=min_confidence,
        )
        info.context.go_back(info.path, moment)
        return Answer.of(await ask_once(info.context, ask))

    @resolver
    async def ingest_job(self, info: Info, id: GlobalId) -> IngestJob | None:  # noqa: A002
        """Returns a job of `ingestArticles`; null if there is none."""
        return await find_job(info.context, expect(id, "IngestJob"))

    @resolver
    def rate_limit(self, info: Info) -> RateLimit | None:
        """The cost of this operation and the points left; null where the server sets no limit."""
        return None if info.context.charge is None else RateLimit.of(info.context.charge)


def _moment(as_of: datetime | None) -> datetime | None:
    return last_second(as_of) if as_of else None
