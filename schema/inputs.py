"""Filters, orders and mutation inputs, and how they become the library's values."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from retrieval import InputError, models
from schema.decorators import input_type
from schema.enums import OrderDirection
from schema.ids import expect
from schema.scalars import URI, CalendarDay, last_second


@input_type
class DateTimeRange:
    """A stretch of time, both ends included; an end that is left out is open."""

    from_: datetime | None = strawberry.field(name="from", default=UNSET, description="The first instant.")
    to: datetime | None = strawberry.field(
        default=UNSET, description="The last instant; a bare date includes that whole day."
    )

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """First and last instant.

        Raises:
            InputError: the range ends before it begins.
        """
        start, end = self.from_ or None, last_second(self.to) if self.to else None
        if start is not None and end is not None and end < start:
            raise InputError(f"range from {start.isoformat()} to {end.isoformat()} ends before it begins; swap the two")
        return start, end


@input_type
class ArticleFilter:
    """Which articles. Every part that is given must hold; within a list, any one of it."""

    publishers: list[str] | None = strawberry.field(
        default=UNSET, description="Names of publishers, as given at ingestion."
    )
    languages: list[str] | None = strawberry.field(default=UNSET, description="Language codes (BCP 47), such as `en`.")
    published_at: DateTimeRange | None = strawberry.field(
        default=UNSET, description="Published in this range; articles without a date are left out."
    )
    entity_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Mentions one of these entities.")
    event_types: list[models.EventType] | None = strawberry.field(
        default=UNSET, description="Tells of an event of one of these types."
    )
    story_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Is in this story.")

    def to_model(self) -> models.ArticleFilter:
        """The library's filter."""
        start, end = self.published_at.bounds() if self.published_at else (None, None)
        return models.ArticleFilter(
            publishers=tuple(self.publishers or ()),
            languages=tuple(self.languages or ()),
            published_from=start,
            published_to=end,
            entity_ids=_entity_ids(self.entity_ids),
            event_types=tuple(self.event_types or ()),
            story_id=_story_id(self.story_id),
        )


@input_type
class EntityFilter:
    """Which entities. Every part that is given must hold; within a list, any one of it."""

    types: list[models.EntityType] | None = strawberry.field(default=UNSET, description="Of one of these types.")
    name: str | None = strawberry.field(
        default=UNSET, description="Written so in some article; upper and lower case are equal."
    )
    min_mentions: int | None = strawberry.field(default=UNSET, description="Mentioned at least so often.")

    def to_model(self) -> models.EntityFilter:
        """The library's filter."""
        return models.EntityFilter(
            types=tuple(self.types or ()), name=self.name or None, min_mentions=_floor("minMentions", self.min_mentions)
        )


@input_type
class Point:
    """A point on the globe, in degrees."""

    latitude: float = strawberry.field(description="North of the equator, -90 to 90.")
    longitude: float = strawberry.field(description="East of Greenwich, -180 to 180.")

    def to_model(self) -> tuple[float, float]:
        """Latitude and longitude.

        Raises:
            InputError: there is no such point.
        """
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise InputError(f"{self.latitude}, {self.longitude} is no point; give -90 to 90 and -180 to 180 degrees")
        return self.latitude, self.longitude


