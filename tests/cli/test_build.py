"""What a built model is besides its shapes and counts: its initial values, its names of
weights, and what is left when building fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archspec
from archspec.cli.program import main
from tests.marks import LONG

NET: dict[str, Any] = {
    "archspec": 1,
    "name": "net",
    "input": [8, 8, 3],
    "layers": [
        {"Conv2D": {"filters": 4, "kernel_size": 3}},
        "Flatten",
        {"name": "head", "Dense": {"units": 2}},
    ],
}


@pytest.mark.parametrize(
    ("spec", "function"),
    [
        ("keras/mobilenet@MobileNet", "MobileNet"),
        pytest.param("keras/resnet@ResNet50", "ResNet50", marks=LONG),
        pytest.param("keras/efficientnet@EfficientNetB0", "EfficientNetB0", marks=LONG),
    ],
)
def test_the_same_seed_gives_the_same_values_as_by_hand(spec: str, function: str) -> None:
    """Of dropout's generators too, which are variables."""
    import keras
    import numpy

    models = []
    for build in (
        lambda: archspec.build(spec),
        lambda: getattr(keras.applications, function)(weights=None),
    ):
        keras.utils.clear_session()  # whose names are counted
        keras.utils.set_random_seed(7)
        models.append(build())
    ours, theirs = models
    assert [weight.path.replace(".", "_") for weight in ours.weights] == [
        weight.path for weight in theirs.weights
    ]
    for one, other in zip(ours.variables, theirs.variables, strict=True):
        assert numpy.array_equal(one.numpy(), other.numpy()), one.path


def test_every_variable_has_a_value_of_its_own() -> None:
    model = archspec.build(NET)
    kernel, bias, *_ = model.weights
    before = bias.numpy()
    kernel.assign(kernel * 0 + 3)
    assert (kernel.numpy() == 3).all()
    assert (bias.numpy() == before).all()
    assert len({id(weight.value) for weight in model.weights}) == 4


def test_a_value_that_cannot_be_made_is_told_with_its_layer_and_does_not_spoil_the_next_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keras
    import numpy

    call = keras.initializers.Zeros.__call__

    def exhausted(self: Any, shape: tuple[int, ...], dtype: Any = None) -> Any:
        if shape == (2,):  # the bias of `head`, whose kernel has its values by then
            raise MemoryError("a tensor of 1.1 TB")
        return call(self, shape, dtype)

    with monkeypatch.context() as patched:
        patched.setattr(keras.initializers.Zeros, "__call__", exhausted)
        with pytest.raises(archspec.SpecError) as caught:
            archspec.build(NET)
    (told,) = caught.value.diagnostics
    assert told.message == "Keras refuses `head`, a Dense"
    assert told.notes == ("MemoryError: a tensor of 1.1 TB",)
    model = archspec.build(NET)
    model.compile("sgd", "mse")
    model.fit(numpy.ones((4, 8, 8, 3)), numpy.ones((4, 2)), verbose=0)


def test_models_of_others_that_wait_for_their_values_go_on_waiting() -> None:
    import keras

    with keras.StatelessScope(initialize_variables=False):
        waiting = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    archspec.build(NET)
    assert waiting.layers[0].kernel._value is None
    with keras.StatelessScope():
        ours = archspec.build(NET)
    assert waiting.layers[0].kernel._value is not None
    assert all(variable._value is not None for variable in ours.variables)


def test_the_reason_of_a_refusal_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """By values that cannot be made for the layer that was refused."""
    import keras

    def refuse(*_: Any, **__: Any) -> Any:
        raise ValueError("the real reason")

    def exhausted(*_: Any, **__: Any) -> Any:
        raise MemoryError("a tensor of 1.1 TB")

    monkeypatch.setattr(keras.layers.Conv2D, "compute_output_shape", refuse)
    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", exhausted)
    with pytest.raises(archspec.SpecError) as caught:
        archspec.build(NET)
    assert caught.value.diagnostics[0].notes[0].startswith("ValueError: the real reason")


def test_a_saved_model_tells_the_layers_of_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow

    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(json.dumps(NET), encoding="utf-8")
    result = CliRunner().invoke(main, ["build", "net.yaml", "-o", "served/"])
    assert result.exit_code == 0, result.output
    names = {variable.name for variable in tensorflow.saved_model.load("served").variables}
    assert names == {"conv2d/kernel:0", "conv2d/bias:0", "head/kernel:0", "head/bias:0"}
