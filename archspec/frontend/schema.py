"""Layer kinds → JSON Schema (draft 2020-12); `Document` → diagnostics in the author's words.

The schema states what one file shows without being run. Every fragment that can refuse a value carries ``errorMessage``, which completes
"must be ...": editors show it, and so do we.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

import jsonschema

from archspec import __version__
from archspec.diagnostics import Diagnostic
from archspec.frontend.source import Document, Value
from archspec.frontend.vocabulary import BLOCK_NAME, MODIFIERS, NETWORK_NAME, OPERATIONS, RESERVED_STEPS, TOP_LEVEL, VARIABLE_NAME, VARIANT_KEYS
from archspec.layers import KINDS
from archspec.layers.base import Attribute, Layer
from archspec.spelling import did_you_mean

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": "[$]"}
"""A text that passes for any value: what it gives is checked once it is evaluated."""

NUMERIC_TEXT: Schema = {"type": "string", "pattern": r"^[-+]?[0-9][0-9_]*([.][0-9_]*)?$"}
"""A number as editors may read it that take ``25_610_152`` for a text."""

NAME: Schema = {"type": ["string", "number", "boolean"], "errorMessage": "a name: letters, digits, `_`, `-`, and dots between its steps"}
NOT_A_STEP = "|".join(sorted(RESERVED_STEPS))
CALL_PATTERN = f"^(?!(?:{NOT_A_STEP})$){BLOCK_NAME}$"
VARIABLE_CALL = rf"^\${VARIABLE_NAME}$"


def generate(*, editor: bool = True) -> Schema:
    """The JSON Schema of a spec. For an editor, texts that are numbers in YAML 1.2 pass for numbers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"archspec {__version__}",
        "description": "A neural-network architecture: one network, or a family that shares a structure.",
        **_document(editor),
        "$defs": {
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "errorMessage": "a list of items, each a line `- Layer: {...}`"},
            "item": _item(editor),
            "defaults": _defaults(editor),
            "block": _block(),
            "inputs": {"type": "object", "additionalProperties": _input(), "minProperties": 1, "errorMessage": "a mapping from names to shapes"},
            "expect": _expect(editor),
        },
    }


def _document(editor: bool) -> Schema:
    described = {key: {"description": text} for key, text in TOP_LEVEL.items()}
    shapes = _keys()
    shapes |= {
        "archspec": {"const": 1, "errorMessage": "1, the version of the language"},
        "name": {"type": ["string", "number"], "pattern": f"^{NETWORK_NAME}$", "errorMessage": "a name of lower-case letters, digits, `_` and `-`"},
        "extends": {"type": ["string", "number"], "errorMessage": "the path or name of a spec"},
        "variants": {"type": "object", "additionalProperties": _variant(), "errorMessage": "a mapping from names to sets of changes"},
    }
    properties = {key: {**described[key], **shapes[key]} for key in TOP_LEVEL}
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": ["archspec", "name"], "errorMessage": "a mapping: a spec starts with `archspec: 1`"}


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
        "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}, "errorMessage": "a mapping from names to blocks"},
        "layers": {"$ref": "#/$defs/items"},
        "expect": {"$ref": "#/$defs/expect"},
    }


def _variant() -> Schema:
    shapes = _keys()
    properties = {key: {"description": TOP_LEVEL[key], **shapes[key]} for key in VARIANT_KEYS}
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False, "errorMessage": "a mapping of changes, `{}` for none"}


def _input() -> Schema:
    words = "a shape: a list of sizes without the batch, `null` for an unknown one"
    size = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}, EXPRESSION], "errorMessage": "a positive integer, or `null` for an unknown size"}
    shape: Schema = {"type": ["array", "string"], "items": size, "pattern": "[$]", "errorMessage": words}
    whole = {"shape": shape, "dtype": {"type": "string", "errorMessage": "a Keras dtype such as float32"}}
    mapping = {"properties": whole, "required": ["shape"], "additionalProperties": False}
    return {"type": ["array", "string", "object"], "if": {"type": "object"}, "then": mapping, "else": shape, "errorMessage": words}


