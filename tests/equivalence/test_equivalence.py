"""The shipped specs of `keras.applications` are its functions: they have the same layers, and give the same outputs from the same weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import archspec
from tests.equivalence.table import TOLERANCE, is_equal, proof, row
from tests.equivalence.zoo import CASES, LABELLED, SETTINGS, Case

QUICK = {"ResNet50", "MobileNetV2", "DenseNet121", "MobileNetV3Small", "EfficientNetB0"}
QUICK_SETTINGS = {case.label for case in SETTINGS if case.family.startswith("mobilenet")}

LIKE_KERAS = {"resnet", "resnet_v2", "vgg", "xception", "mobilenet", "mobilenet_v2", "densenet"}
"""The families that have Keras's layers without weights, too, with Keras's arguments."""


def parameters(cases: list[Case], quick: set[str]) -> list[Any]:
    """The cases whose specs are there, all but the quick ones marked as heavy."""
    return [pytest.param(case, id=case.label, marks=() if case.label in quick else pytest.mark.heavy) for case in cases if case.shipped]


@pytest.mark.parametrize("case", parameters(CASES, QUICK))
def test_the_same_weights_give_the_same_outputs(case: Case) -> None:
    found = proof(case)
    assert is_equal(found), row(found)


@pytest.mark.parametrize("case", parameters(SETTINGS, QUICK_SETTINGS))
def test_they_do_so_with_other_arguments(case: Case) -> None:
    from tests.equivalence.prove import prove

    assert prove(case)["difference"] <= TOLERANCE


@pytest.mark.parametrize("case", parameters([case for case in [*CASES, *SETTINGS] if case.family in LIKE_KERAS], QUICK | QUICK_SETTINGS))
def test_the_layers_are_keras_s(case: Case) -> None:
    for one, other in weightless_pairs(case):
        assert type(one) is type(other)
        assert described(one) == described(other)


def weightless_pairs(case: Case) -> Iterator[tuple[Any, Any]]:
    """All layers of Keras's network, each with ours, built without weights; of the function's own size where it is called without arguments."""
    import keras

    from tests.equivalence.prove import pairing

    size = case.size if case.arguments else None
    with keras.StatelessScope(initialize_variables=False):
        theirs = getattr(keras.applications, case.function)(weights=None, input_shape=size and (size, size, 3), **case.arguments)
        ours = archspec.build(case.spec, **case.variables, **({"size": size} if size else {}))
    keras.backend.clear_session()  # else Keras gives the weights values after all, with the next model's
    layers = [[layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)] for model in (theirs, ours)]
    assert len(layers[0]) == len(layers[1])
    return pairing(case, *layers)


def described(layer: Any) -> Mapping[str, Any]:
    """The arguments of a layer but its name, an axis counted from the end, and the shape of its output."""
    config = {key: value for key, value in layer.get_config().items() if key != "name"}
    if config.get("axis", -1) >= 0:
        config["axis"] -= len(layer.output.shape)
    return {**config, "output": layer.output.shape}


FAULTS: dict[str, dict[str, Any]] = {
    "epsilon": {"defaults": {"BatchNormalization": {"epsilon": 2e-3}}},
    "activation": {"defaults": {"ReLU": {"max_value": None}}},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_proof_sees_a_fault(fault: str) -> None:
    from tests.equivalence.prove import prove

    case = LABELLED["MobileNetV2"]
    wrong = {"archspec": 1, "name": "wrong", "extends": case.spec, **FAULTS[fault]}
    assert prove(case, wrong)["difference"] > TOLERANCE
