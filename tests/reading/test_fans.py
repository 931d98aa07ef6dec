"""Networks of which one thing is done to many tensors at once — heads on the levels of a pyramid,
nodes that fuse them — are read about as short as their authors wrote them.
"""

from __future__ import annotations

from typing import Any

import pytest

import archspec
from archspec.reading.author import written
from tests.reading.folded import lines_with_parts, network

MOST = {"transformer": 1.1, "efficientdet": 1.0, "retinanet": 0.8}
"""How many times as many lines as by hand, the specs that one is made of among them."""


@pytest.mark.parametrize("name", MOST)
def test_a_network_is_about_as_long_as_by_hand(name: str) -> None:
    spec = written(network(name))
    assert not spec.left_out
    assert len(spec.text.splitlines()) <= MOST[name] * lines_with_parts(name)


def heads(*names: str) -> str:
    """What is read of heads on several levels that share convolutions, but no normalizations."""
    items: list[Any] = []
    for n, name in enumerate(names):
        layers: list[Any] = []
        for k in range(3):
            own = {"name": f"c{k}", "Conv2D": {"filters": 4, "kernel_size": 1}}
            layers += [{"reuse": f"{names[0]}.c{k}"} if n else own, "BatchNormalization", "ReLU"]
        items.append({"name": f"p{n}", "Conv2D": {"filters": 4, "kernel_size": 3, "strides": 2}})
        items.append({"name": name, "output": layers})
    items += [{"GlobalAveragePooling2D": {}}, {"Dense": {"units": 2}}]
    document = {"archspec": 1, "name": "net", "input": [255, 255, 3], "layers": items}
    spec = written(archspec.compile(document))
    assert not spec.left_out
    return spec.text


def test_outputs_that_share_layers_are_repeated() -> None:
    text = heads(*(f"classes{n}" for n in range(3, 8)))
    assert "name: classes$(i + 4)" in text
    assert text.count("reuse:") == 1


def test_outputs_of_other_names_are_written_one_by_one() -> None:
    text = heads("x3", "one", "x10", "x02", "y1")
    assert all(f"name: {name}" in text for name in ("x3", "one", "x10", "x02", "y1"))
