"""A schema and a value → whether the schema accepts the value, by JSON Schema, draft 2020-12.

Most documents are right, and jsonschema takes longer to import than all else that `archspec check`
does. So it is asked only what is wrong, about a document that this refuses. These are the keywords
that the schema of specs is written in; a keyword that is not here accepts nothing, so that
jsonschema decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from itertools import chain
from typing import Any

from archspec.frontend.schema.fragments import EXPECTS, Schema

Keyword = Callable[[Any, Any, Schema, Schema], bool]
"""A constraint, a value, the schema that the constraint stands in and the root → whether the value
meets it. As in JSON Schema, it holds of values of other types than its own.
"""


def accepts(schema: Schema, value: Any, root: Schema) -> bool:
    """Whether a value meets every keyword of a schema; ``root`` is what a ``$ref`` leads into."""
    for name, constraint in schema.items():
        if name not in ANNOTATIONS:
            keyword = KEYWORDS.get(name)
            if keyword is None or not keyword(constraint, value, schema, root):
                return False
    return True


def type_names(value: Any) -> tuple[str, ...]:
    """JSON Schema's types of a value: 8.0 is an integer, ``true`` is no number."""
    if type(value) is float:
        return ("number", "integer") if value.is_integer() else ("number",)
    return _TYPES.get(type(value), ())


_TYPES = {
    dict: ("object",),
    list: ("array",),
    str: ("string",),
    int: ("integer", "number"),
    bool: ("boolean",),
    type(None): ("null",),
}


def _type(wanted: str | list[str], value: Any, *_: Schema) -> bool:
    names = type_names(value)
    return wanted in names if isinstance(wanted, str) else any(name in wanted for name in names)


def _equal(constant: Any, value: Any) -> bool:
    return bool(constant == value) and isinstance(constant, bool) == isinstance(value, bool)


def _bound(holds: Callable[[Any, Any], bool]) -> Keyword:
    """A keyword that compares numbers."""
    return lambda bound, value, *_: "number" not in type_names(value) or holds(value, bound)


def _size(type: type[list[Any] | dict[Any, Any]], holds: Callable[[int, int], bool]) -> Keyword:
    """A keyword that compares the number of elements or of keys."""
    return lambda bound, value, *_: not isinstance(value, type) or holds(len(value), bound)


def _pattern(pattern: str, value: Any, *_: Schema) -> bool:
    return not isinstance(value, str) or re.search(pattern, value) is not None


def _items(item: Schema, value: Any, _: Schema, root: Schema) -> bool:
    return not isinstance(value, list) or all(accepts(item, element, root) for element in value)


def _properties(properties: Mapping[str, Schema], value: Any, _: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(
        accepts(properties[key], inner, root) for key, inner in value.items() if key in properties
    )


def _pattern_properties(patterns: Schema, value: Any, _: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(
        accepts(schema, inner, root)
        for pattern, schema in patterns.items()
        for key, inner in value.items()
        if re.search(pattern, key)
    )


def _additional(additional: Schema | bool, value: Any, schema: Schema, root: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    others = (value[key] for key in _additional_keys(value, schema))
    if isinstance(additional, bool):
        return additional or not any(True for _ in others)
    return all(accepts(additional, inner, root) for inner in others)


def _additional_keys(value: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for key in value:
        if key not in properties and not any(re.search(pattern, key) for pattern in patterns):
            yield key


def _required(keys: list[str], value: Any, *_: Schema) -> bool:
    return not isinstance(value, dict) or all(key in value for key in keys)


def _dependent(keys: Mapping[str, list[str]], value: Any, *_: Schema) -> bool:
    return not isinstance(value, dict) or all(
        key in value for key in chain.from_iterable(keys[name] for name in keys if name in value)
    )


def _dependent_schemas(schemas: Schema, value: Any, _: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(
        accepts(schema, value, root) for key, schema in schemas.items() if key in value
    )


def _property_names(names: Schema, value: Any, _: Schema, root: Schema) -> bool:
    return not isinstance(value, dict) or all(accepts(names, key, root) for key in value)


def _if(condition: Schema, value: Any, schema: Schema, root: Schema) -> bool:
    branch = schema.get("then" if accepts(condition, value, root) else "else", {})
    return accepts(branch, value, root)


def _ref(reference: str, value: Any, _: Schema, root: Schema) -> bool:
    steps = reference.removeprefix("#/").split("/")
    return accepts(reduce(lambda schema, step: schema[step], steps, root), value, root)


KEYWORDS: dict[str, Keyword] = {
    "type": _type,
    "const": lambda constant, value, *_: _equal(constant, value),
    "enum": lambda choices, value, *_: any(_equal(choice, value) for choice in choices),
    "minimum": _bound(lambda value, bound: value >= bound),
    "maximum": _bound(lambda value, bound: value <= bound),
    "exclusiveMinimum": _bound(lambda value, bound: value > bound),
    "exclusiveMaximum": _bound(lambda value, bound: value < bound),
    "minItems": _size(list, lambda size, bound: size >= bound),
    "maxItems": _size(list, lambda size, bound: size <= bound),
    "minProperties": _size(dict, lambda size, bound: size >= bound),
    "maxProperties": _size(dict, lambda size, bound: size <= bound),
    "pattern": _pattern,
    "items": _items,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "required": _required,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependent_schemas,
    "propertyNames": _property_names,
    "if": _if,
    "not": lambda schema, value, _, root: not accepts(schema, value, root),
    "anyOf": lambda schemas, value, _, root: any(accepts(each, value, root) for each in schemas),
    "$ref": _ref,
}

ANNOTATIONS = frozenset(
    ["$schema", "$defs", "title", "description", "default", "errorMessage", EXPECTS, "then", "else"]
)
"""Keys of a schema that refuse nothing of themselves: words, and the branches of ``if``."""
