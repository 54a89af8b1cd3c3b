"""How operations are executed: as graphql-core does, less what our plain objects do not need.

For each field graphql-core forms a path and an info, calls a resolver, and asks of whatever comes whether it is awaitable,
an error, null or of the right type. Most fields here are attributes of dataclasses that hold a plain value of their scalar;
those are read directly. Whatever is not as plain as that (null where there may be none, another type, an error) goes the
usual way, which reports it.

For a list, fields that their type can load for many objects at once are loaded before the objects are executed. Objects of
which nothing but plain fields (and plain objects) is selected are read at one go.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

from graphql import Executor as PlainExecutor
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.decorators import PRELOAD, Preload

# No value that a field can have: the usual way takes over.
_OTHER: Any = object()

# Reads a field of an object, `_OTHER` where that is not plain.
_Read: TypeAlias = Callable[[Any], Any]
# Reads an object, all of it.
_Plan: TypeAlias = list[tuple[str, _Read]]

_PLAIN: Mapping[GraphQLScalarType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


class Shapes:
    """What is known of a schema's types before anything is executed, all by name: how plain fields are read, where plain
    objects are found, what can be preloaded, and the classes of each type's objects.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.types: dict[type, GraphQLObjectType] = {}
        # By the name of the expected type and the class of an object: found out when it is first met.
        self.known: dict[tuple[str, type], GraphQLObjectType | None] = {}
        self.classes: dict[str, tuple[type, ...]] = {}
        self.reads: dict[str, dict[str, _Read]] = {}
        self.attributes: dict[str, dict[str, str]] = {}
        self.preloads: dict[str, dict[str, Preload]] = {}
        shared: set[type] = set()
        for kind in schema.type_map.values():
            if not isinstance(kind, GraphQLObjectType):
                continue
            self.reads[kind.name] = {"__typename": _constant(kind.name)}
            self.attributes[kind.name] = {}
            self.preloads[kind.name] = {}
            definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if definition is None:
                continue
            classes = [definition.origin]
            if definition.concrete_of is not None:  # one class for several types
                classes.append(definition.concrete_of.origin)
                shared.update(classes)
            self.classes[kind.name] = tuple(classes)
            self.types[definition.origin] = kind
            for name, field in kind.fields.items():
                self._add(kind.name, name, field)
        for origin in shared:
            self.types.pop(origin, None)

    def _add(self, kind: str, name: str, field: GraphQLField) -> None:
        own = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if own is None:
            return
        if preload := own.metadata.get(PRELOAD):
            self.preloads[kind][name] = preload
            self.attributes[kind][name] = preload.attribute
        elif own.is_basic_field:
            if read := _reader(field, own.python_name):
                self.reads[kind][name] = read
            elif not is_leaf_type(get_named_type(field.type)):
                self.attributes[kind][name] = own.python_name


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor with the short cuts that ``shapes`` allow."""

    def __init__(self, *args: Any, shapes: Shapes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shapes = shapes
        self._plans: dict[tuple[str, int], _Plan | None] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Read what is plain, and execute the other fields as usual."""
        reads = self._shapes.reads.get(parent_type.name)
        if reads is None:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        results: dict[str, Any] = {}
        others: GroupedFieldSet = {}
        for name, details in grouped_field_set.items():
            read = reads.get(details[0].node.name.value)
            results[name] = value = _OTHER if read is None else read(source_value)
            if value is _OTHER:
                others[name] = details
        if not others:
            return results
        rest = super().execute_fields(parent_type, source_value, path, others, position_context)
        if isinstance(rest, dict):
            return _together(results, rest)

        async def awaited() -> dict[str, Any]:
            return _together(results, await rest)

        return awaited()

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """Load for all items what can be; read them if that is all they take, else complete them as usual."""
        usual = super().complete_iterable_value

        def completed() -> AwaitableOrValue[list[Any]]:
            if position_context is None:
                plain = self._plain_list(item_type, field_details_list, items)
                if plain is not _OTHER:
                    return cast("list[Any]", plain)
            return usual(item_type, field_details_list, info, path, items, position_context)

        loads = self._preloads(item_type, field_details_list, items, path) if isinstance(items, list) else []
        if not loads:
            return completed()

        async def loaded() -> list[Any]:
            # What fails is tried again by the field's resolver, which reports it in its place.
            await asyncio.gather(*loads, return_exceptions=True)
            found = completed()
            return found if isinstance(found, list) else await found

        return loaded()

    def complete_abstract_value(
        self,
        return_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """An object's class tells its type where no other type has that class."""
        kind = self._type_of(return_type, result)
        if kind is None:
            return super().complete_abstract_value(return_type, field_details_list, info, path, result, position_context)
        return self.collect_and_execute_subfields(kind, field_details_list, path, result, position_context)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """As usual, without asking an object of the type's own class whether it is of the type."""
        if self._type_of(return_type, result) is None:
            return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)
        return self.collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    def _type_of(self, expected: Any, value: Any) -> GraphQLObjectType | None:
        """The type of an object where its class tells; None where it does not, or where it is not of the expected type."""
        known, key = self._shapes.known, (expected.name, type(value))
        if key not in known:
            known[key] = self._find_type(expected, key[1])
        return known[key]

    def _find_type(self, expected: Any, kind: type) -> GraphQLObjectType | None:
        if kind in self._shapes.classes.get(expected.name, ()):
            return cast("GraphQLObjectType", expected)
        found = self._shapes.types.get(kind)
        if found is None or found is expected:
            return found
        return found if is_abstract_type(expected) and self.schema.is_sub_type(expected, found) else None

    def _preloads(self, item_type: Any, details: FieldDetailsList, items: list[Any], path: Path) -> list[Awaitable[None]]:
        expected = item_type.of_type if is_non_null_type(item_type) else item_type
        if len(items) < 2 or not is_composite_type(expected):
            return []
        types = [self._type_of(expected, item) for item in items]
        owners: dict[Preload, list[Any]] = {}
        for kind in set(types):
            if kind is None or not (known := self._shapes.preloads[kind.name]):
                continue
            selected = self.collect_subfields(kind, details).grouped_field_set.values()
            for preload in {known.get(one[0].node.name.value) for one in selected if one[0].defer_usage is None}:
                if preload is not None:
                    some = (item for item, its in zip(items, types, strict=True) if its is kind)
                    owners.setdefault(preload, []).extend(some)
        return [preload.load(self.context_value, path, some) for preload, some in owners.items()]

    def _plain_list(self, item_type: Any, details: FieldDetailsList, items: Any) -> Any:
        """The items, read; `_OTHER` where one of them takes more than that."""
        is_required = is_non_null_type(item_type)
        expected = item_type.of_type if is_required else item_type
        if not isinstance(items, list) or not is_composite_type(expected):
            return _OTHER
        results = []
        for item in items:
            value = self._plain_object(expected, details, item)
            if value is _OTHER or (value is None and is_required):
                return _OTHER
            results.append(value)
        return results

    def _plain_object(self, expected: Any, details: FieldDetailsList, value: Any) -> Any:
        if value is None:
            return None
        kind = self._type_of(expected, value)
        if kind is None:
            return _OTHER
        key = (kind.name, id(details))  # the executor keeps what it has collected
        plan = self._plans.get(key, _UNKNOWN)
        if plan is _UNKNOWN:
            plan = self._plans[key] = self._plan(kind, details)
        if plan is None:
            return _OTHER
        results = {}
        for name, read in plan:
            results[name] = found = read(value)
            if found is _OTHER:
                return _OTHER
        return results

    def _plan(self, kind: GraphQLObjectType, details: FieldDetailsList) -> _Plan | None:
        """How all that is selected of an object is read; None where that takes more than reading."""
        collected = self.collect_subfields(kind, details)
        if collected.new_defer_usages or self.operation.operation is OperationType.SUBSCRIPTION:
            return None
        plan: _Plan = []
        for response_name, selected in collected.grouped_field_set.items():
            name = selected[0].node.name.value
            read = self._shapes.reads[kind.name].get(name)
            if read is None:
                attribute = self._shapes.attributes[kind.name].get(name)
                if attribute is None:
                    return None
                preloads = name in self._shapes.preloads[kind.name]
                read = self._nested(kind.fields[name].type, attribute, selected, is_preloaded=preloads)
            plan.append((response_name, read))
        return plan

    def _nested(self, type_: Any, attribute: str, details: FieldDetailsList, *, is_preloaded: bool) -> _Read:
        is_required = is_non_null_type(type_)
        inner = type_.of_type if is_required else type_
        complete: Callable[..., Any] = self._plain_object
        if is_list_type(inner):
            inner, complete = inner.of_type, self._plain_list
        nothing = _OTHER if is_required or is_preloaded else None

        def read(source: Any) -> Any:
            value = getattr(source, attribute, _OTHER)
            if value is None:
                return nothing
            return complete(inner, details, value)

        return read


