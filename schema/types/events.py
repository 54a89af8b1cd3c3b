"""Events, told in the terms of PLOVER."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias, cast

import strawberry
from strawberry import UNSET
from strawberry.dataloader import DataLoader

from retrieval import Parent, models
from schema import ids
from schema.connections import After, Before, Connection, Edge, First, Last, Slice, page_info, page_size, window
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.inputs import WhichClaims, claim_filter
from schema.node_registry import find, maker, register
from schema.types.lists import claim_list
from schema.types.provenance import Citation, Node, TextSpan, cite
from schema.types.references import AccountRef, ClaimRef, EntityRef, EventRef, Later, PlaceRef

# GraphQL's Int has 32 bits.
_LARGEST_INT = 2**31 - 1

Roles: TypeAlias = Annotated[
    list[models.ParticipantRole] | None, strawberry.argument(description="Only participants in these roles.")
]

Near: TypeAlias = Annotated[int, strawberry.argument(description="At most so many, 0 to 100.")]


@object_type
class EventTime:
    """A time: an interval from its first to its last second, both inside it."""

    model: strawberry.Private[models.TimeRef]
    start: datetime | None = strawberry.field(description="The first second; null where open or not known.")
    end: datetime | None = strawberry.field(description="The last second; null where open or not known.")
    precision: models.DatePrecision = strawberry.field(description="The finest unit that is known.")
    source: models.DateSource = strawberry.field(description="What it rests on.")
    text: str | None = strawberry.field(description="The words that give it; null where the article gives none.")

    @classmethod
    def of(cls, model: models.TimeRef) -> EventTime:
        """From the library's value."""
        return cls(
            model=model, start=model.start, end=model.end, precision=model.precision, source=model.source, text=model.text
        )

    @resolver
    def citation(self, info: Info) -> Later[Citation | None]:
        """Where those words stand; null where there are none."""
        if self.model.article_id is None or self.model.span is None:
            return None
        return cite(info, self.model.article_id, self.model.span, self.model.text)


@object_type
class CountRange:
    """Bounds of a number of people: "at least 12" has no upper one; of several accounts the least and the most."""

    low: int | None = strawberry.field(description="At least so many; null where open.")
    high: int | None = strawberry.field(description="At most so many; null where open.")

    @classmethod
    def of(cls, model: models.CasualtyCount | None) -> CountRange | None:
        """From the library's value."""
        return None if model is None else cls(low=_int(model.low), high=_int(model.high))


