"""A list or a mapping that the schema refuses, and arguments that have no names → what to write
instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archspec.frontend.foreign.rows import entry_help
from archspec.frontend.foreign.words import named_item_help
from archspec.frontend.schema.surroundings import Advice, Surroundings, accepts, helps
from archspec.frontend.vocabulary import OPERATIONS
from archspec.frontend.yaml.document import Value
from archspec.layers import KINDS
from archspec.layers.types import Type
from archspec.spelling import cut, in_words


def for_collection(value: Value, around: Surroundings) -> Iterator[str]:
    """The helps for a refused list or mapping, the best first."""
    if value.is_list or value.is_mapping:
        yield from helps(_FOR_LIST if value.is_list else _FOR_MAPPING, value, around)
    inner = [element.data for element in value.elements()]
    if len(inner) == 1 and isinstance(inner[0], str):
        yield f"write `{around.prefix}{cut(inner[0])}`"


TYPE_NAMES = ("any", "array", "bool", "float", "int", "list", "number", "str", "string", "tuple")
"""Types, which arguments of blocks do not have."""


def _block_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    if signature := re.fullmatch(r"(\w+)\((.*)\)", around.key):
        block = f"{signature[1]}: {{args: [{signature[2]}], layers: [...]}}"
        yield f"write `{block}`, with the list below `layers:`"
    yield "put the list below `layers:`"


def _changes_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    variable = next(iter(around.variables)) if len(around.variables) == 1 else "..."
    new = in_words(value.data[0].unwrapped()) if len(value.data) == 1 else "..."
    yield (
        f"write `{around.prefix}{{vars: {{{variable}: {new}}}}}`, or `{around.prefix}{{}}` for no"
        " change"
    )


def _mapping_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    names = [element.data for element in value.data if isinstance(element.data, str)]
    if names and len(names) == len(value.data) and around.key == "inputs":
        shapes = ", ".join(f"{name}: [32, 32, 3]" for name in names)
        yield f"write each with its shape: `inputs: {{{cut(shapes, 150)}}}`"
    if value.data and all(element.is_mapping for element in value.data):
        name = value.data[0].get("name")
        if name is not None and name.text is not None:
            yield f"the name is the key: write `{name.text}:` in place of `- name: {name.text}`"
        dashes = value.data[0].span.column > value.span.column + 1
        yield (
            "remove the `- ` before each entry"
            if dashes
            else "use braces, `{...}`, in place of the brackets"
        )
    yield f"give each entry a name: `{around.prefix}{{name: ...}}`"


def _arguments_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    names = [element.text for element in value.elements() if isinstance(element.data, str)]
    several = around.key in KINDS and KINDS[around.key].arity[1] != 1
    if several and names and len(names) == len(value.data):
        listed = ", ".join(map(str, names))
        yield f"write `{around.key}:` and below it `from: [{cut(listed)}]`"
    yield from arguments_by_name(value, around)
    yield from _mapping_of_list(value, around)


STRUCTURE = OPERATIONS.keys() - {"layers"}
"""Operations that a list of items may have without the dash before it."""


def _items_of_mapping(value: Value, around: Surroundings) -> Iterator[str]:
    first, inner = next(value.items(), ("", value))
    if inner.is_list and len(value.data) == 1 and first not in KINDS.keys() | STRUCTURE:
        yield f"remove `{first}:`, and let its items stand in its place"
    named = None if first in KINDS else named_item_help(first, inner.unwrapped())
    if named and first not in around.blocks:
        yield f"items are a list, and a name stands in the item: {named}"
    yield "begin each item with `- `"


def _names_of_mapping(value: Value, around: Surroundings) -> Iterator[str]:
    pairs = ", ".join(
        name if one.text in TYPE_NAMES else f"{name}: {one.text}"
        for name, one in value.items()
        if one.text is not None
    )
    yield f"write `{around.prefix}[{cut(pairs)}]`"


def _reference_of_mapping(value: Value, around: Surroundings) -> Iterator[str]:
    names = ", ".join(str(one.text) for _, one in value.items())
    yield f"write `{around.prefix}[{cut(names)}]`"


def _text_of_collection(value: Value, around: Surroundings) -> Iterator[str]:
    yield "put it in double quotes"


def _item_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    if help := entry_help(value.unwrapped()):
        yield help
    elif all(isinstance(element.data, str | dict) for element in value.elements()):
        yield "write its items as items of this list, or as a group, `- layers: [...]`"


def padding(value: Value, around: Surroundings) -> Iterator[str]:
    """For numbers of zeros in place of a kind of padding."""
    if around.key != "padding":
        return
    if value.data in (0, False):
        yield "write `padding: valid`"
    if value.data is True:
        yield "write `padding: same`"
    axes = next((end for end in ("1D", "2D", "3D") if end in around.owner), "2D")
    margin = in_words(value.unwrapped())
    yield (
        f"write `padding: same`, or put `- ZeroPadding{axes}: {{padding: {margin}}}` before it and"
        " remove this"
    )


_FOR_LIST: Mapping[str, Advice] = {
    "item": _item_of_list,
    "arguments": _arguments_of_list,
    "choice": padding,
    "block": _block_of_list,
    "changes": _changes_of_list,
    "mapping": _mapping_of_list,
    "text": _text_of_collection,
}

_FOR_MAPPING: Mapping[str, Advice] = {
    "items": _items_of_mapping,
    "names": _names_of_mapping,
    "reference": _reference_of_mapping,
    "text": _text_of_collection,
}


def arguments_by_name(value: Value, around: Surroundings) -> Iterator[str]:
    """For arguments of a layer or block that were given without their names."""
    kind = around.key
    if kind not in KINDS:
        return
    elements = list(value.elements()) if value.is_list else [value]
    named = list(zip(KINDS[kind].attributes.items(), elements, strict=False))
    if isinstance(value.data, bool) or not named:
        yield f"write `{kind}: {{}}`"
        return
    (first, attribute), _ = named[0]
    written = [pair for element in elements for pair in element.items()]
    if written and all(name in KINDS[kind].attributes for name, _ in written):
        arguments = ", ".join(f"{name}: {in_words(one.unwrapped())}" for name, one in written)
        yield f"arguments are no list: write `{kind}: {{{cut(arguments, 150)}}}`"
        return
    if value.is_list and attribute.required and accepts(attribute.type, value.unwrapped()):
        pairs = f"{first}: [{', '.join(str(element.text) for element in elements)}]"
    elif all(_may_be(one.type, element) for (_, one), element in named):
        pairs = ", ".join(f"{name}: {element.text}" for (name, _), element in named)
    else:
        pairs = f"{first}: ..."
    yield f"arguments are given by name: write `{kind}: {{{cut(pairs)}}}`"


def _may_be(type: Type, value: Value) -> bool:
    """Whether a value is one of an argument of a type, as far as it can be seen."""
    text = value.text
    return text is not None and (text.startswith("$") or accepts(type, value.data))
