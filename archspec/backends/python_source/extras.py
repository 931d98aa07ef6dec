"""What a file needs that neither Python nor Keras has: functions of expressions and the layers
of archspec → their text.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from archspec.backends.python_source.layout import Brackets, broken
from archspec.frontend.expressions.builtins import BUILTINS


def _signature(text: str, method: ast.FunctionDef) -> list[str]:
    """``def f(x: int = 2, **rest: Any) -> None:`` → ``def f(x=2, **rest):``, on as many lines as it
    needs.
    """
    arguments = method.args
    names = [argument.arg for argument in arguments.args]
    defaults = [ast.get_source_segment(text, default) for default in arguments.defaults]
    first = len(names) - len(defaults)
    written = [*names[:first], *map("{}={}".format, names[first:], defaults)]
    written += [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    opened = Brackets(f"def {method.name}(", tuple(written), "):")
    return list(broken(opened, " " * method.col_offset))


def _text_of(function: Callable[..., Any]) -> str:
    """The text of a function of this package, without the types."""
    text = inspect.getsource(function)
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    assert node.returns is not None, "the package is typed strictly"
    body = text.splitlines()[node.returns.end_lineno :]
    return "\n".join(["", *_signature(text, node), *body, ""])


_COMPUTED = [row.name for row in BUILTINS.values() if not row.python]
"""The functions of expressions that Python lacks."""

_WRITTEN = {
    "numbered": (
        '''
def numbered(name, number):
    """`conv`, `conv_2`, `conv_3`, ..."""
    return name if number == 1 else f"{name}_{number}"
'''
    ),
    "keep": (
        '''
def keep(layer, shared):
    """A layer, kept under its name, so that it can be used again with the same weights."""
    return shared.setdefault(layer.name, layer)
'''
    ),
    "named": (
        '''
def named(name, result):
    """What an operation gives, the operation bearing this name in the model."""
    tensor = result[0] if isinstance(result, (list, tuple)) else result
    tensor._keras_history.operation.name = name
    tensor._sparse = False  # as Keras takes a product with a number to be
    return result
'''
    ),
    "frozen": (
        '''
def frozen(attention, *tensors, **call):
    """Attention whose projections, which Keras makes when it is called, are not trained."""
    result = attention(*tensors, **call)
    attention.trainable = True
    attention.trainable = False
    return result
'''
    ),
}

FUNCTIONS = (*_COMPUTED, *_WRITTEN)
"""The names of the functions that are written into a file which uses them."""


def function_text(name: str) -> str:
    """The text of one of them."""
    return _WRITTEN[name] if name in _WRITTEN else _text_of(BUILTINS[name].compute)


LAYERS = Path(__file__).parents[1] / "keras" / "layers.py"
"""The layers that Keras lacks. The file is read, not imported."""


@cache
def layer_kinds() -> dict[str, str]:
    """The classes of the layers that Keras lacks, as they stand in the file, by kind."""
    parts = LAYERS.read_text(encoding="utf-8").split("\n\n\n")
    heads = [re.search(r"^class (\w+)", part, re.MULTILINE) for part in parts]
    return {head[1]: part for head, part in zip(heads, parts, strict=True) if head}


@cache
def layer_text(kind: str) -> str:
    """The class of a layer that Keras lacks, without the types."""
    text = layer_kinds()[kind]
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    return "\n".join(["", *_decorators(text, node), _without_types(text, node), ""])


def _decorators(text: str, node: ast.ClassDef) -> list[str]:
    return [f"@{ast.get_source_segment(text, decorator)}" for decorator in node.decorator_list]


def _without_types(text: str, node: ast.ClassDef) -> str:
    """The text of a class, its methods without types."""
    lines = text.splitlines()
    end = node.end_lineno or len(lines)
    length = len(lines)
    typed = [one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AnnAssign)]
    for one in sorted(typed, key=lambda one: -one.lineno):
        if isinstance(one, ast.FunctionDef):
            returned = one.returns
            assert returned is not None, "the package is typed strictly"
            last, untyped = returned.end_lineno, _signature(text, one)
        else:
            assert one.value is not None, "the package has no bare annotations in methods"
            assigned = f"{ast.unparse(one.target)} = {ast.unparse(one.value)}"
            last, untyped = one.end_lineno, [" " * one.col_offset + assigned]
        lines[one.lineno - 1 : last] = untyped
    return "\n".join(lines[node.lineno - 1 : end - (length - len(lines))])
