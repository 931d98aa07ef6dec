"""The language of specs → its JSON Schema (draft 2020-12).

The schema states what one file shows without being run. Every fragment that can refuse a value
carries ``errorMessage``, which completes "must be ...": editors show it, and so do we.
"""

from __future__ import annotations

from collections.abc import Iterable

from archspec.frontend.schema.fragments import (
    EXPRESSION,
    NAME,
    NUMERIC_TEXT,
    Schema,
    either,
    says,
)
from archspec.frontend.schema.item_schema import item_schema
from archspec.frontend.schema.kind_schemas import KindSchemas, call_of, defaults_of, objects
from archspec.frontend.vocabulary import (
    NETWORK_NAME,
    TOP_LEVEL,
    VARIANT_KEYS,
    VARIANT_NAME,
)
from archspec.layers import CELLS, KINDS
from archspec.layers.declared import REFERENCE
from archspec.version import __version__


def for_checking() -> Schema:
    """What `generate` gives, with `KindSchemas` in the place of the two largest mappings."""
    schema = generate(names=(), cells=())
    item, defaults = schema["$defs"]["item"]["else"], schema["$defs"]["defaults"]
    item["properties"] = KindSchemas(call_of(editor=False), item["properties"])
    defaults["properties"] = KindSchemas(defaults_of(editor=False), names=[*KINDS, *CELLS])
    schema["$defs"]["cells"] = KindSchemas(call_of(editor=False), names=CELLS)
    return schema


def generate(
    *, editor: bool = False, names: Iterable[str] = KINDS, cells: Iterable[str] = CELLS
) -> Schema:
    """The JSON Schema that specs are checked by. For an editor, texts that are numbers in YAML 1.2
    pass for numbers. ``names`` and ``cells`` are those of the layer kinds and cells that it holds.
    """
    names, cells = tuple(names), tuple(cells)
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
                **says("a list of items, each a line `- Layer: {...}`", "items"),
            },
            "item": item_schema(editor, names),
            "cells": {name: call_of(editor)(name) for name in cells},
            "defaults": _defaults(editor, (*names, *cells)),
            "block": _block(),
            "kind": _kind(),
            "inputs": {
                "type": "object",
                "additionalProperties": _input(),
                "minProperties": 1,
                **says("a mapping from names to shapes", "mapping"),
            },
            "names": _names(),
            "expect": _expect(editor),
            **(objects() if editor else {}),
        },
    }


def _document(editor: bool) -> Schema:
    described = {key: {"description": text} for key, text in TOP_LEVEL.items()}
    shapes = _keys()
    shapes |= {
        "archspec": {"const": 1, **says("1, the version of the language", "version")},
        "name": {
            "type": ["string", "number", "boolean"],
            "pattern": f"^{NETWORK_NAME}$",
            **says("lower-case letters, digits, `_` and `-`", "network name"),
        },
        "extends": {"type": ["string", "number"], **says("the path or name of a spec", "spec")},
        "variants": {
            "type": "object",
            "propertyNames": {
                "pattern": f"^{VARIANT_NAME}$",
                **says(
                    "the name of a variant: letters, digits, `_`, `-`, `.` and `+`", "variant name"
                ),
            },
            "additionalProperties": _variant(),
            **says("a mapping from names to sets of changes", "mapping"),
        },
    }
    properties = {key: {**described[key], **shapes[key]} for key in TOP_LEVEL}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["archspec", "name"],
        "not": {"type": "object", "required": ["input", "inputs"]},
        **says("a mapping: a spec starts with `archspec: 1`", "document"),
    }


def _keys() -> dict[str, Schema]:
    """The keys that documents and variants share."""
    text: Schema = {"type": ["string", "null"], **says("a text", "text")}
    return {
        "description": text,
        "source": text,
        "vars": {"type": "object", **says("a mapping from names to values", "mapping")},
        "input": _input(),
        "inputs": {"$ref": "#/$defs/inputs"},
        "defaults": {"$ref": "#/$defs/defaults"},
        "blocks": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/block"},
            **says("a mapping from names to blocks", "mapping"),
        },
        "kinds": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/kind"},
            **says("a mapping from names to declarations of kinds", "mapping"),
        },
        "layers": {"$ref": "#/$defs/items"},
        "names": {"$ref": "#/$defs/names"},
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
        **says("a mapping of changes, `{}` for none", "changes"),
    }


def _input() -> Schema:
    words = "a shape: a list of sizes without the batch, `null` for an unknown one"
    size = either([{"type": "integer", "minimum": 1}, {"type": "null"}, EXPRESSION])
    size |= says("a positive integer, or `null` for an unknown size", "size", or_null=True)
    shape: Schema = {
        "type": ["array", "string"],
        "items": size,
        "pattern": "[$]",
        **says(words, "shape"),
    }
    whole = {
        "shape": shape,
        "dtype": {"type": "string", **says("a Keras dtype such as float32", "dtype")},
        "optional": {
            "type": "boolean",
            **says("`true` or `false`", "truth", choices=("true", "false")),
            "description": "Whether the input may be left out when the model is called.",
        },
    }
    mapping = {"properties": whole, "required": ["shape"], "additionalProperties": False}
    return {
        "type": ["array", "string", "object"],
        "if": {"type": "object"},
        "then": mapping,
        "else": shape,
        **says(words, "shape"),
    }


