"""Keras on JAX and on PyTorch computes from the same spec and weights what it does on
TensorFlow; each is tried where it is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy
import pytest

import archspec
from tests.backends.keras.everything import EVERYTHING

SPECS: dict[str, str] = {
    "everything": EVERYTHING,
    "shared": (
        """\
archspec: 1
name: shared
input: [6, 6, 2]
blocks:
  conv: {args: [filters], layers: [{name: conv, Conv2D: {filters: $filters, kernel_size: 3, padding: same}}, BatchNormalization]}
layers:
  - {name: a, conv: {filters: 4}}
  - {name: a_conv, Conv2D: {filters: 4, kernel_size: 1}}
  - {name: again, reuse: a_conv}
  - residual: [{name: main, conv: {filters: 4}}]
  - GlobalAveragePooling2D
"""
    ),
}

ELSEWHERE = """
import json, sys
import keras, numpy
import archspec
folder = sys.argv[1]
model = archspec.build(f"{folder}/net.yaml")
model.load_weights(f"{folder}/net.weights.h5")
given = [value for _, value in sorted(numpy.load(f"{folder}/given.npz").items())]
given = given if len(given) > 1 else given[0]
def named(outputs):
    return outputs if isinstance(outputs, dict) else {"main": outputs}
def alike(outputs, tolerance):
    return outputs.keys() == found.keys() and all(
        numpy.allclose(value, outputs[name], atol=tolerance) for name, value in found.items())
found = named(model.predict(given, verbose=0))
numpy.savez(f"{folder}/found.npz", **found)
model.save(f"{folder}/net.keras")
again = named(keras.models.load_model(f"{folder}/net.keras").predict(given, verbose=0))
if keras.backend.backend() == "jax":
    import tensorflow
    from archspec.backends.keras.export import write_saved_model
    from pathlib import Path
    write_saved_model(model, archspec.compile(f"{folder}/net.yaml"), Path(folder) / "served")
    net = tensorflow.saved_model.load(f"{folder}/served")
    assert alike(named(net.serve(given)), 1e-5)
model.compile("sgd", "mse")
before = model.get_weights()
more = {name: value + 1 for name, value in found.items()}
model.fit(given, more if len(more) > 1 else more["main"], verbose=0)
print(json.dumps({
    "backend": keras.backend.backend(),
    "layers": [layer.name for layer in model.layers],
    "loaded": alike(again, 1e-6),
    "trained": any((one != other).any() for one, other in zip(before, model.get_weights())),
}))
"""


def told(backend: str, folder: Path) -> dict[str, Any]:
    """What a process with another backend says of the network in a folder."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("name", SPECS)
def test_another_backend_computes_the_same(name: str, backend: str, tmp_path: Path) -> None:
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    (tmp_path / "net.yaml").write_text(SPECS[name], encoding="utf-8")
    model = archspec.build(tmp_path / "net.yaml")
    draw = numpy.random.default_rng(1)
    for weight in model.weights:
        positive = weight.name in ("gamma", "moving_variance")
        weight.assign(
            draw.uniform(0.5, 1.5, weight.shape) if positive else draw.normal(0, 0.5, weight.shape)
        )
    given = [draw.normal(size=(3, *one.shape[1:])).astype(one.dtype) for one in model.inputs]
    expected = model.predict(given if len(given) > 1 else given[0], verbose=0)
    model.save_weights(tmp_path / "net.weights.h5")
    numpy.savez(tmp_path / "given.npz", *given)
    says = told(backend, tmp_path)
    assert says["backend"] == backend
    assert says["loaded"]
    assert says["trained"]
    found = numpy.load(tmp_path / "found.npz")
    named = expected if isinstance(expected, dict) else {"main": expected}
    assert sorted(found) == sorted(named)
    for output, one in named.items():
        bound = 1e-5 * numpy.abs(one).max()
        numpy.testing.assert_allclose(found[output], one, rtol=1e-4, atol=bound)
    names = [layer.name for layer in model.layers]
    if (
        backend == "torch"
    ):  # which refuses a dot in the name of a parameter; `a.conv` and `a_conv` stay apart
        assert len(set(says["layers"])) == len(names)
        says["layers"] = [name.rstrip("_") for name in says["layers"]]
        names = [name.replace(".", "_") for name in names]
    assert says["layers"] == names


def test_names_without_dots_are_unique_and_take_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras on TensorFlow is told that it runs on PyTorch: only the names are others then."""
    import keras

    from archspec.backends.keras.model import build_model, layer_names
    from archspec.backends.keras.weights import load_weights

    dense = {"Dense": {"units": 2}}
    groups = [{"name": name, "layers": [{"name": "b", **dense}]} for name in ("a", "c")]
    spec = {
        "archspec": 1,
        "name": "net",
        "inputs": {"c_b": [4]},
        "layers": [groups[0], {"name": "a_b", **dense}, {"name": "a_b_", **dense}, groups[1]],
    }
    graph = archspec.compile(spec)
    assert layer_names(graph) == {name: name for name in ("a.b", "a_b", "a_b_", "c.b")}
    model = build_model(graph)
    model.save(tmp_path / "net.keras")
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    assert layer_names(graph) == {"a.b": "a_b__", "a_b": "a_b", "a_b_": "a_b_", "c.b": "c_b_"}
    renamed = build_model(graph)
    load_weights(renamed, graph, tmp_path / "net.keras")
    for one, other in zip(model.get_weights(), renamed.get_weights(), strict=True):
        numpy.testing.assert_array_equal(one, other)
