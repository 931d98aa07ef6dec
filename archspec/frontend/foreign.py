"""What people bring from Keras's Python, PyTorch, Ultralytics, Caffe, TensorFlow 1, Jinja, C and
papers → a help that says what it is here. Single words stand in the tables of `foreign_words`.

Every function takes what stands in a spec and returns a help, or ``None`` where it knows nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from archspec.frontend.foreign_words import (
    ACTIVATIONS,
    ARGUMENTS,
    DOCUMENT,
    FUNCTION,
    FUNCTIONS,
    INFERRED,
    INITIALIZERS,
    ITEM,
    ITEM_HELP,
    LACKING,
    LAYERS,
    OPERATION,
    POSITIONS,
    PREFIX,
    REMOVED,
    SECTIONS,
    STRUCTURE,
    TRAINING,
    ULTRALYTICS,
)
from archspec.layers import CELLS, KINDS
from archspec.layers.operations import OPS
from archspec.layers.plugins import failure
from archspec.spelling import cut, in_words
from archspec.tensor import Shape

SMALLEST_IMAGE = 8
"""The least height and width that distinguish an image from a vector of channels."""

LONGEST_CALL = 300
"""Characters beyond which a text is not read as a call."""

SIZED = re.compile(r"(conv|maxpool|avgpool)(\d+)x\2")
"""A layer that is called by its window."""


def _plain(word: str) -> str:
    return re.sub(r"[_\s-]", "", PREFIX.sub("", word)).lower()


def kind_of(word: str) -> str | None:
    """The layer kind that a word of another tool means: ``nn.Conv2d`` → ``Conv2D``."""
    plain = _plain(word)
    own = next((kind for kind in KINDS if kind.lower() == plain), None)
    return own or (LAYERS[plain].partition(":")[0] if plain in LAYERS else None)


def layer_help(word: str) -> str | None:
    """What to write for the name of a layer of another tool, where it calls a layer."""
    plain = _plain(word)
    if plain in STRUCTURE:
        return STRUCTURE[plain]
    if plain in LAYERS:
        return (
            f"write `{LAYERS[plain]}`"
            if ":" in LAYERS[plain]
            else f"did you mean `{LAYERS[plain]}`?"
        )
    if plain in ACTIVATIONS and not any(kind.lower() == plain for kind in KINDS):
        name = ACTIVATIONS[plain]
        return f"write `Activation: {{activation: {name}}}`" if name else None
    if sized := SIZED.fullmatch(plain):
        layer = LAYERS[sized[1]]
        return f"write `{layer}: {{{next(_windows(layer))}: {sized[2]}}}`"
    kind = kind_of(word) if PREFIX.match(word) else operation_of(word)
    return f"did you mean `{kind}`?" if kind else None


def operation_of(word: str) -> str | None:
    """The operation that a function of another tool is: ``torch.cat`` → ``ops.concatenate``."""
    match = FUNCTION.match(word)
    if match is None:
        return None
    name = re.sub(r"^reduce_", "", match[1])
    kind = OPS + FUNCTIONS.get(name, name)
    return kind if kind in KINDS else None


def _windows(kind: str) -> Iterator[str]:
    """The argument of a layer kind that is its window."""
    return (name for name in ("kernel_size", "pool_size") if name in KINDS[kind].attributes)


def lacking(word: str) -> tuple[str, str] | None:
    """What to say of a layer of Keras that archspec does not have, and the help."""
    if reason := failure(word):
        return f"a library ships a kind `{word}`, and it cannot be used", reason
    name = PREFIX.sub("", word)
    if name in CELLS:
        cell = f"`RNN: {{cell: {{{name}: {{...}}}}}}`"
        return f"`{name}` is the cell of an `RNN`, and no layer by itself", f"write {cell}"
    if name not in LACKING:
        return None
    return f"Keras has a layer `{name}`, and archspec does not", LACKING[name]


def argument_help(kind: str, name: str, written: str | None) -> str | None:
    """What to do about an argument that another tool has, as ``written`` in the spec; or that is
    one of the layer's call.
    """
    if name in KINDS[kind].call_attributes:
        return f"it is an argument of the call: `call: {{{name}: ...}}` beside `{kind}`"
    if name in KINDS[kind].roles:
        return f"it is a tensor: name it in `from: {{{name}: ...}}`"
    key, equals, value = name.partition("=")
    if equals and value and written is None:
        return f"write `{key.strip()}: {value.strip()}`"
    if name in INFERRED:
        return "remove it: shapes are inferred, from `input` on"
    if name in REMOVED:
        return REMOVED[name]
    if name == "units" and KINDS[kind].family() == "activation":
        return f"put `- Dense: {{units: {written or '...'}}}` before it, and remove this"
    has = next((one for one in ARGUMENTS.get(name, ()) if one in KINDS[kind].attributes), None)
    if name == "weight_decay" and has:
        return f"write `{has}: {{L2: {{l2: {written or '...'}}}}}`"
    if name == "keep_prob" and has:
        return "write `rate`, the share that is dropped: 1 less what is kept"
    return f"did you mean `{has}`?" if has else None


def document_help(key: str) -> str | None:
    """What to do about a key of a document that another tool has."""
    if key in KINDS:
        return f"put it into `layers:`, as an item `- {key}: {{...}}`"
    if key in TRAINING:
        return "remove it: training is no part of a spec but of a recipe, see `archspec train`"
    if key in SECTIONS:
        return SECTIONS[key]
    return f"did you mean `{DOCUMENT[key]}`?" if key in DOCUMENT else None


def spec_help(keys: Collection[str]) -> str | None:
    """What to say of a file with none of a spec's keys that is a model of another tool."""
    return ULTRALYTICS if {"backbone", "head"} <= set(keys) else None


