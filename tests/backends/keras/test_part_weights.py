"""Weights into a part of a network: a file of the whole spec fits the block that it is, up to where
that ends; frozen ones stay when the rest is trained.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner

import archspec
from archspec.backends.keras.applications import make
from archspec.backends.keras.families import Application
from archspec.backends.keras.model import build_model
from archspec.backends.keras.pairing import own_names
from archspec.backends.keras.part_weights import load_part, move_part
from archspec.backends.keras.stores import of_layers
from archspec.cli.program import main
from archspec.diagnostics import SpecError

INNER = """
archspec: 1
name: inner
vars: {classes: 10}
input: [8, 8, 3]
layers:
  - {name: stem, Conv2D: {filters: 4, kernel_size: 3}}
  - {name: body, residual: [BatchNormalization, {Conv2D: {filters: 4, kernel_size: 1}}]}
  - GlobalAveragePooling2D
  - Dense: {units: $classes}
"""
OUTER = """
archspec: 1
name: outer
input: [10, 10, 3]
blocks:
  backbone: {spec: inner.yaml, upto: body, trainable: false}
layers:
  - {name: features, backbone: {}}
  - {from: [features.stem, features], Concatenate: {}}
  - Flatten
  - {name: head, Dense: {units: 2}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
    return tmp_path


def randomized(model: keras.Model) -> keras.Model:
    random = np.random.default_rng(1)
    model.set_weights([random.random(weight.shape) + 0.5 for weight in model.get_weights()])
    return model


def weights_of(model: keras.Model, prefix: str = "") -> dict[str, list[np.ndarray]]:
    return {
        layer.name.removeprefix(prefix): layer.get_weights()
        for layer in model.layers
        if layer.weights and layer.name.startswith(prefix)
    }


@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ".h5"])
def test_a_file_of_the_whole_spec_fits_the_block(folder: Path, ending: str) -> None:
    whole = randomized(archspec.build(folder / "inner.yaml"))
    file = folder / f"inner{ending}"
    (whole.save_weights if ending == ".weights.h5" else whole.save)(file)
    graph = archspec.compile(folder / "outer.yaml")
    model = build_model(graph)
    transfer = load_part(model, graph, "features", file)
    there, here = weights_of(whole), weights_of(model, "features.")
    assert len(transfer.loaded) == len(here) == 3
    assert len(transfer.unused) == 1
    for name, weights in here.items():
        for mine, theirs in zip(weights, there[name], strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_frozen_features_stay_when_the_head_is_trained(folder: Path) -> None:
    model = archspec.build(folder / "outer.yaml")
    before = weights_of(model)
    model.compile(optimizer="sgd", loss="mse")
    random = np.random.default_rng(2)
    model.fit(random.random((8, 10, 10, 3)), random.random((8, 2)), epochs=2, verbose=0)
    for name, weights in weights_of(model).items():
        same = all(map(np.array_equal, weights, before[name]))
        assert same is name.startswith("features."), name


def test_what_does_not_fit_is_told(folder: Path) -> None:
    text = INNER.replace("filters: 4", "filters: 5")
    (folder / "wider.yaml").write_text(text, encoding="utf-8")
    archspec.build(folder / "wider.yaml").save(folder / "other.keras")
    graph = archspec.compile(folder / "outer.yaml")
    with pytest.raises(SpecError) as refusal:
        load_part(build_model(graph), graph, "features", folder / "other.keras")
    assert {one.code for one in refusal.value.diagnostics} == {"weights-mismatch"}


def test_the_command_loads_into_a_part(folder: Path) -> None:
    randomized(archspec.build(folder / "inner.yaml")).save(folder / "inner.keras")
    spec, out = str(folder / "outer.yaml"), str(folder / "out.keras")
    result = CliRunner().invoke(
        main, ["build", spec, "-o", out, "--weights", f"features={folder / 'inner.keras'}"]
    )
    assert result.exit_code == 0, result.output
    assert "3 layers" in result.output
    result = CliRunner().invoke(main, ["build", spec, "-o", out, "--weights", "feature=x.keras"])
    assert result.exit_code == 2
    assert "did you mean `features`?" in result.output


def test_the_block_computes_what_the_function_of_keras_does(tmp_path: Path) -> None:
    spec = {
        "archspec": 1,
        "name": "part",
        "input": [64, 64, 3],
        "blocks": {"backbone": {"spec": "keras/mobilenet@MobileNet", "upto": TAP}},
        "layers": [{"name": "features", "backbone": {}}, "ReLU"],
    }
    graph = archspec.compile(spec)
    model, theirs = (
        build_model(graph),
        make(Application.parse("MobileNet(input_shape=(64, 64, 3), include_top=False)")),
    )
    move_part(model, graph, "features", of_layers(theirs.layers, own_names(theirs.layers)), "x")
    images = np.random.default_rng(3).random((2, 64, 64, 3), dtype="float32")
    cut = keras.Model(theirs.input, theirs.get_layer(TAP).output)
    ours = keras.Model(model.input, model.get_layer(f"features.{TAP}").output)
    np.testing.assert_allclose(ours(images), cut(images), rtol=1e-4, atol=1e-4)


TAP = "conv_pw_5_relu"