def _defaults(editor: bool, names: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": {name: defaults_of(editor)(name) for name in names},
        "additionalProperties": False,
        **says("a mapping from layer kinds to arguments", "mapping"),
    }


def _block() -> Schema:
    words = "a list of names, `name: value` where there is a default"
    argument = {
        "type": ["string", "object"],
        "pattern": "^[^=]*$",
        "minProperties": 1,
        "maxProperties": 1,
        **says("a name, or `name: value` for one with a default", "argument"),
    }
    properties: Schema = {
        "description": {"type": "string", **says("a text", "text")},
        "args": {
            "type": "array",
            "items": argument,
            **says(words, "names"),
            "description": "The arguments, as in a Python signature.",
        },
        "let": {
            "type": "object",
            **says("a mapping from names to values", "mapping"),
            "description": "Local values.",
        },
        "inputs": {
            "type": "array",
            "items": NAME,
            "minItems": 1,
            **says("a list of names", "names"),
            "description": "The names of several inputs.",
        },
        "defaults": {
            "$ref": "#/$defs/defaults",
            "description": "Arguments that the layers written in this block start from.",
        },
        "layers": {"$ref": "#/$defs/items"},
        **_part(),
    }
    return {
        "type": "object",
        "properties": properties,
        "if": {"required": ["spec"]},
        "else": {"properties": {key: {} for key in properties}, "required": ["layers"]},
        "dependentRequired": {key: ["spec"] for key in ("vars", "upto", "trainable")},
        "additionalProperties": False,
        **says(
            "a mapping with `layers`, and perhaps `args`, `let`, `inputs` and `defaults`", "block"
        ),
    }


def _part() -> Schema:
    """The keys of a block that is another spec."""
    return {
        "spec": {
            "type": ["string", "number"],
            **says("the path or name of a spec", "spec"),
            "description": "Another spec that is the block, written as in `extends`.",
        },
        "vars": {
            "type": "object",
            **says("a mapping from names to values", "mapping"),
            "description": "Variables of that spec to change, as a variant does.",
        },
        "upto": {
            **NAME,
            "description": "The path in that spec that the block ends in.",
        },
        "trainable": {
            "type": "boolean",
            **says("a truth value", "truth", choices=("true", "false")),
            "description": "`false` freezes every layer of it.",
        },
    }


def _kind() -> Schema:
    shape: Schema = {
        "type": ["array", "string"],
        "pattern": "[$]",
        **says("a shape: a list of sizes, or an expression such as `$in.shape`", "shape"),
    }
    weight: Schema = {
        "type": ["array", "string", "object"],
        "pattern": "[$]",
        "properties": {
            "shape": shape,
            "trainable": {"type": "boolean", **says("a truth value", "truth")},
        },
        "required": ["shape"],
        "additionalProperties": False,
        **says("a shape, or `{shape: [...], trainable: false}`", "shape"),
    }
    block = _block()["properties"]
    return {
        "type": "object",
        "properties": {
            "description": block["description"],
            "args": block["args"],
            "inputs": block["inputs"],
            "weights": {
                "type": "object",
                "additionalProperties": weight,
                **says("a mapping from the names of weights to their shapes", "mapping"),
                "description": "The weights, in the order in which the layer makes them.",
            },
            "shape": {
                "type": ["array", "string", "object"],
                "pattern": "[$]",
                "additionalProperties": shape,
                "minProperties": 1,
                **says("a shape, or one for each output by name", "shape"),
                "description": "The output's shape; left out, it is the input's.",
            },
            "macs": {
                "type": ["integer", "string", "null"],
                "minimum": 0,
                "pattern": "[$]",
                **says("a number of multiply-adds, or an expression", "count"),
                "description": "Multiply-adds for one example; left out, they are unknown.",
            },
            "keras": {
                "type": "string",
                "pattern": f"^{REFERENCE}$",
                **says("a class of a module, such as `mylab.layers:Norm`", "class"),
                "description": "The class that a model is built with, where its module is trusted.",
            },
        },
        "additionalProperties": False,
        **says("a mapping with `args`, `weights`, `shape`, `macs`, `inputs`, `keras`", "kind"),
    }


def _names() -> Schema:
    return {
        "type": "object",
        "properties": {
            ".": {
                "type": ["string", "number", "boolean"],
                **says("a text, such as `_`", "text"),
                "description": "What stands for the dots of paths.",
            }
        },
        "additionalProperties": {
            "if": {"type": "object"},
            "then": {"$ref": "#/$defs/names"},
            "else": {
                "type": ["string", "number", "boolean"],
                **says("a name, or a mapping of the paths within", "name"),
            },
        },
        **says("a mapping from paths of layers to their names in Keras", "mapping"),
    }


def _expect(editor: bool) -> Schema:
    numbers = [{"type": "integer", "minimum": 0}, *([NUMERIC_TEXT] if editor else [])]
    number: Schema = {**either(numbers), **says("a plain number, such as 25_610_152", "claim")}
    size = {
        "type": ["integer", "null"],
        "minimum": 0,
        **says("a size, or `null` for an unknown one", "claimed size", or_null=True),
    }
    shape = {"type": "array", "items": size, **says("a list of sizes", "sizes")}
    shapes = {
        "type": "object",
        "additionalProperties": shape,
        **says("a mapping from paths to shapes", "mapping"),
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
        **says("a mapping of claims", "mapping"),
    }
