"""A model of Keras in memory → the description that Keras would write for a functional model of the
same layers; on demand with what is within layers of one's own.

Such a layer is opened by calling it on symbolic tensors, which note each layer and operation that
they pass. Weights of its own become `Parameter` layers. Code of the layer's class runs, which is in
memory already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import keras

from archspec.files import reason
from archspec.reading.keras_config.graph_builder import free_name

ELEMENTWISE = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum")
"""Operations of which an operand may be a weight: it then goes along the last axes."""

OURS = "archspec.backends.keras.layers"


class NotOpened(Exception):
    """What is within a layer does not show; the message says why."""


class _OperationCall(NamedTuple):
    """A call of an operation, as Keras numbers it."""

    operation: Any
    number: int


class Opener:
    """Describes models. ``open``: layers of one's own are opened; those that cannot be are in
    ``closed``, with the reason.
    """

    def __init__(self, *, open: bool) -> None:
        self.open = open
        self.closed: dict[str, str] = {}

    def described(self, model: keras.Model) -> dict[str, Any]:
        """The description of a model. Raises `NotOpened` where it has none."""
        if getattr(model, "inputs", None) and getattr(model, "outputs", None):
            inputs, outputs = model._inputs_struct, model._outputs_struct
        elif self.open:
            inputs, outputs = _called(model, [_symbolic(shape) for shape in _input_shapes(model)])
        else:
            raise NotOpened("it is a class with a `call` of its own")
        return self._model(model.name, inputs, outputs, model.trainable)

    def _model(self, name: str, inputs: Any, outputs: Any, trainable: bool) -> dict[str, Any]:
        """The description of the layers between some tensors."""
        entries: dict[str, dict[str, Any]] = {}
        numbered = _NumberedCalls(_calls_between(inputs, outputs))
        for call in numbered.calls:
            entry_name = numbered.names[id(call.operation)]
            if entry_name not in entries:
                entries[entry_name] = {**self._entry(call), "name": entry_name, "inbound_nodes": []}
            node = call.operation._inbound_nodes[call.number]
            if node.input_tensors:
                entries[entry_name]["inbound_nodes"].append(
                    _arguments(call.operation, node, numbered, entries)
                )
        history = numbered.end_history(entries)
        config = {
            "name": name,
            "trainable": bool(trainable),
            "layers": list(entries.values()),
            "input_layers": keras.tree.map_structure(history, inputs),
            "output_layers": keras.tree.map_structure(history, outputs),
        }
        described = {"module": "keras", "class_name": "Functional", "config": config}
        plain: dict[str, Any] = json.loads(json.dumps(described))
        return plain

    def _entry(self, call: _OperationCall) -> dict[str, Any]:
        """A layer, opened where it is of a class of one's own."""
        operation = call.operation
        if isinstance(operation, keras.Model) and getattr(operation, "inputs", None):
            return self.described(operation)
        if self.open and isinstance(operation, keras.Layer) and _is_own(operation):
            try:
                return self._opened(operation, operation._inbound_nodes[call.number])
            except NotOpened as error:
                self.closed[operation.name] = str(error)
        entry: dict[str, Any] = keras.saving.serialize_keras_object(operation)
        return entry

    def _opened(self, layer: keras.Layer, node: Any) -> dict[str, Any]:
        """What is within a layer, as a model. Raises `NotOpened`."""
        twins = {id(x): _symbolic(x.shape, x.dtype) for x in node.input_tensors}

        def twin(x: Any) -> Any:
            return twins.get(id(x), x)

        arguments = keras.tree.map_structure(twin, (node.arguments.args, node.arguments.kwargs))
        inputs = [twins[id(x)] for x in node.input_tensors]
        inputs = inputs[0] if len(inputs) == 1 else inputs
        outputs = _outputs_of(layer, *arguments)
        opened = self._model(layer.name, inputs, outputs, layer.trainable)
        missing = _weights_within(layer) - _weights_of(opened, inputs, outputs)
        if missing:
            raise NotOpened("some of its weights meet nothing that depends on its input")
        return opened


