"""Layer kinds → JSON Schema (draft 2020-12); `Document` → diagnostics in the author's words.

The schema states what one file shows without being run. Every fragment that can refuse a value
carries ``errorMessage``, which completes "must be ...": editors show it, and so do we.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

import jsonschema

from archspec import limits
from archspec.diagnostics import SpecError, stopped
from archspec.frontend.schema.recovery import Refused, mended
from archspec.frontend.schema.refusals import Refusal
from archspec.frontend.vocabulary import (
    CALL_PATTERN,
    MODIFIERS,
    NETWORK_NAME,
    OPERATIONS,
    TOP_LEVEL,
    VARIABLE_NAME,
    VARIANT_KEYS,
)
from archspec.frontend.yaml.reader import Document
from archspec.layers import KINDS
from archspec.layers.base import Attribute, Layer
from archspec.layers.types import Type
from archspec.version import __version__

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": "[$]"}
"""A text that passes for any value: what it gives is checked once it is evaluated."""

NUMERIC_TEXT: Schema = {
    "type": "string",
    "pattern": r"^[-+]?[0-9][0-9_]*([.][0-9_]*)?([eE][-+]?[0-9]+)?$",
}
"""A number as editors may read it that take ``25_610_152`` or ``1e-3`` for a text."""

NAME: Schema = {
    "type": ["string", "number", "boolean"],
    "errorMessage": "a name: letters, digits, `_`, `-`, and dots between its steps",
}
VARIABLE_CALL = rf"^\${VARIABLE_NAME}$"


def generate(*, editor: bool = True) -> Schema:
    """The JSON Schema of a spec. For an editor, texts that are numbers in YAML 1.2 pass for
    numbers.
    """
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
                "errorMessage": "a list of items, each a line `- Layer: {...}`",
            },
            "item": _item(editor),
            "defaults": _defaults(editor),
            "block": _block(),
            "inputs": {
                "type": "object",
                "additionalProperties": _input(),
                "minProperties": 1,
                "errorMessage": "a mapping from names to shapes",
            },
            "expect": _expect(editor),
            **(_objects() if editor else {}),
        },
    }


def _document(editor: bool) -> Schema:
    described = {key: {"description": text} for key, text in TOP_LEVEL.items()}
    shapes = _keys()
    shapes |= {
        "archspec": {"const": 1, "errorMessage": "1, the version of the language"},
        "name": {
            "type": ["string", "number", "boolean"],
            "pattern": f"^{NETWORK_NAME}$",
            "errorMessage": "lower-case letters, digits, `_` and `-`",
        },
        "extends": {"type": ["string", "number"], "errorMessage": "the path or name of a spec"},
        "variants": {
            "type": "object",
            "additionalProperties": _variant(),
            "errorMessage": "a mapping from names to sets of changes",
        },
    }
    properties = {key: {**described[key], **shapes[key]} for key in TOP_LEVEL}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["archspec", "name"],
        "not": {"type": "object", "required": ["input", "inputs"]},
        "errorMessage": "a mapping: a spec starts with `archspec: 1`",
    }


def _keys() -> dict[str, Schema]:
    """The keys that documents and variants share."""
    text: Schema = {"type": ["string", "null"], "errorMessage": "a text"}
    return {
        "description": text,
        "source": text,
        "vars": {"type": "object", "errorMessage": "a mapping from names to values"},
        "input": _input(),
        "inputs": {"$ref": "#/$defs/inputs"},
        "defaults": {"$ref": "#/$defs/defaults"},
        "blocks": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/block"},
            "errorMessage": "a mapping from names to blocks",
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
        "errorMessage": "a mapping of changes, `{}` for none",
    }


def _input() -> Schema:
    words = "a shape: a list of sizes without the batch, `null` for an unknown one"
    size = _either([{"type": "integer", "minimum": 1}, {"type": "null"}, EXPRESSION])
    size["errorMessage"] = "a positive integer, or `null` for an unknown size"
    shape: Schema = {
        "type": ["array", "string"],
        "items": size,
        "pattern": "[$]",
        "errorMessage": words,
    }
    whole = {
        "shape": shape,
        "dtype": {"type": "string", "errorMessage": "a Keras dtype such as float32"},
    }
    mapping = {"properties": whole, "required": ["shape"], "additionalProperties": False}
    return {
        "type": ["array", "string", "object"],
        "if": {"type": "object"},
        "then": mapping,
        "else": shape,
        "errorMessage": words,
    }


def _defaults(editor: bool) -> Schema:
    return {
        "type": "object",
        "properties": {name: _arguments(kind, editor, null=False) for name, kind in KINDS.items()},
        "additionalProperties": False,
        "errorMessage": "a mapping from layer kinds to arguments",
    }


def _block() -> Schema:
    words = "a list of names, `name: value` where there is a default"
    argument = {
        "type": ["string", "object"],
        "minProperties": 1,
        "maxProperties": 1,
        "errorMessage": "a name, or `name: value` for one with a default",
    }
    return {
        "type": "object",
        "properties": {
            "description": {"type": "string", "errorMessage": "a text"},
            "args": {
                "type": "array",
                "items": argument,
                "errorMessage": words,
                "description": "The arguments, as in a Python signature.",
            },
            "let": {
                "type": "object",
                "errorMessage": "a mapping from names to values",
                "description": "Local values.",
            },
            "inputs": {
                "type": "array",
                "items": NAME,
                "minItems": 1,
                "errorMessage": "a list of names",
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
        "errorMessage": (
            "a mapping with `layers`, and perhaps `args`, `let`, `inputs` and `defaults`"
        ),
    }


def _expect(editor: bool) -> Schema:
    numbers = [{"type": "integer", "minimum": 0}, *([NUMERIC_TEXT] if editor else [])]
    number: Schema = {**_either(numbers), "errorMessage": "a plain number, such as 25_610_152"}
    size = {
        "type": ["integer", "null"],
        "minimum": 0,
        "errorMessage": "a size, or `null` for an unknown one",
    }
    shape = {"type": "array", "items": size, "errorMessage": "a list of sizes"}
    shapes = {
        "type": "object",
        "additionalProperties": shape,
        "errorMessage": "a mapping from paths to shapes",
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
        "errorMessage": "a mapping of claims",
    }


def _item(editor: bool) -> Schema:
    kinds = {
        name: {"description": _summary(kind), **_arguments(kind, editor, null=True)}
        for name, kind in KINDS.items()
    }
    call = {"type": ["object", "null"], "errorMessage": "a mapping of the block's arguments"}
    words = "an item, `Layer: {...}` or the bare name of a layer or block"
    return {
        "type": ["string", "object"],
        "errorMessage": words,
        "if": {"type": "string"},
        "then": {"anyOf": [{"type": "string"}, {"enum": list(KINDS)}]},
        "else": {
            "properties": {**_structure(), **kinds},
            "patternProperties": {VARIABLE_CALL: call, CALL_PATTERN: call},
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
        "errorMessage": "a name or a list of names",
    }
    branches = {
        "type": "object",
        "additionalProperties": path,
        "minProperties": 1,
        "errorMessage": "a mapping from names to branches, each a list of items",
    }
    shapes: dict[str, Schema] = {
        "layers": items,
        "branches": branches,
        "residual": {**items, "minItems": 1, "errorMessage": "a list of at least one item"},
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
                "errorMessage": "a row, `{name: value}`",
            },
            "additionalProperties": {
                "type": ["array", "string"],
                "pattern": "[$]",
                "errorMessage": "a list of values, one for each repetition",
            },
            "errorMessage": _REPEAT,
        },
        "when": {
            "type": ["boolean", "string"],
            "pattern": "[$]",
            "errorMessage": "a truth value: an expression such as `$i > 0`, `true` or `false`",
        },
        "from": reference,
        "merge": {
            "type": ["string", "object"],
            "minProperties": 1,
            "maxProperties": 1,
            "errorMessage": "a merging layer, such as `Concatenate` or `Add`",
        },
        "shortcut": path,
    }
    return {
        key: {"description": text, **shapes[key]}
        for key, text in {**OPERATIONS, **MODIFIERS}.items()
    }


_REPEAT = "a count, lists of values by variable, or a list of rows"


def _path() -> Schema:
    """A branch or a shortcut: a list of items, or one under a condition."""
    words = "a list of items, or `{when: ..., layers: [...]}`"
    conditional = {
        "properties": {
            "when": {
                "type": ["boolean", "string"],
                "pattern": "[$]",
                "errorMessage": "a truth value",
            },
            "layers": {"$ref": "#/$defs/items"},
        },
        "required": ["when", "layers"],
        "additionalProperties": False,
    }
    return {
        "type": ["array", "object"],
        "if": {"type": "array"},
        "then": {"$ref": "#/$defs/items"},
        "else": conditional,
        "errorMessage": words,
    }


def _arguments(kind: type[Layer], editor: bool, *, null: bool) -> Schema:
    properties = _properties(kind.kind(), editor)
    return {
        "type": ["object", "null"] if null else "object",
        "properties": properties,
        "additionalProperties": False,
        "errorMessage": "a mapping of arguments",
    }


@cache
def _properties(name: str, editor: bool) -> Schema:
    return {
        name: _argument(attribute, editor) for name, attribute in KINDS[name].attributes.items()
    }


@cache
def _argument(attribute: Attribute, editor: bool) -> Schema:
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
        "errorMessage": attribute.type.words,
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


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(generate(editor=False))


def check(document: Document) -> Document:
    """The document with what the schema has against it, each mistake once, in the author's
    words. Raises `SpecError` where no more can be said.
    """
    refusals = [
        Refusal(
            document,
            tuple(error.absolute_path),
            str(error.validator),
            error.validator_value,
            error.schema,
            error.message,
        )
        for error in islice(_validator().iter_errors(document.data), limits.MISTAKES)
    ]
    if not refusals:
        return document
    problems = [diagnostic for refusal in refusals for diagnostic in refusal.told()]
    if (
        len(refusals) == limits.MISTAKES
    ):  # there may be more, which the next stages cannot pass over
        raise SpecError(stopped(problems), document.sources)
    return mended(document, [Refused(one.path, one.unknown_keys()) for one in refusals], problems)
