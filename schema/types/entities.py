"""Entities and where they are mentioned."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias

import strawberry
from graphql.pyutils import Path
from strawberry import UNSET

from retrieval import Parent, models
from retrieval.extraction.entities.geography import KnownPlace, Location, locate
from schema import ids
from schema.connections import After, Before, Connection, First, Last, page_size, window
from schema.context import Context, Info
from schema.decorators import Preload, interface, object_type, preloaded, resolver
from schema.inputs import WhichArticles, WhichClaims, WhichEvents, article_filter, claim_filter, event_filter
from schema.node_registry import find, register
from schema.types.lists import article_list, claim_list, event_list, mention_list, quotation_list
from schema.types.provenance import Citation, Node, cite
from schema.types.references import ArticleRef, ClaimRef, EventRef, Later, QuotationRef

HowManyRelated: TypeAlias = Annotated[int, strawberry.argument(description="At most so many, 0 to 100.")]
RelatedTypes: TypeAlias = Annotated[
    list[models.EntityType] | None, strawberry.argument(description="Only entities of these types.")
]


@object_type
class EntityAlias:
    """One way in which an entity is written."""

    name: str = strawberry.field(description="The words.")
    count: int = strawberry.field(description="How often.")


async def _load_aliases(context: Context, path: Path, entities: Sequence[Entity]) -> None:
    found = await context.run(context.below(path).archive.load_aliases, [entity.model.id for entity in entities])
    for entity in entities:
        entity.known_aliases = _aliases(found[entity.model.id])


def _aliases(found: Sequence[models.EntityAlias]) -> list[EntityAlias]:
    return [EntityAlias(name=alias.name, count=alias.count) for alias in found]


@interface
class Entity(Node):
    """A named thing, joined from all its mentions."""

    model: strawberry.Private[models.Entity]
    known_aliases: strawberry.Private[list[EntityAlias] | None] = None
    name: str = strawberry.field(description="Its fullest usual name in the archive.")
    type: models.EntityType = strawberry.field(description="What kind of thing it is.")
    first_seen_at: datetime | None = strawberry.field(description="When the earliest article that names it was published.")
    last_seen_at: datetime | None = strawberry.field(description="When the latest article that names it was published.")
    mention_count: int = strawberry.field(description="How often articles name it.")

    @preloaded(Preload(_load_aliases, "known_aliases"))
    def aliases(self, info: Info) -> Later[list[EntityAlias]]:
        """How it is written, most frequent first."""
        if self.known_aliases is not None:
            return self.known_aliases
        aliases = info.context.loaders.owned("aliases", info.context.archive.load_aliases, lambda _, found: _aliases(found))
        return aliases.load(self.model.id)

    @resolver
    async def wikidata_id(self, info: Info) -> str | None:
        """The item of Wikidata that it was linked to with `linkEntity` or from a list of names; else null."""
        links = info.context.loaders.owned("links", info.context.archive.load_wikidata_ids, lambda _, found: found)
        return await links.load(self.model.id)

    @resolver
    def mentions(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichArticles = UNSET,  # noqa: A002
    ) -> Connection[EntityMention]:
        """Where articles name it, article by article."""
        part = window(first, after, last, before)
        return mention_list(info, Parent.ENTITY, self.model.id, part, which=article_filter(filter))

    @resolver
    def articles(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: WhichArticles = UNSET,  # noqa: A002
    ) -> Connection[ArticleRef]:
        """The articles that name it, newest publication first."""
        part = window(first, after, last, before)
        return article_list(info, Parent.ENTITY, self.model.id, article_filter(filter), part)

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
        """What it takes part in, or the place of which it is, in the order of time."""
        return event_list(info, Parent.ENTITY, self.model.id, event_filter(filter), window(first, after, last, before))

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
        """What it says."""
        return claim_list(info, Parent.ENTITY, self.model.id, claim_filter(filter), window(first, after, last, before))

    @resolver
    def quotations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[QuotationRef]:
        """Its very words, article by article."""
        return quotation_list(info, Parent.ENTITY, self.model.id, window(first, after, last, before))

    @resolver
    async def related_entities(
        self, info: Info, first: HowManyRelated = 20, types: RelatedTypes = UNSET
    ) -> list[RelatedEntity]:
        """What the same articles name, that of most articles first."""
        limit = page_size("first", first)
        wanted = tuple(types or ())
        load = partial(info.context.archive.related_entities, limit=limit, types=wanted)
        found = await info.context.loaders.owned(("related", limit, wanted), load, lambda _, found: found).load(
            self.model.id
        )
        info.context.loaders.spend(len(found))
        return [RelatedEntity(entity=entity_of(one.entity), article_count=one.article_count, pmi=one.pmi) for one in found]


@object_type
class RelatedEntity:
    """An entity that articles name together with another one."""

    entity: Entity = strawberry.field(description="The other entity.")
    article_count: int = strawberry.field(description="How many articles name both.")
    pmi: float = strawberry.field(
        description="Pointwise mutual information in bits: 1 where naming one makes naming the other twice as likely."
    )


@object_type
class Person(Entity):
    """A human being."""

    @resolver
    async def roles(self, info: Info) -> list[EntityRole]:
        """What articles call them, such as "Secretary of State", that of the newest article first."""
        roles = info.context.loaders.owned("roles", info.context.archive.load_roles, lambda _, found: found)
        found = await roles.load(self.model.id)
        info.context.loaders.spend(len(found))
        return [EntityRole.of(role) for role in found]


@object_type
class EntityRole:
    """A title or office of a person, as articles give it."""

    model: strawberry.Private[models.EntityRole]
    title: str = strawberry.field(description="The title, without the country before it.")
    is_former: bool = strawberry.field(description='Whether they had it before ("former", "ex-").')
    first_seen_at: datetime | None = strawberry.field(description="When the earliest article that says so was published.")
    last_seen_at: datetime | None = strawberry.field(description="When the latest article that says so was published.")
    mention_count: int = strawberry.field(description="How often articles say so.")

    @classmethod
    def of(cls, model: models.EntityRole) -> EntityRole:
        """From the library's value."""
        return cls(
            model=model,
            title=model.title,
            is_former=model.is_former,
            first_seen_at=model.first_seen,
            last_seen_at=model.last_seen,
            mention_count=len(model.mentions),
        )

    @resolver
    def organization(self, info: Info) -> Later[Entity | None]:
        """The organisation, country or place that it is a role in; null where articles do not say."""
        return None if self.model.of_entity_id is None else find(info.context, "Entity", self.model.of_entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where the earliest article says so."""
        first = self.model.mentions[0]
        return cite(info, first.article_id, first.span, first.text)

    @resolver
    async def citations(self, info: Info, first: HowManyRelated = 20) -> list[Citation]:
        """Where articles say so, oldest publication first."""
        chosen = self.model.mentions[: page_size("first", first)]
        info.context.loaders.spend(len(chosen))
        return list(await asyncio.gather(*(cite(info, one.article_id, one.span, one.text) for one in chosen)))


@object_type
class Organization(Entity):
    """A body of people with a name and a structure."""


@object_type
class Coordinates:
    """A point on the globe, in degrees."""

    latitude: float = strawberry.field(description="North of the equator; negative south of it.")
    longitude: float = strawberry.field(description="East of Greenwich; negative west of it.")


@object_type
class PlaceCandidate:
    """A city or country of GeoNames that a name may stand for."""

    geoname_id: str = strawberry.field(description="Its id at geonames.org.")
    name: str = strawberry.field(description="Its name there.")
    country_code: str = strawberry.field(description="ISO 3166-1 alpha-2 code of the country that it is or lies in.")
    coordinates: Coordinates | None = strawberry.field(description="Where a city lies; null for a country.")

    @classmethod
    def of(cls, place: KnownPlace) -> PlaceCandidate:
        """From the gazetteer's value."""
        point = None
        if place.latitude is not None and place.longitude is not None:
            point = Coordinates(latitude=place.latitude, longitude=place.longitude)
        return cls(geoname_id=str(place.geoname_id), name=place.name, country_code=place.country, coordinates=point)


@object_type
class Place(Entity):
    """Where something is or happens: a country, region, city, natural feature, or (`FACILITY`) a building or camp."""

    location: strawberry.Private[Location]
    country_code: str | None = strawberry.field(
        description="ISO 3166-1 alpha-2 code of the country that it is, or that a known city lies in; else null."
    )
    geoname_id: str | None = strawberry.field(
        description="Its id at geonames.org; null where it is unknown or several cities of like size bear its name."
    )
    coordinates: Coordinates | None = strawberry.field(description="Where it lies, for a known city; else null.")

    @resolver
    def candidates(self) -> list[PlaceCandidate]:
        """The countries and cities of at least 100,000 people that its name may stand for, largest first."""
        return [PlaceCandidate.of(place) for place in self.location.candidates]


@object_type
class OtherEntity(Entity):
    """A group of people, or a named thing of another kind."""


@object_type
class EntityMention:
    """One place where an article names an entity."""

    model: strawberry.Private[models.Mention]
    text: str = strawberry.field(description="The words that name it.")
    kind: models.MentionKind = strawberry.field(description="How they name it.")

    @classmethod
    def of(cls, model: models.Mention) -> EntityMention:
        """From the library's value."""
        return cls(model=model, text=model.text, kind=model.kind)

    @resolver
    def entity(self, info: Info) -> Later[Entity]:
        """What is named."""
        return find(info.context, "Entity", self.model.entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where the words stand."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)


_MAKERS: dict[models.EntityType, type[Entity]] = {
    models.EntityType.PERSON: Person,
    models.EntityType.ORGANIZATION: Organization,
    models.EntityType.PLACE: Place,
    models.EntityType.FACILITY: Place,
}


def entity_of(model: models.Entity) -> Entity:
    """The entity as the type that serves its kind."""
    make = _MAKERS.get(model.type, OtherEntity)
    if make is Place:
        return place_of(model)
    return make(
        id=ids.to_global("Entity", model.id),
        model=model,
        name=model.name,
        type=model.type,
        first_seen_at=model.first_seen,
        last_seen_at=model.last_seen,
        mention_count=model.mention_count,
    )


def place_of(model: models.Entity) -> Place:
    """The entity as a place, whatever its kind: an event may be placed at what is mostly known as an organization."""
    location = Location()
    if model.type is models.EntityType.PLACE:
        location = locate(model.name, country=model.country)
    known = None if location.settled is None else PlaceCandidate.of(location.settled)
    return Place(
        location=location,
        geoname_id=None if known is None else known.geoname_id,
        coordinates=None if known is None else known.coordinates,
        id=ids.to_global("Entity", model.id),
        model=model,
        name=model.name,
        type=model.type,
        first_seen_at=model.first_seen,
        last_seen_at=model.last_seen,
        mention_count=model.mention_count,
        country_code=model.country if known is None else known.country_code,
    )


register("Entity", load=lambda archive, keys: archive.load_entities(keys), make=entity_of)
register("Place", load=lambda archive, keys: archive.load_entities(keys), make=place_of)
register("EntityMention", make=EntityMention.of)
