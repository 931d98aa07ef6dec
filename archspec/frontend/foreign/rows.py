"""Rows of numbers and words that stand for a layer elsewhere → a help with the item to write: lines
of Ultralytics's lists, ``[-1, 1, Conv, [64, 3]]``, lists of a layer and its arguments, and what
tables of papers say, ``3x3 conv, 64, /2``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archspec.frontend.foreign.argument_names import POSITIONS
from archspec.frontend.foreign.arguments import written_item
from archspec.frontend.foreign.calls import translated
from archspec.frontend.foreign.layers import kind_of, plain_name, structure_help, takes_several
from archspec.layers import KINDS

ULTRALYTICS_CONV = ("filters", "kernel_size", "strides", "padding", "groups")
"""The arguments of Ultralytics's ``Conv`` in their order."""

LONGEST_ROW = 100
"""Characters beyond which a text is not read as a line of a paper's table."""


def entry_help(values: Sequence[Any]) -> str | None:
    """What to write for a line of Ultralytics's lists, and for a layer and its arguments in one
    list, ``[Conv2D, 8, 3]``.
    """
    if values and isinstance(values[0], str) and (kind := kind_of(values[0])) is not None:
        return _layer_in_a_list(kind, values[0], values[1:])
    if len(values) != 4 or not isinstance(values[2], str) or not isinstance(values[3], list):
        return None
    source, number, module, arguments = values
    kind = kind_of(module)
    if kind is None:
        defined = structure_help(module)
        return defined or (
            f"`{module}` is a block of Ultralytics: define its layers in `blocks`, and call it here"
        )
    if takes_several(kind):
        return (
            "give each item that it takes a `name`, and write"
            f" `- {{from: [prev, NAME], {kind}: {{}}}}`"
        )
    more = f", and below it `repeat: {number}`" if number not in (1, None) else ""
    other = "" if source == -1 else ", and `from: NAME` for the item that it takes"
    return f"write `- {_ultralytics(kind, module, arguments)}`{more}{other}"


def _ultralytics(kind: str, module: str, arguments: Sequence[Any]) -> str:
    """The item of a module of Ultralytics; its ``Conv`` normalizes and activates too."""
    plain = plain_name(module)
    if plain not in ("conv", "dwconv"):
        names = POSITIONS.get(plain, [name for name in KINDS[kind].attributes if name != "axis"])
        names = [name for name in names if not name.startswith("in_")]
        named = {
            name: None if value == "None" else value
            for name, value in zip(names, arguments, strict=False)
        }
        return translated(kind, module, named)
    given: dict[str, Any] = {"filters": 64, "kernel_size": 1}
    given |= dict(zip(ULTRALYTICS_CONV, arguments, strict=False))
    size = given["kernel_size"]
    if "padding" not in given and size != 1:
        given["padding"] = size // 2 if isinstance(size, int) and size % 2 else "same"
    convolution = translated(kind, module, given).removeprefix("layers: [").removesuffix("]")
    convolution = f"{convolution[:-1]}, use_bias: false}}"
    return f"layers: [{convolution}, BatchNormalization, Activation: {{activation: silu}}]"


def _layer_in_a_list(kind: str, word: str, rest: Sequence[Any]) -> str | None:
    arguments: dict[str, Any] = {}
    if any(isinstance(element, str) and kind_of(element) for element in rest):
        return None  # a list of items
    bare = [element for element in rest if not isinstance(element, dict)]
    arguments.update(zip(KINDS[kind].attributes, bare, strict=False))
    for element in rest:
        arguments |= element if isinstance(element, dict) else {}
    return f"write `- {translated(kind, word, arguments)}`" if arguments else None


def paper_help(text: str) -> str | None:
    """What to write for a layer as a table of a paper has it: ``conv3-64``, ``3x3 conv, 64, /2``,
    ``FC-4096``, ``2x2 max pool``.
    """
    if len(text) > LONGEST_ROW:
        return None
    plain = text.strip().lower().replace("×", "x")
    window, side = re.match(r"(?:(\d+) ?x ?\1,? *)?", plain), None
    if window and window[1]:
        side, plain = int(window[1]), plain[window.end() :]
    rest = re.fullmatch(
        r"(?P<layer>conv|fc|max ?-?pool|avg ?-?pool)(?:olution|ing)?(?P<side>\d+)?"
        r"(?:[ ,-]+(?P<window>\d+) ?x ?(?P=window))?(?:[ ,-]+(?P<number>\d+))?"
        r"(?:,? *(?:/|s(?:tride)? ?=? ?)(?P<strides>\d))?",
        plain,
    )
    if rest is None or not (side or rest["number"] or rest["side"] or rest["window"]):
        return None
    side = side or int(rest["side"] or rest["window"] or 0)
    return (
        f"write `- {_of_paper(rest.groupdict(), side)}`" if side or rest["layer"] == "fc" else None
    )


def _of_paper(parts: Mapping[str, str | None], side: int) -> str:
    number = int(parts["number"] or 64)
    strides = {"strides": int(parts["strides"])} if parts["strides"] else {}
    if parts["layer"] == "fc":
        return written_item("Dense", {"units": number})
    if parts["layer"] == "conv":
        arguments = {"filters": number, "kernel_size": side, **strides, "padding": "same"}
        return written_item("Conv2D", arguments)
    kind = "MaxPooling2D" if str(parts["layer"]).startswith("max") else "AveragePooling2D"
    return written_item(kind, {"pool_size": side, **strides})
