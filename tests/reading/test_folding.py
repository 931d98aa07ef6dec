"""What reading makes of the networks of `keras.applications`: texts that were read line by line,
their lengths against those of the specs that were written by hand, and that names and small
differences change little. `written` compares every graph with the network's own.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from statistics import median
from typing import Any

import pytest

from archspec.graph import Graph
from archspec.reading.author import Written, written
from tests.marks import LONG
from tests.paths import ROOT
from tests.reading.folded import (
    applications,
    changed,
    changed_at,
    frozen_at,
    lines_by_hand,
    listed_otherwise,
    network,
    with_names,
)

GOLDEN = {
    "ResNet50": "keras/resnet",
    "EfficientNetB0": "keras/efficientnet",
    "InceptionV3": "keras/inception_v3",
    "MobileNetV3Small": "keras/mobilenet_v3",
    "DenseNet121": "keras/densenet",
    "NASNetMobile": "keras/nasnet",
}
CHEAP = ("keras/vgg@VGG16", "keras/mobilenet_v2@MobileNetV2", "keras/xception@Xception")
ALL = applications()
FAMILIES = dict.fromkeys(name.partition("@")[0] for name in ALL)


def folded(graph: Graph) -> Written:
    """The spec of a graph, which must need no way to fall back."""
    result = written(graph)
    assert not result.left_out
    return result


def lines(graph: Graph) -> int:
    return len(folded(graph).text.splitlines())


@cache
def text_of(name: str) -> str:
    """What is read of a shipped network."""
    return folded(network(name)).text


def lines_of(name: str) -> int:
    return len(text_of(name).splitlines())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_network_is_written_as_an_author_would(name: str) -> None:
    text = (ROOT / "tests/data/read" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text_of(f"{GOLDEN[name]}@{name}") == text


def test_there_are_forty() -> None:
    assert len(ALL) == 40


@pytest.mark.parametrize("name", CHEAP)
def test_a_network_is_no_longer_than_by_hand(name: str) -> None:
    assert lines_of(name) <= lines_by_hand(name)


DEEPER = {
    "resnet": ("ResNet50", "ResNet101", "ResNet152"),
    "resnet_v2": ("ResNet50V2", "ResNet101V2", "ResNet152V2"),
    "densenet": ("DenseNet121", "DenseNet169", "DenseNet201"),
    "convnext": ("ConvNeXtTiny", "ConvNeXtSmall"),
    "vgg": ("VGG16", "VGG19"),
}


FIRST = [next(name for name in ALL if name.startswith(f"{family}@")) for family in FAMILIES]
OF_DEPTHS = [
    f"keras/{family}@{name}" for family, names in DEEPER.items() for name in {names[0], names[-1]}
]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(
            {*FIRST, *OF_DEPTHS}, id="one of each size and family", marks=pytest.mark.heavy
        ),
        pytest.param(ALL, id="all", marks=LONG),
    ],
)
def test_they_are_about_as_long_as_by_hand(names: Collection[str]) -> None:
    lengths = {name: lines_of(name) for name in names}
    ratios = {name: length / lines_by_hand(name) for name, length in lengths.items()}
    assert median(ratios.values()) <= 1.0
    assert max(ratios.values()) <= 1.3, ratios
    for family, depths in DEEPER.items():
        named = {f"keras/{family}@{name}" for name in depths} & {*names}
        assert len({lengths[name] for name in named}) == 1, family


def nameless(graph: Graph) -> Graph:
    return with_names(graph, lambda number, _: f"layer_{number}")


@pytest.mark.parametrize("name", CHEAP[:2])
def test_a_network_is_read_without_the_names_of_its_layers(name: str) -> None:
    assert lines(nameless(network(name))) <= 1.3 * lines_of(name)


@LONG
def test_names_matter_little() -> None:
    ratios = (lines(nameless(network(name))) / lines_of(name) for name in FIRST)
    assert median(ratios) <= 1.15


def test_names_without_sense_do_no_harm() -> None:
    name = "keras/mobilenet_v2@MobileNetV2"
    graph = network(name)
    words = random.Random(0).sample(range(10**6), len(graph.nodes))
    scrambled = with_names(graph, lambda number, _: f"x{words[number]}_{words[-number]}")
    assert lines(scrambled) <= 1.3 * lines_of(name)


@pytest.mark.parametrize("name", [CHEAP[2], pytest.param("keras/nasnet@NASNetMobile", marks=LONG)])
def test_the_order_of_a_description_does_not_matter(name: str) -> None:
    graph = network(name)
    other = listed_otherwise(graph, random.Random(0))
    assert [node.name for node in other.nodes] != [node.name for node in graph.nodes]
    assert folded(other).text == text_of(name)


def more_lines(name: str, other: Graph) -> int:
    """How many more lines a network needs with a difference."""
    return lines(other) - lines_of(name)


@pytest.mark.parametrize("name", CHEAP)
def test_a_layer_that_differs_costs_few_lines(name: str) -> None:
    graph = network(name)
    for number in random.Random(name).sample(range(len(graph.nodes)), 2):
        assert more_lines(name, frozen_at(graph, number)) <= 16


@pytest.mark.parametrize(
    ("name", "layer", "settings"),
    [
        ("googlenet", "4c.3x3.conv2d_2", {"trainable": False}),
        (
            # the others have one with arguments, a mapping, which no expression can hold
            "keras/efficientnet@EfficientNetB0",
            "block2a.se.reduce",
            {"kernel_initializer": "he_uniform"},
        ),
        ("keras/inception_resnet_v2@InceptionResNetV2", "block17_4.add", {"trainable": False}),
    ],
)
def test_a_setting_that_differs_costs_few_lines(
    name: str, layer: str, settings: dict[str, Any]
) -> None:
    assert more_lines(name, changed_at(network(name), layer, **settings)) <= 16


@LONG
@pytest.mark.parametrize("name", [*FIRST, "googlenet"])
def test_any_setting_that_differs_costs_few_lines(name: str) -> None:
    draw = random.Random(name)
    assert max(more_lines(name, changed(network(name), draw)) for _ in range(12)) <= 16


PRINTED = """
from archspec.reading.author import written
from tests.reading.folded import network
print(written(network("keras/xception@Xception")).text)
"""


def test_the_text_depends_on_nothing_but_the_network() -> None:
    """Sets of Python have another order in each process."""
    done = subprocess.run(
        [sys.executable, "-c", PRINTED],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1"},
    )
    assert done.stdout == text_of("keras/xception@Xception") + "\n"
