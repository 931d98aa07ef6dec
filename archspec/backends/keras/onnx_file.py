"""A Keras model and the graph that it was built from → an ONNX file, at inference, which has been
run where onnxruntime is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy

from archspec.backends.keras.culprit import called, culprit
from archspec.backends.keras.ends import listed, one_or_all
from archspec.backends.keras.exporting import (
    NotConverted,
    compare_with_keras,
    is_tried,
    refuse,
    refuse_backends,
    silent,
)
from archspec.backends.keras.model import layer_names
from archspec.backends.keras.onnx_rewrites import rewritten
from archspec.files import reason
from archspec.graph import Graph, Node


def write_onnx(model: keras.Model, graph: Graph, path: Path) -> None:
    """ONNX, at inference: inputs and outputs are named as in the spec, and the batch may have any
    size. Where onnxruntime is installed, the file of a network that `is_tried` is run on a random
    input and compared with Keras.

    Raises `ImportError` where the extra ``onnx`` is not installed, and `SpecError` where a layer
    cannot be said in ONNX, or Keras runs on another backend than TensorFlow.
    """
    refuse_backends(graph, "ONNX", "tensorflow")
    import onnx

    run = find_spec("onnxruntime") is not None and is_tried(graph)
    try:
        proto = _converted(model, list(graph.outputs))
        _name(proto, graph)
        onnx.save(proto, path)
        if run:
            _compare(model, path, list(graph.outputs))
    except NotConverted as error:
        node = _of_scope(graph, error.scope) or culprit(
            model, graph, lambda part: _write(part, path, run=run)
        )
        refuse(graph, f"{called(node)} cannot be written as ONNX: {error}", node=node)


def _of_scope(graph: Graph, scope: str) -> Node | None:
    """The layer in whose name scope an operation of TensorFlow lies."""
    parts = scope.split("/")
    names = layer_names(graph)
    return next((node for node in graph.nodes if names[node.name] in parts), None)


def _write(model: keras.Model, path: Path, *, run: bool) -> None:
    """Write a model of one output and, where it is to be, run what was written. Raises
    `NotConverted`.
    """
    import onnx

    onnx.save(_converted(model, ["main"]), path)
    if run:
        _compare(model, path, ["main"])


# From TensorFlow


def _converted(model: keras.Model, names: list[str]) -> Any:
    """The model in ONNX. Raises `NotConverted` where tf2onnx cannot make it, or an operation is
    unknown to ONNX.
    """
    import onnx

    try:
        proto = _from_tensorflow(model, names)
    except MemoryError:
        raise
    except Exception as error:  # whatever TensorFlow and tf2onnx raise
        raise NotConverted(reason(error)) from error
    for node in proto.graph.node:
        if node.domain == "" and not onnx.defs.has(node.op_type):
            message = f"ONNX has nothing for TensorFlow's {node.op_type}"
            raise NotConverted(message, node.name)
    return proto


def _from_tensorflow(model: keras.Model, names: list[str]) -> Any:
    import tf2onnx.convert

    with rewritten(), silent("tf2onnx"), _mended_tf2onnx():
        function, signature = _function(model, names)
        handlers: dict[str, Any] = {
            "Erfc": (_erfc, []),
            "Expm1": (_expm1, []),
            "Log1p": (_log1p, []),
        }
        # A large model's weights it keeps apart, and does not copy again and again.
        proto, outside = tf2onnx.convert.from_function(
            function,
            signature,
            custom_op_handlers=handlers,
            large_model=True,
        )
        constants = _constants(function.get_concrete_function(*signature))
    _take_in(proto, outside.name_to_tensor_data, constants)
    return proto


def _function(model: keras.Model, names: list[str]) -> tuple[Any, list[Any]]:
    """The model at inference as a function of TensorFlow that gives a dict of outputs, and the
    signature of its inputs.
    """
    import tensorflow

    def infer(*inputs: Any) -> dict[str, Any]:
        outputs = listed(model(one_or_all(list(inputs)), training=False))
        return dict(zip(names, outputs, strict=True))

    return tensorflow.function(infer, autograph=False), [
        tensorflow.TensorSpec(tensor.shape, tensor.dtype, tensor.name) for tensor in model.inputs
    ]


def _constants(function: Any) -> dict[str, Any]:
    """The tensors that a traced function holds, but for variables, by their names: tf2onnx
    takes them for inputs.
    """
    import tensorflow

    held = function.captured_inputs
    names = [tensor.name for tensor in function.inputs[len(function.inputs) - len(held) :]]
    return {
        name: tensor.numpy()
        for name, tensor in zip(names, held, strict=True)
        if tensor.dtype != tensorflow.resource
    }


def _erfc(graph: Any, node: Any, name: str, arguments: Any) -> Any:
    """1 - erf(x): TensorFlow's ``gelu`` is made of this operation, which tf2onnx lacks."""
    erf = graph.make_node("Erf", node.input[:1])
    return _difference(graph, node, _one(graph, node, name), erf)


