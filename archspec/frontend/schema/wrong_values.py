"""A refusal that is about a value → diagnostics in the author's words: what it must be, what stands
there, and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from archspec.diagnostics import Diagnostic
from archspec.frontend.foreign.argument_names import INITIALIZERS
from archspec.frontend.foreign.arguments import beside_help
from archspec.frontend.foreign.calls import activation_help
from archspec.frontend.foreign.documents import file_help
from archspec.frontend.foreign.items import item_help, merge_help, typed_item
from archspec.frontend.foreign.layers import layer_help
from archspec.frontend.foreign.words import named_item_help
from archspec.frontend.schema.advice import advice, describe, straight_quotes
from archspec.frontend.schema.missing_keys import out_of
from archspec.frontend.schema.refusals import BEGINNING, Refusal, first_line
from archspec.frontend.schema.surroundings import Surroundings, accepts
from archspec.frontend.schema.wrong_keys import misplaced
from archspec.frontend.vocabulary import CALL_PATTERN, MODIFIERS, OPERATIONS
from archspec.frontend.yaml.document import Value
from archspec.layers import KINDS
from archspec.layers.objects import ACTIVATION
from archspec.layers.registry import is_kind, kind_of
from archspec.layers.types import Expects, Refused, Type
from archspec.spelling import cut, did_you_mean, in_words

_EXAMPLES = {
    "residual": "residual: [BatchNormalization]",
    "branches": "branches: {a: [BatchNormalization], b: []}",
    "target_shape": "target_shape: [-1]",
}
"""What to write for a key that is empty, so that it works wherever it stands."""


def wrong_value(refusal: Refusal) -> Iterator[Diagnostic]:
    """A value that is not what belongs there."""
    last = refusal.path[-1] if refusal.path else None
    if refusal.expects.what == "items" and (dash := _glued_dash(refusal)) is not None:
        yield dash
    elif isinstance(last, str) and _is_call(refusal, last):
        yield from _no_call(refusal, last)
    elif not _is_repeated(refusal, last):
        yield _refused(*_wanted(refusal))


def _wanted(refusal: Refusal) -> tuple[Refusal, Refused]:
    """What is refused, and what it must be: a layer's argument as its type says; of a list with
    one wrong element, that element.
    """
    path = refusal.path
    for end in range(len(path) - 1, 0, -1):
        kind, name = str(path[end - 1]), path[end]
        if is_kind(kind) and isinstance(name, str) and name in kind_of(kind).attributes:
            argument, type = refusal.at(path[: end + 1]), kind_of(kind).attributes[name].type
            return _element_wanted(argument, type) or (argument, _type_wanted(argument, type))
    is_row = path[-2:-1] == ("repeat",) and isinstance(path[-1], int)
    help = _row_help(refusal) if is_row else None
    return refusal, Refused(refusal.words, refusal.expects, help=help)


def _type_wanted(argument: Refusal, type: Type) -> Refused:
    try:
        type.accept(argument.value.unwrapped())
    except Refused as refused:
        refused.help = refused.help or _fewer(argument, type)
        return refused
    return Refused(type.words, type.expects)


def _element_wanted(argument: Refusal, type: Type) -> tuple[Refusal, Refused] | None:
    """The first wrong element of a list, and what it must be."""
    elements = list(argument.value.elements())
    for index, element in enumerate(elements):
        if isinstance(element.data, str) and "$" in element.data:
            continue
        try:
            type.accept([element.unwrapped()] * len(elements))
        except Refused as refused:
            if refused.entry is not None:
                return argument.at((*argument.path, index)), refused.entry
    return None


def _fewer(refusal: Refusal, type: Type) -> str | None:
    """The help for a list of equal elements of which there are too many or too few: one
    stands for all.
    """
    elements = [element.unwrapped() for element in refusal.value.elements()]
    if not elements or any(element != elements[0] for element in elements):
        inner = _image_axes(elements, type)
        if inner is None:
            return None
        return f"write `{refusal.key}: {in_words(inner)}`, without batch and channels"
    if not accepts(type, elements[0]):
        return None
    return f"write `{refusal.key}: {elements[0]}`, which stands for every axis"


def _image_axes(elements: list[Any], type: Type) -> list[Any] | None:
    """What is left of a list with an entry for each of TensorFlow's axes, batch and channels too,
    ``[1, 2, 2, 1]``; or of a kernel's axes, its channels too, ``[3, 3, 64, 128]``.
    """
    if len(elements) < 3:
        return None
    of_kernel = elements[:-2] if all(isinstance(one, int) and one > 1 for one in elements) else []
    inner = elements[1:-1] if elements[0] == elements[-1] in (1, [0, 0]) else of_kernel
    return inner if inner and accepts(type, inner) else None


def _row_help(refusal: Refusal) -> str:
    """What to write for a ``repeat`` over a list of plain values: the variable is the one
    that the item uses and nothing binds.
    """
    values, item = refusal.document.at(refusal.path[:-1]), refusal.document.at(refusal.path[:-2])
    used = [
        name
        for name in re.findall(r"\$(\w+)", str(item.unwrapped()))
        if name not in {"i", "in", "prev", *refusal.variables()}
    ]
    name = used[0] if len(set(used)) == 1 else "k"
    listed = ", ".join(str(element.text) for element in values.elements())
    return f"write `repeat: {{{name}: [{listed}]}}`" + (
        "" if used else f", and `${name}` in the item"
    )


def _refused(refusal: Refusal, wanted: Refused) -> Diagnostic:
    last = refusal.path[-1] if refusal.path else None
    label = f"found {describe(refusal.value)}"
    if last is None:
        place = first_line(refusal.value.span)
        if other := file_help(refusal.text):
            return Diagnostic("foreign-file", other[0], place, help=other[1])
        return Diagnostic("wrong-value", "this is no spec", place, label, help=BEGINNING)
    what = f"`{refusal.key}`" if isinstance(last, str) else f"entry {last + 1} of `{refusal.key}`"
    advised = advice(refusal.value, _surroundings(refusal, wanted.expects))
    help = (
        straight_quotes(refusal.value)
        or _modifier_inside(refusal)
        or _activation(refusal, wanted.expects)
        or _initializer(refusal, wanted.expects)
        or (advised or wanted.help if refusal.value.is_list else wanted.help or advised)
    )
    return Diagnostic(
        "wrong-value",
        f"{what} must be {wanted.words}",
        refusal.where(),
        "" if wanted.within and help else label,
        help=help,
    )


def _activation(refusal: Refusal, expects: Expects) -> str | None:
    """The help for an activation as Python names or makes it."""
    text, names = refusal.value.data, ACTIVATION.expects.choices
    if expects.choices != names or not isinstance(text, str):
        return None
    return activation_help(text, names)


def _initializer(refusal: Refusal, expects: Expects) -> str | None:
    """The help for an initializer by what others call it."""
    text = refusal.value.data
    if expects.what != "object" or not isinstance(text, str):
        return None
    name = INITIALIZERS.get(text.lower())
    return f"write `{name}`" if name else None


def _glued_dash(refusal: Refusal) -> Diagnostic | None:
    """The complaint about items whose dashes have no space behind them."""
    value = refusal.value
    first = next((key for key, _ in value.items()), value.data if value.plain else None)
    match = re.match(r"-([\w$'\"].*?)(?= -\w|$)", first) if isinstance(first, str) else None
    if match is None:
        return None
    place = value.data[first].place if value.is_mapping else value.span
    inner = value.data[first].unwrapped() if value.is_mapping else None
    colon = "" if not value.is_mapping else f": {in_words(inner)}" if inner is not None else ":"
    column = place.column
    return Diagnostic(
        "missing-space",
        "a space is missing after this `-`",
        place._replace(end_line=place.line, end_column=column + 1),
        help=f"write `- {cut(match[1] + colon, 200)}`",
    )


def _surroundings(refusal: Refusal, expects: Expects) -> Surroundings:
    last = refusal.path[-1]
    return Surroundings(
        refusal.key,
        f"{last}: " if isinstance(last, str) else "",
        expects,
        refusal.variables(),
        refusal.is_required(),
        refusal.blocks(),
        refusal.beside(),
        str(refusal.path[-2]) if len(refusal.path) > 1 else "",
    )


def _modifier_inside(refusal: Refusal) -> str | None:
    """The help for a mapping in place of the items of a ``residual`` that holds its
    ``shortcut`` too.
    """
    modifier = refusal.value.get("shortcut") if refusal.path[-1:] == ("residual",) else None
    if modifier is None:
        return None
    lists = [key for key, one in refusal.value.items() if one.is_list and one is not modifier]
    items = "begin each item with `- `"
    if len(lists) == 1:
        items = f"remove `{lists[0]}:`, so that its items stand in its place"
        written = ", ".join(
            f"{key}: {in_words(one.unwrapped())}"
            for key, one in (("residual", refusal.value.data[lists[0]]), ("shortcut", modifier))
        )
        if refusal.value.span.line == refusal.value.span.end_line and written == cut(written, 150):
            return f"`shortcut` stands beside `residual`, not inside it: write `{written}`"
    return f"{items}; {out_of(refusal.value, modifier, 'shortcut')}"


def _is_repeated(refusal: Refusal, last: str | int | None) -> bool:
    """Whether an entry before this one of a ``repeat`` was refused for the same reason."""
    if not isinstance(last, int) or not last or refusal.path[-2] != "repeat":
        return False
    return not refusal.document.at(refusal.path[:-1]).data[last - 1].is_mapping


def too_few(refusal: Refusal) -> Iterator[Diagnostic]:
    """A list that is too short."""
    yield from (wrong_value if refusal.value.data else empty)(refusal)


def empty(refusal: Refusal) -> Iterator[Diagnostic]:
    """A list or mapping with nothing in it."""
    is_key = bool(refusal.path) and isinstance(refusal.path[-1], str)
    what = f"`{refusal.key}`" if is_key else "this item"
    example = _EXAMPLES.get(refusal.key)
    help = (
        "remove it, or name a layer"
        if not is_key
        else f"it must be {refusal.words}" + (f", such as `{example}`" if example else "")
    )
    yield Diagnostic("wrong-value", f"{what} is empty", refusal.where(), help=help)


def too_many(refusal: Refusal) -> Iterator[Diagnostic]:
    """A mapping with several keys where one belongs."""
    names = " and ".join(f"`{key}`" for key in refusal.value.data)
    what = (
        f"`{refusal.key}`"
        if isinstance(refusal.path[-1], str)
        else f"entry {refusal.path[-1] + 1} of `{refusal.key}`"
    )
    help = (
        "write each as an entry of its own"
        if isinstance(refusal.path[-1], int)
        else "keep one of them"
    )
    yield Diagnostic(
        "wrong-value",
        f"{what} must be {refusal.words}",
        refusal.where(),
        f"found {names}",
        help=help,
    )


def _is_call(refusal: Refusal, key: str) -> bool:
    return (
        re.match(CALL_PATTERN, key) is not None
        and len(refusal.path) > 1
        and isinstance(refusal.path[-2], int)
    )


def _no_call(refusal: Refusal, key: str) -> Iterator[Diagnostic]:
    """A lower-case key of an item whose value is no mapping: no block call, so a misspelt
    modifier or a mis-indented argument.
    """
    item = refusal.document.at(refusal.path[:-1])
    if typed := typed_item(item.unwrapped()):
        if key == typed[0]:
            message = f"an item has no modifier `{key}`"
            yield Diagnostic("unknown-key", message, refusal.value.place, help=typed[1])
        return
    blocks = refusal.document.root.get("blocks")
    block = blocks.get(key) if blocks is not None else None
    if block is not None:
        help = _by_name(key, refusal.arguments_of(block), refusal.value)
        message = f"the arguments of the block `{key}` are given by name"
        yield Diagnostic(
            "wrong-value", message, refusal.where(), f"found {describe(refusal.value)}", help=help
        )
        return
    owner = refusal.owner(key, item)
    if owner is not None:
        yield from misplaced(refusal, key, owner, item)
        return
    near = (
        _beside_a_layer(refusal, key, item)
        or merge_help(key, refusal.value.unwrapped())
        or item_help(key)
        or did_you_mean(key, [*MODIFIERS, *OPERATIONS])
        or named_item_help(key, refusal.value.unwrapped())
        or layer_help(key)
    )
    help = near or f"the modifiers are {', '.join(MODIFIERS)}"
    yield Diagnostic(
        "unknown-key", f"an item has no modifier `{key}`", refusal.value.place, help=help
    )


def _by_name(block: str, names: Sequence[str], given: Value) -> str:
    """The help for arguments of a block that were given without their names."""
    if not names:
        return f"write `{block}: {{}}`: the block has no arguments"
    texts = [element.text for element in given.elements()] if given.is_list else [given.text]
    if None in texts or len(texts) > len(names):
        texts = ["..."]
    pairs = ", ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=False))
    return f"write `{block}: {{{pairs}}}`"


def _beside_a_layer(refusal: Refusal, key: str, item: Value) -> str | None:
    """The help for a key beside a layer that is elsewhere an argument of it, or a layer."""
    kind = next((name for name, _ in item.items() if name in KINDS), None)
    if kind is None:
        return None
    arguments = item.data[kind].unwrapped()
    if not isinstance(arguments, dict):
        arguments = {}
    return beside_help(kind, key, refusal.value.unwrapped(), arguments)
