"""What translates an ONNX model's operators: the graph that grows, the weights of its layers, and
the layers that bring tensors into another order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.layers import KINDS
from archspec.layers.mismatch import Mismatch
from archspec.reading.graph_builder import GraphBuilder, Use
from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.model import OnnxModel, OnnxNode
from archspec.reading.onnx.names import LayerNames
from archspec.reading.onnx.views import Axes, Size, TensorView, channels_last, in_order, laid, moves
from archspec.spelling import snake_case

Array = Any


class Later(NamedTuple):
    """A weight that is computed when it is written: reordering a large kernel takes its time."""

    shape: tuple[int, ...]
    make: Callable[[], Array]


Value = Any
"""What a name of the model stands for: a `TensorView`, or a constant array."""


class GrowingNetwork:
    """The network so far. ``weights`` are those of each layer, in Keras's order."""

    def __init__(self, model: OnnxModel, builder: GraphBuilder) -> None:
        self.model = model
        self.builder = builder
        self.names = LayerNames(model)
        self.values: dict[str, Value] = dict(model.constants)
        self.weights: dict[str, tuple[Array | Later, ...]] = {}
        self.nonnegative: set[str] = set()
        self.batch: int | None = None
        self.node: OnnxNode
        self.followers: dict[str, list[str]] = {}
        for node in model.live:
            for name in node.inputs:
                self.followers.setdefault(name, []).append(node.operator)

    # --- what an operator takes

    def taken(self, index: int) -> Value:
        """What the operator takes at a position, ``None`` where that is left out."""
        inputs = self.node.inputs
        return self.values[inputs[index]] if index < len(inputs) and inputs[index] else None

    def view(self, index: int = 0) -> TensorView:
        """The tensor that it takes. Raises `NoCounterpart` where that is a constant."""
        value = self.taken(index)
        if not isinstance(value, TensorView):
            raise NoCounterpart("it takes a constant where a tensor is needed")
        return value

    def constant(self, index: int) -> Array | None:
        """The constant that it takes, as it is; ``None`` where it is left out."""
        value = self.taken(index)
        if isinstance(value, TensorView):
            raise NoCounterpart(
                f"its input {index + 1}, `{self.node.inputs[index]}`, is no constant"
            )
        return value

    def numbers(self, index: int) -> Array | None:
        """The floating constant that it takes."""
        value = self.constant(index)
        if value is not None and value.dtype.kind not in "fiub":
            raise NoCounterpart(
                f"the numbers of `{self.node.inputs[index]}` are of a kind that is not read"
            )
        return value

    def attribute(self, name: str, default: Any = None) -> Any:
        """A setting of the operator."""
        value = self.node.attributes.get(name)
        return default if value is None else value

    # --- what it adds

    def add(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        inputs: Sequence[str],
        weights: Sequence[Array | Later] = (),
        part: str = "",
    ) -> str:
        """A further layer: the name of what it gives. ``part`` tells apart what an operator adds
        besides the layer that has its name.
        """
        return self.add_several(kind, arguments, inputs, weights, part)[0]

    def add_several(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        inputs: Sequence[str],
        weights: Sequence[Array | Later] = (),
        part: str = "",
    ) -> list[str]:
        """The same, of all that it gives."""
        try:
            layer = KINDS[kind](**arguments)
            taken = [self.builder.tensors[name] for name in inputs]
            shapes = [weight.shape for weight in layer.infer(*taken).weights]
        except Mismatch as mismatch:
            raise NoCounterpart(mismatch.message) from mismatch
        if [weight.shape for weight in weights] != shapes:
            raise NoCounterpart("its weights do not fit its input")
        name = self.names.of(self.node, part or kind, whole=not part)
        if name in self.builder.names:  # of another operator of one layer
            name = f"{name}_{snake_case(kind)}"
        node = self.builder.add(Use(name, layer, tuple(inputs)), 0)
        if weights:
            self.weights[node.name] = tuple(weights)
        return list(node.tensors)

    def keep_nonnegative(self, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        """Note that some of our tensors have no number below 0, where those have none that they are
        made of.
        """
        if self.nonnegative.issuperset(inputs):
            self.nonnegative.update(outputs)

    def shape(self, tensor: str) -> tuple[Size, ...]:
        """The shape of one of our tensors."""
        return self.builder.tensors[tensor].shape

    # --- order

    def arranged(self, view: TensorView, target: Axes) -> str:
        """Our tensor in which the axes are these."""
        before, order, after = moves(view.have, target)
        tensor = view.tensor
        if before is not None:
            tensor = self._reshape(tensor, view, before)
        if order is not None:
            dims = [axis + 1 for axis in order]
            tensor = self.add("Permute", {"dims": dims}, [tensor], part="permute")
        return tensor if after is None else self._reshape(tensor, view, after)

    def _reshape(self, tensor: str, view: TensorView, axes: Axes) -> str:
        sizes = [view.size(axis) for axis in axes]
        if len(sizes) == 1:
            return self.add("Flatten", {}, [tensor], part="flatten")
        if sizes.count(None) > 1:
            raise NoCounterpart("it joins or splits axes whose sizes only a run knows")
        shape = [-1 if size is None else size for size in sizes]
        return self.add("Reshape", {"target_shape": shape}, [tensor], part="reshape")

    def as_onnx(self, view: TensorView) -> TensorView:
        """The view of a tensor whose axes are those of the ONNX model, in its order."""
        tensor = self.arranged(view, view.want)
        return in_order(tensor, self.shape(tensor))

    def image(self, view: TensorView) -> str:
        """Our tensor with the channels last, of one that has them first."""
        if len(view.want) < 2:
            raise NoCounterpart("its input has no axes besides that of the channels")
        return self.arranged(view, (*view.want[1:], view.want[0]))

    def of_image(self, tensor: str) -> TensorView:
        """The view of a new tensor that has the channels last."""
        return channels_last(tensor, self.shape(tensor))

    def canonical(self, view: TensorView) -> TensorView:
        """The view of a tensor with the channels last, of an image or a volume, else in the order
        of the ONNX model; none of its axes is joined of several.
        """
        if len(view.want) > 2:
            return self.of_image(self.image(view))
        return self.as_onnx(view)

    def same(self, view: TensorView, tensor: str) -> TensorView:
        """The view of a new tensor of the same axes."""
        return view._replace(tensor=tensor)

    def laid(self, tensor: str, order: Sequence[int]) -> TensorView:
        """The view of a new tensor whose axes are in some order in the ONNX model."""
        return laid(tensor, self.shape(tensor), order)

    @property
    def takers(self) -> set[str]:
        """The operators that take what this one gives."""
        return set(self.followers.get(self.node.outputs[0], ()))