def from_help(name: str) -> str | None:
    """What to write in a ``from`` for a layer that is counted, as Ultralytics does."""
    if name == "-1":
        return "write `prev`, the output of the item before"
    counted = re.fullmatch(r"-?\d+", name)
    return "items are not counted: give that one a `name`, and write it here" if counted else None


def item_help(key: str) -> str | None:
    """What to do about a key of an item that another tool has."""
    if key in ITEM_HELP:
        return ITEM_HELP[key]
    ours = ITEM.get(key) or OPERATION.get(key)
    return f"did you mean `{ours}`?" if ours else None


def operation_for(partner: str, keys: Iterable[str]) -> str | None:
    """The key of an item that means, elsewhere, an operation that one of its modifiers needs."""
    return next((key for key in keys if OPERATION.get(key) == partner), None)


def list_help(text: str) -> str | None:
    """What to write for a list as Python, C or a paper has it: ``(3, 3)``, ``3x3``."""
    sides = re.fullmatch(r"\s*(\d+(?:\s*[x×X]\s*\d+)+)\s*", text)
    if sides:
        return f"write `[{', '.join(re.findall(r'[0-9]+', text))}]`"
    inner = re.fullmatch(r"\s*\(\s*([\w.$-]+(?:\s*,\s*[\w.$-]+)*)\s*,?\s*\)\s*", text)
    return f"write `[{', '.join(re.split(r' *, *', inner[1]))}]`" if inner and "," in text else None


def template_help(text: str) -> str | None:
    """What to write for a variable as Jinja, a shell or Python's ``format`` has it."""
    name = re.fullmatch(r"\s*(?:\{\{\s*(\w+)\s*\}\}|\$?\{(\w+)\}|%\((\w+)\)s?|<(\w+)>)\s*", text)
    return f"write `${next(filter(None, name.groups()))}`" if name else None


def choice_help(text: str) -> str | None:
    """What to write for C's ``a ? b : c``."""
    parts = re.fullmatch(r"\s*(.+?)\s*\?\s*(.+?)\s*:\s*(.+?)\s*", text)
    return f"write `{parts[2]} if {parts[1]} else {parts[3]}`" if parts else None


def call_help(text: str) -> str | None:
    """What to write for a layer as Python calls it, ``Conv2D(8, 3, padding='same')``, and for a
    layer with a bare number behind it.
    """
    number = re.fullmatch(r"([A-Za-z]\w*) +(\d[\d_.]*)", text)
    if number and (kind := kind_of(number[1])) and KINDS[kind].attributes:
        return f"write `- {kind}: {{{next(iter(KINDS[kind].attributes))}: {number[2]}}}`"
    call = _parsed(text)
    if call is None or not (kind := kind_of(ast.unparse(call.func))):
        return None
    given = _arguments(kind, call)
    return f"write `- {_written(kind, given)}`"


