"""The files of a model with models within it fit the spec that is read of it, which has none: the
outputs are those of Keras's own model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

import archspec
from archspec.backends.keras.model import build_model
from archspec.backends.keras.weights import load_weights
from archspec.diagnostics import SpecError
from archspec.reading.author import Wishes
from archspec.reading.read import read


def conv(**options: Any) -> Any:
    """All of one shape, so that only their order tells them apart."""
    return keras.layers.Conv2D(4, 3, padding="same", **options)


def backbone(name: str) -> Any:
    x = keras.Input((8, 8, 4))
    head = keras.Sequential(
        [conv(), keras.layers.BatchNormalization(), conv()], name=f"{name}_head"
    )
    frozen = conv(trainable=False)
    return keras.Model(x, head(conv()(keras.layers.ReLU()(frozen(conv()(x))))), name=name)


def nested() -> Any:
    """Convolutions before, within, between and behind two models, one of which is called twice."""
    first, second = backbone("first"), backbone("second")
    x = keras.Input((8, 8, 4))
    y = first(conv()(x))
    y = second(conv()(keras.layers.add([y, first(x)])))
    model = keras.Model(x, keras.layers.GlobalAveragePooling2D()(conv()(y)), name="nested")
    for number, weight in enumerate(model.weights):
        weight.assign(numpy.random.default_rng(number).uniform(0.1, 0.4, weight.shape))
    return model


@pytest.mark.parametrize(
    ("ending", "names"),
    [("keras", False), ("keras", True), ("h5", False), ("weights.h5", True)],
)
def test_a_file_with_models_within_is_loaded(ending: str, names: bool, tmp_path: Path) -> None:
    model = nested()
    file = tmp_path / f"nested.{ending}"
    (model.save_weights if ending == "weights.h5" else model.save)(file)
    graph = read(model, Wishes(names=names)).graph
    ours = build_model(graph)
    load_weights(ours, graph, file)
    pictures = numpy.random.default_rng(0).uniform(size=(2, 8, 8, 4)).astype("float32")
    assert numpy.allclose(ours(pictures), model(pictures), rtol=1e-5)


def test_a_file_of_weights_alone_says_what_it_lacks(tmp_path: Path) -> None:
    model = nested()
    file = tmp_path / "nested.weights.h5"
    model.save_weights(file)
    graph = archspec.read(model).graph
    with pytest.raises(SpecError, match="--names keep"):
        load_weights(build_model(graph), graph, file)
