"""A model of Keras in memory → the description that Keras would write into a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import keras

from archspec.files import reason
from archspec.reading.keras_config.built import Path
from archspec.reading.keras_config.graph_builder import free_name
from archspec.reading.keras_config.problems import Problems
from archspec.reading.opened import NotOpened, Opener
from archspec.tensor import Tensor, Weight


class Described(NamedTuple):
    """The description of a model, and which layers of one's own could not be opened, with the
    reason.
    """

    config: Mapping[str, Any]
    closed: Mapping[str, str] = MappingProxyType({})


def described(model: Any, *, open: bool = False) -> Described:
    """The description of a model. Raises `SpecError` where it is no model, or Keras cannot
    describe it.
    """
    if not isinstance(model, keras.Model):
        message = f"a `{type(model).__name__}` is no model of Keras"
        give = "give a `keras.Model`, or the path of a file"
        Problems(type(model).__name__).refuse(message, give)
    problems, opener = Problems(model.name), Opener(open=open)
    try:
        if not open and _says_its_layers(model):
            return Described(json.loads(model.to_json()))
        return Described(opener.described(model), opener.closed)
    except NotOpened as error:
        help = None if open else "pass `open=True`, which calls it on symbolic tensors"
        problems.refuse(f"`{model.name}` does not show its layers: {error}", help)
    except Exception as error:  # whatever Keras raises, its user gets a sentence
        problems.refuse(f"Keras cannot describe `{model.name}`: {reason(error)}")


def _says_its_layers(model: keras.Model) -> bool:
    """Whether Keras writes the layers of a model into a file, and not only the arguments of its
    class.
    """
    try:
        return "layers" in model.get_config()
    except Exception:  # which classes raise that cannot be saved
        return False


class BuiltInMemory:
    """What a model in memory knows of its layers."""

    def __init__(self, model: keras.Model) -> None:
        self.model = model

    def _layer(self, path: Path) -> Any:
        layer: Any = self.model
        for name in path:
            layer = layer.get_layer(name)
        return layer

    def weights(self, path: Path) -> Sequence[Weight] | None:
        """The weights of a layer, in Keras's order."""
        layer = self._layer(path)
        if not layer.built:
            return None
        names: set[str] = set()
        weights = []
        for variable in layer.weights:
            name = str(variable.path).rpartition(f"{layer.name}/")[2] or str(variable.name)
            name = free_name(name, names)
            names.add(name)
            weights.append(Weight(name, tuple(variable.shape), bool(variable.trainable)))
        return weights

    def outputs(self, path: Path, call: int) -> Sequence[Tensor] | None:
        """What a call of a layer gives."""
        nodes = self._layer(path)._inbound_nodes
        if call >= len(nodes):
            return None
        return [Tensor(tuple(one.shape[1:]), str(one.dtype)) for one in nodes[call].output_tensors]