_UNKNOWN: Any = object()


class WholeExecutor(Executor):
    """For clients that take one response: what is marked with `@defer` comes with the rest, as the directive allows."""

    def execute_collected_root_fields(self, *how: Any) -> Any:
        """As an executor does that knows no later parts."""
        return PlainExecutor.execute_collected_root_fields(self, *how)

    def execute_collected_subfields(self, *how: Any) -> Any:
        """As an executor does that knows no later parts."""
        return PlainExecutor.execute_collected_subfields(self, *how)


def _together(results: dict[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    results.update(rest)
    return results


def _constant(name: str) -> _Read:
    return lambda _: name


def _reader(field: GraphQLField, attribute: str) -> _Read | None:
    """What reads a leaf from ``attribute``; None where the field is no leaf that is known here."""
    is_required = is_non_null_type(field.type)
    kind = field.type.of_type if is_non_null_type(field.type) else field.type
    nothing = _OTHER if is_required else None
    if isinstance(kind, GraphQLScalarType) and kind in _PLAIN:
        return _plain_reader(attribute, _PLAIN[kind], nothing)
    if kind is GraphQLInt:
        return _checked_reader(attribute, int, lambda value: value if -(2**31) <= value < 2**31 else _OTHER, nothing)
    if kind is GraphQLFloat:
        return _checked_reader(attribute, float, lambda value: value if math.isfinite(value) else _OTHER, nothing)
    if isinstance(kind, GraphQLEnumType) and (origin := getattr(kind, "wrapped_cls", None)):
        names = {member: kind.coerce_output_value(member) for member in origin}
        return _checked_reader(attribute, origin, names.__getitem__, nothing)
    if isinstance(kind, GraphQLScalarType) and kind.name == "DateTime":
        return _checked_reader(attribute, datetime, kind.coerce_output_value, nothing)
    return None


def _plain_reader(attribute: str, expected: type, nothing: Any) -> _Read:
    def read(source: Any) -> Any:
        value = getattr(source, attribute, _OTHER)
        if type(value) is expected:
            return value
        return nothing if value is None else _OTHER

    return read


def _checked_reader(attribute: str, expected: type, form: Callable[[Any], Any], nothing: Any) -> _Read:
    def read(source: Any) -> Any:
        value = getattr(source, attribute, _OTHER)
        if type(value) is expected:
            try:
                return form(value)
            except (ValueError, OverflowError):
                return _OTHER
        return nothing if value is None else _OTHER

    return read
