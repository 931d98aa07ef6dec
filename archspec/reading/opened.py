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
from archspec.reading.graph_builder import free_name
from archspec.reading.keras_config.libraries import is_known

ELEMENTWISE = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum")
"""Operations of which an operand may be a weight: it then goes along the last axes."""

OPENED = "opened"
"""The key of the description of an opened layer that tells it from a model."""

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
            functional = getattr(model, "_functional", None) or model  # a Sequential holds one
            inputs, outputs = functional._inputs_struct, functional._outputs_struct
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
                entry = entries[entry_name]
                entry["inbound_nodes"].append(
                    _in_order(node, numbered)
                    if OPENED in entry
                    else _arguments(call.operation, node, numbered, entries)
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
        if self.open and isinstance(operation, keras.Layer):
            node = operation._inbound_nodes[call.number]
            try:
                if _is_own(operation) and not _is_known(operation):
                    return self._opened(operation, node)
                if _has_own_activation(operation):
                    return self._with_activation(operation, node)
            except NotOpened as error:
                self.closed[operation.name] = str(error)
        return _entry_of(operation)

    def _with_activation(self, layer: Any, node: Any) -> dict[str, Any]:
        """A layer of Keras's whose activation is a function of one's own, as a model of the layer
        and of what the function calls.
        """
        if len(node.input_tensors) != 1 or len(node.output_tensors) != 1:
            raise NotOpened("its activation is a function of its own")
        (taken,), (given,) = node.input_tensors, node.output_tensors
        before = _symbolic(given.shape, given.dtype)
        after = _outputs_of(layer.activation, (before,), {})
        function = self._model(f"{layer.name}_activation", before, after, True)
        entry = _entry_of(layer)
        entry["config"] = {**entry["config"], "activation": "linear"}
        source = _entry_of(_symbolic(taken.shape, taken.dtype)._keras_history.operation)
        name = source["config"]["name"]
        linear = _tensor(given.shape, given.dtype, [layer.name, 0, 0])
        layers = [
            {**source, "name": name, "inbound_nodes": []},
            {
                **entry,
                "name": layer.name,
                **_called_on(_tensor(taken.shape, taken.dtype, [name, 0, 0])),
            },
            {**function, "name": f"{layer.name}_activation", **_called_on(linear)},
        ]
        config = {
            "name": layer.name,
            "layers": layers,
            "input_layers": [name, 0, 0],
            "output_layers": [f"{layer.name}_activation", 1, 0],
        }
        return {"module": "keras", "class_name": "Functional", "config": config}

    def _opened(self, layer: keras.Layer, node: Any) -> dict[str, Any]:
        """What is within a layer, as a model. Raises `NotOpened`."""
        twins = {id(x): _symbolic(x.shape, x.dtype) for x in node.input_tensors}

        def twin(x: Any) -> Any:
            return twins.get(id(x), x)

        arguments = keras.tree.map_structure(twin, (node.arguments.args, node.arguments.kwargs))
        inputs = [twins[id(x)] for x in node.input_tensors]
        inputs = inputs[0] if len(inputs) == 1 else inputs
        outputs = _outputs_of(layer, *arguments)
        opened = {**self._model(layer.name, inputs, outputs, layer.trainable), OPENED: True}
        missing = _weights_within(layer) - _weights_of(opened, inputs, outputs)
        if missing:
            raise NotOpened("some of its weights meet nothing that depends on its input")
        return opened


def _entry_of(operation: Any) -> dict[str, Any]:
    """A layer as Keras writes it. Raises `NotOpened` where its class cannot."""
    try:
        entry: dict[str, Any] = keras.saving.serialize_keras_object(operation)
    except Exception as error:  # whatever the class raises
        why = f"{type(error).__name__}: {reason(error)}"
        raise NotOpened(f"`{operation.name}` does not say its settings: {why}") from error
    return entry


def _called_on(tensor: dict[str, Any]) -> dict[str, Any]:
    return {"inbound_nodes": [{"args": [tensor], "kwargs": {}}]}


# --- calling


def _symbolic(shape: Iterable[int | None], dtype: str = "float32") -> Any:
    return keras.Input(batch_shape=tuple(shape), dtype=dtype)


def _outputs_of(layer: Any, positional: Any, keywords: Mapping[str, Any]) -> Any:
    call = layer.call if isinstance(layer, keras.Layer) else layer
    try:
        outputs = call(*positional, **keywords)
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


def _is_known(layer: keras.Layer) -> bool:
    """Whether a class of another library is a kind of ours."""
    return is_known(type(layer).__module__, type(layer).__name__)


def _has_own_activation(layer: keras.Layer) -> bool:
    """Whether the activation of a layer of Keras's is no function of Keras's."""
    activation = getattr(layer, "activation", None)
    if activation is None or not callable(activation) or _is_own(layer):
        return False
    return str(getattr(activation, "__module__", "")).partition(".")[0] != "keras"


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


def _in_order(node: Any, numbered: _NumberedCalls) -> dict[str, Any]:
    """The call of an opened layer, which takes its tensors in order, whatever its keywords were."""
    tensors = [_tensor(x.shape, x.dtype, numbered.history(x)) for x in node.input_tensors]
    return {"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": {}}


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
