"""What becomes of images on their way into a network."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from archspec.frontend.overrides import read_override
from archspec.training.examples import batches_of, read
from archspec.training.library import Found, find
from archspec.training.plan import plan

NETWORK = """\
archspec: 1
name: gray
input: [4, 5, 1]
layers: [Flatten, Dense: {units: 3, activation: softmax}]
"""

RECIPE = """\
recipe: 1
name: gray
network: gray.yaml
data: {source: "npz:colours.npz", channels: input, train: {of: all}}
fit: {epochs: 1, optimizer: Adam, loss: SparseCategoricalCrossentropy}
"""


def test_gray_images_are_repeated_for_a_network_of_three_channels() -> None:
    eight = [read_override("data.validation.rows=[0, 8]")]
    batch = {}
    for network in ("lenet5", "resnet_cifar10"):  # both take images of 32 × 32
        planned = plan(find(network, "digits"), dict(eight))
        assert planned.recipe.data.validation is not None
        examples = read(planned, planned.recipe.data.validation)
        ((x, _),) = batches_of(planned).in_order(examples)
        batch[network] = x.numpy()
    gray, coloured = batch["lenet5"], batch["resnet_cifar10"]
    assert (gray.shape, coloured.shape) == ((8, 32, 32, 1), (8, 32, 32, 3))
    assert all(numpy.array_equal(coloured[..., [one]], gray) for one in range(3))


def test_coloured_images_are_made_gray_for_a_network_of_one_channel(tmp_path: Path) -> None:
    images = numpy.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), numpy.uint8)
    numpy.savez(tmp_path / "colours.npz", x=images, y=numpy.array([0, 1, 2, 0, 1, 2]))
    (tmp_path / "gray.yaml").write_text(NETWORK)
    planned = plan(Found(RECIPE, "recipe.yaml", tmp_path), {})
    ((x, _),) = batches_of(planned).in_order(read(planned, planned.recipe.data.train))
    luminance = images.astype("float64") @ [[0.299], [0.587], [0.114]]  # ITU-R BT.601
    assert x.numpy() == pytest.approx(luminance, rel=1e-3)