@object_type
class EventParticipant:
    """Somebody or something in an event."""

    model: strawberry.Private[models.Participant]
    role: models.ParticipantRole = strawberry.field(description="What they do in it.")
    text: str = strawberry.field(description="The words for them.")
    count: int | None = strawberry.field(description="How many they are, where the words say so, up to 2,147,483,647.")

    @classmethod
    def of(cls, model: models.Participant) -> EventParticipant:
        """From the library's value."""
        return cls(model=model, role=model.role, text=model.text, count=_int(model.count))

    @resolver
    def entity(self, info: Info) -> Later[EntityRef | None]:
        """Who they are; null where the words name nobody."""
        return None if self.model.entity_id is None else find(info.context, "Entity", self.model.entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where the words stand."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)


@object_type
class CitationEdge(Edge[Citation]):
    """A sentence that tells of an event."""

    status: models.EventStatus = strawberry.field(description="How this sentence vouches for the event.")
    trigger: TextSpan = strawberry.field(description="The word of the sentence that tells of it.")


@object_type
class CitationConnection(Connection[Citation]):
    """A page of the sentences that tell of an event, in the order of their articles."""

    @resolver
    async def edges(self) -> list[CitationEdge]:
        """The page's sentences, each with its cursor."""
        return cast("list[CitationEdge]", (await self.load()).edges)


@object_type
class Event(Node):
    """Something that happened, or is said, denied, asked or planned to; see `status`."""

    model: strawberry.Private[models.Event]
    type: models.EventType = strawberry.field(description="What kind of happening it is.")
    mode: str | None = strawberry.field(
        description="PLOVER's finer kind, such as `airstrike`; null where the type has none."
    )
    quad_class: models.QuadClass = strawberry.field(description="The class of the type.")
    status: models.EventStatus = strawberry.field(description="How the archive vouches for it.")
    title: str = strawberry.field(description="It in a few words of an article.")
    time: EventTime = strawberry.field(description="When it happened or is to happen.")
    fatalities: int | None = strawberry.field(
        description="How many people it killed, as most articles that say so tell it; see `fatalitiesRange`."
    )
    fatalities_range: CountRange | None = strawberry.field(description="Between which numbers; null where none is told.")
    injured: int | None = strawberry.field(
        description="How many people it injured, as most articles that say so tell it; see `injuredRange`."
    )
    injured_range: CountRange | None = strawberry.field(description="Between which numbers; null where none is told.")
    confidence: float = strawberry.field(description="How sure the archive is of having read it rightly, 0 to 1.")
    independent_source_count: int = strawberry.field(
        description="How many sources tell of it that do not repeat one another."
    )

    @classmethod
    def of(cls, model: models.Event) -> Event:
        """From the library's value."""
        return cls(
            id=ids.to_global("Event", model.id),
            model=model,
            type=model.type,
            mode=model.mode,
            quad_class=models.QUAD_CLASS[model.type],
            status=model.status,
            title=model.title,
            time=EventTime.of(model.time),
            fatalities=_int(model.killed.number if model.killed else None),
            fatalities_range=CountRange.of(model.killed),
            injured=_int(model.injured.number if model.injured else None),
            injured_range=CountRange.of(model.injured),
            confidence=model.confidence,
            independent_source_count=model.independent_source_count,
        )

    @resolver
    def place(self, info: Info) -> Later[PlaceRef | None]:
        """Where it happened; null where not known."""
        return None if self.model.place_id is None else find(info.context, "Place", self.model.place_id)

    @resolver
    async def participants(self, info: Info, roles: Roles = UNSET) -> list[EventParticipant]:
        """Who takes part, in reading order."""
        loader = info.context.loaders.owned("participants", info.context.archive.load_participants, lambda _, found: found)
        found = await loader.load(self.model.id)
        return [EventParticipant.of(participant) for participant in found if not roles or participant.role in roles]

    @resolver
    def citations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> CitationConnection:
        """The sentences that tell of it."""
        context, part = info.context, window(first, after, last, before)

        def spend(_: str, page: models.Page[models.EventMention]) -> models.Page[models.EventMention]:
            context.loaders.spend(len(page.items))
            return page

        load = partial(context.archive.event_mentions_by, Parent.EVENT, window=part)
        pages = context.loaders.owned(("event mentions", part), load, spend)
        count = partial(context.archive.count_event_mentions_by, Parent.EVENT)
        counts = context.loaders.owned("event mentions", count, lambda _, number: number)
        return CitationConnection(
            load=partial(_sentences, info, pages, self.model.id), count=partial(counts.load, self.model.id)
        )

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
        """What sources say of it."""
        return claim_list(info, Parent.EVENT, self.model.id, claim_filter(filter), window(first, after, last, before))

    @resolver
    async def accounts(self, info: Info) -> list[AccountRef]:
        """Who says that it happened, and who says that it did not; empty where only articles themselves tell of it."""
        accounts = info.context.loaders.owned("accounts", info.context.archive.load_accounts, lambda _, found: found)
        return [maker("Account")(account) for account in await accounts.load(self.model.id)]

    @resolver
    async def before(self, info: Info, first: Near = 5) -> list[EventRef]:
        """What happened before it, by the articles that tell of it, nearest first; of dated events only."""
        return await self._near(info, first, after=False)

    @resolver
    async def after(self, info: Info, first: Near = 5) -> list[EventRef]:
        """What happened after it, by the articles that tell of it, nearest first; of dated events only."""
        return await self._near(info, first, after=True)

    async def _near(self, info: Info, first: int, *, after: bool) -> list[Event]:
        limit = page_size("first", first)
        load = partial(info.context.archive.load_neighbours, after=after, limit=limit)
        found = await info.context.loaders.owned(("near", after, limit), load, lambda _, found: found).load(self.model.id)
        info.context.loaders.spend(len(found))
        return [Event.of(event) for event in found]


async def _sentences(
    info: Info, pages: DataLoader[str, models.Page[models.EventMention]], event_id: str
) -> Slice[Citation]:
    page = await pages.load(event_id)
    citations = await asyncio.gather(*(cite(info, m.article_id, m.sentence, None) for m in page.items))
    edges: list[Edge[Citation]] = [
        CitationEdge(
            cursor=cursor,
            node=citation,
            status=mention.status,
            trigger=TextSpan(article_id=mention.article_id, span=mention.trigger),
        )
        for cursor, mention, citation in zip(page.cursors, page.items, citations, strict=True)
    ]
    return Slice(edges, page_info(page.cursors, has_next=page.has_next, has_previous=page.has_previous))


def _int(number: int | None) -> int | None:
    return number if number is not None and abs(number) <= _LARGEST_INT else None


register("Event", load=lambda archive, keys: archive.load_events(keys), make=Event.of)
