"""The words that a layer has in a figure: ``3×3 conv, 64, /2``.

A title is what stands out and the rest: ``Title("3×3", " conv, 64, /2")``. A figure that folds
layers which differ in an argument writes that argument's value in its own way, such as its range;
so each kind writes its values by a function that it is called with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from archspec.layers.types import Configured
from archspec.spelling import ValueStyle, cut, in_words

Say = Callable[[str, Any], str]
"""How the value of an argument, passed with the argument's name, is written; an element of a list
is passed with its index too, ``target_shape[0]``.
"""


class Title(NamedTuple):
    """What stands out in a layer's title, and the rest of it."""

    strong: str
    rest: str = ""


ACTIVATIONS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "swish": "SiLU",
    "leaky_relu": "LeakyReLU",
    "hard_silu": "hard-swish",
    "hard_swish": "hard-swish",
    "hard_sigmoid": "hard sigmoid",
    "celu": "CELU",
    "glu": "GLU",
    "log_softmax": "log softmax",
    "linear": "",
    "None": "",
}
"""What people write for Keras's names of activations; the others are written as they are."""


IN_A_FIGURE = ValueStyle(
    {None: "none", True: "yes", False: "no"},
    elements=4,
    longest=24,
    other=lambda value: f"{value:.3g}" if isinstance(value, float) else cut(str(value), 24, "…"),
)


def plainly(name: str, value: Any) -> str:
    """A value as people write it; a long text or list is cut."""
    return in_words(value, IN_A_FIGURE)


def spaced(kind: str) -> str:
    """``ZeroPadding2D`` → ``zero padding``; ``UpSampling2D`` → ``up sampling``."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", re.sub(r"[123]D$", "", kind)).lower()


def activation_words(value: Any, say: Say = plainly) -> str:
    """What people call an activation, nothing for none; or what ``say`` has for it."""
    said = say("activation", value)
    if said != plainly("activation", value):
        return said
    name = value.name if isinstance(value, Configured) else str(value)
    return ACTIVATIONS.get(name, name.replace("_", " "))


def sizes(name: str, value: Any, say: Say) -> list[str]:
    """The numbers of an argument with one for each axis, written."""
    if not isinstance(value, tuple):
        return [say(name, value)]
    return [say(f"{name}[{index}]", size) for index, size in enumerate(value)]


def window_words(name: str, value: Any, say: Say) -> str:
    """``3×3``; ``3-wide`` for one over a single axis, since ``2 conv`` reads as two of them; a
    window that is written as a word, as a range or a variable is, is written once.
    """
    words = sizes(name, value, say)
    if len(words) == 1:
        return f"{words[0]}-wide"
    return words[0] if len(set(words)) == 1 and not words[0].isdigit() else "×".join(words)


def step_words(name: str, value: Any, say: Say) -> str:
    """``2``, or ``2×1`` where the axes differ."""
    words = sizes(name, value, say)
    return words[0] if len(set(words)) == 1 else "×".join(words)
