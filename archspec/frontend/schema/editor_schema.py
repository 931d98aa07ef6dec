"""The JSON Schema that specs are checked by → the one that editors get: with what they complete and
insert, and every fragment that stands in several places stated once.

`defaultSnippets` is a keyword of VS Code's and of yaml-language-server: what is inserted in place
of a value, ``$1`` being where the author goes on. The server inserts a list, or all the arguments,
where a fragment has `items` or `properties` itself: so these stand in an `anyOf` or `allOf`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from archspec.frontend.library import shipped_names, shipped_variants
from archspec.frontend.schema.fragments import EXPECTS, Schema
from archspec.frontend.schema.json_schema import generate
from archspec.layers import CELLS, KINDS
from archspec.layers.fields import Field
from archspec.layers.operations import OPS

SHORT = 100
"""Characters of JSON up to which a fragment stays where it stands."""

SNIPPETS = {
    "args": "[$1]",
    "branches": "{${1:a}: [$2], ${3:b}: []}",
    "expect": "{parameters: $1}",
    "from": "$1",
    "input": "[${1:224}, ${2:224}, ${3:3}]",
    "inputs": "{${1:left}: [$2]}",
    "output": "[$1]",
    "repeat": "${1:2}",
    "residual": "[$1]",
    "shortcut": "[$1]",
    "vars": "{$1}",
    "when": "${1:true}",
}
"""What is inserted behind keys of the language."""

ASIDE = ("description", "default")
"""Keywords that stay beside `defaultSnippets`."""


def editor_schema() -> Schema:
    """The JSON Schema for editors, in which texts that are numbers in YAML 1.2 pass for numbers."""
    schema: Schema = _readable(generate(editor=True))
    item = schema["$defs"]["item"]["else"]["properties"]
    defaults, cells = schema["$defs"]["defaults"]["properties"], schema["$defs"]["cells"]
    item["merge"] = _merge(item["merge"], item)
    schema["properties"]["extends"]["anyOf"] = [_shipped(), {"type": ["string", "number"]}]
    del schema["properties"]["extends"]["type"]
    calls = ((item, KINDS), (cells, CELLS))
    for fragments, kinds in calls:
        for name, kind in kinds.items():
            for argument, attribute in kind.attributes.items():
                fragment = fragments[name]["properties"][argument]
                expects = attribute.type.expects
                if expects.or_list or expects.what in ("object", "layer"):
                    fragments[name]["properties"][argument] = _aside(fragment)
    definitions = _state_once(schema["$defs"], item, cells, defaults)
    _without_operations(schema["$defs"]["defaults"])
    for fragments, kinds in calls:
        for name, kind in kinds.items():
            written = _arguments_to_write(kind.attributes)
            if name.startswith(OPS) and written == "{}":  # a bare word, and a hundred of them
                fragments[name] = _aside(fragments[name])
            else:
                _insert(fragments, name, written)
    for keys in (item, schema["properties"], schema["$defs"]["block"]["properties"]):
        for key in SNIPPETS.keys() & keys.keys():
            _insert(keys, key, SNIPPETS[key])
    schema["$defs"]["item"]["else"]["allOf"] = list(_uses())
    return {**schema, "$defs": _briefly(schema["$defs"], definitions)}


def _readable(schema: Any) -> Any:
    """The schema without what only our own code reads, and without the words that would stand for
    "Property pading is not allowed".
    """
    if isinstance(schema, dict):
        closed = schema.get("additionalProperties") is False
        left_out = (EXPECTS, *(["errorMessage"] if closed else []))
        return {key: _readable(part) for key, part in schema.items() if key not in left_out}
    return [_readable(part) for part in schema] if isinstance(schema, list) else schema


# --- completion


def _insert(fragments: Schema, key: str, body: str) -> None:
    fragments[key] = {**_aside(fragments[key]), "defaultSnippets": [{"label": key, "body": body}]}


def _aside(fragment: Schema) -> Schema:
    """The fragment with what it accepts put aside, where the server finds no list to insert."""
    beside = {key: value for key, value in fragment.items() if key in ASIDE}
    return {**beside, "anyOf": [{key: part for key, part in fragment.items() if key not in beside}]}


def _arguments_to_write(attributes: Mapping[str, Field]) -> str:
    """The arguments that a kind needs, in braces: ``{filters: $1, kernel_size: $2}``."""
    needed = [name for name, attribute in attributes.items() if attribute.required]
    return f"{{{', '.join(f'{name}: ${at}' for at, name in enumerate(needed, 1))}}}"


def _merge(fragment: Schema, item: Schema) -> Schema:
    """The merging kinds by name, or written like layers."""
    merging = KINDS.of_family("merging")
    written = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {name: item[name] for name in merging},
    }
    words = fragment["errorMessage"]
    return {
        "description": fragment["description"],
        "anyOf": [{"enum": merging}, {"type": "string", "errorMessage": words}, written],
    }


def _shipped() -> Schema:
    """The specs that archspec ships and their variants, as `extends` names them."""
    names = shipped_names()
    return {
        "enum": [
            *names,
            *(f"{name}@{variant}" for name in names for variant in shipped_variants(name)),
        ]
    }


def _uses() -> Iterator[Schema]:
    """What stands under `call` and `from` beside the kinds that declare it, those alike together:
    the arguments of the call, and the roles of tensors. Beside `reuse` stand those of any kind.
    """
    alike: dict[str, list[str]] = {}
    every: Schema = {}
    for name, kind in KINDS.items():
        said: Schema = {}
        if kind.call_attributes:
            arguments = {key: _call_argument(field) for key, field in kind.call_attributes.items()}
            said["call"] = {"properties": arguments, "additionalProperties": False}
            every |= arguments
        if len(kind.roles) > 1:
            roles = {
                role: {"description": tensor_role.doc} for role, tensor_role in kind.roles.items()
            }
            said["from"] = {"properties": roles, "additionalProperties": False}
        if said:
            alike.setdefault(json.dumps(said), []).append(name)
    alike[json.dumps({"call": {"properties": every}})] = ["reuse"]
    for text, names in alike.items():
        of_kind = {"anyOf": [{"required": [name]} for name in names]}
        yield {"if": of_kind, "then": {"properties": json.loads(text)}}


def _call_argument(attribute: Field) -> Schema:
    return {"description": attribute.doc, **_readable(dict(attribute.type.schema))}


# --- size


def _state_once(
    definitions: Schema, item: Schema, cells: Schema, defaults: Schema
) -> dict[str, str]:
    """Put the arguments of each kind, and every argument that several have, into ``$defs``. Returns
    the name that the arguments of each kind have there: operations alike share one.
    """
    calls = {**{kind: item[kind] for kind in KINDS}, **cells}
    arguments = {kind: call["properties"] for kind, call in calls.items()}
    texts = [_text(value) for properties in arguments.values() for value in properties.values()]
    counts = Counter(texts)
    names: dict[str, str] = {}
    for properties in arguments.values():
        for argument, fragment in properties.items():
            text = _text(fragment)
            if counts[text] > 1 and len(text) > SHORT and text not in names:
                names[text] = _free(argument, definitions)
                definitions[names[text]] = fragment
    written = item["merge"]["anyOf"][-1]["properties"]
    alike: dict[str, str] = {}
    defined: dict[str, str] = {}
    for kind, properties in arguments.items():
        stated = {
            "properties": {
                argument: {"$ref": f"#/$defs/{names[text]}"}
                if (text := _text(fragment)) in names
                else fragment
                for argument, fragment in properties.items()
            },
            "additionalProperties": False,
        }
        name = alike.setdefault(_text(stated), kind) if kind.startswith(OPS) else kind
        definitions[name], defined[kind] = stated, name
        reference = f"#/$defs/{name}"
        for fragments in (item, cells, written, defaults):
            if kind in fragments:
                words = {} if fragments is defaults else {"description": calls[kind]["description"]}
                fragments[kind] = {"type": fragments[kind]["type"], **words, "$ref": reference}
    return defined


def _briefly(schema: Any, defined: Mapping[str, str]) -> Any:
    """The same with the arguments of kinds within layers by the name of their definition."""
    if isinstance(schema, dict):
        return {
            key: _brief_reference(part, defined)
            if key == "$ref" and isinstance(part, str)
            else _briefly(part, defined)
            for key, part in schema.items()
        }
    return [_briefly(part, defined) for part in schema] if isinstance(schema, list) else schema


def _brief_reference(reference: str, defined: Mapping[str, str]) -> str:
    of_kind = re.match(r"#/\$defs/(?:item/else/properties|cells)/(.+)$", reference)
    return f"#/$defs/{defined[of_kind[1]]}" if of_kind else reference


def _without_operations(defaults: Schema) -> None:
    """Let ``defaults`` hold those of any operation, of which few want some, without listing all."""
    properties = defaults["properties"]
    layers = {name: property for name, property in properties.items() if not name.startswith(OPS)}
    defaults["properties"] = layers
    defaults["patternProperties"] = {f"^{re.escape(OPS)}": {"type": "object"}}


def _text(fragment: Schema) -> str:
    return json.dumps(fragment, sort_keys=True)


def _free(name: str, taken: Schema) -> str:
    """A name that is not taken: ``padding``, else ``padding-2``."""
    number = 1
    while (free := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return free
