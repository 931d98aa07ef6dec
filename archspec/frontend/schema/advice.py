"""A value that was refused → what stands there in an author's words, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from archspec import limits
from archspec.frontend.elaborate.words import each_value
from archspec.frontend.expressions.expression import RESERVED
from archspec.frontend.yaml.line_complaints import NO_SPACE
from archspec.frontend.yaml.reader import Value
from archspec.frontend.yaml.trouble import short
from archspec.layers import KINDS
from archspec.spelling import did_you_mean


class Place(NamedTuple):
    """Where a refused value stands: the key that it is of, the words that complete "must be ...",
    and the variables that it may mean.

    ``prefix`` is what stands before the value: its key and a colon, nothing before an entry of a
    list. ``required``: it cannot be left out. ``blocks`` are the spec's, ``beside`` the keys of
    what the value stands in.
    """

    key: str
    prefix: str
    words: str
    variables: Collection[str] = ()
    required: bool = False
    blocks: Collection[str] = ()
    beside: Collection[str] = ()


def found(value: Value) -> str:
    """What a value is, for the words under the caret."""
    if value.data is None:
        return "nothing" if value.text == "" else "`null`"
    if isinstance(value.data, bool):
        return f"the truth value {value.text}"
    if isinstance(value.data, int | float):
        return f"the number {value.text}"
    if isinstance(value.data, str):
        return f"the text '{short(value.data)}'"
    return f"a list of {len(value.data)}" if value.is_list else "a mapping"


def typographic(value: Value) -> str | None:
    """The help for a text in quotes that are none to YAML."""
    found = isinstance(value.data, str) and any(quote in value.data for quote in "“”‘’„")
    return "these are typographic quotes; use straight ones, ' or \"" if found else None


def advice(value: Value, place: Place) -> str | None:
    """What to write instead of a value that was refused, where that can be told."""
    if isinstance(value.data, str):
        return (
            next(_for_text(value.data, value, place), None)
            if len(value.data) <= limits.EXPRESSION_LENGTH
            else None
        )
    return next(
        (
            _for_number(value, place)
            if isinstance(value.data, int | float)
            else _for_collection(value, place)
        ),
        None,
    )


def _for_text(text: str, value: Value, place: Place) -> Iterator[str]:
    words = place.words
    choices = re.findall(r"`([^`]+)`", words)
    if value.plain and (glued := NO_SPACE.fullmatch(text)):
        yield f"put a space after the colon: `{short(glued['key'])}: {short(glued['value'])}`"
    if near := did_you_mean(text, choices):
        yield near
    if words.startswith("a list of items"):
        yield _as_items(text, place)
    if words.startswith("lower-case letters"):
        yield f"write `{re.sub(r'[^a-z0-9_-]+', '-', short(text).lower()).strip('-')}`"
    if words.startswith(("a shape", "a list of sizes")) and (sizes := re.findall(r"\d+", text)):
        yield f"write `[{', '.join(sizes)}]`"
    if words.startswith("a plain number"):
        yield "write the whole number, all of its digits: an expectation is no expression"
    if "`null`" in words and text.lower() in ("none", "any", "?", "unknown", "-"):
        yield "write `null`"
    if re.fullmatch(r"[-+]?[0-9.]+", text):
        yield "remove the quotes: in quotes a number is a text"
    if re.fullmatch(r"[\d.]+(\s+[\d.]+)+", text):
        yield f"separate the numbers by commas: `{', '.join(text.split())}`"
    if text.lower() in ("yes", "no", "on", "off") and (
        "truth value" in words or "`true`" in choices
    ):
        yield f"write `{'true' if text.lower() in ('yes', 'on') else 'false'}`"
    if "$" not in text and re.search("integer|number|truth|count|`true`|list", words):
        yield from _for_expression(text, place)


IDENTITIES = ("identity", "none", "skip", "true", "yes", "passthrough", "pass", "~", "-")
"""Words for the way around a residual, or a branch, without layers."""


def _as_items(text: str, place: Place) -> str:
    """What to write for one word where a list of items belongs."""
    if text in KINDS or text in place.blocks or text.startswith("$"):
        return f"write `{place.prefix}[{short(text)}]`, or put `- {short(text)}` on the next line"
    if place.key == "output":
        told = (
            ""
            if "name" in place.beside
            else f"write its name beside it, `name: {short(text)}`, and "
        )
        return (
            f"an output holds layers: {told}`output: []` for what the item above gives, or layers"
            " between the brackets"
        )
    if text.lower() in IDENTITIES and place.key not in ("layers", "residual"):
        return f"write `{place.prefix}[]`: without layers it is the identity"
    near = did_you_mean(text, [*place.blocks, *KINDS], f"`{place.prefix}[{{}}]`")
    return (
        near
        or f"`{short(text)}` names neither a layer kind nor a block: write items, such as `{place.prefix}[BatchNormalization]`"
    )


def _for_expression(text: str, place: Place) -> Iterator[str]:
    """A text without ``$`` that looks like an expression."""
    names = [name for name in re.findall(r"[A-Za-z_]\w*", text) if name in place.variables]
    if names:
        written = re.sub(rf"\b({'|'.join(names)})\b", r"$\1", text)
        yield f"write `{written}`: a variable begins with `$`"
    if re.fullmatch(r"[\d\s.+*/()-]*[+*/-][\d\s.+*/()-]*", text) and re.search(r"\d", text):
        yield f"write `$({text})`: an expression contains `$`"
    if re.search(r"[-+*/()]", text) and re.search(r"\w", text):
        yield (
            "an expression contains `$`: write `$name` for a variable, or `$( ... )` around numbers"
            " alone"
        )
    if near := did_you_mean(text, place.variables, "`${}`"):
        yield near
    if re.fullmatch(r"[A-Za-z_]\w*", text) and re.match(
        "an? (positive )?(integer|number)", place.words
    ):
        yield "write a number" + (
            f", or `${text}` for a variable of that name" if text not in RESERVED else ""
        )


def _for_number(value: Value, place: Place) -> Iterator[str]:
    number, words = value.data, place.words
    if words.startswith("1, "):
        yield "write `archspec: 1`"
    if words.startswith("a shape"):
        yield f"write `[{value.text}]`"
    if "from 0 to 1" in words and isinstance(number, int) and 1 < number <= 100:
        yield f"for {value.text} % write {number / 100:g}"
    if "`null`" in words and "unknown" in words and number in (0, -1):
        yield "write `null` for an unknown size"
    if words.startswith("a count"):
        yield "a count is a whole number, 0 or more"
    if words.startswith("a list of values"):
        yield each_value(place.key, number)
    if words.startswith("a list of items") and number is True:
        yield _as_items("true", place)
    if place.key == "when" and number in (0, 1):
        yield f"write `{'true' if number else 'false'}`"
    if place.key in KINDS and words.startswith("a mapping"):
        yield _by_name(place.key, value)


def _for_collection(value: Value, place: Place) -> Iterator[str]:
    words, key = place.words, place.key
    inner = [one.data for one in value.elements()]
    if key in KINDS and value.is_list:
        yield _by_name(key, value)
    if value.is_list and words.startswith("a mapping with `layers`"):
        yield "put the list below `layers:`"
    if value.is_list and words.startswith("a mapping of changes"):
        variable = next(iter(place.variables)) if len(place.variables) == 1 else "..."
        yield (
            f"write `{place.prefix}{{vars: {{{variable}:"
            f" {inner[0] if len(inner) == 1 else '...'}}}}}`, or `{place.prefix}{{}}` for no change"
        )
    if value.is_list and words.startswith(("a mapping", "a set")):
        if inner and all(isinstance(one, dict) for one in inner):
            dashes = value.data[0].span.column > value.span.column + 1
            yield (
                "remove the `- ` before each entry"
                if dashes
                else "use braces, `{...}`, in place of the brackets"
            )
        yield (
            f"write `{place.prefix}{{}}`"
            if "{}" in words
            else f"give each entry a name: `{place.prefix}{{name: ...}}`"
        )
    if value.is_list and len(inner) == 1 and isinstance(inner[0], str):
        yield f"write `{place.prefix}{short(inner[0])}`"
    if value.is_mapping and words.startswith("a list of items"):
        only = list(value.data)
        yield (
            "remove `layers:`, and let its items stand in its place"
            if only == ["layers"]
            else "begin each item with `- `"
        )
    if value.is_mapping and words.startswith("a list of names"):
        pairs = ", ".join(
            f"{name}: {one.text}" for name, one in value.items() if one.text is not None
        )
        yield f"write `{place.prefix}[{short(pairs)}]`"
    if value.is_mapping and words.startswith("a name or a list"):
        yield (
            f"write `{place.prefix}[{short(', '.join(str(one.text) for _, one in value.items()))}]`"
        )
    if words == "a text":
        yield "put it in double quotes"
    if value.data is None and not value.text:
        yield from _for_nothing(place)


def _for_nothing(place: Place) -> Iterator[str]:
    words = place.words
    if words.startswith("a list of items"):
        yield "put items below it, each a line `- Layer: {...}`; a list without items is `[]`"
    elif words.startswith("an item"):
        yield "remove this line, or name a layer"
    else:
        yield "write a value after the colon" + ("" if place.required else ", or remove the line")


def _by_name(kind: str, value: Value) -> str:
    """The arguments of a layer that were given without their names."""
    values = [str(one.text) for one in value.elements()] if value.is_list else [str(value.text)]
    names = list(KINDS[kind].attributes)[: len(values)]
    if isinstance(value.data, bool) or not names:
        return f"write `{kind}: {{}}`"
    pairs = ", ".join(f"{name}: {one}" for name, one in zip(names, values, strict=False))
    return f"arguments are given by name: write `{kind}: {{{short(pairs)}}}`"
