"""A model in training ↔ arrays by name: weights, random numbers' states, the optimizer's variables,
those of metrics, and what callbacks remember.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy

REMEMBERED = {
    "EarlyStopping": ("wait", "stopped_epoch", "best", "best_epoch"),
    "ReduceLROnPlateau": ("wait", "best", "cooldown_counter"),
}
"""What callbacks of Keras change from epoch to epoch, besides the best weights of `EarlyStopping`.
"""

METRICS = "metrics/"


def collected(model: keras.Model, callbacks: list[Any]) -> dict[str, numpy.ndarray]:
    """All arrays of a model in training."""
    arrays = {name: keras.ops.convert_to_numpy(variable) for name, variable in _variables(model)}
    for index, callback in enumerate(callbacks):
        for number, weights in enumerate(getattr(callback, "best_weights", None) or ()):
            arrays[f"callbacks/{index}/{number:04d}"] = weights
    return arrays


def measured(model: keras.Model) -> dict[str, numpy.ndarray]:
    """The arrays of its metrics alone."""
    return {
        name: keras.ops.convert_to_numpy(variable)
        for name, variable in _variables(model)
        if name.startswith(METRICS)
    }


def restore(model: keras.Model, arrays: Mapping[str, numpy.ndarray], *, metrics: bool) -> None:
    """Give a model its arrays: those of its metrics, or all others. Raises `KeyError` where one
    is missing.
    """
    if not metrics and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    for name, variable in _variables(model):
        if name.startswith(METRICS) == metrics:
            variable.assign(arrays[name])


def _variables(model: keras.Model) -> Iterator[tuple[str, Any]]:
    """Variables by their number and their name in their layer: Keras counts the names of optimizers
    and random numbers from model to model.
    """
    measured = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in measured]
    for number, variable in enumerate(own):
        yield f"model/{number:04d}/{variable.name}", variable
    for number, variable in enumerate(model.optimizer.variables):
        yield f"optimizer/{number:04d}/{variable.name}", variable
    for number, variable in enumerate(model.metrics_variables):
        yield f"{METRICS}{number:04d}/{variable.name}", variable


def finite(arrays: Mapping[str, numpy.ndarray]) -> bool:
    """Whether all weights are numbers: neither infinite nor not a number at all."""
    return all(
        bool(numpy.isfinite(array.astype("float32")).all())
        for name, array in arrays.items()
        if name.startswith("model/") and array.dtype.kind in "fV"
    )


def remembered(callbacks: list[Any]) -> dict[str, Any]:
    """What callbacks remember, as plain values."""
    return {
        str(index): {name: _plain(getattr(callback, name, None)) for name in _names(callback)}
        for index, callback in enumerate(callbacks)
    }


def remind(
    callbacks: list[Any], states: Mapping[str, Any], arrays: Mapping[str, numpy.ndarray]
) -> None:
    """Let callbacks remember what they did."""
    for index, callback in enumerate(callbacks):
        for name, value in states.get(str(index), {}).items():
            setattr(callback, name, value)
        prefix = f"callbacks/{index}/"
        weights = [arrays[name] for name in sorted(arrays) if name.startswith(prefix)]
        if weights:
            callback.best_weights = weights


def _names(callback: Any) -> tuple[str, ...]:
    return REMEMBERED.get(type(callback).__name__, ())


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, numpy.generic) else value
