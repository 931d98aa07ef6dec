"""What a file needs that neither Python nor Keras has: functions of expressions and the layers
of archspec → their text.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archspec.frontend.expressions.builtins import BUILTINS


def _signature(text: str, method: ast.FunctionDef) -> str:
    """``def f(x: int = 2, **rest: Any) -> None:`` → ``def f(x=2, **rest):``."""
    arguments = method.args
    names = [one.arg for one in arguments.args]
    defaults = [ast.get_source_segment(text, one) for one in arguments.defaults]
    first = len(names) - len(defaults)
    written = [*names[:first], *map("{}={}".format, names[first:], defaults)]
    written += [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return f"def {method.name}({', '.join(written)}):"


def _text_of(function: Callable[..., Any]) -> str:
    """The text of a function of this package, without the types."""
    text = inspect.getsource(function)
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    assert node.returns is not None, "the package is typed strictly"
    body = text.splitlines()[node.returns.end_lineno :]
    return "\n".join(["", _signature(text, node), *body, ""])


FUNCTIONS = {
    **{row.name: _text_of(row.compute) for row in BUILTINS.values() if not row.python},
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
    "frozen": (
        '''
def frozen(attention, query, value, *key):
    """Attention whose projections, which Keras makes when it is called, are not trained."""
    result = attention(query, value, *key)
    attention.trainable = True
    attention.trainable = False
    return result
'''
    ),
}
"""Functions that are written into a file which uses them."""

LAYERS = Path(__file__).parents[1] / "keras" / "layers.py"
"""The layers that Keras lacks. The file is read, not imported."""

DECORATOR = '@keras.saving.register_keras_serializable(package="archspec")'


def layer_kinds() -> dict[str, str]:
    """The classes of the layers that Keras lacks, without the types, by kind."""
    text = LAYERS.read_text(encoding="utf-8")
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return {
        node.name: f"\n{DECORATOR}\n{_without_types(text.splitlines(), node)}\n" for node in classes
    }


def _without_types(lines: list[str], node: ast.ClassDef) -> str:
    """The text of a class, each method's signature on a line of its own and without types."""
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    text = list(lines)
    for method in reversed(methods):
        returned = method.returns
        assert returned is not None, "the package is typed strictly"
        signature = _signature("\n".join(lines), method)
        text[method.lineno - 1 : returned.end_lineno] = [" " * method.col_offset + signature]
    removed = len(lines) - len(text)
    return "\n".join(text[node.lineno - 1 : (node.end_lineno or len(lines)) - removed])
