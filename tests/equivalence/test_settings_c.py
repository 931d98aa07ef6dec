"""EfficientNet, EfficientNetV2 and ConvNeXt of `keras.applications`: every layer has Keras's name, kind and arguments, but for what is told here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

import archspec
from tests.equivalence.zoo import CASES, Case

QUICK = {"EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"}
FAMILIES = ("efficientnet", "efficientnet_v2", "convnext")
MINE = [pytest.param(case, id=case.label, marks=() if case.label in QUICK else pytest.mark.heavy) for case in CASES if case.family in FAMILIES]

LEFT_OUT = {  # what a convolution of ours with `same` pads itself, a pooling that keeps its axes, and an identity
    "efficientnet": r".*_pad|.*_se_reshape",
    "efficientnet_v2": r".*_se_reshape",
    "convnext": r".*_identity",
}
ADDED = {"convnext": r".*_block_\d+_(multiply|add)"}  # in Keras these are operations and no layers

Description = tuple[str, dict[str, Any]]


@pytest.mark.parametrize("case", MINE)
def test_the_layers_are_keras_s(case: Case) -> None:
    theirs, ours = models(case)
    assert theirs.input_shape == ours.input_shape
    expected = {name: as_ours(name, layer, theirs) for name, layer in named(case, theirs) if not re.fullmatch(LEFT_OUT[case.family], name)}
    found = {name: described(layer) for name, layer in named(case, ours) if not re.fullmatch(ADDED.get(case.family, ""), name)}
    assert list(found) == list(expected)
    assert {name: (found[name], expected[name]) for name in found if found[name] != expected[name]} == {}


def models(case: Case, **arguments: Any) -> tuple[Any, Any]:
    """Keras's model and ours of the function's own size, whose weights have shapes but no values."""
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            return getattr(keras.applications, case.function)(**{"weights": None, **arguments}), archspec.build(case.spec)
    finally:
        keras.backend.clear_session()  # else Keras gives the weights values after all, with the next model's


def named(case: Case, model: Any) -> list[tuple[str, Any]]:
    """The layers behind the input with their names, as the proof compares them."""
    from tests.equivalence.prove import flat, name_of

    return [(name_of(case, layer).replace(".", "_"), layer) for layer in list(flat(model))[1:]]


def described(layer: Any) -> Description:
    """The kind and the arguments of a layer but its name, an axis counted from the end."""
    config = {key: value for key, value in layer.get_config().items() if key != "name"}
    if config.get("axis") in (3, (3,)):
        config["axis"] = (-1,) if isinstance(config["axis"], tuple) else -1
    return type(layer).__name__, config


def as_ours(name: str, layer: Any, theirs: Any) -> Description:
    """How a layer of Keras's is described here: three of its kinds have other names or arguments, three more are a layer in place of two."""
    kind, config = described(layer)
    if kind == "Dropout" and config["noise_shape"] == (None, 1, 1, 1):
        return "StochasticDepth", {key: value for key, value in config.items() if key != "noise_shape"}
    if kind == "LayerScale":
        shape, initializer = (config.pop("projection_dim"),), serialized("Constant", value=config.pop("init_values"))
        return "Parameter", {**config, "shape": shape, "initializer": initializer}
    if kind == "Dense" and config["bias_initializer"] == serialized("Constant", value=0.0):
        return kind, {**config, "bias_initializer": serialized("Zeros")}
    if name.endswith("_se_squeeze"):
        return kind, {**config, "keepdims": True}
    if any(layer.name == f"{name}_pad" for layer in theirs.layers):
        return kind, {**config, "padding": "same"}
    return kind, config


def serialized(initializer: str, **arguments: Any) -> Mapping[str, Any]:
    import keras

    return keras.initializers.serialize(getattr(keras.initializers, initializer)(**arguments))


def test_pretrained_efficientnets_have_one_rescaling_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    from keras.src.applications import efficientnet

    monkeypatch.setattr(efficientnet.file_utils, "get_file", lambda *args, **kwargs: "")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *args, **kwargs: None)
    with keras.StatelessScope(initialize_variables=False):
        theirs, ours = keras.applications.EfficientNetB0(weights="imagenet"), archspec.build("keras/efficientnet", imagenet=True)
    keras.backend.clear_session()
    expected, found = ([layer.get_config() for layer in model.layers if isinstance(layer, keras.layers.Rescaling)] for model in (theirs, ours))
    assert len(expected) == len(found) == 2
    for one, other in zip(expected, found, strict=True):
        assert (other["scale"], other["offset"]) == (pytest.approx(one["scale"], rel=1e-15), one["offset"])


def test_convnext_drops_paths_as_keras_does() -> None:
    import keras
    from keras.src.applications.convnext import ConvNeXt

    with keras.StatelessScope(initialize_variables=False):
        theirs, ours = ConvNeXt([3, 3, 9, 3], [96, 192, 384, 768], drop_path_rate=0.1), archspec.build("keras/convnext", drop=0.1)
    keras.backend.clear_session()
    expected = [layer.drop_path_rate for layer in theirs.layers if hasattr(layer, "drop_path_rate")]
    found = {layer.name: layer.rate for layer in ours.layers if hasattr(layer, "rate")}
    assert list(found.values()) == pytest.approx(expected, rel=1e-15)
    assert next(iter(found)) == "stage_0.block_1.stochastic_depth"
