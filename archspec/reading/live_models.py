"""A model of Keras in memory → the description that Keras would write into a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import keras

from archspec.files import reason
from archspec.reading.graph_builder import free_name
from archspec.reading.keras_config.built import Path
from archspec.reading.opened import NotOpened, Opener
from archspec.reading.problems import Problems
from archspec.spelling import snake_case, without_count
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


class _Recounted:
    """The names that Keras gives layers within a layer, counted anew: two layers of a class then
    call their weights the same, ``attention/kernel`` and not ``attention_3/kernel``.
    """

    def __init__(self, layer: Any) -> None:
        inner = layer._flatten_layers(include_self=False)
        self.automatic = {
            one.name
            for one in inner
            if without_count(one.name) == snake_case(type(one).__name__.lstrip("_"))
        }
        self.names: dict[str, str] = {}
        self.counts = Counter[str]()

    def path(self, path: str) -> str:
        """The path of a weight in the layer."""
        return "/".join(map(self._step, path.split("/")))

    def _step(self, step: str) -> str:
        if step not in self.automatic:
            return step
        if step not in self.names:
            word = without_count(step)
            number = self.counts[word]
            self.counts[word] += 1
            self.names[step] = f"{word}_{number}" if number else word
        return self.names[step]


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
        recounted = _Recounted(layer)
        for variable in layer.weights:
            name = str(variable.path).rpartition(f"{layer.name}/")[2] or str(variable.name)
            name = free_name(recounted.path(name), names)
            names.add(name)
            weights.append(Weight(name, tuple(variable.shape), bool(variable.trainable)))
        return weights

    def outputs(self, path: Path, call: int) -> Sequence[Tensor] | None:
        """What a call of a layer gives."""
        nodes = self._layer(path)._inbound_nodes
        if call >= len(nodes):
            return None
        return [Tensor(tuple(one.shape[1:]), str(one.dtype)) for one in nodes[call].output_tensors]
