"""Claims: who said what."""

from __future__ import annotations

import strawberry

from retrieval import models
from schema import ids
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.node_registry import find, loader, register
from schema.types.events import EventTime
from schema.types.provenance import Citation, Node, cite
from schema.types.references import ClaimRef, EntityRef, EventRef, Later

_MARKS = " \n\t\"'“”„«»‘’,"


@object_type
class Attribution:
    """Who says something. A chain: "The New York Times, citing two American military officials" is two links."""

    model: strawberry.Private[models.Attribution]
    content: strawberry.Private[models.Span]
    source_text: str = strawberry.field(description="The words for the source.")
    kind: models.AttributionKind = strawberry.field(description="How its words are given.")
    cue: str | None = strawberry.field(description='The word that gives them, such as "said"; null where there is none.')
    via: Attribution | None = strawberry.field(description="Whom this source cites in turn.")

    @classmethod
    def of(cls, model: models.Attribution, content: models.Span) -> Attribution:
        """From the library's value; ``content`` is where the words stand that are attributed."""
        return cls(
            model=model,
            content=content,
            source_text=model.source_text,
            kind=model.kind,
            cue=model.cue,
            via=None if model.via is None else cls.of(model.via, content),
        )

    @resolver
    def source(self, info: Info) -> Later[EntityRef | None]:
        """The source as an entity; null where it has no name."""
        entity_id = self.model.source_entity_id
        return None if entity_id is None else find(info.context, "Entity", entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where the source is named; else where the cue stands; else the words that are attributed."""
        span = self.model.source_span or self.model.cue_span or self.content
        return cite(info, self.model.article_id, span, None)


@object_type
class Claim(Node):
    """Something that a source says."""

    model: strawberry.Private[models.Claim]
    text: str = strawberry.field(description="What is said, in the article's words.")
    stance: models.ClaimStance = strawberry.field(description="What the source does with it.")
    attribution: Attribution = strawberry.field(description="Who says it.")
    said_at: EventTime | None = strawberry.field(description="When it was said, where the article tells.")

    @classmethod
    def of(cls, model: models.Claim) -> Claim:
        """From the library's value."""
        return cls(
            id=ids.to_global("Claim", model.id),
            model=model,
            text=model.text,
            stance=model.stance,
            attribution=Attribution.of(model.attribution, model.span),
            said_at=None if model.said_at is None else EventTime.of(model.said_at),
        )

    @resolver
    def event(self, info: Info) -> Later[EventRef | None]:
        """The event that it is about; null where it is about none that was found."""
        return None if self.model.event_id is None else find(info.context, "Event", self.model.event_id)

    @resolver
    async def entities(self, info: Info) -> list[EntityRef]:
        """The entities that it names."""
        found = await loader(info.context, "Entity").load_many(self.model.entity_ids)
        return [entity for entity in found if entity is not None]

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where it stands."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)

    @resolver
    async def contradicts(self, info: Info) -> list[ClaimRef]:
        """What other sources say to the contrary of the same event."""
        return [Claim.of(claim) for claim in (await self._relations(info)).contradicts]

    @resolver
    async def supports(self, info: Info) -> list[ClaimRef]:
        """What other sources say to the same effect of the same event."""
        return [Claim.of(claim) for claim in (await self._relations(info)).supports]

    async def _relations(self, info: Info) -> models.ClaimRelations:
        load = info.context.archive.load_claim_relations
        return await info.context.loaders.owned("claim relations", load, lambda _, found: found).load(self.model.id)


@object_type
class Quotation:
    """The very words of a source, as an article gives them."""

    model: strawberry.Private[models.Claim]
    text: str = strawberry.field(description="The words with their quotation marks; of a split one, from first to last.")
    parts: list[str] = strawberry.field(description='The words alone, in several parts where "she said" stands between.')
    speaker_text: str = strawberry.field(description="The words for who says them.")
    cue: str | None = strawberry.field(description='The word that gives them, such as "said"; null where there is none.')

    @classmethod
    def of(cls, model: models.Claim) -> Quotation:
        """From the library's value."""
        begin = model.span.start
        parts = [model.text[span.start - begin : span.end - begin].strip(_MARKS) for span in model.spans]
        return cls(
            model=model,
            text=model.text,
            parts=parts,
            speaker_text=model.attribution.source_text,
            cue=model.attribution.cue,
        )

    @resolver
    def speaker(self, info: Info) -> Later[EntityRef | None]:
        """Who says them as an entity; null where the source has no name."""
        entity_id = self.model.attribution.source_entity_id
        return None if entity_id is None else find(info.context, "Entity", entity_id)

    @resolver
    def claim(self) -> Claim:
        """What is claimed with them."""
        return Claim.of(self.model)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """Where they stand."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)


register("Quotation", make=Quotation.of)
register("Claim", load=lambda archive, keys: archive.load_claims(keys), make=Claim.of)
