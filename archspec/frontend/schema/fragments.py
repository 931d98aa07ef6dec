"""The parts that the JSON Schema of specs is made of: a fragment and the words that an editor shows
of it, several fragments in one, and the few that many places share.
"""

from __future__ import annotations

from typing import Any

from archspec.layers.types import Expects

Schema = dict[str, Any]

EXPECTS = "x-expects"
"""The keyword that holds, in the schema that specs are checked by, the `Expects` beside each
``errorMessage``.
"""


def says(words: str, what: str | Expects, **more: Any) -> Schema:
    """The words that complete "must be ...", and the same for code to read."""
    return {
        "errorMessage": words,
        EXPECTS: what if isinstance(what, Expects) else Expects(what, **more),
    }


EXPRESSION: Schema = {"type": "string", "pattern": "[$]"}
"""A text that passes for any value: what it gives is checked once it is evaluated."""

NUMERIC_TEXT: Schema = {
    "type": "string",
    "pattern": r"^[-+]?[0-9][0-9_]*([.][0-9_]*)?([eE][-+]?[0-9]+)?$",
}
"""A number as editors may read it that take ``25_610_152`` or ``1e-3`` for a text."""

NAME: Schema = {
    "type": ["string", "number", "boolean"],
    **says("a name: letters, digits, `_`, `-`, and dots between its steps", "name"),
}


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas of which a value must match any: those of `anyOf`, at any depth, else itself."""
    if "anyOf" not in schema:
        return [schema]
    return [part for alternative in schema["anyOf"] for part in alternatives(alternative)]


def either(schemas: list[Schema]) -> Schema:
    """A schema for what matches any of several: their types in a list, where no type or other
    keyword is in two of them, else `anyOf`.

    Validators are quick with the list, and editors explain it well.
    """
    types = [type for schema in schemas for type in _types(schema)]
    keywords = [key for schema in schemas for key in schema if key != "type"]
    disjoint = (
        None not in types
        and len(set(types)) == len(types)
        and not {"integer", "number"} <= set(types)
    )
    if not disjoint or len(set(keywords)) < len(keywords):
        return {"anyOf": schemas}
    rest = {key: value for schema in schemas for key, value in schema.items() if key != "type"}
    return {"type": types, **rest}


def _types(schema: Schema) -> list[str | None]:
    types = schema.get("type")
    return types if isinstance(types, list) else [types]
