"""A Keras model and the graph that it was built from → a file of another kind: `WRITERS` by its
ending, or a folder, a TensorFlow SavedModel.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MethodType
from typing import Any

import keras
import numpy

from archspec.backends.keras import layers
from archspec.diagnostics import Diagnostic, SpecError
from archspec.graph import Graph

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""What Keras's names for its backends mean."""


def needed_import(graph: Graph) -> str:
    """The statement without which Keras cannot load a file with these layers, else nothing."""
    kinds = {getattr(layers, node.layer.kind(), None) for node in graph.nodes}
    own = any(isinstance(kind, type) and issubclass(kind, keras.layers.Layer) for kind in kinds)
    return f"import {layers.__name__}" if own else ""


def write_keras(model: keras.Model, graph: Graph, path: Path) -> None:
    """Keras's own file, weights and all."""
    model.save(path)


def write_json(model: keras.Model, graph: Graph, path: Path) -> None:
    """Keras's JSON of the architecture, without weights, indented."""
    path.write_text(json.dumps(json.loads(model.to_json()), indent=2) + "\n", encoding="utf-8")


def write_saved_model(model: keras.Model, graph: Graph, folder: Path) -> None:
    """A TensorFlow SavedModel, whose endpoint ``serve`` is the model at inference.

    Raises `SpecError` unless Keras runs on TensorFlow or JAX, and `OSError` where the disk refuses.
    """
    _refuse_backends(graph, "a SavedModel", "tensorflow", "jax")
    import tensorflow

    inputs = [
        keras.InputSpec(shape=one.shape, dtype=one.dtype, name=one.name) for one in model.inputs
    ]
    try:
        with _silent("tensorflow"):
            model.export(
                folder,
                format="tf_saved_model",
                verbose=False,
                input_signature=[inputs if len(inputs) > 1 else inputs[0]],
            )
    except tensorflow.errors.OpError as error:
        raise OSError(
            str(error).rpartition("}} ")[2]
        ) from error  # TensorFlow writes by itself, and has errors of its own for the disk


def write_onnx(model: keras.Model, graph: Graph, path: Path) -> None:
    """ONNX, at inference: inputs and outputs are named as in the spec, and the batch may have any
    size.

    Raises `ImportError` where the extra ``onnx`` is not installed, and `SpecError` where a layer
    cannot be said in ONNX, or Keras runs on another backend than TensorFlow.
    """
    _refuse_backends(graph, "ONNX", "tensorflow")
    import onnx
    import tf2onnx.convert

    with _plain_groups(model), _silent("tf2onnx"), _numpy_of_tf2onnx():
        function, signature = _function(model, graph)
        handlers: dict[str, Any] = {"Erfc": (_erfc, [])}
        # A large model's weights it keeps apart, and does not copy again and again.
        proto, outside = tf2onnx.convert.from_function(
            function, signature, custom_op_handlers=handlers, large_model=True
        )
        constants = _constants(function.get_concrete_function(*signature))
    _take_in(proto, outside.name_to_tensor_data, constants)
    _name(proto, graph)
    unknown = sorted(
        {
            node.op_type
            for node in proto.graph.node
            if node.domain == "" and not onnx.defs.has(node.op_type)
        }
    )
    if unknown:
        _refuse(
            graph,
            f"tf2onnx has no ONNX for {', '.join(unknown)} of TensorFlow",
            "this is a fault of archspec: please report the spec",
        )
    onnx.save(proto, path)


WRITERS: Mapping[str, Callable[[keras.Model, Graph, Path], None]] = {
    "keras": write_keras,
    "onnx": write_onnx,
    "json": write_json,
}
"""What writes the file of an ending."""


def _refuse_backends(graph: Graph, what: str, *writing: str) -> None:
    if keras.backend.backend() not in writing:
        words = " or ".join(BACKENDS[backend] for backend in writing)
        here = BACKENDS.get(keras.backend.backend(), keras.backend.backend())
        _refuse(
            graph,
            f"{what} is written with Keras on {words}, and this is Keras on {here}",
            f"set KERAS_BACKEND={writing[0]}",
        )