# --- calling


def _symbolic(shape: Iterable[int | None], dtype: str = "float32") -> Any:
    return keras.Input(batch_shape=tuple(shape), dtype=dtype)


def _outputs_of(layer: Any, positional: Any, keywords: Mapping[str, Any]) -> Any:
    try:
        outputs = layer.call(*positional, **keywords)
    except Exception as error:  # whatever the class raises, its user gets a reason
        raise NotOpened(f"{type(error).__name__}: {reason(error)}") from error
    if not all(isinstance(x, keras.KerasTensor) for x in keras.tree.flatten(outputs)):
        raise NotOpened("it gives something else than tensors that depend on its input")
    return outputs


def _called(model: keras.Model, inputs: list[Any]) -> tuple[Any, Any]:
    taken = inputs[0] if len(inputs) == 1 else inputs
    return taken, _outputs_of(model, (taken,), {})


def _input_shapes(model: keras.Model) -> list[tuple[int | None, ...]]:
    """The shapes of the inputs of a subclassed model that was called or built."""
    shapes = (getattr(model, "_build_shapes_dict", None) or {}).values()
    rows = [shape for shape in shapes if isinstance(shape, tuple | list)]
    if not rows:
        raise NotOpened("it was never called, so that the shape of its input is not known")
    first = rows[0]
    several = first if first and isinstance(first[0], tuple | list) else [first]
    return [(None, *shape[1:]) for shape in several]


def _is_own(layer: keras.Layer) -> bool:
    module = type(layer).__module__
    return module.partition(".")[0] != "keras" and module != OURS


# --- the graph between tensors


def _calls_between(inputs: Any, outputs: Any) -> list[_OperationCall]:
    """The calls on the way from some tensors to others, each behind those that it needs."""
    ends = {id(x) for x in keras.tree.flatten(inputs)}
    done: dict[tuple[int, int], _OperationCall] = {}
    stack = [
        (x, False) for x in reversed([*keras.tree.flatten(inputs), *keras.tree.flatten(outputs)])
    ]
    while stack:
        tensor, expanded = stack.pop()
        operation, number, _ = tensor._keras_history
        key = (id(operation), number)
        if key in done:
            continue
        node = operation._inbound_nodes[number]
        if expanded or id(tensor) in ends or not node.input_tensors:
            done[key] = _OperationCall(operation, number)
            continue
        stack.append((tensor, True))
        stack += [(x, False) for x in reversed(node.input_tensors)]
    return list(done.values())


class _NumberedCalls:
    """Names for operations, no two alike, and numbers for their calls, from 0."""

    def __init__(self, calls: list[_OperationCall]) -> None:
        self.calls = calls
        self.names: dict[int, str] = {}
        self.numbers: dict[tuple[int, int], int] = {}
        counts: dict[int, int] = {}
        taken: set[str] = set()
        for operation, number in calls:
            key = id(operation)
            if key not in self.names:
                self.names[key] = free_name(operation.name, taken)
                taken.add(self.names[key])
            self.numbers[key, number] = counts.get(key, 0)
            counts[key] = counts.get(key, 0) + 1

    def history(self, tensor: Any) -> list[Any]:
        """The layer, the call and the output that give a tensor."""
        operation, number, output = tensor._keras_history
        key = id(operation)
        return [self.names[key], self.numbers[key, number], output]

    def end_history(self, entries: Mapping[str, Any]) -> Any:
        """The same at the ends of a model, where Keras counts calls of models from 1."""

        def history(tensor: Any) -> list[Any]:
            name, call, output = self.history(tensor)
            within = "output_layers" in (entries[name].get("config") or {})
            return [name, call + within, output]

        return history


