"""An operation → a call of its function of `keras.ops`, which becomes one operation of the model
under the item's name; so a saved model loads in any Keras.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import keras

from archspec.layers.operations.base import Array, Operation, Truths


class KerasFunction:
    """An operation, to be called like a layer. Every call is an operation of its own in the model,
    for there are no weights that calls could share.
    """

    def __init__(self, operation: Operation, name: str | None = None) -> None:
        self.operation = operation
        self.name = name
        self.weights: list[Any] = []

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        """What the function gives."""
        path = (self.operation.keras_function or self.operation.function).split(".")
        function = reduce(getattr, path, keras.ops)
        result = function(
            *map(_value, positional), **{name: _value(value) for name, value in keywords.items()}
        )
        first = result[0] if isinstance(result, list | tuple) else result
        if self.name is not None:
            first._keras_history.operation.name = self.name
        return result


def _value(value: Any) -> Any:
    if isinstance(value, Array):
        return keras.ops.convert_to_tensor(value.value, dtype=value.dtype)
    return keras.ops.ones(value.shape, dtype="bool") if isinstance(value, Truths) else value
