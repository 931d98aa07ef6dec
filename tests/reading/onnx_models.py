"""Small ONNX models, and what becomes of them: read as by `archspec read`, built in Keras with
their weights, and run beside onnxruntime.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, parser

from archspec.backends.keras import ends
from archspec.reading.author import Wishes, written
from archspec.reading.onnx.keras_file import model_with
from archspec.reading.onnx.model import model_of
from archspec.reading.onnx.plain_copy import copy_model
from archspec.reading.onnx.read import weights_for
from archspec.reading.onnx.reader import OnnxNetwork, network_of
from archspec.reading.onnx.weights import OnnxWeights

Array = Any

IMAGE = ("batch", 3, 8, 8)


class Net(NamedTuple):
    """A model: its operators in ONNX's own text, one a line, of the input ``x`` and giving ``y``,
    the shapes of its weights or their values, and the shape of the input.
    """

    operators: str
    weights: Mapping[str, Any] = {}
    x: Sequence[Any] = IMAGE
    opset: int = 17


def proto_of(net: Net, outputs: Sequence[str] = ("y",)) -> onnx.ModelProto:
    nodes = [parser.parse_node(line.strip()) for line in net.operators.strip().splitlines()]
    draw = numpy.random.default_rng(0)
    tensors = [
        numpy_helper.from_array(_values(draw, name, weight), name)
        for name, weight in net.weights.items()
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, list(net.x))
    ys = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "small", [x], ys, tensors)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", net.opset)], ir_version=8
    )


def _values(draw: Any, name: str, weight: Any) -> Array:
    if not isinstance(weight, tuple):
        array = numpy.asarray(weight)
        return array.astype("float32") if array.dtype.kind == "f" else array
    if name.startswith("var"):
        return draw.uniform(0.5, 1.5, weight).astype("float32")
    return draw.standard_normal(weight).astype("float32")


class Read(NamedTuple):
    """What was read of a model: the text of the spec, the network, and the kinds of its layers."""

    text: str
    network: OnnxNetwork
    weights: OnnxWeights

    @property
    def kinds(self) -> list[str]:
        return [node.layer.kind() for node in self.weights.graph.nodes]


def read_proto(proto: onnx.ModelProto) -> Read:
    """A model, read in this process: its text and weights."""
    with TemporaryDirectory() as name:
        source, folder = Path(name) / "small.onnx", Path(name) / "copy"
        onnx.save(proto, source)
        copy_model(source, folder, 10**9)
        network = network_of(model_of(folder), Path("small.onnx"))
    text, graph, _ = written(network.graph, Wishes())
    return Read(text, network, weights_for(Path("small.onnx"), network, graph))


def difference(proto: onnx.ModelProto, read: Read, size: int = 5) -> float:
    """How far the outputs of Keras are from those of onnxruntime, as a part of the largest.
    ``size`` is that of the axes that may have any.
    """
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    draw, network = numpy.random.default_rng(1), read.network
    given = []
    for tensor in session.get_inputs():
        batch, *shape = [one if isinstance(one, int) else None for one in tensor.shape]
        sizes = (batch or 2, *(one or size for one in shape))
        given.append(draw.standard_normal(sizes).astype("float32"))
    names = [tensor.name for tensor in session.get_inputs()]
    expected = session.run(None, dict(zip(names, given, strict=True)))
    orders = network.inputs.values()
    inputs = [one.transpose(numpy.argsort(order)) for one, order in zip(given, orders, strict=True)]
    results = ends.run(model_with(read.weights.graph, read.weights.arrays), inputs)
    return max(
        float(abs(result.transpose(order) - other).max() / max(abs(other).max(), 1e-30))
        for result, order, other in zip(results, network.outputs.values(), expected, strict=True)
    )


def with_random_weights(name: str) -> onnx.ModelProto:
    """A network of the model zoo that is in ``onnx``, whose weights are all alike there, with
    random ones, and without a softmax at the end, which would saturate.
    """
    path = Path(onnx.__path__[0], f"backend/test/data/light/light_{name}.onnx")
    proto = onnx.load(path)
    graph, draw = proto.graph, numpy.random.default_rng(0)
    shapes = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    positive = {
        node.input[index]
        for node in graph.node
        if node.op_type == "BatchNormalization"
        for index in (1, 4)
    }
    made = [node for node in graph.node if node.op_type == "ConstantOfShape"]
    for node in made:
        shape = shapes[node.input[0]].tolist()
        values = draw.standard_normal(shape, "float32") * (1.6 / numpy.prod(shape[1:])) ** 0.5
        if len(shape) == 1:
            ends = (0.5, 1.5) if node.output[0] in positive else (-0.1, 0.1)
            values = draw.uniform(*ends, shape)
        tensor = numpy_helper.from_array(values.astype("float32"), node.output[0])
        graph.initializer.append(tensor)
    nodes = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    if nodes[-1].op_type == "Softmax":
        graph.output[0].name = nodes.pop().input[0]
    del graph.node[:]
    graph.node.extend(nodes)
    return proto