@input_type
class EventFilter:
    """Which events. Every part that is given must hold; within a list, any one of it."""

    types: list[models.EventType] | None = strawberry.field(default=UNSET, description="Of one of these types.")
    quad_classes: list[models.QuadClass] | None = strawberry.field(default=UNSET, description="In one of these classes.")
    statuses: list[models.EventStatus] | None = strawberry.field(
        default=UNSET, description="Vouched for in one of these ways."
    )
    time: DateTimeRange | None = strawberry.field(default=UNSET, description="Whose time overlaps this range.")
    place_id: strawberry.ID | None = strawberry.field(default=UNSET, description="That took place here.")
    near: Point | None = strawberry.field(default=UNSET, description="The centre of `withinKilometers`.")
    within_kilometers: float | None = strawberry.field(
        default=UNSET, description="That took place so near to `near`, or else to the place of `placeId`."
    )
    participant_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="In which one of these entities takes part."
    )
    min_independent_sources: int | None = strawberry.field(
        default=UNSET, description="Told by at least so many independent sources."
    )
    story_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Told by an article of this story.")

    def to_model(self) -> models.EventFilter:
        """The library's filter."""
        start, end = self.time.bounds() if self.time else (None, None)
        return models.EventFilter(
            types=tuple(self.types or ()),
            quad_classes=tuple(self.quad_classes or ()),
            statuses=tuple(self.statuses or ()),
            time_from=start,
            time_to=end,
            place_id=None if _is_absent(self.place_id) else expect(str(self.place_id), "Entity"),
            near=self.near.to_model() if self.near else None,
            within_kilometers=_distance(self),
            participant_ids=_entity_ids(self.participant_ids),
            min_independent_sources=_floor("minIndependentSources", self.min_independent_sources),
            story_id=_story_id(self.story_id),
        )


@input_type
class StoryFilter:
    """Which stories. Every part that is given must hold; within a list, any one of it."""

    published_at: DateTimeRange | None = strawberry.field(
        default=UNSET, description="With an article published in this range."
    )
    entity_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="With an article that mentions one of these entities."
    )
    min_articles: int | None = strawberry.field(default=UNSET, description="With at least so many articles.")
    min_independent_sources: int | None = strawberry.field(
        default=UNSET, description="Written about by at least so many independent sources."
    )

    def to_model(self) -> models.StoryFilter:
        """The library's filter."""
        start, end = self.published_at.bounds() if self.published_at else (None, None)
        return models.StoryFilter(
            published_from=start,
            published_to=end,
            entity_ids=_entity_ids(self.entity_ids),
            min_articles=_floor("minArticles", self.min_articles),
            min_independent_sources=_floor("minIndependentSources", self.min_independent_sources),
        )


@input_type
class ClaimFilter:
    """Which claims. Every part that is given must hold; within a list, any one of it."""

    stances: list[models.ClaimStance] | None = strawberry.field(default=UNSET, description="With one of these stances.")
    source_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Made by one of these entities.")
    kinds: list[models.AttributionKind] | None = strawberry.field(default=UNSET, description="Given in one of these ways.")
    said_at: DateTimeRange | None = strawberry.field(default=UNSET, description="Said at a time that overlaps this range.")

    def to_model(self) -> models.ClaimFilter:
        """The library's filter."""
        start, end = self.said_at.bounds() if self.said_at else (None, None)
        return models.ClaimFilter(
            stances=tuple(self.stances or ()),
            source_ids=_entity_ids(self.source_ids),
            kinds=tuple(self.kinds or ()),
            said_from=start,
            said_to=end,
        )


