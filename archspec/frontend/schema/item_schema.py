"""An item of a list, its operation and its modifiers → its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable

from archspec.frontend.schema.fragments import (
    EXPECTS,
    NAME,
    Schema,
    says,
)
from archspec.frontend.schema.kind_schemas import call_of
from archspec.frontend.vocabulary import (
    BLOCKS_TOO,
    CALL_PATTERN,
    MODIFIERS,
    OPERATIONS,
    PARTNERS,
    VARIABLE_NAME,
)
from archspec.layers.types import Expects

VARIABLE_CALL = rf"^\${VARIABLE_NAME}$"


def item_schema(editor: bool, names: Iterable[str]) -> Schema:
    """An item that is of one of these kinds, of a block, or of a word of the structure."""
    kinds = {name: call_of(editor)(name) for name in names}
    call = {"type": ["object", "null"], **says("a mapping of the block's arguments", "mapping")}
    block = {
        "type": ["object", "null"],
        **says(
            "a mapping of a block's arguments: no operation or modifier has this name", "mapping"
        ),
    }
    return {
        "type": ["string", "object"],
        **says("an item, `Layer: {...}` or the bare name of a layer or block", "item"),
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
                "_shortcut": ["residual"],
                "output": ["name"],
            },
            "dependentSchemas": _blocks_too(),
        },
    }


def _blocks_too() -> dict[str, Schema]:
    """What holds for words that are modifiers beside an operation, and else may call a block."""
    modifiers = {
        "first": {
            "const": "shortcut",
            **says("`shortcut`: the way around comes first", "choice", choices=("shortcut",)),
        },
        "call": {
            "type": "object",
            "minProperties": 1,
            **says("a mapping of the call's arguments", "arguments"),
        },
    }
    return {
        word: {
            "if": {
                "properties": {word: {"type": ["object", "null"]}},
                "propertyNames": {"enum": [word, "name", "repeat", "when", "from"]},
            },
            "else": {
                "properties": {word: modifiers[word]},
                **({"dependentRequired": {word: [PARTNERS[word]]}} if word in PARTNERS else {}),
            },
        }
        for word in BLOCKS_TOO
    }


def _structure() -> dict[str, Schema]:
    """The operations that are no layers, and the modifiers."""
    items = {"$ref": "#/$defs/items"}
    shortcut = _path({}, ["when", "layers"])
    path = _path({"repeat": _repeat()}, ["layers"])
    names = {
        "type": ["string", "number", "boolean", "array"],
        "items": _gather(),
        "minItems": 1,
        **says("a name or a list of names", "names of a role"),
    }
    reference = {
        "type": ["string", "number", "boolean", "array", "object"],
        "items": _gather(),
        "minItems": 1,
        "additionalProperties": names,
        "minProperties": 1,
        **says("a name, a list of names, or names by role", "reference"),
    }
    branches = {
        "type": ["object", "array"],
        "additionalProperties": path,
        "items": path,
        "minProperties": 1,
        "minItems": 1,
        **says("a mapping from names to branches, each a list of items", "mapping"),
    }
    shapes: dict[str, Schema] = {
        "layers": items,
        "branches": branches,
        "residual": {**items, "minItems": 1, **says("a list of at least one item", "items")},
        "reuse": NAME,
        "output": items,
        "name": NAME,
        "repeat": _repeat(),
        "when": {
            "type": ["boolean", "string"],
            "pattern": "[$]",
            **says(
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
            **says("a merging layer, such as `Concatenate` or `Add`", "merge"),
        },
        "shortcut": shortcut,
        "_shortcut": shortcut,
    }
    return {
        key: {"description": text, **shapes.get(key, {})}
        for key, text in {**OPERATIONS, **MODIFIERS}.items()
    }


def _gather() -> Schema:
    """A name in the list of a ``from``, or a mapping that gathers several."""
    when = {"type": ["boolean", "string"], "pattern": "[$]", **says("a truth value", "truth")}
    return {
        "type": ["string", "number", "boolean", "object"],
        "if": {"type": "object"},
        "then": {
            "properties": {"name": NAME, "repeat": _repeat(), "when": when},
            "required": ["name"],
            "additionalProperties": False,
        },
        **says("a name: letters, digits, `_`, `-`, and dots between its steps", "name"),
    }


def _repeat() -> Schema:
    return {
        "type": ["integer", "array", "object", "string"],
        "minimum": 0,
        "pattern": "[$]",
        "items": {
            "type": ["object", "string"],
            "pattern": "[$]",
            **says("a row, `{name: value}`", "row"),
        },
        "additionalProperties": {
            "type": ["array", "string"],
            "pattern": "[$]",
            **says("a list of values, one for each repetition", "values"),
        },
        **says("a count, lists of values by variable, or a list of rows", "count"),
    }


def _path(more: Schema, required: list[str]) -> Schema:
    """A branch or a shortcut: a list of items, or one under a condition, or with ``more`` keys."""
    conditional = {
        "properties": {
            **more,
            "when": {
                "type": ["boolean", "string"],
                "pattern": "[$]",
                **says("a truth value", "truth"),
            },
            "layers": {"$ref": "#/$defs/items"},
        },
        "required": required,
        "additionalProperties": False,
        EXPECTS: Expects("path under a condition"),
    }
    return {
        "type": ["array", "object"],
        "if": {"type": "array"},
        "then": {"$ref": "#/$defs/items"},
        "else": conditional,
        **says("a list of items, or `{when: ..., layers: [...]}`", "items"),
    }
