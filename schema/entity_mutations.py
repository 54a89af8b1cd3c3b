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

_WHOSE = "Returned unchanged in the payload."


@input_type
class MergeEntitiesInput:
    """The input of `mergeEntities`."""

    into_id: strawberry.ID = strawberry.field(description="The entity to keep.")
    from_ids: list[strawberry.ID] = strawberry.field(description="The entities to merge into it.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class SplitEntityInput:
    """The input of `splitEntity`."""

    id: strawberry.ID = strawberry.field(description="The id of the entity.")
    aliases: list[str] = strawberry.field(
        description="The aliases to split off, ignoring case. At least one alias must remain."
    )
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class AcceptEntitySuggestionInput:
    """The input of `acceptEntitySuggestion`."""

    into_id: strawberry.ID = strawberry.field(description="The entity to keep: `into` of the suggestion.")
    other_id: strawberry.ID = strawberry.field(description="The entity that may be the same: `other` of the suggestion.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class RefuseEntitySuggestionInput:
    """The input of `refuseEntitySuggestion`."""

    into_id: strawberry.ID = strawberry.field(description="The first entity: `into` of the suggestion.")
    other_id: strawberry.ID = strawberry.field(description="The second entity: `other` of the suggestion.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class LinkEntityInput:
    """The input of `linkEntity`."""

    id: strawberry.ID = strawberry.field(description="The id of the entity.")
    wikidata_id: str = strawberry.field(description="The item's id, such as Q42.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


@input_type
class UndoEntityDecisionInput:
    """The input of `undoEntityDecision`."""

    decision_id: int = strawberry.field(description="The number of the decision, as returned by the mutation that made it.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description=_WHOSE)


HowToMerge: TypeAlias = Annotated[MergeEntitiesInput, strawberry.argument(description="The entities to merge.")]
HowToSplit: TypeAlias = Annotated[
    SplitEntityInput, strawberry.argument(description="The entity to split, and the aliases.")
]
WhatToAccept: TypeAlias = Annotated[AcceptEntitySuggestionInput, strawberry.argument(description="The suggestion.")]
WhatToRefuse: TypeAlias = Annotated[RefuseEntitySuggestionInput, strawberry.argument(description="The suggestion.")]
HowToLink: TypeAlias = Annotated[LinkEntityInput, strawberry.argument(description="The entity to link, and the item.")]
WhatToUndo: TypeAlias = Annotated[UndoEntityDecisionInput, strawberry.argument(description="The decision to undo.")]


@object_type
class EntityDecisionPayload:
    """The result of a decision on entities."""

    decision_id: int | None = strawberry.field(
        description="The number of the decision in the log; null where none was made."
    )
    entities: list[Entity] = strawberry.field(description="The entities concerned, as they are now.")
    user_errors: list[UserError] = strawberry.field(
        description="Errors in the input. Where there are any, nothing was done."
    )
    client_mutation_id: str | None = strawberry.field(description="The words as the question gave them.")


@object_type
class EntityMutations:
    """What can be decided about entities."""

    @mutation
    async def merge_entities(self, info: Info, input: HowToMerge) -> EntityDecisionPayload:  # noqa: A002
        """Merges entities, in stored articles, which are extracted again, and in future ones."""

        def decide() -> models.EntityDecision:
            others = [expect(str(id_), "Entity") for id_ in input.from_ids]
            return info.context.archive.merge_entities(expect(str(input.into_id), "Entity"), others)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def split_entity(self, info: Info, input: HowToSplit) -> EntityDecisionPayload:  # noqa: A002
        """Splits aliases off into an entity of their own, in stored articles and in future ones."""

        def decide() -> models.EntityDecision:
            return info.context.archive.split_entity(expect(str(input.id), "Entity"), input.aliases)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def accept_entity_suggestion(self, info: Info, input: WhatToAccept) -> EntityDecisionPayload:  # noqa: A002
        """Merges the two entities of a suggestion, as `mergeEntities` does."""

        def decide() -> models.EntityDecision:
            other = expect(str(input.other_id), "Entity")
            return info.context.archive.merge_entities(expect(str(input.into_id), "Entity"), [other])

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def refuse_entity_suggestion(self, info: Info, input: WhatToRefuse) -> EntityDecisionPayload:  # noqa: A002
        """Records that the two entities of a suggestion are different. The suggestion is not made again."""

        def decide() -> models.EntityDecision:
            other = expect(str(input.other_id), "Entity")
            return info.context.archive.refuse_suggestion(expect(str(input.into_id), "Entity"), other)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def link_entity(self, info: Info, input: HowToLink) -> EntityDecisionPayload:  # noqa: A002
        """Links an entity to a Wikidata item."""

        def decide() -> models.EntityDecision:
            return info.context.archive.link_entity(expect(str(input.id), "Entity"), input.wikidata_id)

        return await _decided(info, decide, input.client_mutation_id)

    @mutation
    async def undo_entity_decision(self, info: Info, input: WhatToUndo) -> EntityDecisionPayload:  # noqa: A002
        """Undoes a merge, split, link or refusal. The articles concerned are extracted again."""
        decide = partial(info.context.archive.undo_decision, input.decision_id)
        return await _decided(info, decide, input.client_mutation_id)


async def _decided(
    info: Info, decide: Callable[[], models.EntityDecision], client_mutation_id: str | None
) -> EntityDecisionPayload:
    info.context.require_write(info.field_name)
    try:
        decision = await info.context.write(decide)
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