@input_type
class ArticleOrder:
    """How articles are sorted."""

    field: models.ArticleOrder = strawberry.field(description="The sort key.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


@input_type
class EntityOrder:
    """How entities are sorted."""

    field: models.EntityOrder = strawberry.field(description="The sort key.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


@input_type
class EventOrder:
    """How events are sorted."""

    field: models.EventOrder = strawberry.field(description="The sort key.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


@input_type
class StoryOrder:
    """How stories are sorted."""

    field: models.StoryOrder = strawberry.field(description="The sort key.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


@input_type
class ArticleInput:
    """An article to take in."""

    text: str = strawberry.field(
        description="The whole text, kept unchanged: every span of the archive counts from its first character."
    )
    title: str | None = strawberry.field(
        default=UNSET, description="Needed only where the text does not begin with the title."
    )
    url: URI | None = strawberry.field(
        default=UNSET,
        description="Its identity: another text at the same URL is a new revision. Without one, the text itself is.",
    )
    published_at: datetime | None = strawberry.field(
        default=UNSET, description="When it was published; otherwise its dateline is read."
    )
    publisher: str | None = strawberry.field(default=UNSET, description="The name of its publisher.")
    authors: list[str] | None = strawberry.field(default=UNSET, description="The names of its authors.")
    language: str | None = strawberry.field(default=UNSET, description="Its language code (BCP 47); `en` where left out.")

    def to_model(self) -> models.ArticleInput:
        """The library's input."""
        return models.ArticleInput(
            text=self.text,
            title=self.title or None,
            url=self.url or None,
            published=_published(self.published_at),
            source=self.publisher or None,
            authors=tuple(self.authors or ()),
            language=self.language or "en",
        )


@input_type
class IngestArticlesInput:
    """What `ingestArticles` takes in."""

    articles: list[ArticleInput] = strawberry.field(description="1 to 100 articles, taken in in this order.")
    wait: bool = strawberry.field(
        default=True,
        description="Whether to answer when all are taken in; false gives a job that does it in the background.",
    )
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back unchanged.")


@input_type
class CancelIngestJobInput:
    """Which job `cancelIngestJob` stops."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back unchanged.")


@input_type
class RemoveArticlesInput:
    """What `removeArticles` removes: articles by id, by URL, or both."""

    ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Ids of articles.")
    urls: list[URI] | None = strawberry.field(default=UNSET, description="URLs (or, for files, paths) of articles.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back unchanged.")


SortArticles: TypeAlias = Annotated[
    ArticleOrder | None, strawberry.argument(description="The order; newest publication first where left out.")
]
WhichArticles: TypeAlias = Annotated[ArticleFilter | None, strawberry.argument(description="Only from these articles.")]
WhichEntities: TypeAlias = Annotated[EntityFilter | None, strawberry.argument(description="Only these entities.")]
WhichEvents: TypeAlias = Annotated[EventFilter | None, strawberry.argument(description="Only these events.")]
WhichStories: TypeAlias = Annotated[StoryFilter | None, strawberry.argument(description="Only these stories.")]
WhichClaims: TypeAlias = Annotated[ClaimFilter | None, strawberry.argument(description="Only these claims.")]


def article_filter(given: ArticleFilter | None) -> models.ArticleFilter | None:
    """``given`` for the library, None where absent."""
    return given.to_model() if given else None


def entity_filter(given: EntityFilter | None) -> models.EntityFilter | None:
    """``given`` for the library, None where absent."""
    return given.to_model() if given else None


def event_filter(given: EventFilter | None) -> models.EventFilter | None:
    """``given`` for the library, None where absent."""
    return given.to_model() if given else None


def story_filter(given: StoryFilter | None) -> models.StoryFilter | None:
    """``given`` for the library, None where absent."""
    return given.to_model() if given else None


def claim_filter(given: ClaimFilter | None) -> models.ClaimFilter | None:
    """``given`` for the library, None where absent."""
    return given.to_model() if given else None


def article_order(given: ArticleOrder | None) -> tuple[models.ArticleOrder, bool]:
    """The sort key, and whether it descends."""
    return (given.field, given.direction is OrderDirection.DESC) if given else (models.ArticleOrder.PUBLISHED_AT, True)


def _entity_ids(ids: list[strawberry.ID] | None) -> tuple[str, ...]:
    return tuple(expect(id_, "Entity") for id_ in ids or ())


def _story_id(id_: strawberry.ID | None) -> str | None:
    return None if _is_absent(id_) else expect(str(id_), "Story")


def _floor(name: str, value: int | None) -> int:
    if not value:
        return 0
    if value < 0:
        raise InputError(f"{name}: {value} is negative; give 0 or more")
    return value


def _is_absent(value: object) -> bool:
    return value is UNSET or value is None


def _distance(given: EventFilter) -> float | None:
    if _is_absent(given.within_kilometers):
        if given.near:
            raise InputError("near says where, not how near; give withinKilometers with it")
        return None
    kilometers = given.within_kilometers or 0.0
    if not 0 <= kilometers <= 20_100:
        raise InputError(f"withinKilometers: {kilometers} is out of range; give 0 to 20,100")
    return kilometers


def _published(moment: datetime | None) -> datetime | str | None:
    if isinstance(moment, CalendarDay):
        return moment.date().isoformat()  # the library reads a date's precision from how it is written
    return moment or None
