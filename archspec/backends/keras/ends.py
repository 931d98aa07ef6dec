"""What a Keras model takes or gives → a list, in the order of the spec.

Keras sorts a dict wherever it flattens one, so also in ``model.outputs``. Here it has the order in
which it was written: a model of ours that of the spec, also after saving.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

Array = Any


def listed(ends: Any) -> list[Any]:
    """What a model takes or gives: one tensor, or several in lists and dicts."""
    if isinstance(ends, Mapping):
        return [tensor for end in ends.values() for tensor in listed(end)]
    if isinstance(ends, list | tuple):
        return [tensor for end in ends for tensor in listed(end)]
    return [ends]


def one_or_all(tensors: list[Any]) -> Any:
    """What a Keras model takes for a list of inputs: the list, or the one that is in it."""
    return tensors if len(tensors) > 1 else tensors[0]


def one_or_named(values: Mapping[str, Any]) -> Any:
    """What Keras takes for what is said of each output: a dict of their names, or the one value."""
    return values if len(values) > 1 else next(iter(values.values()))


def with_lists(
    model: keras.Model, inputs: Sequence[str] = (), outputs: Sequence[str] = ()
) -> keras.Model:
    """A model with a list for a dict of inputs or outputs, in the order of some names where the
    dict has exactly those.
    """
    if isinstance(model, keras.Sequential) or not any(
        isinstance(ends, Mapping) for ends in (model.input, model.output)
    ):
        return model
    taken, given = _in_order(model.input, inputs), _in_order(model.output, outputs)
    return keras.Model(one_or_all(listed(taken)), one_or_all(listed(given)), name=model.name)


def _in_order(ends: Any, names: Sequence[str]) -> Any:
    if isinstance(ends, Mapping) and set(ends) == set(names):
        return {name: ends[name] for name in names}
    return ends


def names_of(ends: Any) -> list[str]:
    """The names in a dict of what a model takes or gives; nothing else has names there."""
    return list(ends) if isinstance(ends, Mapping) else []


def run(model: keras.Model, inputs: list[Array]) -> list[Array]:
    """What a model gives at inference, as NumPy arrays."""
    outputs = listed(model(one_or_all(inputs), training=False))
    return [keras.ops.convert_to_numpy(tensor) for tensor in outputs]
