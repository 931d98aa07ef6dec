"""What a file needs that neither Python nor Keras has: functions of expressions and the layers
of archspec → their text.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

FUNCTIONS = {
    "make_divisible": (
        '''
def make_divisible(value, divisor=8):
    """The multiple of `divisor` nearest to `value`, and one more where that is below 90 % of it."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest
'''
    ),
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
        one.name: f"\n{DECORATOR}\n{_untyped(ast.get_source_segment(text, one) or '')}\n"
        for one in classes
    }


def _untyped(text: str) -> str:
    return "\n".join(
        _untyped_line(line) if line.lstrip().startswith("def ") else line
        for line in text.split("\n")
    )


def _untyped_line(line: str) -> str:
    """``def f(x: int = 2, **rest: Any) -> None:`` → ``def f(x=2, **rest):``."""
    line = re.sub(r" -> [^:]+:$", ":", line)
    line = re.sub(r": (?:[\w.| ]|\[[^\]]*\])+?(?= = |, |\)(?::|$))", "", line)
    return re.sub(r"(\w) = ", r"\1=", line)
