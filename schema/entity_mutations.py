"""What can be decided about entities: that they are one, that one is several, which item of Wikidata one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeAlias, cast

import strawberry
from strawberry import UNSET

from retrieval import InputError, models
from schema.context import Info
from schema.decorators import input_type, mutation, object_type
from schema.enums import UserErrorCode
from schema.ids import expect
from schema.node_registry import loader
from schema.types.entities import Entity
from schema.types.user_errors import UserError

_WHOSE = "Given back unchanged."


@input_type
class MergeEntitiesInput:
    """Which entities are one."""

    into_id: strawberry.ID = strawberry.field(description="The entity that stays.")
    from_ids: list[strawberry.ID] = strawberry.field(description="The entities that become part of it.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class SplitEntityInput:
    """Which names of an entity are another one's."""

    id: strawberry.ID = strawberry.field(description="The entity.")
    aliases: list[str] = strawberry.field(description="Some of its aliases, in upper or lower case; not all.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class LinkEntityInput:
    """Which item of Wikidata an entity is."""

    id: strawberry.ID = strawberry.field(description="The entity.")
    wikidata_id: str = strawberry.field(description="The item's id, such as Q42.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class UndoEntityDecisionInput:
    """Which decision is taken back."""

    decision_id: int = strawberry.field(description="The decision's number, which the mutation that made it gave.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


HowToMerge: TypeAlias = Annotated[MergeEntitiesInput, strawberry.argument(description="Which entities.")]
HowToSplit: TypeAlias = Annotated[SplitEntityInput, strawberry.argument(description="Which entity, and by which names.")]
HowToLink: TypeAlias = Annotated[LinkEntityInput, strawberry.argument(description="Which entity, and to which item.")]
WhatToUndo: TypeAlias = Annotated[UndoEntityDecisionInput, strawberry.argument(description="Which decision.")]


@object_type
class EntityDecisionPayload:
    """What became of the entities."""

    decision_id: int | None = strawberry.field(description="The decision's number in the log; null where none was made.")
    entities: list[Entity] = strawberry.field(description="The entities concerned that are there now.")
    user_errors: list[UserError] = strawberry.field(description="What was wrong; then nothing was done.")
    client_mutation_id: str | None = strawberry.field(description="As it was given.")


@object_type
class EntityMutations:
    """What can be decided about entities."""

    @mutation
    async def merge_entities(self, info: Info, input: HowToMerge) -> EntityDecisionPayload:  # noqa: A002
        """Let entities be one, in the articles of the archive, which are read anew, and in those to come."""

        def decide() -> models.EntityDecision:
            others = [expect(str(id_), "Entity") for id_ in input.from_ids]
            return info.context.archive.merge_entities(expect(str(input.into_id), "Entity"), others)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def split_entity(self, info: Info, input: HowToSplit) -> EntityDecisionPayload:  # noqa: A002
        """Let what is written in some ways be an entity of its own, in the articles of the archive and in those to come."""

        def decide() -> models.EntityDecision:
            return info.context.archive.split_entity(expect(str(input.id), "Entity"), input.aliases)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def link_entity(self, info: Info, input: HowToLink) -> EntityDecisionPayload:  # noqa: A002
        """Say which item of Wikidata an entity is."""

        def decide() -> models.EntityDecision:
            return info.context.archive.link_entity(expect(str(input.id), "Entity"), input.wikidata_id)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def undo_entity_decision(self, info: Info, input: WhatToUndo) -> EntityDecisionPayload:  # noqa: A002
        """Take a merge, a split or a link back; the articles that it concerns are read anew."""
        decide = partial(info.context.archive.undo_decision, input.decision_id)
        return await _decided(info, decide, input.client_mutation_id)


async def _decided(
    info: Info, decide: Callable[[], models.EntityDecision], client_mutation_id: str | None
) -> EntityDecisionPayload:
    info.context.require_write(info.field_name)
    try:
        decision = await info.context.run(decide)
    except InputError as error:
        problem = UserError(message=str(error), code=UserErrorCode.INVALID, path=["input"])
        return EntityDecisionPayload(
            decision_id=None, entities=[], user_errors=[problem], client_mutation_id=client_mutation_id or None
        )
    info.context.forget()
    concerned = await _entities(info, [decision.entity_id, *decision.other_ids])
    return EntityDecisionPayload(
        decision_id=decision.id, entities=concerned, user_errors=[], client_mutation_id=client_mutation_id or None
    )


async def _entities(info: Info, keys: Sequence[str]) -> list[Entity]:
    found = await loader(info.context, "Entity").load_many(list(keys))
    return [cast("Entity", entity) for entity in found if entity is not None]