def _arguments(
    operation: Any, node: Any, numbered: _NumberedCalls, entries: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The arguments of a call, as Keras writes them; weights among them become layers."""
    rank = max(len(x.shape) for x in node.input_tensors)
    source = node.input_tensors[0]

    def written(value: Any) -> Any:
        if isinstance(value, keras.KerasTensor):
            return _tensor(value.shape, value.dtype, numbered.history(value))
        if isinstance(value, keras.Variable):
            if type(operation).__name__ not in ELEMENTWISE:
                raise NotOpened(f"a weight is used by `{type(operation).__name__}`")
            taken = written(source)
            return _parameter(value, rank, taken, entries)
        return value

    arguments = node.arguments
    plain = keras.tree.map_structure(written, (arguments.args, arguments.kwargs))
    return {
        "args": [_serialized(one) for one in plain[0]],
        "kwargs": {name: _serialized(one) for name, one in plain[1].items()},
    }


def _serialized(value: Any) -> Any:
    """An argument as JSON has it. Raises `NotOpened` for what is none."""
    if isinstance(value, list | tuple):
        return [_serialized(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _serialized(one) for name, one in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        array = keras.ops.convert_to_numpy(value)
        if array.size > 10_000:
            raise NotOpened("it holds a large constant")
        settings = {"value": array.tolist(), "dtype": str(array.dtype)}
        return {"class_name": "__numpy__", "config": settings}
    try:
        return keras.saving.serialize_keras_object(value)
    except Exception as error:  # whatever Keras raises
        raise NotOpened(f"an argument is a `{type(value).__name__}`") from error


def _tensor(shape: Any, dtype: str, history: list[Any]) -> dict[str, Any]:
    settings = {"shape": list(shape), "dtype": dtype, "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": settings}


def _parameter(
    variable: Any, rank: int, taken: dict[str, Any], entries: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """A weight as a layer that gives it for each example, with as many axes as its partner."""
    shape = tuple(variable.shape)
    name = next((key for key, one in entries.items() if one.get("weight") == id(variable)), None)
    if name is None:
        name = free_name(str(variable.name), entries)
        config = {
            "name": name,
            "shape": list(shape),
            "trainable": bool(variable.trainable),
            **_beginning(variable),
        }
        entries[name] = {
            "module": None,
            "class_name": "Parameter",
            "registered_name": "archspec>Parameter",
            "config": config,
            "name": name,
            "inbound_nodes": [{"args": [taken], "kwargs": {}}],
            "weight": id(variable),
        }
    given = _tensor((None, *shape), variable.dtype, [name, 0, 0])
    missing = rank - len(shape) - 1
    if missing < 0:
        raise NotOpened("a weight has more axes than what it meets")
    if missing == 0:
        return given
    wider = f"{name}_expanded" + (f"_{missing}" if missing > 1 else "")
    axes = list(range(1, missing + 1))
    entries[wider] = {
        "module": "keras.src.ops.numpy",
        "class_name": "ExpandDims",
        "config": {"name": wider, "axis": axes if missing > 1 else 1},
        "name": wider,
        "inbound_nodes": [{"args": [given], "kwargs": {}}],
    }
    return _tensor((None, *[1] * missing, *shape), variable.dtype, [wider, 0, 0])


# --- weights


def _beginning(variable: Any) -> dict[str, Any]:
    """How a weight begins, where its values still are all the same."""
    if variable._value is None:  # it has a shape alone
        return {}
    values = keras.ops.convert_to_numpy(variable)
    if not values.size or (values != values.flat[0]).any():
        return {"initializer": "glorot_uniform" if values.ndim > 1 else "random_normal"}
    constant = {"class_name": "Constant", "config": {"value": float(values.flat[0])}}
    return {"initializer": constant}


def _weights_within(layer: keras.Layer) -> set[int]:
    return {id(variable) for variable in layer.weights}


def _weights_of(opened: Mapping[str, Any], inputs: Any, outputs: Any) -> set[int]:
    """The weights that the layers of an opened one have, and those that became layers."""
    own = {entry["weight"] for entry in opened["config"]["layers"] if "weight" in entry}
    layers = (call.operation for call in _calls_between(inputs, outputs))
    return own | {
        id(variable)
        for layer in layers
        if isinstance(layer, keras.Layer)
        for variable in layer.weights
    }