def _defaults(editor: bool) -> Schema:
    return {
        "type": "object",
        "properties": {name: _arguments(kind, editor, null=False) for name, kind in KINDS.items()},
        "additionalProperties": False,
        "errorMessage": "a mapping from layer kinds to arguments",
    }


def _block() -> Schema:
    words = "a list of names, `name: value` where there is a default"
    argument = {"type": ["string", "object"], "minProperties": 1, "maxProperties": 1, "errorMessage": "a name, or `name: value` for one with a default"}
    return {
        "type": "object",
        "properties": {
            "description": {"type": "string", "errorMessage": "a text"},
            "args": {"type": "array", "items": argument, "errorMessage": words, "description": "The arguments, as in a Python signature."},
            "let": {"type": "object", "errorMessage": "a mapping from names to values", "description": "Local values."},
            "inputs": {"type": "array", "items": NAME, "minItems": 1, "errorMessage": "a list of names", "description": "The names of several inputs."},
            "defaults": {"$ref": "#/$defs/defaults", "description": "Arguments that the layers written in this block start from."},
            "layers": {"$ref": "#/$defs/items"},
        },
        "required": ["layers"],
        "additionalProperties": False,
        "errorMessage": "a mapping with `layers`, and perhaps `args`, `let`, `inputs` and `defaults`",
    }


def _expect(editor: bool) -> Schema:
    numbers = [{"type": "integer", "minimum": 0}, *([NUMERIC_TEXT] if editor else [])]
    number: Schema = {"anyOf": numbers, "errorMessage": "a plain number, such as 25_610_152"}
    size = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}], "errorMessage": "a size, or `null` for an unknown one"}
    shape = {"type": "array", "items": size, "errorMessage": "a list of sizes"}
    shapes = {"type": "object", "additionalProperties": shape, "errorMessage": "a mapping from paths to shapes", "description": "Output shapes by path."}
    properties = {
        "parameters": {**number, "description": "All weights, moving statistics included."},
        "trainable_parameters": {**number, "description": "The weights that training changes."},
        "macs": {**number, "description": "Multiply-adds of convolutions and dense layers for one input."},
        "shapes": shapes,
    }
    return {"type": "object", "properties": properties, "additionalProperties": False, "errorMessage": "a mapping of claims"}


def _item(editor: bool) -> Schema:
    kinds = {name: {"description": _summary(kind), **_arguments(kind, editor, null=True)} for name, kind in KINDS.items()}
    call = {"type": ["object", "null"], "errorMessage": "a mapping of the block's arguments"}
    words = "an item: a mapping with one operation, or the bare name of a layer or block"
    return {
        "type": ["string", "object"],
        "errorMessage": words,
        "if": {"type": "string"},
        "then": {"anyOf": [{"enum": list(KINDS)}, {"type": "string"}]},
        "else": {
            "properties": {**_structure(), **kinds},
            "patternProperties": {VARIABLE_CALL: call, CALL_PATTERN: call},
            "additionalProperties": False,
            "minProperties": 1,
            "dependentRequired": {"merge": ["branches"], "branches": ["merge"], "shortcut": ["residual"], "output": ["name"]},
        },
    }


def _structure() -> dict[str, Schema]:
    """The operations that are no layers, and the modifiers."""
    items = {"$ref": "#/$defs/items"}
    path = _path()
    reference = {"type": ["string", "number", "array"], "items": NAME, "minItems": 1, "errorMessage": "a name or a list of names"}
    branches = {"type": "object", "additionalProperties": path, "minProperties": 1, "errorMessage": "a mapping from names to branches, each a list of items"}
    shapes: dict[str, Schema] = {
        "layers": items,
        "branches": branches,
        "residual": {**items, "minItems": 1},
        "reuse": NAME,
        "output": items,
        "name": NAME,
        "repeat": {"type": ["integer", "array", "object", "string"], "minimum": 0, "pattern": "[$]", "errorMessage": _REPEAT},
        "when": {"type": ["boolean", "string"], "pattern": "[$]", "errorMessage": "a truth value: an expression such as `$i > 0`, `true` or `false`"},
        "from": reference,
        "merge": {"type": ["string", "object"], "minProperties": 1, "maxProperties": 1, "errorMessage": "a merging layer, such as `Concatenate` or `Add`"},
        "shortcut": path,
    }
    return {key: {"description": text, **shapes[key]} for key, text in {**OPERATIONS, **MODIFIERS}.items()}


