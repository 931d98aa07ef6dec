"""The tables of Keras's classes say what Keras's own signatures say."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from archspec.training.objects import (
    AUGMENTATIONS,
    CALLBACKS,
    FAMILIES,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    SCHEDULES,
)
from archspec.training.shapes import Arguments

NEVER = {"name", "dtype", "data_format"}

WITHOUT = {
    "callbacks": {"verbose"},  # `archspec train` shows what happens
    "metrics": {
        "thresholds",
        "label_weights",
        "axis",
        "from_sorted_ids",
        "label_smoothing",
        "num_regressors",
    },
    "losses": set(),
    "optimizers": {"epsilon_1"},
}
"""Arguments of Keras that a recipe leaves out, at least for some classes."""

MODULES = {
    "optimizers": OPTIMIZERS,
    "optimizers.schedules": SCHEDULES,
    "losses": LOSSES,
    "metrics": METRICS,
    "callbacks": CALLBACKS,
    "layers": AUGMENTATIONS,
}

EVERY = [(module, name) for module, table in MODULES.items() for name in table]


def keras_class(module: str, name: str) -> Any:
    import keras

    found: Any = keras
    for step in [*module.split("."), name]:
        found = getattr(found, step)
    return found


def parameters(cls: type) -> dict[str, inspect.Parameter]:
    """The arguments of a constructor, those that it hands on by ``**kwargs`` left out."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = inspect.signature(cls).parameters
    return {name: one for name, one in found.items() if one.kind in named and name not in NEVER}


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_every_argument_is_one_of_keras(module: str, name: str) -> None:
    table: Arguments = MODULES[module][name]
    keras = parameters(keras_class(module, name))
    assert set(table) <= set(keras)
    assert set(keras) - set(table) <= WITHOUT.get(module, set())


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_what_keras_needs_is_required(module: str, name: str) -> None:
    needed = {
        key
        for key, one in parameters(keras_class(module, name)).items()
        if one.default is inspect.Parameter.empty
    }
    assert {key for key, one in MODULES[module][name].items() if one.required} == needed


def test_every_family_is_compared() -> None:
    assert {family.module for family in FAMILIES} == set(MODULES)


def test_no_class_of_keras_is_forgotten() -> None:
    import keras

    left_out = {
        "optimizers": {"LossScaleOptimizer", "MultiOptimizer", "Muon", "ScheduleFreeAdamW"},
        "losses": {"CTC", "Circle", "Dice", "Tversky", "CategoricalGeneralizedCrossEntropy"},
        "metrics": {
            "Accuracy", "BinaryIoU", "ConcordanceCorrelation", "IoU", "Mean", "MeanIoU",
            "MeanMetricWrapper", "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation", "Sum",
        },
    }  # fmt: skip
    bases = {
        "optimizers": keras.optimizers.Optimizer,
        "losses": keras.losses.Loss,
        "metrics": keras.metrics.Metric,
    }
    for module, base in bases.items():
        found = getattr(keras, module)
        classes = {
            name
            for name in dir(found)
            if inspect.isclass(one := getattr(found, name))
            and issubclass(one, base)
            and one is not base
        }
        assert classes - set(MODULES[module]) <= left_out[module], module
