"""How large a query may be: one validation rule, which looks at each fragment once however often it is spread.

Counts are those of the query written out, as execution would walk it: fragments that spread each other twice, forty deep,
are refused although each is small. (To count by walking the spreads takes exponential time; here each is measured once.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.validation.validate import ValidationAbortedError

_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest query that is run. Introspection (`__schema`, `__type`) counts as one field and one level.

    ``cost`` is in the points of `schema.execution.cost`.
    """

    tokens: int = 2000
    depth: int = 12
    fields: int = 500
    aliases: int = 30
    root_fields: int = 20
    directives_per_node: int = 5
    cost: int = 2000


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a selection with its fragments written out. ``root_fields`` are those at its first level."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0


class Measure:
    """The sizes of a document's operations. ``visited`` counts the selections looked at."""

    def __init__(self, document: DocumentNode) -> None:
        self.visited = 0
        self._document = document
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def operations(self) -> list[Size]:
        """One size for each operation, in the document's order."""
        sizes: dict[str, Size] = {}
        for name in users_last(self._fragments):
            sizes[name] = self._size(self._fragments[name], sizes)
        return [
            self._size(definition, sizes)
            for definition in self._document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]

    def _size(self, definition: FragmentDefinitionNode | OperationDefinitionNode, sizes: Mapping[str, Size]) -> Size:
        depth = fields = aliases = root_fields = 0
        directives = len(definition.directives or ())
        stack = [(definition.selection_set, 1)]
        while stack:
            selections, level = stack.pop()
            for selection in selections.selections:
                self.visited += 1
                directives = max(directives, len(selection.directives or ()))
                if isinstance(selection, FragmentSpreadNode):
                    # A fragment of a cycle, or that is not there, has no size yet; the standard rules report it.
                    spread = sizes.get(selection.name.value, Size())
                    depth = max(depth, level - 1 + spread.depth)
                    fields += spread.fields
                    aliases += spread.aliases
                    root_fields += spread.root_fields if level == 1 else 0
                    directives = max(directives, spread.directives)
                    continue
                inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
                if not isinstance(selection, FieldNode):
                    stack.extend([(inner, level)] if inner else [])
                    continue
                depth = max(depth, level)
                fields += 1
                aliases += selection.alias is not None
                root_fields += level == 1
                if inner and selection.name.value not in _INTROSPECTION:
                    stack.append((inner, level + 1))
        return Size(depth, fields, aliases, root_fields, directives)


class LimitsRule(ASTValidationRule):
    """Refuses a document with an operation over ``limits``, before any other rule has spent time on it."""

    limits: ClassVar[Limits] = Limits()

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        """Measure the document and stop its validation when it is too large."""
        for size in Measure(node).operations():
            for what, count, limit in self._counts(size):
                if count > limit:
                    raise ValidationAbortedError(f"the query has {_shown(count)} {what}; at most {limit} are allowed", node)

    def _counts(self, size: Size) -> Iterable[tuple[str, int, int]]:
        yield "levels", size.depth, self.limits.depth
        yield "fields", size.fields, self.limits.fields
        yield "aliases", size.aliases, self.limits.aliases
        yield "root fields", size.root_fields, self.limits.root_fields
        yield "directives on one node", size.directives, self.limits.directives_per_node


@cache
def limits_rule(limits: Limits) -> type[LimitsRule]:
    """The rule for ``limits``: the same class each time, since a validation is cached under its rules' identity."""
    return type("LimitsRule", (LimitsRule,), {"limits": limits})


def _shown(count: int) -> str:
    return str(count) if count < 10**9 else "billions of"


def users_last(fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
    """The fragments' names, each after those that it spreads. Spreads may chain deeper than the stack: no recursion."""
    order: list[str] = []
    seen: set[str] = set()
    for root in fragments:
        stack = [(root, False)]
        while stack:
            name, is_done = stack.pop()
            if is_done:
                order.append(name)
            elif name not in seen and name in fragments:
                seen.add(name)
                stack.append((name, True))
                stack.extend((spread, False) for spread in _spreads(fragments[name].selection_set))
    return order


def _spreads(selection_set: SelectionSetNode) -> Iterable[str]:
    stack = [selection_set]
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                yield selection.name.value
            elif inner := getattr(selection, "selection_set", None):
                stack.append(inner)