_REPEAT = "a count, lists of values by variable, or a list of rows"


def _path() -> Schema:
    """A branch or a shortcut: a list of items, or one under a condition."""
    words = "a list of items, or `{when: ..., layers: [...]}`"
    conditional = {
        "properties": {"when": {"type": ["boolean", "string"], "pattern": "[$]", "errorMessage": "a truth value"}, "layers": {"$ref": "#/$defs/items"}},
        "required": ["when", "layers"],
        "additionalProperties": False,
    }
    return {"type": ["array", "object"], "if": {"type": "object"}, "then": conditional, "else": {"$ref": "#/$defs/items"}, "errorMessage": words}


def _arguments(kind: type[Layer], editor: bool, *, null: bool) -> Schema:
    properties = {name: _argument(attribute, editor) for name, attribute in kind.attributes.items()}
    return {"type": ["object", "null"] if null else "object", "properties": properties, "additionalProperties": False, "errorMessage": "a mapping of arguments"}


def _argument(attribute: Attribute, editor: bool) -> Schema:
    default = {} if attribute.required else {"default": _plain(attribute.default)}
    fragment = _lenient(attribute.type.schema, editor)
    return {**fragment, "description": f"{attribute.doc[:1].upper()}{attribute.doc[1:]}: {attribute.type.words}.", **default, "errorMessage": attribute.type.words}


