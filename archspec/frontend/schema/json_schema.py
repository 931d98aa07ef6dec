"""Layer kinds → JSON Schema (draft 2020-12); `Document` → diagnostics in the author's words.

The schema states what one file shows without being run. Every fragment that can refuse a value
carries ``errorMessage``, which completes "must be ...": editors show it, and so do we.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from archspec.frontend.schema.refusals import EXPECTS
from archspec.frontend.vocabulary import (
    CALL_PATTERN,
    MODIFIERS,
    NETWORK_NAME,
    OPERATIONS,
    TOP_LEVEL,
    VARIABLE_NAME,
    VARIANT_KEYS,
    VARIANT_NAME,
)
from archspec.layers import KINDS
from archspec.layers.base import Field, Layer
from archspec.layers.types import Expects, Type
from archspec.version import __version__

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": "[$]"}
"""A text that passes for any value: what it gives is checked once it is evaluated."""


def _says(words: str, what: str | Expects, **more: Any) -> Schema:
    """The words that complete "must be ...", and the same for code to read."""
    return {
        "errorMessage": words,
        EXPECTS: what if isinstance(what, Expects) else Expects(what, **more),
    }


NUMERIC_TEXT: Schema = {
    "type": "string",
    "pattern": r"^[-+]?[0-9][0-9_]*([.][0-9_]*)?([eE][-+]?[0-9]+)?$",
}
"""A number as editors may read it that take ``25_610_152`` or ``1e-3`` for a text."""

NAME: Schema = {
    "type": ["string", "number", "boolean"],
    **_says("a name: letters, digits, `_`, `-`, and dots between its steps", "name"),
}
VARIABLE_CALL = rf"^\${VARIABLE_NAME}$"


class KindSchemas(Mapping[str, Schema]):
    """The schemas of ``others``, and of all layer kinds by their names, each made when it is first
    looked up: a spec uses a few kinds of many.
    """

    def __init__(self, make: Callable[[str], Schema], others: Schema | None = None) -> None:
        self.make = make
        self.made: Schema = dict(others or {})
        self.names = dict.fromkeys([*self.made, *KINDS])

    def __getitem__(self, name: str) -> Schema:
        if name not in self.made:
            if name not in self.names:
                raise KeyError(name)
            self.made[name] = self.make(name)
        schema: Schema = self.made[name]
        return schema

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def for_checking() -> Schema:
    """What `generate` gives, with `KindSchemas` in the place of the two largest mappings."""
    schema = generate(names=())
    item, defaults = schema["$defs"]["item"]["else"], schema["$defs"]["defaults"]
    item["properties"] = KindSchemas(_call_of(editor=False), item["properties"])
    defaults["properties"] = KindSchemas(_defaults_of(editor=False))
    return schema


def generate(*, editor: bool = False, names: Iterable[str] = KINDS) -> Schema:
    """The JSON Schema that specs are checked by. For an editor, texts that are numbers in YAML 1.2
    pass for numbers. ``names`` are those of the layer kinds that it holds.
    """
    names = tuple(names)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"archspec {__version__}",
        "description": (
            "A neural-network architecture: one network, or a family that shares a structure."
        ),
        **_document(editor),
        "$defs": {
            "items": {
                "type": "array",
                "items": {"$ref": "#/$defs/item"},
                **_says("a list of items, each a line `- Layer: {...}`", "items"),
            },
            "item": _item(editor, names),
            "defaults": _defaults(editor, names),
            "block": _block(),
            "inputs": {
                "type": "object",
                "additionalProperties": _input(),
                "minProperties": 1,
                **_says("a mapping from names to shapes", "mapping"),
            },
            "expect": _expect(editor),
            **(_objects() if editor else {}),
        },
    }


def _document(editor: bool) -> Schema:
    described = {key: {"description": text} for key, text in TOP_LEVEL.items()}
    shapes = _keys()
    shapes |= {
        "archspec": {"const": 1, **_says("1, the version of the language", "version")},
        "name": {
            "type": ["string", "number", "boolean"],
            "pattern": f"^{NETWORK_NAME}$",
            **_says("lower-case letters, digits, `_` and `-`", "network name"),
        },
        "extends": {"type": ["string", "number"], **_says("the path or name of a spec", "spec")},
        "variants": {
            "type": "object",
            "propertyNames": {
                "pattern": f"^{VARIANT_NAME}$",
                **_says(
                    "the name of a variant: letters, digits, `_`, `-`, `.` and `+`", "variant name"
                ),
            },
            "additionalProperties": _variant(),
            **_says("a mapping from names to sets of changes", "mapping"),
        },
    }
    properties = {key: {**described[key], **shapes[key]} for key in TOP_LEVEL}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["archspec", "name"],
        "not": {"type": "object", "required": ["input", "inputs"]},
        **_says("a mapping: a spec starts with `archspec: 1`", "document"),
    }


def _keys() -> dict[str, Schema]:
    """The keys that documents and variants share."""
    text: Schema = {"type": ["string", "null"], **_says("a text", "text")}
    return {
        "description": text,
        "source": text,
        "vars": {"type": "object", **_says("a mapping from names to values", "mapping")},
        "input": _input(),
        "inputs": {"$ref": "#/$defs/inputs"},
        "defaults": {"$ref": "#/$defs/defaults"},
        "blocks": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/block"},
            **_says("a mapping from names to blocks", "mapping"),
        },
        "layers": {"$ref": "#/$defs/items"},
        "expect": {"$ref": "#/$defs/expect"},
    }


def _variant() -> Schema:
    shapes = _keys()
    properties = {key: {"description": TOP_LEVEL[key], **shapes[key]} for key in VARIANT_KEYS}
    return {
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
        "not": {"type": "object", "required": ["input", "inputs"]},
        **_says("a mapping of changes, `{}` for none", "changes"),
    }


def _input() -> Schema:
    words = "a shape: a list of sizes without the batch, `null` for an unknown one"
    size = _either([{"type": "integer", "minimum": 1}, {"type": "null"}, EXPRESSION])
    size |= _says("a positive integer, or `null` for an unknown size", "size", or_null=True)
    shape: Schema = {
        "type": ["array", "string"],
        "items": size,
        "pattern": "[$]",
        **_says(words, "shape"),
    }
    whole = {
        "shape": shape,
        "dtype": {"type": "string", **_says("a Keras dtype such as float32", "dtype")},
    }
    mapping = {"properties": whole, "required": ["shape"], "additionalProperties": False}
    return {
        "type": ["array", "string", "object"],
        "if": {"type": "object"},
        "then": mapping,
        "else": shape,
        **_says(words, "shape"),
    }


def _defaults_of(editor: bool) -> Callable[[str], Schema]:
    return lambda name: _arguments(KINDS[name], editor, null=False)


def _defaults(editor: bool, names: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": {name: _defaults_of(editor)(name) for name in names},
        "additionalProperties": False,
        **_says("a mapping from layer kinds to arguments", "mapping"),
    }


def _block() -> Schema:
    words = "a list of names, `name: value` where there is a default"
    argument = {
        "type": ["string", "object"],
        "pattern": "^[^=]*$",
        "minProperties": 1,
        "maxProperties": 1,
        **_says("a name, or `name: value` for one with a default", "argument"),
    }
    return {
        "type": "object",
        "properties": {
            "description": {"type": "string", **_says("a text", "text")},
            "args": {
                "type": "array",
                "items": argument,
                **_says(words, "names"),
                "description": "The arguments, as in a Python signature.",
            },
            "let": {
                "type": "object",
                **_says("a mapping from names to values", "mapping"),
                "description": "Local values.",
            },
            "inputs": {
                "type": "array",
                "items": NAME,
                "minItems": 1,
                **_says("a list of names", "names"),
                "description": "The names of several inputs.",
            },
            "defaults": {
                "$ref": "#/$defs/defaults",
                "description": "Arguments that the layers written in this block start from.",
            },
            "layers": {"$ref": "#/$defs/items"},
        },
        "required": ["layers"],
        "additionalProperties": False,
        **_says(
            "a mapping with `layers`, and perhaps `args`, `let`, `inputs` and `defaults`", "block"
        ),
    }


def _expect(editor: bool) -> Schema:
    numbers = [{"type": "integer", "minimum": 0}, *([NUMERIC_TEXT] if editor else [])]
    number: Schema = {**_either(numbers), **_says("a plain number, such as 25_610_152", "claim")}
    size = {
        "type": ["integer", "null"],
        "minimum": 0,
        **_says("a size, or `null` for an unknown one", "claimed size", or_null=True),
    }
    shape = {"type": "array", "items": size, **_says("a list of sizes", "sizes")}
    shapes = {
        "type": "object",
        "additionalProperties": shape,
        **_says("a mapping from paths to shapes", "mapping"),
        "description": "Output shapes by path.",
    }
    properties = {
        "parameters": {**number, "description": "All weights, moving statistics included."},
        "trainable_parameters": {**number, "description": "The weights that training changes."},
        "macs": {
            **number,
            "description": "Multiply-adds of convolutions and dense layers for one input.",
        },
        "shapes": shapes,
    }
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **_says("a mapping of claims", "mapping"),
    }


def _call_of(editor: bool) -> Callable[[str], Schema]:
    return lambda name: {
        "description": _summary(KINDS[name]),
        **_arguments(KINDS[name], editor, null=True),
    }


def _item(editor: bool, names: Iterable[str]) -> Schema:
    kinds = {name: _call_of(editor)(name) for name in names}
    call = {"type": ["object", "null"], **_says("a mapping of the block's arguments", "mapping")}
    block = {
        "type": ["object", "null"],
        **_says(
            "a mapping of a block's arguments: no operation or modifier has this name", "mapping"
        ),
    }
    return {
        "type": ["string", "object"],
        **_says("an item, `Layer: {...}` or the bare name of a layer or block", "item"),
        "if": {"type": "string"},
        "else": {
            "properties": {**_structure(), **kinds},
            EXPECTS: Expects("item"),
            "patternProperties": {VARIABLE_CALL: call, CALL_PATTERN: block},
            "additionalProperties": False,
            "minProperties": 1,
            "dependentRequired": {
                "merge": ["branches"],
                "branches": ["merge"],
                "shortcut": ["residual"],
                "output": ["name"],
            },
        },
    }


def _structure() -> dict[str, Schema]:
    """The operations that are no layers, and the modifiers."""
    items = {"$ref": "#/$defs/items"}
    path = _path()
    reference = {
        "type": ["string", "number", "boolean", "array"],
        "items": NAME,
        "minItems": 1,
        **_says("a name or a list of names", "reference"),
    }
    branches = {
        "type": "object",
        "additionalProperties": path,
        "minProperties": 1,
        **_says("a mapping from names to branches, each a list of items", "mapping"),
    }
    shapes: dict[str, Schema] = {
        "layers": items,
        "branches": branches,
        "residual": {**items, "minItems": 1, **_says("a list of at least one item", "items")},
        "reuse": NAME,
        "output": items,
        "name": NAME,
        "repeat": {
            "type": ["integer", "array", "object", "string"],
            "minimum": 0,
            "pattern": "[$]",
            "items": {
                "type": ["object", "string"],
                "pattern": "[$]",
                **_says("a row, `{name: value}`", "row"),
            },
            "additionalProperties": {
                "type": ["array", "string"],
                "pattern": "[$]",
                **_says("a list of values, one for each repetition", "values"),
            },
            **_says("a count, lists of values by variable, or a list of rows", "count"),
        },
        "when": {
            "type": ["boolean", "string"],
            "pattern": "[$]",
            **_says(
                "a truth value: an expression such as `$i > 0`, `true` or `false`",
                "truth",
                choices=("true", "false"),
            ),
        },
        "from": reference,
        "merge": {
            "type": ["string", "object"],
            "minProperties": 1,
            "maxProperties": 1,
            **_says("a merging layer, such as `Concatenate` or `Add`", "merge"),
        },
        "shortcut": path,
    }
    return {
        key: {"description": text, **shapes[key]}
        for key, text in {**OPERATIONS, **MODIFIERS}.items()
    }


def _path() -> Schema:
    """A branch or a shortcut: a list of items, or one under a condition."""
    conditional = {
        "properties": {
            "when": {
                "type": ["boolean", "string"],
                "pattern": "[$]",
                **_says("a truth value", "truth"),
            },
            "layers": {"$ref": "#/$defs/items"},
        },
        "required": ["when", "layers"],
        "additionalProperties": False,
        EXPECTS: Expects("path under a condition"),
    }
    return {
        "type": ["array", "object"],
        "if": {"type": "array"},
        "then": {"$ref": "#/$defs/items"},
        "else": conditional,
        **_says("a list of items, or `{when: ..., layers: [...]}`", "items"),
    }


def _arguments(kind: type[Layer], editor: bool, *, null: bool) -> Schema:
    properties = _properties(kind.kind(), editor)
    return {
        "type": ["object", "null"] if null else "object",
        "properties": properties,
        "additionalProperties": False,
        **_says("a mapping of arguments", "arguments"),
    }


@cache
def _properties(name: str, editor: bool) -> Schema:
    return {
        name: _argument(attribute, editor) for name, attribute in KINDS[name].attributes.items()
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
        **_says(attribute.type.words, attribute.type.expects),
    }


def _objects() -> Schema:
    """What an argument takes that is an initializer, regularizer or constraint, stated once for
    the hundreds of them.
    """
    types = [
        attribute.type
        for kind in KINDS.values()
        for attribute in kind.attributes.values()
        if _takes_objects(attribute.type)
    ]
    return {_object_name(one): _lenient(dict(one.schema), editor=True) for one in types}


def _takes_objects(type: Type) -> bool:
    return any("properties" in one for one in _alternatives(dict(type.schema)))


def _object_name(type: Type) -> str:
    return re.sub(r"\W+", "-", type.words).strip("-")


def _lenient(schema: Schema, editor: bool) -> Schema:
    """The schema of a value, in which every value and element may also be an expression."""
    parts = [_lenient_within(one, editor) for one in _alternatives(schema) if one != EXPRESSION]
    numeric = editor and any(one.get("type") in ("integer", "number") for one in parts)
    return _either(
        [
            *parts,
            {"type": "string", "pattern": rf"[$]|{NUMERIC_TEXT['pattern']}" if numeric else "[$]"},
        ]
    )


def _lenient_within(schema: Schema, editor: bool) -> Schema:
    if "items" in schema:
        return {**schema, "items": _lenient(schema["items"], editor)}
    if editor and "properties" in schema:
        return {
            **schema,
            "properties": {
                name: _lenient(one, editor) for name, one in schema["properties"].items()
            },
        }
    return schema


def _alternatives(schema: Schema) -> list[Schema]:
    return (
        [part for one in schema["anyOf"] for part in _alternatives(one)]
        if "anyOf" in schema
        else [schema]
    )


def _either(schemas: list[Schema]) -> Schema:
    """One of several schemas: a single one that lists their types, where no type or other keyword
    is in two of them.

    That is what validators are quick with, and editors explain well.
    """
    types = [
        kind
        for one in schemas
        for kind in ([one.get("type")] if not isinstance(one.get("type"), list) else one["type"])
    ]
    keywords = [key for one in schemas for key in one if key != "type"]
    told_apart = (
        None not in types
        and len(set(types)) == len(types)
        and not {"integer", "number"} <= set(types)
    )
    if not told_apart or len(set(keywords)) < len(keywords):
        return {"anyOf": schemas}
    return {
        "type": types,
        **{key: value for one in schemas for key, value in one.items() if key != "type"},
    }


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _summary(kind: type[Layer]) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].split())