def keywords_help(kind: str, text: str) -> str | None:
    """What to write for arguments as Python has them: ``units=10, activation='relu'``."""
    call = _parsed(f"{kind}({text})") if "=" in text else None
    return f"write `{_written(kind, _arguments(kind, call))}`" if call else None


def entry_help(values: list[Any]) -> str | None:
    """What to write for a line of Ultralytics's lists: ``[-1, 1, Conv, [64, 3]]``."""
    if len(values) != 4 or not isinstance(values[2], str) or not isinstance(values[3], list):
        return None
    source, number, module, arguments = values
    kind = kind_of(module)
    if kind is None:
        return "write the module as an item, `- Layer: {...}`, or as a call of a block"
    names = [name for name in KINDS[kind].attributes if name != "axis"][: len(arguments)]
    item = _written(kind, dict(zip(names, arguments, strict=False)))
    if kind_takes_several(kind):
        return f"write `{kind}:` and below it `from: [...]`, with the names of its inputs"
    more = f", and below it `repeat: {number}`" if number not in (1, None) else ""
    other = "" if source == -1 else ", and `from: NAME` for the item that it takes"
    return f"write `- {item}`{more}{other}"


def input_help(name: str, shape: Shape, rank: int | None) -> str | None:
    """What to write for an input with the batch first, where a layer needs ``rank`` axes, or with
    channels first.
    """
    inner = (
        shape[1:] if rank is not None and len(shape) == rank + 1 and shape[0] in (None, 1) else ()
    )
    image = inner or shape
    channels_first = (
        len(image) == 3
        and image[0] in (1, 3, 4)
        and all(size is not None and size >= SMALLEST_IMAGE for size in image[1:])
    )
    if channels_first:
        image = (*image[1:], image[0])
    if image == shape:
        return None
    why = "the batch is never written" if inner else "tensors are channels-last"
    if inner and channels_first:
        why += ", and tensors are channels-last"
    return f"{why}: write `{name}: {in_words(['null' if one is None else one for one in image])}`"


def object_help(text: str, classes: Mapping[str, Iterable[str]]) -> str | None:
    """What to write for an initializer, regularizer or constraint as Python makes it,
    ``l2(1e-4)``; ``classes`` are those that there are, with the names of their arguments.
    """
    if text.lower() in INITIALIZERS:
        return f"write `{INITIALIZERS[text.lower()]}`"
    call = _parsed(text)
    if call is None:
        return None
    called = ast.unparse(call.func).rpartition(".")[2].replace("_", "").lower()
    name = next((class_ for class_ in classes if class_.lower() == called), None)
    if name is None:
        return None
    if not (call.args or call.keywords):
        return f"write `{name}`"
    given = dict(zip(classes[name], map(_value, call.args), strict=False))
    given |= {keyword.arg: _value(keyword.value) for keyword in call.keywords if keyword.arg}
    return f"write `{{{_written(name, given)}}}`"


def kind_takes_several(kind: str) -> bool:
    """Whether a layer kind merges tensors."""
    return KINDS[kind].arity[0] > 1


def _parsed(text: str) -> ast.Call | None:
    if len(text) > LONGEST_CALL or not text.rstrip().endswith(")"):
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Call) else None


def _arguments(kind: str, call: ast.Call) -> dict[str, Any]:
    """The arguments of a call by Keras's names; what archspec infers is left out."""
    own = list(KINDS[kind].attributes)
    name = PREFIX.sub("", ast.unparse(call.func))
    order = own if name in KINDS else POSITIONS.get(_plain(name), own)
    given = dict(zip(order, map(_value, call.args), strict=False))
    given |= {keyword.arg: _value(keyword.value) for keyword in call.keywords if keyword.arg}
    named = {}
    for name, value in given.items():
        keras = next((one for one in (name, *ARGUMENTS.get(name, ())) if one in own), None)
        if keras is not None:
            named[keras] = value
    if isinstance(named.get("padding"), int):  # PyTorch's margin
        if 2 * named["padding"] + 1 == named.get("kernel_size", named.get("pool_size")):
            named["padding"] = "same"
        else:
            del named["padding"]
    return named


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(element) for element in node.elts]
    text = ast.unparse(node)
    return text.rpartition(".")[2] if re.fullmatch(r"[\w.]+", text) else text


def _written(kind: str, arguments: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{name}: {in_words(value)}" for name, value in arguments.items())
    return f"{kind}: {{{cut(pairs, 200)}}}"
