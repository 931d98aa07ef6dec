"""A value that the schema refuses → what to write instead, in an author's words.

Which advice applies depends on what the value is and on what was expected there, an `Expects`: the
tables below are keyed by its ``what``. The sentences that describe what was expected are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from archspec import limits
from archspec.frontend.expressions.expression import RESERVED
from archspec.frontend.foreign.arguments import choice_of, written_item
from archspec.frontend.foreign.calls import keywords_help, object_help
from archspec.frontend.foreign.inputs import is_batch
from archspec.frontend.foreign.layers import kind_of, takes_layer, typical
from archspec.frontend.foreign.rows import entry_help
from archspec.frontend.foreign.texts import (
    comment_help,
    entry_of_variables,
    list_help,
    template_help,
)
from archspec.frontend.foreign.words import named_item_help
from archspec.frontend.program.complaints import each_value
from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.key_complaints import NO_SPACE
from archspec.layers import KINDS
from archspec.layers.objects import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from archspec.layers.types import Expects, Refused, Type
from archspec.spelling import cut, did_you_mean, in_words


class Surroundings(NamedTuple):
    """Where a refused value stands: the key that it is of, what is expected there, and the names
    that it may mean.

    ``prefix`` is what stands before the value: its key and a colon, nothing before an entry of a
    list. ``owner`` is the key of the mapping that it stands in. ``required``: it cannot be left
    out. ``variables`` and ``blocks`` are the spec's,
    ``beside`` the keys of the mapping that the value stands in.
    """

    key: str
    prefix: str
    expects: Expects
    variables: Collection[str] = ()
    required: bool = False
    blocks: Collection[str] = ()
    beside: Collection[str] = ()
    owner: str = ""


Advice = Callable[[Value, Surroundings], Iterator[str]]
"""Gives helps for a refused value, the best first; nothing where it has none."""


def describe(value: Value) -> str:
    """What a value is, for the words under the caret."""
    if value.data is None:
        return "nothing" if value.text == "" else "`null`"
    if isinstance(value.data, bool):
        return f"the truth value {value.text}"
    if isinstance(value.data, int | float):
        return f"the number {value.text}"
    if isinstance(value.data, str):
        return f"the text '{cut(value.data)}'"
    return f"a list of {len(value.data)}" if value.is_list else "a mapping"


def straight_quotes(value: Value) -> str | None:
    """The help for a text in typographic quotes, which YAML does not take for quotes."""
    typographic = isinstance(value.data, str) and any(quote in value.data for quote in "“”‘’„")
    return "these are typographic quotes; use straight ones, ' or \"" if typographic else None


def advice(value: Value, around: Surroundings) -> str | None:
    """What to write instead of a value that was refused, where that can be said."""
    if isinstance(value.data, str):
        if len(value.data) > limits.EXPRESSION_LENGTH:
            return None
        return next(_for_text(value, around), None)
    if value.data is None and not value.text:
        return _for_nothing(around)
    if isinstance(value.data, int | float):
        return next(_of(_FOR_NUMBER, value, around), None)
    return next(_for_collection(value, around), None)


def _of(table: Mapping[str, Advice], value: Value, around: Surroundings) -> Iterator[str]:
    """The helps that a table has for what was expected."""
    for_this = table.get(around.expects.what)
    if for_this is not None:
        yield from for_this(value, around)


# --- texts


def _for_text(value: Value, around: Surroundings) -> Iterator[str]:
    text, expects = value.data, around.expects
    if value.plain and (glued := NO_SPACE.fullmatch(text)):
        yield f"put a space after the colon: `{cut(glued['key'])}: {cut(glued['value'])}`"
    if choice := choice_of(text, expects.choices):
        yield choice
    if near := did_you_mean(text, expects.choices):
        yield near
    yield from _of_another_language(value, around)
    yield from _of(_FOR_TEXT, value, around)
    if expects.or_null and text.lower() in ("none", "any", "?", "unknown", "-"):
        yield "write `null`"
    if re.fullmatch(r"[-+]?[0-9.]+", text):
        yield "remove the quotes: in quotes a number is a text"
    if re.fullmatch(r"[\d.]+(\s+[\d.]+)+", text):
        yield f"separate the numbers by commas: `{', '.join(text.split())}`"
    if text.lower() in ("yes", "no", "on", "off") and expects.what == "truth":
        yield f"write `{'true' if text.lower() in ('yes', 'on') else 'false'}`"
    if "$" not in text and (expects.what in COMPUTED or expects.or_list):
        yield from _as_expression(text, around)


def _of_another_language(value: Value, around: Surroundings) -> Iterator[str]:
    """The helps for what YAML and the language have otherwise than others."""
    text, expects = value.data, around.expects
    if value.plain and expects.what != "items" and (comment := comment_help(text)):
        yield f"a comment begins with `#`: {comment}"
    if variable := template_help(text):
        yield variable
    if entry := entry_of_variables(text, around.variables):
        yield entry
    if (expects.or_list or expects.what == "shape") and (sides := list_help(text)):
        yield sides
    if expects.what == "number" and (percent := re.fullmatch(r"([\d.]+) ?%", text)):
        yield f"write `{float(percent[1]) / 100:g}`"
    if expects.what in ("size", "integer") and around.key == "input" and is_batch(text):
        yield "the batch is never written: remove this entry"


COMPUTED = {
    "count",
    "integer",
    "list",
    "names",
    "number",
    "reference",
    "shape",
    "size",
    "sizes",
    "truth",
    "values",
}
"""What is expected where an author may have meant an expression and left out its ``$``."""

IDENTITIES = ("identity", "none", "skip", "true", "yes", "passthrough", "pass", "~", "-")
"""Words for the way around a residual, or a branch, without layers."""


def _as_items(text: str, around: Surroundings) -> str:
    """What to write for one word where a list of items belongs."""
    if text in KINDS or text in around.blocks or text.startswith("$"):
        return f"write `{around.prefix}[{cut(text)}]`, or put `- {cut(text)}` on the next line"
    if around.key == "output":
        name = f"write its name beside it, `name: {cut(text)}`, and "
        return (
            f"an output holds layers: {'' if 'name' in around.beside else name}`output: []` for"
            " what the item above gives, or layers between the brackets"
        )
    if text.lower() in IDENTITIES and around.key not in ("layers", "residual"):
        return f"write `{around.prefix}[]`: without layers it is the identity"
    near = did_you_mean(text, [*around.blocks, *KINDS], f"`{around.prefix}[{{}}]`")
    if around.key == "shortcut" and text.lower() in ("input", "prev", "x", "inputs"):
        return "the way around begins at the input already: write `shortcut: []`, or leave it out"
    return (
        (comment_help(text) and "a comment begins with `#`, on every line of it")
        or near
        or (
            f"`{cut(text)}` names neither a layer kind nor a block: write items, such as"
            f" `{around.prefix}[BatchNormalization]`"
        )
    )


def _items_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    yield _as_items(value.data, around)


def _network_name(value: Value, around: Surroundings) -> Iterator[str]:
    yield f"write `{re.sub(r'[^a-z0-9_-]+', '-', cut(value.data).lower()).strip('-')}`"


def _sizes_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    if sizes := re.findall(r"\d+|None|null|\?", value.data):
        written = ["null" if size in ("None", "?") else size for size in sizes]
        yield f"write `[{', '.join(written)}]`"


def _claim(value: Value, around: Surroundings) -> Iterator[str]:
    yield "write the whole number, all of its digits: an expectation is no expression"


def _arguments_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    """For a layer with a text in place of its arguments: ``Activation: relu``."""
    kind, text = around.key, value.data
    if kind not in KINDS:
        return
    if keywords := keywords_help(kind, text):
        yield keywords
    if (inner := takes_layer(kind)) and (layer := kind_of(text)):
        yield f"write `{written_item(kind, {inner: {layer: typical(layer)}})}`"
    if percent := re.fullmatch(r"([\d.]+) ?%", text):
        name = next(iter(KINDS[kind].attributes))
        yield f"write `{kind}: {{{name}: {float(percent[1]) / 100:g}}}`"
    if KINDS[kind].arity[0] > 1:
        yield f"write `{kind}:` and below it `from: [{cut(text)}, prev]`, with two tensors or more"
        return
    for name, attribute in KINDS[kind].attributes.items():
        if name not in ("dtype", "trainable") and _accepts(attribute.type, text):
            yield f"arguments are given by name: write `{kind}: {{{name}: {text}}}`"


def _accepts(type: Type, data: Any) -> bool:
    try:
        type.accept(data)
    except Refused:
        return False
    return True


def _object_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    """For an initializer, regularizer or constraint that Python makes: ``l2(1e-4)``."""
    if help := object_help(value.data, {**INITIALIZERS, **REGULARIZERS, **CONSTRAINTS}):
        yield help


def _default_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    name, equals, default = value.data.partition("=")
    if equals:
        yield f"write `{name.strip()}: {default.strip()}`"


_FOR_TEXT: Mapping[str, Advice] = {
    "argument": _default_of_text,
    "arguments": _arguments_of_text,
    "claim": _claim,
    "items": _items_of_text,
    "network name": _network_name,
    "object": _object_of_text,
    "shape": _sizes_of_text,
    "sizes": _sizes_of_text,
}


def _as_expression(text: str, around: Surroundings) -> Iterator[str]:
    """A text without ``$`` that looks like an expression."""
    if around.key == "repeat" and (count := re.fullmatch(r"(\d+) ?(?:x|×|times)", text)):
        yield f"write `{around.prefix}{count[1]}`"
    names = [name for name in re.findall(r"[A-Za-z_]\w*", text) if name in around.variables]
    if names:
        written = re.sub(rf"\b({'|'.join(names)})\b", r"$\1", text)
        yield f"write `{written}`: a variable begins with `$`"
    if re.fullmatch(r"[\d\s.+*/()-]*[+*/-][\d\s.+*/()-]*", text) and re.search(r"\d", text):
        yield f"write `$({text})`: an expression contains `$`"
    if around.key == "repeat" and (number := re.fullmatch(r"range\((\w+)\)", text)):
        yield f"write `{around.prefix}{number[1]}`"
    if re.search(r"[-+*/()]", text) and re.search(r"\w", text):
        yield (
            "an expression contains `$`: write `$name` for a variable, or `$( ... )` around numbers"
            " alone"
        )
    if near := did_you_mean(text, around.variables, "`${}`"):
        yield near
    if re.fullmatch(r"[A-Za-z_]\w*", text) and around.expects.what in ("integer", "number", "size"):
        variable = f", or `${text}` for a variable of that name" if text not in RESERVED else ""
        unknown = ", or `null` where it is unknown" if around.expects.or_null else ""
        yield f"write a number{unknown}{variable}"


# --- numbers and truth values


def _version(value: Value, around: Surroundings) -> Iterator[str]:
    yield "write `archspec: 1`"


def _shape_of_number(value: Value, around: Surroundings) -> Iterator[str]:
    yield f"write `[{value.text}]`"


def _percentage(value: Value, around: Surroundings) -> Iterator[str]:
    bounds = (around.expects.minimum, around.expects.maximum)
    if bounds == (0, 1) and isinstance(value.data, int) and 1 < value.data <= 100:
        yield f"for {value.text} % write {value.data / 100:g}"


def _unknown_size(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data in (0, -1):
        yield "write `null` for an unknown size"


def _count(value: Value, around: Surroundings) -> Iterator[str]:
    yield "a count is a whole number, 0 or more"


def _values_of_number(value: Value, around: Surroundings) -> Iterator[str]:
    yield each_value(around.key, value.data)


def _identity(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data is True:
        yield _as_items("true", around)


def _condition(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data in (0, 1):
        yield f"write `{'true' if value.data else 'false'}`"


def _arguments_by_name(value: Value, around: Surroundings) -> Iterator[str]:
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
    if value.is_list and attribute.required and _accepts(attribute.type, value.unwrapped()):
        pairs = f"{first}: [{', '.join(str(element.text) for element in elements)}]"
    elif all(_may_be(one.type, element) for (_, one), element in named):
        pairs = ", ".join(f"{name}: {element.text}" for (name, _), element in named)
    else:
        pairs = f"{first}: ..."
    yield f"arguments are given by name: write `{kind}: {{{cut(pairs)}}}`"


def _may_be(type: Type, value: Value) -> bool:
    """Whether a value is one of an argument of a type, as far as it can be seen."""
    text = value.text
    return text is not None and (text.startswith("$") or _accepts(type, value.data))


def _padding(value: Value, around: Surroundings) -> Iterator[str]:
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


def _axis(value: Value, around: Surroundings) -> Iterator[str]:
    if around.key == "dims":
        yield "axes are counted from 1: the batch, PyTorch's and Keras's axis 0, is never moved"


_FOR_NUMBER: Mapping[str, Advice] = {
    "choice": _padding,
    "arguments": _arguments_by_name,
    "claimed size": _unknown_size,
    "count": _count,
    "integer": _axis,
    "items": _identity,
    "number": _percentage,
    "shape": _shape_of_number,
    "size": _unknown_size,
    "truth": _condition,
    "values": _values_of_number,
    "version": _version,
}


# --- lists and mappings


def _for_collection(value: Value, around: Surroundings) -> Iterator[str]:
    if value.is_list or value.is_mapping:
        yield from _of(_FOR_LIST if value.is_list else _FOR_MAPPING, value, around)
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
    new = value.data[0].data if len(value.data) == 1 else "..."
    yield (
        f"write `{around.prefix}{{vars: {{{variable}: {new}}}}}`, or `{around.prefix}{{}}` for no"
        " change"
    )


def _mapping_of_list(value: Value, around: Surroundings) -> Iterator[str]:
    names = [one.data for one in value.data if isinstance(one.data, str)]
    if names and len(names) == len(value.data) and around.key == "inputs":
        shapes = ", ".join(f"{name}: [32, 32, 3]" for name in names)
        yield f"write each with its shape: `inputs: {{{cut(shapes, 150)}}}`"
    if value.data and all(one.is_mapping for one in value.data):
        name = value.data[0].get("name")
        if name is not None:
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
    yield from _arguments_by_name(value, around)
    yield from _mapping_of_list(value, around)


def _items_of_mapping(value: Value, around: Surroundings) -> Iterator[str]:
    (first, inner), *others = value.items()
    if inner.is_list and not others and first not in KINDS:
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


_FOR_LIST: Mapping[str, Advice] = {
    "item": _item_of_list,
    "arguments": _arguments_of_list,
    "choice": _padding,
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


def _for_nothing(around: Surroundings) -> str:
    """What to do about a key or a dash with nothing behind it."""
    if around.expects.what == "items":
        return "put items below it, each a line `- Layer: {...}`; a list without items is `[]`"
    if around.expects.what == "item":
        return "remove this line, or name a layer"
    return "write a value after the colon" + ("" if around.required else ", or remove the line")
