"""A text that the schema refuses → what to write instead: what was meant by it, as other languages
have it, or where an expression, items or one of Keras's objects belongs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from archspec.frontend.expressions.expression import RESERVED
from archspec.frontend.foreign.arguments import choice_of, written_item
from archspec.frontend.foreign.calls import (
    activation_item_help,
    call_help,
    keywords_help,
    object_help,
)
from archspec.frontend.foreign.inputs import is_batch
from archspec.frontend.foreign.layers import kind_of, takes_layer, takes_several, typical
from archspec.frontend.foreign.texts import (
    UNKNOWN,
    comment_help,
    entry_of_variables,
    list_help,
    share_of,
    template_help,
)
from archspec.frontend.schema.surroundings import Advice, Surroundings, accepts, helps
from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.key_complaints import NO_SPACE
from archspec.layers import KINDS
from archspec.layers.objects import ACTIVATION, CONSTRAINTS, INITIALIZERS, REGULARIZERS
from archspec.spelling import cut, did_you_mean


def for_text(value: Value, around: Surroundings) -> Iterator[str]:
    """The helps for a refused text, the best first."""
    text, expects = value.data, around.expects
    if value.plain and (glued := NO_SPACE.fullmatch(text)):
        yield f"put a space after the colon: `{cut(glued['key'])}: {cut(glued['value'])}`"
    if choice := choice_of(text, expects.choices):
        yield choice
    if near := did_you_mean(text, expects.choices):
        yield near
    yield from _of_another_language(value, around)
    yield from helps(_FOR_TEXT, value, around)
    if around.key == "target_shape" and text.lower() in UNKNOWN:
        yield "write `-1`: what is left over"
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
    if expects.what == "number" and (share := share_of(text)):
        yield f"write `{share}`"
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


def is_item(text: str, blocks: Collection[str]) -> bool:
    """Whether a word is an item by itself: a layer kind, a block, or a variable that names one."""
    return text in KINDS or text in blocks or text.startswith("$")


def as_items(text: str, around: Surroundings) -> str:
    """What to write for one word where a list of items belongs."""
    if is_item(text, around.blocks):
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
    yield as_items(value.data, around)


def _network_name(value: Value, around: Surroundings) -> Iterator[str]:
    yield f"write `{re.sub(r'[^a-z0-9_-]+', '-', cut(value.data).lower()).strip('-')}`"


def _sizes_of_text(value: Value, around: Surroundings) -> Iterator[str]:
    listed = re.search(r"[\[(]([^\[\]()]+)[\])]", value.data)
    if listed and re.search(r"\d", listed[1]):
        sizes = [size.strip() for size in listed[1].split(",")]
        written = [size if size.isdecimal() else "null" for size in sizes if size]
        yield f"write `[{', '.join(written)}]`"
    elif sizes := re.findall(r"\d+|None|null|\?", value.data):
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
    first = next(iter(KINDS[kind].attributes), "")
    if values := call_help(f"{kind} {re.sub(rf'^{first} (?=[^=])', '', text)}"):
        yield values
    if share := share_of(text):
        yield f"write `{kind}: {{{first}: {share}}}`"
    names = ACTIVATION.expects.choices
    if kind == "Activation" and (made := activation_item_help(text, names)):
        yield made
    if takes_several(kind):
        tensors = cut(text) if "," in text else f"{cut(text)}, prev"
        yield f"write `{kind}:` and below it `from: [{tensors}]`, with two tensors or more"
        return
    for name, attribute in KINDS[kind].attributes.items():
        if name not in ("dtype", "trainable") and accepts(attribute.type, text):
            yield f"arguments are given by name: write `{kind}: {{{name}: {text}}}`"


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
