"""Claims: who said what."""

from __future__ import annotations

import strawberry

from retrieval import models
from schema import ids
from schema.context import Info
from schema.decorators import object_type, resolver
from schema.node_registry import find, loader, register
from schema.types.events import EventTime
from schema.types.provenance import Citation, Node, TextSpan, cite
from schema.types.references import ClaimRef, EntityRef, EventRef, Later

_MARKS = " \n\t\"'“”„«»‘’,"


@object_type
class Principal:
    """Whom a source speaks for: the bank of "a spokesman for the bank", Ann Lee of "Ann Lee's lawyer"."""

    article_id: strawberry.Private[str]
    model: strawberry.Private[models.Principal]
    text: str = strawberry.field(description="The words that name the principal.")

    @resolver
    def entity(self, info: Info) -> Later[EntityRef | None]:
        """The principal as an entity; null where it is not named."""
        return None if self.model.entity_id is None else find(info.context, "Entity", self.model.entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """The citation of its name."""
        return cite(info, self.article_id, self.model.span, self.model.text)


@object_type
class Attribution:
    """A source and whom it cites in turn. "The New York Times, citing two American military officials" is a chain of
    two.
    """

    model: strawberry.Private[models.Attribution]
    content: strawberry.Private[models.Span]
    source_text: str = strawberry.field(description="The words that name the source.")
    kind: models.AttributionKind = strawberry.field(description="The form in which the words are given.")
    cue: str | None = strawberry.field(description='The reporting cue, such as "said"; null where there is none.')
    via: Attribution | None = strawberry.field(
        description="The source that this source cites in turn; null where there is none."
    )
    on_behalf_of: Principal | None = strawberry.field(
        description="The principal for whom a spokesman, lawyer, aide or office speaks; null for other sources."
    )

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
            on_behalf_of=None
            if model.on_behalf_of is None
            else Principal(article_id=model.article_id, model=model.on_behalf_of, text=model.on_behalf_of.text),
        )

    @resolver
    def source(self, info: Info) -> Later[EntityRef | None]:
        """The source as an entity; null where it is not named."""
        entity_id = self.model.source_entity_id
        return None if entity_id is None else find(info.context, "Entity", entity_id)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """The citation of the source; else of the reporting cue; else of the attributed words."""
        span = self.model.source_span or self.model.cue_span or self.content
        return cite(info, self.model.article_id, span, None)


@object_type
class Claim(Node):
    """A statement that a source makes."""

    model: strawberry.Private[models.Claim]
    text: str = strawberry.field(
        description="The content of the claim, in the words of the article, without reporting words that interrupt it."
    )
    spans: list[TextSpan] = strawberry.field(description="The positions of the parts of the content, in reading order.")
    stance: models.ClaimStance = strawberry.field(description="The stance of the source.")
    attribution: Attribution = strawberry.field(description="The attribution: who says it, and via whom.")
    said_at: EventTime | None = strawberry.field(
        description="The time at which it was said; null where the article does not tell."
    )

    @classmethod
    def of(cls, model: models.Claim) -> Claim:
        """From the library's value."""
        return cls(
            id=ids.to_global("Claim", model.id),
            model=model,
            text=model.content,
            spans=[TextSpan(article_id=model.article_id, span=span) for span in model.spans],
            stance=model.stance,
            attribution=Attribution.of(model.attribution, model.span),
            said_at=None if model.said_at is None else EventTime.of(model.said_at),
        )

    @resolver
    def event(self, info: Info) -> Later[EventRef | None]:
        """The event that the claim is about; null where there is none."""
        return None if self.model.event_id is None else find(info.context, "Event", self.model.event_id)

    @resolver
    def parent(self, info: Info) -> Later[ClaimRef | None]:
        """The claim in which this one is reported ("*Lee said the police had told her* ..."); null where there is none."""
        return None if self.model.parent_id is None else find(info.context, "Claim", self.model.parent_id)

    @resolver
    async def entities(self, info: Info) -> list[EntityRef]:
        """The entities that it names."""
        found = await loader(info.context, "Entity").load_many(self.model.entity_ids)
        return [entity for entity in found if entity is not None]

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """The citation of the claim, from its first word to its last."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)

    @resolver
    async def contradicts(self, info: Info) -> list[ClaimRef]:
        """Claims of other sources about the same event that contradict it."""
        return [Claim.of(claim) for claim in (await self._relations(info)).contradicts]

    @resolver
    async def supports(self, info: Info) -> list[ClaimRef]:
        """Claims of other sources about the same event that agree with it."""
        return [Claim.of(claim) for claim in (await self._relations(info)).supports]

    async def _relations(self, info: Info) -> models.ClaimRelations:
        load = info.context.archive.load_claim_relations
        return await info.context.loaders.owned("claim relations", load, lambda _, found: found).load(self.model.id)


@object_type
class Quotation:
    """A direct quotation of a source."""

    model: strawberry.Private[models.Claim]
    text: str = strawberry.field(
        description="The quotation with its quotation marks; a split one from its first to its last word."
    )
    parts: list[str] = strawberry.field(
        description='The quoted words, in several parts where reporting words such as "she said" interrupt them.'
    )
    speaker_text: str = strawberry.field(description="The words that name the speaker.")
    cue: str | None = strawberry.field(description='The reporting cue, such as "said"; null where there is none.')

    @classmethod
    def of(cls, model: models.Claim) -> Quotation:
        """From the library's value."""
        parts = [part.strip(_MARKS) for part in model.parts]
        return cls(
            model=model,
            text=model.text,
            parts=parts,
            speaker_text=model.attribution.source_text,
            cue=model.attribution.cue,
        )

    @resolver
    def speaker(self, info: Info) -> Later[EntityRef | None]:
        """The speaker as an entity; null where the speaker is not named."""
        entity_id = self.model.attribution.source_entity_id
        return None if entity_id is None else find(info.context, "Entity", entity_id)

    @resolver
    def claim(self) -> Claim:
        """The claim that the quotation makes."""
        return Claim.of(self.model)

    @resolver
    def citation(self, info: Info) -> Later[Citation]:
        """The citation."""
        return cite(info, self.model.article_id, self.model.span, self.model.text)


register("Quotation", make=Quotation.of)
register("Claim", load=lambda archive, keys: archive.load_claims(keys), make=Claim.of)
