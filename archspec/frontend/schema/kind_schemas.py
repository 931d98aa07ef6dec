"""Layer kinds → the schemas of their calls and of the `defaults` for them: a property for each
argument, with its type, words and default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from archspec.frontend.schema.fragments import (
    EXPRESSION,
    NUMERIC_TEXT,
    Schema,
    alternatives,
    either,
    says,
)
from archspec.layers import KINDS
from archspec.layers.base import Layer
from archspec.layers.fields import Field
from archspec.layers.registry import CELLS, kind_of
from archspec.layers.types import Type


class KindSchemas(Mapping[str, Schema]):
    """The schemas of ``others``, and of all layer kinds, or of ``names``, each made when it is
    first looked up: a spec uses a few kinds of many.
    """

    def __init__(
        self,
        make: Callable[[str], Schema],
        others: Schema | None = None,
        names: Iterable[str] = KINDS,
    ) -> None:
        self.make = make
        self.made: Schema = dict(others or {})
        self.names = dict.fromkeys([*self.made, *names])

    def __getitem__(self, name: str) -> Schema:
        if name not in self.made:
            if name not in self:
                raise KeyError(name)
            self.made[name] = self.make(name)
        schema: Schema = self.made[name]
        return schema

    def __contains__(self, name: object) -> bool:
        return name in self.names or name in KINDS

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def call_of(editor: bool) -> Callable[[str], Schema]:
    """A kind's name → the schema of what stands behind it in an item: its arguments, or nothing."""
    return lambda name: {
        "description": _summary(kind_of(name)),
        **_arguments(kind_of(name), editor, null=True),
    }


def defaults_of(editor: bool) -> Callable[[str], Schema]:
    """A kind's name → the schema of what stands behind it in `defaults`: some of its arguments."""
    return lambda name: _arguments(kind_of(name), editor, null=False)


def _arguments(kind: type[Layer], editor: bool, *, null: bool) -> Schema:
    properties = _properties(kind.kind(), editor)
    return {
        "type": ["object", "null"] if null else "object",
        "properties": properties,
        "additionalProperties": False,
        **says("a mapping of arguments", "arguments"),
    }


@cache
def _properties(name: str, editor: bool) -> Schema:
    return {
        name: _argument(attribute, editor) for name, attribute in kind_of(name).attributes.items()
    }


@cache
def _argument(attribute: Field, editor: bool) -> Schema:
    default = {} if attribute.required else {"default": _plain(attribute.default)}
    shared = editor and _takes_objects(attribute.type)
    fragment = (
        {"$ref": f"#/$defs/{_object_name(attribute.type)}"}
        if shared
        else _lenient(dict(attribute.type.schema), editor)
    )
    return {
        **fragment,
        "description": f"{attribute.doc[:1].upper()}{attribute.doc[1:]}: {attribute.type.words}.",
        **default,
        **says(attribute.type.words, attribute.type.expects),
    }


def objects() -> Schema:
    """What an argument takes that is an initializer, regularizer or constraint, stated once for
    the hundreds of them.
    """
    types = [
        attribute.type
        for kind in (*KINDS.values(), *CELLS.values())
        for attribute in kind.attributes.values()
        if _takes_objects(attribute.type)
    ]
    return {_object_name(type): _lenient(dict(type.schema), editor=True) for type in types}


def _takes_objects(type: Type) -> bool:
    return any("properties" in part for part in alternatives(dict(type.schema)))


def _object_name(type: Type) -> str:
    return re.sub(r"\W+", "-", type.words).strip("-")


def _lenient(schema: Schema, editor: bool) -> Schema:
    """The schema of a value, in which every value and element may also be an expression."""
    parts = [_lenient_within(part, editor) for part in alternatives(schema) if part != EXPRESSION]
    if any("[$]" in part.get("pattern", "") for part in parts):  # it takes them already
        return either(parts)
    numeric = editor and any(part.get("type") in ("integer", "number") for part in parts)
    return either(
        [
            *parts,
            {"type": "string", "pattern": rf"[$]|{NUMERIC_TEXT['pattern']}" if numeric else "[$]"},
        ]
    )


def _lenient_within(schema: Schema, editor: bool) -> Schema:
    if "[$]" in schema.get("pattern", ""):
        return schema
    if "items" in schema:
        return {**schema, "items": _lenient(schema["items"], editor)}
    if editor and "properties" in schema:
        return {
            **schema,
            "properties": {
                name: _lenient(part, editor) for name, part in schema["properties"].items()
            },
        }
    return schema


def _plain(value: Any) -> Any:
    return [_plain(element) for element in value] if isinstance(value, tuple) else value


def _summary(kind: type[Layer]) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].split())
