"""Layers as Python calls them, ``nn.Conv2d(3, 8, 3, padding=1)``, and objects and activations that
Python makes → a help with the item, or the value, to write.

Every function takes what stands in a spec and returns a help, or ``None`` where it knows nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from archspec.frontend.foreign.argument_names import POSITIONS
from archspec.frontend.foreign.arguments import keras_name, merging, written_item
from archspec.frontend.foreign.layer_names import ACTIVATIONS, FUNCTION, PREFIX
from archspec.frontend.foreign.layers import (
    kind_of,
    operation_of,
    plain_name,
    structure_help,
    takes_several,
)
from archspec.layers import KINDS
from archspec.spelling import in_words

LONGEST_CALL = 300
"""Characters beyond which a text is not read as a call."""

MERGES = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
"""Python's operators between tensors → the layer that does the same."""


BATCH_FIRST = ("permute", "reshape", "view")
"""Methods of tensors whose arguments are axes or sizes, the batch's first."""


def call_help(text: str) -> str | None:
    """What to write for a layer as Python calls it, ``Conv2D(8, 3, padding='same')``, for tensors
    that Python joins, ``x + skip``, and for a layer with bare values behind it, ``Dense 10``.
    """
    if bare := _bare_values(text):
        return f"write `- {bare}`"
    tree = _parsed(re.sub(r"^\s*\w+\s*=\s*(?!=)", "", text))
    if isinstance(tree, ast.BinOp):
        return _joined(tree)
    if not isinstance(tree, ast.Call):
        return None
    called = plain_name(ast.unparse(tree.func))
    if called in ("sequential", "modulelist"):
        items = [item for argument in tree.args if (item := _item_of(argument))]
        return f"write `- layers: [{', '.join(items)}]`" if len(items) == len(tree.args) else None
    if kind_of(called) is None and (structure := structure_help(ast.unparse(tree.func))):
        return structure
    item = _item_of(tree)
    return f"write `- {item}`" if item else None


def keywords_help(kind: str, text: str) -> str | None:
    """What to write for arguments as Python has them: ``units=10, activation='relu'``."""
    call = _parsed(f"{kind}({text})") if "=" in text else None
    return f"write `{_item_of(call)}`" if isinstance(call, ast.Call) else None


def object_help(text: str, classes: Mapping[str, Iterable[str]]) -> str | None:
    """What to write for an initializer, regularizer or constraint as Python makes it,
    ``l2(1e-4)``; ``classes`` are those that there are, with the names of their arguments.
    """
    call = _parsed(text)
    if not isinstance(call, ast.Call):
        return None
    called = ast.unparse(call.func).rpartition(".")[2].replace("_", "").lower()
    name = next((class_ for class_ in classes if class_.lower() == called), None)
    if name is None:
        return None
    if not (call.args or call.keywords):
        return f"write `{name}`"
    return f"write `{{{written_item(name, _given(call, classes[name]))}}}`"


class PythonActivation(NamedTuple):
    """An activation as Python names or makes it: its name as an argument, ``None`` where it has
    none; the item that it is, ``None`` where it is no layer; whether arguments were given.
    """

    name: str | None
    item: str | None
    has_arguments: bool


GATED = "ops.glu"
"""What other tools have among the activations, and halves the channels: here an operation."""


def activation_of(text: str, names: Iterable[str]) -> PythonActivation:
    """What an activation of Python is here, ``tf.nn.relu`` or ``nn.LeakyReLU(0.1)``; ``names`` are
    those that an argument can have.
    """
    tree = _parsed(text)
    call = tree if isinstance(tree, ast.Call) else None
    word = ast.unparse(call.func) if call else text.strip()
    plain, kind = plain_name(word), kind_of(word)
    own = {function.replace("_", ""): function for function in names}
    name = own.get(plain) or own.get((ACTIVATIONS.get(plain) or "").replace("_", ""))
    is_layer = kind == GATED or (kind is not None and KINDS[kind].family() == "activation")
    item = (_item_of(call) if call else kind) if is_layer else None
    return PythonActivation(name, item, call is not None and bool(call.args or call.keywords))


