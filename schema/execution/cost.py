"""What an operation may cost: list sizes multiplied down its levels, each fragment priced once however often spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from schema.connections import DEFAULT_PAGE, MAX_PAGE
from schema.context import Context
from schema.execution.budgets import RATE_LIMITED, Charge
from schema.execution.limits import users_last

COST_EXCEEDED = "COST_EXCEEDED"

# Points beside those for nodes: what these fields cost the archive however little of them is selected.
_WEIGHTS = {"ask": 100, "searchPassages": 5, "ingestArticles": 50, "removeArticles": 10}
_NODES_PER_POINT = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """``nodes``: the most objects that the operation's lists may hold. ``points``: 1, one for each hundred of them, and
    the weights of what works hard.
    """

    nodes: int
    points: int


@dataclass(frozen=True, slots=True)
class _Price:
    """Of a selection, for each object that it is made on."""

    nodes: int = 0
    weight: int = 0


class Pricing:
    """The costs of operations on a schema. A field with a page size is a list of so many, or of its default."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._defaults: dict[str, int] = {}
        for kind in schema.type_map.values():
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
                for name, field in kind.fields.items():
                    if "first" in field.args:
                        given = field.args["first"].default_value
                        size = given if isinstance(given, int) else DEFAULT_PAGE
                        self._defaults[name] = max(size, self._defaults.get(name, 0))

    def cost(self, document: DocumentNode, name: str | None, variables: Mapping[str, Any]) -> Cost:
        """The cost of the document's operation of that name, or of its only one."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        operation = next(
            (
                d
                for d in document.definitions
                if isinstance(d, OperationDefinitionNode)
                and (name is None or (d.name is not None and d.name.value == name))
            ),
            None,
        )
        if operation is None:  # reported when it is run
            return Cost(0, 1)
        values = dict(_defaults(operation)) | dict(variables)
        prices: dict[str, _Price] = {}
        for fragment in users_last(fragments):
            prices[fragment] = self._price(fragments[fragment].selection_set, values, prices)
        total = self._price(operation.selection_set, values, prices)
        return Cost(total.nodes, 1 + math.ceil(total.nodes / _NODES_PER_POINT) + total.weight)

    def _price(self, selections: SelectionSetNode, values: Mapping[str, Any], prices: Mapping[str, _Price]) -> _Price:
        nodes = weight = 0
        stack = [(selections, 1)]
        while stack:
            selected, times = stack.pop()
            for selection in selected.selections:
                if isinstance(selection, FragmentSpreadNode):
                    spread = prices.get(selection.name.value, _Price())
                    nodes += times * spread.nodes
                    weight += times * spread.weight
                    continue
                inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
                each = times
                if isinstance(selection, FieldNode):
                    weight += times * _WEIGHTS.get(selection.name.value, 0)
                    size = self._size(selection, values)
                    if size is not None:
                        each = times * size
                        nodes += each
                if inner:
                    stack.append((inner, each))
        return _Price(nodes, weight)

    def _size(self, field: FieldNode, values: Mapping[str, Any]) -> int | None:
        """How many objects a list field may give; None for another field."""
        given = {argument.name.value: argument.value for argument in field.arguments or ()}
        if field.name.value == "nodes" and "ids" in given:
            return _length(given["ids"], values)
        if not (default := self._defaults.get(field.name.value)):
            return None
        sizes = (_number(given[name], values) for name in ("first", "last") if name in given)
        size = next((size for size in sizes if size is not None), default)
        return max(0, min(size, MAX_PAGE))


def charge(cost: Cost, limit: int, context: Context | None) -> GraphQLError | None:
    """Take what an operation costs from its client's points; the error where it is more than ``limit`` or than is left."""
    if cost.points > limit:
        message = f"the operation costs {cost.points} points ({cost.nodes} nodes); at most {limit} are allowed"
        return GraphQLError(message, extensions={"code": COST_EXCEEDED})
    if context is None or context.budget is None:
        return None
    balance = context.budget(cost.points)
    context.charge = Charge(cost.points, cost.nodes, balance)
    if not balance.is_refused:
        return None
    message = f"no points are left of {balance.limit} a minute; try again in {balance.seconds_left} seconds"
    return GraphQLError(message, extensions={"code": RATE_LIMITED})


def _defaults(operation: OperationDefinitionNode) -> Iterator[tuple[str, Any]]:
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, IntValueNode):
            yield definition.variable.name.value, int(definition.default_value.value)


def _number(value: ValueNode, values: Mapping[str, Any]) -> int | None:
    if isinstance(value, IntValueNode):
        return int(value.value)
    given = values.get(value.name.value) if isinstance(value, VariableNode) else None
    # A variable of another type, or of none, is refused when the operation runs.
    return given if isinstance(given, int) else None


def _length(value: ValueNode, values: Mapping[str, Any]) -> int:
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, NullValueNode):
        return 0
    given = values.get(value.name.value) if isinstance(value, VariableNode) else None
    return len(given) if isinstance(given, Sequence) and not isinstance(given, str) else 1
