"""The networks that the tests of diagrams draw: every shipped one, and a few of
`tests/data/diagrams/`; each is compiled and drawn once.
"""

from __future__ import annotations

from functools import cache

import pytest

from archspec.compiler import Compiler
from archspec.diagrams.making import draw
from archspec.diagrams.options import Options
from archspec.frontend.library import Reference, shipped_names
from archspec.graph import Graph
from tests import paths
from tests.diagrams import pictures
from tests.diagrams.pictures import Picture
from tests.marks import LONG

DATA = paths.DATA / "diagrams"
SAMPLES = ["carried", "chain", "chain_varied", "dense", "two", "unet"]
"""Rounds that take two tensors from one another, a chain of 500 equal layers and one of 500 different
ones, a DenseNet's block, a network of two inputs, a U-Net.
"""

SHIPPED = [
    str(network) for name in shipped_names() for network in Compiler().family(Reference(name))
]
"""Every shipped spec and variant."""

QUICK = {
    *shipped_names(),
    *SAMPLES,
    "googlenet@inference",
    "resnet@resnet18",
    "resnet@resnet152",
    "vgg@A-LRN",
    "vgg@C",
    "efficientnet@B7",
}
FAMILIES = [
    pytest.param(name, marks=[] if name in QUICK else LONG) for name in (*SHIPPED, *SAMPLES)
]
"""All of them for the parameters of a test, which draws them: by default not the further sizes of a
family, whose pictures differ in numbers.
"""


@cache
def graph(name: str) -> Graph:
    """A sample by its name, or a shipped network."""
    return Compiler().compile(
        Reference(str(DATA / f"{name}.yaml")) if name in SAMPLES else Reference.parse(name)
    )


@cache
def svg(name: str, options: Options = Options()) -> bytes:  # noqa: B008 - it is immutable
    return draw(graph(name), "svg", options)


@cache
def picture(name: str, options: Options = Options()) -> Picture:  # noqa: B008 - it is immutable
    return pictures.read(svg(name, options))