def activation_help(text: str, names: Iterable[str]) -> str | None:
    """What to write for the ``activation`` of a layer as Python names or makes it."""
    activation = activation_of(text, names)
    if activation.item is not None and (activation.has_arguments or activation.name is None):
        return f"it is a layer: remove `activation`, and put `- {activation.item}` below"
    if activation.name is None or activation.name == text:
        return None
    return f"write `{activation.name}`" + (", which takes no arguments" * activation.has_arguments)


def activation_item_help(text: str, names: Iterable[str]) -> str | None:
    """What to write for ``Activation`` with an activation of Python behind it."""
    activation = activation_of(text, names)
    if activation.item is not None and (activation.has_arguments or activation.name is None):
        return f"write `- {activation.item}`"
    return f"write `Activation: {{activation: {activation.name}}}`" if activation.name else None


def translated(kind: str, name: str, given: Mapping[str, Any]) -> str:
    """An item for a layer that is called ``name`` elsewhere, with its arguments there: renamed,
    without those that are inferred here, and with what they mean in words of Keras.
    """
    arguments: dict[str, Any] = {}
    for theirs, value in given.items():
        if (ours := keras_name(kind, theirs)) is not None and value is not None:
            arguments.setdefault(ours, value)
    if _is_of_pytorch(name):
        _mean_the_same(kind, given, arguments)
    margin = _margin(kind, arguments)
    item = written_item(kind, arguments)
    if given.get("bidirectional") is True and "return_sequences" in KINDS[kind].attributes:
        return written_item("Bidirectional", {"layer": {kind: arguments}})
    if margin is None:
        return item
    return f"layers: [ZeroPadding{kind[-2:]}: {{padding: {in_words(margin)}}}, {item}]"


def _is_of_pytorch(name: str) -> bool:
    """Whether a layer is called as PyTorch calls it."""
    return bool(re.match(r"(?:torch\.)?(?:nn|F)\.", name)) or PREFIX.sub("", name) not in KINDS


def _mean_the_same(kind: str, given: Mapping[str, Any], arguments: dict[str, Any]) -> None:
    """Change what PyTorch counts otherwise than Keras."""
    momentum = arguments.get("momentum")
    if kind == "BatchNormalization" and isinstance(momentum, float):
        arguments["momentum"] = round(1 - momentum, 9)
    heads, width = given.get("num_heads"), given.get("embed_dim")
    if "key_dim" in KINDS[kind].attributes and isinstance(heads, int) and isinstance(width, int):
        arguments["key_dim"] = width // max(heads, 1)
    if "return_sequences" in KINDS[kind].attributes:
        arguments["return_sequences"] = True
        arguments.pop("bias", None)


def _margin(kind: str, arguments: dict[str, Any]) -> Any:
    """The zeros that PyTorch puts around a layer's input where Keras's ``padding`` cannot say
    them; what it can say is said.
    """
    padding = arguments.get("padding")
    if "padding" not in KINDS[kind].attributes or not isinstance(padding, int | list):
        return None
    window = arguments.get("kernel_size", arguments.get("pool_size"))
    sides = padding if isinstance(padding, list) else [padding]
    windows = window if isinstance(window, list) else [window] * len(sides)
    del arguments["padding"]
    if not any(sides):
        return None
    fits = all(
        isinstance(side, int) and isinstance(size, int) and 2 * side + 1 == size
        for side, size in zip(sides, windows, strict=False)
    )
    at_every_place = arguments.get("strides", 1) == 1 or "pool_size" in arguments
    if kind.endswith("Transpose") or (fits and at_every_place):
        arguments["padding"] = "same"
        return None
    return padding


