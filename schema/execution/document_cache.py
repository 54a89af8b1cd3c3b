"""Documents made ready to run: parsed, validated and priced once, however often they are sent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.execution.cost import Cost, Pricing

# Of so many documents the outcome is remembered; a client that sends ever new ones pushes the oldest out.
_MOST_REMEMBERED = 1000
# And only while they have so many characters together: prepared, each can take 300 bytes.
_MOST_CHARACTERS = 400_000
_LONGEST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and what is wrong with it. ``operations`` are by name, None for one without."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    costs: dict[str | None, Cost] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name, or the only one; None where that is none or more than one."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Preparation:
    """Prepares documents for ``schema`` under ``rules`` and the standard ones. ``hits`` were remembered, ``misses`` not."""

    def __init__(self, schema: GraphQLSchema, rules: Iterable[type[ASTValidationRule]], *, max_tokens: int) -> None:
        self.hits = 0
        self.misses = 0
        self._schema = schema
        # Ours come first: they end the validation of what is too large.
        self._rules = (*rules, *specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
        self._max_tokens = max_tokens
        self._pricing = Pricing(schema)
        self._remembered: OrderedDict[str, Prepared] = OrderedDict()
        self._characters = 0

    def prepare(self, text: str) -> Prepared:
        """The document of that text."""
        found = self._remembered.get(text)
        if found is not None:
            self.hits += 1
            self._remembered.move_to_end(text)
            return found
        self.misses += 1
        made = self._prepare(text)
        if len(text) <= _LONGEST_REMEMBERED:
            self._remembered[text] = made
            self._characters += len(text)
            while len(self._remembered) > _MOST_REMEMBERED or self._characters > _MOST_CHARACTERS:
                oldest, _ = self._remembered.popitem(last=False)
                self._characters -= len(oldest)
        return made

    def cost(self, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
        """What that operation of a document without errors costs."""
        assert prepared.document is not None, "it has no errors"
        name = operation.name.value if operation.name else None
        found = prepared.costs.get(name)
        if found is None:
            found = self._pricing.cost(prepared.document, name, variables)
            if not operation.variable_definitions:
                prepared.costs[name] = found
        return found

    def _prepare(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=self._max_tokens)
        except GraphQLError as error:
            return Prepared(None, (error,))
        errors = tuple(validate(self._schema, document, self._rules))
        operations = {
            definition.name.value if definition.name else None: definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        return Prepared(document, errors, operations)
