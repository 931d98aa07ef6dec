"""The shipped specs of `keras.applications` have its layers: of its kinds, names, arguments and
shapes, in its order, but for what is stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import archspec
from tests.equivalence.marks import FIRST, RUN
from tests.equivalence.zoo import CASES, LABELLED, Case
from tests.marks import LONG

FAMILIES = {case.label for case in FIRST.values()} - RUN
"""A function of each family whose outputs are not compared by default: of the others the proof has
asked for the same layers, at a smaller size.
"""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.label, marks=() if case.label in FAMILIES else LONG)
        for case in CASES
    ],
)
def test_the_layers_are_keras_s(case: Case) -> None:
    """At the function's own size, and so are the weights; with other arguments and sizes, the
    proof asks it of the models that it makes, those of all functions.
    """
    from tests.equivalence.pairs import idle_differences, models, unlike
    from tests.equivalence.prove import compare_weights

    theirs, ours = models(case)
    assert unlike(case, theirs, ours) == []
    compare_weights(case, theirs, ours)
    assert not idle_differences(case, theirs), "a difference is stated that is not there"


FAULTS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "momentum": ("MobileNetV3Small", {"defaults": {"BatchNormalization": {"momentum": 0.99}}}),
    "epsilon": ("EfficientNetB0", {"defaults": {"BatchNormalization": {"epsilon": 1e-4}}}),
    "initializer": (
        "NASNetMobile",
        {"defaults": {"Conv2D": {"kernel_initializer": "glorot_uniform"}}},
    ),
    "drop rate": ("EfficientNetB0", {"vars": {"dropout": 0.3}}),
    "size": ("ResNet50", {"vars": {"size": 256}}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_layer_is_seen(fault: str) -> None:
    from tests.equivalence.pairs import models, unlike

    function, change = FAULTS[fault]
    case = LABELLED[function]
    theirs, ours = models(case, {"archspec": 1, "name": "wrong", "extends": case.spec, **change})
    assert unlike(case, theirs, ours)


def test_pretrained_efficientnets_have_one_rescaling_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    from keras.src.applications import efficientnet

    from archspec.backends.keras.model import without_values

    monkeypatch.setattr(efficientnet.file_utils, "get_file", lambda *args, **kwargs: "")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *args, **kwargs: None)
    with without_values():
        theirs, ours = (
            keras.applications.EfficientNetB0(weights="imagenet"),
            archspec.build("keras/efficientnet", imagenet=True),
        )
    expected, found = (
        [layer.get_config() for layer in model.layers if isinstance(layer, keras.layers.Rescaling)]
        for model in (theirs, ours)
    )
    assert len(expected) == len(found) == 2
    for one, other in zip(expected, found, strict=True):
        assert (other["scale"], other["offset"]) == (
            pytest.approx(one["scale"], rel=1e-15),
            one["offset"],
        )


def test_convnext_drops_paths_as_keras_does() -> None:
    from keras.src.applications.convnext import ConvNeXt

    from archspec.backends.keras.model import without_values

    with without_values():
        theirs, ours = (
            ConvNeXt([3, 3, 9, 3], [96, 192, 384, 768], drop_path_rate=0.1),
            archspec.build("keras/convnext", drop=0.1),
        )
    expected = [layer.drop_path_rate for layer in theirs.layers if hasattr(layer, "drop_path_rate")]
    found = {layer.name: layer.rate for layer in ours.layers if hasattr(layer, "rate")}
    assert list(found.values()) == pytest.approx(expected, rel=1e-15)
    assert next(iter(found)) == "stage_0.block_1.stochastic_depth"
