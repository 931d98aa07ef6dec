"""Structures that an author would write, each in a small spec of its own: what is read from its
graph says the same, in about as many lines.
"""

from __future__ import annotations

from typing import Any

import archspec
from archspec.reading.author import written

CONV = {"kernel_size": 3, "padding": "same"}


def text_of(*layers: Any, input: Any = (8, 8, 4), **document: Any) -> str:
    """What is read from the graph of some layers, of which all is folded."""
    shape = {"input": list(input)} if isinstance(input, tuple) else {"inputs": input}
    spec = {"archspec": 1, "name": "net", **shape, **document, "layers": list(layers)}
    result = written(archspec.compile(spec))
    assert result.left_out == ()
    return result.text


def test_dilations_that_double_are_a_power() -> None:
    conv = {"Conv1D": {"filters": 4, "kernel_size": 2, "padding": "causal"}}
    conv["Conv1D"]["dilation_rate"] = "2 ** $i"
    text = text_of({"repeat": 9, "layers": [conv, "ReLU"]}, input=(None, 4))
    assert "dilation_rate: 2 ** $i" in text
    assert "repeat: 9" in text


WIDTHS = [(64, 96, 128, 16), (128, 112, 192, 32), (192, 80, 208, 24), (160, 48, 224, 40)]


def test_modules_that_differ_in_many_widths_are_a_block_where_they_are_many() -> None:
    items = []
    for one, reduced, three, five in 2 * WIDTHS:
        items += [
            {
                "branches": {
                    "1x1": [{"Conv2D": {"filters": one, "kernel_size": 1}}],
                    "3x3": [
                        {"Conv2D": {"filters": reduced, "kernel_size": 1}},
                        {"Conv2D": {"filters": three, **CONV}},
                    ],
                    "5x5": [{"Conv2D": {"filters": five, "kernel_size": 5, "padding": "same"}}],
                },
                "merge": "Concatenate",
            },
            "ReLU" if five > 24 else {"MaxPooling2D": {"pool_size": 1}},
        ]
    text = text_of(*items)
    assert "filters_4" in text
    assert len(text.splitlines()) <= 30