def _refuse(graph: Graph, message: str, help: str) -> None:
    raise SpecError([Diagnostic("export-unsupported", message, graph.scopes[0].span, help=help)])


def _function(model: keras.Model, graph: Graph) -> tuple[Any, list[Any]]:
    """The model at inference as a function of TensorFlow that gives a dict of outputs, and the
    signature of its inputs.
    """
    import tensorflow

    def infer(*inputs: Any) -> dict[str, Any]:
        found = model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)
        return dict(
            zip(graph.outputs, found if isinstance(found, list | tuple) else [found], strict=True)
        )

    return tensorflow.function(infer, autograph=False), [
        tensorflow.TensorSpec(one.shape, one.dtype, one.name) for one in model.inputs
    ]


def _constants(function: Any) -> dict[str, Any]:
    """The tensors that a traced function holds, but for variables, by their names: tf2onnx
    takes them for inputs.
    """
    import tensorflow

    held = function.captured_inputs
    names = [one.name for one in function.inputs[len(function.inputs) - len(held) :]]
    return {
        name: one.numpy()
        for name, one in zip(names, held, strict=True)
        if one.dtype != tensorflow.resource
    }


def _erfc(graph: Any, node: Any, name: str, arguments: Any) -> Any:
    """1 - erf(x): TensorFlow's ``gelu`` is made of this operation, which tf2onnx lacks."""
    one = graph.make_const(f"{name}_one", numpy.array(1, "float32"))
    erf = graph.make_node("Erf", node.input[:1])
    node.type = "Sub"
    graph.replace_inputs(node, [one.output[0], erf.output[0]])
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
    inputs = [one for one in proto.graph.input if one.name not in constants]
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
    outputs = sorted(proto.graph.output, key=lambda one: list(graph.outputs).index(one.name))
    del proto.graph.output[:]
    proto.graph.output.extend(outputs)
    tensors = {
        **graph.inputs,
        **{name: graph.tensors[node] for name, node in graph.outputs.items()},
    }
    for one in [*proto.graph.input, *proto.graph.output]:
        batch, *axes = one.type.tensor_type.shape.dim
        batch.dim_param = "batch"
        for number, (axis, size) in enumerate(zip(axes, tensors[one.name].shape, strict=True), 1):
            if size is None:
                axis.dim_param = f"{one.name}_{number}"
            else:
                axis.dim_value = size


@contextmanager
def _plain_groups(model: keras.Model) -> Iterator[None]:
    """Let grouped convolutions be plain ones of TensorFlow: Keras compiles them, to run on
    every processor, and ONNX cannot say that.
    """
    grouped = [
        layer
        for layer in model.layers
        if getattr(layer, "groups", 1) > 1 and hasattr(layer, "convolution_op")
    ]
    for layer in grouped:
        layer.convolution_op = MethodType(_convolve, layer)
    try:
        yield
    finally:
        for layer in grouped:
            del layer.convolution_op


def _convolve(layer: Any, inputs: Any, kernel: Any) -> Any:
    import tensorflow

    return tensorflow.nn.convolution(
        inputs,
        kernel,
        list(layer.strides),
        layer.padding.upper(),
        dilations=list(layer.dilation_rate),
    )


@contextmanager
def _silent(logger: str) -> Iterator[None]:
    """Keep a logger from telling what we tell better."""
    one = logging.getLogger(logger)
    before = one.level
    one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        one.setLevel(before)


@contextmanager
def _numpy_of_tf2onnx() -> Iterator[None]:
    """Give NumPy the name that NumPy 2 lacks and tf2onnx uses."""
    if hasattr(numpy, "product"):
        yield
        return
    numpy.product = numpy.prod  # type: ignore[attr-defined]  # NumPy's types are right: it is not there
    try:
        yield
    finally:
        with suppress(AttributeError):
            del numpy.product  # type: ignore[attr-defined]  # likewise
