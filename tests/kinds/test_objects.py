"""The tables of activations, initializers, regularizers and constraints hold what Keras has."""

import inspect
from typing import Any

import keras
import pytest

from archspec.layers import objects
from archspec.layers.types import Configured, Refused, Type

TABLES = {
    "initializers": (objects.INITIALIZER, objects.INITIALIZER_NAMES, objects.INITIALIZERS),
    "regularizers": (objects.REGULARIZER, objects.REGULARIZER_NAMES, objects.REGULARIZERS),
    "constraints": (objects.CONSTRAINT, objects.CONSTRAINT_NAMES, objects.CONSTRAINTS),
}

LEFT_OUT = {
    "glu": "halves the last axis, which Keras's symbolic shapes deny",
    "threshold": "takes two numbers more, and its name alone cannot be run",
    "Initializer": "abstract", "initializer": "abstract", "Regularizer": "abstract", "regularizer": "abstract",
    "Constraint": "abstract", "constraint": "abstract",
    "constant": "nothing in Keras without its value", "Constant": "nothing in Keras without its value",
    "IdentityInitializer": "an old spelling", "OrthogonalInitializer": "an old spelling", "STFTInitializer": "an old spelling",
    "STFT": "fills a spectrogram layer that archspec lacks", "stft": "fills a spectrogram layer that archspec lacks",
    "input_axes": "newer than the oldest Keras that archspec supports", "output_axes": "newer than the oldest Keras that archspec supports",
}  # fmt: skip


def _builtin(module: str) -> dict[str, Any]:
    return inspect.getmodule(getattr(keras, module).get).ALL_OBJECTS_DICT  # type: ignore[union-attr]


def test_every_activation_of_keras_is_a_word() -> None:
    words = set(objects.ACTIVATION.schema["enum"])
    assert words == set(_builtin("activations")) - set(LEFT_OUT)
    assert all(callable(keras.activations.get(word)) for word in words)


@pytest.mark.parametrize("module", TABLES)
def test_every_name_is_keras_own(module: str) -> None:
    _, names, _ = TABLES[module]
    assert set(names) == set(_builtin(module)) - set(LEFT_OUT)
    assert len(set(names)) == len(names)
    assert all(getattr(keras, module).get(name) is not None for name in names)


@pytest.mark.parametrize("module", TABLES)
def test_every_class_takes_keras_arguments(module: str) -> None:
    for name, arguments in TABLES[module][2].items():
        signature = inspect.signature(getattr(getattr(keras, module), name))
        assert set(arguments) == set(signature.parameters) - set(LEFT_OUT), name


@pytest.mark.parametrize(
    ("type", "value", "result"),
    [
        (objects.INITIALIZER, "he_normal", "he_normal"),
        (
            objects.INITIALIZER,
            {"HeNormal": {"seed": 3}},
            Configured("initializers", "HeNormal", {"seed": 3}),
        ),
        (objects.INITIALIZER, {"Zeros": None}, Configured("initializers", "Zeros", {})),
        (objects.OPTIONAL_INITIALIZER, None, None),
        (
            objects.REGULARIZER,
            {"L1L2": {"l1": 0.1, "l2": 0}},
            Configured("regularizers", "L1L2", {"l1": 0.1, "l2": 0}),
        ),
        (
            objects.CONSTRAINT,
            {"MaxNorm": {"axis": [0, 1]}},
            Configured("constraints", "MaxNorm", {"axis": (0, 1)}),
        ),
    ],
)
def test_accepted(type: Type, value: Any, result: Any) -> None:
    assert type.accept(value) == result


@pytest.mark.parametrize(
    ("type", "value", "help"),
    [
        (objects.ACTIVATION, "Relu", "did you mean `relu`?"),
        (objects.ACTIVATION, None, None),
        (objects.INITIALIZER, "he_norml", "did you mean `he_normal`?"),
        (objects.INITIALIZER, None, None),
        (objects.INITIALIZER, {"HeNormal": {"sed": 3}}, "did you mean `seed`?"),
        (objects.INITIALIZER, {"VarianceScaling": {"mode": "fan"}}, "did you mean `fan_in`?"),
        (objects.REGULARIZER, {"L2": {"l2": -1}}, None),
        (objects.REGULARIZER, {"L2": {}, "L1": {}}, None),
        (objects.REGULARIZER, {"l2": {"l2": 1}}, "did you mean `L2`?"),
        (objects.CONSTRAINT, {"MinMaxNorm": {"rate": 2}}, None),
    ],
)
def test_refused(type: Type, value: Any, help: str | None) -> None:
    with pytest.raises(Refused) as refused:
        type.accept(value)
    assert refused.value.help == help