def _lenient(schema: Any, editor: bool) -> Schema:
    """The schema of a value, in which every value and element may also be an expression."""
    inner: Schema = dict(schema)
    if "items" in inner:
        inner["items"] = _lenient(inner["items"], editor)
    if "anyOf" in inner:
        inner["anyOf"] = [_lenient(one, editor) for one in inner["anyOf"]]
    numeric = [NUMERIC_TEXT] if editor and inner.get("type") in ("integer", "number") else []
    return {"anyOf": [inner, EXPRESSION, *numeric]}


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _summary(kind: type[Layer]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(generate(editor=False))


def check(document: Document) -> list[Diagnostic]:
    """What the schema has against a document, each mistake once, in the author's words."""
    diagnostics: list[Diagnostic] = []
    for error in _validator().iter_errors(document.data):
        diagnostics += _Translation(document, error).diagnostics()
    return diagnostics


class _Translation:
    """One error of the validator, told as an author would want to hear it."""

    def __init__(self, document: Document, error: jsonschema.ValidationError) -> None:
        self.path = tuple(error.absolute_path)
        self.error = error
        self.value = document.at(self.path)
        self.document = document

    def diagnostics(self) -> Iterator[Diagnostic]:
        say = {
            "additionalProperties": self._unknown_keys,
            "required": self._missing_keys,
            "dependentRequired": self._missing_partners,
            "minProperties": self._empty,
            "maxProperties": self._too_many,
            "minItems": self._empty,
        }.get(str(self.error.validator), self._wrong_value)
        yield from say()

    @property
    def key(self) -> str:
        """The nearest key above the value: what the author would call it."""
        return next((str(step) for step in reversed(self.path) if isinstance(step, str)), "the spec")

    def _wrong_value(self) -> Iterator[Diagnostic]:
        words = self.error.schema.get("errorMessage", "something else") if isinstance(self.error.schema, dict) else "something else"
        yield self._refused(words)

    def _refused(self, words: str) -> Diagnostic:
        last = self.path[-1] if self.path else None
        if isinstance(last, str) and self._is_call(last):
            return self._misplaced_call(last)
        what = f"`{self.key}`" if isinstance(last, str) else f"entry {last + 1} of `{self.key}`" if isinstance(last, int) else "a spec"
        kind = found(self.value)
        return Diagnostic("wrong-value", f"{what} must be {words}", self.value.span, f"found {kind}", help=advice(self.value, words))

    def _is_call(self, key: str) -> bool:
        return re.match(CALL_PATTERN, key) is not None and len(self.path) > 1 and isinstance(self.path[-2], int)

    def _misplaced_call(self, key: str) -> Diagnostic:
        """A lower-case key of an item whose value is no mapping: no block call, so a misspelt modifier or a mis-indented argument."""
        item = self.document.at(self.path[:-1])
        owner = next((name for name in item.data if name in KINDS and key in KINDS[name].attributes), None)
        if owner:
            return _outside(key, owner, self.value)
        near = did_you_mean(key, [*MODIFIERS, *OPERATIONS])
        message = f"an item has no modifier `{key}`, and a block would take a mapping of arguments"
        return Diagnostic("unknown-key", message, self.value.place, help=near or f"the modifiers are {', '.join(MODIFIERS)}")

    def _unknown_keys(self) -> Iterator[Diagnostic]:
        schema = self.error.schema
        known = list(schema.get("properties", ()))
        patterns = list(schema.get("patternProperties", ()))
        for key, value in self.value.items():
            if key not in known and not any(re.search(pattern, key) for pattern in patterns):
                yield self._unknown_key(key, value, known)

    def _unknown_key(self, key: str, value: Value, known: list[str]) -> Diagnostic:
        if value.data is None and value.text == "" and (key[-1:] in ")]'\"" or "$" in key):
            help = "put the whole expression in double quotes: its comma ended the value"
            return Diagnostic("unquoted-expression", f"`{key}` is a piece of an expression that was cut at a comma", value.place, help=help)
        if "layers" in known and "Conv2D" in known:
            return self._unknown_operation(key, value, known)
        owner = self.path[-1] if self.path else None
        near = did_you_mean(key, [name for name in known if name not in self.value.data] or known)
        if owner in KINDS:
            item = self.document.at(self.path[:-1])
            if key in MODIFIERS and not item.is_list:
                help = f"indent `{key}` as `{owner}` is: it belongs to the item, not to the layer"
                return Diagnostic("unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=help)
            return Diagnostic("unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=near or f"its arguments are {_listed(known)}")
        what = f"`{owner}`" if isinstance(owner, str) else "a spec" if owner is None else f"`{self.key}`"
        noun = "key" if owner not in ("defaults",) else "layer kind"
        return Diagnostic("unknown-key", f"{what} has no {noun} `{key}`", value.place, help=near or f"it may have {_listed(known)}")

    def _unknown_operation(self, key: str, value: Value, known: list[str]) -> Diagnostic:
        owner = next((name for name in self.value.data if name in KINDS and key in KINDS[name].attributes), None)
        if owner:
            return _outside(key, owner, value)
        near = did_you_mean(key, known)
        what = "layer kind" if key[:1].isupper() else "operation or modifier"
        return Diagnostic("unknown-layer" if key[:1].isupper() else "unknown-key", f"there is no {what} `{key}`", value.place, help=near or "`archspec layers` lists the layer kinds")

    def _missing_keys(self) -> Iterator[Diagnostic]:
        """A required key that is missing, unless a misspelt one stands in its place and is told of already."""
        missing = [key for key in self.error.validator_value if key not in self.value.data]
        known = set(self.error.schema.get("properties", ()))
        strangers = [key for key in self.value.data if key not in known]
        for key in missing:
            if not get_close_matches(key, strangers, 1, 0.6) and self.error.message.startswith(repr(key)):
                place = self.value.place if self.path else self.value.span
                owner = f"`{self.key}`" if self.path else "the spec"
                yield Diagnostic("missing-key", f"{owner} needs `{key}`", _first(place), help=_HOW_TO.get(key, f"add `{key}: ...`"))

    def _missing_partners(self) -> Iterator[Diagnostic]:
        for key, partners in self.error.validator_value.items():
            for partner in partners:
                if key in self.value.data and partner not in self.value.data and f"{partner!r} is a dependency of {key!r}" == self.error.message:
                    place = self.value.data[key].place
                    yield Diagnostic("missing-key", f"`{key}` needs `{partner}` beside it", place, help=_PARTNERS.get((key, partner)))

    def _empty(self) -> Iterator[Diagnostic]:
        what = f"`{self.key}`" if self.path and isinstance(self.path[-1], str) else "this item"
        words = self.error.schema.get("errorMessage", "an item with one operation")
        yield Diagnostic("wrong-value", f"{what} is empty", self.value.place if self.value.key else self.value.span, help=f"it must be {words}")

    def _too_many(self) -> Iterator[Diagnostic]:
        words = self.error.schema.get("errorMessage", "one key")
        names = ", ".join(f"`{key}`" for key in self.value.data)
        yield Diagnostic("wrong-value", f"this must be {words}", self.value.span, f"found {names}", help="write each as an entry of its own")


_HOW_TO = {
    "archspec": "begin the file with `archspec: 1`",
    "name": "add `name: mynet`",
    "layers": "add `layers:` with a list of items; an empty one is `layers: []`",
    "shape": "add `shape: [height, width, channels]`",
    "when": "a branch written as a mapping has `when` and `layers`; without a condition write just the list",
}

_PARTNERS = {
    ("branches", "merge"): "say how the branches join: `merge: Concatenate` or `merge: Add`",
    ("merge", "branches"): "`merge` joins `branches`; a merging layer by itself is an item, `- Concatenate: {}` with `from: [...]`",
    ("shortcut", "residual"): "`shortcut` is the way around a `residual`",
    ("output", "name"): "name the output: `name: aux1`",
}


def _outside(key: str, owner: str, value: Value) -> Diagnostic:
    message = f"`{key}` is an argument of `{owner}`, and stands beside it instead of in it"
    return Diagnostic("misplaced-argument", message, value.place, help=f"indent it below `{owner}:`, or write `{owner}: {{{key}: ...}}`")


def _first(span: Any) -> Any:
    """The first line of a span: an error about a whole mapping points at its beginning."""
    return span if span.line == span.end_line else type(span)(span.file, span.line, span.column, span.line, span.column + 1)


def _listed(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def found(value: Value) -> str:
    """What a value is, for the words under the caret."""
    if value.data is None:
        return "nothing" if value.text == "" else "`null`"
    if isinstance(value.data, bool):
        return f"the truth value {value.text}"
    if isinstance(value.data, int | float):
        return f"the number {value.text}"
    if isinstance(value.data, str):
        return f"the text '{value.data if len(value.data) <= 40 else value.data[:37] + '...'}'"
    return "a list" if value.is_list else "a mapping"


def advice(value: Value, words: str) -> str | None:
    """What to write instead of a value that was refused, where that can be told."""
    text = value.data if isinstance(value.data, str) else ""
    if any(quote in text for quote in "“”‘’„"):
        return "these are typographic quotes; use straight ones, ' or \""
    choices = re.findall(r"`([^`]+)`", words)
    if text and (near := did_you_mean(text, choices)):
        return near
    if text and re.fullmatch(r"[-+]?[0-9.]+", text):
        return "remove the quotes: in quotes a number is a text"
    if text.lower() in ("yes", "no", "on", "off") and "truth value" in words + " truth value" * ("`true`" in words):
        return f"write `{'true' if text.lower() in ('yes', 'on') else 'false'}`"
    if re.search(r"[-+*/()]", text) and re.search(r"[A-Za-z_0-9]", text) and "$" not in text and re.search("integer|number|truth|count", words):
        return "an expression contains `$`: write `$name` for a variable, or `$( ... )` around numbers alone"
    return None
