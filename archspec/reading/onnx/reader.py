"""An ONNX model → its `Graph`, in Keras's order of axes, and the weights of its layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from archspec import limits
from archspec.backends.output_layers import MAIN
from archspec.graph import Graph
from archspec.reading.graph_builder import GraphBuilder, free_name, valid_name
from archspec.reading.normal_form import normal
from archspec.reading.onnx.constants import COMPUTED, NoCounterpart, computed
from archspec.reading.onnx.fusing import fused
from archspec.reading.onnx.input_order import order_of_input
from archspec.reading.onnx.model import OnnxInput, OnnxModel, OnnxNode
from archspec.reading.onnx.network import GrowingNetwork, Later, Value
from archspec.reading.onnx.operators.arranging import ARRANGING
from archspec.reading.onnx.operators.convolutions import CONVOLUTIONS
from archspec.reading.onnx.operators.elementwise import ELEMENTWISE
from archspec.reading.onnx.operators.normalizations import NORMALIZATIONS
from archspec.reading.onnx.operators.pooling import POOLING
from archspec.reading.onnx.operators.products import PRODUCTS
from archspec.reading.onnx.operators.resizing import RESIZING
from archspec.reading.onnx.patterns import simplified
from archspec.reading.onnx.views import TensorView, laid
from archspec.reading.onnx.written_out import with_activations
from archspec.reading.problems import Problems
from archspec.spelling import spec_name
from archspec.tensor import Tensor

Array = Any

TRANSLATED: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    **ARRANGING,
    **CONVOLUTIONS,
    **ELEMENTWISE,
    **NORMALIZATIONS,
    **POOLING,
    **PRODUCTS,
    **RESIZING,
}
"""What translates each operator: it takes the network, whose ``node`` is the operator."""

AUTOMATIC_NAME = re.compile(
    r"(main_graph|torch[-_.]?jit.*|tf2onnx|mxnet_converted_model|graph|model|onnx.*)?",
    re.IGNORECASE,
)
"""Names that exporters give to models."""


class OnnxNetwork(NamedTuple):
    """The graph of an ONNX model, and the weights of each of its layers, in Keras's order.
    ``batch`` is the only size of the batch that the ONNX model takes, ``None`` for any. ``inputs``
    and ``outputs`` say for each tensor of the ONNX model, in its order, which axis of ours each of
    its axes is, the batch being the first of both.
    """

    graph: Graph
    weights: Mapping[str, tuple[Array | Later, ...]]
    batch: int | None
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]


def network_of(model: OnnxModel, path: Path) -> OnnxNetwork:
    """The network of a model. Raises `SpecError` with all that has no counterpart."""
    return _Translator(model, path).network()


class _Translator:
    def __init__(self, model: OnnxModel, path: Path) -> None:
        self.problems = Problems(str(path))
        self.model = simplified(model)
        name = model.name if not AUTOMATIC_NAME.fullmatch(model.name) else path.name
        name = spec_name(name.partition(".")[0]).strip("-") or "model"
        self.builder = GraphBuilder(name, self.problems)
        self.result = GrowingNetwork(self.model, self.builder)
        self.orders: dict[str, tuple[int, ...]] = {}

    def network(self) -> OnnxNetwork:
        self._check()
        for given in self.model.inputs:
            self._add_input(given)
        self.problems.check()
        for node in self.model.live:
            self._translate(node)
        self.problems.check()
        outputs, orders = self._outputs()
        graph = normal(fused(with_activations(self.builder.graph(outputs))))
        names = {node.name for node in graph.nodes}
        weights = {name: one for name, one in self.result.weights.items() if name in names}
        return OnnxNetwork(graph, weights, self.result.batch, self.orders, orders)

    def _check(self) -> None:
        """Refuse what is no network, and all operators that are unknown."""
        live = self.model.live
        if not self.model.inputs or not self.model.outputs or not live:
            self.problems.refuse(f"`{self.problems.source}` has no inputs, outputs or operators")
        if len(live) > limits.LAYERS:
            message = f"`{self.problems.source}` has more than {limits.LAYERS:,} operators"
            self.problems.refuse(message)
        for node in live:
            if node.kind not in TRANSLATED and node.kind not in COMPUTED:
                self.problems.operator(node.kind, "", node.called)
        self.problems.check()

    def _add_input(self, given: OnnxInput) -> None:
        problems, what = self.problems, f"the input `{given.name}` of `{self.problems.source}`"
        if given.shape is None or len(given.shape) < 2:
            problems.refuse(f"{what} does not say its shape, behind that of the batch")
        if given.dtype != "float32":
            help = "convert the model to float32 first"
            problems.refuse(f"{what} is of {given.dtype}, and only float32 is read", help)
        batch, *shape = given.shape
        if any(size is not None and not 0 < size <= limits.SIZE for size in given.shape):
            problems.refuse(f"{what} has the shape {list(given.shape)}, which no tensor has")
        self.result.batch = batch
        order = order_of_input(self.model, given.name, len(shape))
        ours: list[int | None] = [0] * len(shape)
        for axis, place in enumerate(order):
            ours[place] = shape[axis]
        alone = len(self.model.inputs) == 1
        name = "input" if alone else valid_name(re.sub(r"\W+", "_", given.name))
        name = self.builder.add_input(name, Tensor(tuple(ours), "float32"), optional=False)
        self.result.values[given.name] = laid(name, ours, order)
        self.orders[given.name] = (0, *(axis + 1 for axis in order))

    def _translate(self, node: OnnxNode) -> None:
        values = self.result.values
        missing = [name for name in node.inputs if name and name not in values]
        if missing:
            self.problems.damaged(f"`{node.called}` takes `{missing[0]}`, which nothing gives")
        taken = [values[name] if name else None for name in node.inputs]
        outputs = [name for name in node.outputs if name]
        if any(value is UNKNOWN for value in taken):
            values.update(dict.fromkeys(outputs, UNKNOWN))
            return
        self.result.node = node
        try:
            made = self._made(node, taken)
        except NoCounterpart as refused:
            kind = WRITTEN_OUT.get(node.kind, node.kind)
            self.problems.operator(kind, str(refused), node.called)
            values.update(dict.fromkeys(outputs, UNKNOWN))
            return
        several = made if isinstance(made, list) else [made]
        values.update(zip(outputs, several, strict=False))

    def _made(self, node: OnnxNode, taken: list[Value]) -> Value:
        if not any(isinstance(value, TensorView) for value in taken):
            constant = computed(node, taken)
            if constant is None:
                raise NoCounterpart("it takes nothing but constants")
            return constant
        if node.kind not in TRANSLATED:
            raise NoCounterpart("it takes what only a run knows")
        return TRANSLATED[node.kind](self.result)

    def _outputs(self) -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
        """The outputs by name, the first the main one, and how their axes lie here."""
        outputs: dict[str, str] = {}
        orders: dict[str, tuple[int, ...]] = {}
        taken = {*self.builder.tensors, MAIN}
        for output in self.model.outputs:
            view = self.result.values.get(output)
            if not isinstance(view, TensorView):
                self.problems.damaged(f"its output `{output}` is made of no input")
            order = _order_of(view)
            if order is None:
                view = self.result.canonical(view)
                order = _order_of(view) or tuple(range(len(view.want)))
            if view.tensor in self.builder.inputs:
                message = f"the output `{output}` of `{self.problems.source}` is an input as it is"
                self.problems.refuse(message)
            name = free_name(valid_name(re.sub(r"\W+", "_", output)), taken) if outputs else MAIN
            taken.add(name)
            outputs[name] = view.tensor
            orders[output] = (0, *(axis + 1 for axis in order))
        return outputs, orders


WRITTEN_OUT = {"MatMulOfRows": "MatMul", "ScaleAndShift": "Add", "GeluByTanh": "Mul"}
"""The last of the operators that one stands for, which no file holds."""

UNKNOWN = object()
"""Stands for what a refused operator gives, so that others that are refused are found too."""


def _order_of(view: TensorView) -> tuple[int, ...] | None:
    """Which of our axes each axis of the ONNX model is; ``None`` where they are not the same
    axes.
    """
    if len(view.have) != len(view.want) or sorted(view.have) != sorted(view.want):
        return None
    left = list(enumerate(view.have))
    order = []
    for group in view.want:
        index = next(index for index, one in left if one == group)
        left.remove((index, view.have[index]))
        order.append(index)
    return tuple(order)
