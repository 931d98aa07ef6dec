"""Networks of which one thing is done to many tensors at once — heads on the levels of a pyramid,
nodes that fuse them, splits of channels — are read about as short as their authors wrote them.
"""

from __future__ import annotations

from typing import Any

import pytest

import archspec
from archspec.reading.agreement import disagreement
from archspec.reading.author import written
from archspec.reading.regions import structured
from tests.marks import LONG
from tests.paths import ROOT
from tests.reading.folded import lines_by_hand, lines_with_parts, network
from tests.reading.random_exchanges import network as exchange
from tests.reading.soundness import unsound

MOST = {"transformer": 1.1, "efficientdet": 1.0, "retinanet": 0.8, "hrnet": 2.1}
"""How many times as many lines as by hand, the specs that one is made of among them."""

RESNEST = ROOT / "tests" / "data" / "fans" / "resnest.yaml"
"""Zhang et al. 2020, ResNeSt, Figure 2 (right), with four splits."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=LONG) if name == "efficientdet" else name for name in MOST]
)
def test_a_network_is_about_as_long_as_by_hand(name: str) -> None:
    spec = written(network(name))
    assert not spec.left_out
    assert len(spec.text.splitlines()) <= MOST[name] * lines_with_parts(name)


def test_splits_of_channels_are_one_block_of_all_widths() -> None:
    spec = written(archspec.compile(RESNEST))
    assert not spec.left_out
    assert "repeat: 4, layers: [{from: [prev, x$(i + 1)]" in spec.text
    assert len(spec.text.splitlines()) <= 1.4 * lines_by_hand(str(RESNEST.with_suffix("")))


def check_exchanges(count: int) -> None:
    """Random exchanges are read as they are, and all of them folded."""
    for seed in range(count):
        graph = exchange(seed)
        assert unsound(structured(graph)) == [], seed
        spec = written(graph)
        assert disagreement(graph, spec.graph) is None, seed
        assert not spec.left_out, seed


def test_random_exchanges_between_lanes_are_read_as_they_are() -> None:
    check_exchanges(12)


@LONG
def test_many_random_exchanges_between_lanes_are_read_as_they_are() -> None:
    check_exchanges(1000)


# --- heads


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


# --- levels


def pyramid() -> str:
    """What is read of a UNet 3+ (Huang et al. 2020, Figure 1), in which each level of the decoder
    takes something of all levels.
    """
    conv: list[Any] = [{"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "same"}}, "ReLU"]
    items: list[Any] = [{"name": "e0", "layers": conv}]
    items += [{"name": f"e{n}", "layers": ["MaxPooling2D", *conv]} for n in range(1, 5)]
    items.append({"name": "d4", "layers": []})
    for level in (3, 2, 1, 0):
        for other in range(5):
            size = 2 ** abs(level - other)
            down: dict[str, Any] = {"MaxPooling2D": {"pool_size": size}}
            scaled = down if other < level else {"UpSampling2D": {"size": size}}
            taken = f"e{other}" if other <= level else f"d{other}"
            items.append({"name": f"t{level}{other}", "from": taken, "layers": [scaled, *conv]})
        items.append({"from": [f"t{level}{n}" for n in range(5)], "Concatenate": {}})
        items.append({"name": f"d{level}", "layers": conv})
    document = {"archspec": 1, "name": "net", "input": [64, 64, 3], "layers": items}
    spec = written(archspec.compile(document))
    assert not spec.left_out
    return spec.text


def test_what_each_level_takes_stands_beside_it_and_not_within_the_last() -> None:
    text = pyramid()
    assert text.count("\n    merge: Concatenate") == 4
    assert "repeat: {size: [2, 4, 8]}, layers: [{from: conv_out_$(4 - i)" in text