def _expm1(graph: Any, node: Any, name: str, arguments: Any) -> Any:
    """exp(x) - 1: ``celu`` is made of this operation."""
    exp = graph.make_node("Exp", node.input[:1])
    return _difference(graph, node, exp, _one(graph, node, name))


def _log1p(graph: Any, node: Any, name: str, arguments: Any) -> Any:
    """log(1 + x): ``logaddexp`` is made of this operation."""
    node.type = "Log"
    more = graph.make_node("Add", [_one(graph, node, name).output[0], node.input[0]])
    graph.replace_inputs(node, [more.output[0]])
    return node


def _one(graph: Any, node: Any, name: str) -> Any:
    """The number 1, in the dtype of a node's input."""
    from tf2onnx.utils import map_onnx_to_numpy_type

    dtype = map_onnx_to_numpy_type(graph.get_dtype(node.input[0]))
    return graph.make_const(f"{name}_one", numpy.array(1, dtype))


def _difference(graph: Any, node: Any, minuend: Any, subtrahend: Any) -> Any:
    """A node of tf2onnx's, turned into the difference of two others."""
    node.type = "Sub"
    graph.replace_inputs(node, [minuend.output[0], subtrahend.output[0]])
    return node


def _take_in(proto: Any, values: Mapping[str, bytes], constants: Mapping[str, Any]) -> None:
    """Put the weights, which tf2onnx keeps apart, into the model, and constants in the place of
    inputs.
    """
    import onnx

    for tensor in proto.graph.initializer:
        if tensor.external_data:
            tensor.raw_data = values[
                next(entry.value for entry in tensor.external_data if entry.key == "location")
            ]
            del tensor.external_data[:]
            tensor.ClearField("data_location")
    inputs = [tensor for tensor in proto.graph.input if tensor.name not in constants]
    del proto.graph.input[:]
    proto.graph.input.extend(inputs)
    proto.graph.initializer.extend(
        onnx.numpy_helper.from_array(constant, name) for name, constant in constants.items()
    )


def _name(proto: Any, graph: Graph) -> None:
    """Name the model and the sizes that may be any, and put the outputs in the order of the
    spec.
    """
    proto.graph.name = graph.name
    proto.producer_name = "archspec"
    order = list(graph.outputs)
    outputs = sorted(proto.graph.output, key=lambda tensor: order.index(tensor.name))
    del proto.graph.output[:]
    proto.graph.output.extend(outputs)
    tensors = {
        **graph.inputs,
        **{name: graph.tensors[node] for name, node in graph.outputs.items()},
    }
    for end in [*proto.graph.input, *proto.graph.output]:
        batch, *axes = end.type.tensor_type.shape.dim
        batch.dim_param = "batch"
        for number, (axis, size) in enumerate(zip(axes, tensors[end.name].shape, strict=True), 1):
            if size is None:
                axis.dim_param = f"{end.name}_{number}"
            else:
                axis.dim_value = size


@contextmanager
def _mended_tf2onnx() -> Iterator[None]:
    """Give NumPy the name that NumPy 2 lacks and tf2onnx uses; and let products of many axes be:
    tf2onnx tries all orders of the axes, and never ends.
    """
    from tf2onnx import optimizer

    others = {name: pass_ for name, pass_ in optimizer._optimizers.items() if "einsum" not in name}
    with (
        patch.object(numpy, "product", numpy.prod, create=True),
        patch.object(optimizer, "_optimizers", others),
    ):
        yield


# Run


def _compare(model: keras.Model, path: Path, names: list[str]) -> None:
    """Run a file. Raises `NotConverted` where onnxruntime refuses it or computes otherwise."""
    import onnxruntime

    def run(inputs: list[Any]) -> list[Any]:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feeds = zip([tensor.name for tensor in session.get_inputs()], inputs, strict=True)
        return list(session.run(names, dict(feeds)))

    compare_with_keras(model, names, "onnxruntime", run)