def _item_of(node: ast.expr) -> str | None:
    """The item that does what a call of Python does."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Call):  # `Dense(10)(x)`
        return _applied(node)
    word = ast.unparse(node.func)
    tensors = 0
    if function := FUNCTION.match(word):
        word, tensors = (word if PREFIX.match(word) else function[1]), 1  # `F.relu(x)`
    elif isinstance(node.func, ast.Attribute) and not PREFIX.match(word):
        word = node.func.attr  # `x.flatten(1)`
    kind = kind_of(word)
    if kind is None:
        name = ACTIVATIONS.get(plain_name(word))
        if name is not None:
            return f"Activation: {{activation: {name}}}"
        kind = operation_of(ast.unparse(node.func))
        if kind is None:
            return None
        word = kind
    values = list(map(_value, node.args))
    if plain_name(word) in BATCH_FIRST and len(values) > tensors + 1:
        first = next(iter(KINDS[kind].attributes))
        return written_item(kind, {first: values[tensors + 1 :]})
    if takes_several(kind) and values and isinstance(values[0], list):
        return merging(kind, values[0])
    order = list(KINDS[kind].attributes)
    if _is_of_pytorch(word):
        order = list(POSITIONS.get(plain_name(word), order))
    return translated(kind, word, _given(node, order, tensors))


def _applied(node: ast.Call) -> str | None:
    """The item of a layer that is made and called on one line, ``Add()([a, b])``."""
    kind = kind_of(ast.unparse(node.func.func)) if isinstance(node.func, ast.Call) else None
    inputs = _value(node.args[0]) if node.args else None
    if kind is not None and takes_several(kind) and isinstance(inputs, list):
        return merging(kind, inputs)
    return _item_of(node.func)


def _joined(tree: ast.BinOp) -> str | None:
    """What to write for tensors that an operator of Python joins."""
    kind, sides = MERGES.get(type(tree.op)), (tree.left, tree.right)
    if kind is None or not all(isinstance(side, ast.Name) for side in sides):
        return None
    names = ["prev" if _value(side) in ("x", "out") else _value(side) for side in sides]
    return f"write `- {merging(kind, names)}`"


def _bare_values(text: str) -> str | None:
    """A layer with values behind it: ``Dense 10``, ``Conv2D 8 3``, ``Conv2D filters=8``,
    ``Conv2D, 8, 3``.
    """
    match = re.fullmatch(r"([A-Za-z][\w.]*)[ ,]\s*([\w.=$, \[\]-]+)", text.strip())
    kind = kind_of(match[1]) if match and len(text) <= LONGEST_CALL else None
    if match is None or kind is None or not KINDS[kind].attributes:
        return None
    words = [word for word in re.split(r"[,\s]+", match[2]) if word]
    named = dict(word.split("=", 1) for word in words if re.fullmatch(r"\w+=[^=]+", word))
    numbers = [word for word in words if re.fullmatch(r"\$?\d[\d_.]*|\$\w+", word)]
    if len(named) + len(numbers) != len(words):
        return None
    arguments = dict(zip(KINDS[kind].attributes, numbers, strict=False)) | named
    return translated(kind, kind, arguments) if arguments else None


def _parsed(text: str) -> ast.expr | None:
    """The expression of a call, or of tensors that are joined; names alone need no parsing."""
    if len(text) > LONGEST_CALL or not re.search(r"[(+*/@&|%-]", text):
        return None
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _given(call: ast.Call, names: Iterable[str], tensors: int = 0) -> dict[str, Any]:
    """The arguments of a call by their names; ``names`` are those of its arguments without one, in
    their order after the tensors.
    """
    arguments = dict(zip(names, map(_value, call.args[tensors:]), strict=False))
    return arguments | {
        keyword.arg: _value(keyword.value) for keyword in call.keywords if keyword.arg
    }


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand)
        return -value if isinstance(value, int | float) else ast.unparse(node)
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(element) for element in node.elts]
    if isinstance(node, ast.Call) and (kind := kind_of(ast.unparse(node.func))) is not None:
        return {kind: _given(node, KINDS[kind].attributes)}
    text = ast.unparse(node)
    return text.rpartition(".")[2] if re.fullmatch(r"[\w.]+", text) else text
